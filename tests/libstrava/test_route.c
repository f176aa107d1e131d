/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"
#define ID INT64_C(3329485690369457990)

static void
expect_waypoints(const strava_waypoint_list *list)
{
	const strava_waypoint *w;

	assert_int_equal(list->count, 2);
	w = list->items[0];
	assert_true(w->latlng.set && w->latlng.value.lng == -74.017878);
	assert_true(
	    w->target_latlng.set && w->target_latlng.value.lat == 40.712);
	assert_int_equal(w->categories->count, 2);
	assert_string_equal(w->categories->items[1], "Caf\xc3\xa9");
	assert_string_equal(w->title, "Fountain");
	assert_string_equal(w->description, "closed in winter");
	assert_true(w->distance_into_route_m.value == 1200.5);
	assert_false(list->items[1]->latlng.set);
	assert_int_equal(list->items[1]->categories->count, 0);
}

static void
a_route_in_detail_is_decoded(void **state)
{
	char         *text = fixture("route_detailed.json");
	struct fake   fake;
	strava_route *r;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_route_get(fake.client, ID, &r, NULL), STRAVA_OK);
	free(text);
	assert_string_equal(
	    fake.requests[0].url, API "/routes/3329485690369457990");
	assert_true(r->athlete->id == INT64_C(9007199254740993));
	assert_string_equal(r->athlete->firstname, "Marianne");
	assert_string_equal(
	    r->description, "When I am too lazy to go to the park.");
	assert_true(r->distance_m == 14914.774951561694);
	assert_true(r->elevation_gain_m == 117.25346822039764);
	assert_true(r->id == ID);
	assert_string_equal(r->id_str, "3329485690369457990");
	assert_string_equal(r->map_id, "r3329485690369457990");
	assert_string_equal(r->summary_polyline, "_p~iF~ps|U");
	assert_string_equal(r->polyline, "_p~iF~ps|U_ulLnnqC");
	assert_string_equal(r->map_url, "https://example.org/map");
	assert_string_equal(r->map_retina_url, "https://example.org/retina");
	assert_string_equal(r->map_light_url, "https://example.org/light");
	assert_string_equal(r->map_dark_url, "https://example.org/dark");
	assert_string_equal(r->name, "Lower Manhattan Loop");
	assert_int_equal(r->is_private, STRAVA_TRUE);
	assert_true(r->resource_state == STRAVA_RESOURCE_DETAIL);
	assert_int_equal(r->starred, STRAVA_FALSE);
	assert_true(r->sub_type == STRAVA_ROUTE_MIXED);
	assert_true(r->created_at == 1543693466);
	assert_true(r->updated_at == 1741942051);
	assert_true(r->timestamp == r->created_at);
	assert_true(r->type == STRAVA_ROUTE_RUN);
	assert_true(r->estimated_moving_time_s == 5282);
	expect_waypoints(r->waypoints);
	assert_int_equal(r->segments->count, 1);
	assert_int_equal(r->segments->skipped, 1);
	assert_string_equal(r->segments->items[0]->name, "Esplanade Climb");
	assert_non_null(
	    strstr(strava_route_json(r), "\"id\":3329485690369457990,"));
	assert_string_equal(strava_waypoint_json(r->waypoints->items[1]),
	    "{\"latlng\":[],\"categories\":[]}");
	strava_route_free(r);
	fake_stop(&fake);
}

static void
routes_come_by_the_page(void **state)
{
	struct fake        fake;
	strava_route_list *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] =
	    fake_answer(200, "[{\"id\":1,\"type\":9,\"sub_type\":null},{}]");
	assert_int_equal(
	    strava_route_list_get(fake.client, INT64_C(9007199254740993),
		&(strava_page){ .page = 3 }, &list, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].url,
	    API "/athletes/9007199254740993/routes?page=3");
	assert_int_equal(list->count, 1);
	assert_int_equal(list->skipped, 1);
	assert_true(list->items[0]->type == 9); /* not known yet */
	assert_true(list->items[0]->sub_type == 0);
	assert_null(list->items[0]->segments);
	assert_non_null(strstr(strava_route_list_json(list), "9"));
	strava_route_list_free(list);
	assert_int_equal(
	    strava_route_list_get(fake.client, 0, NULL, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(list);
	assert_int_equal(strava_route_list_get(fake.client, 1,
			     &(strava_page){ .per_page = 201 }, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
a_route_comes_as_a_file(void **state)
{
	static const char gpx[] = "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<gpx/>";
	struct fake       fake;
	char             *text;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, gpx);
	fake.answers[1] = fake_answer(200, NULL);
	fake.answers[2] = fake_answer(404, NULL);
	assert_int_equal(
	    strava_route_gpx_get(fake.client, ID, &text, NULL), STRAVA_OK);
	assert_string_equal(text, gpx); /* as it came */
	strava_string_free(text);
	assert_int_equal(
	    strava_route_tcx_get(fake.client, ID, &text, NULL), STRAVA_OK);
	assert_string_equal(text, "");
	strava_string_free(text);
	assert_int_equal(strava_route_tcx_get(fake.client, ID, &text, NULL),
	    STRAVA_ERR_NOT_FOUND);
	assert_null(text);
	assert_string_equal(
	    fake.requests[0].url, API "/routes/3329485690369457990/export_gpx");
	assert_string_equal(
	    fake.requests[1].url, API "/routes/3329485690369457990/export_tcx");
	assert_int_equal(strava_route_gpx_get(fake.client, 0, &text, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_route_gpx_get(fake.client, 1, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 3);
	fake_stop(&fake);
}

static void
routes_bear_what_is_odd(void **state)
{
	(void)state;
	bears_everything(&sv_route_model, "route_detailed.json", NULL);
	skips_bad_items(&sv_route_model, "route_detailed.json", NULL);
	bears_everything(
	    &sv_waypoint_model, "route_detailed.json", "waypoints");
	assert_int_equal(
	    strava_route_parse("[]", 2, &(strava_route *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	assert_int_equal(strava_route_list_parse(
			     "{}", 2, &(strava_route_list *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	strava_route_free(NULL);
	strava_route_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_in_detail_is_decoded),
		cmocka_unit_test(routes_come_by_the_page),
		cmocka_unit_test(a_route_comes_as_a_file),
		cmocka_unit_test(routes_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava route", tests, NULL, NULL);
}
