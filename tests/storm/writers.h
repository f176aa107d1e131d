/* SPDX-License-Identifier: MIT */
#ifndef WRITERS_H
#define WRITERS_H

/*
 * Threads that store one token after the other through libtokenstore, each in
 * exchange for the one before, and know what was acknowledged: that has to be
 * there whatever happens to the servers.  Whatever fails here ends the test.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <tokenstore/tokenstore.h>

#define WRITERS 4

struct writers;

struct writer {
	struct writers *writers;
	pthread_t       thread;
	pthread_mutex_t lock; /* held from one token to the next */
	tokenstore     *store;
	char            subject[24];
	int             stored; /* tokens that were acknowledged */
	int             failures;
	int64_t         acknowledged_ms; /* steady clock */
	int64_t         failing_ms; /* since then calls fail; 0: they do not */
	int64_t         longest_ms; /* between two tokens */
	int64_t outage_ms; /* the longest: from a failed call to a good one */
};

struct writers {
	const char   *conninfo;
	atomic_bool   stop;
	tokenstore   *store; /* to look with */
	struct writer items[WRITERS];
};

/* The tables are made if need be.  `conninfo` must outlive the writers. */
void writers_start(struct writers *writers, const char *conninfo);

/* The token that was acknowledged last is the one that the store has. */
void writers_check(struct writers *writers);

/* What the slowest had to wait since the last time that was asked. */
struct waits {
	int64_t longest_ms, outage_ms;
};
struct waits writers_waits(struct writers *writers);

/* Ends them, once; returns how many tokens they stored. */
int writers_end(struct writers *writers);

#endif
