/* SPDX-License-Identifier: MIT */

/* update_tokens called often and at once, and ended at any moment. */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "listener.h"
#include "scene.h"
#include "test.h"

static struct listener function;

static void
begin(int count)
{
	enrol_due(&world, count, &enrolled);
	listener_start(&world, &function, NULL);
}

/* FN-3, I8: whoever comes late finds the rest, or nothing. */
#define CALLERS 20
#define MANY 500

static void *
call(void *arg)
{
	struct wire_answer *answer = arg;

	wire_call(function.base, "POST /", "", "", answer);
	return NULL;
}

static void
twenty_calls_at_once_send_each_token_once(void **state)
{
	static struct wire_answer answers[CALLERS];
	pthread_t                 threads[CALLERS];
	int64_t before = world_calls(&world, "POST /oauth/token");
	int64_t refreshed = 0;

	(void)state;
	begin(MANY);
	for (size_t i = 0; i < CALLERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, call, &answers[i]), 0);
	for (size_t i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		/* Some may have waited too long for their turn. */
		if (answers[i].status != 503)
			refreshed += answer_report(&answers[i], 200).refreshed;
	}
	assert_int_equal(refreshed, MANY);
	assert_int_equal(
	    world_calls(&world, "POST /oauth/token") - before, MANY);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
	listener_end(&function);
}

/* FN-8: the end may come at any moment. */
#define ENDS 12

static void
an_end_at_any_moment_flags_nobody(void **state)
{
	struct wire_answer answer;
	pthread_t          thread;
	int64_t            pause_ms;

	(void)state;
	begin(60);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:20\"}]");
	srandom(8);
	for (int i = 0; i < ENDS; i++) {
		if (i > 0)
			listener_start(&world, &function, NULL);
		pause_ms = random() % 200;
		assert_int_equal(
		    pthread_create(&thread, NULL, call, &answer), 0);
		clock_sleep_ms(pause_ms, NULL);
		process_signal(&function.process, SIGTERM);
		assert_true(process_wait(&function.process, 10000));
		listener_end(&function);
		pthread_join(thread, NULL);
		assert_int_equal(enrolled_stats(&world).leased, 0);
		assert_int_equal(enrolled_stats(&world).in_doubt, 0);
	}
	assert_int_equal(enrolled_stats(&world).needs_consent, 0);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* The process that `unshare` started; 0 when there is none. */
static pid_t
child_of(pid_t pid)
{
	char  path[64];
	char *children;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	children = file_text(path);
	child = (pid_t)strtol(children, NULL, 10);
	free(children);
	return child;
}

/* FN-8: signals reach process 1 only where it has asked for them. */
static void
as_the_first_process_of_a_container_it_ends_too(void **state)
{
	static const char *const argv[] = { "/usr/bin/unshare", "--user",
		"--map-root-user", "--pid", "--fork", "--kill-child",
		PATH_UPDATE_TOKENS, NULL };
	struct environment       env;
	struct process           container;
	char                     port[16];
	pid_t                    child;

	(void)state;
	if (access(argv[0], X_OK) != 0)
		skip();
	enrol(&world, 0, &enrolled);
	world_environment(&world, &env);
	snprintf(port, sizeof(port), "%d", free_port());
	environment_set(&env, "PORT", port);
	/* It attaches to processes by numbers that mean others there. */
	environment_set(&env, "ASAN_OPTIONS", "detect_leaks=0");
	world_run(&world, &container, argv, &env);
	environment_free(&env);
	if (!process_await(&container, container.out, "listening on", 20000)) {
		/* No such namespaces here. */
		process_free(&container);
		skip();
	}
	child = child_of(container.pid);
	assert_true(child > 1);
	assert_int_equal(kill(child, SIGTERM), 0);
	assert_true(process_wait(&container, 10000));
	assert_int_equal(container.code, 0);
	process_free(&container);
}

/* F-50: the run goes on without its caller. */
static void
a_caller_who_leaves_loses_nothing(void **state)
{
	struct wire_answer answer;

	(void)state;
	begin(5);
	wire_leave(function.base, "POST /");
	answer = listener_call(&function, "", "");
	answer_report(&answer, 200);
	listener_end(&function);
	assert_int_equal(enrolled_stats(&world).due, 0);
	assert_int_equal(enrolled_stats(&world).leased, 0);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* FN-4, F-51: with the shortest deadline there is, 14 seconds are left to claim. */
static void
a_run_ends_before_its_caller_loses_patience(void **state)
{
	struct environment env;
	struct wire_answer answer;
	struct report      report;

	(void)state;
	enrol_due(&world, MANY, &enrolled);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:2000\"}]");
	world_environment(&world, &env);
	environment_set(&env, "RUN_DEADLINE_S", "140");
	listener_start(&world, &function, &env);
	environment_free(&env);
	answer = listener_call(&function, "", "");
	report = answer_report(&answer, 503);
	assert_non_null(strstr(answer.text, "Retry-After: "));
	assert_true(report.due > 0);
	assert_int_equal(report.refreshed, report.due);
	assert_int_equal(report.remaining, MANY - report.due);
	assert_logged(&function.process, "the time for one run is over");
	listener_end(&function);
	assert_int_equal(enrolled_stats(&world).leased, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_calls_at_once_send_each_token_once),
		cmocka_unit_test(an_end_at_any_moment_flags_nobody),
		cmocka_unit_test(
		    as_the_first_process_of_a_container_it_ends_too),
		cmocka_unit_test(a_caller_who_leaves_loses_nothing),
		cmocka_unit_test(a_run_ends_before_its_caller_loses_patience),
	};

	return cmocka_run_group_tests_name(
	    "apps function_load", tests, scene_open, scene_close);
}
