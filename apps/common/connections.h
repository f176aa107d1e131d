/* SPDX-License-Identifier: MIT */
#ifndef APPS_CONNECTIONS_H
#define APPS_CONNECTIONS_H

/*
 * Who is connected, and for how long.  libmicrohttpd's own time-out is one of
 * idleness, which a byte every other second resets for ever; here a thread of
 * its own ends, by the clock, a connection
 *   - that has not brought a whole request `timeout_ms` after it was made or
 *     after the answer before,
 *   - that has not taken a whole answer within twice that time.
 * How long a request is worked on is the business of those who work.
 */

#include <stdint.h>

enum phase {
	PHASE_WAITING,   /* for a request */
	PHASE_RECEIVING, /* the request has begun; the clock runs on */
	PHASE_WORKING,
	PHASE_SENDING
};

/* One of them, in the caller's memory; the members are not the caller's. */
struct connection {
	struct connection *next, **link; /* link: whatever points to this one */
	int                fd;
	enum phase         phase;
	int64_t            since_ms;
};

struct connections;

/* NULL when memory or threads are short. */
struct connections *connections_new(int64_t timeout_ms);

/* Every connection must have been removed; NULL is ignored. */
void connections_free(struct connections *all);

/* From when the socket is open until before it is closed. */
void connections_add(struct connections *all, struct connection *one, int fd);
void connections_remove(struct connections *all, struct connection *one);

void connections_enter(
    struct connections *all, struct connection *one, enum phase phase);

/* Waits, at most so long, until every connection only waits for a request. */
void connections_drain(struct connections *all, int64_t most_ms);

#endif
