/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cache.h"

/* FNV-1a of a text and its end. */
static uint64_t
add_hash(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++ != '\0');
	return hash;
}

static struct entry **
bucket_of(const struct gcpsecret_cache *cache, const struct name *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	hash = add_hash(hash, name->secret);
	hash = add_hash(hash, name->version);
	hash = add_hash(hash, name->project);
	hash = add_hash(hash, name->location);
	return &cache->buckets[(hash ^ hash >> 32) & (cache->bucket_count - 1)];
}

bool
gs_entry_is(const struct entry *entry, const struct name *name)
{
	return strcmp(entry->name.secret, name->secret) == 0 &&
	       strcmp(entry->name.version, name->version) == 0 &&
	       strcmp(entry->name.project, name->project) == 0 &&
	       strcmp(entry->name.location, name->location) == 0;
}

static void
link_newest(struct gcpsecret_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) =
	    entry;
	cache->newest = entry;
}

static void
link_oldest(struct gcpsecret_cache *cache, struct entry *entry)
{
	entry->older = NULL;
	entry->newer = cache->oldest;
	*(cache->oldest != NULL ? &cache->oldest->older : &cache->newest) =
	    entry;
	cache->oldest = entry;
}

static void
unlink_age(struct gcpsecret_cache *cache, struct entry *entry)
{
	*(entry->newer != NULL ? &entry->newer->older : &cache->newest) =
	    entry->older;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) =
	    entry->newer;
}

void
gs_entry_promote(struct gcpsecret_cache *cache, struct entry *entry)
{
	if (!entry->listed || cache->newest == entry)
		return;
	unlink_age(cache, entry);
	link_newest(cache, entry);
}

void
gs_entry_demote(struct gcpsecret_cache *cache, struct entry *entry)
{
	if (!entry->listed || cache->oldest == entry)
		return;
	unlink_age(cache, entry);
	link_oldest(cache, entry);
}

static void
free_entry(struct entry *entry)
{
	gcpsecret_payload_free(entry->payload);
	pthread_cond_destroy(&entry->landed);
	free(entry);
}

void
gs_entry_unlist(struct gcpsecret_cache *cache, struct entry *entry)
{
	struct entry **at = bucket_of(cache, &entry->name);

	while (*at != entry)
		at = &(*at)->chained;
	*at = entry->chained;
	unlink_age(cache, entry);
	cache->count--;
	entry->listed = false;
	if (entry->holders == 0)
		free_entry(entry);
}

/* Those in use stay, be they too many. */
static void
make_room(struct gcpsecret_cache *cache)
{
	struct entry *newer, *entry = cache->oldest;

	for (; entry != NULL && cache->count >= cache->max; entry = newer) {
		newer = entry->newer;
		if (entry->holders == 0)
			gs_entry_unlist(cache, entry);
	}
}

/* Waits are measured by the steady clock. */
static bool
init_cond(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	bool               ok;

	if (pthread_condattr_init(&attributes) != 0)
		return false;
	ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
	     pthread_cond_init(cond, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return ok;
}

static struct entry *
make_entry(struct gcpsecret_cache *cache, const struct name *name)
{
	struct entry  *entry = calloc(1, sizeof(*entry));
	struct entry **bucket;

	if (entry == NULL || !init_cond(&entry->landed)) {
		free(entry);
		return NULL;
	}
	make_room(cache);
	bucket = bucket_of(cache, name);
	entry->name = *name;
	entry->chained = *bucket;
	*bucket = entry;
	entry->listed = true;
	cache->count++;
	link_newest(cache, entry);
	return entry;
}

struct entry *
gs_entry_hold(struct gcpsecret_cache *cache, const struct name *name)
{
	struct entry *entry = *bucket_of(cache, name);

	while (entry != NULL && !gs_entry_is(entry, name))
		entry = entry->chained;
	if (entry == NULL && (entry = make_entry(cache, name)) == NULL)
		return NULL;
	entry->holders++;
	return entry;
}

void
gs_entry_release(struct gcpsecret_cache *cache, struct entry *entry)
{
	if (--entry->holders > 0)
		return;
	if (!entry->listed)
		free_entry(entry);
	else if (cache->count > cache->max)
		gs_entry_unlist(cache, entry);
}
