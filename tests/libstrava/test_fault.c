/* SPDX-License-Identifier: MIT */

/* What Strava refuses, row by row, and what the caller is told to do. */

#include <string.h>

#include "fake_transport.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

struct row {
	int           http_status;
	const char   *body;
	strava_status status;
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
	{ 400, FAULT("Activity", "name", "too long"), STRAVA_ERR_REQUEST,
	    "Bad Request: Activity name too long (HTTP 400)" },
	{ 401, FAULT("Athlete", "access_token", "invalid"),
	    STRAVA_ERR_UNAUTHORIZED, "refresh the access token" },
	{ 401, "{\"message\":\"Authorization Error\"}", STRAVA_ERR_UNAUTHORIZED,
	    "Authorization Error (HTTP 401)" },
	{ 401, NULL, STRAVA_ERR_UNAUTHORIZED, "not authorized (HTTP 401)" },
	{ 401, FAULT("AccessToken", "activity:read_permission", "missing"),
	    STRAVA_ERR_SCOPE, "lacks the scope activity:read (" },
	{ 401, FAULT("AccessToken", "profile:read_all_permission", "missing"),
	    STRAVA_ERR_SCOPE, "lacks the scope profile:read_all (" },
	{ 401, FAULT("Application", "", "invalid"), STRAVA_ERR_APPLICATION,
	    "check the client id" },
	{ 403, FAULT("Application", "Status", "Inactive"), STRAVA_ERR_INACTIVE,
	    "renew the Strava subscription" },
	{ 403, "{\"message\":\"Forbidden\",\"errors\":[]}",
	    STRAVA_ERR_FORBIDDEN, "Forbidden (HTTP 403)" },
	{ 403, FAULT("Application", "Status", "Other"), STRAVA_ERR_FORBIDDEN,
	    "Status Other" },
	{ 404, FAULT("Activity", "id", "invalid"), STRAVA_ERR_NOT_FOUND,
	    "(HTTP 404)" },
	{ 404, NULL, STRAVA_ERR_NOT_FOUND, "not found (HTTP 404)" },
	{ 418, "", STRAVA_ERR_REQUEST, "request refused (HTTP 418)" },
	{ 429, FAULT("Application", "rate limit", "exceeded"),
	    STRAVA_ERR_RATE_LIMIT, "rate limit exceeded" },
	{ 500, "<html><body>oops", STRAVA_ERR_SERVER,
	    "server failure (HTTP 500): try again later" },
	{ 502, NULL, STRAVA_ERR_SERVER, "(HTTP 502)" },
	{ 503, "{\"message\":\"Down\"}", STRAVA_ERR_SERVER, "Down (HTTP 503)" },
	/* A server that fails knows nothing about the application. */
	{ 503, FAULT("Application", "Status", "Inactive"), STRAVA_ERR_SERVER,
	    "try again later" },
	{ 302, NULL, STRAVA_ERR_FORMAT, "check the base URL" },
	{ 99, NULL, STRAVA_ERR_FORMAT, "HTTP 99" },
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

/* The token endpoint, where the application signs in. */
static void
a_refusal_of_a_grant_says_what_to_do(void **state)
{
	static const struct row rows[] = {
		{ 400, FAULT("RefreshToken", "refresh_token", "invalid"),
		    STRAVA_ERR_REVOKED, "ask the athlete for consent" },
		{ 400, FAULT("RefreshToken", "code", "invalid"),
		    STRAVA_ERR_REVOKED, "ask the athlete for consent" },
		{ 400, FAULT("AuthorizationCode", "code", "invalid"),
		    STRAVA_ERR_CODE, "authorize URL" },
		{ 400, FAULT("Application", "client_id", "invalid"),
		    STRAVA_ERR_APPLICATION, "check the client id" },
		{ 401, FAULT("Application", "", "invalid"),
		    STRAVA_ERR_APPLICATION, "client secret" },
		{ 401, NULL, STRAVA_ERR_APPLICATION, "client secret" },
		{ 400, FAULT("RefreshToken", "refresh_token", "odd"),
		    STRAVA_ERR_REQUEST, "RefreshToken refresh_token odd" },
		/* A fault of the application says nothing of the athlete. */
		{ 400,
		    "{\"errors\":[{\"resource\":\"RefreshToken\",\"field\":"
		    "\"refresh_token\",\"code\":\"invalid\"},{\"resource\":"
		    "\"Application\",\"field\":\"\",\"code\":\"invalid\"}]}",
		    STRAVA_ERR_APPLICATION, "Application invalid" },
		/* Nothing that would condemn a token. */
		{ 400, "{\"message\":\"Bad Request\",\"errors\":null}",
		    STRAVA_ERR_REQUEST, "Bad Request (HTTP 400)" },
		{ 400, "{\"message\":\"Bad Request\",\"errors\":[]}",
		    STRAVA_ERR_REQUEST, "Bad Request" },
		{ 400,
		    "{\"message\":\"M\",\"errors\":\"RefreshToken "
		    "invalid\"}",
		    STRAVA_ERR_REQUEST, "M: RefreshToken invalid (HTTP 400)" },
		{ 400, "{\"message\":5,\"errors\":[null,1,\"x\",{}]}",
		    STRAVA_ERR_REQUEST, "request refused (HTTP 400)" },
		{ 400, "{\"errors\":[{\"resource\":\"RefreshToken\"}]}",
		    STRAVA_ERR_REQUEST, "RefreshToken" },
		{ 400, "<html>RefreshToken invalid", STRAVA_ERR_REQUEST,
		    "request refused" },
		{ 400, NULL, STRAVA_ERR_REQUEST, "request refused" },
		{ 400, "[]", STRAVA_ERR_REQUEST, "request refused" },
	};
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake.calls = 0;
		fake.answers[0] =
		    fake_answer(rows[i].http_status, rows[i].body);
		expect(&rows[i],
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
	static char     body[4096] = "{\"message\":\"";
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	for (int i = 0; i < 800; i++)
		strcat(body, "la, ");
	strcat(body, "\"}");
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
