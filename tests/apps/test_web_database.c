/* SPDX-License-Identifier: MIT */

/* The web app and its database: one that comes late, one with little room, one
 * in which much was left behind or edited. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "test.h"

/* --- PG-5: the database is down when the app starts --- */

static void
a_database_that_comes_late_is_waited_for(void **state)
{
	(void)state;
	world_new_database(&web.world);
	postgres_crash(web.world.postgres);
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/health"), 200);
	assert_int_equal(visitor_get(&anna, "/ready"), 503);
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_int_equal(visitor_get(&anna, "/login"), 503);
	postgres_restart(web.world.postgres);
	/* A visitor is enough: nobody has to ask whether it is ready. */
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(visitor_get(&anna, "/ready"), 200);
	assert_int_equal(visitor_get(&anna, "/profile"), 200);
}

/* What waiting does not help ends the app at once. */
static void
start_fails(const char *database_url, const char *says)
{
	struct environment env;
	struct process     process;
	char              *err;

	world_environment(&web.world, &env);
	environment_unset(&env, "INVOKER_AUTH");
	environment_set(&env, "DATABASE_URL", database_url);
	world_run(&web.world, &process,
	    (const char *const[]){ PATH_STRAVA_WEB, NULL }, &env);
	environment_free(&env);
	assert_true(process_wait(&process, 20000));
	assert_int_equal(process.code, 1);
	err = process_err(&process);
	if (strstr(err, says) == NULL)
		fail_msg("\"%s\" is not in: %s", says, err);
	free(err);
	process_free(&process);
}

static void
a_database_that_will_not_do_ends_the_app(void **state)
{
	char url[512];

	(void)state;
	snprintf(url, sizeof(url), "%s dbname=nowhere",
	    postgres_conninfo(web.world.postgres));
	start_fails(url, "database \"nowhere\" does not exist");
	/* D-15 */
	postgres_sql(web.world.postgres,
	    "CREATE DATABASE latin OWNER app ENCODING 'LATIN1' LC_COLLATE 'C'"
	    " LC_CTYPE 'C' TEMPLATE template0");
	snprintf(url, sizeof(url), "%s dbname=latin",
	    postgres_conninfo(web.world.postgres));
	start_fails(url, "encoding is LATIN1");
}

/* --- PG-6, D-22: few connections --- */

#define CROWD 200

struct guest {
	pthread_t          thread;
	struct visitor     visitor;
	pthread_barrier_t *begin;
	const char        *page, *says;
	bool               content;
};

static void *
visit(void *ctx)
{
	struct guest *guest = ctx;

	pthread_barrier_wait(guest->begin);
	guest->content = visitor_try(&guest->visitor, "GET", guest->page, NULL,
			     NULL) == 200 &&
			 visitor_says(&guest->visitor, guest->says);
	return NULL;
}

/* Everybody asks at the same moment, as one who is signed in; returns how many
 * got what they asked for. */
static int
crowd_in(struct guest *guests, const char *sid)
{
	pthread_barrier_t begin;
	int               content = 0;

	pthread_barrier_init(&begin, NULL, CROWD);
	for (int i = 0; i < CROWD; i++) {
		guests[i] = (struct guest){ .begin = &begin,
			.page = i % 20 == 0 ? "/profile" : "/",
			.says = i % 20 == 0 ? "Disconnect"
					    : "Show my latest ride" };
		visitor_start(&guests[i].visitor, web.base);
		visitor_set_cookie(&guests[i].visitor, "sid", sid);
		assert_int_equal(
		    pthread_create(&guests[i].thread, NULL, visit, &guests[i]),
		    0);
	}
	for (int i = 0; i < CROWD; i++) {
		pthread_join(guests[i].thread, NULL);
		content += guests[i].content;
		visitor_end(&guests[i].visitor);
	}
	pthread_barrier_destroy(&begin);
	return content;
}

static void
two_hundred_visitors_share_five_connections(void **state)
{
	static struct guest guests[CROWD];
	char               *log;

	(void)state;
	postgres_sql(web.world.postgres, "ALTER ROLE app CONNECTION LIMIT 5");
	strava_web_restart(&web, NULL, NULL);
	strava_web_connect(&web, &anna, 0);
	assert_int_equal(crowd_in(guests, visitor_cookie(&anna, "sid")), CROWD);
	log = process_err(&web.process);
	assert_null(strstr(log, "too many connections"));
	free(log);
	/* D-22: none left at all, and then some again. */
	postgres_sql(web.world.postgres, "ALTER ROLE app CONNECTION LIMIT 0");
	strava_web_restart(&web, NULL, NULL);
	assert_int_equal(visitor_get(&anna, "/ready"), 503);
	postgres_sql(web.world.postgres, "ALTER ROLE app CONNECTION LIMIT -1");
	assert_int_equal(visitor_get(&anna, "/ready"), 200);
}

/* --- D-65: sessions that nobody took away --- */

static const char *
number_of(const char *table)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM web.%s", table);
	return postgres_value(web.world.postgres, sql);
}

static void
a_million_dead_sessions_go_a_few_at_a_time(void **state)
{
	char before[32];

	(void)state;
	postgres_sql(web.world.postgres, "TRUNCATE web.session, web.attempt");
	strava_web_connect(&web, &anna, 0);
	snprintf(before, sizeof(before), "%s", number_of("session"));
	assert_string_equal(before, "1");
	postgres_sql(web.world.postgres,
	    "INSERT INTO web.session SELECT int4send(n), n, 0, n"
	    " FROM generate_series(1, 1000000) n;"
	    "INSERT INTO web.attempt SELECT int4send(n), n"
	    " FROM generate_series(1, 3000) n; ANALYZE web.session");
	strava_web_connect(&web, &ben, 1);
	assert_string_equal(number_of("session"), "999002");
	assert_string_equal(number_of("attempt"), "2000");
	/* Those who live are not among them. */
	assert_int_equal(visitor_get(&anna, "/"), 200);
	assert_true(visitor_says(&anna, "Show my latest ride"));
	assert_string_equal(postgres_value(web.world.postgres,
				"SELECT min(expires_at) FROM web.session"),
	    "1001");
	postgres_sql(
	    web.world.postgres, "DELETE FROM web.session WHERE created_at = 0");
}

/* --- D-56, D-57: texts in the table that somebody put there --- */

static void
texts_of_the_table_are_no_part_of_a_page(void **state)
{
	static const char *const pages[] = { "/", "/activity", "/history",
		"/profile" };

	(void)state;
	strava_web_connect(&web, &anna, 0);
	postgres_sql(web.world.postgres,
	    "UPDATE tokenstore.account SET scope = '<script>alert(1)</script>',"
	    " last_refreshed_by = E'<b>\\x1b[31m\\n', last_error = '<i>'");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		assert_int_equal(visitor_get(&anna, pages[i]), 200);
		assert_false(visitor_says(&anna, "alert(1)"));
		assert_false(visitor_says(&anna, "\x1b"));
	}
}

#define STAGE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STAGE_TEST(a_database_that_comes_late_is_waited_for),
		STAGE_TEST(a_database_that_will_not_do_ends_the_app),
		STAGE_TEST(two_hundred_visitors_share_five_connections),
		STAGE_TEST(a_million_dead_sessions_go_a_few_at_a_time),
		STAGE_TEST(texts_of_the_table_are_no_part_of_a_page),
	};

	return cmocka_run_group_tests_name(
	    "apps.web_database", tests, stage_open, stage_close);
}
