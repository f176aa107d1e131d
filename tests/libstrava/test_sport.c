/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <strava/sport.h>
#include <string.h>

#include "test.h"

static void
the_sports_are_sorted(void **state)
{
	size_t n = 0;

	(void)state;
	for (; strava_sport_at(n) != NULL; n++)
		if (n > 0)
			assert_true(strcmp(strava_sport_at(n - 1),
					strava_sport_at(n)) < 0);
	assert_int_equal(n, 56);
	assert_null(strava_sport_at(SIZE_MAX));
}

static void
a_sport_is_known_to_the_letter(void **state)
{
	static const char *const unknown[] = { NULL, "", "ride", "Ride ", "Rid",
		"Rides", "WaterSport" };

	(void)state;
	assert_true(strava_sport_known("AlpineSki"));
	assert_true(strava_sport_known("TrailRun"));
	assert_true(strava_sport_known("Yoga"));
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_false(strava_sport_known(unknown[i]));
		assert_null(strava_sport_activity_type(unknown[i]));
		assert_null(strava_sport_of_activity_type(unknown[i]));
	}
}

static void
each_sport_has_an_older_type(void **state)
{
	int same = 0;

	(void)state;
	for (size_t i = 0; strava_sport_at(i) != NULL; i++) {
		const char *sport = strava_sport_at(i);
		const char *type = strava_sport_activity_type(sport);

		assert_non_null(type);
		assert_true(strava_sport_known(type));
		assert_string_equal(strava_sport_of_activity_type(type), type);
		if (strcmp(sport, type) == 0)
			same++;
		else
			assert_null(strava_sport_of_activity_type(sport));
	}
	assert_int_equal(same, 37);
	assert_string_equal(
	    strava_sport_activity_type("MountainBikeRide"), "Ride");
	assert_string_equal(
	    strava_sport_activity_type("EMountainBikeRide"), "EBikeRide");
	assert_string_equal(strava_sport_activity_type("TrailRun"), "Run");
	assert_string_equal(strava_sport_activity_type("Padel"), "Workout");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sports_are_sorted),
		cmocka_unit_test(a_sport_is_known_to_the_letter),
		cmocka_unit_test(each_sport_has_an_older_type),
	};

	return cmocka_run_group_tests_name(
	    "libstrava sport", tests, NULL, NULL);
}
