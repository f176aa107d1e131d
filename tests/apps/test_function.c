/* SPDX-License-Identifier: MIT */

/* update_tokens as a function: over HTTP, called twice and at once. */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "listener.h"
#include "once.h"
#include "scene.h"
#include "test.h"
#include "visitor.h"

#define CALLERS 4

static struct listener function;

static int
begin(void **state)
{
	(void)state;
	enrol_due(&world, 40, &enrolled);
	listener_start(&world, &function, NULL);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	listener_end(&function);
	return 0;
}

static void
a_post_does_a_run_and_answers_with_its_report(void **state)
{
	struct visitor scheduler;

	(void)state;
	visitor_start(&scheduler, function.base);
	assert_int_equal(
	    visitor_send(&scheduler, "POST", "/", "application/json", "{}"),
	    200);
	assert_string_equal(
	    visitor_header(&scheduler, "Content-Type"), "application/json");
	assert_int_equal(report_read(visitor_page(&scheduler)).refreshed, 40);
	assert_int_equal(
	    visitor_post(&scheduler, "/update-strava-tokens", ""), 200);
	assert_int_equal(report_read(visitor_page(&scheduler)).due, 0);
	visitor_end(&scheduler);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
other_methods_and_paths_are_refused(void **state)
{
	struct visitor visitor;

	(void)state;
	visitor_start(&visitor, function.base);
	assert_int_equal(visitor_get(&visitor, "/health"), 200);
	assert_int_equal(visitor_get(&visitor, "/"), 405);
	assert_string_equal(visitor_header(&visitor, "Allow"), "POST");
	assert_int_equal(visitor_get(&visitor, "/update-strava-tokens"), 405);
	assert_int_equal(visitor_send(&visitor, "PUT", "/", NULL, NULL), 405);
	assert_int_equal(visitor_get(&visitor, "/nowhere"), 404);
	assert_int_equal(visitor_post(&visitor, "/health", ""), 405);
	visitor_end(&visitor);
	assert_int_equal(enrolled_stats(&world).due, 40);
}

static void *
call(void *arg)
{
	struct report *report = arg;
	struct visitor scheduler;

	visitor_start(&scheduler, function.base);
	if (visitor_post(&scheduler, "/", "") == 200)
		*report = report_read(visitor_page(&scheduler));
	visitor_end(&scheduler);
	return NULL;
}

static void
calls_at_once_share_the_work(void **state)
{
	pthread_t     threads[CALLERS];
	struct report reports[CALLERS] = { { 0 } };
	int64_t       refreshed = 0;

	(void)state;
	for (size_t i = 0; i < CALLERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, call, &reports[i]), 0);
	for (size_t i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		refreshed += reports[i].refreshed;
	}
	assert_int_equal(refreshed, 40);
	for (size_t i = 0; i < enrolled.count; i += 10)
		assert_int_equal(
		    enrolled_strava_side(&world, enrolled.ids[i]).token_posts,
		    1);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

static void
what_is_left_is_answered_with_503(void **state)
{
	struct visitor scheduler;

	(void)state;
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"status:500\","
	    "\"times\":3}]");
	visitor_start(&scheduler, function.base);
	assert_int_equal(visitor_post(&scheduler, "/", ""), 503);
	assert_non_null(visitor_header(&scheduler, "Retry-After"));
	assert_int_equal(report_read(visitor_page(&scheduler)).deferred, 3);
	assert_int_equal(report_read(visitor_page(&scheduler)).refreshed, 37);
	visitor_end(&scheduler);
}

/* PG-5 */
static void
without_a_database_it_lives_and_says_503(void **state)
{
	struct visitor visitor;

	(void)state;
	postgres_crash(world.postgres);
	visitor_start(&visitor, function.base);
	assert_int_equal(visitor_post(&visitor, "/", ""), 503);
	assert_int_equal(report_read(visitor_page(&visitor)).due, 0);
	assert_int_equal(visitor_get(&visitor, "/health"), 200);
	postgres_restart(world.postgres);
	assert_int_equal(visitor_post(&visitor, "/", ""), 200);
	assert_int_equal(report_read(visitor_page(&visitor)).refreshed, 40);
	visitor_end(&visitor);
}

static void
asked_to_end_it_finishes_what_runs(void **state)
{
	pthread_t     thread;
	struct report report = { 0 };
	int64_t       before = world_calls(&world, "POST /oauth/token");

	(void)state;
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:500\"}]");
	assert_int_equal(pthread_create(&thread, NULL, call, &report), 0);
	while (world_calls(&world, "POST /oauth/token") == before)
		clock_sleep_ms(10, NULL);
	process_signal(&function.process, SIGTERM);
	assert_true(process_wait(&function.process, 10000));
	assert_int_equal(function.process.code, 0);
	pthread_join(thread, NULL);
	assert_int_equal(enrolled_stats(&world).leased, 0);
	assert_int_equal(enrolled_stats(&world).in_doubt, 0);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* Without a way to check the caller it must not listen. */
static void
it_does_not_listen_with_the_default_invoker(void **state)
{
	struct environment env;
	struct process     process;

	(void)state;
	world_environment(&world, &env);
	environment_unset(&env, "INVOKER_AUTH");
	world_run(&world, &process,
	    (const char *const[]){ PATH_UPDATE_TOKENS, NULL }, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 20000));
	assert_int_equal(process.code, 2);
	assert_logged(&process, "INVOKER_AUTH=platform");
	assert_logged(&process, "INVOKER_AUTH=off");
	process_free(&process);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(a_post_does_a_run_and_answers_with_its_report),
		TEST(other_methods_and_paths_are_refused),
		TEST(calls_at_once_share_the_work),
		TEST(what_is_left_is_answered_with_503),
		TEST(without_a_database_it_lives_and_says_503),
		TEST(asked_to_end_it_finishes_what_runs),
		cmocka_unit_test(it_does_not_listen_with_the_default_invoker),
	};

	return cmocka_run_group_tests_name(
	    "apps function", tests, scene_open, scene_close);
}
