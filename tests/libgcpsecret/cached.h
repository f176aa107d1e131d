/* SPDX-License-Identifier: MIT */
#ifndef CACHED_H
#define CACHED_H

/*
 * A cache in front of the scripted Google, which is an emulator for it, and a
 * clock that stands still until a test moves it.  The client repeats nothing.
 */

#include <stdatomic.h>

#include "google.h"

#define ROTATED "123456789"
#define ROTATED_BODY SECRET("\"MTIzNDU2Nzg5\"", "\"3808858755\"")

/* The same secret, under the name of another. */
#define BODY_OF(name)                                             \
	"{\"name\":\"projects/123/secrets/" name "/versions/7\"," \
	"\"payload\":{\"data\":\"" BASE64 "\",\"dataCrc32c\":\"" CRC32C "\"}}"
#define NAME_OF(name) "projects/my-project/secrets/" name

/* What the tests let a lifetime be. */
#define LIFETIME_S 100
#define STALE_S 1000

struct cached {
	struct google        g;
	gcpsecret_cache     *cache;
	_Atomic int64_t      steady_ms;
	atomic_size_t        readings; /* of that clock */
	gcpsecret_cache_info info;
};

/* `options` NULL: the times above.  The clock is the test's in any case. */
void cached_start(struct cached *c, const struct loopback_answer *script,
    size_t count, const gcpsecret_cache_options *options);
void cached_end(struct cached *c);

/* Another client of the same emulator. */
gcpsecret_client *cached_client(void);

/* Asks as the first client, into `g.secret`, `info` and `g.err`. */
gcpsecret_status cached_get(struct cached *c, const char *name);

/* Ends the test unless that value comes, after so many requests in all. */
void assert_cached(struct cached *c, const char *value, size_t requests);

/* The same of NAME's failure. */
void assert_uncached(
    struct cached *c, gcpsecret_status status, size_t requests);

#endif
