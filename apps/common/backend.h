/* SPDX-License-Identifier: MIT */
#ifndef APPS_BACKEND_H
#define APPS_BACKEND_H

/*
 * What one worker needs to serve one request: a Strava client, a token store
 * and a database connection of its own, set up from the settings.  A pool lends
 * them to threads.
 */

#include <gcpsecret/client.h>
#include <stdatomic.h>
#include <stddef.h>
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
	struct pg             *pg;     /* for what is not a token: sessions */
	gcpsecret_client      *google; /* gives both their passwords; or NULL */
	int64_t     sequence; /* of the stored token that `strava` holds */
	atomic_bool hurry;    /* the program ends: wait for nothing */
};

/* `actor` is the program's name.  Nothing is connected yet.  NULL on failure,
 * one line in `message`. */
struct backend *backend_new(const struct settings *settings, const char *actor,
    char *message, size_t message_size);
void            backend_free(struct backend *backend);

/* Brings the token store's tables up to date; cheap when they are.  Anything but
 * OK, one line in `message`: the database cannot be used. */
tokenstore_status backend_prepare(
    struct backend *backend, char *message, size_t message_size);

/* The same for --check, which changes nothing: reachable, tables there, every
 * stored token readable with the keyring? */
bool backend_check(struct backend *backend, char *message, size_t message_size);

/* From any thread, when the program has to end now: the running call to Strava
 * and all later ones fail, and nobody goes on trying to store.  There is no way
 * back. */
void backend_hurry(struct backend *backend);

/* UTC seconds, moved by the setting CLOCK_OFFSET_S. */
int64_t backend_clock(const struct settings *settings);

/* Up to `size` backends, made when first needed, given back in any order. */
struct pool;

struct pool *pool_new(const struct settings *settings, const char *actor,
    size_t size, char *message, size_t message_size);
void         pool_free(struct pool *pool);

/* Waits up to `wait_ms` for one; NULL when none came free or could be made. */
struct backend *pool_take(struct pool *pool, int64_t wait_ms);
void            pool_give(struct pool *pool, struct backend *backend);

/* Lends so many at once from now on, one at least, and never more than the pool
 * was made for. */
void pool_limit(struct pool *pool, size_t size);

/* backend_hurry() for all of them, also those made later. */
void pool_hurry(struct pool *pool);

#endif
