/* SPDX-License-Identifier: MIT */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

static void
an_activity_in_detail_is_decoded(void **state)
{
	char            *text = fixture("activity_detailed.json");
	struct fake      fake;
	strava_activity *a;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(strava_activity_get(
			     fake.client, INT64_C(154504250376823), &a, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/154504250376823");
	free(text);
	assert_true(a->id == INT64_C(154504250376823));
	assert_true(a->athlete_id == INT64_C(9007199254740993));
	assert_string_equal(
	    a->name, "Fr\xc3\xbch am Kanal \xe2\x80\x93 \"Runde\"");
	assert_string_equal(a->sport_type, "GravelRide");
	assert_true(a->start_time == 1771253574);
	assert_true(a->start_time_local == a->start_time - 28800);
	assert_string_equal(a->timezone, "(GMT-08:00) America/Los_Angeles");
	assert_true(a->distance_m == 28099);
	assert_true(a->moving_time_s == 4207); /* sent as 4207.0 */
	assert_true(a->elapsed_time_s == 4410);
	assert_true(a->elevation_gain_m == 516.5);
	assert_true(a->average_speed_mps == 6.679);
	assert_true(a->max_speed_mps == 18.5);
	assert_true(a->average_heartrate_bpm.set);
	assert_true(a->average_heartrate_bpm.value == 140.3);
	assert_true(a->max_heartrate_bpm.value == 178);
	assert_true(a->average_power_w.value == 185.5);
	assert_true(a->max_power_w.value == 743);
	assert_true(a->average_cadence_rpm.value == 78.5);
	assert_true(a->energy_kj.value == 780.5);
	assert_true(a->calories_kcal.value == 870.2);
	assert_true(a->start.set && a->start.value.lng == -122.26);
	assert_true(a->end.set && a->end.value.lat == 37.84);
	assert_string_equal(a->summary_polyline, "_p~iF~ps|U_ulLnnqC");
	assert_string_equal(a->polyline, "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
	assert_string_equal(a->description, "line one\nline two");
	assert_string_equal(a->device_name, "Garmin Edge 1030");
	assert_string_equal(a->gear_id, "b12345678987654321");
	assert_string_equal(a->visibility, "only_me");
	assert_int_equal(a->is_private, STRAVA_TRUE);
	assert_int_equal(a->commute, STRAVA_FALSE);
	assert_int_equal(a->trainer, STRAVA_FALSE);
	assert_int_equal(a->manual, STRAVA_FALSE);
	strava_activity_free(a);
	fake_stop(&fake);
}

static strava_activity *
parsed(const char *name)
{
	char            *text = fixture(name);
	strava_activity *a;

	assert_int_equal(
	    strava_activity_parse(text, strlen(text), &a, NULL), STRAVA_OK);
	free(text);
	return a;
}

static void
an_activity_has_more_to_it(void **state)
{
	strava_activity *a = parsed("activity_detailed.json");

	(void)state;
	assert_int_equal(a->resource_state, STRAVA_RESOURCE_DETAIL);
	assert_string_equal(a->activity_type, "Ride");
	assert_int_equal(a->workout_type.value, STRAVA_WORKOUT_RIDE);
	assert_int_equal(a->utc_offset_s.value, -28800); /* sent as float */
	assert_string_equal(a->location_city, "Oakland");
	assert_string_equal(a->location_state, "California");
	assert_string_equal(a->location_country, "United States");
	assert_int_equal(a->achievement_count, 4);
	assert_int_equal(a->kudos_count, 19);
	assert_int_equal(a->comment_count, 2);
	assert_int_equal(a->athlete_count, 3);
	assert_int_equal(a->photo_count, 1);
	assert_int_equal(a->total_photo_count, 6);
	assert_int_equal(a->pr_count, 5);
	assert_string_equal(a->map_id, "a1410355832");
	assert_int_equal(a->flagged, STRAVA_FALSE);
	assert_int_equal(a->has_kudoed, STRAVA_TRUE);
	assert_int_equal(a->hide_from_home, STRAVA_TRUE);
	assert_int_equal(a->from_accepted_tag, STRAVA_FALSE);
	assert_true(a->average_temperature_c.value == 4);
	assert_true(a->weighted_power_w.value == 230);
	assert_int_equal(a->device_watts, STRAVA_TRUE);
	assert_int_equal(a->has_heartrate, STRAVA_TRUE);
	assert_int_equal(a->heartrate_opt_out, STRAVA_FALSE);
	assert_int_equal(a->display_hide_heartrate_option, STRAVA_TRUE);
	assert_true(a->elevation_high_m.value == 446.6);
	assert_true(a->elevation_low_m.value == -1.5);
	assert_true(a->upload_id == INT64_C(987654321234567891));
	assert_string_equal(a->upload_id_str, "987654321234567891");
	assert_string_equal(a->external_id, "garmin_push_12345678987654321");
	assert_true(a->suffer_score.value == 82);
	assert_true(a->perceived_exertion.value == 7);
	assert_int_equal(a->prefer_perceived_exertion, STRAVA_TRUE);
	assert_string_equal(a->embed_token, "18e4615989b4");
	strava_activity_free(a);
}

static void
an_activity_leads_to_others(void **state)
{
	strava_activity *a = parsed("activity_detailed.json");

	(void)state;
	assert_int_equal(a->segment_efforts->count, 1);
	assert_int_equal(a->segment_efforts->skipped, 1);
	assert_true(
	    a->segment_efforts->items[0]->id == INT64_C(1234567898765432));
	assert_int_equal(a->best_efforts->count, 1);
	assert_string_equal(a->best_efforts->items[0]->name, "400m");
	assert_int_equal(a->splits_metric->count, 2);
	assert_int_equal(a->splits_standard->count, 1);
	assert_int_equal(a->laps->count, 1);
	assert_true(a->laps->items[0]->distance_m == 8046.72);
	assert_string_equal(a->gear->name, "Tarmac");
	assert_int_equal(a->photos->count, 2);
	assert_int_equal(a->stats_visibility->count, 2);
	assert_string_equal(a->stats_visibility->items[1]->type, "pace");
	assert_string_equal(
	    a->stats_visibility->items[1]->visibility, "only_me");
	assert_string_equal(
	    strava_stat_visibility_json(a->stats_visibility->items[1]),
	    "{\"type\":\"pace\",\"visibility\":\"only_me\"}");
	assert_null(strava_stat_visibility_json(NULL));
	assert_int_equal(a->available_zones->count, 2);
	assert_string_equal(a->available_zones->items[0], "heartrate");
	strava_activity_free(a);
}

/* Old data and new sports: what is unknown stays as it is. */
static void
a_sport_is_what_strava_calls_it(void **state)
{
	static const struct {
		const char *text, *sport_type, *activity_type;
	} cases[] = {
		{ "{\"id\":1,\"type\":\"Ride\"}", "Ride", "Ride" },
		{ "{\"id\":1,\"sport_type\":\"Zorbing\",\"type\":\"Workout\"}",
		    "Zorbing", "Workout" },
		{ "{\"id\":1,\"sport_type\":null,\"type\":\"Run\"}", "Run",
		    "Run" },
		{ "{\"id\":1,\"sport_type\":\"Run\"}", "Run", NULL },
	};
	strava_activity *a;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(strava_activity_parse(cases[i].text,
				     strlen(cases[i].text), &a, NULL),
		    STRAVA_OK);
		assert_string_equal(a->sport_type, cases[i].sport_type);
		if (cases[i].activity_type == NULL)
			assert_null(a->activity_type);
		else
			assert_string_equal(
			    a->activity_type, cases[i].activity_type);
		strava_activity_free(a);
	}
}

static void
every_effort_comes_when_asked_for(void **state)
{
	struct fake      fake;
	strava_activity *a = (strava_activity *)1;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"id\":7}");
	assert_int_equal(
	    strava_activity_get_all_efforts(fake.client, 0, &a, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(a);
	assert_int_equal(
	    strava_activity_get_all_efforts(fake.client, 7, &a, NULL),
	    STRAVA_OK);
	strava_activity_free(a);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/7?"
	    "include_all_efforts=true");
	fake_stop(&fake);
}

static void
a_kept_page_is_read_again(void **state)
{
	char                 *text = fixture("activities_page.json");
	strava_activity_list *list, *again;
	const char           *kept;
	strava_error          err;

	(void)state;
	assert_int_equal(
	    strava_activity_list_parse(text, strlen(text), &list, NULL),
	    STRAVA_OK);
	free(text);
	kept = strava_activity_list_json(list);
	assert_int_equal(
	    strava_activity_list_parse(kept, strlen(kept), &again, NULL),
	    STRAVA_OK);
	assert_int_equal(again->count, list->count);
	assert_int_equal(again->skipped, list->skipped);
	strava_activity_list_free(again);
	strava_activity_list_free(list);
	assert_null(strava_activity_list_json(NULL));
	assert_int_equal(
	    strava_activity_list_parse("[", 1, &list, &err), STRAVA_ERR_FORMAT);
	assert_null(list);
	assert_string_equal(err.message, "the text is no JSON");
	assert_int_equal(strava_activity_list_parse("[]", 2, NULL, &err),
	    STRAVA_ERR_ARGUMENT);
}

static void
every_member_may_be_odd(void **state)
{
	static const char file[] = "activity_detailed.json";

	(void)state;
	bears_everything(&sv_activity_model, file, NULL);
	skips_bad_items(&sv_activity_model, file, NULL);
	bears_everything(&sv_stat_visibility_model, file, "stats_visibility");
}

/* What the struct lacks is in the JSON, numbers as exact as they came. */
static void
the_json_behind_an_activity_is_there(void **state)
{
	char               *text = fixture("activity_detailed.json");
	struct fake         fake;
	strava_activity    *a;
	struct json_object *json, *upload_id;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_activity_get(fake.client, 1, &a, NULL), STRAVA_OK);
	assert_non_null(strstr(strava_activity_json(a), "\"workout_type\":10"));
	assert_non_null(
	    strstr(strava_activity_json(a), "\"average_speed\":6.679,"));
	json = json_tokener_parse(strava_activity_json(a));
	assert_true(json_object_object_get_ex(json, "upload_id", &upload_id));
	assert_true(
	    json_object_get_int64(upload_id) == INT64_C(987654321234567891));
	json_object_put(json);
	assert_null(strava_activity_json(NULL));
	strava_activity_free(a);
	free(text);
	fake_stop(&fake);
}

static void
a_page_keeps_what_is_good(void **state)
{
	char                  *text = fixture("activities_page.json");
	struct fake            fake;
	strava_activity_list  *list;
	const strava_activity *a;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_activity_list_get(fake.client, NULL, &list, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/athlete/activities");
	assert_int_equal(list->count, 4);
	assert_int_equal(list->skipped, 5);

	a = list->items[0];
	assert_true(a->id == INT64_C(9007199254740993));
	assert_string_equal(a->sport_type, "MountainBikeRide");
	assert_true(a->start_time == 1525263309);
	assert_null(a->summary_polyline);
	assert_null(a->gear_id);
	assert_false(a->average_heartrate_bpm.set);
	assert_false(a->start.set);
	assert_int_equal(a->commute, STRAVA_UNSET);

	a = list->items[1]; /* entered by hand */
	assert_true(a->distance_m == 0);
	assert_false(a->start.set || a->end.set);
	assert_string_equal(a->summary_polyline, "");
	assert_int_equal(a->manual, STRAVA_TRUE);

	a = list->items[2]; /* wrong in every way that leaves an activity */
	assert_string_equal(a->sport_type, "WaterSport");
	assert_true(a->distance_m == 0 && a->moving_time_s == 0);
	assert_true(a->start_time == 0);
	assert_false(a->start.set || a->end.set);
	assert_null(a->polyline);

	a = list->items[3];
	assert_true(a->id == 5 && a->athlete_id == 0);
	assert_null(a->name);
	assert_string_equal(a->sport_type, "Skijoring");
	assert_non_null(strstr(strava_activity_json(a), "\"id\":5,"));
	strava_activity_list_free(list);
	fake_stop(&fake);
}

/* One name that is no UTF-8 must not cost the other activities. */
static void
bytes_that_are_no_text_become_question_marks(void **state)
{
	static const char body[] = "[{\"id\":1,\"name\":\"a\xff z\xc0\xaf\"},"
				   "{\"id\":2,\"name\":\"\xed\xa0\x80\"},"
				   "{\"id\":3,\"name\":\"\xc3\xa9\"},"
				   "{\"id\":4,\"name\":\"a\\u0000b\"}]";
	struct fake       fake;
	strava_activity_list *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, body);
	assert_int_equal(
	    strava_activity_list_get(fake.client, NULL, &list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 4);
	assert_string_equal(list->items[0]->name, "a? z??");
	assert_string_equal(list->items[1]->name, "???");
	assert_string_equal(list->items[2]->name, "\xc3\xa9");
	assert_null(list->items[3]->name); /* would end too early */
	strava_activity_list_free(list);
	fake_stop(&fake);
}

static void
a_query_is_sent_as_given(void **state)
{
	static const strava_activity_query bad[] = { { .per_page = 201 },
		{ .per_page = -1 }, { .page = -1 }, { .before = -1 },
		{ .after = -1 } };
	struct fake                        fake;
	strava_activity_list              *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_activity_list_get(fake.client,
		&(strava_activity_query){ .before = INT64_C(9007199254740993),
		    .after = 1500000000,
		    .page = 3,
		    .per_page = 200 },
		&list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 0); /* an empty page is no error */
	strava_activity_list_free(list);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/athlete/activities?"
	    "before=9007199254740993&after=1500000000&page=3&per_page=200");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    strava_activity_list_get(fake.client, &bad[i], &list, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(list);
	}
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
an_answer_that_is_none_is_a_format_error(void **state)
{
	static const char *const bodies[] = { NULL, "", "null", "{}", "[",
		"\"x\"", "[] []", "<html>", "[1,]" };
	struct fake              fake;
	strava_activity_list    *list;
	strava_activity         *activity;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, bodies[i]);
		assert_int_equal(
		    strava_activity_list_get(fake.client, NULL, &list, &err),
		    STRAVA_ERR_FORMAT);
		assert_int_equal(err.http_status, 200);
		assert_null(list);
		assert_int_equal(
		    strava_activity_get(fake.client, 1, &activity, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(activity);
	}
	assert_int_equal(strava_activity_get(fake.client, 0, &activity, &err),
	    STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

/* Asks for the next activity and returns its id, 0 at the end. */
static int64_t
next_id(strava_activity_each *each)
{
	const strava_activity *a;

	assert_int_equal(strava_activity_each_next(each, &a, NULL), STRAVA_OK);
	return a != NULL ? a->id : 0;
}

static void
each_goes_on_to_the_empty_page(void **state)
{
	struct fake           fake;
	strava_activity_each *each;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[{\"id\":1},{\"id\":2}]");
	fake.answers[1] = fake_answer(200, "[{\"id\":3}]");
	fake.answers[2] = fake_answer(200, "[{},null]");
	fake.answers[3] = fake_answer(200, "[{\"id\":4}]");
	fake.answers[4] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_activity_each_new(fake.client,
		&(strava_activity_query){ .after = 9, .per_page = 2 }, &each,
		NULL),
	    STRAVA_OK);
	assert_int_equal(fake.calls, 0); /* nothing is asked before its time */
	for (int64_t id = 1; id <= 4; id++)
		assert_true(next_id(each) == id);
	assert_true(next_id(each) == 0);
	assert_true(next_id(each) == 0); /* the end is the end */
	assert_int_equal(fake.calls, 5);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/athlete/activities?"
	    "after=9&page=1&per_page=2");
	assert_string_equal(fake.requests[4].url,
	    "https://www.strava.com/api/v3/athlete/activities?"
	    "after=9&page=5&per_page=2");
	strava_activity_each_free(each);
	fake_stop(&fake);
}

static void
each_keeps_its_place_over_a_failure(void **state)
{
	struct fake            fake;
	strava_activity_each  *each;
	const strava_activity *a = (const strava_activity *)1;
	strava_error           err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[{\"id\":1}]");
	fake.answers[1] = fake_answer(429, "{}");
	fake.answers[2] = fake_answer(200, "[{\"id\":2}]");
	fake.answers[3] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_activity_each_new(fake.client, NULL, &each, NULL),
	    STRAVA_OK);
	assert_true(next_id(each) == 1);
	assert_int_equal(
	    strava_activity_each_next(each, &a, &err), STRAVA_ERR_RATE_LIMIT);
	assert_null(a);
	assert_true(next_id(each) == 2);
	assert_string_equal(fake.requests[1].url, fake.requests[2].url);
	assert_true(next_id(each) == 0);
	strava_activity_each_free(each);
	fake_stop(&fake);
}

/* From which page on is the caller's choice; 200 at a time cost least. */
static void
each_begins_where_it_is_told(void **state)
{
	struct fake           fake;
	strava_activity_each *each;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_activity_each_new(fake.client,
		&(strava_activity_query){ .page = 7 }, &each, NULL),
	    STRAVA_OK);
	assert_true(next_id(each) == 0);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/athlete/activities?"
	    "page=7&per_page=200");
	strava_activity_each_free(each);
	assert_int_equal(
	    strava_activity_each_new(fake.client,
		&(strava_activity_query){ .per_page = 999 }, &each, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(each);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_activity_in_detail_is_decoded),
		cmocka_unit_test(an_activity_has_more_to_it),
		cmocka_unit_test(an_activity_leads_to_others),
		cmocka_unit_test(a_sport_is_what_strava_calls_it),
		cmocka_unit_test(every_effort_comes_when_asked_for),
		cmocka_unit_test(a_kept_page_is_read_again),
		cmocka_unit_test(every_member_may_be_odd),
		cmocka_unit_test(the_json_behind_an_activity_is_there),
		cmocka_unit_test(a_page_keeps_what_is_good),
		cmocka_unit_test(bytes_that_are_no_text_become_question_marks),
		cmocka_unit_test(a_query_is_sent_as_given),
		cmocka_unit_test(an_answer_that_is_none_is_a_format_error),
		cmocka_unit_test(each_goes_on_to_the_empty_page),
		cmocka_unit_test(each_keeps_its_place_over_a_failure),
		cmocka_unit_test(each_begins_where_it_is_told),
	};

	return cmocka_run_group_tests_name(
	    "libstrava activity", tests, NULL, NULL);
}
