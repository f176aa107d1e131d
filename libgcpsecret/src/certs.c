/* SPDX-License-Identifier: MIT */
#include "certs.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "client.h"
#include "exchange.h"

#define BODY_MAX ((size_t)64 * 1024)

/* How long keys are good: as the answer says, between these, or an hour. */
#define FRESH_MIN_S 300
#define FRESH_MAX_S 86400
#define FRESH_DEFAULT_S 3600

/* How long they serve when there are no newer ones to be had. */
#define KEEP_S 86400

/* Between two fetches: anybody can make up a token that names an unknown key.
 * Without any key the next try is worth more. */
#define PAUSE_S 60
#define PAUSE_EMPTY_S 5

bool
gs_certs_init(struct certs *certs, gcpsecret_client *client, const char *url)
{
	pthread_condattr_t steady;

	memset(certs, 0, sizeof(*certs));
	certs->client = client;
	certs->url = strdup(url);
	certs->tried_s = -PAUSE_S; /* the first fetch may come at once */
	/* They fail nowhere that they are plain memory. */
	pthread_mutex_init(&certs->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&certs->ended, &steady);
	pthread_condattr_destroy(&steady);
	return certs->url != NULL;
}

void
gs_certs_free(struct certs *certs)
{
	pthread_cond_destroy(&certs->ended);
	pthread_mutex_destroy(&certs->lock);
	gs_jwks_free(&certs->keys);
	gcpsecret_client_free(certs->client);
	free(certs->url);
}

/* The digits of a text, clamped to FRESH_MAX_S; -1 without any. */
static int64_t
read_seconds(const char *text)
{
	int64_t s = 0;

	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	for (; *text >= '0' && *text <= '9' && s < FRESH_MAX_S; text++)
		s = s * 10 + (*text - '0');
	return s < FRESH_MAX_S ? s : FRESH_MAX_S;
}

/* The value of max-age; -1 without one. */
static int64_t
read_max_age_s(const char *control)
{
	static const char name[] = "max-age=";

	while (control != NULL && *control != '\0') {
		control += strspn(control, ", \t");
		if (strncasecmp(control, name, strlen(name)) == 0)
			return read_seconds(control + strlen(name));
		control += strcspn(control, ",");
	}
	return -1;
}

/* A cache on the way may have kept the answer for a while. */
static int64_t
fresh_for_s(const struct http_response *response)
{
	int64_t s =
	    read_max_age_s(http_response_header(response, "Cache-Control"));
	int64_t age_s = read_seconds(http_response_header(response, "Age"));

	if (s < 0)
		s = FRESH_DEFAULT_S;
	if (age_s > 0)
		s -= age_s;
	return s > FRESH_MIN_S ? s : FRESH_MIN_S;
}

static void
log_ignored(gcpsecret_client *client, const struct jwks *keys)
{
	for (size_t i = 0; i < keys->ignored_count; i++)
		gs_log(client, GCPSECRET_LOG_ERROR,
		    "the issuer's key \"%s\" is ignored: %s",
		    keys->ignored[i].kid, keys->ignored[i].why);
}

static gcpsecret_status
fetch(const struct certs *certs, struct jwks *keys, int64_t *fresh_s,
    gcpsecret_error *err)
{
	struct exchange  x;
	gcpsecret_status status;

	*fresh_s = 0;
	if ((status = gs_begin(certs->client, err)) != GCPSECRET_OK)
		return status;
	gs_exchange_init(&x, PEER_CERTS, certs->url);
	x.request.body_max = BODY_MAX;
	status = gs_exchange(certs->client, &x, err);
	if (status == GCPSECRET_OK) {
		status = gs_jwks_read(
		    keys, buf_text(&x.response.body), x.response.body.len, err);
		log_ignored(certs->client, keys);
	}
	*fresh_s = fresh_for_s(&x.response);
	gs_exchange_free(&x);
	return status;
}

/* Seconds of the steady clock: keys do not age when the calendar is set. */
static int64_t
now_of(const struct certs *certs)
{
	return certs->client->steady(certs->client->steady_ctx) / 1000;
}

/* Fetches with the lock released in between. */
static void
renew(struct certs *certs)
{
	int64_t         asked_s = now_of(certs), ended_s, fresh_s;
	struct jwks     keys;
	gcpsecret_error failure = { .status = GCPSECRET_OK };
	bool            fetched;

	certs->fetching = true;
	pthread_mutex_unlock(&certs->lock);
	fetched = fetch(certs, &keys, &fresh_s, &failure) == GCPSECRET_OK;
	ended_s = now_of(certs);
	pthread_mutex_lock(&certs->lock);
	certs->fetching = false;
	certs->tried_s = ended_s;
	certs->failure = failure;
	if (fetched) {
		gs_jwks_free(&certs->keys);
		certs->keys = keys;
		certs->fetched_s = asked_s;
		certs->fresh_s = fresh_s;
	}
	pthread_cond_broadcast(&certs->ended);
}

/* Waits for the end of somebody else's fetch; false at the deadline. */
static bool
wait_until(struct certs *certs, int64_t deadline_ms)
{
	const struct timespec at = { .tv_sec = deadline_ms / 1000,
		.tv_nsec = deadline_ms % 1000 * 1000000 };

	return pthread_cond_timedwait(&certs->ended, &certs->lock, &at) == 0;
}

enum step { STEP_USE, STEP_WAIT, STEP_FETCH, STEP_GIVE_UP };

/* What to do for a key that was found, or not, among those at hand. */
static enum step
next_step(const struct certs *certs, bool found)
{
	int64_t now = now_of(certs);
	int64_t age_s = now - certs->fetched_s;
	bool    empty = certs->keys.count == 0;

	if (found && age_s < certs->fresh_s)
		return STEP_USE;
	found = found && age_s < KEEP_S;
	if (certs->fetching)
		return found ? STEP_USE : STEP_WAIT;
	if (now - certs->tried_s >= (empty ? PAUSE_EMPTY_S : PAUSE_S))
		return STEP_FETCH;
	return found ? STEP_USE : STEP_GIVE_UP;
}

static EVP_PKEY *
key_of(const struct certs *certs, const char *kid)
{
	return kid != NULL ? gs_jwks_find(&certs->keys, kid)
			   : certs->keys.keys[0].key;
}

/* Why there is no such key. */
static gcpsecret_status
give_up(const struct certs *certs, const char *kid, gcpsecret_error *err)
{
	if (certs->failure.status == GCPSECRET_OK)
		return gs_fail(err, GCPSECRET_ERR_IDENTITY,
		    "the ID token is refused: the issuer has no key \"%s\"",
		    kid);
	if (err != NULL)
		*err = certs->failure;
	return certs->failure.status;
}

static gcpsecret_status
find(struct certs *certs, const char *kid, EVP_PKEY **key, gcpsecret_error *err)
{
	int64_t deadline_ms = clock_deadline_ms(certs->client->timeout_ms);

	for (;;) {
		EVP_PKEY *found = key_of(certs, kid);

		switch (next_step(certs, found != NULL)) {
		case STEP_USE:
			EVP_PKEY_up_ref(found);
			*key = found;
			return GCPSECRET_OK;
		case STEP_WAIT:
			if (wait_until(certs, deadline_ms))
				break;
			return gs_fail(err, GCPSECRET_ERR_TIMEOUT,
			    "no keys of the issuer within the deadline");
		case STEP_FETCH: renew(certs); break;
		case STEP_GIVE_UP: return give_up(certs, kid, err);
		}
	}
}

gcpsecret_status
gs_certs_find(
    struct certs *certs, const char *kid, EVP_PKEY **key, gcpsecret_error *err)
{
	gcpsecret_status status;

	*key = NULL;
	pthread_mutex_lock(&certs->lock);
	status = find(certs, kid, key, err);
	pthread_mutex_unlock(&certs->lock);
	return status;
}
