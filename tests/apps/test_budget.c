/* SPDX-License-Identifier: MIT */

/* What update_tokens does not do: more requests than the budget that all
 * programs share, and refreshes that nobody needs. */

#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "once.h"
#include "scene.h"
#include "test.h"

#define DAY_S INT64_C(86400)

/* A run with one setting of its own. */
static void
start_with(struct process *process, const char *name, const char *value)
{
	struct environment env;

	world_environment(&world, &env);
	environment_set(&env, name, value);
	once_start(&world, process, &env);
	environment_free(&env);
}

static struct report
once_with(const char *name, const char *value)
{
	struct process process;
	struct report  report;

	start_with(&process, name, value);
	report = once_wait(&process, 0);
	process_free(&process);
	return report;
}

/* To the beginning of the next window, so that none begins during a test. */
static void
enter_window(void)
{
	tokenstore *store = enrolled_store(&world);
	int64_t     now;

	assert_int_equal(tokenstore_now(store, &now, NULL), TOKENSTORE_OK);
	tokenstore_close(store);
	world_advance(&world, BUDGET_QUARTER_S - now % BUDGET_QUARTER_S);
}

/* The default share is one half. */
static void
runs_at_once_send_no_more_than_their_share(void **state)
{
	struct process first, second;
	struct report  a, b;

	(void)state;
	enrol_due(&world, 30, &enrolled);
	enter_window();
	start_with(&first, "STRAVA_LIMITS", "20,2000");
	start_with(&second, "STRAVA_LIMITS", "20,2000");
	a = once_wait(&first, 0);
	b = once_wait(&second, 0);
	assert_int_equal(a.refreshed + b.refreshed, 10);
	assert_int_equal(a.due + b.due, 10);
	assert_true(a.remaining >= 20 || b.remaining >= 20);
	process_free(&first);
	process_free(&second);
	a = once_with("STRAVA_LIMITS", "20,2000");
	assert_int_equal(a.due, 0);
	assert_int_equal(a.remaining, 20);
	world_advance(&world, BUDGET_QUARTER_S);
	assert_int_equal(once_with("STRAVA_LIMITS", "20,2000").refreshed, 10);
	assert_int_equal(once_with("REFRESH_SHARE", "0").refreshed, 10);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
the_longer_window_counts_too(void **state)
{
	(void)state;
	enrol_due(&world, 8, &enrolled);
	enter_window();
	assert_int_equal(once_with("STRAVA_LIMITS", "200,10").refreshed, 5);
	world_advance(&world, BUDGET_QUARTER_S);
	assert_int_equal(once_with("STRAVA_LIMITS", "200,10").refreshed, 0);
}

/* What Strava says of its limits counts for all who share the budget. */
static void
a_rate_limit_ends_the_window_for_all(void **state)
{
	struct report report;

	(void)state;
	enrol_due(&world, 10, &enrolled);
	enter_window();
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"rate-limit\"}]");
	assert_int_equal(once(&world, 0).rate_limited, 10);
	world_tell(&world, "/_control/faults", "[]");
	postgres_sql(
	    world.postgres, "UPDATE tokenstore.account SET due_at = 'epoch'");
	report = once(&world, 0);
	assert_int_equal(report.due, 0);
	assert_int_equal(report.remaining, 10);
	world_advance(&world, BUDGET_QUARTER_S);
	assert_int_equal(once(&world, 0).due, 10);
}

/* One athlete by name is urgent: somebody asked for it. */
static void
one_athlete_by_name_does_not_wait_for_the_budget(void **state)
{
	struct environment env;
	struct process     process;
	char               id[24];

	(void)state;
	enrol_due(&world, 3, &enrolled);
	enter_window();
	assert_int_equal(once_with("STRAVA_LIMITS", "2,2000").refreshed, 1);
	world_environment(&world, &env);
	environment_set(&env, "STRAVA_LIMITS", "2,2000");
	for (size_t i = 0; i < enrolled.count; i++) {
		snprintf(id, sizeof(id), "%lld", (long long)enrolled.ids[i]);
		world_run(&world, &process,
		    (const char *const[]){
			PATH_UPDATE_TOKENS, "--athlete", id, NULL },
		    &env);
		assert_int_equal(once_wait(&process, 0).due, 1);
		process_free(&process);
	}
	environment_free(&env);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* Moves the day on which all but one athlete came last. */
static void
let_rest(int days)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "UPDATE tokenstore.account SET last_used_at = last_used_at"
	    " - interval '%d days', updated_at = updated_at"
	    " - interval '%d days' WHERE subject <> '%lld'",
	    days, days, (long long)enrolled.ids[0]);
	postgres_sql(world.postgres, sql);
}

static void
who_does_not_come_rests_and_is_kept_alive(void **state)
{
	(void)state;
	enrol_due(&world, 5, &enrolled);
	let_rest(8);
	assert_int_equal(once(&world, 0).refreshed, 1);
	assert_int_equal(enrolled_stats(&world).due, 0);
	world_advance(&world, 21 * DAY_S);
	assert_int_equal(enrolled_stats(&world).due, 1);
	world_advance(&world, 2 * DAY_S);
	/* The first of them rests by now, and was refreshed 23 days ago. */
	assert_int_equal(once(&world, 0).refreshed, 4);
	assert_int_equal(enrolled_stats(&world).due, 0);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
nobody_rests_if_all_are_to_be_fresh(void **state)
{
	(void)state;
	enrol_due(&world, 5, &enrolled);
	let_rest(8);
	assert_int_equal(
	    once_with("REFRESH_KEEP_ALIVE_DAYS", "0").refreshed, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_at_once_send_no_more_than_their_share),
		cmocka_unit_test(the_longer_window_counts_too),
		cmocka_unit_test(a_rate_limit_ends_the_window_for_all),
		cmocka_unit_test(
		    one_athlete_by_name_does_not_wait_for_the_budget),
		cmocka_unit_test(who_does_not_come_rests_and_is_kept_alive),
		cmocka_unit_test(nobody_rests_if_all_are_to_be_fresh),
	};

	return cmocka_run_group_tests_name(
	    "apps budget", tests, scene_open, scene_close);
}
