/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

/*
 * All that the sandbox remembers, under one mutex.  Of what athletes have done
 * that is only what they did since it began: the rest follows from the seed.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "faults.h"
#include "google.h"
#include "grants.h"
#include "journal.h"
#include "known.h"
#include "oddities.h"
#include "permission.h"
#include "rate.h"
#include "requests.h"
#include "vault.h"
#include "webhook.h"

#define ENDPOINTS_MAX 96

struct options {
	const char   *address;
	int           port;
	size_t        athletes;
	uint64_t      seed;
	enum rotation rotation;
	const char   *secrets_file;
	const char   *client_id, *client_secret;
	const char   *callback_domain;
	const char   *project;
	bool          emulator; /* Secret Manager asks for no credentials */
	bool          extended_access;
	const char   *tls_cert, *tls_key; /* PEM files; NULL: plain HTTP */
	int64_t       limits[RATE_COUNT];
};

struct world {
	struct options  options;
	atomic_bool     stop; /* ends delays */
	pthread_mutex_t mutex;

	/* Under the mutex. */
	int64_t         clock_offset_s;
	struct grants   grants;
	struct rate     rate;
	struct faults   faults;
	struct requests requests;
	struct vault    vault;
	struct denials  denials;
	struct google   google;
	struct journals journals;
	struct oddities oddities;
	int64_t         calls[ENDPOINTS_MAX];

	/* These look after themselves. */
	struct known    known;
	struct webhook *webhook;
};

/* NULL on failure, with one line in `message`. */
struct world *world_new(
    const struct options *options, char *message, size_t message_size);
void world_free(struct world *world);

void world_lock(struct world *world);
void world_unlock(struct world *world);

/* The calendar as moved by /_control/clock.  Wants the mutex. */
int64_t world_now(const struct world *world);

#endif
