/* SPDX-License-Identifier: MIT */

/*
 * The web app over HTTP, in front of a sandbox of Strava and a real PostgreSQL:
 * its pages, and signing in.  test_web_sessions.c has what comes after that,
 * test_web_troubles.c what happens when something fails.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "test.h"

/* --- pages --- */

static void
a_stranger_sees_the_offer_and_nothing_else(void **state)
{
	static const char *const own[] = { "/activity", "/history", "/profile",
		"/map/1", "/activity?id=1" };

	(void)state;
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(
	    visitor_says(&anna, "href=\"/login\">Connect with Strava</a>"));
	assert_true(visitor_says(&anna, "<h1>"));
	assert_false(visitor_says(&anna, "<script"));
	assert_int_equal(visitor_get(&anna, "/about"), 200);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		assert_int_equal(visitor_get(&anna, own[i]), 403);
		assert_true(visitor_says(&anna, "Please sign in"));
		assert_true(visitor_says(&anna, "Request "));
	}
}

static void
one_consent_later_the_route_is_drawn(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_true(visitor_says(&anna, "<svg class=\"route\""));
	assert_true(visitor_says(&anna, ">View on Strava</a>"));
	assert_true(visitor_says(&anna, "<dt>Distance</dt>"));
	assert_false(visitor_says(&anna, "passed over"));
	assert_int_equal(visitor_get(&anna, "/history"), 200);
	assert_true(
	    visitor_says(&anna, "<td role=\"cell\" data-label=\"Distance\">"));
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	assert_true(visitor_says(&anna, "action=\"/deauthorize\""));
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(visitor_says(&anna, "Show my latest ride"));
}

static void
the_grant_is_stored_and_not_readable(void **state)
{
	char *grant, *dump;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	grant = strava_web_grant(&web, strava_web_athlete(&web, 0));
	dump = postgres_dump(web.world.postgres);
	assert_true(strlen(grant) > 8);
	assert_null(strstr(dump, grant));
	assert_null(strstr(dump, visitor_cookie(&anna, "sid")));
	assert_non_null(strstr(dump, "CREATE TABLE web.session"));
	free(grant);
	free(dump);
}

static void
a_ride_without_distance_is_passed_over(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 1);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_true(visitor_says(&anna, "1 newer activity has no distance"));
	assert_true(visitor_says(&anna, "its distance is zero"));
	assert_true(visitor_says(&anna, "<svg class=\"route\"") ||
		    visitor_says(&anna, "no route"));
}

static void
an_athlete_without_rides_gets_a_page_too(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 3);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
	assert_true(visitor_says(&anna, "No activity to show yet"));
	assert_int_equal(visitor_get(&anna, "/history"), 200);
	assert_true(visitor_says(&anna, "Strava holds no activity"));
}

static void
hostile_names_stay_text(void **state)
{
	(void)state;
	strava_web_connect(&web, &anna, 3);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
	assert_true(
	    visitor_says(&anna, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_false(visitor_says(&anna, "<script"));
	strava_web_connect(&web, &anna, 0);
	for (int page = 1; page <= 3; page++) {
		char path[32];

		snprintf(path, sizeof(path), "/history?page=%d", page);
		assert_int_equal(visitor_get(&anna, path), 200);
		assert_false(visitor_says(&anna, "<script"));
		assert_false(visitor_says(&anna, "<img"));
	}
	visitor_get(&anna, "/history");
	assert_true(visitor_says(&anna, "&lt;script&gt;alert('ride')"));
}

static void
the_list_goes_on_until_a_page_is_empty(void **state)
{
	static const char *const refused[] = { "0", "-1", "1e9", "10000", "",
		"01", "%20", "999999999999999999999" };
	char                     path[64];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	visitor_get(&anna, "/history");
	assert_true(visitor_says(&anna, "href=\"/history?page=2\">Older"));
	assert_false(visitor_says(&anna, "Newer"));
	visitor_get(&anna, "/history?page=3");
	assert_true(visitor_says(&anna, "href=\"/history?page=4\">Older"));
	assert_true(visitor_says(&anna, "href=\"/history?page=2\">Newer"));
	visitor_get(&anna, "/history?page=4");
	assert_true(visitor_says(&anna, "There are no older activities."));
	assert_false(visitor_says(&anna, "Older</a>"));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		snprintf(path, sizeof(path), "/history?page=%s", refused[i]);
		assert_int_equal(visitor_get(&anna, path), 400);
	}
}

/* The number of the first activity that the last page links to. */
static void
first_activity(const struct visitor *visitor, char id[32])
{
	static const char mark[] = "/activity?id=";
	const char       *at = strstr(visitor_page(visitor), mark);

	assert_non_null(at);
	at += strlen(mark);
	snprintf(id, 32, "%.*s", (int)strspn(at, "0123456789"), at);
}

static void
each_ride_has_a_page_and_a_map(void **state)
{
	char id[32], path[64], token[64], form[160];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	visitor_get(&anna, "/history");
	first_activity(&anna, id);
	strava_web_form_token(&anna, token);
	snprintf(path, sizeof(path), "/map/%s", id);
	assert_int_equal(visitor_get(&anna, path), 200);
	assert_true(visitor_says(&anna, "<svg class=\"route\""));
	snprintf(form, sizeof(form), "form_token=%s&activity_id=%s", token, id);
	assert_int_equal(visitor_post(&anna, "/activity_process", form), 303);
	snprintf(path, sizeof(path), "/activity?id=%s", id);
	assert_string_equal(visitor_header(&anna, "Location"), path);
	assert_int_equal(visitor_get(&anna, path), 200);
	assert_true(visitor_says(&anna, "<dt>Distance</dt>"));
}

static void
another_athletes_ride_is_not_there(void **state)
{
	char id[32], path[64];

	(void)state;
	strava_web_connect(&web, &anna, 0);
	strava_web_connect(&web, &ben, 1);
	visitor_get(&anna, "/history");
	first_activity(&anna, id);
	snprintf(path, sizeof(path), "/activity?id=%s", id);
	assert_int_equal(visitor_get(&ben, path), 404);
	snprintf(path, sizeof(path), "/map/%s", id);
	assert_int_equal(visitor_get(&ben, path), 404);
	assert_false(visitor_says(&ben, "<svg"));
}

static void
a_number_that_is_none_never_reaches_strava(void **state)
{
	static const char *const bad[] = { "abc", "-1", "0", "01", "1e3",
		"9223372036854775808", "99999999999999999999", "'%20OR%201=1--",
		"..%2Fx", "%2B1", "1%20", "0x10" };
	char                     path[96], form[160], token[64];
	int64_t                  before;

	(void)state;
	strava_web_connect(&web, &anna, 0);
	visitor_get(&anna, "/history");
	strava_web_form_token(&anna, token);
	before = world_calls(&web.world, "GET /api/v3/activities/{}");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(path, sizeof(path), "/activity?id=%s", bad[i]);
		assert_int_equal(visitor_get(&anna, path), 400);
		snprintf(path, sizeof(path), "/map/%s", bad[i]);
		assert_true(visitor_get(&anna, path) == 400 ||
			    anna.response.status == 404);
		snprintf(form, sizeof(form), "form_token=%s&activity_id=%s",
		    token, bad[i]);
		assert_int_equal(
		    visitor_post(&anna, "/activity_process", form), 400);
	}
	assert_int_equal(visitor_get(&anna, "/activity?id=1&id=2"), 400);
	assert_int_equal(
	    world_calls(&web.world, "GET /api/v3/activities/{}"), before);
	assert_int_equal(
	    visitor_get(&anna, "/activity?id=9223372036854775807"), 404);
	assert_true(
	    world_calls(&web.world, "GET /api/v3/activities/{}") > before);
}

/* --- signing in --- */

static void
the_consent_page_is_asked_for_the_least(void **state)
{
	char url[URL_SIZE], again[URL_SIZE], back[128];

	(void)state;
	strava_web_begin(&anna, url);
	strava_web_begin(&anna, again);
	snprintf(back, sizeof(back),
	    "redirect_uri=http%%3A%%2F%%2F127.0.0.1%%3A%d%%2Fexchange_token&",
	    web.port);
	assert_non_null(strstr(url, back));
	assert_non_null(strstr(url, "client_id=1001&"));
	assert_non_null(strstr(
	    url, "scope=read%2Cactivity%3Aread_all%2Cprofile%3Aread_all"));
	assert_null(strstr(url, "secret"));
	assert_string_not_equal(strstr(url, "state="), strstr(again, "state="));
	assert_int_equal(
	    visitor_get(&anna, "/login?next=https://evil.example/"), 303);
	assert_null(strstr(visitor_header(&anna, "Location"), "evil"));
}

static void
a_state_that_is_not_ours_makes_no_token_call(void **state)
{
	static const char *const bad[] = { "/exchange_token",
		"/exchange_token?code=abc&scope=read",
		"/exchange_token?code=abc&scope=read&state=",
		"/exchange_token?code=abc&scope=read&state=forged",
		"/exchange_token?error=access_denied",
		"/exchange_token?code=abc&scope=read&state=a&state=b",
		"/exchange_token?code=a&code=b&scope=read&state=a" };
	int64_t                  before = stage_token_calls();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(visitor_get(&anna, bad[i]), 400);
		assert_string_equal(visitor_cookie(&anna, "sid"), "");
	}
	assert_int_equal(stage_token_calls(), before);
}

static void
a_state_works_in_its_own_browser_only(void **state)
{
	char    path[URL_SIZE];
	int64_t before;

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	before = stage_token_calls();
	assert_int_equal(visitor_get(&ben, path), 400);
	assert_true(visitor_says(&ben, "This sign-in is not valid"));
	assert_int_equal(stage_token_calls(), before);
	assert_int_equal(visitor_get(&anna, path), 303);
	assert_int_equal(stage_token_calls(), before + 1);
}

static void
a_state_works_once(void **state)
{
	char    path[URL_SIZE], held[256];
	int64_t before;

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	snprintf(held, sizeof(held), "%s", visitor_cookie(&anna, "login0"));
	assert_int_equal(visitor_get(&anna, path), 303);
	assert_string_equal(visitor_cookie(&anna, "login0"), "");
	before = stage_token_calls();
	visitor_set_cookie(&anna, "login0", held);
	assert_int_equal(visitor_get(&anna, path), 400);
	assert_int_equal(stage_token_calls(), before);
}

static void
a_state_with_one_letter_changed_is_refused(void **state)
{
	char    path[URL_SIZE], *at;
	int64_t before;

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	before = stage_token_calls();
	at = strstr(path, "state=") + strlen("state=");
	for (int i = 0; i < 43; i++) {
		char old = at[i];

		at[i] = old == 'A' ? 'B' : 'A';
		assert_int_equal(visitor_get(&anna, path), 400);
		at[i] = old;
	}
	assert_int_equal(stage_token_calls(), before);
	assert_int_equal(visitor_get(&anna, path), 303);
}

/* A return to the app in a thread of its own. */
struct click {
	const char *path;
	int         status;
};

static void *
come_back(void *arg)
{
	struct click *click = arg;

	click->status = visitor_get(&ben, click->path);
	return NULL;
}

static void
a_double_click_is_one_exchange(void **state)
{
	char         path[URL_SIZE];
	struct click second = { .path = path };
	int64_t      before;
	pthread_t    thread;
	int          first;

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	visitor_set_cookie(&ben, "login0", visitor_cookie(&anna, "login0"));
	before = stage_token_calls();
	assert_int_equal(pthread_create(&thread, NULL, come_back, &second), 0);
	first = visitor_get(&anna, path);
	pthread_join(thread, NULL);
	assert_int_equal(stage_token_calls(), before + 1);
	assert_int_equal(first + second.status, 303 + 400);
}

static void
two_tabs_do_not_disturb_each_other(void **state)
{
	char one[URL_SIZE], two[URL_SIZE];

	(void)state;
	strava_web_begin_as(&web, &anna, 0, one);
	strava_web_begin_as(&web, &anna, 0, two);
	assert_int_equal(visitor_get(&anna, two), 303);
	assert_int_equal(visitor_get(&anna, one), 303);
	strava_web_begin_as(&web, &anna, 0, one);
	strava_web_begin_as(&web, &anna, 0, two);
	assert_int_equal(visitor_get(&anna, one), 303);
	assert_int_equal(visitor_get(&anna, two), 303);
}

static void
of_many_tabs_four_are_kept(void **state)
{
	static char paths[7][URL_SIZE];
	int         good = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		strava_web_begin_as(&web, &anna, 0, paths[i]);
	for (int i = 0; i < 7; i++)
		good += visitor_get(&anna, paths[i]) == 303;
	assert_int_equal(good, 4);
	assert_int_equal(visitor_get(&anna, "/activity"), 200);
}

static void
consent_that_is_refused_is_told_in_words(void **state)
{
	char    url[URL_SIZE], path[URL_SIZE];
	int64_t before = stage_token_calls();

	(void)state;
	strava_web_begin(&anna, url);
	strava_web_consent(&web, url, "decision=cancel", path);
	assert_int_equal(visitor_get(&anna, path), 200);
	assert_true(visitor_says(&anna, "You did not connect"));
	assert_true(visitor_says(&anna, "Nothing was stored"));
	assert_int_equal(visitor_get(&anna, path), 400);
	assert_int_equal(stage_token_calls(), before);
	assert_string_equal(visitor_cookie(&anna, "sid"), "");
}

/* The state of a consent page's URL, as "&state=...". */
static const char *
state_of(const char *url)
{
	const char *at = strstr(url, "&state=");

	assert_non_null(at);
	return at;
}

static void
an_error_beats_a_code(void **state)
{
	static const char *const errors[] = { "access_denied", "server_error",
		"%3Cscript%3E" };
	char                     url[URL_SIZE], path[URL_SIZE + 128];
	int64_t                  before = stage_token_calls();

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		strava_web_begin(&anna, url);
		snprintf(path, sizeof(path),
		    "/exchange_token?error=%s&code=abc&scope=read%s", errors[i],
		    state_of(url));
		assert_int_equal(visitor_get(&anna, path), i == 0 ? 200 : 400);
		assert_false(visitor_says(&anna, "<script"));
	}
	assert_int_equal(stage_token_calls(), before);
}

static void
an_answer_that_lacks_something_makes_no_token_call(void **state)
{
	static const char *const answers[] = { "scope=read", "code=abc",
		"code=&scope=read",
		"code=abc&scope=", "code=a%0d%0ab&scope=read",
		"code=abc&scope=read&iss=https://evil.example" };
	char                     url[URL_SIZE], path[URL_SIZE + 128];
	int64_t                  before = stage_token_calls();

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		strava_web_begin(&anna, url);
		snprintf(path, sizeof(path), "/exchange_token?%s%s", answers[i],
		    state_of(url));
		assert_int_equal(visitor_get(&anna, path), 400);
	}
	assert_int_equal(stage_token_calls(), before);
}

static void
an_unticked_scope_is_named(void **state)
{
	char          url[URL_SIZE], path[URL_SIZE], form[128], *grant;
	char          query[128];
	const int64_t athlete = strava_web_athlete(&web, 2);

	(void)state;
	snprintf(form, sizeof(form),
	    "athlete=%" PRId64 "&decision=authorize&scope=read", athlete);
	strava_web_begin(&anna, url);
	strava_web_consent(&web, url, form, path);
	assert_int_equal(visitor_get(&anna, path), 403);
	assert_true(visitor_says(&anna, "A permission is missing"));
	assert_true(visitor_says(&anna, "<code>activity:read_all</code>"));
	assert_true(visitor_says(&anna, "<code>profile:read_all</code>"));
	assert_false(visitor_says(&anna, "<code>read</code>"));
	assert_string_equal(visitor_cookie(&anna, "sid"), "");
	grant = strava_web_grant(&web, athlete);
	assert_string_equal(grant, "");
	free(grant);
	snprintf(query, sizeof(query),
	    "SELECT count(*) FROM web.session WHERE athlete_id = %" PRId64,
	    athlete);
	assert_string_equal(postgres_value(web.world.postgres, query), "0");
}

static void
a_code_that_was_used_starts_again(void **state)
{
	char url[URL_SIZE], path[URL_SIZE], again[URL_SIZE], *code, *end_of;

	(void)state;
	strava_web_begin_as(&web, &anna, 0, path);
	assert_int_equal(visitor_get(&anna, path), 303);
	code = strstr(path, "code=");
	end_of = strchr(code, '&');
	if (end_of != NULL)
		*end_of = '\0';
	strava_web_begin(&ben, url);
	snprintf(again, sizeof(again),
	    "/exchange_token?%.512s&scope=read,activity:read_all,"
	    "profile:read_all%.512s",
	    code, state_of(url));
	assert_int_equal(visitor_get(&ben, again), 400);
	assert_true(visitor_says(&ben, "Strava did not accept the sign-in"));
	assert_string_equal(visitor_cookie(&ben, "sid"), "");
}

static void
an_odd_code_reaches_strava_unchanged(void **state)
{
	char    url[URL_SIZE], path[URL_SIZE];
	int64_t before = stage_token_calls();

	(void)state;
	strava_web_begin(&anna, url);
	snprintf(path, sizeof(path),
	    "/exchange_token?code=x%%26client_id%%3D1&scope=read%.512s",
	    state_of(url));
	assert_int_equal(visitor_get(&anna, path), 400);
	assert_true(stage_token_calls() > before);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(
	    a_stranger_sees_the_offer_and_nothing_else, stage_enter,
	    stage_leave),
	cmocka_unit_test_setup_teardown(
	    one_consent_later_the_route_is_drawn, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    the_grant_is_stored_and_not_readable, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_ride_without_distance_is_passed_over, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    an_athlete_without_rides_gets_a_page_too, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    hostile_names_stay_text, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    the_list_goes_on_until_a_page_is_empty, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    each_ride_has_a_page_and_a_map, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    another_athletes_ride_is_not_there, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_number_that_is_none_never_reaches_strava, stage_enter,
	    stage_leave),
	cmocka_unit_test_setup_teardown(
	    the_consent_page_is_asked_for_the_least, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_state_that_is_not_ours_makes_no_token_call, stage_enter,
	    stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_state_works_in_its_own_browser_only, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_state_works_once, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_state_with_one_letter_changed_is_refused, stage_enter,
	    stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_double_click_is_one_exchange, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    two_tabs_do_not_disturb_each_other, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    of_many_tabs_four_are_kept, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    consent_that_is_refused_is_told_in_words, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    an_error_beats_a_code, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    an_answer_that_lacks_something_makes_no_token_call, stage_enter,
	    stage_leave),
	cmocka_unit_test_setup_teardown(
	    an_unticked_scope_is_named, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    a_code_that_was_used_starts_again, stage_enter, stage_leave),
	cmocka_unit_test_setup_teardown(
	    an_odd_code_reaches_strava_unchanged, stage_enter, stage_leave),
};

int
main(void)
{
	return cmocka_run_group_tests_name(
	    "apps.web", tests, stage_open, stage_close);
}
