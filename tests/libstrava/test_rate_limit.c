/* SPDX-License-Identifier: MIT */
#include "fake_transport.h"
#include "test.h"

/* Asks for the athlete; the answer has the headers name, value, ..., NULL. */
static void
ask(struct fake *fake, int http_status, const char *const *headers,
    strava_error *err)
{
	strava_athlete *athlete;

	fake->calls = 0;
	fake->answers[0] = fake_answer(http_status, "{\"id\":1}");
	for (size_t i = 0; headers[i] != NULL; i++)
		fake->answers[0].headers[i] = headers[i];
	if (strava_athlete_get(fake->client, &athlete, err) == STRAVA_OK)
		strava_athlete_free(athlete);
}

#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
budgets_are_unknown_at_first(void **state)
{
	struct fake       fake;
	strava_rate_limit limit;

	(void)state;
	fake_start(&fake);
	strava_client_rate_limit(fake.client, &limit);
	assert_true(limit.short_limit == -1 && limit.short_used == -1);
	assert_true(limit.daily_limit == -1 && limit.daily_used == -1);
	assert_true(
	    limit.read_short_limit == -1 && limit.read_daily_used == -1);
	fake_stop(&fake);
}

static void
both_pairs_are_read(void **state)
{
	struct fake       fake;
	strava_rate_limit limit;

	(void)state;
	fake_start(&fake);
	ask(&fake, 200,
	    HEADERS("X-RateLimit-Limit", "200,2000", "x-ratelimit-usage",
		" 12 , 345", "X-READRATELIMIT-LIMIT", "100,1000",
		"X-Readratelimit-Usage", "7,89"),
	    NULL);
	strava_client_rate_limit(fake.client, &limit);
	assert_true(limit.short_limit == 200 && limit.daily_limit == 2000);
	assert_true(limit.short_used == 12 && limit.daily_used == 345);
	assert_true(
	    limit.read_short_limit == 100 && limit.read_daily_limit == 1000);
	assert_true(limit.read_short_used == 7 && limit.read_daily_used == 89);
	fake_stop(&fake);
}

static void
a_broken_header_changes_nothing(void **state)
{
	static const char *const broken[] = { "", ",", "1", "1,", ",1", "a,b",
		"1,b", "1,2,3", "1,2x", "-1,2", "1.5,2", "0x10,1",
		"999999999999999999999,1", "1 2,3" };
	struct fake              fake;
	strava_rate_limit        limit;

	(void)state;
	fake_start(&fake);
	ask(&fake, 200, HEADERS("X-RateLimit-Usage", "12,345"), NULL);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		ask(&fake, 200,
		    HEADERS("X-RateLimit-Usage", broken[i],
			"X-ReadRateLimit-Usage", broken[i]),
		    NULL);
		strava_client_rate_limit(fake.client, &limit);
		assert_true(limit.short_used == 12);
		assert_true(limit.daily_used == 345);
		assert_true(limit.read_short_used == -1);
	}
	ask(&fake, 200, HEADERS(NULL), NULL);
	strava_client_rate_limit(fake.client, &limit);
	assert_true(limit.short_used == 12);
	fake_stop(&fake);
}

static void
a_rate_limit_carries_the_wait(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	fake.now = FAKE_NOW + 61; /* 12:01:01 */
	ask(&fake, 429, HEADERS("Retry-After", "60"), &err);
	assert_int_equal(err.status, STRAVA_ERR_RATE_LIMIT);
	assert_true(err.retry_after_s == 60);
	ask(&fake, 429, HEADERS("retry-after", "999999999999"), &err);
	assert_true(err.retry_after_s == 86400);
	/* Without one, the next quarter of an hour ... */
	ask(&fake, 429, HEADERS(NULL), &err);
	assert_true(err.retry_after_s == 900 - 61);
	ask(&fake, 429, HEADERS("Retry-After", "soon"), &err);
	assert_true(err.retry_after_s == 900 - 61);
	ask(&fake, 429,
	    HEADERS("X-RateLimit-Limit", "200,2000", "X-RateLimit-Usage",
		"201,1999"),
	    &err);
	assert_true(err.retry_after_s == 900 - 61);
	/* ... or midnight, when the day's budget is spent: either of them. */
	ask(&fake, 429,
	    HEADERS("X-RateLimit-Limit", "200,2000", "X-RateLimit-Usage",
		"12,2000"),
	    &err);
	assert_true(err.retry_after_s == 12 * 3600 - 61);
	ask(&fake, 429,
	    HEADERS("X-RateLimit-Usage", "12,500", "X-ReadRateLimit-Limit",
		"100,1000", "X-ReadRateLimit-Usage", "3,1001"),
	    &err);
	assert_true(err.retry_after_s == 12 * 3600 - 61);
	fake_stop(&fake);
}

static void
at_the_edge_of_a_window_the_wait_is_the_next_one(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	ask(&fake, 429, HEADERS(NULL), &err);
	assert_true(err.retry_after_s == 900);
	fake.now = FAKE_NOW + 899;
	ask(&fake, 429, HEADERS(NULL), &err);
	assert_true(err.retry_after_s == 1);
	fake_stop(&fake);
}

/* What was told before midnight says nothing about the new day. */
static void
a_spent_day_is_forgotten_at_midnight(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	ask(&fake, 429,
	    HEADERS("X-RateLimit-Limit", "200,2000", "X-RateLimit-Usage",
		"12,2000"),
	    &err);
	fake.now = FAKE_NOW + 43210;
	ask(&fake, 429, HEADERS(NULL), &err);
	assert_true(err.retry_after_s == 890);
	fake_stop(&fake);
}

static void
a_server_failure_may_name_a_wait_too(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	ask(&fake, 503, HEADERS("Retry-After", "7"), &err);
	assert_int_equal(err.status, STRAVA_ERR_SERVER);
	assert_true(err.retry_after_s == 7);
	ask(&fake, 503, HEADERS(NULL), &err);
	assert_true(err.retry_after_s == -1);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budgets_are_unknown_at_first),
		cmocka_unit_test(both_pairs_are_read),
		cmocka_unit_test(a_broken_header_changes_nothing),
		cmocka_unit_test(a_rate_limit_carries_the_wait),
		cmocka_unit_test(
		    at_the_edge_of_a_window_the_wait_is_the_next_one),
		cmocka_unit_test(a_spent_day_is_forgotten_at_midnight),
		cmocka_unit_test(a_server_failure_may_name_a_wait_too),
	};

	return cmocka_run_group_tests_name(
	    "libstrava rate limit", tests, NULL, NULL);
}
