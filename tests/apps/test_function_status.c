/* SPDX-License-Identifier: MIT */

/* FN-5: the status tells the caller the truth about Strava and the database. */

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "listener.h"
#include "scene.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One world for all rows: they share out athletes who are all enrolled and due
 * at the beginning. */
#define ATHLETES 130

static struct enrolled everybody;
static struct listener function;

static int
start(void **state)
{
	scene_open(state);
	enrol_due(&world, ATHLETES, &everybody);
	postgres_sql(world.postgres,
	    "CREATE TABLE enrolled AS SELECT * FROM tokenstore.account");
	return 0;
}

/* Strava as it should be, and in the database as many whom nobody met yet. */
static void
begin(size_t count)
{
	static size_t met;
	struct buf    sql;

	world_tell(&world, "/_control/faults", "[]");
	assert_true(met + count <= everybody.count);
	buf_init(&sql, 4096);
	buf_add_text(&sql,
	    "TRUNCATE tokenstore.account, tokenstore.budget CASCADE;"
	    " INSERT INTO tokenstore.account SELECT * FROM enrolled"
	    " WHERE subject IN (''");
	for (size_t i = 0; i < count; i++) {
		enrolled.ids[i] = everybody.ids[met++];
		buf_addf(&sql, ",'%lld'", (long long)enrolled.ids[i]);
	}
	buf_add_text(&sql, ")");
	enrolled.count = count;
	postgres_sql(world.postgres, buf_text(&sql));
	buf_free(&sql);
}

/* FN-5, by what the sandbox does to the token requests: F-57, F-60. */
static const struct {
	const char *faults;
	int         status;
	int64_t     refreshed, deferred, rate_limited, failed;
} troubles[] = {
	{ "[]", 200, 4, 0, 0, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"status:503\",\"times\":2}]",
	    503, 2, 2, 0, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"status:500\"}]", 503, 0, 4,
	    0, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"garbage\",\"times\":1}]",
	    503, 3, 1, 0, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"drop-before\","
	  "\"times\":1}]",
	    503, 3, 1, 0, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"rate-limit\"}]", 200, 0, 0,
	    4, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"rate-limit\",\"after\":2}]",
	    200, 2, 0, 2, 0 },
	{ "[{\"path\":\"/oauth/token\",\"action\":\"status:401\"}]", 500, 0, 0,
	    0, 0 },
};

static void
the_status_tells_the_truth_about_strava(void **state)
{
	struct wire_answer answer;
	struct report      report;

	(void)state;
	listener_start(&world, &function, NULL);
	for (size_t i = 0; i < COUNT(troubles); i++) {
		begin(4);
		world_tell(&world, "/_control/faults", troubles[i].faults);
		answer = listener_call(&function, "", "");
		report = answer_report(&answer, troubles[i].status);
		if (report.refreshed != troubles[i].refreshed ||
		    report.deferred != troubles[i].deferred ||
		    report.rate_limited != troubles[i].rate_limited ||
		    report.failed != troubles[i].failed)
			fail_msg("trouble %zu: %s", i, answer.text);
		assert_true((answer.status == 503) ==
			    (strstr(answer.text, "Retry-After: ") != NULL));
		assert_int_equal(enrolled_stats(&world).needs_consent, 0);
	}
	listener_end(&function);
}

/* The same by what happens to the database, while all four are due.  `then` below
 * 0: what the second call finds is not asked. */
static const struct {
	const char *sql, *undo; /* undone before the second call */
	int         status;
	int         anew; /* a program that is connected would not notice */
	int64_t     refreshed, failed; /* of the first call */
	int64_t     then;              /* refreshed by the second one */
	const char *logged;            /* or NULL */
} damages[] = {
	/* D-03: tables of a program to come: hands off. */
	{ "INSERT INTO tokenstore.schema_version VALUES (999, '')",
	    "DELETE FROM tokenstore.schema_version WHERE version = 999", 500,
	    true, 0, 0, 4, NULL },
	/* D-07 */
	{ "REVOKE ALL ON tokenstore.account FROM app;"
	  " ALTER TABLE tokenstore.account OWNER TO postgres",
	    "ALTER TABLE tokenstore.account OWNER TO app;"
	    " GRANT ALL ON tokenstore.account TO app",
	    500, false, 0, 0, 4, "account" },
	/* D-14 */
	{ "ALTER ROLE app SET default_transaction_read_only = on",
	    "ALTER ROLE app RESET default_transaction_read_only", 503, true, 0,
	    0, -1, NULL },
	/* D-22 */
	{ "ALTER ROLE app CONNECTION LIMIT 0",
	    "ALTER ROLE app CONNECTION LIMIT -1", 503, true, 0, 0, 4, NULL },
	/* D-06 */
	{ "ALTER TABLE tokenstore.account RENAME TO away; CREATE VIEW"
	  " tokenstore.account AS SELECT * FROM tokenstore.away;"
	  " GRANT ALL ON tokenstore.account TO app",
	    "DROP VIEW tokenstore.account;"
	    " ALTER TABLE tokenstore.away RENAME TO account",
	    500, false, 0, 0, 4, "is not a table" },
	/* D-09 */
	{ "ALTER TABLE tokenstore.account ENABLE ROW LEVEL SECURITY;"
	  " ALTER TABLE tokenstore.account FORCE ROW LEVEL SECURITY",
	    "ALTER TABLE tokenstore.account DISABLE ROW LEVEL SECURITY;"
	    " ALTER TABLE tokenstore.account NO FORCE ROW LEVEL SECURITY",
	    500, false, 0, 0, 4, "hides rows" },
	/* D-05: more than this program knows does not matter. */
	{ "ALTER TABLE tokenstore.account ADD COLUMN more text",
	    "ALTER TABLE tokenstore.account DROP COLUMN more", 200, false, 4, 0,
	    0, NULL },
	/* D-10 */
	{ "CREATE SCHEMA app AUTHORIZATION app;"
	  " CREATE TABLE app.account (subject text)",
	    "DROP TABLE app.account; DROP SCHEMA app", 200, true, 4, 0, 0,
	    NULL },
	/* Rows that somebody edited: D-25, D-32, D-31, D-43, D-51, D-54, D-46,
	 * D-55, D-56, D-60.  FN-6: the others are refreshed. */
	{ "UPDATE tokenstore.account SET refresh_ct = ''"
	  " WHERE subject = (SELECT min(subject) FROM tokenstore.account)",
	    NULL, 500, false, 3, 1, 0, "TOKEN_KEYS" },
	{ "UPDATE tokenstore.account SET refresh_ct = access_ct"
	  " WHERE subject = (SELECT min(subject) FROM tokenstore.account)",
	    NULL, 500, false, 3, 1, 0, "TOKEN_KEYS" },
	{ "UPDATE tokenstore.account SET refresh_ct = (SELECT refresh_ct FROM"
	  "  tokenstore.account WHERE subject = (SELECT max(subject) FROM"
	  "   tokenstore.account))"
	  " WHERE subject = (SELECT min(subject) FROM tokenstore.account)",
	    NULL, 500, false, 3, 1, 0, "TOKEN_KEYS" },
	{ "UPDATE tokenstore.account SET state = 9"
	  " WHERE subject = (SELECT min(subject) FROM tokenstore.account)",
	    NULL, 200, false, 3, 0, 0, NULL },
	{ "UPDATE tokenstore.account SET lease_id = 7, lease_until = 'epoch'",
	    NULL, 200, false, 4, 0, 0, NULL },
	{ "UPDATE tokenstore.account SET in_doubt_since = 'epoch'::timestamptz"
	  " + interval '100 years'",
	    NULL, 200, false, 4, 0, 0, NULL },
	{ "UPDATE tokenstore.account SET expires_at = 'epoch', due_at = "
	  "'epoch'",
	    NULL, 200, false, 4, 0, 0, NULL },
	{ "UPDATE tokenstore.account SET fail_count = 32767,"
	  " total_refreshes = 2147483647",
	    NULL, 200, false, 4, 0, 0, NULL },
	{ "UPDATE tokenstore.account SET scope = '<script>',"
	  " last_refreshed_by = E'a\\nb\\x1b[0m'",
	    NULL, 200, false, 4, 0, 0, NULL },
	{ "DELETE FROM tokenstore.account"
	  " WHERE subject = (SELECT min(subject) FROM tokenstore.account)",
	    NULL, 200, false, 3, 0, 0, NULL },
};

/* A row whose token does not open stays as it is. */
static const char *
first_row(void)
{
	return postgres_value(world.postgres,
	    "SELECT md5(refresh_ct) || md5(access_ct) || state ||"
	    " in_doubt_since || fail_count FROM tokenstore.account"
	    " ORDER BY subject LIMIT 1");
}

static void
suffer(size_t i)
{
	struct wire_answer answer;
	struct report      report;
	char               row[256];

	begin(4);
	postgres_sql(world.postgres, damages[i].sql);
	snprintf(row, sizeof(row), "%s", first_row());
	if (damages[i].anew) {
		listener_end(&function);
		listener_start(&world, &function, NULL);
	}
	answer = listener_call(&function, "", "");
	if (answer.status != damages[i].status)
		fail_msg("damage %zu: %s", i, answer.text);
	report = answer_report(&answer, damages[i].status);
	assert_int_equal(report.refreshed, damages[i].refreshed);
	assert_int_equal(report.failed, damages[i].failed);
	if (damages[i].logged != NULL)
		assert_logged(&function.process, damages[i].logged);
	if (damages[i].undo != NULL)
		postgres_sql(world.postgres, damages[i].undo);
	answer = listener_call(&function, "", "");
	if (damages[i].then >= 0) {
		report =
		    answer_report(&answer, damages[i].failed > 0 ? 500 : 200);
		assert_int_equal(report.refreshed, damages[i].then);
	}
	if (damages[i].failed > 0)
		assert_string_equal(first_row(), row);
}

static void
the_status_tells_the_truth_about_the_database(void **state)
{
	(void)state;
	listener_start(&world, &function, NULL);
	for (size_t i = 0; i < COUNT(damages); i++)
		suffer(i);
	listener_end(&function);
}

/* D-08: somebody holds the table, and lets go. */
static void
a_table_that_is_locked_is_waited_for_by_the_caller(void **state)
{
	struct wire_answer answer;
	struct report      report;
	PGconn            *conn;

	(void)state;
	begin(2);
	listener_start(&world, &function, NULL);
	conn = PQconnectdb(postgres_superuser(world.postgres));
	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	PQclear(PQexec(
	    conn, "BEGIN; LOCK TABLE tokenstore.account IN EXCLUSIVE MODE"));
	assert_int_equal(PQtransactionStatus(conn), PQTRANS_INTRANS);
	answer = listener_call(&function, "", "");
	report = answer_report(&answer, 503);
	assert_int_equal(report.due, 0);
	assert_int_equal(report.remaining, 2);
	PQfinish(conn);
	answer = listener_call(&function, "", "");
	/* A claim that nobody waits for any more may have been made as the
	 * lock went: then the two are leased for a while. */
	assert_int_equal(answer_report(&answer, 200).refreshed +
			     enrolled_stats(&world).leased,
	    2);
	listener_end(&function);
	assert_int_equal(enrolled_stats(&world).needs_consent, 0);
}

/* F-61: when nearly everybody is refused, it is not they. */
static void
many_refusals_are_our_own_fault(void **state)
{
	struct wire_answer answer;
	char               body[64];

	(void)state;
	begin(20);
	listener_start(&world, &function, NULL);
	for (size_t i = 0; i < enrolled.count; i++) {
		snprintf(body, sizeof(body), "{\"athlete\":%lld}",
		    (long long)enrolled.ids[i]);
		world_tell(&world, "/_control/revoke", body);
	}
	answer = listener_call(&function, "", "");
	assert_int_equal(answer_report(&answer, 500).revoked, 4);
	assert_int_equal(enrolled_stats(&world).needs_consent, 4);
	assert_int_equal(enrolled_stats(&world).active, 16);
	assert_logged(&function.process, "something else must be wrong");
	listener_end(&function);
}

static void *
call(void *arg)
{
	struct wire_answer *answer = arg;

	*answer = listener_call(&function, "", "");
	return NULL;
}

/* F-54: the token waits for the database. */
static void
a_database_that_comes_back_costs_nothing(void **state)
{
	static struct wire_answer answer;
	pthread_t                 thread;
	int64_t before = world_calls(&world, "POST /oauth/token");

	(void)state;
	begin(1);
	listener_start(&world, &function, NULL);
	world_tell(&world, "/_control/faults",
	    "[{\"path\":\"/oauth/token\",\"action\":\"delay:500\"}]");
	assert_int_equal(pthread_create(&thread, NULL, call, &answer), 0);
	while (world_calls(&world, "POST /oauth/token") == before)
		clock_sleep_ms(10, NULL);
	postgres_crash(world.postgres);
	clock_sleep_ms(1000, NULL);
	postgres_restart(world.postgres);
	pthread_join(thread, NULL);
	assert_int_equal(answer_report(&answer, 200).refreshed, 1);
	listener_end(&function);
	assert_int_equal(enrolled_compare(&world, &enrolled), 0);
}

/* D-01: the tables are made by whoever comes first. */
static void
tables_that_are_missing_are_made(void **state)
{
	struct wire_answer answer;

	(void)state;
	world_new_database(&world);
	listener_start(&world, &function, NULL);
	answer = listener_call(&function, "", "");
	assert_int_equal(answer_report(&answer, 200).due, 0);
	listener_end(&function);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_tells_the_truth_about_strava),
		cmocka_unit_test(the_status_tells_the_truth_about_the_database),
		cmocka_unit_test(
		    a_table_that_is_locked_is_waited_for_by_the_caller),
		cmocka_unit_test(many_refusals_are_our_own_fault),
		cmocka_unit_test(a_database_that_comes_back_costs_nothing),
		cmocka_unit_test(tables_that_are_missing_are_made),
	};

	return cmocka_run_group_tests_name(
	    "apps function_status", tests, start, scene_close);
}
