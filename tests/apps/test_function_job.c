/* SPDX-License-Identifier: MIT */

/* update_tokens without a port: as the tasks of a job, and in an operator's
 * hands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "once.h"
#include "scene.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TASKS 3

/* Runs to its end with that code; what it wrote stays until process_free(). */
static void
run(struct process *process, const char *const argv[], int code)
{
	char *log;

	world_run(&world, process, argv, NULL);
	assert_true(process_wait(process, 60000));
	log = process_err(process);
	if (process->code != code)
		fail_msg("exit code %d: %s", process->code, log);
	/* Progress is for terminals. */
	assert_null(strchr(log, '\033'));
	free(log);
}

static struct report
run_report(const char *const argv[], int code)
{
	struct process process;
	struct report  report;
	char          *out;

	run(&process, argv, code);
	out = process_out(&process);
	report = report_read(out);
	free(out);
	process_free(&process);
	return report;
}

static void
the_tasks_of_a_job_share_the_work(void **state)
{
	struct process     tasks[TASKS];
	struct environment env;
	char               index[8];
	int64_t            refreshed = 0;

	(void)state;
	enrol_due(&world, 60, &enrolled);
	for (int i = 0; i < TASKS; i++) {
		world_environment(&world, &env);
		snprintf(index, sizeof(index), "%d", i);
		environment_set(&env, "CLOUD_RUN_TASK_INDEX", index);
		environment_set(&env, "CLOUD_RUN_TASK_COUNT", "3");
		environment_set(&env, "CLOUD_RUN_TASK_ATTEMPT", "2");
		once_start(&world, &tasks[i], &env);
		environment_free(&env);
	}
	for (int i = 0; i < TASKS; i++) {
		refreshed += once_wait(&tasks[i], 0).refreshed;
		snprintf(index, sizeof(index), "index=%d", i);
		assert_logged(&tasks[i], index);
		assert_logged(&tasks[i], "attempt=2");
		process_free(&tasks[i]);
	}
	assert_int_equal(refreshed, 60);
	for (size_t i = 0; i < enrolled.count; i += 10)
		assert_int_equal(
		    enrolled_strava_side(&world, enrolled.ids[i]).token_posts,
		    1);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
a_task_that_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *index, *count, *says;
	} wrong[] = {
		{ "3", "3", "CLOUD_RUN_TASK_INDEX must be below" },
		{ "0", "0", "CLOUD_RUN_TASK_INDEX must be below" },
		{ "-1", "3", "CLOUD_RUN_TASK_INDEX must be a number" },
		{ "x", "3", "CLOUD_RUN_TASK_INDEX must be a number" },
		{ "0", "65", "CLOUD_RUN_TASK_COUNT must be a number" },
		{ "0", "", "CLOUD_RUN_TASK_COUNT is empty" },
	};
	struct environment env;
	struct process     process;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		world_environment(&world, &env);
		environment_set(&env, "CLOUD_RUN_TASK_INDEX", wrong[i].index);
		environment_set(&env, "CLOUD_RUN_TASK_COUNT", wrong[i].count);
		once_start(&world, &process, &env);
		environment_free(&env);
		assert_true(process_wait(&process, 20000));
		assert_int_equal(process.code, 2);
		assert_logged(&process, wrong[i].says);
		process_free(&process);
	}
}

static void
options_that_make_no_sense_end_with_two(void **state)
{
	static const struct {
		const char *argv[5], *says;
	} wrong[] = {
		{ { PATH_UPDATE_TOKENS, "--athlete" }, "needs a value" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "x" }, "number" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "" }, "number" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "0" }, "number" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "12 " }, "number" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "1234567890123456789" },
		    "number" },
		{ { PATH_UPDATE_TOKENS, "--athlete", "7", "--dry-run" },
		    "exclude each other" },
		{ { PATH_UPDATE_TOKENS, "--check", "--dry-run" },
		    "exclude each other" },
		{ { PATH_UPDATE_TOKENS, "--status", "--dry-run" },
		    "exclude each other" },
		{ { PATH_UPDATE_TOKENS, "--twice" }, "no such option" },
	};
	struct process process;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		run(&process, wrong[i].argv, 2);
		assert_logged(&process, wrong[i].says);
		process_free(&process);
	}
}

static void
a_dry_run_counts_and_changes_nothing(void **state)
{
	static const char *const argv[] = { PATH_UPDATE_TOKENS, "--dry-run",
		NULL };
	int64_t        before = world_calls(&world, "POST /oauth/token");
	struct process process;
	char          *out;

	(void)state;
	enrol_due(&world, 5, &enrolled);
	run(&process, argv, 0);
	out = process_out(&process);
	assert_string_equal(out, "{\"due\":5,\"leased\":0,\"in_doubt\":0}\n");
	free(out);
	process_free(&process);
	assert_int_equal(world_calls(&world, "POST /oauth/token"), before);
	assert_int_equal(enrolled_stats(&world).due, 5);
	/* It makes no tables either. */
	world_new_database(&world);
	run(&process, argv, 1);
	process_free(&process);
	assert_string_equal(
	    postgres_value(world.postgres,
		"SELECT count(*) FROM pg_namespace WHERE nspname = "
		"'tokenstore'"),
	    "0");
}

static void
one_athlete_may_be_refreshed_alone(void **state)
{
	char              id[24];
	const char *const argv[] = { PATH_UPDATE_TOKENS, "--athlete", id,
		NULL };

	(void)state;
	enrol_due(&world, 3, &enrolled);
	snprintf(id, sizeof(id), "%lld", (long long)enrolled.ids[1]);
	assert_int_equal(run_report(argv, 0).refreshed, 1);
	assert_int_equal(enrolled_stats(&world).due, 2);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[1]).token_posts, 1);
	/* Due or not. */
	assert_int_equal(run_report(argv, 0).unchanged, 1);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[1]).token_posts, 2);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
an_athlete_who_cannot_be_refreshed_ends_with_one(void **state)
{
	static const char *const unknown[] = { PATH_UPDATE_TOKENS, "--athlete",
		"999999999", NULL };
	char                     id[24];
	const char *const        argv[] = { PATH_UPDATE_TOKENS, "--athlete", id,
		       NULL };
	struct process           process;

	(void)state;
	enrol_due(&world, 1, &enrolled);
	run(&process, unknown, 1);
	assert_logged(&process, "no such account");
	process_free(&process);
	snprintf(id, sizeof(id), "%lld", (long long)enrolled.ids[0]);
	postgres_sql(world.postgres, "UPDATE tokenstore.account SET state = 1");
	run(&process, argv, 1);
	assert_logged(&process, "must consent first");
	process_free(&process);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tasks_of_a_job_share_the_work),
		cmocka_unit_test(a_task_that_cannot_be_is_refused),
		cmocka_unit_test(options_that_make_no_sense_end_with_two),
		cmocka_unit_test(a_dry_run_counts_and_changes_nothing),
		cmocka_unit_test(one_athlete_may_be_refreshed_alone),
		cmocka_unit_test(
		    an_athlete_who_cannot_be_refreshed_ends_with_one),
	};

	return cmocka_run_group_tests_name(
	    "apps function_job", tests, scene_open, scene_close);
}
