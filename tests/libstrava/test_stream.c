/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

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
		cmocka_unit_test(an_activity_without_streams_is_not_found),
	};

	return cmocka_run_group_tests_name(
	    "libstrava stream", tests, NULL, NULL);
}
