/* SPDX-License-Identifier: MIT */
#include <strava/strava.h>
#include <string.h>

#include "test.h"

#define UTC 1518792774 /* 2018-02-16T14:52:54Z */
#define HOUR INT64_C(3600)

static void
a_local_time_gets_its_offset(void **state)
{
	static const struct {
		int64_t     start, local;
		const char *text;
	} rows[] = {
		{ UTC, UTC - 8 * HOUR, "2018-02-16T06:52:54-08:00" },
		{ UTC, UTC, "2018-02-16T14:52:54+00:00" },
		{ UTC, UTC + 20700, "2018-02-16T20:37:54+05:45" },
		{ UTC, UTC - 12600, "2018-02-16T11:22:54-03:30" },
		{ UTC, UTC + 14 * HOUR, "2018-02-17T04:52:54+14:00" },
		{ UTC, UTC - 12 * HOUR, "2018-02-16T02:52:54-12:00" },
		/* No clock is off by so much. */
		{ UTC, UTC + 14 * HOUR + 900, "2018-02-17T05:07:54" },
		{ UTC, UTC - 12 * HOUR - 900, "2018-02-16T02:37:54" },
		{ UTC, UTC + 1, "2018-02-16T14:52:55" },
		{ INT64_MIN, UTC, "2018-02-16T14:52:54" },
		/* One of the two is absent, or both. */
		{ 0, UTC, "2018-02-16T14:52:54" },
		{ UTC, 0, "2018-02-16T14:52:54Z" },
		{ 0, 0, "" },
		{ INT64_MAX, INT64_MIN, "" },
		{ 253402300799, 0, "9999-12-31T23:59:59Z" },
		{ 253402300800, 0, "" },
		{ 0, -30610224000, "1000-01-01T00:00:00" },
		{ 0, -30610224001, "" },
	};
	char text[STRAVA_TIME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ptr_equal(
		    strava_time_text(rows[i].start, rows[i].local, text), text);
		assert_string_equal(text, rows[i].text);
	}
	assert_null(strava_time_text(1, 1, NULL));
}

static void
a_hidden_start_is_one_second_past_midnight(void **state)
{
	(void)state;
	assert_true(strava_time_is_hidden(1518739201));
	assert_false(strava_time_is_hidden(1518739200));
	assert_false(strava_time_is_hidden(1518739202));
	assert_false(strava_time_is_hidden(UTC));
	assert_false(strava_time_is_hidden(0));
	assert_false(strava_time_is_hidden(INT64_MIN));
}

static void
time_zones_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t     offset_s;
		const char *zone;
	} rows[] = {
		{ "(GMT-05:00) America/New_York", -5 * HOUR,
		    "America/New_York" },
		{ "(GMT+05:45) Asia/Katmandu", 20700, "Asia/Katmandu" },
		{ "(GMT+00:00) GMT", 0, "GMT" },
		{ "(GMT-00:30) X", -1800, "X" },
		{ "(GMT+13:00)", 13 * HOUR, NULL },
		{ "(GMT+13:00) ", 13 * HOUR, NULL },
		{ "(GMT+23:59)   Y Z", 86340, "Y Z" },
	};
	const char *zone;
	int64_t     offset_s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    strava_timezone_parse(rows[i].text, &offset_s, &zone, NULL),
		    STRAVA_OK);
		assert_int_equal(offset_s, rows[i].offset_s);
		if (rows[i].zone == NULL)
			assert_null(zone);
		else
			assert_string_equal(zone, rows[i].zone);
	}
	assert_int_equal(
	    strava_timezone_parse(rows[0].text, &offset_s, &zone, NULL),
	    STRAVA_OK);
	assert_ptr_equal(zone, rows[0].text + 12);
}

static void
what_is_no_time_zone_is_refused(void **state)
{
	static const char *const bad[] = { "", "(", "(GMT", "(GMT)", "(GMT-",
		"(GMT-0", "(GMT-05", "(GMT-05:", "(GMT-05:0", "(GMT-05:00",
		"(GMT-05:00]", "GMT-05:00", "(GMT 05:00) X", "(GMT-5:00) X",
		"(GMT-24:00) X", "(GMT-05:60) X", "(GMT-0x:00) X",
		"(GMT-05.00) X", "(UTC-05:00) X", "America/New_York",
		"(GMT-99:99) X\n\x1b[31m" };
	const char              *zone;
	strava_error             err;
	int64_t                  offset_s;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		offset_s = 1;
		zone = "";
		assert_int_equal(
		    strava_timezone_parse(bad[i], &offset_s, &zone, &err),
		    STRAVA_ERR_FORMAT);
		assert_int_equal(offset_s, 0);
		assert_null(zone);
	}
	assert_null(strchr(err.message, '\n')); /* of the last one */
	assert_int_equal(strava_timezone_parse(NULL, &offset_s, &zone, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_timezone_parse("", NULL, &zone, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_timezone_parse("", &offset_s, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_time_gets_its_offset),
		cmocka_unit_test(a_hidden_start_is_one_second_past_midnight),
		cmocka_unit_test(time_zones_are_read),
		cmocka_unit_test(what_is_no_time_zone_is_refused),
	};

	return cmocka_run_group_tests_name("libstrava time", tests, NULL, NULL);
}
