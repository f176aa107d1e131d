/* SPDX-License-Identifier: MIT */

/* What Strava refuses, row by row, and what the caller is told to do. */

#include <stdio.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

struct row {
	int           http_status;
	strava_status status;
	const char   *body;
	const char   *says; /* somewhere in the message */
};

#define FAULT(resource, field, code)                                         \
	"{\"message\":\"Bad Request\",\"errors\":[{\"resource\":\"" resource \
	"\",\"field\":\"" field "\",\"code\":\"" code "\"}]}"

static void
expect(const struct row *row, strava_status status, const strava_error *err)
{
	if (status != row->status || err->status != row->status)
		fail_msg("%d %s: %s", row->http_status, row->body,
		    strava_status_name(status));
	if (strstr(err->message, row->says) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", err->message, row->says);
	assert_int_equal(err->http_status, row->http_status);
}

/* From the API, where the athlete's token signs in. */
static const struct row of_the_api[] = {
	{ 400, STRAVA_ERR_REQUEST, FAULT("Activity", "name", "too long"),
	    "Bad Request: Activity name too long (HTTP 400)" },
	{ 401, STRAVA_ERR_UNAUTHORIZED,
	    FAULT("Athlete", "access_token", "invalid"),
	    "refresh the access token" },
	{ 401, STRAVA_ERR_UNAUTHORIZED, "{\"message\":\"Authorization Error\"}",
	    "Authorization Error (HTTP 401)" },
	{ 401, STRAVA_ERR_UNAUTHORIZED, NULL, "not authorized (HTTP 401)" },
	{ 401, STRAVA_ERR_SCOPE,
	    FAULT("AccessToken", "activity:read_permission", "missing"),
	    "lacks the scope activity:read (" },
	{ 401, STRAVA_ERR_SCOPE,
	    FAULT("AccessToken", "profile:read_all_permission", "missing"),
	    "lacks the scope profile:read_all (" },
	{ 401, STRAVA_ERR_SCOPE,
	    FAULT("AccessToken", "0123456789abcdef0123456789:read_permission",
		"missing"),
	    "lacks the scope [...]:read (" },
	{ 401, STRAVA_ERR_APPLICATION, FAULT("Application", "", "invalid"),
	    "check the client id" },
	{ 403, STRAVA_ERR_INACTIVE, FAULT("Application", "Status", "Inactive"),
	    "renew the Strava subscription" },
	{ 403, STRAVA_ERR_FORBIDDEN,
	    "{\"message\":\"Forbidden\",\"errors\":[]}",
	    "Forbidden (HTTP 403)" },
	{ 403, STRAVA_ERR_FORBIDDEN, FAULT("Application", "Status", "Other"),
	    "Status Other" },
	{ 404, STRAVA_ERR_NOT_FOUND, FAULT("Activity", "id", "invalid"),
	    "(HTTP 404)" },
	{ 404, STRAVA_ERR_NOT_FOUND, NULL, "not found (HTTP 404)" },
	{ 418, STRAVA_ERR_REQUEST, "", "request refused (HTTP 418)" },
	{ 429, STRAVA_ERR_RATE_LIMIT,
	    FAULT("Application", "rate limit", "exceeded"),
	    "rate limit exceeded" },
	{ 500, STRAVA_ERR_SERVER, "<html><body>oops",
	    "server failure (HTTP 500): try again later" },
	{ 502, STRAVA_ERR_SERVER, NULL, "(HTTP 502)" },
	{ 503, STRAVA_ERR_SERVER, "{\"message\":\"Down\"}", "Down (HTTP 503)" },
	/* A server that fails knows nothing about the application. */
	{ 503, STRAVA_ERR_SERVER, FAULT("Application", "", "invalid"),
	    "try again later" },
	{ 302, STRAVA_ERR_FORMAT, NULL, "check the base URL" },
	{ 99, STRAVA_ERR_FORMAT, NULL, "HTTP 99" },
};

static void
a_refusal_of_the_api_says_what_to_do(void **state)
{
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(of_the_api) / sizeof(of_the_api[0]);
	     i++) {
		fake.calls = 0;
		fake.answers[0] =
		    fake_answer(of_the_api[i].http_status, of_the_api[i].body);
		expect(&of_the_api[i],
		    strava_athlete_get(fake.client, &athlete, &err), &err);
		assert_null(athlete);
	}
	fake_stop(&fake);
}

/* From the token endpoint, where the application signs in. */
static const struct row of_a_grant[] = {
	{ 400, STRAVA_ERR_REVOKED,
	    FAULT("RefreshToken", "refresh_token", "invalid"),
	    "ask the athlete for consent" },
	{ 400, STRAVA_ERR_REVOKED, FAULT("RefreshToken", "code", "invalid"),
	    "ask the athlete for consent" },
	{ 400, STRAVA_ERR_CODE, FAULT("AuthorizationCode", "code", "invalid"),
	    "authorize URL" },
	{ 400, STRAVA_ERR_APPLICATION,
	    FAULT("Application", "client_id", "invalid"),
	    "check the client id" },
	{ 401, STRAVA_ERR_APPLICATION, FAULT("Application", "", "invalid"),
	    "client secret" },
	{ 401, STRAVA_ERR_APPLICATION, NULL, "client secret" },
	{ 400, STRAVA_ERR_REQUEST,
	    FAULT("RefreshToken", "refresh_token", "odd"),
	    "RefreshToken refresh_token odd" },
	/* A fault of the application says nothing of the athlete. */
	{ 400, STRAVA_ERR_APPLICATION,
	    "{\"errors\":[{\"resource\":\"RefreshToken\",\"field\":"
	    "\"refresh_token\",\"code\":\"invalid\"},{\"resource\":"
	    "\"Application\",\"field\":\"\",\"code\":\"invalid\"}]}",
	    "Application invalid" },
	/* Nothing that would condemn a token. */
	{ 400, STRAVA_ERR_REQUEST,
	    "{\"message\":\"Bad Request\",\"errors\":null}",
	    "Bad Request (HTTP 400)" },
	{ 400, STRAVA_ERR_REQUEST,
	    "{\"message\":\"Bad Request\",\"errors\":[]}", "Bad Request" },
	{ 400, STRAVA_ERR_REQUEST,
	    "{\"message\":\"M\",\"errors\":\"RefreshToken "
	    "invalid\"}",
	    "M: RefreshToken invalid (HTTP 400)" },
	{ 400, STRAVA_ERR_REQUEST,
	    "{\"message\":5,\"errors\":[null,1,\"x\",{}]}",
	    "request refused (HTTP 400)" },
	{ 400, STRAVA_ERR_REQUEST,
	    "{\"errors\":[{\"resource\":\"RefreshToken\"}]}", "RefreshToken" },
	{ 400, STRAVA_ERR_REQUEST, "<html>RefreshToken invalid",
	    "request refused" },
	{ 400, STRAVA_ERR_REQUEST, NULL, "request refused" },
	{ 400, STRAVA_ERR_REQUEST, "[]", "request refused" },
};

static void
a_refusal_of_a_grant_says_what_to_do(void **state)
{
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(of_a_grant) / sizeof(of_a_grant[0]);
	     i++) {
		fake.calls = 0;
		fake.answers[0] =
		    fake_answer(of_a_grant[i].http_status, of_a_grant[i].body);
		expect(&of_a_grant[i],
		    strava_oauth_refresh(
			fake.client, &app, "old", &token, &err),
		    &err);
		assert_int_equal(err.in_doubt, 0);
		assert_true(err.retry_after_s == -1);
	}
	fake_stop(&fake);
}

static void
a_message_is_one_line_without_tokens(void **state)
{
	static const char body[] =
	    "{\"message\":\"bad\\r\\nX-Injected: 1 \\u0007 \xff\\u009b "
	    "0123456789abcdef0123456789abcdef01234567 is no token\"}";
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(400, body);
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_REQUEST);
	assert_string_equal(err.message,
	    "bad  X-Injected: 1   ?   [...] is no token (HTTP 400)");
	fake_stop(&fake);
}

static void
a_long_story_is_cut_short(void **state)
{
	char            body[2048], story[1601];
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	for (size_t i = 0; i < sizeof(story); i++)
		story[i] = "la, "[i % 4];
	story[sizeof(story) - 1] = '\0';
	snprintf(body, sizeof(body), "{\"message\":\"%s\"}", story);
	fake_start(&fake);
	fake.answers[0] = fake_answer(401, body);
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_UNAUTHORIZED);
	assert_non_null(strstr(err.message, "la, la, "));
	assert_non_null(strstr(err.message, "refresh the access token"));
	assert_true(strlen(err.message) < 200);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_of_the_api_says_what_to_do),
		cmocka_unit_test(a_refusal_of_a_grant_says_what_to_do),
		cmocka_unit_test(a_message_is_one_line_without_tokens),
		cmocka_unit_test(a_long_story_is_cut_short),
	};

	return cmocka_run_group_tests_name(
	    "libstrava fault", tests, NULL, NULL);
}
