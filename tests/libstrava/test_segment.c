/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"

static void
a_segment_in_detail_is_decoded(void **state)
{
	char           *text = fixture("segment_detailed.json");
	struct fake     fake;
	strava_segment *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(strava_segment_get(
			     fake.client, INT64_C(9007199254740993), &s, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(
	    fake.requests[0].url, API "/segments/9007199254740993");
	assert_true(s->id == INT64_C(9007199254740993));
	assert_true(s->resource_state == STRAVA_RESOURCE_DETAIL);
	assert_string_equal(s->name, "Kanal \xe2\x80\x9cS\xc3\xbc"
				     "d\xe2\x80\x9d");
	assert_string_equal(s->activity_type, "Ride");
	assert_true(s->distance_m == 2684.82);
	assert_true(s->average_grade_percent.set);
	assert_true(s->average_grade_percent.value == -0.8);
	assert_true(s->maximum_grade_percent.value == 14.2);
	assert_true(s->elevation_high_m.value == 245.3);
	assert_true(s->elevation_low_m.value == -2.5);
	assert_true(s->start.set && s->start.value.lat == 37.8331119);
	assert_true(s->end.set && s->end.value.lng == -122.4981393);
	assert_string_equal(
	    s->elevation_profile, "https://example.org/profile");
	assert_string_equal(
	    s->elevation_profile_light, "https://example.org/light");
	assert_string_equal(
	    s->elevation_profile_dark, "https://example.org/dark");
	assert_true(s->climb_category.set && s->climb_category.value == 1);
	assert_string_equal(s->city, "San Francisco");
	assert_string_equal(s->state, "CA");
	assert_string_equal(s->country, "United States");
	assert_int_equal(s->is_private, STRAVA_FALSE);
	assert_int_equal(s->hazardous, STRAVA_TRUE);
	assert_int_equal(s->starred, STRAVA_TRUE);
	assert_true(s->pr_time_s.value == 553);
	assert_true(s->starred_at == 1543778600);
	assert_true(s->created_at == 1253564981);
	assert_true(s->updated_at == 1518685458);
	assert_true(s->elevation_gain_m.value == 155.733);
	assert_string_equal(s->map_id, "s229781");
	assert_string_equal(s->polyline, "_p~iF~ps|U_ulLnnqC");
	assert_string_equal(s->summary_polyline, "_p~iF~ps|U");
	assert_true(s->effort_count.value == 309974);
	assert_true(s->athlete_count.value == 30623);
	assert_true(s->star_count.value == 2428);
	strava_segment_free(s);
	fake_stop(&fake);
}

static void
the_best_of_others_is_there(void **state)
{
	char                      *text = fixture("segment_detailed.json");
	const strava_local_legend *legend;
	strava_segment            *s;

	(void)state;
	assert_int_equal(
	    strava_segment_parse(text, strlen(text), &s, NULL), STRAVA_OK);
	free(text);
	assert_string_equal(s->xoms->kom, "1:09");
	assert_string_equal(s->xoms->qom, "1:31");
	assert_string_equal(s->xoms->overall, "1:09");
	assert_string_equal(
	    s->xoms->destination_href, "strava://segments/229781/leaderboard");
	assert_string_equal(s->xoms->destination_type, "overall");
	assert_string_equal(s->xoms->destination_name, "All-Time");
	legend = s->local_legend;
	assert_true(legend->athlete_id == INT64_C(9007199254740997));
	assert_string_equal(legend->title, "Marianne T.");
	assert_string_equal(legend->profile, "https://example.org/large.jpg");
	assert_string_equal(
	    legend->effort_description, "22 efforts in the last 90 days");
	assert_true(legend->effort_count.set); /* sent as "22" */
	assert_true(legend->effort_count.value == 22);
	assert_int_equal(legend->effort_counts->count, 2);
	assert_string_equal(legend->effort_counts->items[1]->key, "female");
	assert_string_equal(
	    legend->effort_counts->items[1]->value, "3 efforts");
	assert_string_equal(
	    legend->destination, "strava://segments/229781/local_legend");
	assert_non_null(strstr(strava_xoms_json(s->xoms), "\"1:31\""));
	assert_non_null(strstr(
	    strava_local_legend_json(legend), "\"effort_count\":\"22\""));
	strava_segment_free(s);
}

static strava_segment *
parse(const char *text)
{
	strava_segment *segment;

	assert_int_equal(
	    strava_segment_parse(text, strlen(text), &segment, NULL),
	    STRAVA_OK);
	return segment;
}

#define RECORD                                                  \
	"{\"pr_elapsed_time\":553,\"pr_date\":\"2016-04-03\","  \
	"\"pr_visibility\":\"everyone\",\"pr_activity_id\":71," \
	"\"pr_activity_visibility\":\"only_me\",\"effort_count\":0}"
#define EFFORT                                         \
	"{\"id\":9007199254740995,\"activity_id\":71," \
	"\"elapsed_time\":554,\"distance\":2684.5,"    \
	"\"start_date\":\"2016-04-03T12:00:00Z\","     \
	"\"start_date_local\":\"2016-04-03T05:00:00Z\",\"is_kom\":false}"

/* Strava documents the two objects one way and sends them the other. */
static void
the_own_best_is_read_out_of_either_object(void **state)
{
	static const char *const texts[] = {
		"{\"id\":1,\"athlete_segment_stats\":" RECORD
		",\"athlete_pr_effort\":" EFFORT "}",
		"{\"id\":1,\"athlete_segment_stats\":" EFFORT
		",\"athlete_pr_effort\":" RECORD "}",
		"{\"athlete_pr_effort\":" RECORD
		",\"athlete_segment_stats\":" EFFORT ",\"id\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		strava_segment *s = parse(texts[i]);

		assert_true(s->pr_elapsed_time_s.set);
		assert_true(s->pr_elapsed_time_s.value == 553);
		assert_string_equal(s->pr_date, "2016-04-03");
		assert_true(s->pr_activity_id == 71);
		assert_string_equal(s->pr_visibility, "everyone");
		assert_string_equal(s->pr_activity_visibility, "only_me");
		assert_true(s->own_effort_count.set);
		assert_true(s->own_effort_count.value == 0);
		assert_true(s->pr_effort_id == INT64_C(9007199254740995));
		assert_true(s->pr_effort_activity_id == 71);
		assert_true(s->pr_effort_elapsed_time_s.value == 554);
		assert_true(s->pr_effort_distance_m == 2684.5);
		assert_true(s->pr_effort_start_time == 1459684800);
		assert_true(s->pr_effort_start_time_local == 1459659600);
		assert_int_equal(s->pr_effort_is_kom, STRAVA_FALSE);
		strava_segment_free(s);
	}
}

static void
a_segment_where_the_athlete_never_was_has_no_own_best(void **state)
{
	strava_segment *s = parse("{\"id\":1,\"athlete_segment_stats\":null,"
				  "\"athlete_pr_effort\":[]}");

	(void)state;
	assert_false(s->pr_elapsed_time_s.set || s->own_effort_count.set);
	assert_null(s->pr_date);
	assert_true(s->pr_effort_id == 0);
	assert_int_equal(s->pr_effort_is_kom, STRAVA_UNSET);
	strava_segment_free(s);
}

static void
counts_as_texts_are_numbers_or_nothing(void **state)
{
	static const struct {
		const char *json;
		bool        set;
		int64_t     value;
	} cases[] = {
		{ "22", true, 22 },
		{ "22.0", true, 22 },
		{ "\"0\"", true, 0 },
		{ "\"9223372036854775807\"", true, INT64_MAX },
		{ "\"9223372036854775808\"", false, 0 },
		{ "\"\"", false, 0 },
		{ "\"22 efforts\"", false, 0 },
		{ "\"-1\"", false, 0 },
		{ "[22]", false, 0 },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		strava_segment *s;

		snprintf(text, sizeof(text),
		    "{\"id\":1,\"local_legend\":{\"effort_count\":%s}}",
		    cases[i].json);
		s = parse(text);
		assert_int_equal(
		    s->local_legend->effort_count.set, cases[i].set);
		if (cases[i].set)
			assert_true(s->local_legend->effort_count.value ==
				    cases[i].value);
		strava_segment_free(s);
	}
}

static void
starred_segments_come_by_the_page(void **state)
{
	char                 *text = fixture("segments_starred.json");
	struct fake           fake;
	strava_segment_list  *list;
	const strava_segment *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_segment_starred_get(fake.client,
		&(strava_page){ .page = 2, .per_page = 200 }, &list, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(
	    fake.requests[0].url, API "/segments/starred?page=2&per_page=200");
	assert_int_equal(list->count, 2);
	assert_int_equal(list->skipped, 4);
	s = list->items[0];
	assert_true(s->id == 1436274);
	assert_true(s->average_grade_percent.set);
	assert_true(s->average_grade_percent.value == 0);
	assert_true(s->climb_category.set);
	assert_null(s->elevation_profile_light);
	assert_true(s->pr_time_s.value == 256);
	assert_true(s->pr_effort_id == INT64_C(38072446364));
	s = list->items[1];
	assert_true(s->id == 2);
	assert_null(s->name);
	assert_false(s->start.set || s->end.set);
	assert_null(s->map_id);
	assert_null(s->xoms);
	assert_null(s->local_legend);
	assert_true(s->own_effort_count.value == 2);
	assert_non_null(strstr(strava_segment_json(s), "\"map\":\"none\""));
	assert_non_null(strstr(strava_segment_list_json(list), "1436274"));
	strava_segment_list_free(list);
	fake_stop(&fake);
}

static void
a_page_out_of_contract_is_refused(void **state)
{
	static const strava_page bad[] = { { .page = -1 }, { .per_page = -1 },
		{ .per_page = 201 } };
	struct fake              fake;
	strava_segment_list     *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(strava_segment_starred_get(
				     fake.client, &bad[i], &list, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(list);
	}
	assert_int_equal(fake.calls, 0);
	assert_int_equal(
	    strava_segment_starred_get(fake.client, NULL, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_segment_starred_get(NULL, NULL, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_segment_starred_get(fake.client, NULL, &list, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].url, API "/segments/starred");
	assert_int_equal(list->count, 0);
	strava_segment_list_free(list);
	fake_stop(&fake);
}

static void
a_star_is_a_form(void **state)
{
	struct fake     fake;
	strava_segment *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"id\":7,\"starred\":true}");
	assert_int_equal(
	    strava_segment_star(fake.client, 7, true, &s, NULL), STRAVA_OK);
	assert_int_equal(s->starred, STRAVA_TRUE);
	strava_segment_free(s);
	assert_int_equal(
	    strava_segment_star(fake.client, 7, false, &s, NULL), STRAVA_OK);
	strava_segment_free(s);
	assert_string_equal(fake.requests[0].method, "PUT");
	assert_string_equal(fake.requests[0].url, API "/segments/7/starred");
	assert_string_equal(
	    fake.requests[0].content_type, "application/x-www-form-urlencoded");
	assert_string_equal(fake.requests[0].body, "starred=true");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	assert_string_equal(fake.requests[1].body, "starred=false");
	assert_int_equal(strava_segment_star(fake.client, 0, true, &s, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(s);
	assert_int_equal(fake.calls, 2);
	fake_stop(&fake);
}

static const strava_explorer_query hill = { .south_west = { 37.821362,
						-122.505373 },
	.north_east = { 37.842038, -122.465977 } };

static void
a_rectangle_is_searched(void **state)
{
	char                          *text = fixture("explorer.json");
	strava_explorer_query          query = hill;
	struct fake                    fake;
	strava_explorer               *explorer;
	const strava_explorer_segment *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	query.activity_type = "riding";
	query.min_category = (strava_opt_int){ true, 0 };
	query.max_category = (strava_opt_int){ true, 5 };
	assert_int_equal(
	    strava_segment_explore(fake.client, &query, &explorer, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    API "/segments/explore?bounds="
		"37.821362,-122.505373,37.842038,-122.465977"
		"&activity_type=riding&min_cat=0&max_cat=5");
	assert_int_equal(explorer->segments->count, 1);
	assert_int_equal(explorer->segments->skipped, 1);
	s = explorer->segments->items[0];
	assert_true(s->id == 229781);
	assert_true(s->resource_state == STRAVA_RESOURCE_SUMMARY);
	assert_string_equal(s->name, "Hawk Hill");
	assert_true(s->climb_category.value == 1);
	assert_string_equal(s->climb_category_desc, "4");
	assert_true(s->average_grade_percent.value == 5.7);
	assert_true(s->start.set && s->start.value.lng == -122.4834356);
	assert_true(s->end.set && s->end.value.lat == 37.8280722);
	assert_true(s->elevation_difference_m.value == 152.8);
	assert_true(s->distance_m == 2684.8);
	assert_string_equal(s->polyline, "_p~iF~ps|U_ulLnnqC");
	assert_int_equal(s->starred, STRAVA_FALSE);
	assert_string_equal(
	    s->elevation_profile, "https://example.org/profile");
	assert_int_equal(s->local_legend_enabled, STRAVA_TRUE);
	assert_non_null(strstr(strava_explorer_json(explorer), "segments"));
	assert_non_null(strstr(strava_explorer_segment_json(s), "Hawk Hill"));
	strava_explorer_free(explorer);
	fake_stop(&fake);
}

static void
corners_of_the_world_are_written_short(void **state)
{
	static const strava_explorer_query world = {
		.south_west = { -90, -180 }, .north_east = { 90, 0.0000001 }
	};
	struct fake      fake;
	strava_explorer *explorer;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{}");
	assert_int_equal(
	    strava_segment_explore(fake.client, &world, &explorer, NULL),
	    STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, API "/segments/explore?bounds=-90,-180,90,0");
	assert_null(explorer->segments);
	strava_explorer_free(explorer);
	fake_stop(&fake);
}

static void
a_rectangle_that_is_none_is_refused(void **state)
{
	const strava_explorer_query bad[] = {
		{ .south_west = { 1, 1 }, .north_east = { 1, 2 } },
		{ .south_west = { 1, 1 }, .north_east = { 2, 1 } },
		{ .south_west = { 2, 1 }, .north_east = { 1, 2 } },
		{ .south_west = { 0, 170 }, .north_east = { 1, -170 } },
		{ .south_west = { -90.5, 0 }, .north_east = { 1, 1 } },
		{ .south_west = { 0, 0 }, .north_east = { 1, 180.5 } },
		{ .south_west = { NAN, 0 }, .north_east = { 1, 1 } },
		{ .south_west = { 0, 0 }, .north_east = { 1, INFINITY } },
		{ .south_west = { 0, 0 },
		    .north_east = { 1, 1 },
		    .activity_type = "swimming" },
		{ .south_west = { 0, 0 },
		    .north_east = { 1, 1 },
		    .min_category = { true, -1 } },
		{ .south_west = { 0, 0 },
		    .north_east = { 1, 1 },
		    .max_category = { true, 6 } },
	};
	struct fake      fake;
	strava_explorer *explorer;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(strava_segment_explore(
				     fake.client, &bad[i], &explorer, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(explorer);
	}
	assert_int_equal(
	    strava_segment_explore(fake.client, NULL, &explorer, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_segment_explore(fake.client, &hill, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

/* Without Extended Access; nobody outside Strava knows which of the two. */
static void
a_search_that_is_not_granted_is_said_to_be(void **state)
{
	struct fake      fake;
	strava_explorer *explorer;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(403, "{\"message\":\"Forbidden\"}");
	fake.answers[1] = fake_answer(404, NULL);
	assert_int_equal(
	    strava_segment_explore(fake.client, &hill, &explorer, NULL),
	    STRAVA_ERR_FORBIDDEN);
	assert_null(explorer);
	assert_int_equal(
	    strava_segment_explore(fake.client, &hill, &explorer, NULL),
	    STRAVA_ERR_NOT_FOUND);
	fake_stop(&fake);
}

static void
what_is_no_segment_is_a_format_error(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{}", "null",
		"{\"id\":null}", "{\"id\":\"1\"}", "{\"id\":1}x" };
	strava_segment          *s = (strava_segment *)1;
	strava_segment_list     *list;
	strava_explorer         *explorer;
	strava_error             err;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		s = (strava_segment *)1;
		assert_int_equal(
		    strava_segment_parse(texts[i], strlen(texts[i]), &s, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(s);
	}
	assert_int_equal(
	    strava_segment_list_parse("{}", 2, &list, NULL), STRAVA_ERR_FORMAT);
	assert_int_equal(
	    strava_explorer_parse("[]", 2, &explorer, NULL), STRAVA_ERR_FORMAT);
	assert_int_equal(
	    strava_segment_parse(NULL, 0, &s, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_segment_parse("{}", 2, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_null(strava_segment_json(NULL));
	strava_segment_free(NULL);
	strava_segment_list_free(NULL);
	strava_explorer_free(NULL);
}

static void
segments_bear_what_is_odd(void **state)
{
	(void)state;
	bears_everything(&sv_segment_model, "segment_detailed.json", NULL);
	skips_bad_items(&sv_segment_model, "segment_detailed.json", NULL);
	bears_everything(&sv_xoms_model, "segment_detailed.json", "xoms");
	bears_everything(
	    &sv_local_legend_model, "segment_detailed.json", "local_legend");
	bears_everything(&sv_explorer_model, "explorer.json", NULL);
	skips_bad_items(&sv_explorer_model, "explorer.json", NULL);
	bears_everything(
	    &sv_explorer_segment_model, "explorer.json", "segments");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_in_detail_is_decoded),
		cmocka_unit_test(the_best_of_others_is_there),
		cmocka_unit_test(the_own_best_is_read_out_of_either_object),
		cmocka_unit_test(
		    a_segment_where_the_athlete_never_was_has_no_own_best),
		cmocka_unit_test(counts_as_texts_are_numbers_or_nothing),
		cmocka_unit_test(starred_segments_come_by_the_page),
		cmocka_unit_test(a_page_out_of_contract_is_refused),
		cmocka_unit_test(a_star_is_a_form),
		cmocka_unit_test(a_rectangle_is_searched),
		cmocka_unit_test(corners_of_the_world_are_written_short),
		cmocka_unit_test(a_rectangle_that_is_none_is_refused),
		cmocka_unit_test(a_search_that_is_not_granted_is_said_to_be),
		cmocka_unit_test(what_is_no_segment_is_a_format_error),
		cmocka_unit_test(segments_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava segment", tests, NULL, NULL);
}
