/* SPDX-License-Identifier: MIT */
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define BASE "https://www.strava.com/api/v3"

static const strava_activity_draft draft = { .name = "Lunch",
	.sport_type = "Run",
	.start_time_local = 1518956533,
	.elapsed_time_s = 1234 };

static void
a_draft_is_sent_as_a_form(void **state)
{
	strava_activity_draft full = draft;
	struct fake           fake;
	strava_activity      *a;

	(void)state;
	full.name = "R\xc3\xbcn & b\xc3\xbcn = 1+1?";
	full.description = "two\nlines";
	full.distance_m = 24931.4;
	full.trainer = STRAVA_TRUE;
	full.commute = STRAVA_FALSE;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":16185205521}");
	assert_int_equal(
	    strava_activity_create(fake.client, &full, &a, NULL), STRAVA_OK);
	assert_true(a->id == INT64_C(16185205521));
	strava_activity_free(a);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(fake.requests[0].url, BASE "/activities");
	assert_string_equal(
	    fake.requests[0].content_type, "application/x-www-form-urlencoded");
	assert_string_equal(fake.requests[0].body,
	    "name=R%C3%BCn%20%26%20b%C3%BCn%20%3D%201%2B1%3F&sport_type=Run&"
	    "start_date_local=2018-02-18T12%3A22%3A13Z&elapsed_time=1234&"
	    "description=two%0Alines&distance=24931.4&trainer=1&commute=0");
	fake_stop(&fake);
}

static void
what_a_draft_lacks_is_not_sent(void **state)
{
	struct fake      fake;
	strava_activity *a;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(
	    strava_activity_create(fake.client, &draft, &a, NULL), STRAVA_OK);
	strava_activity_free(a);
	assert_string_equal(fake.requests[0].body,
	    "name=Lunch&sport_type=Run&start_date_local=2018-02-18T12%3A22%"
	    "3A13Z"
	    "&elapsed_time=1234");
	fake_stop(&fake);
}

/* Refuses the draft and asks nobody. */
static void
refused(const strava_activity_draft *bad)
{
	struct fake      fake;
	strava_activity *a = (strava_activity *)1;
	strava_error     err;

	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(strava_activity_create(fake.client, bad, &a, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_null(a);
	assert_int_equal(err.in_doubt, 0);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
a_draft_out_of_range_is_refused(void **state)
{
	static const int64_t  starts[] = { 0, -1, INT64_MIN,
		 INT64_C(253402300800), INT64_MAX };
	static const int64_t  times[] = { 0, -1, INT64_C(2147483648), INT64_MAX,
		 INT64_MIN };
	const double          distances[] = { -1, NAN, INFINITY, 1.1e9 };
	strava_activity_draft bad;

	(void)state;
	refused(NULL);
	for (size_t i = 0; i < COUNT(starts); i++) {
		bad = draft;
		bad.start_time_local = starts[i];
		refused(&bad);
	}
	for (size_t i = 0; i < COUNT(times); i++) {
		bad = draft;
		bad.elapsed_time_s = times[i];
		refused(&bad);
	}
	for (size_t i = 0; i < COUNT(distances); i++) {
		bad = draft;
		bad.distance_m = distances[i];
		refused(&bad);
	}
}

static void
a_draft_needs_texts_that_are_texts(void **state)
{
	static const char *const bad_names[] = { NULL, "", "\xff",
		"\xed\xa0\x80" };
	strava_activity_draft    bad = draft;
	char                    *text = calloc(1, 65537);

	(void)state;
	for (size_t i = 0; i < COUNT(bad_names); i++) {
		bad = draft;
		bad.name = bad_names[i];
		refused(&bad);
		bad = draft;
		bad.sport_type = bad_names[i];
		refused(&bad);
	}
	memset(text, 'x', 65536);
	bad = draft;
	bad.description = text;
	refused(&bad);
	bad.description = "\xc3";
	refused(&bad);
	free(text);
}

/* The longest texts there may be, of bytes that grow when they are escaped. */
static void
long_texts_fit(void **state)
{
	char                   *text = calloc(1, 65536);
	strava_activity_draft   full = draft;
	strava_activity_changes changes = { 0 };
	struct fake             fake;
	strava_activity        *a;

	(void)state;
	memset(text, 1, 65535);
	full.name = full.sport_type = full.description = text;
	changes.name = changes.sport_type = text;
	changes.description = changes.gear_id = text;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(
	    strava_activity_create(fake.client, &full, &a, NULL), STRAVA_OK);
	strava_activity_free(a);
	assert_int_equal(
	    strava_activity_update(fake.client, 1, &changes, &a, NULL),
	    STRAVA_OK);
	strava_activity_free(a);
	free(text);
	fake_stop(&fake);
}

/* Creates twice what is asked for twice, so it is never asked for twice. */
static void
a_failure_may_leave_it_in_doubt(void **state)
{
	static const struct {
		struct fake_answer answer;
		strava_status      status;
		int                in_doubt;
	} cases[] = {
		{ { .failure = STRAVA_ERR_NETWORK }, STRAVA_ERR_NETWORK, 1 },
		{ { .failure = STRAVA_ERR_NETWORK, .unsent = true },
		    STRAVA_ERR_NETWORK, 0 },
		{ { .http_status = 503 }, STRAVA_ERR_SERVER, 1 },
		{ { .http_status = 400, .body = "{}" }, STRAVA_ERR_REQUEST, 0 },
		{ { .http_status = 201 }, STRAVA_ERR_FORMAT, 1 },
		{ { .http_status = 201, .body = "{}" }, STRAVA_ERR_FORMAT, 1 },
	};
	struct fake      fake;
	strava_activity *a;
	strava_error     err;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 3);
	for (size_t i = 0; i < COUNT(cases); i++) {
		fake.calls = 0;
		fake.answers[0] = cases[i].answer;
		assert_int_equal(
		    strava_activity_create(fake.client, &draft, &a, &err),
		    cases[i].status);
		assert_null(a);
		assert_int_equal(err.in_doubt, cases[i].in_doubt);
		assert_int_equal(fake.calls, 1);
		assert_int_equal(fake.requests[0].at_most_once, 1);
	}
	fake_stop(&fake);
}

static void
only_what_is_set_is_changed(void **state)
{
	static const struct {
		strava_activity_changes changes;
		const char             *body;
	} cases[] = {
		{ { .name = "Fr\xc3\xbch \"1\"\n/" },
		    "{\"name\":\"Fr\xc3\xbch \\u00221\\u0022\\u000a/\"}" },
		{ { .description = "" }, "{\"description\":\"\"}" },
		{ { .gear_id = STRAVA_GEAR_NONE }, "{\"gear_id\":\"none\"}" },
		{ { .trainer = STRAVA_FALSE }, "{\"trainer\":false}" },
		{ { .commute = STRAVA_TRUE, .hide_from_home = STRAVA_FALSE },
		    "{\"commute\":true,\"hide_from_home\":false}" },
		{ { .name = "n",
		      .sport_type = "Ride",
		      .description = "d",
		      .gear_id = "b1",
		      .trainer = STRAVA_TRUE,
		      .commute = STRAVA_FALSE,
		      .hide_from_home = STRAVA_TRUE },
		    "{\"description\":\"d\",\"name\":\"n\","
		    "\"sport_type\":\"Ride\",\"gear_id\":\"b1\","
		    "\"commute\":false,\"trainer\":true,"
		    "\"hide_from_home\":true}" },
	};
	struct fake      fake;
	strava_activity *a;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(cases); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, "{\"id\":7}");
		assert_int_equal(strava_activity_update(fake.client, 7,
				     &cases[i].changes, &a, NULL),
		    STRAVA_OK);
		strava_activity_free(a);
		assert_string_equal(fake.requests[0].body, cases[i].body);
	}
	assert_string_equal(fake.requests[0].method, "PUT");
	assert_string_equal(fake.requests[0].url, BASE "/activities/7");
	assert_string_equal(fake.requests[0].content_type, "application/json");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	fake_stop(&fake);
}

static void
changes_that_are_none_are_refused(void **state)
{
	static const strava_activity_changes bad[] = { { 0 }, { .name = "" },
		{ .sport_type = "" }, { .gear_id = "" }, { .name = "\xff" },
		{ .description = "\xc3\x28" },
		{ .name = "good", .description = "\xff" } };
	struct fake                          fake;
	strava_activity                     *a;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"id\":7}");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = (strava_activity *)1;
		assert_int_equal(
		    strava_activity_update(fake.client, 7, &bad[i], &a, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(a);
	}
	assert_int_equal(strava_activity_update(fake.client, 7, NULL, &a, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_activity_update(fake.client, 0,
		&(strava_activity_changes){ .name = "n" }, &a, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_activity_update(fake.client, 7,
		&(strava_activity_changes){ .name = "n" }, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_is_sent_as_a_form),
		cmocka_unit_test(what_a_draft_lacks_is_not_sent),
		cmocka_unit_test(a_draft_out_of_range_is_refused),
		cmocka_unit_test(a_draft_needs_texts_that_are_texts),
		cmocka_unit_test(long_texts_fit),
		cmocka_unit_test(a_failure_may_leave_it_in_doubt),
		cmocka_unit_test(only_what_is_set_is_changed),
		cmocka_unit_test(changes_that_are_none_are_refused),
	};

	return cmocka_run_group_tests_name(
	    "libstrava activity_write", tests, NULL, NULL);
}
