/* SPDX-License-Identifier: MIT */

/*
 * What anybody may send to a receiver of webhooks.  The first byte chooses: 'e',
 * an event; 's', a line with the signature and then a body; 'c', the mode, the
 * challenge and the token of a handshake, a line each.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "strava_error.h"

#include "json.h"
#include "members.h"

#define NOW INT64_C(1795435200)
#define KEY "a signing secret"

/* --- events --- */

static void
check_updates(const strava_entry_list *updates)
{
	for (size_t i = 0; updates != NULL && i < updates->count; i++) {
		MUST(strlen(updates->items[i]->key) < SIZE_MAX);
		MUST(strlen(updates->items[i]->value) < SIZE_MAX);
	}
}

/* True, with the key, when the event is one to be kept. */
static bool
key_of(const strava_webhook_event *event, char key[STRAVA_WEBHOOK_KEY_SIZE])
{
	strava_error  err;
	strava_status checked, status;

	memset(key, 'x', STRAVA_WEBHOOK_KEY_SIZE);
	checked = strava_webhook_event_check(event, 0, &err);
	if (checked != STRAVA_OK)
		fuzz_check_error(checked, &err);
	status = strava_webhook_event_key(event, key, &err);
	MUST(memchr(key, '\0', STRAVA_WEBHOOK_KEY_SIZE) != NULL);
	MUST((*key != '\0') == (status == STRAVA_OK));
	if (status != STRAVA_OK) {
		fuzz_check_error(status, &err);
		return false;
	}
	MUST(checked == STRAVA_OK);
	MUST(fuzz_is_message(key));
	return true;
}

static void
check_event(const strava_webhook_event *event)
{
	char                  key[STRAVA_WEBHOOK_KEY_SIZE];
	char                  key_again[STRAVA_WEBHOOK_KEY_SIZE];
	const char           *json = strava_webhook_event_json(event);
	strava_webhook_event *again;

	check_updates(event->updates);
	MUST(event->object_id >= 0 && event->owner_id >= 0 &&
	     event->subscription_id >= 0 && event->event_time >= 0);
	MUST(!event->is_deauthorization ||
	     event->object == STRAVA_WEBHOOK_ATHLETE);
	MUST(json != NULL);
	/* A text may take six times its bytes once escaped. */
	if (strlen(json) > STRAVA_WEBHOOK_BODY_MAX)
		return;
	MUST(strava_webhook_event_parse(json, strlen(json), &again, NULL) ==
	     STRAVA_OK);
	MUST(key_of(event, key) == key_of(again, key_again));
	MUST(strcmp(key, key_again) == 0);
	strava_webhook_event_free(again);
}

static void
receive(const uint8_t *body, size_t len)
{
	strava_webhook_event *event;
	strava_error          err;
	strava_status         status;

	status = strava_webhook_event_parse(body, len, &event, &err);
	MUST((event != NULL) == (status == STRAVA_OK));
	if (status == STRAVA_OK)
		check_event(event);
	else
		fuzz_check_error(status, &err);
	strava_webhook_event_free(event);
}

/* --- signatures --- */

static strava_webhook_signature
check(strava_webhook_mode mode, const char *header, const char *body)
{
	const char *const            keys[] = { "an older secret", KEY, NULL };
	const strava_webhook_signing signing = { .mode = mode, .keys = keys };
	strava_webhook_signature     found;
	strava_error                 err;
	strava_status                status;

	status = strava_webhook_signature_check(
	    &signing, header, body, strlen(body), NOW, &found, &err);
	if (status != STRAVA_OK)
		fuzz_check_error(status, &err);
	if (mode == STRAVA_WEBHOOK_ENFORCE)
		MUST(
		    (status == STRAVA_OK) == (found == STRAVA_SIGNATURE_VALID));
	else
		MUST(status == STRAVA_OK);
	return found;
}

/* Writes the signature that is right for the body. */
static void
sign(const char *body, char header[128])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int  size;
	char         *text = malloc(strlen(body) + 32);
	int           len, at;

	MUST(text != NULL);
	len = sprintf(text, "%lld.%s", (long long)NOW, body);
	MUST(HMAC(EVP_sha256(), KEY, strlen(KEY), (const unsigned char *)text,
		 (size_t)len, digest, &size) != NULL);
	at = sprintf(header, "t=%lld,v1=", (long long)NOW);
	for (unsigned int i = 0; i < size; i++)
		at += sprintf(header + at, "%02x", digest[i]);
	free(text);
}

static void
verify(char *header)
{
	char  right[128];
	char *body = fuzz_cut(header, '\n');

	sign(body, right);
	MUST(check(STRAVA_WEBHOOK_OFF, header, body) ==
	     STRAVA_SIGNATURE_UNCHECKED);
	MUST(check(STRAVA_WEBHOOK_LOG, header, body) ==
	     check(STRAVA_WEBHOOK_ENFORCE, header, body));
	MUST(check(STRAVA_WEBHOOK_ENFORCE, right, body) ==
	     STRAVA_SIGNATURE_VALID);
	if (strstr(header, strstr(right, "v1=")) == NULL)
		MUST(check(STRAVA_WEBHOOK_ENFORCE, header, body) !=
		     STRAVA_SIGNATURE_VALID);
}

/* --- handshakes --- */

static void
shake_hands(char *mode)
{
	char                          *challenge = fuzz_cut(mode, '\n');
	char                          *token = fuzz_cut(challenge, '\n');
	const strava_webhook_handshake shake = { mode, challenge, token,
		{ 0 } };
	char                           answer[STRAVA_WEBHOOK_ANSWER_SIZE];
	struct json_object            *doc;
	const char                    *text;
	strava_error                   err;
	strava_status                  status;

	memset(answer, 'x', sizeof(answer));
	status =
	    strava_webhook_handshake_answer(&shake, "STRAVA", answer, &err);
	MUST(memchr(answer, '\0', sizeof(answer)) != NULL);
	MUST((*answer != '\0') == (status == STRAVA_OK));
	if (status != STRAVA_OK) {
		fuzz_check_error(status, &err);
		return;
	}
	MUST(strcmp(token, "STRAVA") == 0);
	MUST((doc = json_read(answer, strlen(answer))) != NULL);
	text = members_get_string(doc, "hub.challenge");
	MUST(text != NULL && strcmp(text, challenge) == 0);
	json_object_put(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	switch (data[0]) {
	case 'e': receive(data + 1, size - 1); break;
	case 's': verify(text); break;
	case 'c': shake_hands(text); break;
	default: break;
	}
	free(text);
	return 0;
}
