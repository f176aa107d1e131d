/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "client.h"
#include "version.h"

#define LIFETIME_S 300
#define STALE_S 86400
#define DURATION_MAX_S ((int64_t)30 * 86400)
#define SECRETS 128
#define SECRETS_MAX 65536

/* Between tries that fail. */
#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 30000

/* How long a renewal that nobody needs yet may hold up a call. */
#define EARLY_MS 3000

/* How soon a waiting thread sees that it was canceled: whoever cancels may be a
 * signal handler, which must not wake threads. */
#define SLICE_MS 50

/* One call about one name; the lock is held, but while it asks or waits. */
struct visit {
	struct gcpsecret_cache *cache;
	gcpsecret_client       *client;
	struct entry           *entry;
	int64_t                 now_ms;
	gcpsecret_error fault; /* no more than `status` when that is OK */
};

/* What the failure of a request tells of the secret. */
enum verdict {
	VERDICT_FAILING, /* nothing: Secret Manager may know better later */
	VERDICT_REFUSED, /* that it is not to be had any more */
	VERDICT_OURS     /* nothing, and another caller may fare better */
};

static enum verdict
verdict_of(gcpsecret_status status)
{
	switch (status) {
	case GCPSECRET_ERR_ARGUMENT:
	case GCPSECRET_ERR_NOMEM:
	case GCPSECRET_ERR_CANCELED: return VERDICT_OURS;
	case GCPSECRET_ERR_REFUSED:
	case GCPSECRET_ERR_FORBIDDEN:
	case GCPSECRET_ERR_DISABLED:
	case GCPSECRET_ERR_NOT_FOUND:
	case GCPSECRET_ERR_STATE:
	case GCPSECRET_ERR_REQUEST: return VERDICT_REFUSED;
	default: return VERDICT_FAILING;
	}
}

/* A number of seconds in milliseconds; -1 when it is out of bounds. */
static int64_t
duration_ms(int64_t seconds, int64_t otherwise)
{
	if (seconds == 0)
		seconds = otherwise;
	return seconds < 0 || seconds > DURATION_MAX_S ? -1 : seconds * 1000;
}

static gcpsecret_status
configure(struct gcpsecret_cache *cache, const gcpsecret_cache_options *o,
    gcpsecret_error *err)
{
	int64_t stale_s = o->stale_s == -1 ? 0 : o->stale_s;

	cache->lifetime_ms = duration_ms(o->lifetime_s, LIFETIME_S);
	cache->stale_ms = duration_ms(stale_s, o->stale_s == 0 ? STALE_S : 0);
	cache->max = o->secrets_max != 0 ? o->secrets_max : SECRETS;
	cache->steady = o->steady != NULL ? o->steady : gs_steady_ms;
	cache->steady_ctx = o->steady_ctx;
	if (cache->lifetime_ms < 0 || cache->stale_ms < 0)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "lifetime_s and stale_s must be 0 (the default) to 30 "
		    "days; stale_s may be -1, for never");
	if (cache->max > SECRETS_MAX)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "secrets_max must be 65536 at most");
	return GCPSECRET_OK;
}

gcpsecret_status
gcpsecret_cache_new(gcpsecret_cache **out,
    const gcpsecret_cache_options *options, gcpsecret_error *err)
{
	static const gcpsecret_cache_options defaults;
	struct gcpsecret_cache               settings = { .bucket_count = 1 };
	struct gcpsecret_cache              *cache;
	gcpsecret_status                     status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status =
	    configure(&settings, options != NULL ? options : &defaults, err);
	if (status != GCPSECRET_OK)
		return status;
	while (settings.bucket_count < settings.max)
		settings.bucket_count *= 2;
	settings.buckets =
	    calloc(settings.bucket_count, sizeof(*settings.buckets));
	cache = malloc(sizeof(*cache));
	if (settings.buckets == NULL || cache == NULL) {
		free(settings.buckets);
		free(cache);
		return gs_no_memory(err);
	}
	*cache = settings;
	pthread_mutex_init(&cache->lock, NULL);
	*out = cache;
	return GCPSECRET_OK;
}

void
gcpsecret_cache_free(gcpsecret_cache *cache)
{
	if (cache == NULL)
		return;
	while (cache->newest != NULL)
		gs_entry_unlist(cache, cache->newest);
	pthread_mutex_destroy(&cache->lock);
	free(cache->buckets);
	if (cache->owner != NULL)
		gs_credentials_release(cache->owner);
	free(cache->endpoint);
	free(cache);
}

/* The first client decides whom the cache serves. */
static gcpsecret_status
check_owner(struct gcpsecret_cache *cache, const gcpsecret_client *client,
    gcpsecret_error *err)
{
	const char *endpoint = client->endpoint != NULL ? client->endpoint : "";

	if (cache->owner == NULL) {
		if ((cache->endpoint = strdup(endpoint)) == NULL)
			return gs_no_memory(err);
		cache->owner = client->credentials;
		gs_credentials_hold(cache->owner);
	}
	if (!gs_credentials_are_same(cache->owner, client->credentials) ||
	    strcmp(cache->endpoint, endpoint) != 0)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "this cache serves %.200s: a client of other credentials, "
		    "or with another endpoint, needs a cache of its own",
		    cache->owner->found.description);
	return GCPSECRET_OK;
}

/* Begins a call; when that succeeds the lock is held. */
static gcpsecret_status
enter(struct gcpsecret_cache *cache, gcpsecret_client *client,
    gcpsecret_error *err)
{
	gcpsecret_status status = gs_credentials(client, err);

	if (status != GCPSECRET_OK)
		return status;
	pthread_mutex_lock(&cache->lock);
	status = check_owner(cache, client, err);
	if (status != GCPSECRET_OK)
		pthread_mutex_unlock(&cache->lock);
	return status;
}

static int64_t
now_ms(const struct gcpsecret_cache *cache)
{
	return cache->steady(cache->steady_ctx);
}

static int64_t
age_ms(const struct visit *v)
{
	return v->now_ms - v->entry->fetched_ms;
}

static bool
is_fresh(const struct visit *v)
{
	return v->entry->payload != NULL && age_ms(v) < v->cache->lifetime_ms;
}

/* What may be handed out although it could not be renewed. */
static bool
is_bearable(const struct visit *v)
{
	return is_fresh(v) ||
	       (v->entry->payload != NULL && !v->entry->refused &&
		   age_ms(v) < v->cache->lifetime_ms + v->cache->stale_ms);
}

static void
note_fault(struct entry *entry, int64_t now, const gcpsecret_error *fault)
{
	int64_t pause_ms = entry->backoff_ms * 2;

	if (pause_ms < BACKOFF_MS)
		pause_ms = BACKOFF_MS;
	else if (pause_ms > BACKOFF_MAX_MS)
		pause_ms = BACKOFF_MAX_MS;
	entry->backoff_ms = pause_ms;
	if (fault->retry_after_s * 1000 > pause_ms)
		pause_ms = fault->retry_after_s * 1000;
	entry->retry_ms = now + pause_ms;
	entry->fault = *fault;
}

static void
note_payload(struct entry *entry, int64_t began, gcpsecret_payload *payload)
{
	gcpsecret_payload_free(entry->payload);
	entry->payload = payload;
	entry->fetched_ms = began;
	entry->refused = false;
	entry->fault.status = GCPSECRET_OK;
	entry->backoff_ms = 0;
}

/*
 * Notes what a request brought.  That its deadline passed tells of Secret Manager
 * only if there is something to hand out instead: without, the next caller may
 * have more time.
 */
static void
land(struct visit *v, int64_t began, gcpsecret_payload *payload)
{
	struct entry *entry = v->entry;
	enum verdict  verdict = verdict_of(v->fault.status);

	if (v->fault.status == GCPSECRET_ERR_TIMEOUT && entry->payload == NULL)
		verdict = VERDICT_OURS;
	entry->ours = payload == NULL && verdict == VERDICT_OURS;
	if (payload != NULL)
		note_payload(entry, began, payload);
	else if (!entry->ours)
		note_fault(entry, v->now_ms, &v->fault);
	if (payload == NULL && verdict == VERDICT_REFUSED)
		entry->refused = true;
	if (entry->payload == NULL)
		gs_entry_demote(v->cache, entry);
	entry->in_flight = false;
	entry->flights++;
	pthread_cond_broadcast(&entry->landed);
}

/* Asks, without the lock meanwhile, for `most_ms` at most.  A value ages from
 * when it was asked for. */
static void
ask(struct visit *v, int64_t most_ms)
{
	gcpsecret_client  *client = v->client;
	int64_t            began = v->now_ms;
	int64_t            deadline_ms = client->deadline_ms;
	int64_t            soon_ms = clock_deadline_ms(most_ms);
	gcpsecret_payload *payload = NULL;

	v->entry->in_flight = true;
	pthread_mutex_unlock(&v->cache->lock);
	if (soon_ms < deadline_ms)
		client->deadline_ms = soon_ms;
	v->fault.status =
	    gs_version_access(client, &v->entry->name, &payload, &v->fault);
	client->deadline_ms = deadline_ms;
	pthread_mutex_lock(&v->cache->lock);
	v->now_ms = now_ms(v->cache);
	land(v, began, payload);
}

static gcpsecret_status
wait_slice(struct visit *v)
{
	int64_t         now = clock_steady_ms();
	int64_t         until = now + SLICE_MS;
	int64_t         deadline_ms = v->client->deadline_ms;
	struct timespec t;

	if (atomic_load(&v->client->canceled))
		return gs_fail(&v->fault, GCPSECRET_ERR_CANCELED, "canceled");
	if (now >= deadline_ms)
		return gs_fail(&v->fault, GCPSECRET_ERR_TIMEOUT,
		    "Secret Manager: another thread has asked, and got no "
		    "answer within the deadline of this call");
	if (until > deadline_ms)
		until = deadline_ms;
	t.tv_sec = (time_t)(until / 1000);
	t.tv_nsec = (long)(until % 1000) * 1000000;
	pthread_cond_timedwait(&v->entry->landed, &v->cache->lock, &t);
	return GCPSECRET_OK;
}

/* Waits for the request of another thread; false when that tells nothing. */
static bool
wait_for(struct visit *v)
{
	struct entry *entry = v->entry;
	uint64_t      flights = entry->flights;

	while (entry->flights == flights)
		if (wait_slice(v) != GCPSECRET_OK)
			return true;
	v->now_ms = now_ms(v->cache);
	v->fault = entry->fault;
	return !entry->ours;
}

/* Says again what the latest request brought. */
static void
recall(struct visit *v)
{
	v->fault.status = v->entry->fault.status;
	if (v->fault.status == GCPSECRET_OK)
		return;
	v->fault = v->entry->fault;
	v->fault.attempts = 0;
	v->fault.retry_after_s =
	    v->now_ms < v->entry->retry_ms
		? (v->entry->retry_ms - v->now_ms + 999) / 1000
		: 0;
}

/* How long a request may hold up its caller when there is something else to hand
 * out: no longer than the pause that would follow. */
static int64_t
patience_ms(const struct visit *v)
{
	int64_t pause_ms = v->entry->backoff_ms;

	if (is_fresh(v))
		return EARLY_MS;
	if (pause_ms == 0 || !is_bearable(v))
		return INT64_MAX;
	return pause_ms > EARLY_MS ? pause_ms : EARLY_MS;
}

/* Whether a request is due, from that part of the lifetime on. */
static bool
is_due(const struct visit *v, int64_t from_ms)
{
	const struct entry *entry = v->entry;

	return !entry->in_flight &&
	       (entry->fault.status == GCPSECRET_OK ||
		   v->now_ms >= entry->retry_ms) &&
	       (entry->payload == NULL || age_ms(v) >= from_ms);
}

/* Brings the entry up to date, or says in `fault` why it is not. */
static void
update(struct visit *v)
{
	const struct entry *entry = v->entry;
	int64_t             lifetime_ms = v->cache->lifetime_ms;

	do {
		v->now_ms = now_ms(v->cache);
		if (is_due(v, lifetime_ms - lifetime_ms / 5)) {
			ask(v, patience_ms(v));
			return;
		}
		if (!entry->in_flight || is_fresh(v) ||
		    (entry->fault.status != GCPSECRET_OK && is_bearable(v))) {
			recall(v);
			return;
		}
	} while (!wait_for(v));
}

/* A value whose time is over is not kept. */
static void
drop_ended(struct visit *v)
{
	if (v->fault.status == GCPSECRET_OK || is_bearable(v))
		return;
	gcpsecret_payload_free(v->entry->payload);
	v->entry->payload = NULL;
}

static void
hand_out(struct visit *v, gcpsecret_payload **payload_out,
    gcpsecret_cache_info *info_out)
{
	*payload_out = gs_payload_hold(v->entry->payload);
	gs_entry_promote(v->cache, v->entry);
	if (info_out == NULL)
		return;
	memset(info_out, 0, offsetof(gcpsecret_cache_info, error));
	info_out->age_s = age_ms(v) / 1000;
	info_out->stale = v->fault.status != GCPSECRET_OK && !is_fresh(v);
	info_out->error.status = v->fault.status;
	if (v->fault.status != GCPSECRET_OK)
		info_out->error = v->fault;
}

static gcpsecret_status
visit(struct visit *v, const struct name *name, gcpsecret_payload **payload_out,
    gcpsecret_cache_info *info_out, gcpsecret_error *err)
{
	gcpsecret_status status = GCPSECRET_OK;

	v->entry = gs_entry_hold(v->cache, name);
	if (v->entry == NULL)
		return gs_no_memory(err);
	update(v);
	drop_ended(v);
	if (v->entry->payload != NULL &&
	    v->fault.status != GCPSECRET_ERR_CANCELED)
		hand_out(v, payload_out, info_out);
	else
		status = v->fault.status;
	gs_entry_release(v->cache, v->entry);
	if (status != GCPSECRET_OK && err != NULL)
		*err = v->fault;
	return status;
}

/* A name or a reference; it may leave out the project. */
static gcpsecret_status
parse(const char *text, struct name *name, gcpsecret_error *err)
{
	return strncmp(text, "sm://", 5) == 0
		   ? gs_name_parse_reference(text, name, err)
		   : gs_name_parse(text, NAME_VERSION, name, err);
}

gcpsecret_status
gcpsecret_cache_get(gcpsecret_cache *cache, gcpsecret_client *client,
    const char *name, gcpsecret_payload **payload_out,
    gcpsecret_cache_info *info_out, gcpsecret_error *err)
{
	struct visit     v;
	struct name      parsed;
	gcpsecret_status status;

	if (payload_out != NULL)
		*payload_out = NULL;
	if (cache == NULL || name == NULL || payload_out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "cache, name or payload_out is NULL");
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = parse(name, &parsed, err)) != GCPSECRET_OK ||
	    (status = gs_call_project(client, &parsed, err)) != GCPSECRET_OK ||
	    (status = enter(cache, client, err)) != GCPSECRET_OK)
		return status;
	v.cache = cache;
	v.client = client;
	status = visit(&v, &parsed, payload_out, info_out, err);
	pthread_mutex_unlock(&cache->lock);
	return status;
}

/* The next entry that is to be renewed, held; NULL when there is none.  One that
 * was tried is none any more: it is younger than this call, or has a pause. */
static struct entry *
hold_due(struct visit *v)
{
	int64_t from_ms = v->cache->lifetime_ms / 5 * 3;

	for (v->entry = v->cache->newest; v->entry != NULL;
	     v->entry = v->entry->older)
		if (v->entry->payload != NULL && is_due(v, from_ms))
			return gs_entry_hold(v->cache, &v->entry->name);
	return NULL;
}

/* Whether what failed once would fail for every other name too. */
static bool
is_over(gcpsecret_status status)
{
	return verdict_of(status) == VERDICT_OURS ||
	       status == GCPSECRET_ERR_TIMEOUT;
}

gcpsecret_status
gcpsecret_cache_renew(
    gcpsecret_cache *cache, gcpsecret_client *client, gcpsecret_error *err)
{
	struct visit     v = { .cache = cache, .client = client };
	gcpsecret_status status, first = GCPSECRET_OK;
	int64_t          start_ms;

	if (cache == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "cache is NULL");
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = enter(cache, client, err)) != GCPSECRET_OK)
		return status;
	start_ms = now_ms(cache);
	do {
		v.now_ms = start_ms;
		if (hold_due(&v) == NULL)
			break;
		v.now_ms = now_ms(cache);
		ask(&v, INT64_MAX);
		drop_ended(&v);
		gs_entry_release(cache, v.entry);
		status = v.fault.status;
		if (first == GCPSECRET_OK && (first = status) != GCPSECRET_OK &&
		    err != NULL)
			*err = v.fault;
	} while (!is_over(status));
	pthread_mutex_unlock(&cache->lock);
	return first;
}

/* The first entry that the name may mean. */
static struct entry *
find_meant(const struct gcpsecret_cache *cache, const struct name *name)
{
	struct entry *entry;
	struct name   meant = *name;

	for (entry = cache->newest; entry != NULL; entry = entry->older) {
		if (name->project[0] == '\0')
			memcpy(meant.project, entry->name.project,
			    sizeof(meant.project));
		if (gs_entry_is(entry, &meant))
			return entry;
	}
	return NULL;
}

void
gcpsecret_cache_forget(gcpsecret_cache *cache, const char *name)
{
	struct name   parsed;
	struct entry *entry;

	if (cache == NULL || name == NULL ||
	    parse(name, &parsed, NULL) != GCPSECRET_OK)
		return;
	pthread_mutex_lock(&cache->lock);
	while ((entry = find_meant(cache, &parsed)) != NULL)
		gs_entry_unlist(cache, entry);
	pthread_mutex_unlock(&cache->lock);
}
