/* SPDX-License-Identifier: MIT */

/* The web app over HTTP: sessions, forms, signing out and disconnecting. */

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "test.h"

#define HOUR_S INT64_C(3600)

/* --- sessions --- */

static void
signing_in_makes_a_new_session(void **state)
{
	char planted[256];

	(void)state;
	strava_web_connect(&web, &ben, 1);
	snprintf(planted, sizeof(planted), "%s", visitor_cookie(&ben, "sid"));
	visitor_set_cookie(&anna, "sid", planted);
	strava_web_connect(&web, &anna, 0);
	assert_string_not_equal(visitor_cookie(&anna, "sid"), planted);
	assert_int_equal(visitor_get(&ben, "/profile"), 403);
	visitor_set_cookie(&ben, "sid", planted);
	assert_int_equal(visitor_get(&ben, "/profile"), 403);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

static void
a_cookie_that_is_no_session_is_nobody(void **state)
{
	static const char *const bad[] = { "x", "0", "'; DROP TABLE",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"eyJhdXRoZW50aWNhdGVkIjp0cnVlfQ.Y1.forged" };
	unsigned char            hash[EVP_MAX_MD_SIZE];
	char                     hex[65], sid[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		visitor_set_cookie(&anna, "sid", bad[i]);
		assert_int_equal(visitor_get(&anna, "/profile"), 403);
	}
	/* What a copy of the database would give away. */
	strava_web_connect(&web, &ben, 0);
	snprintf(sid, sizeof(sid), "%s", visitor_cookie(&ben, "sid"));
	EVP_Digest(sid, strlen(sid), hash, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	visitor_set_cookie(&anna, "sid", hex);
	assert_int_equal(visitor_get(&anna, "/profile"), 403);
	assert_int_equal(visitor_get(&ben, "/profile"), 200);
}

static void
two_session_cookies_are_none(void **state)
{
	char header[256];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	snprintf(header, sizeof(header), "Cookie: sid=%s; sid=%s",
	    visitor_cookie(&anna, "sid"), visitor_cookie(&anna, "sid"));
	ben.extra_header = header;
	assert_int_equal(visitor_get(&ben, "/profile"), 403);
}

static void
the_cookie_is_out_of_reach(void **state)
{
	char url[URL_SIZE], path[URL_SIZE];

	(void)state;
	strava_web_begin(&anna, url);
	assert_non_null(strstr(visitor_header(&anna, "Set-Cookie"),
	    "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"));
	strava_web_consent(&web, url, "decision=authorize", path);
	assert_int_equal(visitor_get(&anna, path), 303);
	assert_null(strstr(visitor_header(&anna, "Set-Cookie"), "Domain"));
	assert_int_equal(strlen(visitor_cookie(&anna, "sid")), 43);
}

static void
a_session_ends_after_a_day_without_a_visit(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	world_advance(&web.world, 23 * HOUR_S);
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(visitor_says(&anna, "Show my latest ride"));
	world_advance(&web.world, 23 * HOUR_S);
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(visitor_says(&anna, "Show my latest ride"));
	world_advance(&web.world, 24 * HOUR_S + 60);
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_false(visitor_says(&anna, "Show my latest ride"));
}

static void
a_session_ends_after_a_month_whatever_happens(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	postgres_sql(web.world.postgres,
	    "UPDATE web.session SET created_at = created_at - 30 * 86400 + 60");
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(visitor_says(&anna, "Show my latest ride"));
	world_advance(&web.world, 23 * HOUR_S);
	strava_web_restart(&web, NULL, NULL);
	visitor_get(&anna, "/");
	assert_true(visitor_says(&anna, "Show my latest ride"));
	world_advance(&web.world, 2 * HOUR_S);
	strava_web_restart(&web, NULL, NULL);
	visitor_get(&anna, "/");
	assert_false(visitor_says(&anna, "Show my latest ride"));
}

static void
a_sign_in_that_takes_too_long_starts_again(void **state)
{
	char path[URL_SIZE];

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	world_advance(&web.world, 601);
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, path), 400);
	assert_true(visitor_says(&anna, "This sign-in is not valid"));
}

static void
a_token_that_ran_out_is_refreshed_on_the_way(void **state)
{
	int64_t before;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	world_advance(&web.world, 7 * HOUR_S);
	strava_web_restart(&web, NULL, NULL);
	before = stage_token_calls();
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_true(visitor_says(&anna, "<svg class=\"route\""));
	assert_int_equal(stage_token_calls(), before + 1);
}

/* --- forms --- */

static int
post_with(const char *action, const char *token, const char *header)
{
	char form[128];
	int  status;

	snprintf(form, sizeof(form), "form_token=%s", token);
	anna.extra_header = header;
	status = visitor_post(&anna, action, form);
	anna.extra_header = NULL;
	return status;
}

static void
a_form_of_somebody_else_changes_nothing(void **state)
{
	static const char *const actions[] = { "/logout", "/deauthorize",
		"/activity_process" };
	static const char *const headers[] = { "Origin: https://evil.example",
		"Origin: null", "Sec-Fetch-Site: cross-site",
		"Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none" };
	char                     token[64], others[64], *grant;

	(void)state;
	strava_web_connect(&web, &ben, 1);
	visitor_get(&ben, "/");
	strava_web_form_token(&ben, others);
	strava_web_connect(&web, &anna, 0);
	visitor_get(&anna, "/");
	strava_web_form_token(&anna, token);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(visitor_post(&anna, actions[i], ""), 403);
		assert_int_equal(post_with(actions[i], "", NULL), 403);
		assert_int_equal(post_with(actions[i], others, NULL), 403);
		for (size_t h = 0; h < 5; h++)
			assert_int_equal(
			    post_with(actions[i], token, headers[h]), 403);
		assert_int_equal(visitor_get(&anna, actions[i]), 405);
	}
	grant = strava_web_grant(&web, strava_web_athlete(&web, 0));
	assert_string_not_equal(grant, "");
	free(grant);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	assert_int_equal(
	    post_with("/logout", token, "Sec-Fetch-Site: same-origin"), 303);
}

static void
a_token_in_another_kind_of_body_does_not_count(void **state)
{
	char token[64], form[128];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	visitor_get(&anna, "/");
	strava_web_form_token(&anna, token);
	snprintf(form, sizeof(form), "form_token=%s", token);
	assert_int_not_equal(
	    visitor_send(&anna, "POST", "/logout", "text/plain", form), 303);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

/* --- leaving --- */

static void
signing_out_ends_the_session_for_good(void **state)
{
	char sid[256];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	snprintf(sid, sizeof(sid), "%s", visitor_cookie(&anna, "sid"));
	assert_int_equal(strava_web_post(&anna, "/", "/logout"), 303);
	assert_string_equal(
	    visitor_header(&anna, "Location"), "/?done=signed-out");
	assert_non_null(visitor_header(&anna, "Clear-Site-Data"));
	assert_string_equal(visitor_cookie(&anna, "sid"), "");
	visitor_get(&anna, "/?done=signed-out");
	assert_true(visitor_says(&anna, "You are signed out."));
	visitor_set_cookie(&anna, "sid", sid);
	assert_int_equal(visitor_get(&anna, "/profile"), 403);
}

static void
disconnecting_leaves_nothing(void **state)
{
	const int64_t athlete = strava_web_athlete(&web, 0);
	char         *grant, subject[32], *dump;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	strava_web_connect(&web, &ben, 0);
	assert_int_equal(
	    strava_web_post(&anna, "/profile", "/deauthorize"), 303);
	assert_string_equal(
	    visitor_header(&anna, "Location"), "/?done=disconnected");
	visitor_get(&anna, "/?done=disconnected");
	assert_true(visitor_says(&anna, "are deleted."));
	grant = strava_web_grant(&web, athlete);
	assert_string_equal(grant, "");
	free(grant);
	snprintf(subject, sizeof(subject), "%" PRId64, athlete);
	dump = postgres_dump(web.world.postgres);
	assert_null(strstr(dump, subject));
	free(dump);
	assert_int_equal(visitor_get(&ben, "/profile"), 403);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    signing_in_makes_a_new_session, stage_enter, stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_cookie_that_is_no_session_is_nobody, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    two_session_cookies_are_none, stage_enter, stage_leave),
		cmocka_unit_test_setup_teardown(
		    the_cookie_is_out_of_reach, stage_enter, stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_session_ends_after_a_day_without_a_visit, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_session_ends_after_a_month_whatever_happens, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_sign_in_that_takes_too_long_starts_again, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_token_that_ran_out_is_refreshed_on_the_way, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_form_of_somebody_else_changes_nothing, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    a_token_in_another_kind_of_body_does_not_count, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    signing_out_ends_the_session_for_good, stage_enter,
		    stage_leave),
		cmocka_unit_test_setup_teardown(
		    disconnecting_leaves_nothing, stage_enter, stage_leave),
	};

	return cmocka_run_group_tests_name(
	    "apps.web_sessions", tests, stage_open, stage_close);
}
