/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "google.h"

/* Answers once and reads; the caller ends `g`. */
static gcpsecret_status
read_once(struct google *g, const struct loopback_answer *answer)
{
	google_start(g, answer, 1);
	google_use_emulator(g);
	return google_access(g, NAME);
}

static void
a_version_is_read_and_checked(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = GOOD };
	struct google                       g;

	(void)state;
	assert_int_equal(read_once(&g, &answer), GCPSECRET_OK);
	assert_int_equal(g.secret->len, 7);
	assert_string_equal(g.secret->data, PAYLOAD);
	assert_string_equal(g.secret->version, VERSION);
	assert_string_equal(loopback_request(g.peer, 0)->method, "GET");
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/v1/projects/my-project/secrets/strava/versions/latest:access");
	assert_header(&g, 0, "Authorization", NULL);
	/* Compression would let the length tell of the secret. */
	assert_header(&g, 0, "Accept-Encoding", NULL);
	google_end(&g);
}

/* What an answer may look like. */
static const struct {
	const char      *body;
	gcpsecret_status status;
} answers[] = {
	/* the checksum */
	{ SECRET("\"" BASE64 "\"", "\"1736498283\""), GCPSECRET_OK },
	{ SECRET("\"" BASE64 "\"", "1736498283"), GCPSECRET_OK },
	{ SECRET("\"" BASE64 "\"", "null"), GCPSECRET_OK },
	{ "{\"name\":\"" VERSION "\",\"payload\":{\"data\":\"" BASE64 "\"}}",
	    GCPSECRET_OK },
	/* above 2^31: of "123456789" */
	{ SECRET("\"MTIzNDU2Nzg5\"", "\"3808858755\""), GCPSECRET_OK },
	{ SECRET("\"MTIzNDU2Nzg5\"", "3808858755"), GCPSECRET_OK },
	{ SECRET("\"" BASE64 "\"", "\"1736498284\""), GCPSECRET_ERR_CHECKSUM },
	{ SECRET("\"" BASE64 "\"", "\"0\""), GCPSECRET_ERR_CHECKSUM },
	{ SECRET("\"" BASE64 "\"", "0"), GCPSECRET_ERR_CHECKSUM },
	{ SECRET("\"" BASE64 "\"", "\"-1\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "-1"), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "\"4294967296\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "4294967296"), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "\"99999999999999999999\""),
	    GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "99999999999999999999"),
	    GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "\"abc\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "\"\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "\" 1736498283\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "1736498283.0"), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "1e3"), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "true"), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"" BASE64 "\"", "[]"), GCPSECRET_ERR_FORMAT },

	/* the payload */
	{ SECRET("\"\"", "\"0\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("5", "\"0\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("null", "\"0\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVudGVyMg\"", "\"" CRC32C "\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVudGVyMh==\"", "\"" CRC32C "\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVu dGVyMg==\"", "\"" CRC32C "\""), GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVudGVyMg==\\n\"", "\"" CRC32C "\""),
	    GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVudGVyMg==\\u0000\"", "\"" CRC32C "\""),
	    GCPSECRET_ERR_FORMAT },
	{ SECRET("\"aHVud-_yMg==\"", "\"" CRC32C "\""), GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"" VERSION "\"}", GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"" VERSION "\",\"payload\":null}", GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"" VERSION "\",\"payload\":[]}", GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"" VERSION "\",\"payload\":{}}", GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"" VERSION "\",\"payload\":{\"data\":\"" BASE64
	  "\",\"data\":\"aGVsbG8=\"}}",
	    GCPSECRET_ERR_FORMAT },

	/* the name */
	{ "{\"payload\":{\"data\":\"" BASE64 "\"}}", GCPSECRET_ERR_FORMAT },
	{ "{\"name\":5,\"payload\":{\"data\":\"" BASE64 "\"}}",
	    GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"projects/1/secrets/other/versions/7\",\"payload\":"
	  "{\"data\":\"" BASE64 "\"}}",
	    GCPSECRET_ERR_FORMAT },
	{ "{\"name\":\"hello\",\"payload\":{\"data\":\"" BASE64 "\"}}",
	    GCPSECRET_ERR_FORMAT },

	/* the document */
	{ "", GCPSECRET_ERR_FORMAT },
	{ "null", GCPSECRET_ERR_FORMAT },
	{ "[]", GCPSECRET_ERR_FORMAT },
	{ "\"" BASE64 "\"", GCPSECRET_ERR_FORMAT },
	{ "<!DOCTYPE html><title>Log in</title>", GCPSECRET_ERR_FORMAT },
	{ GOOD "x", GCPSECRET_ERR_FORMAT },
	{ "{'name':'" VERSION "'}", GCPSECRET_ERR_FORMAT },
	{ "{\"unknown\":[1,{}],\"name\":\"" VERSION
	  "\",\"payload\":{\"data\":\"" BASE64 "\",\"later\":1}}",
	    GCPSECRET_OK },
};

static void
answers_are_read_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct loopback_answer answer = { .status = 200,
			.body = answers[i].body };
		struct google          g;
		gcpsecret_status       status = read_once(&g, &answer);

		if (status != answers[i].status)
			fail_msg("%s: %s: %s", answers[i].body,
			    gcpsecret_status_name(status), g.err.message);
		google_end(&g);
	}
}

static void
an_answer_cut_anywhere_is_no_answer(void **state)
{
	static const char good[] = "HTTP/1.1 200 OK\r\n\r\n" GOOD;
	size_t            head = strlen("HTTP/1.1 200 OK\r\n\r\n");

	(void)state;
	for (size_t len = head; len < sizeof(good) - 1; len += 5) {
		struct loopback_answer answer = {
			.raw = good, .raw_len = len, .close = true
		};
		struct google g;

		assert_int_equal(read_once(&g, &answer), GCPSECRET_ERR_FORMAT);
		google_end(&g);
	}
}

static void
a_damaged_payload_is_read_again_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = SECRET("\"aHVudGVyMw==\"", "\"" CRC32C "\"") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(g.secret->data, PAYLOAD);
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
a_payload_damaged_twice_is_not_handed_out(void **state)
{
	static const struct loopback_answer damaged = { .status = 200,
		.body = SECRET("\"aHVudGVyMw==\"", "\"" CRC32C "\"") };
	struct google                       g;

	(void)state;
	assert_int_equal(read_once(&g, &damaged), GCPSECRET_ERR_CHECKSUM);
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

/* An answer of `len` zero bytes: "AAAA...", padded; to be freed. */
static char *
zeros(size_t len)
{
	size_t digits = (len * 4 + 2) / 3, all = (len + 2) / 3 * 4;
	char  *text, *data = malloc(all + 1);

	assert_non_null(data);
	memset(data, 'A', digits);
	memset(data + digits, '=', all - digits);
	data[all] = '\0';
	assert_true(
	    asprintf(&text,
		"{\"name\":\"" VERSION "\",\"payload\":{\"data\":\"%s\"}}",
		data) > 0);
	free(data);
	return text;
}

static void
a_payload_may_hold_any_byte_and_64_kib(void **state)
{
	static const struct {
		size_t           len;
		gcpsecret_status status;
	} cases[] = {
		{ 1, GCPSECRET_OK },
		{ 2, GCPSECRET_OK },
		{ 3, GCPSECRET_OK },
		{ 65535, GCPSECRET_OK },
		{ 65536, GCPSECRET_OK },
		{ 65537, GCPSECRET_ERR_FORMAT },
		{ 65538, GCPSECRET_ERR_FORMAT },
		{ 65539, GCPSECRET_ERR_FORMAT },
		{ 90000, GCPSECRET_ERR_FORMAT },
		{ 1000000, GCPSECRET_ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char                  *body = zeros(cases[i].len);
		struct loopback_answer answer = { .status = 200, .body = body };
		struct google          g;

		assert_int_equal(read_once(&g, &answer), cases[i].status);
		if (cases[i].status == GCPSECRET_OK) {
			assert_int_equal(g.secret->len, cases[i].len);
			for (size_t k = 0; k <= g.secret->len; k++)
				assert_int_equal(g.secret->data[k], 0);
		}
		google_end(&g);
		free(body);
	}
}

static void
a_version_may_be_a_number_or_an_alias(void **state)
{
	static const struct {
		const char      *name, *target;
		gcpsecret_status status;
	} cases[] = {
		{ NAME "/versions/7",
		    "/v1/projects/my-project/secrets/strava/versions/7:access",
		    GCPSECRET_OK },
		{ NAME "/versions/latest",
		    "/v1/projects/my-project/secrets/strava/versions/"
		    "latest:access",
		    GCPSECRET_OK },
		{ NAME "/versions/prod",
		    "/v1/projects/my-project/secrets/strava/versions/"
		    "prod:access",
		    GCPSECRET_OK },
		/* The answer is of version 7. */
		{ NAME "/versions/8",
		    "/v1/projects/my-project/secrets/strava/versions/8:access",
		    GCPSECRET_ERR_FORMAT },
	};
	static const struct loopback_answer answer = { .status = 200,
		.body = GOOD };
	struct google                       g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
		    google_access(&g, cases[i].name), cases[i].status);
		assert_string_equal(
		    loopback_request(g.peer, i)->target, cases[i].target);
	}
	google_end(&g);
}

static void
an_endpoint_also_serves_regional_secrets(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = "{\"name\":\"projects/123/locations/europe-west1/"
			"secrets/strava/versions/7\",\"payload\":{\"data\":"
			"\"" BASE64 "\"}}" };
	struct google                       g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    google_access(
		&g, "projects/p/locations/europe-west1/secrets/strava"),
	    GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/v1/projects/p/locations/europe-west1/secrets/strava/versions/"
	    "latest:access");
	/* The global secret of that name is another one. */
	assert_int_equal(google_access(&g, "projects/p/secrets/strava"),
	    GCPSECRET_ERR_FORMAT);
	google_end(&g);
}

/* Asked for the time just before the request is sent. */
static int64_t
cancel_instead(void *ctx)
{
	struct google *g = ctx;

	gcpsecret_client_cancel(g->client);
	return g->now;
}

static void
a_regional_secret_is_asked_of_its_own_host(void **state)
{
	static const struct loopback_answer unused = { .status = 500 };
	static const struct {
		const char *name, *logged;
	} cases[] = {
		{ "projects/p/locations/europe-west1/secrets/s",
		    "GET secretmanager.europe-west1.rep.googleapis.com/v1/"
		    "projects/p/locations/europe-west1/secrets/s/versions/"
		    "latest:access: canceled" },
		{ "projects/p/secrets/s",
		    "GET secretmanager.googleapis.com/v1/projects/p/secrets/s/"
		    "versions/latest:access: canceled" },
	};
	struct google g;

	(void)state;
	google_start(&g, &unused, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		google_restart(&g);
		google_use_service_account(&g);
		assert_int_equal(
		    gcpsecret_client_set_endpoint(g.client, NULL, NULL),
		    GCPSECRET_OK);
		/* Google itself is not asked; the log tells what would be. */
		gcpsecret_client_set_clock(g.client, cancel_instead, &g);
		assert_int_equal(
		    google_access(&g, cases[i].name), GCPSECRET_ERR_CANCELED);
		assert_holds(g.log, cases[i].logged);
	}
	google_end(&g);
}

static void
a_bad_name_is_refused_before_anything_is_sent(void **state)
{
	static const char *const names[] = { "projects/p/secrets/a/../b",
		"projects/p/secrets/a%2Fb", "projects/p/secrets/a:b",
		"projects/p/locations/evil.example/secrets/s", "s", "" };
	static const struct loopback_answer answer = { .status = 200,
		.body = GOOD };
	struct google                       g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(
		    google_access(&g, names[i]), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    google_resolve(&g, "sm://p/a..b"), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
a_reference_takes_the_project_of_the_environment(void **state)
{
	static const struct loopback_answer answer = { .status = 200,
		.body = GOOD };
	struct google                       g;

	(void)state;
	google_start(&g, &answer, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    google_resolve(&g, "sm://strava"), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "set GOOGLE_CLOUD_PROJECT");
	assert_int_equal(google_resolve(&g, "sm://p2/strava"), GCPSECRET_OK);
	google_set("GOOGLE_CLOUD_PROJECT", "p1");
	assert_int_equal(google_resolve(&g, "sm://strava#7"), GCPSECRET_OK);
	assert_string_equal(g.secret->data, PAYLOAD);
	assert_int_equal(loopback_count(g.peer), 2);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/v1/projects/p2/secrets/strava/versions/latest:access");
	assert_string_equal(loopback_request(g.peer, 1)->target,
	    "/v1/projects/p1/secrets/strava/versions/7:access");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_is_read_and_checked),
		cmocka_unit_test(answers_are_read_strictly),
		cmocka_unit_test(an_answer_cut_anywhere_is_no_answer),
		cmocka_unit_test(a_damaged_payload_is_read_again_once),
		cmocka_unit_test(a_payload_damaged_twice_is_not_handed_out),
		cmocka_unit_test(a_payload_may_hold_any_byte_and_64_kib),
		cmocka_unit_test(a_version_may_be_a_number_or_an_alias),
		cmocka_unit_test(an_endpoint_also_serves_regional_secrets),
		cmocka_unit_test(a_regional_secret_is_asked_of_its_own_host),
		cmocka_unit_test(a_bad_name_is_refused_before_anything_is_sent),
		cmocka_unit_test(
		    a_reference_takes_the_project_of_the_environment),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret secret", tests, NULL, NULL);
}
