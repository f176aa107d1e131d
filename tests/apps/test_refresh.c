/* SPDX-License-Identifier: MIT */

/* Runs of update_tokens against PostgreSQL and the sandbox: many at once,
 * killed, asked to end, left without a database. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "members.h"
#include "once.h"
#include "scene.h"
#include "test.h"

/* Half an hour before the access tokens end, and past every lease. */
#define PAST_THE_LEASE 130
#define HOUR INT64_C(3600)

/* A new database, new athletes, whose tokens are nearly over. */
static void
begin(int count)
{
	enrol_due(&world, count, &enrolled);
}

/* Starts a run, and waits until its first request has reached Strava. */
static void
start_asking(struct process *process)
{
	int64_t before = world_calls(&world, "POST /oauth/token");

	once_start(&world, process, NULL);
	while (world_calls(&world, "POST /oauth/token") == before)
		clock_sleep_ms(20, NULL);
}

/* FN-7: earlier than an hour before the end Strava hands out the same token. */
static void
nobody_is_due_before_the_last_hour(void **state)
{
	int64_t before = world_calls(&world, "POST /oauth/token");

	(void)state;
	enrol(&world, 3, &enrolled);
	assert_int_equal(once(&world, 0).due, 0);
	world_advance(&world, 9 * HOUR / 2);
	assert_int_equal(once(&world, 0).due, 0);
	assert_int_equal(world_calls(&world, "POST /oauth/token"), before);
	world_advance(&world, HOUR);
	assert_int_equal(once(&world, 0).refreshed, 3);
}

static void
two_runs_at_once_refresh_everybody_once(void **state)
{
	struct process first, second;
	struct report  a, b;

	(void)state;
	begin(200);
	once_start(&world, &first, NULL);
	once_start(&world, &second, NULL);
	a = once_wait(&first, 0);
	b = once_wait(&second, 0);
	process_free(&first);
	process_free(&second);
	assert_int_equal(a.refreshed + b.refreshed, 200);
	assert_int_equal(a.due + b.due, 200);
	assert_true(a.due > 0 && b.due > 0);
	for (size_t i = 0; i < enrolled.count; i++) {
		struct strava_side side =
		    enrolled_strava_side(&world, enrolled.ids[i]);

		assert_int_equal(side.token_posts, 1);
		assert_int_equal(side.refreshes, 1);
		assert_int_equal(side.overlaps, 0);
	}
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
	assert_int_equal(once(&world, 0).due, 0);
}

/* Asked too early, Strava gives the same access token again; the refresh token
 * that comes with it may be a new one all the same. */
static void
the_same_access_token_again_is_stored_too(void **state)
{
	struct report report;

	(void)state;
	enrol(&world, 20, &enrolled);
	postgres_sql(
	    world.postgres, "UPDATE tokenstore.account SET due_at = 'epoch'");
	report = once(&world, 0);
	assert_int_equal(report.unchanged, 20);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
	assert_int_equal(once(&world, 0).due, 0);
}

/* Accounts that need consent, as the log of a run names them. */
static size_t
named(const struct process *process)
{
	char  *log = process_err(process), id[48];
	size_t count = 0;

	for (size_t i = 0; i < enrolled.count; i++) {
		tokenstore_account *account =
		    enrolled_account(&world, enrolled.ids[i]);

		snprintf(id, sizeof(id), "athlete=%lld ",
		    (long long)enrolled.ids[i]);
		if (account->state == TOKENSTORE_NEEDS_CONSENT) {
			assert_non_null(strstr(log, id));
			count++;
		}
		tokenstore_account_free(account);
	}
	free(log);
	return count;
}

/* What is on its way when a process is killed, nobody can save. */
static void
a_killed_run_loses_at_most_what_is_on_its_way(void **state)
{
	static const int64_t moments_ms[] = { 60, 130, 210, 350, 500 };
	struct process       process;
	struct report        report;

	(void)state;
	begin(100);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:10\"}]");
	for (size_t i = 0; i < COUNT(moments_ms); i++) {
		once_start(&world, &process, NULL);
		clock_sleep_ms(moments_ms[i], NULL);
		process_signal(&process, SIGKILL);
		assert_true(process_wait(&process, 5000));
		process_free(&process);
	}
	world_advance(&world, PAST_THE_LEASE);
	once_start(&world, &process, NULL);
	report = once_wait(&process, 0);
	assert_true(report.due > 0);
	assert_true(
	    report.revoked <= (int64_t)COUNT(moments_ms) * ENGINE_IN_FLIGHT);
	assert_int_equal(named(&process), report.revoked);
	assert_int_equal(enrolled_compare(&world, &enrolled), report.revoked);
	process_free(&process);
}

static void
a_run_that_is_asked_to_end_loses_nothing(void **state)
{
	static const int64_t moments_ms[] = { 40, 150, 300 };
	struct process       process;
	tokenstore_stats     stats;

	(void)state;
	begin(100);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:100\"}]");
	for (size_t i = 0; i < COUNT(moments_ms); i++) {
		once_start(&world, &process, NULL);
		clock_sleep_ms(moments_ms[i], NULL);
		process_signal(&process, SIGTERM);
		assert_true(process_wait(&process, 5000));
		process_free(&process);
		stats = enrolled_stats(&world);
		assert_int_equal(stats.leased, 0);
		assert_int_equal(stats.in_doubt, 0);
	}
	assert_true(stats.due > 0);
	once(&world, 0);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
a_request_that_hangs_is_given_up_in_time(void **state)
{
	struct process process;
	struct report  report;
	int64_t        began_ms;

	(void)state;
	begin(2);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:30000\"}]");
	start_asking(&process);
	process_signal(&process, SIGTERM);
	began_ms = clock_steady_ms();
	report = once_wait(&process, 1);
	assert_true(clock_steady_ms() - began_ms < 10000);
	assert_int_equal(report.due, 1);
	assert_int_equal(report.deferred, 1);
	assert_int_equal(enrolled_stats(&world).in_doubt, 1);
	assert_int_equal(enrolled_stats(&world).active, 2);
	process_free(&process);
}

static void
a_second_signal_does_not_wait(void **state)
{
	struct process process;
	int64_t        began_ms;

	(void)state;
	begin(1);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:30000\"}]");
	start_asking(&process);
	process_signal(&process, SIGINT);
	clock_sleep_ms(300, NULL);
	process_signal(&process, SIGINT);
	began_ms = clock_steady_ms();
	assert_int_equal(once_wait(&process, 1).deferred, 1);
	assert_true(clock_steady_ms() - began_ms < 4000);
	process_free(&process);
}

static void
a_token_is_kept_until_the_database_is_back(void **state)
{
	struct process process;
	struct report  report;

	(void)state;
	begin(1);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:2000\"}]");
	start_asking(&process);
	postgres_crash(world.postgres);
	clock_sleep_ms(8000, NULL);
	postgres_restart(world.postgres);
	report = once_wait(&process, 0);
	assert_int_equal(report.refreshed, 1);
	assert_logged(&process, "a new token waits to be stored");
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
	process_free(&process);
}

static void
a_token_is_dropped_only_when_the_program_has_to_end(void **state)
{
	struct process process;
	int64_t        began_ms;

	(void)state;
	begin(1);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:2000\"}]");
	start_asking(&process);
	postgres_crash(world.postgres);
	clock_sleep_ms(3000, NULL);
	process_signal(&process, SIGTERM);
	began_ms = clock_steady_ms();
	once_wait(&process, 1);
	assert_true(clock_steady_ms() - began_ms > 6000);
	assert_true(clock_steady_ms() - began_ms < 15000);
	assert_logged(&process, "a new token is lost");
	process_free(&process);
	postgres_restart(world.postgres);
}

static void
an_athlete_who_withdrew_is_named_and_left_alone(void **state)
{
	struct process process;
	struct report  report;
	char           body[64];

	(void)state;
	begin(5);
	snprintf(body, sizeof(body), "{\"athlete\":%lld}",
	    (long long)enrolled.ids[2]);
	world_tell(&world, "/_control/revoke", body);
	once_start(&world, &process, NULL);
	report = once_wait(&process, 0);
	assert_int_equal(report.refreshed, 4);
	assert_int_equal(report.revoked, 1);
	assert_logged(&process, "the athlete must consent again");
	assert_int_equal(named(&process), 1);
	assert_int_equal(enrolled_compare(&world, &enrolled), 1);
	process_free(&process);
	assert_int_equal(once(&world, 0).due, 0);
}

/* D-60: the person leaves while the refresh is under way: what Strava hands out
 * then is given back. */
static void
a_grant_that_nobody_wants_any_more_is_ended(void **state)
{
	struct process process;
	tokenstore    *store;
	char           subject[24];

	(void)state;
	begin(1);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:1500\"}]");
	start_asking(&process);
	store = enrolled_store(&world);
	snprintf(subject, sizeof(subject), "%lld", (long long)enrolled.ids[0]);
	assert_int_equal(tokenstore_delete(store, subject, 0, NULL, NULL), 0);
	tokenstore_close(store);
	assert_int_equal(once_wait(&process, 0).revoked, 1);
	assert_logged(&process, "consent was withdrawn during the refresh");
	process_free(&process);
	assert_string_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).refresh_token, "");
}

/* The person leaves and comes back while the refresh is under way: ending what
 * the old consent brought would end the new one too. */
static void
a_new_consent_outlives_the_old_ones_refresh(void **state)
{
	static const tokenstore_grant fresh = {
		.access_token = "an-access-token-of-a-new-consent",
		.refresh_token = "a-refresh-token-of-a-new-consent",
		.expires_at = INT64_C(4102444800),
	};
	struct process process;
	tokenstore    *store;
	char           subject[24], *token;

	(void)state;
	begin(1);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:1500\"}]");
	start_asking(&process);
	store = enrolled_store(&world);
	snprintf(subject, sizeof(subject), "%lld", (long long)enrolled.ids[0]);
	assert_int_equal(tokenstore_revoke(store, subject, 0, NULL, NULL), 0);
	assert_int_equal(tokenstore_put(store, subject, &fresh, NULL), 0);
	tokenstore_close(store);
	assert_int_equal(once_wait(&process, 0).unchanged, 1);
	process_free(&process);
	world_advance(&world, PAST_THE_LEASE);
	token = enrolled_refresh_token(&world, enrolled.ids[0]);
	assert_string_equal(token, fresh.refresh_token);
	free(token);
	assert_string_not_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).refresh_token, "");
}

/* The store may hold several refresh tokens of which one works. */
static void
a_dead_token_makes_way_for_the_next_one(void **state)
{
	static const tokenstore_grant dead = {
		.access_token = "an-access-token-from-nowhere",
		.refresh_token = "a-refresh-token-from-nowhere",
		.expires_at = 1,
	};
	struct report report;
	tokenstore   *store;
	char          subject[24];

	(void)state;
	begin(1);
	store = enrolled_store(&world);
	snprintf(subject, sizeof(subject), "%lld", (long long)enrolled.ids[0]);
	assert_int_equal(tokenstore_put(store, subject, &dead, NULL), 0);
	tokenstore_close(store);
	report = once(&world, 0);
	assert_int_equal(report.due, 1);
	assert_int_equal(report.refreshed, 1);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
too_many_refusals_stop_the_run(void **state)
{
	struct process   process;
	struct report    report;
	tokenstore_stats stats;
	char             body[64];

	(void)state;
	begin(12);
	for (size_t i = 0; i < enrolled.count; i++) {
		snprintf(body, sizeof(body), "{\"athlete\":%lld}",
		    (long long)enrolled.ids[i]);
		world_tell(&world, "/_control/revoke", body);
	}
	once_start(&world, &process, NULL);
	report = once_wait(&process, 1);
	assert_int_equal(report.revoked, 4);
	assert_logged(&process, "something else must be wrong");
	process_free(&process);
	stats = enrolled_stats(&world);
	assert_int_equal(stats.active, 8);
	assert_int_equal(stats.leased, 0);
}

static void
a_rate_limit_puts_all_off_after_one_request(void **state)
{
	struct report report;
	int64_t       before = world_calls(&world, "POST /oauth/token");

	(void)state;
	begin(60);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"rate-limit\"}]");
	report = once(&world, 0);
	assert_int_equal(report.due, 60);
	assert_int_equal(report.rate_limited, 60);
	assert_int_equal(world_calls(&world, "POST /oauth/token"), before + 1);
	assert_int_equal(once(&world, 0).due, 0);
	world_tell(&world, "/_control/faults", "[]");
	world_advance(&world, INT64_C(1020));
	assert_int_equal(once(&world, 0).refreshed, 60);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_due_before_the_last_hour),
		cmocka_unit_test(two_runs_at_once_refresh_everybody_once),
		cmocka_unit_test(the_same_access_token_again_is_stored_too),
		cmocka_unit_test(a_killed_run_loses_at_most_what_is_on_its_way),
		cmocka_unit_test(a_run_that_is_asked_to_end_loses_nothing),
		cmocka_unit_test(a_request_that_hangs_is_given_up_in_time),
		cmocka_unit_test(a_second_signal_does_not_wait),
		cmocka_unit_test(a_token_is_kept_until_the_database_is_back),
		cmocka_unit_test(
		    a_token_is_dropped_only_when_the_program_has_to_end),
		cmocka_unit_test(
		    an_athlete_who_withdrew_is_named_and_left_alone),
		cmocka_unit_test(a_grant_that_nobody_wants_any_more_is_ended),
		cmocka_unit_test(a_new_consent_outlives_the_old_ones_refresh),
		cmocka_unit_test(a_dead_token_makes_way_for_the_next_one),
		cmocka_unit_test(too_many_refusals_stop_the_run),
		cmocka_unit_test(a_rate_limit_puts_all_off_after_one_request),
	};

	return cmocka_run_group_tests_name(
	    "apps refresh", tests, scene_open, scene_close);
}
