/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"

/* What the effort that is expected below leads to. */
static void
expect_inner(const strava_effort *e)
{
	assert_int_equal(e->achievements->count, 2);
	assert_int_equal(e->achievements->skipped, 1);
	assert_true(e->achievements->items[1]->type_id.value == 2);
	assert_string_equal(e->achievements->items[1]->type, "overall");
	assert_true(e->achievements->items[1]->rank.value == 7);
	assert_string_equal(strava_achievement_json(e->achievements->items[0]),
	    "{\"type_id\":3,\"type\":\"pr\",\"rank\":1}");
	assert_true(e->segment->id == 1109718);
	assert_string_equal(e->segment->activity_type, "Run");
	assert_string_equal(strava_segment_json(e->segment),
	    "{\"id\":1109718,\"resource_state\":2,"
	    "\"name\":\"E 14th St Climb\",\"activity_type\":\"Run\","
	    "\"distance\":419.58,\"hazardous\":false,\"starred\":false}");
}

static void
an_effort_in_detail_is_decoded(void **state)
{
	char          *text = fixture("effort_detailed.json");
	struct fake    fake;
	strava_effort *e;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_effort_get(fake.client, INT64_C(9007199254740995), &e, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(
	    fake.requests[0].url, API "/segment_efforts/9007199254740995");
	assert_true(e->id == INT64_C(9007199254740995));
	assert_true(e->resource_state == STRAVA_RESOURCE_DETAIL);
	assert_string_equal(e->name, "E 14th St Climb");
	assert_true(e->activity_id == INT64_C(12345678987654321));
	assert_string_equal(e->activity_visibility, "followers_only");
	assert_true(e->athlete_id == INT64_C(9007199254740993));
	assert_true(e->elapsed_time_s == 116 && e->moving_time_s == 115);
	assert_true(e->start_time == 1529671363);
	assert_true(e->start_time_local == e->start_time - 14400);
	assert_true(e->distance_m == 419.58);
	assert_true(e->start_index.set && e->start_index.value == 0);
	assert_true(e->end_index.value == 225);
	assert_true(e->average_cadence_rpm.value == 78.5);
	assert_int_equal(e->device_watts, STRAVA_FALSE);
	assert_true(e->average_power_w.value == 220.2);
	assert_true(e->average_heartrate_bpm.value == 152.2);
	assert_true(e->max_heartrate_bpm.value == 158);
	assert_true(e->pr_rank.set && e->pr_rank.value == 1);
	assert_string_equal(e->visibility, "everyone");
	assert_true(e->kom_rank.value == 10);
	assert_int_equal(e->is_kom, STRAVA_FALSE);
	assert_int_equal(e->hidden, STRAVA_TRUE);
	assert_true(e->pr_elapsed_time_s.value == 116);
	assert_string_equal(e->pr_date, "2018-06-22");
	assert_true(e->pr_activity_id == 1655832792);
	assert_string_equal(e->pr_visibility, "everyone");
	assert_string_equal(e->pr_activity_visibility, "followers_only");
	assert_true(e->own_effort_count.value == 5);
	assert_non_null(strstr(strava_effort_json(e), "\"hidden\":true"));
	expect_inner(e);
	strava_effort_free(e);
	fake_stop(&fake);
}

static void
a_summary_has_its_activity_beside_it(void **state)
{
	static const char   text[] = "[{\"id\":1,\"activity_id\":71,"
				     "\"kom_rank\":null,\"pr_rank\":null,"
				     "\"achievements\":[]},{},7]";
	strava_effort_list *list;

	(void)state;
	assert_int_equal(
	    strava_effort_list_parse(text, strlen(text), &list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->skipped, 2);
	assert_true(list->items[0]->activity_id == 71);
	assert_true(list->items[0]->athlete_id == 0);
	assert_false(list->items[0]->kom_rank.set);
	assert_false(list->items[0]->pr_rank.set);
	assert_int_equal(list->items[0]->achievements->count, 0);
	assert_null(list->items[0]->segment);
	assert_non_null(strstr(strava_effort_list_json(list), "71"));
	strava_effort_list_free(list);
}

static void
efforts_are_asked_for_by_segment_and_time(void **state)
{
	struct fake         fake;
	strava_effort_list *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(strava_effort_list_get(fake.client,
			     &(strava_effort_query){
				 .segment_id = INT64_C(9007199254740993) },
			     &list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 0);
	strava_effort_list_free(list);
	assert_int_equal(strava_effort_list_get(fake.client,
			     &(strava_effort_query){ .segment_id = 7,
				 .start_time_local = 1514764800,
				 .end_time_local = INT64_C(253402300799),
				 .per_page = 200 },
			     &list, NULL),
	    STRAVA_OK);
	strava_effort_list_free(list);
	assert_string_equal(fake.requests[0].url,
	    API "/segment_efforts?segment_id=9007199254740993");
	assert_string_equal(fake.requests[1].url,
	    API "/segment_efforts?segment_id=7"
		"&start_date_local=2018-01-01T00%3A00%3A00Z"
		"&end_date_local=9999-12-31T23%3A59%3A59Z&per_page=200");
	fake_stop(&fake);
}

static void
a_query_out_of_contract_is_refused(void **state)
{
	static const strava_effort_query bad[] = {
		{ .segment_id = 0 }, { .segment_id = -1 },
		{ .segment_id = 1, .per_page = 201 },
		{ .segment_id = 1, .per_page = -1 },
		{ .segment_id = 1, .start_time_local = -1 },
		{ .segment_id = 1, .end_time_local = INT64_C(253402300800) },
		{ .segment_id = 1, .end_time_local = INT64_MIN },
		{ .segment_id = 1, .start_time_local = 2, .end_time_local = 1 }
	};
	struct fake         fake;
	strava_effort_list *list;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    strava_effort_list_get(fake.client, &bad[i], &list, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(list);
	}
	assert_int_equal(strava_effort_list_get(fake.client, NULL, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_effort_list_get(fake.client,
		&(strava_effort_query){ .segment_id = 1 }, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
who_does_not_subscribe_is_refused(void **state)
{
	struct fake    fake;
	strava_effort *effort;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(403, "{\"message\":\"Forbidden\"}");
	assert_int_equal(strava_effort_get(fake.client, 1, &effort, NULL),
	    STRAVA_ERR_FORBIDDEN);
	assert_null(effort);
	fake_stop(&fake);
}

static void
efforts_bear_what_is_odd(void **state)
{
	(void)state;
	bears_everything(&sv_effort_model, "effort_detailed.json", NULL);
	skips_bad_items(&sv_effort_model, "effort_detailed.json", NULL);
	bears_everything(
	    &sv_achievement_model, "effort_detailed.json", "achievements");
	assert_int_equal(
	    strava_effort_parse("{}", 2, &(strava_effort *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	strava_effort_free(NULL);
	strava_effort_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_effort_in_detail_is_decoded),
		cmocka_unit_test(a_summary_has_its_activity_beside_it),
		cmocka_unit_test(efforts_are_asked_for_by_segment_and_time),
		cmocka_unit_test(a_query_out_of_contract_is_refused),
		cmocka_unit_test(who_does_not_subscribe_is_refused),
		cmocka_unit_test(efforts_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava effort", tests, NULL, NULL);
}
