/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CACHE_H
#define GCPSECRET_SRC_CACHE_H

#include <pthread.h>

#include "credentials.h"
#include "name.h"

/* One name and what is known of it.  All but `name` is under the cache's lock. */
struct entry {
	struct name   name;
	struct entry *chained;       /* the next one of the same bucket */
	struct entry *newer, *older; /* by when they were handed out last */
	unsigned      holders;       /* calls that use it */
	bool          listed;        /* false: forgotten while it was in use */

	gcpsecret_payload *payload; /* NULL: none yet, or no more */
	int64_t            fetched_ms;
	bool               refused; /* Google said no since */

	/* One request at a time; `landed` is signaled when one ends. */
	bool           in_flight, ours; /* `ours`: that one says nothing */
	uint64_t       flights;
	pthread_cond_t landed;

	/* The latest failure, unless a value came after it. */
	gcpsecret_error fault;
	int64_t         backoff_ms, retry_ms;
};

struct gcpsecret_cache {
	int64_t             lifetime_ms, stale_ms;
	gcpsecret_steady_fn steady;
	void               *steady_ctx;

	pthread_mutex_t     lock;
	struct credentials *owner; /* whom it serves, held; NULL: nobody yet */
	char               *endpoint; /* theirs, "" is the default */

	struct entry      **buckets; /* a power of two */
	size_t              bucket_count;
	struct entry       *newest, *oldest;
	size_t              count, max;
};

/* cache_entry.c; all with the lock held */

/* The entry of that name, made if need be, which stays until it is released.
 * NULL: out of memory. */
struct entry *gs_entry_hold(
    struct gcpsecret_cache *cache, const struct name *name);
void gs_entry_release(struct gcpsecret_cache *cache, struct entry *entry);

bool gs_entry_is(const struct entry *entry, const struct name *name);

/* Last, or first, to lose its place. */
void gs_entry_promote(struct gcpsecret_cache *cache, struct entry *entry);
void gs_entry_demote(struct gcpsecret_cache *cache, struct entry *entry);

/* Takes its place; it is gone once nobody holds it. */
void gs_entry_unlist(struct gcpsecret_cache *cache, struct entry *entry);

#endif
