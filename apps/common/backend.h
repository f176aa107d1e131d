/* SPDX-License-Identifier: MIT */
#ifndef APPS_BACKEND_H
#define APPS_BACKEND_H

/*
 * What one worker needs to serve one request: a Strava client, a token store
 * and a database connection of its own, set up from the settings.  A pool lends
 * them to threads.
 */

#include <stdint.h>
#include <strava/client.h>
#include <strava/oauth.h>
#include <tokenstore/tokenstore.h>

#include "pg.h"
#include "settings.h"

struct backend {
	const struct settings *settings; /* outlives the backend */
	strava_app             app;
	strava_client         *strava;
	tokenstore            *store;
	struct pg             *pg; /* for what is not a token: sessions */
};

/* `actor` is the program's name.  NULL on failure, one line in `message`. */
struct backend *backend_new(const struct settings *settings, const char *actor,
    char *message, size_t message_size);
void            backend_free(struct backend *backend);

/* UTC seconds, moved by the setting CLOCK_OFFSET_S; `ctx` is the settings. */
int64_t backend_clock(void *ctx);

/* Up to `size` backends, made when first needed, given back in any order. */
struct pool;

struct pool    *pool_new(const struct settings *settings, const char *actor,
       size_t size, char *message, size_t message_size);
void            pool_free(struct pool *pool);

/* Waits up to `wait_ms` for one; NULL when none came free or could be made. */
struct backend *pool_take(struct pool *pool, int64_t wait_ms);
void            pool_give(struct pool *pool, struct backend *backend);

#endif
