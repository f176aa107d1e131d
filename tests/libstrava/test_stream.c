/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static strava_streams *
get(struct fake *fake, const char *body)
{
	strava_streams *streams;

	fake->calls = 0;
	fake->answers[0] = fake_answer(200, body);
	assert_int_equal(
	    strava_activity_streams_get(fake->client, 7, NULL, &streams, NULL),
	    STRAVA_OK);
	return streams;
}

static void
streams_by_type_are_decoded(void **state)
{
	char           *text = fixture("streams_by_type.json");
	struct fake     fake;
	strava_streams *s;

	(void)state;
	fake_start(&fake);
	s = get(&fake, text);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/7/streams?keys="
	    "time,distance,latlng,altitude,velocity_smooth,heartrate,cadence,"
	    "watts,temp,moving,grade_smooth&key_by_type=true");
	assert_int_equal(s->count, 4);
	assert_true(s->time_s[3] == 5);
	assert_true(s->distance_m[2] == 7.25);
	assert_true(s->latlng[0].lat == 37.83 && s->latlng[0].lng == -122.26);
	assert_true(isnan(s->latlng[1].lat) && isnan(s->latlng[1].lng));
	assert_true(isnan(s->latlng[3].lat)); /* not on the globe */
	assert_true(s->altitude_m[0] == 100.5);
	assert_true(s->velocity_mps[2] == 4.75);
	assert_true(isnan(s->heartrate_bpm[1]) && s->heartrate_bpm[3] == 120);
	assert_true(isnan(s->power_w[0]) && isnan(s->power_w[2]));
	assert_true(s->power_w[3] == 250);
	assert_int_equal(s->moving[0], 0);
	assert_int_equal(s->moving[1], 1);
	assert_int_equal(s->moving[3], 0);
	assert_null(s->cadence_rpm); /* of another length */
	assert_null(s->temperature_c);
	assert_null(s->grade_percent);
	assert_int_equal(s->info->count, 8);
	assert_int_equal(s->info->skipped, 2);
	assert_string_equal(s->info->items[1]->key, "distance");
	assert_true(s->info->items[1]->original_size.set);
	assert_true(s->info->items[1]->original_size.value == 4);
	assert_string_equal(s->info->items[1]->resolution, "high");
	assert_string_equal(s->info->items[0]->series_type, "time");
	assert_string_equal(s->info->items[7]->key, "moving");
	assert_false(s->info->items[7]->original_size.set);
	assert_null(s->info->items[7]->resolution);
	assert_non_null(strstr(strava_streams_json(s), "\"strong\""));
	strava_streams_free(s);
	fake_stop(&fake);
}

static void
streams_in_an_array_are_decoded(void **state)
{
	char           *text = fixture("streams_array.json");
	struct fake     fake;
	strava_streams *s;

	(void)state;
	fake_start(&fake);
	s = get(&fake, text);
	free(text);
	assert_int_equal(s->count, 3);
	assert_null(s->time_s);
	assert_true(s->distance_m[2] == 8.5);
	assert_true(s->temperature_c[0] == 20);
	assert_null(s->altitude_m);
	assert_int_equal(s->info->count, 2);
	assert_int_equal(s->info->skipped, 3);
	assert_string_equal(s->info->items[0]->series_type, "distance");
	assert_string_equal(s->info->items[1]->key, "temp");
	assert_null(s->info->items[1]->series_type);
	strava_streams_free(s);
	fake_stop(&fake);
}

static void
no_streams_are_no_error(void **state)
{
	static const char *const bodies[] = { "{}", "[]", "[null,1,{}]",
		"{\"time\":5}", "{\"time\":{\"data\":{}}}",
		"{\"time\":{\"data\":[]}}" };
	struct fake              fake;
	strava_streams          *s;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		s = get(&fake, bodies[i]);
		assert_int_equal(s->count, 0);
		assert_null(s->time_s);
		assert_int_equal(s->info->count, 0);
		strava_streams_free(s);
	}
	fake_stop(&fake);
}

static void
keys_are_checked(void **state)
{
	static const char *const bad[] = { "", ",", "time,", ",time", "power",
		"time,heart", "time, distance", "time&x=1", "TIME" };
	struct fake              fake;
	strava_streams          *s;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{}");
	assert_int_equal(
	    strava_activity_streams_get(fake.client, 7, "watts,time", &s, NULL),
	    STRAVA_OK);
	strava_streams_free(s);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/7/streams?"
	    "keys=watts,time&key_by_type=true");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(strava_activity_streams_get(
				     fake.client, 7, bad[i], &s, &err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(s);
	}
	assert_string_equal(
	    err.message, "there is no stream \"TIME\": see strava_stream(3)");
	assert_int_equal(
	    strava_activity_streams_get(fake.client, 0, NULL, &s, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

typedef strava_status (*get_fn)(strava_client *client, int64_t id,
    const char *keys, strava_streams **out, strava_error *err);

#define API "https://www.strava.com/api/v3"
#define ALL                                                                \
	"time,distance,latlng,altitude,velocity_smooth,heartrate,cadence," \
	"watts,temp,moving,grade_smooth&key_by_type=true"

static void
each_endpoint_has_its_own_keys(void **state)
{
	static const struct {
		get_fn      get;
		const char *keys, *url; /* NULL: refused */
	} cases[] = {
		{ strava_effort_streams_get, NULL,
		    API "/segment_efforts/7/streams?keys=" ALL },
		{ strava_effort_streams_get, "time",
		    API "/segment_efforts/7/streams?keys=time"
			"&key_by_type=true" },
		{ strava_segment_streams_get, NULL,
		    API "/segments/7/streams?keys=distance,latlng,altitude"
			"&key_by_type=true" },
		{ strava_segment_streams_get, "altitude,latlng",
		    API "/segments/7/streams?keys=altitude,latlng"
			"&key_by_type=true" },
		{ strava_segment_streams_get, "time", NULL },
		{ strava_segment_streams_get, "latlng,moving", NULL },
	};
	struct fake     fake;
	strava_streams *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake.calls = 0;
		assert_int_equal(
		    cases[i].get(fake.client, 7, cases[i].keys, &s, NULL),
		    cases[i].url != NULL ? STRAVA_OK : STRAVA_ERR_ARGUMENT);
		assert_int_equal(s != NULL, cases[i].url != NULL);
		assert_int_equal(fake.calls, cases[i].url != NULL);
		if (cases[i].url != NULL)
			assert_string_equal(fake.requests[0].url, cases[i].url);
		strava_streams_free(s);
	}
	fake_stop(&fake);
}

/* As Strava's own description has them: in an array, and told nothing of how
 * they were made. */
static void
a_route_has_streams_without_keys(void **state)
{
	static const char body[] =
	    "[{\"data\":[[37.833112,-122.483436],[37.832964,-122.483406]],"
	    "\"type\":\"latlng\"},{\"data\":[0,16.8],\"type\":\"distance\"},"
	    "{\"data\":[92.4,93.4],\"type\":\"altitude\"}]";
	struct fake     fake;
	strava_streams *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, body);
	assert_int_equal(strava_route_streams_get(fake.client,
			     INT64_C(3329485690369457990), &s, NULL),
	    STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, API "/routes/3329485690369457990/streams");
	assert_int_equal(s->count, 2);
	assert_true(s->latlng[1].lng == -122.483406);
	assert_true(s->distance_m[1] == 16.8);
	assert_true(s->altitude_m[0] == 92.4);
	assert_int_equal(s->info->count, 3);
	assert_int_equal(s->info->skipped, 0);
	strava_streams_free(s);
	assert_int_equal(strava_route_streams_get(fake.client, 0, &s, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(s);
	fake_stop(&fake);
}

/* What one version wrote down another can read. */
static void
streams_come_back_from_their_json(void **state)
{
	char           *text = fixture("streams_by_type.json");
	strava_streams *s, *again;
	const char     *json;

	(void)state;
	assert_int_equal(
	    strava_streams_parse(text, strlen(text), &s, NULL), STRAVA_OK);
	free(text);
	json = strava_streams_json(s);
	assert_int_equal(
	    strava_streams_parse(json, strlen(json), &again, NULL), STRAVA_OK);
	assert_int_equal(again->count, 4);
	assert_memory_equal(again->time_s, s->time_s, 4 * sizeof(double));
	assert_string_equal(strava_streams_json(again), json);
	strava_streams_free(s);
	strava_streams_free(again);
	assert_null(strava_streams_json(NULL));
	strava_streams_free(NULL);
}

static void
a_mark_in_front_and_unknown_streams_are_passed_over(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf{\"power_of_love\":{\"data\":[1,2]},"
	    "\"time\":{\"data\":[0.0,1.0],\"original_size\":2.0,"
	    "\"resolution\":null,\"series_type\":[]},\"time_zone\":7}";
	strava_streams *s;

	(void)state;
	assert_int_equal(
	    strava_streams_parse(text, sizeof(text) - 1, &s, NULL), STRAVA_OK);
	assert_int_equal(s->count, 2);
	assert_true(s->time_s[1] == 1);
	assert_int_equal(s->info->count, 1);
	assert_int_equal(s->info->skipped, 2);
	assert_true(s->info->items[0]->original_size.value == 2);
	assert_null(s->info->items[0]->series_type);
	strava_streams_free(s);
}

static void
what_are_no_streams_is_a_format_error(void **state)
{
	static const char *const bodies[] = { NULL, "", "null", "7", "{",
		"<html>", "[1,]" };
	struct fake              fake;
	strava_streams          *s;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, bodies[i]);
		assert_int_equal(
		    strava_activity_streams_get(fake.client, 7, NULL, &s, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(s);
		assert_int_equal(err.http_status, 200);
		if (bodies[i] == NULL)
			continue;
		assert_int_equal(strava_streams_parse(
				     bodies[i], strlen(bodies[i]), &s, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(s);
	}
	assert_int_equal(
	    strava_streams_parse(NULL, 0, &s, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_streams_parse("{}", 2, NULL, NULL), STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

static void
an_activity_without_streams_is_not_found(void **state)
{
	struct fake     fake;
	strava_streams *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(404, NULL);
	assert_int_equal(
	    strava_activity_streams_get(fake.client, 7, NULL, &s, NULL),
	    STRAVA_ERR_NOT_FOUND);
	assert_null(s);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_by_type_are_decoded),
		cmocka_unit_test(streams_in_an_array_are_decoded),
		cmocka_unit_test(no_streams_are_no_error),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(each_endpoint_has_its_own_keys),
		cmocka_unit_test(a_route_has_streams_without_keys),
		cmocka_unit_test(streams_come_back_from_their_json),
		cmocka_unit_test(
		    a_mark_in_front_and_unknown_streams_are_passed_over),
		cmocka_unit_test(what_are_no_streams_is_a_format_error),
		cmocka_unit_test(an_activity_without_streams_is_not_found),
	};

	return cmocka_run_group_tests_name(
	    "libstrava stream", tests, NULL, NULL);
}
