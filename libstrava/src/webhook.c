/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "models.h"

#define CHALLENGE_MAX 256
#define WORD_MAX 32 /* bytes of a type in a key */
#define YEAR_10000 INT64_C(253402300800)

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* 1 to `max` bytes, all of them of `set`. */
static bool
is_word(const char *text, size_t max, const char *set)
{
	size_t len = strnlen(text, max + 1);

	return len > 0 && len <= max && strspn(text, set) == len;
}

/* Nothing and "" equal nothing, themselves included. */
static bool
is_token(const char *given, const char *expected)
{
	return given != NULL && expected != NULL && *expected != '\0' &&
	       strlen(given) == strlen(expected) &&
	       CRYPTO_memcmp(given, expected, strlen(expected)) == 0;
}

/* What is allowed in a challenge needs no escaping. */
strava_status
strava_webhook_handshake_answer(const strava_webhook_handshake *handshake,
    const char *expected, char answer[STRAVA_WEBHOOK_ANSWER_SIZE],
    strava_error *err)
{
	if (answer != NULL)
		answer[0] = '\0';
	if (handshake == NULL || answer == NULL)
		return sv_fail_argument(err, "handshake or answer is NULL");
	if (!is_token(handshake->verify_token, expected) ||
	    handshake->mode == NULL ||
	    strcmp(handshake->mode, "subscribe") != 0)
		return sv_fail(err, STRAVA_ERR_FORBIDDEN,
		    "hub.mode or hub.verify_token is not what was agreed");
	if (handshake->challenge == NULL ||
	    !is_word(
		handshake->challenge, CHALLENGE_MAX, LETTERS DIGITS "-._~"))
		return sv_fail(
		    err, STRAVA_ERR_REQUEST, "hub.challenge is missing or odd");
	snprintf(answer, STRAVA_WEBHOOK_ANSWER_SIZE,
	    "{\"hub.challenge\":\"%s\"}", handshake->challenge);
	return STRAVA_OK;
}

/* --- reading an event --- */

/* By the values of their enums, whose 0 is none of them. */
static const char *const objects[] = {
	[STRAVA_WEBHOOK_ACTIVITY] = "activity",
	[STRAVA_WEBHOOK_ATHLETE] = "athlete",
};
static const char *const aspects[] = {
	[STRAVA_WEBHOOK_CREATE] = "create",
	[STRAVA_WEBHOOK_UPDATE] = "update",
	[STRAVA_WEBHOOK_DELETE] = "delete",
};

/* Where the text stands, from 1; 0: nowhere. */
static size_t
find(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 1; text != NULL && i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return 0;
}

static bool
put_id(struct json_object *value, void *at)
{
	int64_t id;

	if (!put_int64(value, &id) || id < 1)
		return false;
	*(int64_t *)at = id;
	return true;
}

static bool
put_when(struct json_object *value, void *at)
{
	int64_t when;

	if (!put_id(value, &when) || when >= YEAR_10000)
		return false;
	*(int64_t *)at = when;
	return true;
}

/* "false", as Strava writes it, and whatever else may mean it one day.  Takes no
 * memory: a want of it must not change what an event says. */
static bool
put_said(struct json_object *value, void *at)
{
	const char *text;
	int64_t     number;
	bool        yes;

	if (put_string(value, &text)) {
		yes = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
		if (!yes && strcasecmp(text, "false") != 0 &&
		    strcmp(text, "0") != 0)
			return false;
	} else if (json_object_is_type(value, json_type_int)) {
		if (!put_int64(value, &number) || number < 0 || number > 1)
			return false;
		yes = number == 1;
	} else if (!put_bool(value, &yes)) {
		return false;
	}
	*(strava_tri *)at = yes ? STRAVA_TRUE : STRAVA_FALSE;
	return true;
}

static bool
put_withdrawn(struct json_object *value, void *at)
{
	strava_tri authorized;

	if (!put_said(value, &authorized))
		return false;
	*(bool *)at = authorized == STRAVA_FALSE;
	return true;
}

#define M(name, put, in, key) MEMBER(strava_webhook_event, name, put, in, key)
static const struct member members[] = {
	M(object_type, put_string, NULL, "object_type"),
	M(aspect_type, put_string, NULL, "aspect_type"),
	M(object_id, put_id, NULL, "object_id"),
	M(owner_id, put_id, NULL, "owner_id"),
	M(subscription_id, put_id, NULL, "subscription_id"),
	M(event_time, put_when, NULL, "event_time"),
	M(title, put_string, "updates", "title"),
	M(type, put_string, "updates", "type"),
	M(is_private, put_said, "updates", "private"),
	M(is_deauthorization, put_withdrawn, "updates", "authorized"),
};
#undef M

static const struct nested nested[] = {
	NESTED(
	    strava_webhook_event, updates, NULL, "updates", IN_ENTRIES, NULL),
};

static const struct model event_model =
    MODEL(strava_webhook_event, "webhook event", members, nested);

strava_status
strava_webhook_event_parse(
    const void *body, size_t len, strava_webhook_event **out, strava_error *err)
{
	strava_webhook_event *event;
	strava_status         status;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	*out = NULL;
	if (len > STRAVA_WEBHOOK_BODY_MAX)
		return sv_fail(err, STRAVA_ERR_FORMAT,
		    "the event is longer than %d bytes",
		    STRAVA_WEBHOOK_BODY_MAX);
	status = sv_model_parse(body, len, &event_model, &event, err);
	if (status != STRAVA_OK)
		return status;
	event->object = (strava_webhook_object)find(
	    event->object_type, objects, COUNT(objects));
	event->aspect = (strava_webhook_aspect)find(
	    event->aspect_type, aspects, COUNT(aspects));
	if (event->object != STRAVA_WEBHOOK_ATHLETE)
		event->is_deauthorization = false;
	*out = event;
	return STRAVA_OK;
}

void
strava_webhook_event_free(strava_webhook_event *event)
{
	model_free(event);
}

const char *
strava_webhook_event_json(const strava_webhook_event *event)
{
	return model_json(event);
}

/* --- judging an event --- */

/* The first member that Strava always sends and this event lacks, or NULL. */
static const char *
lacking(const strava_webhook_event *event)
{
	const struct {
		const char *name;
		bool        there;
	} rows[] = {
		{ "object_type", event->object_type != NULL },
		{ "object_id", event->object_id != 0 },
		{ "aspect_type", event->aspect_type != NULL },
		{ "owner_id", event->owner_id != 0 },
		{ "subscription_id", event->subscription_id != 0 },
		{ "event_time", event->event_time != 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (!rows[i].there)
			return rows[i].name;
	return NULL;
}

strava_status
strava_webhook_event_check(const strava_webhook_event *event,
    int64_t subscription_id, strava_error *err)
{
	const char *name;

	if (event == NULL || subscription_id < 0)
		return sv_fail_argument(
		    err, "event is NULL or the subscription id is negative");
	if ((name = lacking(event)) != NULL)
		return sv_fail(err, STRAVA_ERR_FORMAT,
		    "the event's %s is missing or odd", name);
	if (subscription_id != 0 && event->subscription_id != subscription_id)
		return sv_fail(err, STRAVA_ERR_FORBIDDEN,
		    "the event is of subscription %" PRId64 ", not %" PRId64,
		    event->subscription_id, subscription_id);
	return STRAVA_OK;
}

strava_status
strava_webhook_event_key(const strava_webhook_event *event,
    char key[STRAVA_WEBHOOK_KEY_SIZE], strava_error *err)
{
	static const char word[] = LETTERS DIGITS "-_";
	strava_status                      status;

	if (key != NULL)
		key[0] = '\0';
	if (key == NULL)
		return sv_fail_argument(err, "key is NULL");
	if ((status = strava_webhook_event_check(event, 0, err)) != STRAVA_OK)
		return status;
	if (!is_word(event->object_type, WORD_MAX, word) ||
	    !is_word(event->aspect_type, WORD_MAX, word))
		return sv_fail(err, STRAVA_ERR_FORMAT,
		    "the event's object_type or aspect_type is no word");
	snprintf(key, STRAVA_WEBHOOK_KEY_SIZE,
	    "%" PRId64 "/%s/%" PRId64 "/%s/%" PRId64, event->subscription_id,
	    event->object_type, event->object_id, event->aspect_type,
	    event->event_time);
	return STRAVA_OK;
}
