/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* A day, so that no test crosses the end of a window. */
#define DAY_S INT64_C(86400)

static const tokenstore_window day = {
	.window_s = DAY_S, .limit = 1000, .share_percent = 50
};

/* A store at the start of a window, whatever the time is. */
static tokenstore *
at_start(struct fixture *f, int64_t later_s)
{
	return open_store(
	    f, KEY_1, 2 * DAY_S - now_of(f->store) % DAY_S + later_s);
}

static int64_t
take(tokenstore *store, const tokenstore_window *windows, size_t count,
    int64_t want, int64_t *again)
{
	tokenstore_permit permit;
	tokenstore_error  err;

	if (tokenstore_budget_take(store, "overall", windows, count, want,
		&permit, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	if (again != NULL)
		*again = permit.again_at;
	return permit.granted;
}

static void
learn(tokenstore *store, const tokenstore_usage *usage, int64_t sent,
    int64_t unsent)
{
	tokenstore_error err;

	if (tokenstore_budget_learn(store, "overall", usage, 1, sent, unsent,
		&err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
}

static void
a_share_is_granted_and_no_more(void **state)
{
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 100), *next;
	int64_t         again = -1, now = now_of(store);

	assert_number(take(store, &day, 1, 300, &again), 300);
	assert_number(again, 0);
	assert_number(take(store, &day, 1, 300, &again), 200);
	assert_number(again, now - now % DAY_S + DAY_S);
	assert_number(take(store, &day, 1, 1, NULL), 0);
	/* The next window is a new one. */
	next = at_start(f, DAY_S);
	assert_number(take(next, &day, 1, 501, &again), 500);
	assert_true(again > now + DAY_S);
	/* A clock that is behind does not bring the old one back. */
	assert_number(take(store, &day, 1, 1, NULL), 0);
	tokenstore_close(store);
	tokenstore_close(next);
}

static void
the_least_of_several_windows_counts(void **state)
{
	const tokenstore_window both[] = {
		{ .window_s = 900, .limit = 100, .share_percent = 100 },
		{ .window_s = DAY_S, .limit = 130, .share_percent = 100 }
	};
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 1), *later;
	int64_t         again, now = now_of(store);

	assert_number(take(store, both, 2, 120, &again), 100);
	assert_number(again, now - now % 900 + 900);
	later = at_start(f, 901);
	assert_number(take(later, both, 2, 50, &again), 30);
	assert_number(again, now - now % DAY_S + DAY_S);
	/* What the day refused was given back to the quarter of an hour. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT pending FROM tokenstore.budget"
				  " WHERE window_s = 900"),
	    "30");
	tokenstore_close(store);
	tokenstore_close(later);
}

static void
budgets_and_applications_are_apart(void **state)
{
	struct fixture    *f = *state;
	tokenstore_options options = { .keys = KEY_1,
		.provider = "strava",
		.client_id = "4712",
		.actor = "test" };
	tokenstore        *other = open_with(f, &options);
	tokenstore_permit  permit;

	assert_number(take(f->store, &day, 1, 600, NULL), 500);
	assert_number(take(other, &day, 1, 600, NULL), 500);
	assert_int_equal(tokenstore_budget_take(
			     f->store, "read", &day, 1, 600, &permit, NULL),
	    TOKENSTORE_OK);
	assert_number(permit.granted, 500);
	tokenstore_close(other);
}

static void
the_providers_word_counts(void **state)
{
	tokenstore_usage usage = {
		.window_s = DAY_S, .limit = 200, .used = 20
	};
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 0);

	assert_number(take(store, &day, 1, 10, NULL), 10);
	/* A lower limit; half of it is 100, of which others used 12 and we 8,
	 * two more of ours being on their way. */
	learn(store, &usage, 8, 0);
	assert_number(take(store, &day, 1, 1000, NULL), 78);
	/* An answer that was overtaken takes nothing back. */
	usage.used = 15;
	learn(store, &usage, 1, 0);
	assert_number(take(store, &day, 1, 1000, NULL), 1);
	/* A higher limit. */
	usage.limit = 400;
	usage.used = 30;
	learn(store, &usage, 0, 0);
	assert_number(take(store, &day, 1, 1000, NULL), 90);
	tokenstore_close(store);
}

/* If the provider does not count these requests, no count of ours stops them. */
static void
requests_that_the_provider_does_not_count_do_not_count(void **state)
{
	tokenstore_usage usage = {
		.window_s = DAY_S, .limit = 1000, .used = 3
	};
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 0);

	for (int i = 0; i < 5; i++) {
		assert_number(take(store, &day, 1, 400, NULL), 400);
		learn(store, &usage, 400, 0);
	}
	tokenstore_close(store);
}

static void
what_was_not_sent_is_given_back(void **state)
{
	tokenstore_usage usage = { .window_s = DAY_S, .used = -1 };
	struct fixture  *f = *state;
	tokenstore      *store = at_start(f, 0);

	assert_number(take(store, &day, 1, 500, NULL), 500);
	learn(store, &usage, 100, 300);
	assert_number(take(store, &day, 1, 500, NULL), 300);
	tokenstore_close(store);
}

static void
a_refusal_empties_the_window(void **state)
{
	tokenstore_usage usage = {
		.window_s = DAY_S, .used = -1, .exhausted = 1
	};
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 0), *next = at_start(f, DAY_S);

	learn(store, &usage, 1, 0);
	assert_number(take(store, &day, 1, 10, NULL), 0);
	assert_number(take(next, &day, 1, 10, NULL), 10);
	usage.limit = 600;
	learn(next, &usage, 1, 9);
	assert_number(take(next, &day, 1, 10, NULL), 0);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT used || '/' || quota || '/' ||"
				  " pending FROM tokenstore.budget"),
	    "600/600/0");
	tokenstore_close(store);
	tokenstore_close(next);
}

#define WORKERS 16

struct worker {
	tokenstore *store;
	pthread_t   thread;
	int64_t     granted;
};

static void *
work(void *ctx)
{
	static const tokenstore_window limit = {
		.window_s = DAY_S, .limit = 1001, .share_percent = 99
	};
	static const tokenstore_usage usage = { .window_s = DAY_S, .used = -1 };
	struct worker                *worker = ctx;
	tokenstore_permit             permit = { .granted = 1 };

	while (permit.granted > 0) {
		if (tokenstore_budget_take(worker->store, "overall", &limit, 1,
			7, &permit, NULL) != TOKENSTORE_OK)
			return worker;
		worker->granted += permit.granted;
		if (tokenstore_budget_learn(worker->store, "overall", &usage, 1,
			permit.granted, 0, NULL) != TOKENSTORE_OK)
			return worker;
	}
	return NULL;
}

static void
sixteen_workers_are_granted_exactly_the_share(void **state)
{
	struct fixture *f = *state;
	struct worker   workers[WORKERS];
	int64_t         sum = 0;
	void           *failed;

	for (int w = 0; w < WORKERS; w++) {
		workers[w] = (struct worker){ .store = at_start(f, 0) };
		assert_int_equal(
		    pthread_create(&workers[w].thread, NULL, work, &workers[w]),
		    0);
	}
	for (int w = 0; w < WORKERS; w++) {
		pthread_join(workers[w].thread, &failed);
		assert_null(failed);
		tokenstore_close(workers[w].store);
		sum += workers[w].granted;
	}
	assert_number(sum, 990);
}

static void
what_is_out_of_contract_is_refused(void **state)
{
	const tokenstore_window bad[] = { { 0, 1, 1, { 0 } },
		{ 900, 0, 1, { 0 } }, { 900, 1, 0, { 0 } },
		{ 900, 1, 101, { 0 } }, { 31536001, 1, 1, { 0 } } };
	const tokenstore_usage  usages[] = { { 0, 1, 1, 0, { 0 } },
		 { 900, -1, 1, 0, { 0 } }, { 900, 1, -2, 0, { 0 } } };
	struct fixture         *f = *state;
	tokenstore_permit       n;

#define REFUSED(call) assert_int_equal(call, TOKENSTORE_ERR_ARGUMENT)
	for (size_t i = 0; i < 5; i++)
		REFUSED(tokenstore_budget_take(
		    f->store, "a", &bad[i], 1, 1, &n, NULL));
	for (size_t i = 0; i < 3; i++)
		REFUSED(tokenstore_budget_learn(
		    f->store, "a", &usages[i], 1, 1, 0, NULL));
	REFUSED(tokenstore_budget_take(NULL, "a", &day, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a b", &day, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", NULL, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 0, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 9, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 1, 0, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 1, 1, NULL, NULL));
	REFUSED(tokenstore_budget_learn(f->store, "a", usages, 1, -1, 0, NULL));
	REFUSED(tokenstore_budget_learn(f->store, NULL, usages, 1, 1, 0, NULL));
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.budget"),
	    "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_share_is_granted_and_no_more),
		STORE_TEST(the_least_of_several_windows_counts),
		STORE_TEST(budgets_and_applications_are_apart),
		STORE_TEST(the_providers_word_counts),
		STORE_TEST(
		    requests_that_the_provider_does_not_count_do_not_count),
		STORE_TEST(what_was_not_sent_is_given_back),
		STORE_TEST(a_refusal_empties_the_window),
		STORE_TEST(sixteen_workers_are_granted_exactly_the_share),
		STORE_TEST(what_is_out_of_contract_is_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
