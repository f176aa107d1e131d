/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_CACHE_H
#define GCPSECRET_CACHE_H

#include <gcpsecret/payload.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Secrets for a program that asks often: each is fetched once and handed out
 * from memory until its lifetime is over, so that a rotated secret is seen
 * within that time.
 *
 *	gcpsecret_cache   *cache;
 *	gcpsecret_payload *secret;
 *
 *	if (gcpsecret_cache_new(&cache, NULL, &err) != GCPSECRET_OK ||
 *	    gcpsecret_cache_get(cache, client, "sm://my-project/motto", &secret,
 *		NULL, &err) != GCPSECRET_OK)
 *		errx(1, "%s", err.message);
 *	... secret->data ...
 *	gcpsecret_payload_free(secret);
 *	gcpsecret_cache_free(cache);
 *
 * Thread safety: one cache serves many threads, each with a client of its own.
 * It serves one identity: the credentials and the endpoint of the client that
 * came first.  A client with others is refused, since Google might not show it
 * what is kept here.  Clients that share credentials are told apart from others
 * fastest; gcpsecret_client_share_credentials() makes them.
 */
typedef struct gcpsecret_cache gcpsecret_cache;

/* Filled by the caller and only read during the call.  Zero is the default. */
typedef struct gcpsecret_cache_options {
	/* How long a value is good.  Default: 300; at most 30 days. */
	int64_t lifetime_s;

	/* How long beyond its lifetime a value is handed out while Secret
	 * Manager fails.  Default: 86400; -1 is never; at most 30 days. */
	int64_t stale_s;

	/* How many names have a place; beyond that the one that was not asked
	 * for longest goes.  Default: 128; at most 65536. */
	size_t secrets_max;

	/* Ages values; read with the cache locked, so it must not call the
	 * cache.  NULL: CLOCK_BOOTTIME. */
	gcpsecret_steady_fn steady;
	void               *steady_ctx;

	uint64_t            reserved[4];
} gcpsecret_cache_options;

/* About a value that was handed out. */
typedef struct gcpsecret_cache_info {
	int64_t  age_s; /* since it was asked for */
	int      stale; /* 1: its lifetime is over, Secret Manager fails */
	int      reserved_int;
	uint64_t reserved[4];

	/* Why it was not renewed; `status` is GCPSECRET_OK unless the latest
	 * try failed, and only then the rest is written. */
	gcpsecret_error error;
} gcpsecret_cache_info;

/*
 * Makes a cache; `options` may be NULL.  To be freed with
 * gcpsecret_cache_free().
 * Fails with: ARGUMENT (an option out of its bounds), NOMEM.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_cache_new(
    gcpsecret_cache **out, const gcpsecret_cache_options *options,
    gcpsecret_error *err);

/* Frees it and wipes what nobody holds any more; NULL is ignored.  No call may
 * be using it.  Payloads that were handed out stay good. */
GCPSECRET_API void gcpsecret_cache_free(gcpsecret_cache *cache);

/*
 * Hands out a secret: `name` is what gcpsecret_access() or gcpsecret_resolve()
 * takes.  *payload_out is shared and must not be changed; it is to be freed with
 * gcpsecret_payload_free(), may be held as long as one likes, and stays what it
 * was when the secret is renewed.  `info_out` may be NULL.
 *
 * Within its lifetime a value is handed out at once, without a copy and without
 * a system call.  In the last fifth of it one caller renews the value, for which
 * it waits 3 seconds at most; the others go on with the old one.
 *
 * Once the lifetime is over, or when there is no value yet, one caller asks and
 * the others wait for its answer, each until its own deadline or
 * gcpsecret_client_cancel().  If that fails (NETWORK, TIMEOUT, SERVER, ...) the
 * old value is handed out for another `stale_s`, and `info_out` says so.  But
 * when Google refuses (NOT_FOUND, STATE, FORBIDDEN, REFUSED, DISABLED, REQUEST)
 * the value ends with its lifetime.
 *
 * After a failure there is a pause, of 1 second and then of up to 30, or as long
 * as Google asks for: until it is over no request is made for this name, and
 * without a value the error is returned again, with `attempts` 0 and the rest of
 * the pause in `retry_after_s`.
 *
 * Fails as gcpsecret_access() does; with ARGUMENT also when the client's
 * credentials or endpoint are not those of the cache.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_cache_get(
    gcpsecret_cache *cache, gcpsecret_client *client, const char *name,
    gcpsecret_payload **payload_out, gcpsecret_cache_info *info_out,
    gcpsecret_error *err);

/*
 * Renews every value that is in the last two fifths of its lifetime or beyond.
 * A program that calls this from a timer or a thread of its own, once every
 * fifth of the lifetime or more often, never waits in gcpsecret_cache_get() for
 * a secret that it has asked for before.
 *
 * OK when all of them were renewed, or none had to be; else the first error,
 * after all were tried or the deadline of the call was over.  Values are kept as
 * gcpsecret_cache_get() says.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_cache_renew(
    gcpsecret_cache *cache, gcpsecret_client *client, gcpsecret_error *err);

/*
 * Forgets a value, so that the next call fetches it anew: for a program that was
 * told of a rotation, or whose password was refused.  A request that is under
 * way does not bring it back.  A reference without a project means that secret
 * in every project.  A name that is not kept, or none at all, is ignored.
 */
GCPSECRET_API void gcpsecret_cache_forget(
    gcpsecret_cache *cache, const char *name);

#ifdef __cplusplus
}
#endif

#endif
