/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
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
look(tokenstore *store, tokenstore_budget *budget)
{
	tokenstore_error err;

	if (tokenstore_budget_get(store, "overall", budget, &err) !=
	    TOKENSTORE_OK)
		fail_msg("%s", err.message);
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

/* A day that is nearly used up is no reason to wait for its end. */
static void
who_gets_less_waits_for_what_is_used_up(void **state)
{
	const tokenstore_window both[] = {
		{ .window_s = DAY_S, .limit = 130, .share_percent = 100 },
		{ .window_s = 900, .limit = 100, .share_percent = 100 }
	};
	struct fixture *f = *state;
	tokenstore     *store = at_start(f, 1);
	int64_t         again, now = now_of(store);

	assert_number(take(store, both, 2, 150, &again), 100);
	assert_number(again, now - now % 900 + 900);
	assert_number(take(store, both, 2, 1, &again), 0);
	assert_number(again, now - now % 900 + 900);
	tokenstore_close(store);
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

/* Or more than its share would be granted of the new window. */
static void
what_a_window_that_is_over_granted_is_not_given_back_to_the_next(void **state)
{
	tokenstore_usage  usage = { .window_s = DAY_S, .used = -1 };
	struct fixture   *f = *state;
	tokenstore       *store = at_start(f, 0), *next = at_start(f, DAY_S);
	tokenstore_permit permit;
	tokenstore_budget budget;

	assert_int_equal(tokenstore_budget_take(
			     store, "overall", &day, 1, 100, &permit, NULL),
	    TOKENSTORE_OK);
	assert_number(take(next, &day, 1, 500, NULL), 500);
	usage.taken_at = permit.taken_at;
	learn(next, &usage, 0, 100);
	assert_number(take(next, &day, 1, 500, NULL), 0);
	/* What was sent late may count there: nobody knows. */
	learn(next, &usage, 7, 0);
	look(next, &budget);
	assert_number(budget.windows[0].used, 7);
	assert_number(budget.windows[0].pending, 500);
	usage.taken_at = now_of(next);
	learn(next, &usage, 0, 100);
	assert_number(take(next, &day, 1, 500, NULL), 93);
	tokenstore_close(store);
	tokenstore_close(next);
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

static void
a_look_shows_what_is_used_and_changes_nothing(void **state)
{
	static const char rows[] = "SELECT string_agg(b::text || xmin, ' ')"
				   " FROM tokenstore.budget b";
	const tokenstore_window both[] = {
		{ .window_s = DAY_S, .limit = 1000, .share_percent = 100 },
		{ .window_s = 900, .limit = 100, .share_percent = 100 }
	};
	const tokenstore_usage usages[] = { { .window_s = 900, .used = -1 },
		{ .window_s = DAY_S, .limit = 2000, .used = 40 } };
	struct fixture        *f = *state;
	tokenstore       *store = at_start(f, 0), *later = at_start(f, 900);
	tokenstore_budget budget = { .count = 1 };
	int64_t           begin = now_of(store) / DAY_S * DAY_S;
	char              before[256];

	look(store, &budget);
	assert_int_equal(budget.count, 0);
	assert_number(take(store, both, 2, 10, NULL), 10);
	assert_int_equal(
	    tokenstore_budget_learn(store, "overall", usages, 2, 6, 1, NULL),
	    TOKENSTORE_OK);
	snprintf(before, sizeof(before), "%s", postgres_value(f->pg, rows));
	look(store, &budget);
	assert_int_equal(budget.count, 2);
	assert_number(budget.windows[0].window_s, 900);
	assert_number(budget.windows[0].ends_at, begin + 900);
	assert_number(budget.windows[0].limit, 0);
	assert_number(budget.windows[0].used, 6);
	assert_number(budget.windows[0].pending, 3);
	assert_number(budget.windows[1].window_s, DAY_S);
	assert_number(budget.windows[1].ends_at, begin + DAY_S);
	assert_number(budget.windows[1].limit, 2000);
	assert_number(budget.windows[1].used, 40);
	assert_number(budget.windows[1].pending, 3);
	/* The first one is over. */
	look(later, &budget);
	assert_number(budget.windows[0].ends_at, begin + 1800);
	assert_number(budget.windows[0].used, 0);
	assert_number(budget.windows[0].pending, 0);
	assert_number(budget.windows[1].used, 40);
	assert_string_equal(postgres_value(f->pg, rows), before);
	tokenstore_close(store);
	tokenstore_close(later);
}

static void
a_look_shows_the_shortest_windows(void **state)
{
	tokenstore_window windows[TOKENSTORE_WINDOWS_MAX];
	struct fixture   *f = *state;
	tokenstore_budget budget;

	for (int i = 0; i < TOKENSTORE_WINDOWS_MAX; i++)
		windows[i] = (tokenstore_window){
			.window_s = 100 - i, .limit = 9, .share_percent = 100
		};
	assert_number(take(f->store, windows, 8, 1, NULL), 1);
	assert_number(take(f->store, &day, 1, 1, NULL), 1);
	look(f->store, &budget);
	assert_int_equal(budget.count, 8);
	assert_number(budget.windows[0].window_s, 93);
	assert_number(budget.windows[7].window_s, 100);
}

/* How many statements with parameters the server has logged. */
static int
executed(struct fixture *f)
{
	static const char word[] = "execute <unnamed>: ";
	char             *log = postgres_log(f->pg);
	int               count = 0;

	for (char *p = log; (p = strstr(p, word)) != NULL; p += sizeof(word))
		count++;
	free(log);
	return count;
}

static void
all_windows_cost_one_statement(void **state)
{
	tokenstore_window windows[TOKENSTORE_WINDOWS_MAX];
	tokenstore_usage  usages[TOKENSTORE_WINDOWS_MAX];
	struct fixture   *f = *state;
	tokenstore_budget budget;
	int               before;

	for (int i = 0; i < TOKENSTORE_WINDOWS_MAX; i++) {
		windows[i] = (tokenstore_window){
			.window_s = DAY_S + i, .limit = 9, .share_percent = 100
		};
		usages[i] = (tokenstore_usage){
			.window_s = DAY_S + i, .limit = 9, .used = -1
		};
	}
	postgres_sql(f->pg, "ALTER SYSTEM SET log_statement = 'all'");
	postgres_sql(f->pg, "SELECT pg_reload_conf(), pg_sleep(0.3)");
	assert_number(take(f->store, windows, 8, 1, NULL), 1);
	before = executed(f);
	assert_true(before > 0);
	assert_number(take(f->store, windows, 8, 8, NULL), 8);
	assert_int_equal(executed(f), before + 1);
	assert_int_equal(
	    tokenstore_budget_learn(f->store, "overall", usages, 8, 1, 0, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(executed(f), before + 2);
	look(f->store, &budget);
	assert_int_equal(executed(f), before + 3);
	assert_int_equal(budget.count, 8);
	assert_number(budget.windows[7].used, 1);
	assert_number(budget.windows[7].pending, 8);
}

#define WORKERS 16

struct worker {
	tokenstore              *store;
	const tokenstore_window *windows;
	size_t                   count;
	pthread_t                thread;
	int64_t                  granted;
};

static void *
work(void *ctx)
{
	struct worker    *worker = ctx;
	tokenstore_usage  usages[2];
	tokenstore_permit permit = { .granted = 1 };

	for (size_t i = 0; i < worker->count; i++)
		usages[i] =
		    (tokenstore_usage){ .window_s = worker->windows[i].window_s,
			    .used = -1 };
	while (permit.granted > 0) {
		if (tokenstore_budget_take(worker->store, "overall",
			worker->windows, worker->count, 7, &permit,
			NULL) != TOKENSTORE_OK)
			return worker;
		worker->granted += permit.granted;
		if (tokenstore_budget_learn(worker->store, "overall", usages,
			worker->count, permit.granted, 0,
			NULL) != TOKENSTORE_OK)
			return worker;
	}
	return NULL;
}

/* Every second one of them names the windows in `other` order. */
static int64_t
work_together(struct fixture *f, const tokenstore_window *windows,
    const tokenstore_window *other, size_t count)
{
	struct worker workers[WORKERS];
	int64_t       sum = 0;
	void         *failed;

	for (int w = 0; w < WORKERS; w++) {
		workers[w] = (struct worker){ .store = at_start(f, 0),
			.windows = w % 2 == 0 ? windows : other,
			.count = count };
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
	return sum;
}

static void
sixteen_workers_are_granted_exactly_the_share(void **state)
{
	static const tokenstore_window limit = {
		.window_s = DAY_S, .limit = 1001, .share_percent = 99
	};

	assert_number(work_together(*state, &limit, &limit, 1), 990);
}

static void
sixteen_workers_are_granted_exactly_the_least_of_two_windows(void **state)
{
	static const tokenstore_window windows[] = {
		{ .window_s = DAY_S / 2, .limit = 1000, .share_percent = 50 },
		{ .window_s = DAY_S, .limit = 501, .share_percent = 100 }
	};
	const tokenstore_window other[] = { windows[1], windows[0] };
	struct fixture         *f = *state;
	tokenstore             *store = at_start(f, 0);
	tokenstore_budget       budget;

	assert_number(work_together(f, windows, other, 2), 500);
	look(store, &budget);
	assert_int_equal(budget.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_number(budget.windows[i].used, 500);
		assert_number(budget.windows[i].pending, 0);
	}
	tokenstore_close(store);
}

static void
what_is_out_of_contract_is_refused(void **state)
{
	const tokenstore_window bad[] = { { 0, 1, 1, { 0 } },
		{ 900, 0, 1, { 0 } }, { 900, 1, 0, { 0 } },
		{ 900, 1, 101, { 0 } }, { 31536001, 1, 1, { 0 } } };
	const tokenstore_window twice[] = { day, day };
	const tokenstore_usage  same[] = { { .window_s = 900 },
		 { .window_s = 900 } };
	const tokenstore_usage  usages[] = { { .window_s = 0 },
		 { .window_s = 900, .limit = -1 },
		 { .window_s = 900, .used = -2 },
		 { .window_s = 900, .taken_at = -1 } };
	struct fixture         *f = *state;
	tokenstore_permit       n;
	tokenstore_budget       budget = { .count = 7 };

#define REFUSED(call) assert_int_equal(call, TOKENSTORE_ERR_ARGUMENT)
	for (size_t i = 0; i < 5; i++)
		REFUSED(tokenstore_budget_take(
		    f->store, "a", &bad[i], 1, 1, &n, NULL));
	for (size_t i = 0; i < 4; i++)
		REFUSED(tokenstore_budget_learn(
		    f->store, "a", &usages[i], 1, 1, 0, NULL));
	REFUSED(tokenstore_budget_take(NULL, "a", &day, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a b", &day, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", NULL, 1, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 0, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 9, 1, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 1, 0, &n, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", &day, 1, 1, NULL, NULL));
	REFUSED(tokenstore_budget_learn(f->store, "a", same, 1, -1, 0, NULL));
	REFUSED(tokenstore_budget_learn(f->store, NULL, same, 1, 1, 0, NULL));
	REFUSED(tokenstore_budget_learn(f->store, "a", same, 2, 1, 0, NULL));
	REFUSED(tokenstore_budget_learn(f->store, "a", same, 1, 1, -1, NULL));
	REFUSED(tokenstore_budget_take(f->store, "a", twice, 2, 1, &n, NULL));
	REFUSED(tokenstore_budget_get(NULL, "a", &budget, NULL));
	REFUSED(tokenstore_budget_get(f->store, "a", NULL, NULL));
	REFUSED(tokenstore_budget_get(f->store, NULL, &budget, NULL));
	assert_int_equal(budget.count, 0);
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
		STORE_TEST(who_gets_less_waits_for_what_is_used_up),
		STORE_TEST(budgets_and_applications_are_apart),
		STORE_TEST(the_providers_word_counts),
		STORE_TEST(
		    requests_that_the_provider_does_not_count_do_not_count),
		STORE_TEST(what_was_not_sent_is_given_back),
		STORE_TEST(
		    what_a_window_that_is_over_granted_is_not_given_back_to_the_next),
		STORE_TEST(a_refusal_empties_the_window),
		STORE_TEST(a_look_shows_what_is_used_and_changes_nothing),
		STORE_TEST(a_look_shows_the_shortest_windows),
		STORE_TEST(all_windows_cost_one_statement),
		STORE_TEST(sixteen_workers_are_granted_exactly_the_share),
		STORE_TEST(
		    sixteen_workers_are_granted_exactly_the_least_of_two_windows),
		STORE_TEST(what_is_out_of_contract_is_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
