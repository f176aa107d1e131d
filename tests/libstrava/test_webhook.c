/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TOKEN "a-word-for-the-handshake"
#define CHALLENGE "15f7d1a91c1f40f8a748fd134752feb3"

/* --- handshake --- */

static strava_status
answer_to(const char *mode, const char *challenge, const char *token,
    const char *expected, char answer[STRAVA_WEBHOOK_ANSWER_SIZE])
{
	strava_webhook_handshake handshake = {
		.mode = mode, .challenge = challenge, .verify_token = token
	};
	strava_error  err = { 0 };
	strava_status status;

	memset(answer, 'x', STRAVA_WEBHOOK_ANSWER_SIZE);
	status =
	    strava_webhook_handshake_answer(&handshake, expected, answer, &err);
	assert_int_equal(status, err.status);
	if (status != STRAVA_OK) {
		assert_string_equal(answer, "");
		assert_null(strstr(err.message, TOKEN));
	}
	return status;
}

static void
a_handshake_is_answered_with_its_challenge(void **state)
{
	char answer[STRAVA_WEBHOOK_ANSWER_SIZE];

	(void)state;
	assert_int_equal(
	    answer_to("subscribe", CHALLENGE, TOKEN, TOKEN, answer), STRAVA_OK);
	assert_string_equal(answer, "{\"hub.challenge\":\"" CHALLENGE "\"}");
}

static void
a_stranger_is_forbidden(void **state)
{
	static const char *const tokens[] = { NULL, "", "a",
		"a-word-for-the-handshak", "a-word-for-the-handshakee",
		"A-WORD-FOR-THE-HANDSHAKE", "x-word-for-the-handshake" };
	static const char *const modes[] = { NULL, "", "unsubscribe",
		"Subscribe", "subscribe " };
	char                     answer[STRAVA_WEBHOOK_ANSWER_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		assert_int_equal(
		    answer_to("subscribe", CHALLENGE, tokens[i], TOKEN, answer),
		    STRAVA_ERR_FORBIDDEN);
	for (size_t i = 0; i < COUNT(modes); i++)
		assert_int_equal(
		    answer_to(modes[i], CHALLENGE, TOKEN, TOKEN, answer),
		    STRAVA_ERR_FORBIDDEN);
}

static void
without_a_token_of_ours_everybody_is_forbidden(void **state)
{
	static const char *const tokens[] = { NULL, "", TOKEN };
	char                     answer[STRAVA_WEBHOOK_ANSWER_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		assert_int_equal(
		    answer_to("subscribe", CHALLENGE, tokens[i], NULL, answer),
		    STRAVA_ERR_FORBIDDEN);
		assert_int_equal(
		    answer_to("subscribe", CHALLENGE, tokens[i], "", answer),
		    STRAVA_ERR_FORBIDDEN);
	}
}

static void
a_challenge_that_needs_escaping_is_refused(void **state)
{
	static const char *const odd[] = { NULL, "", "\"}<script>", "a b",
		"a\r\nb", "\\", "caf\xc3\xa9", "a\x7f", "a/b", "%41" };
	char                     answer[STRAVA_WEBHOOK_ANSWER_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++)
		assert_int_equal(
		    answer_to("subscribe", odd[i], TOKEN, TOKEN, answer),
		    STRAVA_ERR_REQUEST);
	/* What is odd is told to those alone who know the token. */
	assert_int_equal(answer_to("subscribe", odd[2], "no", TOKEN, answer),
	    STRAVA_ERR_FORBIDDEN);
}

static void
a_challenge_has_at_most_256_bytes(void **state)
{
	char challenge[10241], answer[STRAVA_WEBHOOK_ANSWER_SIZE];

	(void)state;
	memset(challenge, 'c', sizeof(challenge));
	challenge[256] = '\0';
	assert_int_equal(
	    answer_to("subscribe", challenge, TOKEN, TOKEN, answer), STRAVA_OK);
	assert_int_equal(strlen(answer), 256 + strlen("{'hub.challenge':''}"));
	challenge[256] = 'c';
	challenge[257] = '\0';
	assert_int_equal(
	    answer_to("subscribe", challenge, TOKEN, TOKEN, answer),
	    STRAVA_ERR_REQUEST);
	challenge[257] = 'c';
	challenge[sizeof(challenge) - 1] = '\0';
	assert_int_equal(
	    answer_to("subscribe", challenge, TOKEN, TOKEN, answer),
	    STRAVA_ERR_REQUEST);
}

/* --- events --- */

/* Reads from a copy that ends where the event does, so that a byte too far is
 * noticed. */
static strava_status
parse(const char *text, strava_webhook_event **event, strava_error *err)
{
	size_t        len = strlen(text);
	char         *copy = malloc(len + (len == 0));
	strava_status status;

	assert_non_null(copy);
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i];
	*event = (void *)copy; /* not NULL */
	status = strava_webhook_event_parse(copy, len, event, err);
	assert_true((status == STRAVA_OK) == (*event != NULL));
	free(copy);
	return status;
}

static strava_webhook_event *
event_of(const char *text)
{
	strava_webhook_event *event;

	assert_int_equal(parse(text, &event, NULL), STRAVA_OK);
	return event;
}

static strava_webhook_event *
stored(const char *name)
{
	char                  path[128], *text;
	strava_webhook_event *event;

	snprintf(path, sizeof(path), "webhook/%s.json", name);
	text = fixture(path);
	event = event_of(text);
	free(text);
	return event;
}

static void
an_update_is_read(void **state)
{
	strava_webhook_event *event = stored("activity_update");

	(void)state;
	assert_int_equal(event->object, STRAVA_WEBHOOK_ACTIVITY);
	assert_int_equal(event->aspect, STRAVA_WEBHOOK_UPDATE);
	assert_string_equal(event->object_type, "activity");
	assert_string_equal(event->aspect_type, "update");
	assert_true(event->object_id == INT64_C(16578901234));
	assert_true(event->owner_id == 134815);
	assert_true(event->subscription_id == 120475);
	assert_true(event->event_time == 1795435160);
	assert_int_equal(event->updates->count, 3);
	assert_string_equal(event->updates->items[1]->key, "type");
	assert_string_equal(event->updates->items[1]->value, "Ride");
	assert_string_equal(event->title, "Fr\xc3\xbch um den See");
	assert_string_equal(event->type, "Ride");
	assert_int_equal(event->is_private, STRAVA_FALSE);
	assert_false(event->is_deauthorization);
	strava_webhook_event_free(event);
}

static void
an_event_without_updates_has_none(void **state)
{
	strava_webhook_event *event = stored("activity_create");

	(void)state;
	assert_int_equal(event->aspect, STRAVA_WEBHOOK_CREATE);
	assert_int_equal(event->updates->count, 0);
	assert_null(event->title);
	assert_int_equal(event->is_private, STRAVA_UNSET);
	strava_webhook_event_free(event);
	event = stored("activity_delete");
	assert_int_equal(event->aspect, STRAVA_WEBHOOK_DELETE);
	assert_null(event->updates);
	strava_webhook_event_free(event);
	event = stored("activity_made_private");
	assert_int_equal(event->is_private, STRAVA_TRUE);
	assert_true(event->object_id == INT64_C(9007199254740993));
	strava_webhook_event_free(event);
}

#define ATHLETE(authorized)                            \
	"{\"object_type\":\"athlete\",\"owner_id\":7," \
	"\"updates\":{\"authorized\":" authorized "}}"

static void
a_withdrawal_is_recognised_however_it_is_spelt(void **state)
{
	static const char *const yes[] = { ATHLETE("\"false\""),
		ATHLETE("false"), ATHLETE("\"False\""), ATHLETE("\"0\""),
		ATHLETE("0") };
	static const char *const no[] = { ATHLETE("\"true\""), ATHLETE("true"),
		ATHLETE("1"), ATHLETE("\"\""), ATHLETE("null"), ATHLETE("{}"),
		ATHLETE("[false]"), ATHLETE("\"false \""), ATHLETE("0.0"),
		"{\"object_type\":\"athlete\",\"authorized\":\"false\"}",
		"{\"object_type\":\"athlete\",\"updates\":\"false\"}",
		("{\"object_type\":\"activity\",\"owner_id\":7,"
		 "\"updates\":{\"authorized\":\"false\"}}"),
		"{\"updates\":{\"authorized\":\"false\"}}" };
	strava_webhook_event    *event;

	(void)state;
	for (size_t i = 0; i < COUNT(yes) + COUNT(no); i++) {
		bool is = i < COUNT(yes);

		event = event_of(is ? yes[i] : no[i - COUNT(yes)]);
		if (event->is_deauthorization != is)
			fail_msg("%s", strava_webhook_event_json(event));
		strava_webhook_event_free(event);
	}
}

static void
the_stored_athletes_are_understood(void **state)
{
	static const struct {
		const char *name;
		bool        withdrawn;
	} rows[] = { { "athlete_deauthorized", true },
		{ "athlete_deauthorized_boolean", true },
		{ "athlete_authorized", false } };
	strava_webhook_event *event;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		event = stored(rows[i].name);
		assert_int_equal(event->object, STRAVA_WEBHOOK_ATHLETE);
		assert_int_equal(event->is_deauthorization, rows[i].withdrawn);
		assert_int_equal(event->updates->count, 1);
		assert_string_equal(event->updates->items[0]->value,
		    rows[i].withdrawn ? "false" : "true");
		strava_webhook_event_free(event);
	}
}

static void
updates_are_texts_whatever_strava_sends(void **state)
{
	static const char text[] =
	    "{\"updates\":{\"a\":true,\"b\":-7,\"c\":1.50,\"d\":\"x\","
	    "\"e\":null,\"f\":{\"g\":1},\"h\":[],\"i\":\"\\u0000\"}}";
	static const char *const values[] = { "true", "-7", "1.50", "x" };
	strava_webhook_event    *event = event_of(text);

	(void)state;
	assert_int_equal(event->updates->count, COUNT(values));
	assert_int_equal(event->updates->skipped, 4);
	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(event->updates->items[i]->value, values[i]);
	assert_string_equal(strava_webhook_event_json(event), text);
	strava_webhook_event_free(event);
}

static void
words_of_the_future_are_kept_as_texts(void **state)
{
	strava_webhook_event *event = stored("unknown_words");

	(void)state;
	assert_int_equal(event->object, STRAVA_WEBHOOK_OBJECT_UNKNOWN);
	assert_int_equal(event->aspect, STRAVA_WEBHOOK_ASPECT_UNKNOWN);
	assert_string_equal(event->object_type, "club");
	assert_string_equal(event->aspect_type, "merge");
	assert_non_null(strstr(
	    strava_webhook_event_json(event), "\"api_version\":{\"major\":4}"));
	assert_int_equal(
	    strava_webhook_event_check(event, 120475, NULL), STRAVA_OK);
	strava_webhook_event_free(event);
}

static void
what_is_no_json_object_is_no_event(void **state)
{
	static const char *const bad[] = { "", " ", "{", "[]", "null", "1",
		"\"x\"", "{}{}", "{\"a\":1,}", "{'a':1}", "{\"a\":NaN}",
		"{\"a\":1,\"a\":1}", "{\"updates\":{\"b\":1,\"b\":2}}",
		"{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}" };
	static const char *const names[] = { "hostile_duplicate_owner",
		"hostile_depth", "hostile_cut", "hostile_utf8" };
	strava_webhook_event    *event;
	strava_error             err;
	char                     path[128], *text;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    parse(bad[i], &event, &err), STRAVA_ERR_FORMAT);
		assert_true(err.message[0] != '\0');
	}
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "webhook/%s.json", names[i]);
		text = fixture(path);
		if (parse(text, &event, &err) != STRAVA_ERR_FORMAT)
			fail_msg("%s is taken", names[i]);
		free(text);
	}
	assert_int_equal(
	    strava_webhook_event_parse("{\"a\":1}\0", 8, &event, NULL),
	    STRAVA_ERR_FORMAT);
}

static void
an_event_has_at_most_16_kib(void **state)
{
	char                 *text = malloc(STRAVA_WEBHOOK_BODY_MAX + 1);
	strava_webhook_event *event;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', STRAVA_WEBHOOK_BODY_MAX + 1);
	text[0] = '{';
	text[1] = '}';
	assert_int_equal(strava_webhook_event_parse(
			     text, STRAVA_WEBHOOK_BODY_MAX, &event, NULL),
	    STRAVA_OK);
	strava_webhook_event_free(event);
	assert_int_equal(strava_webhook_event_parse(
			     text, STRAVA_WEBHOOK_BODY_MAX + 1, &event, NULL),
	    STRAVA_ERR_FORMAT);
	assert_null(event);
	free(text);
}

/* An event in which one member has another value; NULL: is left out. */
static strava_webhook_event *
event_with(const char *name, const char *value)
{
	static const char *const members[][2] = {
		{ "object_type", "\"activity\"" },
		{ "object_id", "1" },
		{ "aspect_type", "\"create\"" },
		{ "owner_id", "2" },
		{ "subscription_id", "3" },
		{ "event_time", "4" },
	};
	char        text[1024] = "{\"x\":0";
	const char *v;

	for (size_t i = 0; i < COUNT(members); i++) {
		size_t len = strlen(text);

		v = strcmp(members[i][0], name) == 0 ? value : members[i][1];
		if (v != NULL)
			snprintf(text + len, sizeof(text) - len, ",\"%s\":%s",
			    members[i][0], v);
	}
	snprintf(text + strlen(text), 2, "}");
	return event_of(text);
}

static void
an_event_that_lacks_something_says_what(void **state)
{
	static const struct {
		const char *name, *value;
	} rows[] = { { "object_type", NULL }, { "object_type", "5" },
		{ "object_type", "\"a\\u0000\"" }, { "aspect_type", NULL },
		{ "aspect_type", "null" }, { "object_id", NULL },
		{ "object_id", "0" }, { "owner_id", "-1" },
		{ "owner_id", "1.5" }, { "owner_id", "\"1\"" },
		{ "owner_id", "null" }, { "owner_id", "9223372036854775808" },
		{ "owner_id", "-9223372036854775809" },
		{ "subscription_id", "true" }, { "event_time", "0" },
		{ "event_time", "-1" }, { "event_time", "\"x\"" },
		{ "event_time", "253402300800" },
		{ "event_time", "4611686018427387904" } };
	char                  key[STRAVA_WEBHOOK_KEY_SIZE];
	strava_webhook_event *event;
	strava_error          err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		event = event_with(rows[i].name, rows[i].value);
		assert_int_equal(strava_webhook_event_check(event, 0, &err),
		    STRAVA_ERR_FORMAT);
		if (strstr(err.message, rows[i].name) == NULL)
			fail_msg("%s: %s", rows[i].name, err.message);
		assert_int_equal(strava_webhook_event_key(event, key, &err),
		    STRAVA_ERR_FORMAT);
		assert_string_equal(key, "");
		strava_webhook_event_free(event);
	}
	event = stored("hostile_ids");
	assert_true(event->object_id == 0 && event->owner_id == 0);
	assert_true(event->subscription_id == 0 && event->event_time == 0);
	assert_null(event->updates);
	strava_webhook_event_free(event);
}

static void
the_largest_numbers_are_kept(void **state)
{
	char                  key[STRAVA_WEBHOOK_KEY_SIZE];
	strava_webhook_event *event =
	    event_of("{\"object_type\":\"a2345678901234567890123456789_-Z\","
		     "\"aspect_type\":\"b2345678901234567890123456789012\","
		     "\"object_id\":9223372036854775807,"
		     "\"owner_id\":9223372036854775807,"
		     "\"subscription_id\":9223372036854775807,"
		     "\"event_time\":253402300799}");

	(void)state;
	assert_true(event->owner_id == INT64_MAX);
	assert_int_equal(strava_webhook_event_key(event, key, NULL), STRAVA_OK);
	assert_string_equal(key,
	    "9223372036854775807/a2345678901234567890123456789_-Z/"
	    "9223372036854775807/b2345678901234567890123456789012/"
	    "253402300799");
	strava_webhook_event_free(event);
}

static void
an_event_of_another_subscription_is_forbidden(void **state)
{
	strava_webhook_event *event = stored("activity_update");
	strava_error          err;

	(void)state;
	assert_int_equal(strava_webhook_event_check(event, 0, &err), STRAVA_OK);
	assert_int_equal(
	    strava_webhook_event_check(event, 120475, &err), STRAVA_OK);
	assert_int_equal(strava_webhook_event_check(event, 120476, &err),
	    STRAVA_ERR_FORBIDDEN);
	assert_int_equal(
	    strava_webhook_event_check(event, -1, &err), STRAVA_ERR_ARGUMENT);
	strava_webhook_event_free(event);
}

static void
the_key_tells_events_apart(void **state)
{
	static const struct {
		const char *name, *value;
	} rows[] = { { "object_type", "\"athlete\"" }, { "object_id", "9" },
		{ "aspect_type", "\"update\"" }, { "subscription_id", "9" },
		{ "event_time", "9" } };
	char key[STRAVA_WEBHOOK_KEY_SIZE], other[STRAVA_WEBHOOK_KEY_SIZE];
	strava_webhook_event *event = event_with("", NULL);

	(void)state;
	assert_int_equal(strava_webhook_event_key(event, key, NULL), STRAVA_OK);
	assert_string_equal(key, "3/activity/1/create/4");
	strava_webhook_event_free(event);
	for (size_t i = 0; i < COUNT(rows); i++) {
		event = event_with(rows[i].name, rows[i].value);
		assert_int_equal(
		    strava_webhook_event_key(event, other, NULL), STRAVA_OK);
		assert_string_not_equal(key, other);
		strava_webhook_event_free(event);
	}
	event = event_with("owner_id", "9");
	assert_int_equal(
	    strava_webhook_event_key(event, other, NULL), STRAVA_OK);
	assert_string_equal(key, other);
	strava_webhook_event_free(event);
}

static void
a_type_that_is_no_word_makes_no_key(void **state)
{
	static const char *const odd[] = { "\"\"", "\"a/b\"", "\"a b\"",
		"\"caf\xc3\xa9\"", "\"a\\n\"",
		"\"a23456789012345678901234567890123\"" };
	char                     key[STRAVA_WEBHOOK_KEY_SIZE];
	strava_webhook_event    *event;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(odd); i++) {
		event = event_with(
		    i % 2 == 0 ? "object_type" : "aspect_type", odd[i / 2]);
		assert_int_equal(strava_webhook_event_key(event, key, NULL),
		    STRAVA_ERR_FORMAT);
		assert_string_equal(key, "");
		strava_webhook_event_free(event);
	}
	event = stored("hostile_slashes");
	assert_int_equal(
	    strava_webhook_event_key(event, key, NULL), STRAVA_ERR_FORMAT);
	strava_webhook_event_free(event);
}

static void
hostile_texts_are_only_texts(void **state)
{
	strava_webhook_event *event = stored("hostile_markup");

	(void)state;
	assert_string_equal(
	    event->title, "<script>alert(1)</script>\r\nSet-Cookie: a=b");
	assert_int_equal(event->updates->count, 1);
	assert_int_equal(event->updates->skipped, 3);
	strava_webhook_event_free(event);
}

/* --- signatures --- */

#define NOW INT64_C(1795435200)
#define SECRET "client-secret"

static const char body[] = "{\"object_type\":\"activity\"}";

/* "t=TIME,v1=HEX" as Strava's example makes it. */
static void
sign(const char *key, const char *time, char out[128])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char          text[256];
	unsigned      len = 0;
	size_t        at;

	snprintf(text, sizeof(text), "%s.%s", time, body);
	HMAC(EVP_sha256(), key, (int)strlen(key), (unsigned char *)text,
	    strlen(text), digest, &len);
	assert_int_equal(len, 32);
	snprintf(out, 128, "t=%s,v1=", time);
	at = strlen(out);
	for (size_t i = 0; i < len; i++)
		snprintf(out + at + 2 * i, 3, "%02x", digest[i]);
}

static strava_webhook_signature
look(strava_webhook_mode mode, const char *const *keys, const char *header,
    int64_t now)
{
	strava_webhook_signing   signing = { .mode = mode, .keys = keys };
	strava_webhook_signature found;
	strava_error             err;
	strava_status            status;

	/* A copy ends where the header does: a byte too far is noticed. */
	char *copy = header != NULL ? strdup(header) : NULL;

	status = strava_webhook_signature_check(
	    &signing, copy, body, strlen(body), now, &found, &err);
	free(copy);
	if (mode != STRAVA_WEBHOOK_ENFORCE || found == STRAVA_SIGNATURE_VALID) {
		assert_int_equal(status, STRAVA_OK);
	} else {
		assert_int_equal(status, STRAVA_ERR_FORBIDDEN);
		assert_non_null(
		    strstr(err.message, strava_webhook_signature_name(found)));
	}
	return found;
}

static const char *const secret[] = { SECRET, NULL };

static strava_webhook_signature
enforced(const char *header)
{
	return look(STRAVA_WEBHOOK_ENFORCE, secret, header, NOW);
}

static void
a_known_signature_is_valid(void **state)
{
	/* printf '1795435200.{"object_type":"activity"}' |
	 *     openssl dgst -sha256 -hmac client-secret */
	static const char header[] =
	    "t=1795435200,v1="
	    "bfec3ad5dfa782a18a6470cbf86c61eea0ae7392fc15ff41ff162e45474c40f6";

	(void)state;
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_VALID);
}

static void
any_of_our_keys_will_do(void **state)
{
	static const char *const both[] = { "new-secret", SECRET, NULL };
	static const char *const none[] = { "new-secret", "other", NULL };
	char                     header[128];

	(void)state;
	sign(SECRET, "1795435200", header);
	assert_int_equal(look(STRAVA_WEBHOOK_ENFORCE, both, header, NOW),
	    STRAVA_SIGNATURE_VALID);
	assert_int_equal(look(STRAVA_WEBHOOK_ENFORCE, none, header, NOW),
	    STRAVA_SIGNATURE_WRONG);
	sign("new-secret", "1795435200", header);
	assert_int_equal(look(STRAVA_WEBHOOK_ENFORCE, both, header, NOW),
	    STRAVA_SIGNATURE_VALID);
}

static void
any_v1_of_the_header_will_do(void **state)
{
	static const char zeros[] = "000000000000000000000000000000000000000000"
				    "0000000000000000000000";
	char              good[128], header[512];

	(void)state;
	sign(SECRET, "1795435200", good);
	snprintf(header, sizeof(header), "t=1795435200,v1=%s,%s", zeros,
	    good + strlen("t=1795435200,"));
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_VALID);
	snprintf(
	    header, sizeof(header), "%s,v1=%s,v0=%s,x=", good, zeros, zeros);
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_VALID);
	snprintf(header, sizeof(header), "v1=%s , \t%s ", zeros, good);
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_VALID);
	snprintf(
	    header, sizeof(header), "t=1795435200,v1=%s,v1=%s", zeros, zeros);
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
	snprintf(header, sizeof(header), "t=1795435200,v2=%s",
	    good + strlen("t=1795435200,v1="));
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_MALFORMED);
}

static void
a_signature_is_spelt_in_one_way(void **state)
{
	char header[256], *digit;

	(void)state;
	sign(SECRET, "1795435200", header);
	header[strlen(header) - 1] = '\0';
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
	sign(SECRET, "1795435200", header);
	snprintf(header + strlen(header), 2, "0");
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
	sign(SECRET, "1795435200", header);
	digit = strpbrk(header + strlen("t=1795435200,v1="), "abcdef");
	assert_non_null(digit);
	*digit = (char)(*digit - 'a' + 'A');
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
	*digit = *digit == 'A' ? 'b' : 'a';
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
}

static void
another_body_or_time_has_another_signature(void **state)
{
	strava_webhook_signing signing = { .mode = STRAVA_WEBHOOK_ENFORCE,
		.keys = secret };
	char                   header[128];

	(void)state;
	sign(SECRET, "1795435200", header);
	assert_int_equal(strava_webhook_signature_check(&signing, header, body,
			     strlen(body) - 1, NOW, NULL, NULL),
	    STRAVA_ERR_FORBIDDEN);
	assert_int_equal(strava_webhook_signature_check(
			     &signing, header, NULL, 0, NOW, NULL, NULL),
	    STRAVA_ERR_FORBIDDEN);
	header[strlen("t=179543520")] = '1';
	assert_int_equal(enforced(header), STRAVA_SIGNATURE_WRONG);
}

static void
a_header_of_another_form_is_malformed(void **state)
{
	static const char *const odd[] = { "", ",", "=", "t",
		"t=", "t=1795435200", "v1=00", "t=,v1=00", "t=NaN,v1=00",
		"t=-1,v1=00", "t=1795435200.5,v1=00", "t=+1795435200,v1=00",
		"t=1795435200,v1=00,", "t=1795435200,,v1=00",
		"t=1795435200,t=1795435200,v1=00", "t=1795435200;v1=00",
		"t=1795435200,v1", "t=1795435200,=v1", "T=1795435200,v1=00",
		"t=9999999999999,v1=00", "t=99999999999999999999999999,v1=00",
		"sha256=00" };
	char                     longest[5000];

	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++)
		if (enforced(odd[i]) != STRAVA_SIGNATURE_MALFORMED)
			fail_msg("\"%s\" is read", odd[i]);
	memset(longest, 'x', sizeof(longest));
	snprintf(longest, 20, "t=1795435200,v1=00");
	longest[18] = ',';
	longest[19] = 'x';
	longest[20] = '=';
	longest[4096] = '\0';
	assert_int_equal(enforced(longest), STRAVA_SIGNATURE_WRONG);
	longest[4096] = 'x';
	longest[4097] = '\0';
	assert_int_equal(enforced(longest), STRAVA_SIGNATURE_MALFORMED);
}

static void
a_signature_ages(void **state)
{
	static const struct {
		int64_t                  now, tolerance_s;
		strava_webhook_signature found;
	} rows[] = { { NOW + 300, 0, STRAVA_SIGNATURE_VALID },
		{ NOW + 301, 0, STRAVA_SIGNATURE_STALE },
		{ NOW - 300, 0, STRAVA_SIGNATURE_VALID },
		{ NOW - 301, 0, STRAVA_SIGNATURE_STALE },
		{ NOW + 1, 1, STRAVA_SIGNATURE_VALID },
		{ NOW + 2, 1, STRAVA_SIGNATURE_STALE },
		{ 0, INT64_MAX, STRAVA_SIGNATURE_VALID },
		{ INT64_MAX, INT64_MAX, STRAVA_SIGNATURE_VALID },
		{ INT64_MAX, 0, STRAVA_SIGNATURE_STALE },
		{ -1, INT64_MAX, STRAVA_SIGNATURE_STALE },
		{ INT64_MIN, 0, STRAVA_SIGNATURE_STALE } };
	strava_webhook_signing   signing = { .mode = STRAVA_WEBHOOK_LOG,
		  .keys = secret };
	strava_webhook_signature found;
	char                     header[128];

	(void)state;
	sign(SECRET, "1795435200", header);
	for (size_t i = 0; i < COUNT(rows); i++) {
		signing.tolerance_s = rows[i].tolerance_s;
		assert_int_equal(
		    strava_webhook_signature_check(&signing, header, body,
			strlen(body), rows[i].now, &found, NULL),
		    STRAVA_OK);
		assert_int_equal(found, rows[i].found);
	}
}

static void
the_mode_decides_what_a_finding_means(void **state)
{
	static const char *const nothing[] = { NULL };
	char                     header[128];

	(void)state;
	sign("other", "1795435200", header);
	assert_int_equal(look(STRAVA_WEBHOOK_OFF, secret, header, NOW),
	    STRAVA_SIGNATURE_UNCHECKED);
	assert_int_equal(look(STRAVA_WEBHOOK_LOG, secret, header, NOW),
	    STRAVA_SIGNATURE_WRONG);
	assert_int_equal(look(STRAVA_WEBHOOK_LOG, secret, NULL, NOW),
	    STRAVA_SIGNATURE_ABSENT);
	assert_int_equal(enforced(NULL), STRAVA_SIGNATURE_ABSENT);
	assert_int_equal(look(STRAVA_WEBHOOK_LOG, nothing, header, NOW),
	    STRAVA_SIGNATURE_UNCHECKED);
	assert_int_equal(look(STRAVA_WEBHOOK_LOG, NULL, header, NOW),
	    STRAVA_SIGNATURE_UNCHECKED);
	assert_int_equal(look(STRAVA_WEBHOOK_ENFORCE, nothing, header, NOW),
	    STRAVA_SIGNATURE_UNCHECKED);
	assert_int_equal(look(STRAVA_WEBHOOK_ENFORCE, NULL, NULL, NOW),
	    STRAVA_SIGNATURE_UNCHECKED);
}

static void
a_refusal_holds_no_key(void **state)
{
	strava_webhook_signing signing = { .mode = STRAVA_WEBHOOK_ENFORCE,
		.keys = secret };
	strava_error           err;
	char                   header[128];

	(void)state;
	sign("other", "1795435200", header);
	assert_int_equal(strava_webhook_signature_check(&signing, header, body,
			     strlen(body), NOW, NULL, &err),
	    STRAVA_ERR_FORBIDDEN);
	assert_string_equal(err.message, "the signature is wrong");
}

/* --- contract --- */

static void
arguments_out_of_contract_are_refused(void **state)
{
	static const char *const empty[] = { SECRET, "", NULL };
	strava_webhook_handshake handshake = { 0 };
	strava_webhook_signing   signing = { 0 };
	strava_webhook_signature found;
	strava_webhook_event    *event;
	strava_error             err;
	char                     answer[STRAVA_WEBHOOK_ANSWER_SIZE];
	const strava_status      refused = STRAVA_ERR_ARGUMENT;

	(void)state;
	assert_int_equal(
	    strava_webhook_handshake_answer(NULL, TOKEN, answer, &err),
	    refused);
	assert_string_equal(answer, "");
	assert_int_equal(
	    strava_webhook_handshake_answer(&handshake, TOKEN, NULL, &err),
	    refused);
	assert_int_equal(
	    strava_webhook_event_parse(NULL, 0, &event, &err), refused);
	assert_null(event);
	assert_int_equal(
	    strava_webhook_event_parse("{}", 2, NULL, &err), refused);
	assert_int_equal(strava_webhook_event_check(NULL, 0, &err), refused);
	assert_int_equal(strava_webhook_event_key(NULL, answer, &err), refused);
	event = event_of("{}");
	assert_int_equal(strava_webhook_event_key(event, NULL, &err), refused);
	strava_webhook_event_free(event);
	strava_webhook_event_free(NULL);
	assert_null(strava_webhook_event_json(NULL));
	assert_int_equal(strava_webhook_signature_check(
			     NULL, "", body, 1, NOW, &found, &err),
	    refused);
	assert_int_equal(strava_webhook_signature_check(
			     &signing, "", NULL, 1, NOW, &found, &err),
	    refused);
	signing.tolerance_s = -1;
	assert_int_equal(strava_webhook_signature_check(
			     &signing, "", body, 1, NOW, &found, &err),
	    refused);
	signing.tolerance_s = 0;
	signing.keys = empty;
	assert_int_equal(strava_webhook_signature_check(
			     &signing, "", body, 1, NOW, &found, &err),
	    refused);
	signing.keys = NULL;
	signing.mode = (strava_webhook_mode)3;
	assert_int_equal(strava_webhook_signature_check(
			     &signing, "", body, 1, NOW, &found, &err),
	    refused);
}

static void
every_finding_has_a_name(void **state)
{
	(void)state;
	for (int i = STRAVA_SIGNATURE_UNCHECKED; i <= STRAVA_SIGNATURE_WRONG;
	     i++)
		assert_string_not_equal(
		    strava_webhook_signature_name((strava_webhook_signature)i),
		    "unknown");
	assert_string_equal(
	    strava_webhook_signature_name(
		(strava_webhook_signature)(STRAVA_SIGNATURE_WRONG + 1)),
	    "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_is_answered_with_its_challenge),
		cmocka_unit_test(a_stranger_is_forbidden),
		cmocka_unit_test(
		    without_a_token_of_ours_everybody_is_forbidden),
		cmocka_unit_test(a_challenge_that_needs_escaping_is_refused),
		cmocka_unit_test(a_challenge_has_at_most_256_bytes),
		cmocka_unit_test(an_update_is_read),
		cmocka_unit_test(an_event_without_updates_has_none),
		cmocka_unit_test(
		    a_withdrawal_is_recognised_however_it_is_spelt),
		cmocka_unit_test(the_stored_athletes_are_understood),
		cmocka_unit_test(updates_are_texts_whatever_strava_sends),
		cmocka_unit_test(words_of_the_future_are_kept_as_texts),
		cmocka_unit_test(what_is_no_json_object_is_no_event),
		cmocka_unit_test(an_event_has_at_most_16_kib),
		cmocka_unit_test(an_event_that_lacks_something_says_what),
		cmocka_unit_test(the_largest_numbers_are_kept),
		cmocka_unit_test(an_event_of_another_subscription_is_forbidden),
		cmocka_unit_test(the_key_tells_events_apart),
		cmocka_unit_test(a_type_that_is_no_word_makes_no_key),
		cmocka_unit_test(hostile_texts_are_only_texts),
		cmocka_unit_test(a_known_signature_is_valid),
		cmocka_unit_test(any_of_our_keys_will_do),
		cmocka_unit_test(any_v1_of_the_header_will_do),
		cmocka_unit_test(a_signature_is_spelt_in_one_way),
		cmocka_unit_test(another_body_or_time_has_another_signature),
		cmocka_unit_test(a_header_of_another_form_is_malformed),
		cmocka_unit_test(a_signature_ages),
		cmocka_unit_test(the_mode_decides_what_a_finding_means),
		cmocka_unit_test(a_refusal_holds_no_key),
		cmocka_unit_test(arguments_out_of_contract_are_refused),
		cmocka_unit_test(every_finding_has_a_name),
	};

	return cmocka_run_group_tests_name(
	    "libstrava webhook", tests, NULL, NULL);
}
