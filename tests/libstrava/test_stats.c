/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

static void
statistics_are_decoded(void **state)
{
	char         *text = fixture("stats.json");
	struct fake   fake;
	strava_stats *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_stats_get(fake.client, INT64_MAX, &s, NULL), STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/athletes/9223372036854775807/stats");
	assert_true(s->biggest_ride_distance_m.value == 175454.5);
	assert_true(s->biggest_climb_elevation_gain_m.value == 1206.25);
	assert_int_equal(s->recent_ride->count, 3);
	assert_true(s->recent_ride->distance_m == 5954.5);
	assert_int_equal(s->recent_ride->moving_time_s, 2587);
	assert_int_equal(s->recent_ride->elapsed_time_s, 2600);
	assert_true(s->recent_ride->elevation_gain_m == 12.5);
	assert_int_equal(s->recent_ride->achievement_count.value, 4);
	assert_int_equal(s->recent_run->count, 0);
	assert_true(s->recent_run->achievement_count.set);
	assert_int_equal(s->recent_swim->count, 1);
	assert_int_equal(s->ytd_ride->count, 134);
	assert_false(s->ytd_ride->achievement_count.set);
	assert_int_equal(s->ytd_run->count, 135);
	assert_int_equal(s->ytd_run->moving_time_s, 474287); /* sent as float */
	assert_int_equal(s->ytd_run->elapsed_time_s, 484126);
	assert_int_equal(s->ytd_swim->count, 8);
	assert_int_equal(s->all_ride->count, 375);
	assert_int_equal(s->all_run->count, 905);
	assert_int_equal(s->all_swim->count, 159);
	assert_string_equal(strava_totals_json(s->recent_swim),
	    "{\"count\":1,\"distance\":1000}");
	strava_stats_free(s);
	fake_stop(&fake);
}

static void
a_new_athlete_has_none(void **state)
{
	static const char text[] = "{\"biggest_ride_distance\":null,"
				   "\"recent_ride_totals\":{}}";
	strava_stats     *s, *again;
	const char       *json;

	(void)state;
	assert_int_equal(
	    strava_stats_parse(text, strlen(text), &s, NULL), STRAVA_OK);
	assert_false(s->biggest_ride_distance_m.set);
	assert_int_equal(s->recent_ride->count, 0);
	assert_null(s->all_swim);
	json = strava_stats_json(s);
	assert_string_equal(json, text);
	assert_int_equal(
	    strava_stats_parse(json, strlen(json), &again, NULL), STRAVA_OK);
	strava_stats_free(again);
	strava_stats_free(s);
}

static void
what_is_wrong_is_refused(void **state)
{
	struct fake   fake;
	strava_stats *s = (strava_stats *)1;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_stats_get(fake.client, 0, &s, NULL), STRAVA_ERR_ARGUMENT);
	assert_null(s);
	assert_int_equal(strava_stats_get(fake.client, INT64_MIN, &s, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_stats_get(fake.client, 1, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(
	    strava_stats_get(fake.client, 1, &s, &err), STRAVA_ERR_FORMAT);
	assert_string_equal(err.message, "the answer is no set of statistics");
	assert_null(strava_stats_json(NULL));
	assert_null(strava_totals_json(NULL));
	strava_stats_free(NULL);
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_stats_model, "stats.json", NULL);
	bears_everything(&sv_totals_model, "stats.json", "recent_ride_totals");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_are_decoded),
		cmocka_unit_test(a_new_athlete_has_none),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava stats", tests, NULL, NULL);
}
