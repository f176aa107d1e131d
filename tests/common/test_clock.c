/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "test.h"

static const struct {
	const char *text;
	int64_t     utc_s;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2018-02-16T14:52:54Z", 1518792774 },
	{ "2018-02-16T06:52:54-08:00", 1518792774 },
	{ "2018-02-16T20:22:54+05:30", 1518792774 },
	{ "2018-02-16T14:52:54.999999999Z", 1518792774 },
	{ "2018-02-16T14:52:54.1+00:00", 1518792774 },
	{ "2000-02-29T00:00:00Z", 951782400 },
	{ "2024-02-29T23:59:59Z", 1709251199 },
	{ "2024-12-31T23:59:60Z", 1735689600 },
	{ "2038-01-19T03:14:08Z", 2147483648 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "0001-01-01T00:00:00Z", -62135596800 },
};

static void
times_are_read(void **state)
{
	int64_t utc_s;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_true(clock_parse(times[i].text, &utc_s));
		assert_int_equal(utc_s, times[i].utc_s);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = { "", "2018", "2018-02-16",
		"2018-02-16T14:52:54", "2018-02-16 14:52:54Z",
		"2018-02-16T14:52:54Zx", " 2018-02-16T14:52:54Z",
		"2018-02-16T14:52:54z ", "2018-02-16T14:52:54.Z",
		"2018-02-16T14:52:54+0100", "2018-02-16T14:52:54+24:00",
		"2018-02-16T14:52:54+01:60", "2018-02-16T14:52:54+01:00Z",
		"2018-13-01T00:00:00Z", "2018-00-01T00:00:00Z",
		"2018-01-00T00:00:00Z", "2018-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2018-04-31T00:00:00Z",
		"2018-12-32T00:00:00Z", "2018-02-16T24:00:00Z",
		"2018-02-16T14:60:00Z", "2018-02-16T14:52:61Z",
		"-018-02-16T14:52:54Z", "20180-2-16T14:52:54Z",
		"2018-02-16T14:52:5" };
	int64_t                  utc_s = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse(bad[i], &utc_s));
	assert_int_equal(utc_s, 7);
}

static void
every_day_of_two_centuries_comes_back(void **state)
{
	char    text[CLOCK_TEXT_SIZE];
	int64_t utc_s;

	(void)state;
	for (int64_t day = -36525; day < 36525; day++) {
		clock_format(day * 86400 + 43210, text);
		assert_true(clock_parse(text, &utc_s));
		assert_int_equal(utc_s, day * 86400 + 43210);
	}
}

static void
times_are_written(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_format(1518792774, text);
	assert_string_equal(text, "2018-02-16T14:52:54Z");
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "out of range");
	clock_format(INT64_MIN, text);
	assert_string_equal(text, "out of range");
}

static void
the_calendar_is_the_system_s(void **state)
{
	int64_t before = (int64_t)time(NULL), now = clock_utc_s(NULL);

	(void)state;
	assert_in_range(now - before, 0, 2);
}

static void
a_sleep_takes_its_time(void **state)
{
	int64_t start = clock_steady_ms();

	(void)state;
	assert_true(clock_sleep_ms(120, NULL));
	assert_true(clock_steady_ms() - start >= 120);
	assert_true(clock_sleep_ms(0, NULL));
	assert_true(clock_sleep_ms(-5, NULL));
}

static void *
cancel_soon(void *ctx)
{
	clock_sleep_ms(50, NULL);
	atomic_store((atomic_bool *)ctx, true);
	return NULL;
}

static void
a_sleep_ends_when_canceled(void **state)
{
	atomic_bool canceled = false;
	pthread_t   thread;
	int64_t     start = clock_steady_ms();

	(void)state;
	assert_int_equal(
	    pthread_create(&thread, NULL, cancel_soon, &canceled), 0);
	assert_false(clock_sleep_ms(60000, &canceled));
	assert_true(clock_steady_ms() - start < 10000);
	pthread_join(thread, NULL);
	assert_false(clock_sleep_ms(0, &canceled));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(every_day_of_two_centuries_comes_back),
		cmocka_unit_test(times_are_written),
		cmocka_unit_test(the_calendar_is_the_system_s),
		cmocka_unit_test(a_sleep_takes_its_time),
		cmocka_unit_test(a_sleep_ends_when_canceled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
