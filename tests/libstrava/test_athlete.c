/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static strava_athlete *
get(struct fake *fake, const char *name)
{
	char           *text = fixture(name);
	strava_athlete *athlete;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_athlete_get(fake->client, &athlete, NULL), STRAVA_OK);
	free(text);
	return athlete;
}

static void
an_athlete_in_detail_is_decoded(void **state)
{
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_detailed.json");
	assert_true(a->id == INT64_C(9007199254740993));
	assert_string_equal(a->username, "marianne_t");
	assert_string_equal(a->firstname, "Marianne");
	assert_string_equal(a->lastname, "Teutenberg");
	assert_string_equal(a->city, "San Francisco");
	assert_null(a->state);
	assert_string_equal(a->country, "US");
	assert_string_equal(a->sex, "F");
	assert_string_equal(a->profile, "https://example.org/large.jpg");
	assert_string_equal(
	    a->profile_medium, "https://example.org/medium.jpg");
	assert_string_equal(a->measurement_preference, "feet");
	assert_true(a->weight_kg.set && a->weight_kg.value == 64.5);
	assert_true(a->ftp_w.set && a->ftp_w.value == 251);
	assert_true(a->created_at == 1510626605);
	assert_int_equal(a->summit, STRAVA_TRUE);
	assert_int_equal(a->bikes->count, 2);
	assert_string_equal(a->bikes->items[0]->id, "b12345678987654");
	assert_string_equal(a->bikes->items[0]->name, "EMC");
	assert_true(a->bikes->items[0]->distance_m == 120);
	assert_int_equal(a->bikes->items[0]->primary, STRAVA_TRUE);
	assert_string_equal(a->bikes->items[1]->id, "b2");
	assert_null(a->bikes->items[1]->name);
	assert_true(a->bikes->items[1]->distance_m == 0);
	assert_int_equal(a->shoes->count, 1);
	assert_string_equal(a->shoes->items[0]->name, "adidas");
	assert_non_null(
	    strstr(strava_athlete_json(a), "\"id\":9007199254740993"));
	strava_athlete_free(a);
	fake_stop(&fake);
}

static void
a_summary_lacks_the_rest(void **state)
{
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_summary.json");
	assert_true(a->id == 134815);
	assert_null(a->username);
	assert_false(a->weight_kg.set || a->ftp_w.set);
	assert_true(a->created_at == 0);
	assert_int_equal(a->summit, STRAVA_FALSE);
	assert_null(a->bikes);
	assert_null(a->shoes);
	strava_athlete_free(a);
	fake_stop(&fake);
}

static void
what_is_no_athlete_is_a_format_error(void **state)
{
	static const char *const bodies[] = { "{}", "[]", "{\"id\":null}",
		"{\"id\":\"1\"}", "{\"id\":1.5}" };
	struct fake              fake;
	strava_athlete          *athlete;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, bodies[i]);
		assert_int_equal(
		    strava_athlete_get(fake.client, &athlete, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(athlete);
		assert_string_equal(err.message, "the answer is no athlete");
	}
	assert_null(strava_athlete_json(NULL));
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_athlete_in_detail_is_decoded),
		cmocka_unit_test(a_summary_lacks_the_rest),
		cmocka_unit_test(what_is_no_athlete_is_a_format_error),
	};

	return cmocka_run_group_tests_name(
	    "libstrava athlete", tests, NULL, NULL);
}
