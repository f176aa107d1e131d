/* SPDX-License-Identifier: MIT */
#include "webhook.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "http.h"
#include "members.h"

#define PATIENCE_MS 2000 /* how long a callback may take */
#define ATTEMPTS 3
#define PAUSE_MS 1000
#define QUEUE_MAX 1024
#define AGENT "strava-sandbox"

struct webhook {
	const char         *secret;
	pthread_t           thread;
	pthread_mutex_t     mutex;
	pthread_cond_t      work;
	atomic_bool         stop;
	struct subscription current;
	int64_t             subscriptions; /* so far */

	/* In the order in which they fall due. */
	struct waiting {
		int64_t      due_ms; /* of the steady clock */
		struct event event;
	} queue[QUEUE_MAX];
	size_t queued;
};

/* "t=TIME,v1=HMAC-SHA256 of TIME.BODY", under the client secret. */
static void
sign(const struct webhook *webhook, const char *body, int64_t now,
    struct buf *header)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned      i, len = 0;
	struct buf    text;

	buf_init(&text, 4096);
	buf_addf(&text, "%" PRId64 ".%s", now, body);
	HMAC(EVP_sha256(), webhook->secret, (int)strlen(webhook->secret),
	    (const unsigned char *)buf_text(&text), text.len, digest, &len);
	buf_addf(header, "X-Strava-Signature: t=%" PRId64 ",v1=", now);
	for (i = 0; i < len; i++)
		buf_addf(header, "%02x", digest[i]);
	buf_free(&text);
}

static bool
post(const struct webhook *webhook, const char *url, const char *body,
    int64_t now)
{
	struct buf           signature;
	struct http_response response;
	struct http         *http = http_new(AGENT, &webhook->stop);
	const char *headers[] = { "Content-Type: application/json", NULL,
		NULL };
	struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = strlen(body),
		.timeout_ms = PATIENCE_MS,
		.at_most_once = true,
		.plain_ok = true,
	};
	bool taken;

	buf_init(&signature, 256);
	sign(webhook, body, now, &signature);
	headers[1] = buf_text(&signature);
	http_response_init(&response);
	taken = http != NULL &&
		http_send(http, &request, &response) == HTTP_ANSWERED &&
		response.status == 200;
	http_response_free(&response);
	buf_free(&signature);
	http_free(http);
	return taken;
}

/* Strava gives up after the third attempt, and so do we. */
static void
deliver(const struct webhook *webhook, const struct subscription *to,
    const struct event *event)
{
	char body[EVENT_UPDATES_SIZE + 512];
	int  i;

	snprintf(body, sizeof(body),
	    "{\"object_type\":\"%s\",\"object_id\":%" PRId64
	    ",\"aspect_type\":\"%s\",\"owner_id\":%" PRId64
	    ",\"subscription_id\":%" PRId64 ",\"event_time\":%" PRId64
	    ",\"updates\":%s}",
	    event->object_type, event->object_id, event->aspect_type,
	    event->owner_id, to->id, event->time, event->updates);
	for (i = 0; i < ATTEMPTS; i++) {
		if (i > 0 && !clock_sleep_ms(PAUSE_MS, &webhook->stop))
			return;
		if (post(webhook, to->url, body, event->time))
			return;
	}
}

/* Waits, with the lock held, until something happens or that moment comes. */
static void
wait_until(struct webhook *webhook, int64_t due_ms)
{
	struct timespec t = { .tv_sec = (time_t)(due_ms / 1000),
		.tv_nsec = (long)(due_ms % 1000) * 1000000 };

	pthread_cond_timedwait(&webhook->work, &webhook->mutex, &t);
}

/* Takes the event that is due next, when it is; false at the end. */
static bool
next(struct webhook *webhook, struct event *event, struct subscription *to)
{
	struct waiting *queue = webhook->queue;

	pthread_mutex_lock(&webhook->mutex);
	while (!atomic_load(&webhook->stop)) {
		if (webhook->queued == 0)
			pthread_cond_wait(&webhook->work, &webhook->mutex);
		else if (queue[0].due_ms > clock_steady_ms())
			wait_until(webhook, queue[0].due_ms);
		else
			break;
	}
	if (!atomic_load(&webhook->stop)) {
		*event = queue[0].event;
		*to = webhook->current;
		webhook->queued--;
		memmove(queue, queue + 1, webhook->queued * sizeof(*queue));
	}
	pthread_mutex_unlock(&webhook->mutex);
	return !atomic_load(&webhook->stop);
}

static void *
work(void *ctx)
{
	struct webhook     *webhook = ctx;
	struct subscription to = { .id = 0 };
	struct event        event;

	while (next(webhook, &event, &to))
		if (to.id != 0)
			deliver(webhook, &to, &event);
	return NULL;
}

struct webhook *
webhook_new(const char *secret)
{
	struct webhook    *webhook = calloc(1, sizeof(*webhook));
	pthread_condattr_t steady;

	if (webhook == NULL)
		return NULL;
	webhook->secret = secret;
	pthread_mutex_init(&webhook->mutex, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&webhook->work, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&webhook->thread, NULL, work, webhook) != 0) {
		free(webhook);
		return NULL;
	}
	return webhook;
}

void
webhook_free(struct webhook *webhook)
{
	if (webhook == NULL)
		return;
	pthread_mutex_lock(&webhook->mutex);
	atomic_store(&webhook->stop, true);
	pthread_cond_signal(&webhook->work);
	pthread_mutex_unlock(&webhook->mutex);
	pthread_join(webhook->thread, NULL);
	pthread_cond_destroy(&webhook->work);
	pthread_mutex_destroy(&webhook->mutex);
	free(webhook);
}

/* Does the callback answer {"hub.challenge": the same} ? */
static bool
echoes(struct http *http, const char *url, const char *challenge)
{
	struct http_request request = {
		.method = "GET",
		.url = url,
		.timeout_ms = PATIENCE_MS,
		.plain_ok = true,
	};
	struct http_response response;
	struct json_object  *object;
	const char          *echo;
	bool                 same = false;

	http_response_init(&response);
	if (http_send(http, &request, &response) == HTTP_ANSWERED &&
	    response.status == 200) {
		object =
		    members_parse(buf_text(&response.body), response.body.len);
		echo = members_get_string(object, "hub.challenge");
		same = echo != NULL && strcmp(echo, challenge) == 0;
		json_object_put(object);
	}
	http_response_free(&response);
	return same;
}

static bool
validate(const struct webhook *webhook, const char *callback,
    const char *verify_token, int64_t id)
{
	struct http *http = http_new(AGENT, &webhook->stop);
	struct buf   url;
	char         challenge[32];
	bool         valid;

	snprintf(challenge, sizeof(challenge), "challenge%06" PRId64, id);
	buf_init(&url, 4096);
	buf_addf(&url, "%s%s", callback, strchr(callback, '?') ? "" : "?");
	buf_add_field(&url, "hub.mode", "subscribe");
	buf_add_field(&url, "hub.challenge", challenge);
	buf_add_field(&url, "hub.verify_token", verify_token);
	valid =
	    http != NULL && buf_ok(&url) && echoes(http, url.data, challenge);
	buf_free(&url);
	http_free(http);
	return valid;
}

enum webhook_result
webhook_subscribe(struct webhook *webhook, const char *url,
    const char *verify_token, int64_t now)
{
	enum webhook_result result = WEBHOOK_OK;
	int64_t             id;

	if (strlen(url) >= WEBHOOK_URL_SIZE || !http_url_is_loopback(url))
		return WEBHOOK_BAD_URL;
	pthread_mutex_lock(&webhook->mutex);
	id = webhook->current.id != 0 ? 0 : ++webhook->subscriptions;
	pthread_mutex_unlock(&webhook->mutex);
	if (id == 0)
		return WEBHOOK_EXISTS;
	if (!validate(webhook, url, verify_token, id))
		return WEBHOOK_NOT_VALID;
	pthread_mutex_lock(&webhook->mutex);
	if (webhook->current.id != 0) {
		result = WEBHOOK_EXISTS;
	} else {
		webhook->current.id = id;
		webhook->current.created_at = now;
		snprintf(webhook->current.url, sizeof(webhook->current.url),
		    "%s", url);
	}
	pthread_mutex_unlock(&webhook->mutex);
	return result;
}

void
webhook_current(struct webhook *webhook, struct subscription *out)
{
	pthread_mutex_lock(&webhook->mutex);
	*out = webhook->current;
	pthread_mutex_unlock(&webhook->mutex);
}

bool
webhook_unsubscribe(struct webhook *webhook, int64_t id)
{
	bool found;

	pthread_mutex_lock(&webhook->mutex);
	found = id != 0 && webhook->current.id == id;
	if (found)
		memset(&webhook->current, 0, sizeof(webhook->current));
	pthread_mutex_unlock(&webhook->mutex);
	return found;
}

void
webhook_tell(struct webhook *webhook, const struct event *event)
{
	struct waiting *queue = webhook->queue;
	int64_t         due_ms = clock_steady_ms() + event->delay_ms;
	size_t          i;

	pthread_mutex_lock(&webhook->mutex);
	i = webhook->queued;
	if (webhook->current.id != 0 && i < QUEUE_MAX) {
		webhook->queued++;
		for (; i > 0 && queue[i - 1].due_ms > due_ms; i--)
			queue[i] = queue[i - 1];
		queue[i].due_ms = due_ms;
		queue[i].event = *event;
		pthread_cond_signal(&webhook->work);
	}
	pthread_mutex_unlock(&webhook->mutex);
}

void
webhook_revoked(struct webhook *webhook, int64_t athlete, int64_t now)
{
	const struct event event = {
		.object_type = "athlete",
		.aspect_type = "update",
		.object_id = athlete,
		.owner_id = athlete,
		.time = now,
		.updates = "{\"authorized\":\"false\"}",
	};

	webhook_tell(webhook, &event);
}
