/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <strava/strava.h>

#include "test.h"

/* Good to the last few bits. */
static bool
is_near(double a, double b)
{
	return fabs(a - b) <= fabs(b) * 1e-15;
}

static void
preferences_name_a_system(void **state)
{
	(void)state;
	assert_int_equal(strava_unit_system_of("feet"), STRAVA_IMPERIAL);
	assert_int_equal(strava_unit_system_of("meters"), STRAVA_METRIC);
	assert_int_equal(strava_unit_system_of("Feet"), STRAVA_METRIC);
	assert_int_equal(strava_unit_system_of(""), STRAVA_METRIC);
	assert_int_equal(strava_unit_system_of(NULL), STRAVA_METRIC);
}

static void
quantities_are_converted(void **state)
{
	static const struct {
		strava_quantity quantity;
		double          value, metric;
		const char     *metric_unit;
		double          imperial;
		const char     *imperial_unit;
	} rows[] = {
		{ STRAVA_QUANTITY_DISTANCE, 1609.344, 1.609344, "km", 1, "mi" },
		{ STRAVA_QUANTITY_DISTANCE, 42195, 42.195, "km",
		    42195 / 1609.344, "mi" },
		{ STRAVA_QUANTITY_DISTANCE, 0, 0, "km", 0, "mi" },
		{ STRAVA_QUANTITY_SHORT_DISTANCE, 0.3048, 0.3048, "m", 1,
		    "ft" },
		{ STRAVA_QUANTITY_SHORT_DISTANCE, -10, -10, "m", -10 / 0.3048,
		    "ft" },
		{ STRAVA_QUANTITY_SWIM_DISTANCE, 914.4, 914.4, "m", 1000,
		    "yd" },
		{ STRAVA_QUANTITY_SPEED, 10, 36, "km/h", 36000 / 1609.344,
		    "mph" },
		{ STRAVA_QUANTITY_PACE, 4, 250, "/km", 402.336, "/mi" },
		{ STRAVA_QUANTITY_SWIM_PACE, 0.8, 125, "/100 m", 114.3,
		    "/100 yd" },
		{ STRAVA_QUANTITY_WEIGHT, 0.45359237, 0.45359237, "kg", 1,
		    "lb" },
		{ STRAVA_QUANTITY_TEMPERATURE, 100, 100, "\302\260C", 212,
		    "\302\260F" },
		{ STRAVA_QUANTITY_TEMPERATURE, -40, -40, "\302\260C", -40,
		    "\302\260F" },
		{ STRAVA_QUANTITY_POWER, 250, 250, "W", 250, "W" },
		{ STRAVA_QUANTITY_ENERGY, 1200.5, 1200.5, "kJ", 1200.5, "kJ" },
	};
	strava_measure m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m = strava_units_convert(
		    rows[i].quantity, rows[i].value, STRAVA_METRIC);
		assert_true(is_near(m.value, rows[i].metric));
		assert_string_equal(m.unit, rows[i].metric_unit);
		m = strava_units_convert(
		    rows[i].quantity, rows[i].value, STRAVA_IMPERIAL);
		assert_true(is_near(m.value, rows[i].imperial));
		assert_string_equal(m.unit, rows[i].imperial_unit);
	}
}

static void
who_stands_still_has_no_pace(void **state)
{
	static const double speeds[] = { 0, -0.0, -3, -(double)INFINITY };
	strava_measure      m;

	(void)state;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		m = strava_units_convert(
		    STRAVA_QUANTITY_PACE, speeds[i], STRAVA_METRIC);
		assert_true(isinf(m.value) && m.value > 0);
		m = strava_units_convert(
		    STRAVA_QUANTITY_SWIM_PACE, speeds[i], STRAVA_METRIC);
		assert_true(isinf(m.value) && m.value > 0);
	}
	m = strava_units_convert(
	    STRAVA_QUANTITY_PACE, (double)NAN, STRAVA_METRIC);
	assert_true(isnan(m.value));
	m = strava_units_convert(
	    STRAVA_QUANTITY_PACE, (double)INFINITY, STRAVA_METRIC);
	assert_true(m.value == 0);
}

static void
what_is_not_known_stays_as_it_is(void **state)
{
	strava_measure m;

	(void)state;
	m = strava_units_convert((strava_quantity)10, 5, STRAVA_METRIC);
	assert_true(m.value == 5);
	assert_string_equal(m.unit, "");
	m = strava_units_convert((strava_quantity)-1, 5, STRAVA_IMPERIAL);
	assert_string_equal(m.unit, "");
	m = strava_units_convert(
	    STRAVA_QUANTITY_DISTANCE, 1000, (strava_unit_system)7);
	assert_string_equal(m.unit, "km");
}

static void
sports_tell_their_speed(void **state)
{
	static const char *const on_foot[] = { "Run", "TrailRun", "VirtualRun",
		"Walk", "Hike", "Snowshoe" };
	static const char *const others[] = { "Ride", "Rowing", "run", "Runn",
		"Ru", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(on_foot) / sizeof(on_foot[0]); i++)
		assert_int_equal(
		    strava_units_of_speed(on_foot[i]), STRAVA_QUANTITY_PACE);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(
		    strava_units_of_speed(others[i]), STRAVA_QUANTITY_SPEED);
	assert_int_equal(
	    strava_units_of_speed("Swim"), STRAVA_QUANTITY_SWIM_PACE);
	assert_int_equal(strava_units_of_speed(NULL), STRAVA_QUANTITY_SPEED);
}

static void
durations_are_written(void **state)
{
	static const struct {
		int64_t     seconds;
		const char *text;
	} rows[] = {
		{ 0, "0:00" },
		{ 7, "0:07" },
		{ 59, "0:59" },
		{ 60, "1:00" },
		{ 245, "4:05" },
		{ 3599, "59:59" },
		{ 3600, "1:00:00" },
		{ 3753, "1:02:33" },
		{ 86399, "23:59:59" },
		{ 86400, "1 d 0:00:00" },
		{ 183845, "2 d 3:04:05" },
		{ -7, "-0:07" },
		{ -86400, "-1 d 0:00:00" },
		{ INT64_MAX, "106751991167300 d 15:30:07" },
		{ INT64_MIN, "-106751991167300 d 15:30:08" },
	};
	char text[STRAVA_DURATION_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ptr_equal(
		    strava_duration_text(rows[i].seconds, text), text);
		assert_string_equal(text, rows[i].text);
	}
	assert_null(strava_duration_text(0, NULL));
}

static void
paces_are_written(void **state)
{
	char text[STRAVA_DURATION_TEXT_SIZE];

	(void)state;
	assert_string_equal(strava_pace_text(312, text), "5:12");
	assert_string_equal(strava_pace_text(311.5, text), "5:12");
	assert_string_equal(strava_pace_text(311.49, text), "5:11");
	assert_string_equal(strava_pace_text(59.6, text), "1:00");
	assert_string_equal(strava_pace_text(0, text), "0:00");
	assert_string_equal(strava_pace_text(-1, text), "");
	assert_string_equal(strava_pace_text((double)INFINITY, text), "");
	assert_string_equal(strava_pace_text((double)NAN, text), "");
	assert_string_equal(strava_pace_text(1e300, text), "");
	assert_null(strava_pace_text(1, NULL));
	assert_null(strava_pace_text(-1, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preferences_name_a_system),
		cmocka_unit_test(quantities_are_converted),
		cmocka_unit_test(who_stands_still_has_no_pace),
		cmocka_unit_test(what_is_not_known_stays_as_it_is),
		cmocka_unit_test(sports_tell_their_speed),
		cmocka_unit_test(durations_are_written),
		cmocka_unit_test(paces_are_written),
	};

	return cmocka_run_group_tests_name(
	    "libstrava units", tests, NULL, NULL);
}
