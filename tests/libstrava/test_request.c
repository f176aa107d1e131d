/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static void
any_endpoint_can_be_reached(void **state)
{
	struct fake fake;
	char       *text;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"a\":[1]}");
	assert_int_equal(
	    strava_request(fake.client, "GET", "/segments/starred?page=2", NULL,
		NULL, &text, NULL),
	    STRAVA_OK);
	assert_string_equal(text, "{\"a\":[1]}");
	strava_string_free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/segments/starred?page=2");
	assert_string_equal(fake.requests[0].authorization, "Bearer T");
	assert_int_equal(fake.requests[0].at_most_once, 0);
	fake_stop(&fake);
}

static void
a_body_goes_with_its_type(void **state)
{
	struct fake fake;
	char       *text;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, NULL);
	assert_int_equal(
	    strava_request(fake.client, "PUT", "/activities/7",
		"application/json", "{\"name\":\"x\"}", &text, NULL),
	    STRAVA_OK);
	assert_string_equal(text, ""); /* an empty answer is none */
	strava_string_free(text);
	assert_string_equal(fake.requests[0].method, "PUT");
	assert_string_equal(fake.requests[0].body, "{\"name\":\"x\"}");
	assert_string_equal(fake.requests[0].content_type, "application/json");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	fake_stop(&fake);
}

static void
only_a_get_is_repeated(void **state)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH",
		"DELETE" };
	struct fake              fake;
	strava_error             err;
	char                    *text;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 1);
	fake.answers[0] = (struct fake_answer){ .http_status = 503,
		.headers = { "Retry-After", "0" } };
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		fake.calls = 0;
		assert_int_equal(strava_request(fake.client, methods[i], "/x",
				     NULL, NULL, &text, &err),
		    STRAVA_ERR_SERVER);
		assert_int_equal(fake.calls, 1);
		assert_int_equal(err.in_doubt, 1);
		assert_null(text);
	}
	fake.calls = 0;
	assert_int_equal(
	    strava_request(fake.client, "GET", "/x", NULL, NULL, &text, &err),
	    STRAVA_ERR_SERVER);
	assert_int_equal(fake.calls, 2);
	fake_stop(&fake);
}

static void
nothing_leads_out_of_the_api(void **state)
{
	static const char *const paths[] = { "", "athlete", "https://e.org/",
		"@e.org/", "/..", "/../oauth/token", "/a/../../x", "/a/..?x",
		"/.", "/a/./b", "/%2e%2E/x", "/.%2e", "/a b", "/a\nb",
		"/a\r\nHost: e.org", "/a#b", "/a\\b", "/\xc3\xa9", "/a\x7f" };
	struct fake              fake;
	strava_error             err;
	char                    *text = (char *)1;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strava_request(fake.client, "GET", paths[i], NULL, NULL,
			&text, &err) != STRAVA_ERR_ARGUMENT)
			fail_msg("\"%s\" was sent", paths[i]);
		assert_null(text);
	}
	assert_int_equal(fake.calls, 0);
	/* Dots that lead nowhere are fine. */
	fake.answers[0] = fake_answer(200, NULL);
	assert_int_equal(strava_request(fake.client, "GET",
			     "/a.b/...//.c?d=/../e", NULL, NULL, &text, &err),
	    STRAVA_OK);
	strava_string_free(text);
	fake_stop(&fake);
}

static void
other_arguments_are_checked(void **state)
{
	struct fake fake;
	char       *text;

	(void)state;
	fake_start(&fake);
#define REFUSED(...)                                               \
	assert_int_equal(                                          \
	    strava_request(fake.client, __VA_ARGS__, &text, NULL), \
	    STRAVA_ERR_ARGUMENT)
	REFUSED(NULL, "/a", NULL, NULL);
	REFUSED("get", "/a", NULL, NULL);
	REFUSED("GET /x", "/a", NULL, NULL);
	REFUSED("GET", NULL, NULL, NULL);
	REFUSED("GET", "/a", "text/plain", "x");
	REFUSED("POST", "/a", NULL, "x");
	REFUSED("POST", "/a", "text/plain", NULL);
	REFUSED("POST", "/a", "text/plain\r\nX: y", "x");
#undef REFUSED
	assert_int_equal(
	    strava_request(fake.client, "GET", "/a", NULL, NULL, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

/* Strava does not say so itself. */
static void
a_refusal_of_what_strava_removed_says_so(void **state)
{
	static const struct {
		const char *path;
		int         http_status;
		bool        removed;
	} cases[] = {
		{ "/clubs/7/members", 404, true },
		{ "/clubs/7/admins?page=2", 403, true },
		{ "/clubs/12345678987654321/activities", 410, true },
		{ "/clubs/7/members", 401, false },
		{ "/clubs/7/members", 429, false },
		{ "/clubs/7/members", 503, false },
		{ "/clubs/7/members/8", 404, false },
		{ "/clubs/7/membership", 404, false },
		{ "/clubs/members", 404, false },
		{ "/clubs/7", 404, false },
		{ "/athlete/clubs", 404, false },
	};
	struct fake  fake;
	strava_error err;
	char        *text;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(cases[i].http_status, "{}");
		assert_int_not_equal(
		    strava_request(fake.client, "GET", cases[i].path, NULL,
			NULL, &text, &err),
		    STRAVA_OK);
		assert_int_equal(
		    strstr(err.message,
			": Strava removed this on 2026-09-01") != NULL,
		    cases[i].removed);
	}
	assert_int_not_equal(strava_request(fake.client, "GET",
				 "/clubs/7/members", NULL, NULL, &text, NULL),
	    STRAVA_OK);
	fake.answers[0] = fake_answer(200, "[]"); /* and if it came back */
	assert_int_equal(strava_request(fake.client, "GET", "/clubs/7/members",
			     NULL, NULL, &text, &err),
	    STRAVA_OK);
	strava_string_free(text);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_endpoint_can_be_reached),
		cmocka_unit_test(a_body_goes_with_its_type),
		cmocka_unit_test(only_a_get_is_repeated),
		cmocka_unit_test(nothing_leads_out_of_the_api),
		cmocka_unit_test(other_arguments_are_checked),
		cmocka_unit_test(a_refusal_of_what_strava_removed_says_so),
	};

	return cmocka_run_group_tests_name(
	    "libstrava request", tests, NULL, NULL);
}
