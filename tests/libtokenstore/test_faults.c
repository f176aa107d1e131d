/* SPDX-License-Identifier: MIT */
#include <libpq-fe.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "fixture.h"
#include "pg.h"
#include "pg_internal.h"
#include "proxy.h"

/*
 * What a database does when it does not just answer, each thing for real: PG-1
 * (every call ends), PG-3 (an unknown outcome), PG-4 (what each refusal asks
 * for).
 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pg *
connect_to(const char *conninfo, int64_t call_timeout_ms)
{
	struct pg *pg = pg_new(conninfo, NULL, "test", 3000, call_timeout_ms);

	assert_non_null(pg);
	return pg;
}

/* Another session, that tests drive by hand. */
static PGconn *
session(struct fixture *f, const char *sql)
{
	PGconn   *conn = PQconnectdb(postgres_superuser(f->pg));
	PGresult *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(conn));
	PQclear(result);
	return conn;
}

/* Two rows that the role "app" may change. */
static void
make_rows(struct fixture *f)
{
	postgres_sql(f->pg,
	    "CREATE TABLE rows (a int PRIMARY KEY, b int);"
	    "INSERT INTO rows VALUES (1, 0), (2, 0); GRANT ALL ON rows TO app");
}

/* The last of some statements in a transaction fails so. */
static void
check_refusal(struct fixture *f, const char *const *statements,
    enum pg_class kind, const char *sqlstate)
{
	struct pg      *pg = connect_to(postgres_conninfo(f->pg), 8000);
	struct pg_error error = { 0 };
	enum pg_class   last = PG_OK;

	assert_int_equal(pg_begin(pg, &error), PG_OK);
	for (; *statements != NULL; statements++) {
		if (last != PG_OK)
			fail_msg("%s: %s", error.sqlstate, error.message);
		last = pg_run(pg, *statements, NULL, 0, NULL, &error);
	}
	assert_int_equal(last, kind);
	assert_string_equal(error.sqlstate, sqlstate);
	pg_rollback(pg);
	/* Whatever it was, the next call works. */
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

#define STATEMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
refusals_of_one_session_have_their_class(void **state)
{
	const struct {
		const char *const *statements;
		enum pg_class      kind;
		const char        *sqlstate;
	} cases[] = {
		{ STATEMENTS(
		      "SET LOCAL statement_timeout = 30", "SELECT pg_sleep(9)"),
		    PG_WAITED, "57014" },
		{ STATEMENTS(
		      "SET TRANSACTION READ ONLY", "UPDATE rows SET b = 1"),
		    PG_READ_ONLY, "25006" },
		{ STATEMENTS("SELECT pg_terminate_backend(pg_backend_pid()), "
			     "pg_sleep(9)"),
		    PG_CONNECTION, "57P01" },
		{ STATEMENTS("INSERT INTO rows VALUES (1)"), PG_UNIQUE,
		    "23505" },
		{ STATEMENTS("INSERT INTO rows VALUES (NULL)"), PG_VALUE,
		    "23502" },
		{ STATEMENTS("SELECT 'x'::int"), PG_VALUE, "22P02" },
		{ STATEMENTS("SELECT to_timestamp(9e18)"), PG_VALUE, "22008" },
		{ STATEMENTS("CREATE TABLE nowhere.a ()"), PG_MISSING,
		    "3F000" },
		{ STATEMENTS("SELECT 1 FROM nowhere"), PG_MISSING, "42P01" },
		{ STATEMENTS("SELECT c FROM rows"), PG_MISSING, "42703" },
		{ STATEMENTS("SELECT pg_read_file('/etc/hostname')"), PG_DENIED,
		    "42501" },
		{ STATEMENTS("SELECT no_function()"), PG_OTHER, "42883" },
	};
	struct fixture *f = *state;

	make_rows(f);
	for (size_t i = 0; i < COUNT(cases); i++)
		check_refusal(
		    f, cases[i].statements, cases[i].kind, cases[i].sqlstate);
}

static void
an_idle_transaction_that_the_server_ends_is_a_broken_one(void **state)
{
	struct fixture *f = *state;
	struct pg      *pg = connect_to(postgres_conninfo(f->pg), 5000);
	struct pg_error error;

	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(
	    pg_run(pg, "SET LOCAL idle_in_transaction_session_timeout = 20",
		NULL, 0, NULL, &error),
	    PG_OK);
	clock_sleep_ms(200, NULL);
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_CONNECTION);
	pg_rollback(pg);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

static void
a_message_that_is_none_breaks_the_connection(void **state)
{
	struct fixture       *f = *state;
	struct pg            *pg = connect_to(postgres_conninfo(f->pg), 500);
	const struct pg_param bad = PG_BYTES("abc", 3);
	struct pg_error       error;

	assert_int_equal(pg_run(pg, "SELECT $1::int8", &bad, 1, NULL, &error),
	    PG_CONNECTION);
	assert_string_equal(error.sqlstate, "08P01");
	pg_free(pg);
}

static void
a_lock_and_a_conflict_have_their_class(void **state)
{
	struct fixture *f = *state;
	PGconn         *other;

	make_rows(f);
	other = session(f, "BEGIN; UPDATE rows SET b = 1 WHERE a = 1");
	check_refusal(f,
	    STATEMENTS("SELECT 1 FROM rows WHERE a = 1 FOR UPDATE NOWAIT"),
	    PG_WAITED, "55P03");
	check_refusal(f,
	    STATEMENTS("SET LOCAL lock_timeout = 20",
		"UPDATE rows SET b = 2 WHERE a = 1"),
	    PG_WAITED, "55P03");
	PQfinish(other);
}

static void
a_serialization_failure_has_its_class(void **state)
{
	struct fixture *f = *state;
	struct pg      *pg = connect_to(postgres_conninfo(f->pg), 5000);
	struct pg_error error;

	make_rows(f);
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(
	    pg_run(pg, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", NULL,
		0, NULL, &error),
	    PG_OK);
	assert_int_equal(
	    pg_run(pg, "SELECT 1 FROM rows", NULL, 0, NULL, &error), PG_OK);
	postgres_sql(f->pg, "UPDATE rows SET b = 1");
	assert_int_equal(
	    pg_run(pg, "UPDATE rows SET b = 2", NULL, 0, NULL, &error),
	    PG_AGAIN);
	assert_string_equal(error.sqlstate, "40001");
	pg_rollback(pg);
	pg_free(pg);
}

static void
a_deadlock_has_its_class(void **state)
{
	struct fixture *f = *state;
	struct pg      *pg = connect_to(postgres_conninfo(f->pg), 9000);
	struct pg_error error;
	PGconn         *other;

	make_rows(f);
	/* It is patient, so that we are the one who looks for deadlocks. */
	other = session(f, "SET deadlock_timeout = '60s'; BEGIN;"
			   "UPDATE rows SET b = 1 WHERE a = 1");
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(pg_run(pg, "UPDATE rows SET b = 2 WHERE a = 2", NULL,
			     0, NULL, &error),
	    PG_OK);
	assert_int_equal(
	    PQsendQuery(other, "UPDATE rows SET b = 1 WHERE a = 2"), 1);
	assert_int_equal(pg_run(pg, "UPDATE rows SET b = 2 WHERE a = 1", NULL,
			     0, NULL, &error),
	    PG_AGAIN);
	assert_string_equal(error.sqlstate, "40P01");
	pg_rollback(pg);
	PQfinish(other);
	pg_free(pg);
}

/* A folder of 16 MB for a tablespace, in a file system that only this process
 * and its children see.  False where that is not allowed. */
static bool
make_small_disk(struct fixture *f, char dir[128])
{
	struct stat owner;

	snprintf(dir, 128, "%s", postgres_value(f->pg, "SHOW data_directory"));
	if (stat(dir, &owner) != 0)
		return false;
	snprintf(dir, 128, "/tmp/pgsmall.XXXXXX");
	assert_non_null(mkdtemp(dir));
	if (mount("tmpfs", dir, "tmpfs", 0, "size=16m") == 0 &&
	    chown(dir, owner.st_uid, owner.st_gid) == 0)
		return true;
	rmdir(dir);
	return false;
}

static void
a_full_disk_has_its_class(void **state)
{
	struct fixture *f = *state;
	char            dir[128], sql[256];

	if (!make_small_disk(f, dir))
		skip();
	snprintf(
	    sql, sizeof(sql), "CREATE TABLESPACE small LOCATION '%s'", dir);
	PQfinish(session(f, sql));
	postgres_sql(f->pg, "CREATE TABLE large (a text) TABLESPACE small;"
			    "GRANT ALL ON large TO app");
	check_refusal(f,
	    STATEMENTS("INSERT INTO large SELECT repeat('x', 1000)"
		       " FROM generate_series(1, 100000)"),
	    PG_FULL, "53100");
	/* And it is full only as long as it is. */
	check_refusal(f,
	    STATEMENTS("INSERT INTO large VALUES ('x')", "SELECT 1/0"),
	    PG_VALUE, "22012");
	postgres_sql(f->pg, "DROP TABLE large");
	PQfinish(session(f, "DROP TABLESPACE small"));
	umount2(dir, MNT_DETACH);
	rmdir(dir);
}

/* Those that a test cannot bring about, and what comes before and after. */
static void
every_code_has_its_class(void **state)
{
	static const struct {
		const char   *sqlstate;
		enum pg_class kind;
	} cases[] = { { "08006", PG_CONNECTION }, { "57P02", PG_CONNECTION },
		{ "57P03", PG_CONNECTION }, { "25P04", PG_CONNECTION },
		{ "40003", PG_CONNECTION }, { "53200", PG_FULL },
		{ "53400", PG_FULL }, { "58030", PG_FULL },
		{ "53300", PG_BUSY }, { "28000", PG_DENIED },
		{ "3D000", PG_MISSING }, { "25P02", PG_OTHER },
		{ "42601", PG_OTHER }, { "XX000", PG_OTHER },
		{ "", PG_OTHER } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(pg_class_of(cases[i].sqlstate), cases[i].kind);
}

/* How often a statement was carried out that always fails so. */
static int64_t
tries_of(struct fixture *f, const char *sqlstate, bool succeeds_late)
{
	struct pg      *pg = connect_to(postgres_conninfo(f->pg), 4000);
	struct pg_error error;
	char            sql[512];
	enum pg_class   kind;

	/* A sequence counts what was rolled back too. */
	snprintf(sql, sizeof(sql),
	    "CREATE SEQUENCE tries; GRANT ALL ON SEQUENCE tries TO app;"
	    "CREATE FUNCTION fail() RETURNS int LANGUAGE plpgsql AS $$BEGIN"
	    " IF nextval('tries') < %d THEN RAISE SQLSTATE '%s'; END IF;"
	    " RETURN 1; END$$",
	    succeeds_late ? 3 : 100, sqlstate);
	postgres_sql(f->pg, sql);
	kind = pg_run(pg, "SELECT fail()", NULL, 0, NULL, &error);
	assert_int_equal(kind, succeeds_late ? PG_OK : pg_class_of(sqlstate));
	pg_free(pg);
	snprintf(sql, sizeof(sql), "%s", postgres_value(f->pg, "TABLE tries"));
	postgres_sql(f->pg, "DROP FUNCTION fail; DROP SEQUENCE tries");
	return strtol(sql, NULL, 10);
}

static void
what_was_not_done_is_done_again_within_reason(void **state)
{
	struct fixture *f = *state;

	assert_number(tries_of(f, "40001", true), 3);
	assert_in_range(tries_of(f, "40001", false), 3, 6);
	assert_number(tries_of(f, "55P03", false), 2);
	assert_number(tries_of(f, "57014", false), 2);
	assert_number(tries_of(f, "22012", false), 1);
	assert_number(tries_of(f, "53100", false), 1);
	assert_number(tries_of(f, "42501", false), 1);
}

/* What went over a link, and where its messages begin. */
struct tape {
	pthread_mutex_t lock;
	struct buf      bytes[2];
};

struct place {
	enum proxy_way way;
	size_t         at;
};

static void
record(void *ctx, uint64_t connection, enum proxy_way way, const char *bytes,
    size_t len)
{
	struct tape *tape = ctx;

	(void)connection;
	pthread_mutex_lock(&tape->lock);
	buf_add(&tape->bytes[way], bytes, len);
	pthread_mutex_unlock(&tape->lock);
}

/* Lists the messages of one way, up to a goodbye.  The first one of a client has
 * no type. */
static size_t
list_messages(const struct tape *tape, enum proxy_way way, struct place *places)
{
	const unsigned char *p = (const void *)tape->bytes[way].data;
	size_t at = 0, count = 0, head, end = tape->bytes[way].len;

	while (at < end) {
		head = way == PROXY_UP && at == 0 ? 0 : 1;
		if (head == 1 && p[at] == 'X')
			break;
		places[count++] = (struct place){ way, at };
		at += head + ((size_t)p[at + head + 2] << 8) + p[at + head + 3];
	}
	return count;
}

/* The messages of a short dialogue, both ways. */
static size_t
record_dialogue(struct proxy *proxy, const char *conninfo, struct tape *tape,
    struct place *places)
{
	struct pg      *pg = connect_to(conninfo, 5000);
	struct pg_error error;
	size_t          count;

	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
	proxy_cut(proxy);
	pthread_mutex_lock(&tape->lock);
	count = list_messages(tape, PROXY_UP, places);
	count += list_messages(tape, PROXY_DOWN, places + count);
	pthread_mutex_unlock(&tape->lock);
	return count;
}

/* The plan's silence ends a call; after it the next one has a connection of its
 * own, in the end also on a machine with no time to spare. */
static void
suffer_silence(struct proxy *proxy, const char *conninfo)
{
	struct pg      *pg = connect_to(conninfo, 120);
	struct pg_error error;
	int64_t         began = clock_steady_ms();
	int             tries = 0;

	assert_int_equal(
	    pg_run_again(pg, "SELECT 1", NULL, 0, NULL, &error), PG_TIMEOUT);
	assert_in_range(clock_steady_ms() - began, 110, 10000);
	proxy_plan(proxy, &(struct proxy_plan){ .act = PROXY_PASS });
	while (pg_run_again(pg, "SELECT 1", NULL, 0, NULL, &error) != PG_OK)
		assert_in_range(++tries, 1, 100);
	pg_free(pg);
}

/* PG-1: the link goes silent before each message of a dialogue, and within it. */
static void
silence_ends_every_call_by_its_deadline(void **state)
{
	struct fixture *f = *state;
	struct proxy   *proxy = proxy_to_postgres(postgres_conninfo(f->pg));
	struct tape     tape = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct place    places[100];
	char            conninfo[320];
	size_t          count;

	buf_init(&tape.bytes[0], 65536);
	buf_init(&tape.bytes[1], 65536);
	proxy_watch(proxy, record, &tape);
	proxy_conninfo(
	    proxy, postgres_conninfo(f->pg), conninfo, sizeof(conninfo));
	count = record_dialogue(proxy, conninfo, &tape, places);
	assert_in_range(count, 20, 50);
	/* Each message, and the middle of some. */
	for (size_t i = 0; i < count + count / 4; i++) {
		const struct place *place =
		    &places[i < count ? i : (i - count) * 4];

		proxy_plan(
		    proxy, &(struct proxy_plan){ .act = PROXY_HOLE,
			       .way = place->way,
			       .after = place->at + (i < count ? 0 : 3) });
		suffer_silence(proxy, conninfo);
	}
	proxy_stop(proxy);
	buf_free(&tape.bytes[0]);
	buf_free(&tape.bytes[1]);
}

/* A store that reaches its database through the proxy. */
static tokenstore *
open_through(struct fixture *f, struct proxy *proxy, int64_t call_timeout_ms)
{
	char               conninfo[320];
	tokenstore_options options = { .conninfo = conninfo,
		.keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
		.call_timeout_ms = call_timeout_ms };
	tokenstore        *store;

	proxy_conninfo(
	    proxy, postgres_conninfo(f->pg), conninfo, sizeof(conninfo));
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_OK);
	return store;
}

/* PG-3: the reply to what stores a token never comes. */
static void
what_was_stored_without_our_hearing_of_it_is_stored_once(void **state)
{
	/* The statement for all, then the commit of the slow way. */
	static const char *const texts[] = {
		"UPDATE tokenstore.account t SET due_at", "COMMIT"
	};
	struct fixture *f = *state;
	struct proxy   *proxy = proxy_to_postgres(postgres_conninfo(f->pg));
	tokenstore     *store = open_through(f, proxy, 5000);
	tokenstore_claim_list *list;
	char                   subject[16], refresh[24], sql[256];

	for (int i = 0; i < 20; i++) {
		bool slow = i % 2 == 1;

		snprintf(subject, sizeof(subject), "%d", i);
		snprintf(refresh, sizeof(refresh), "refresh-new-%d", i);
		put(store, subject, "access-1", "refresh-1");
		snprintf(sql, sizeof(sql),
		    "WITH a AS (UPDATE tokenstore.account SET token_seq = 1"
		    " WHERE subject = '%s' RETURNING 1) SELECT count(*) FROM a",
		    subject);
		assert_string_equal(postgres_value(f->pg, sql), "1");
		list = claim_one(store, subject);
		if (slow)
			put(f->store, subject, "access-2", "refresh-2");
		proxy_plan(proxy, &(struct proxy_plan){ .act = PROXY_CUT,
				      .way = PROXY_DOWN,
				      .text = texts[slow],
				      .times = 1 });
		assert_int_equal(
		    save(store, list->items[0], "access-3", refresh), 1);
		assert_int_equal(proxy_counts(proxy).hits, 1);
		proxy_plan(proxy, &(struct proxy_plan){ .act = PROXY_PASS });
		tokenstore_claim_list_free(list);
		snprintf(sql, sizeof(sql),
		    "SELECT (SELECT count(*) FROM tokenstore.spill WHERE"
		    " subject = a.subject) || ':' || lease_id"
		    " FROM tokenstore.account a WHERE subject = '%s'",
		    subject);
		assert_string_equal(
		    postgres_value(f->pg, sql), slow ? "1:0" : "0:0");
	}
	/* The login of the slow way is one more step. */
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) || ':' || min(total_refreshes) || ':'"
		" || max(total_refreshes) || ':' || min(token_seq) || ':'"
		" || max(token_seq) FROM tokenstore.account"),
	    "20:1:1:2:3");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.event"
				  " WHERE kind = 'spilled'"),
	    "10");
	tokenstore_close(store);
	proxy_stop(proxy);
}

/* PG-3: over and over, what was issued last is what the next claim brings. */
static void
what_was_issued_last_is_stored_whatever_is_heard_of_it(void **state)
{
	struct fixture *f = *state;
	struct proxy   *proxy = proxy_to_postgres(postgres_conninfo(f->pg));
	tokenstore     *store = open_through(f, proxy, 5000);
	tokenstore_claim_list *list;
	char                   refresh[24] = "refresh-0";

	put(store, "1", "access", refresh);
	for (int i = 1; i <= 50; i++) {
		list = claim_one(f->store, "1");
		assert_string_equal(list->items[0]->refresh_token, refresh);
		snprintf(refresh, sizeof(refresh), "refresh-%d", i);
		proxy_plan(
		    proxy, &(struct proxy_plan){ .act = PROXY_CUT,
			       .way = PROXY_DOWN,
			       .text = "UPDATE tokenstore.account t SET due_at",
			       .after = (size_t)i % 5,
			       .times = 1 });
		assert_int_equal(
		    save(store, list->items[0], "access", refresh), 1);
		assert_int_equal(proxy_counts(proxy).hits, 1);
		tokenstore_claim_list_free(list);
	}
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT (SELECT count(*) FROM tokenstore.spill) || ':'"
		" || total_refreshes FROM tokenstore.account"),
	    "0:50");
	tokenstore_close(store);
	proxy_stop(proxy);
}

/* The same when nothing is heard at all: the caller repeats it. */
static void
a_save_into_silence_is_repeated_and_stored_once(void **state)
{
	struct fixture  *f = *state;
	struct proxy    *proxy = proxy_to_postgres(postgres_conninfo(f->pg));
	tokenstore      *store = open_through(f, proxy, 300);
	tokenstore_grant grant = grant_of(f->store, "access-2", "refresh-2");
	tokenstore_claim_list *list;
	char                   want[48];

	put(store, "1", "access-1", "refresh-1");
	list = claim_one(store, "1");
	snprintf(want, sizeof(want), "%lld:1",
	    strtoll(postgres_value(
			f->pg, "SELECT token_seq FROM tokenstore.account"),
		NULL, 10) +
		1);
	proxy_plan(
	    proxy, &(struct proxy_plan){ .act = PROXY_HOLE,
		       .way = PROXY_DOWN,
		       .text = "UPDATE tokenstore.account t SET due_at" });
	assert_int_equal(tokenstore_save(store, list->items[0], &grant,
			     grant.expires_at, NULL, NULL),
	    TOKENSTORE_ERR_TIMEOUT);
	proxy_plan(proxy, &(struct proxy_plan){ .act = PROXY_PASS });
	assert_int_equal(
	    save(store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT token_seq || ':' || total_refreshes"
				  " FROM tokenstore.account"),
	    want);
	tokenstore_close(store);
	proxy_stop(proxy);
}

static void
set_read_only(struct postgres *pg, const char *value)
{
	char    sql[80];
	PGconn *conn = PQconnectdb(postgres_superuser(pg));

	snprintf(sql, sizeof(sql),
	    "ALTER SYSTEM SET default_transaction_read_only = %s", value);
	PQclear(PQexec(conn, sql));
	PQclear(PQexec(conn, "SELECT pg_reload_conf()"));
	PQfinish(conn);
	/* Every session hears of it, in its own time. */
	while (strcmp(postgres_value(pg, "SHOW default_transaction_read_only"),
		   value) != 0)
		clock_sleep_ms(10, NULL);
}

/* Starts a server with a table and adds it to a list of hosts and ports. */
static struct postgres *
start_one_of_two(char hosts[520], char ports[16])
{
	struct postgres *pg = postgres_start();
	char             host[256], port[8];
	size_t           h = strlen(hosts), p = strlen(ports);

	postgres_sql(pg, "CREATE TABLE here (a int); GRANT ALL ON here TO app");
	assert_int_equal(
	    sscanf(postgres_conninfo(pg), "host=%255s port=%7s", host, port),
	    2);
	snprintf(hosts + h, 520 - h, "%s%s", h > 0 ? "," : "", host);
	snprintf(ports + p, 16 - p, "%s%s", p > 0 ? "," : "", port);
	return pg;
}

/* Two of them, and how to reach that database of whichever takes writes. */
static void
start_two(struct postgres **one, struct postgres **two, const char *database,
    char conninfo[700])
{
	char hosts[520] = "", ports[16] = "";

	*one = start_one_of_two(hosts, ports);
	*two = start_one_of_two(hosts, ports);
	snprintf(conninfo, 700, "host=%s port=%s dbname=%s user=app", hosts,
	    ports, database);
}

static void
check_rows(struct postgres *pg, const char *expected)
{
	assert_string_equal(
	    postgres_value(pg, "SELECT count(*) FROM here"), expected);
}

static const char add_row[] = "INSERT INTO here VALUES (1)";

/* D-14: Of two servers one takes writes; they change places while we are connected. */
static void
of_two_servers_the_one_that_takes_writes_is_used(void **state)
{
	char             conninfo[700];
	struct postgres *one, *two;
	struct pg       *pg;
	struct pg_error  error;

	(void)state;
	start_two(&one, &two, "app1", conninfo);
	pg = connect_to(conninfo, 5000);
	set_read_only(one, "on");
	assert_int_equal(pg_run(pg, add_row, NULL, 0, NULL, &error), PG_OK);
	check_rows(two, "1");
	set_read_only(one, "off");
	set_read_only(two, "on");
	/* In a transaction the refusal is final; the next one finds the other. */
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(
	    pg_run(pg, add_row, NULL, 0, NULL, &error), PG_READ_ONLY);
	pg_rollback(pg);
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(pg_run(pg, add_row, NULL, 0, NULL, &error), PG_OK);
	assert_int_equal(pg_commit(pg, &error), PG_OK);
	check_rows(one, "1");
	set_read_only(one, "on");
	set_read_only(two, "off");
	assert_int_equal(
	    pg_run_again(pg, add_row, NULL, 0, NULL, &error), PG_OK);
	check_rows(two, "2");
	pg_free(pg);
	/* None at all. */
	set_read_only(two, "on");
	pg = connect_to(conninfo, 300);
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_CONNECTION);
	pg_free(pg);
	postgres_end(one);
	postgres_end(two);
}

/* Commits wait for a standby of that name; "" for none. */
static void
set_standby(struct postgres *pg, const char *name)
{
	char sql[80];

	snprintf(sql, sizeof(sql),
	    "ALTER SYSTEM SET synchronous_standby_names = '%s'", name);
	postgres_sql(pg, sql);
	postgres_sql(pg, "SELECT pg_reload_conf()");
	while (strcmp(postgres_value(pg, "SHOW synchronous_standby_names"),
		   name) != 0)
		clock_sleep_ms(10, NULL);
}

/* As a primary does that was cut off: it says that it takes writes, and does not
 * come back with any. */
static void
a_server_that_does_not_answer_is_left_for_the_next(void **state)
{
	char             conninfo[700];
	struct postgres *one, *two;
	struct pg       *pg;
	struct pg_error  error;

	(void)state;
	start_two(&one, &two, "app1", conninfo);
	set_standby(one, "gone");
	pg = connect_to(conninfo, 1000);
	assert_int_equal(
	    pg_run(pg, add_row, NULL, 0, NULL, &error), PG_TIMEOUT);
	assert_int_equal(pg_run(pg, add_row, NULL, 0, NULL, &error), PG_OK);
	check_rows(two, "1");
	pg_free(pg);
	/* A new program begins with the first, which is full by now. */
	postgres_sql(one, "SET LOCAL synchronous_commit = local;"
			  " ALTER ROLE app CONNECTION LIMIT 0");
	pg = connect_to(conninfo, 1000);
	assert_int_equal(pg_run(pg, add_row, NULL, 0, NULL, &error), PG_OK);
	check_rows(two, "2");
	pg_free(pg);
	set_read_only(two, "on");
	pg = connect_to(conninfo, 1000);
	assert_int_equal(pg_run(pg, add_row, NULL, 0, NULL, &error), PG_BUSY);
	assert_string_equal(error.sqlstate, "53300");
	pg_free(pg);
	postgres_end(one);
	postgres_end(two);
}

/* It has not heard of the newest database yet, or of a password. */
static void
a_standby_that_lags_does_not_speak_for_the_primary(void **state)
{
	char             conninfo[700];
	struct postgres *one, *two;
	struct pg       *pg;
	struct pg_error  error;

	(void)state;
	start_two(&one, &two, "app2", conninfo);
	postgres_new_database(two);
	pg = connect_to(conninfo, 5000);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
	/* What a server refuses says more than that another one is none. */
	set_read_only(two, "on");
	pg = connect_to(conninfo, 5000);
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_MISSING);
	assert_string_equal(error.sqlstate, "3D000");
	pg_free(pg);
	postgres_end(one);
	postgres_end(two);
}

/* A commit that waited for a standby is there after a crash, and the standby may
 * not have it: the repetition waits as well. */
static void
what_a_crash_left_counts_once_a_standby_has_it(void **state)
{
	struct fixture        *f = *state;
	tokenstore_options     options = { .call_timeout_ms = 1000,
		    .keys = KEY_1,
		    .provider = "strava",
		    .client_id = "4711",
		    .actor = "test" };
	tokenstore            *store = open_with(f, &options);
	tokenstore_claim_list *list;
	tokenstore_grant       grant = grant_of(store, "access", "refresh");
	tokenstore_status      status;
	int                    stored = 0;

	put(store, "1", "access-0", "refresh-0");
	list = claim_one(store, "1");
	set_standby(f->pg, "gone");
	assert_int_equal(tokenstore_save(store, list->items[0], &grant,
			     grant.expires_at, NULL, NULL),
	    TOKENSTORE_ERR_TIMEOUT);
	postgres_crash(f->pg);
	postgres_restart(f->pg);
	assert_string_equal(
	    postgres_value(
		f->pg, "SELECT total_refreshes FROM tokenstore.account"),
	    "1");
	assert_int_equal(tokenstore_save(store, list->items[0], &grant,
			     grant.expires_at, NULL, NULL),
	    TOKENSTORE_ERR_TIMEOUT);
	set_standby(f->pg, "");
	do
		status = tokenstore_save(store, list->items[0], &grant,
		    grant.expires_at, &stored, NULL);
	while (status == TOKENSTORE_ERR_TIMEOUT);
	assert_int_equal(status, TOKENSTORE_OK);
	assert_int_equal(stored, 1);
	assert_string_equal(
	    postgres_value(
		f->pg, "SELECT total_refreshes FROM tokenstore.account"),
	    "1");
	tokenstore_claim_list_free(list);
	tokenstore_close(store);
}

struct vault {
	int  asked;
	bool empty;
	char passwords[3][16];
};

static int
tell_password(void *ctx, char *password, size_t password_size, char *message,
    size_t message_size)
{
	struct vault *vault = ctx;

	assert_true(password_size >= 4096);
	if (vault->empty) {
		snprintf(message, message_size, "the vault is empty");
		return -1;
	}
	snprintf(password, password_size, "%s",
	    vault->passwords[vault->asked++ % 3]);
	return 0;
}

static void
a_password_is_asked_for_with_each_connection(void **state)
{
	struct fixture    *f = *state;
	struct vault       vault = { 0, false, { "right", "right", "wrong" } };
	char               conninfo[400];
	tokenstore_options options = { .conninfo = conninfo,
		.keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "vaulted",
		.call_timeout_ms = 300,
		.password_fn = tell_password,
		.password_ctx = &vault };
	tokenstore        *store;
	tokenstore_error   err;
	int64_t            now;

	postgres_sql(f->pg, "CREATE ROLE tess LOGIN PASSWORD 'right'");
	snprintf(conninfo, sizeof(conninfo), "%s user=tess",
	    postgres_conninfo(f->pg));
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_OK);
	assert_int_equal(vault.asked, 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(tokenstore_now(store, &now, &err),
		    i < 3 ? TOKENSTORE_OK : TOKENSTORE_ERR_DENIED);
		assert_int_equal(vault.asked, i);
		postgres_sql(f->pg, "SELECT pg_terminate_backend(pid, 5000)"
				    " FROM pg_stat_activity"
				    " WHERE application_name = 'vaulted'");
	}
	vault.empty = true;
	assert_int_equal(
	    tokenstore_now(store, &now, &err), TOKENSTORE_ERR_CONNECTION);
	assert_string_equal(
	    err.message, "no password for the server: the vault is empty");
	tokenstore_close(store);
	options.password = "x";
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(refusals_of_one_session_have_their_class),
		STORE_TEST(
		    an_idle_transaction_that_the_server_ends_is_a_broken_one),
		STORE_TEST(a_message_that_is_none_breaks_the_connection),
		STORE_TEST(a_lock_and_a_conflict_have_their_class),
		STORE_TEST(a_serialization_failure_has_its_class),
		STORE_TEST(a_deadlock_has_its_class),
		STORE_TEST(a_full_disk_has_its_class),
		cmocka_unit_test(every_code_has_its_class),
		STORE_TEST(what_was_not_done_is_done_again_within_reason),
		STORE_TEST(silence_ends_every_call_by_its_deadline),
		STORE_TEST(
		    what_was_stored_without_our_hearing_of_it_is_stored_once),
		STORE_TEST(
		    what_was_issued_last_is_stored_whatever_is_heard_of_it),
		STORE_TEST(a_save_into_silence_is_repeated_and_stored_once),
		cmocka_unit_test(
		    of_two_servers_the_one_that_takes_writes_is_used),
		cmocka_unit_test(
		    a_server_that_does_not_answer_is_left_for_the_next),
		cmocka_unit_test(
		    a_standby_that_lags_does_not_speak_for_the_primary),
		STORE_TEST(what_a_crash_left_counts_once_a_standby_has_it),
		STORE_TEST(a_password_is_asked_for_with_each_connection),
	};

	/* For the small disk: mounts go away with this process. */
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
