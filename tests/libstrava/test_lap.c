/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define ACTIVITY INT64_C(9007199254740995)

static strava_lap_list *
get(struct fake *fake)
{
	char            *text = fixture("laps.json");
	strava_lap_list *list;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_lap_list_get(fake->client, ACTIVITY, &list, NULL),
	    STRAVA_OK);
	free(text);
	return list;
}

static void
laps_are_decoded(void **state)
{
	struct fake       fake;
	strava_lap_list  *list;
	const strava_lap *a;

	(void)state;
	fake_start(&fake);
	list = get(&fake);
	assert_string_equal(fake.requests[0].method, "GET");
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/9007199254740995/laps");
	assert_int_equal(list->count, 2);
	assert_int_equal(list->skipped, 3);
	a = list->items[0];
	assert_true(a->id == INT64_C(4479306946));
	assert_int_equal(a->resource_state, STRAVA_RESOURCE_SUMMARY);
	assert_string_equal(a->name, "Lap 1");
	assert_true(a->activity_id == ACTIVITY && a->athlete_id == 134815);
	assert_int_equal(a->elapsed_time_s, 1691);
	assert_int_equal(a->moving_time_s, 1587);
	assert_true(a->start_time == 1770560017);
	assert_true(a->start_time_local == a->start_time - 28800);
	assert_true(a->distance_m == 8046.72 && a->elevation_gain_m == 270);
	assert_true(a->average_speed_mps == 4.76 && a->max_speed_mps == 9.5);
	assert_int_equal(a->lap_index, 1);
	assert_int_equal(a->split, 3);
	assert_true(a->start_index.set && a->start_index.value == 0);
	assert_int_equal(a->end_index.value, 1590);
	assert_true(a->average_cadence_rpm.value == 79);
	assert_int_equal(a->device_watts, STRAVA_TRUE);
	assert_true(a->average_power_w.value == 228.25);
	assert_true(a->average_heartrate_bpm.value == 124.9);
	assert_true(a->max_heartrate_bpm.value == 181);
	assert_int_equal(a->pace_zone.value, 2);
	strava_lap_list_free(list);
	fake_stop(&fake);
}

static void
a_lap_may_lack_everything_but_an_id(void **state)
{
	struct fake       fake;
	strava_lap_list  *list;
	const strava_lap *a;

	(void)state;
	fake_start(&fake);
	list = get(&fake);
	a = list->items[1];
	assert_true(a->id == INT64_C(4479306947));
	assert_null(a->name);
	assert_true(a->elapsed_time_s == 0 && a->athlete_id == 0);
	assert_false(a->start_index.set || a->pace_zone.set);
	assert_false(a->average_power_w.set || a->average_heartrate_bpm.set);
	assert_int_equal(a->device_watts, STRAVA_UNSET);
	assert_string_equal(strava_lap_json(a),
	    "{\"id\":4479306947,\"name\":null,\"elapsed_time\":1.5,"
	    "\"athlete\":7}");
	assert_null(strava_lap_json(NULL));
	strava_lap_list_free(list);
	strava_lap_list_free(NULL);
	fake_stop(&fake);
}

/* What was fetched can be kept and read again. */
static void
kept_laps_are_read_again(void **state)
{
	struct fake      fake;
	strava_lap_list *list, *again;
	const char      *text;

	(void)state;
	fake_start(&fake);
	list = get(&fake);
	text = strava_lap_list_json(list);
	assert_int_equal(
	    strava_lap_list_parse(text, strlen(text), &again, NULL), STRAVA_OK);
	assert_int_equal(again->count, 2);
	assert_int_equal(again->skipped, 3);
	assert_string_equal(
	    strava_lap_json(again->items[0]), strava_lap_json(list->items[0]));
	strava_lap_list_free(again);
	strava_lap_list_free(list);
	assert_int_equal(
	    strava_lap_list_parse("{}", 2, &again, NULL), STRAVA_ERR_FORMAT);
	assert_null(again);
	assert_null(strava_lap_list_json(NULL));
	fake_stop(&fake);
}

static void
splits_are_decoded(void **state)
{
	char               *text = fixture("activity_detailed.json");
	strava_activity    *activity;
	const strava_split *a;

	(void)state;
	assert_int_equal(
	    strava_activity_parse(text, strlen(text), &activity, NULL),
	    STRAVA_OK);
	free(text);
	assert_int_equal(activity->splits_metric->count, 2);
	a = activity->splits_metric->items[0];
	assert_true(a->distance_m == 1001.5 && a->average_speed_mps == 7.15);
	assert_int_equal(a->elapsed_time_s, 141);
	assert_int_equal(a->moving_time_s, 140);
	assert_true(a->elevation_difference_m.value == -4.4);
	assert_int_equal(a->split, 1);
	assert_true(a->average_grade_adjusted_speed_mps.value == 7.25);
	assert_true(a->average_heartrate_bpm.value == 157.96178343949043);
	assert_int_equal(a->pace_zone.value, 2);
	a = activity->splits_metric->items[1];
	assert_int_equal(a->split, 2);
	assert_false(a->elevation_difference_m.set || a->pace_zone.set);
	assert_string_equal(strava_split_json(a),
	    "{\"distance\":12,\"split\":2,\"elevation_difference\":null}");
	assert_null(strava_split_json(NULL));
	strava_activity_free(activity);
}

static void
what_is_wrong_is_refused(void **state)
{
	struct fake      fake;
	strava_lap_list *list = (strava_lap_list *)1;
	strava_error     err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, NULL);
	assert_int_equal(strava_lap_list_get(fake.client, 0, &list, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_null(list);
	assert_int_equal(strava_lap_list_get(fake.client, 1, NULL, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_lap_list_get(NULL, 1, &list, &err), STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(strava_lap_list_get(fake.client, 1, &list, &err),
	    STRAVA_ERR_FORMAT); /* no body */
	assert_string_equal(
	    err.message, "the answer is no list of this kind: lap");
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_lap_model, "laps.json", NULL);
	bears_everything(
	    &sv_split_model, "activity_detailed.json", "splits_metric");
	skips_bad_items(&sv_lap_model, "laps.json", NULL);
	skips_bad_items(
	    &sv_split_model, "activity_detailed.json", "splits_metric");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(laps_are_decoded),
		cmocka_unit_test(a_lap_may_lack_everything_but_an_id),
		cmocka_unit_test(kept_laps_are_read_again),
		cmocka_unit_test(splits_are_decoded),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name("libstrava lap", tests, NULL, NULL);
}
