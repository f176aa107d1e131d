/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "retry.h"
#include "test.h"

static void
never_means_never(void **state)
{
	struct retry retry;

	(void)state;
	retry_start(&retry, 0, clock_steady_ms() + 60000, NULL);
	assert_false(retry_wait(&retry, 0));
	assert_false(retry_wait(&retry, -1));
}

static void
repetitions_are_counted(void **state)
{
	struct retry retry;

	(void)state;
	retry_start(&retry, 2, clock_steady_ms() + 60000, NULL);
	assert_true(retry_wait(&retry, 0));
	assert_true(retry_wait(&retry, 0));
	assert_false(retry_wait(&retry, 0));
}

static void
a_wait_past_the_deadline_is_not_begun(void **state)
{
	struct retry retry;
	int64_t      start = clock_steady_ms();

	(void)state;
	retry_start(&retry, 5, start + 900, NULL);
	assert_false(retry_wait(&retry, 1));
	retry_start(&retry, 5, start, NULL);
	assert_false(retry_wait(&retry, -1));
	assert_true(clock_steady_ms() - start < 800);
}

static void
the_peer_s_wish_is_kept(void **state)
{
	struct retry retry;
	int64_t      start = clock_steady_ms();

	(void)state;
	retry_start(&retry, 1, start + 60000, NULL);
	assert_true(retry_wait(&retry, 1));
	assert_in_range(clock_steady_ms() - start, 1000, 10000);
}

static void
the_back_off_doubles_up_to_its_bound(void **state)
{
	static const int64_t bounds[] = { 500, 1000, 2000, 4000, 8000, 16000,
		30000, 30000 };
	struct retry         retry;

	(void)state;
	retry_start(&retry, 100, clock_steady_ms() + 60000, NULL);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		assert_int_equal(retry.backoff_ms, bounds[i]);
		assert_true(retry_wait(&retry, 0));
	}
}

static void
the_wait_is_random_and_within_the_back_off(void **state)
{
	struct retry retry;
	int64_t      start, took, least = INT64_MAX, most = 0;

	(void)state;
	for (int i = 0; i < 8; i++) {
		retry_start(&retry, 1, clock_steady_ms() + 60000, NULL);
		retry.backoff_ms = 100;
		start = clock_steady_ms();
		assert_true(retry_wait(&retry, -1));
		took = clock_steady_ms() - start;
		least = took < least ? took : least;
		most = took > most ? took : most;
	}
	assert_true(least < most);
}

static void
a_cancel_ends_the_wait(void **state)
{
	atomic_bool  canceled = true;
	struct retry retry;
	int64_t      start = clock_steady_ms();

	(void)state;
	retry_start(&retry, 1, start + 60000, &canceled);
	assert_false(retry_wait(&retry, 30));
	assert_true(clock_steady_ms() - start < 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_means_never),
		cmocka_unit_test(repetitions_are_counted),
		cmocka_unit_test(a_wait_past_the_deadline_is_not_begun),
		cmocka_unit_test(the_peer_s_wish_is_kept),
		cmocka_unit_test(the_back_off_doubles_up_to_its_bound),
		cmocka_unit_test(the_wait_is_random_and_within_the_back_off),
		cmocka_unit_test(a_cancel_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
