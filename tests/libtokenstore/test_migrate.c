/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "pg.h"
#include "postgres.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct postgres          *server;

static const struct pg_migration steps[] = {
	{ 1, "CREATE TABLE demo.a (n int); INSERT INTO demo.a VALUES (1)" },
	{ 2, "ALTER TABLE demo.a ADD COLUMN m int; SELECT pg_sleep(0.1)" },
	{ 3, "INSERT INTO demo.a VALUES (2, 2)" },
};

static int
start_cluster(void **state)
{
	(void)state;
	server = postgres_start();
	return 0;
}

static int
end_cluster(void **state)
{
	(void)state;
	postgres_end(server);
	return 0;
}

static int
new_database(void **state)
{
	postgres_new_database(server);
	*state = pg_new(postgres_conninfo(server), NULL, "test", 3000, 5000);
	return *state == NULL;
}

static int
close_database(void **state)
{
	pg_free(*state);
	return 0;
}

static enum pg_class
migrate(struct pg *pg, size_t count, struct pg_error *error)
{
	return pg_migrate(pg, "demo", steps, count, error);
}

static void
steps_are_applied_once_and_in_order(void **state)
{
	struct pg_error error;
	int64_t         version = -1;

	assert_int_equal(
	    pg_schema_version(*state, "demo", &version, &error), PG_OK);
	assert_int_equal(version, 0);
	for (size_t count = 1; count <= COUNT(steps); count++) {
		assert_int_equal(migrate(*state, count, &error), PG_OK);
		assert_int_equal(migrate(*state, count, &error), PG_OK);
		assert_int_equal(
		    pg_schema_version(*state, "demo", &version, &error), PG_OK);
		assert_int_equal(version, count);
	}
	assert_string_equal(
	    postgres_value(server, "SELECT count(*) FROM demo.a"), "2");
}

static void
what_is_up_to_date_is_only_read(void **state)
{
	struct pg_error error;

	assert_int_equal(migrate(*state, 3, &error), PG_OK);
	postgres_sql(server, "REVOKE ALL ON ALL TABLES IN SCHEMA demo FROM app;"
			     "GRANT SELECT ON demo.schema_version TO app");
	assert_int_equal(migrate(*state, 3, &error), PG_OK);
}

static void
ten_programs_at_once_do_it_together(void **state)
{
	struct pg_error error;
	pid_t           pids[10];
	int             status;

	(void)state;
	for (size_t i = 0; i < COUNT(pids); i++) {
		if ((pids[i] = fork()) == 0) {
			struct pg *pg = pg_new(postgres_conninfo(server), NULL,
			    "test", 3000, 5000);

			_exit(migrate(pg, 3, &error) != PG_OK);
		}
	}
	for (size_t i = 0; i < COUNT(pids); i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_string_equal(
	    postgres_value(server, "SELECT count(*) FROM demo.a"), "2");
	assert_string_equal(
	    postgres_value(server, "SELECT count(*) FROM demo.schema_version"),
	    "3");
}

/* D-03, PG-13 */
static void
a_newer_database_is_refused(void **state)
{
	struct pg_error error;

	assert_int_equal(migrate(*state, 3, &error), PG_OK);
	assert_int_equal(migrate(*state, 2, &error), PG_OTHER);
	assert_string_equal(
	    error.message, "the schema \"demo\" is newer than this program");
}

static void
a_step_that_changed_since_is_refused(void **state)
{
	struct pg_error error;

	assert_int_equal(migrate(*state, 3, &error), PG_OK);
	postgres_sql(server,
	    "UPDATE demo.schema_version"
	    " SET checksum = repeat('0', 64) WHERE version = 2");
	assert_int_equal(migrate(*state, 3, &error), PG_OTHER);
	assert_non_null(strstr(error.message, "step 2"));
	postgres_sql(
	    server, "DELETE FROM demo.schema_version WHERE version = 2");
	assert_int_equal(migrate(*state, 3, &error), PG_OTHER);
	assert_non_null(strstr(error.message, "step 2"));
}

static void
a_step_that_fails_leaves_nothing_behind(void **state)
{
	static const struct pg_migration bad[] = {
		{ 1, "CREATE TABLE demo.a (n int)" },
		{ 2,
		    "CREATE TABLE demo.b (n int); SELECT 1 FROM demo.nowhere" },
	};
	struct pg_error error;
	int64_t         version;

	assert_int_equal(
	    pg_migrate(*state, "demo", bad, 2, &error), PG_MISSING);
	assert_int_equal(
	    pg_schema_version(*state, "demo", &version, &error), PG_OK);
	assert_int_equal(version, 1);
	assert_string_equal(
	    postgres_value(server, "SELECT to_regclass('demo.b')"), "");
}

static void
a_lock_that_is_held_is_waited_for(void **state)
{
	struct pg *other =
	    pg_new(postgres_conninfo(server), NULL, "test", 3000, 60000);
	struct pg_error error;
	int             status;
	pid_t           pid;

	assert_int_equal(migrate(*state, 2, &error), PG_OK);
	assert_int_equal(pg_begin(other, &error), PG_OK);
	assert_int_equal(
	    pg_run(other, "SELECT id FROM demo.schema_lock FOR UPDATE", NULL, 0,
		NULL, &error),
	    PG_OK);
	if ((pid = fork()) == 0) {
		struct pg *pg =
		    pg_new(postgres_conninfo(server), NULL, "test", 3000, 5000);

		_exit(migrate(pg, 3, &error) != PG_OK);
	}
	/* Longer than the other side waits for a lock in one go. */
	clock_sleep_ms(3000, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	pg_rollback(other);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pg_free(other);
}

/* How often the server gave up on a lock. */
static int
lock_timeouts(void)
{
	char *log = postgres_log(server);
	int   n = 0;

	for (const char *p = log;
	     (p = strstr(p, "due to lock timeout")) != NULL; p++)
		n++;
	free(log);
	return n;
}

static void
a_step_steps_back_for_those_who_use_the_table(void **state)
{
	struct pg *other =
	    pg_new(postgres_conninfo(server), NULL, "test", 3000, 60000);
	struct pg_error error;
	int             status, before = lock_timeouts();
	pid_t           pid;

	assert_int_equal(migrate(*state, 1, &error), PG_OK);
	assert_int_equal(pg_begin(other, &error), PG_OK);
	assert_int_equal(
	    pg_run(other, "SELECT n FROM demo.a", NULL, 0, NULL, &error),
	    PG_OK);
	if ((pid = fork()) == 0) {
		struct pg *pg =
		    pg_new(postgres_conninfo(server), NULL, "test", 3000, 5000);

		_exit(migrate(pg, 3, &error) != PG_OK);
	}
	/* While it waits for the table, everybody else waits behind it: so it
	 * lets go, and tries again. */
	while (lock_timeouts() == before)
		clock_sleep_ms(50, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	pg_rollback(other);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(
	    postgres_value(server, "SELECT count(*) FROM demo.a"), "2");
	pg_free(other);
}

/* D-07 */
static void
a_role_without_the_right_hears_of_it(void **state)
{
	struct pg_error error;

	postgres_sql(server, "DO $$BEGIN EXECUTE 'ALTER DATABASE '"
			     " || current_database() || ' OWNER TO postgres';"
			     "END$$");
	assert_int_equal(migrate(*state, 3, &error), PG_DENIED);
	assert_non_null(strstr(error.message, "permission denied"));
	/* A schema that somebody made for it is enough. */
	postgres_sql(server, "CREATE SCHEMA demo AUTHORIZATION app");
	assert_int_equal(migrate(*state, 3, &error), PG_OK);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, new_database, close_database)
	const struct CMUnitTest tests[] = {
		TEST(steps_are_applied_once_and_in_order),
		TEST(what_is_up_to_date_is_only_read),
		TEST(ten_programs_at_once_do_it_together),
		TEST(a_newer_database_is_refused),
		TEST(a_step_that_changed_since_is_refused),
		TEST(a_step_that_fails_leaves_nothing_behind),
		TEST(a_lock_that_is_held_is_waited_for),
		TEST(a_step_steps_back_for_those_who_use_the_table),
		TEST(a_role_without_the_right_hears_of_it),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
