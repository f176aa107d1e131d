/* SPDX-License-Identifier: MIT */
#include "certificate.h"
#include "clock.h"
#include "pg.h"
#include "postgres.h"
#include "test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct postgres *server;

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

static struct pg *
connect_to(const char *conninfo, const char *password)
{
	struct pg *pg = pg_new(conninfo, password, "test", 3000, 5000);

	assert_non_null(pg);
	return pg;
}

/* The outcome of one statement on a connection of its own. */
static enum pg_class
try(const char *conninfo, const char *password, const char *sql,
    struct pg_error *error)
{
	struct pg    *pg = connect_to(conninfo, password);
	enum pg_class kind = pg_run(pg, sql, NULL, 0, NULL, error);

	assert_true(kind == PG_OK || kind == error->class);
	pg_free(pg);
	return kind;
}

/* PG-2 */
static void
values_come_back_as_they_went(void **state)
{
	static const unsigned char bytes[] = { 0, 1, 0x5c, 0x78, 0xff, '\'' };
	char                       number[PG_INT_SIZE];
	const struct pg_param      params[] = { pg_int(number, INT64_MIN),
		     PG_TEXT("it's; \\ \xc3\xa9"), PG_BYTES(bytes, sizeof(bytes)),
		     { NULL, 0 }, PG_TEXT("") };
	struct pg        *pg = connect_to(postgres_conninfo(server), NULL);
	struct pg_error   error;
	struct pg_result *r;
	size_t            len;

	(void)state;
	assert_int_equal(pg_run(pg,
			     "SELECT $1::int8, $2::text, $3::bytea, $4::text,"
			     " $5::bytea, true",
			     params, 5, &r, &error),
	    PG_OK);
	assert_int_equal(pg_result_rows(r), 1);
	assert_true(pg_result_int(r, 0, 0) == INT64_MIN);
	assert_string_equal(pg_result_text(r, 0, 1), params[1].data);
	assert_memory_equal(pg_result_bytes(r, 0, 2, &len), bytes, 6);
	assert_int_equal(len, 6);
	assert_true(pg_result_null(r, 0, 3));
	assert_string_equal(pg_result_text(r, 0, 3), "");
	pg_result_bytes(r, 0, 4, &len);
	assert_int_equal(len, 0);
	assert_int_equal(pg_result_int(r, 0, 5), 1);
	pg_result_free(r);
	pg_free(pg);
}

static void
what_is_large_passes_both_ways(void **state)
{
	static char       text[8 * 1024 * 1024];
	struct pg        *pg = connect_to(postgres_conninfo(server), NULL);
	struct pg_error   error;
	struct pg_result *r;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(
	    pg_run(pg, "SELECT $1::text", &PG_TEXT(text), 1, &r, &error),
	    PG_OK);
	assert_int_equal(strlen(pg_result_text(r, 0, 0)), sizeof(text) - 1);
	pg_result_free(r);
	pg_free(pg);
}

static void
each_refusal_has_its_class(void **state)
{
	static const struct {
		const char   *sql;
		enum pg_class kind;
		const char   *sqlstate;
	} cases[] = {
		{ "SELECT 1 FROM nowhere", PG_MISSING, "42P01" },
		{ "SELECT 1 FROM no.where", PG_MISSING, "42P01" },
		{ "SELECT nothing FROM pg_class", PG_MISSING, "42703" },
		{ "SELECT pg_read_file('/etc/hostname')", PG_DENIED, "42501" },
		{ "SELEC", PG_OTHER, "42601" },
		{ "SELECT 1/0", PG_VALUE, "22012" },
	};
	const char     *conninfo = postgres_conninfo(server);
	struct pg_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    try(conninfo, NULL, cases[i].sql, &error), cases[i].kind);
		assert_string_equal(error.sqlstate, cases[i].sqlstate);
	}
}

/* PG-10 */
static void
no_message_shows_data(void **state)
{
	const char     *conninfo = postgres_conninfo(server);
	struct pg_error error;

	(void)state;
	assert_int_equal(
	    try(conninfo, NULL, "SELECT 'hunter2'::int8", &error), PG_VALUE);
	assert_string_equal(error.message, "the server refused a value");
	postgres_sql(server, "CREATE TABLE strict (a text NOT NULL, b text);"
			     "GRANT ALL ON strict TO app");
	assert_int_equal(
	    try(conninfo, NULL, "INSERT INTO strict VALUES (NULL, 'hunter2')",
		&error),
	    PG_VALUE);
	assert_non_null(strstr(error.message, "null value in column"));
	assert_null(strstr(error.message, "hunter2"));
}

static void
a_wrong_password_is_told_from_none(void **state)
{
	char            conninfo[400];
	struct pg_error error;

	(void)state;
	postgres_sql(server, "CREATE ROLE tess LOGIN PASSWORD 'right'");
	/* Of a repeated keyword, the last one counts. */
	snprintf(conninfo, sizeof(conninfo), "%s user=tess",
	    postgres_conninfo(server));
	assert_int_equal(try(conninfo, "right", "SELECT 1", &error), PG_OK);
	assert_int_equal(try(conninfo, "wrong", "SELECT 1", &error), PG_DENIED);
	assert_string_equal(error.sqlstate, "28P01");
	assert_non_null(strstr(error.message,
	    "FATAL: password authentication failed for user \"tess\""));
	assert_int_equal(try(conninfo, NULL, "SELECT 1", &error), PG_DENIED);
	assert_non_null(strstr(error.message, "no password supplied"));
	snprintf(conninfo, sizeof(conninfo), "%s user=nobody_here",
	    postgres_conninfo(server));
	assert_int_equal(try(conninfo, "x", "SELECT 1", &error), PG_DENIED);
}

static void
where_there_is_no_server_it_says_so(void **state)
{
	char            conninfo[400];
	struct pg_error error;

	(void)state;
	snprintf(conninfo, sizeof(conninfo), "%s dbname=nowhere",
	    postgres_conninfo(server));
	assert_int_equal(try(conninfo, NULL, "SELECT 1", &error), PG_MISSING);
	assert_string_equal(error.sqlstate, "3D000");
	assert_non_null(
	    strstr(error.message, "database \"nowhere\" does not exist"));

	assert_int_equal(try("host=no-such-host.invalid sslmode=verify-full",
			     NULL, "SELECT 1", &error),
	    PG_CONNECTION);
	assert_non_null(strstr(error.message, "no-such-host.invalid"));
	assert_int_equal(
	    try("host=/nonexistent", NULL, "SELECT 1", &error), PG_CONNECTION);
	assert_non_null(strstr(error.message, "No such file or directory"));
	assert_null(strchr(error.message, '\n'));
}

/* A socket that takes connections and never says anything. */
static int
silent_server(int *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t          len = sizeof(addr);
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	*port = ntohs(addr.sin_port);
	return fd;
}

static void
a_silent_server_is_left_at_the_deadline(void **state)
{
	char            conninfo[128];
	int             port, fd = silent_server(&port);
	int64_t         start;
	struct pg      *pg;
	struct pg_error error;

	(void)state;
	snprintf(conninfo, sizeof(conninfo),
	    "host=127.0.0.1 port=%d user=x sslmode=disable", port);
	pg = pg_new(conninfo, NULL, "test", 300, 5000);
	start = clock_steady_ms();
	assert_int_equal(
	    pg_run_again(pg, "SELECT 1", NULL, 0, NULL, &error), PG_TIMEOUT);
	assert_in_range(clock_steady_ms() - start, 290, 2000);
	assert_non_null(strstr(error.message, "no answer from the server"));
	pg_free(pg);
	close(fd);
}

static void
of_several_hosts_the_one_that_answers_is_used(void **state)
{
	char            conninfo[512], host[256];
	int             port, fd = silent_server(&port);
	struct pg      *pg;
	struct pg_error error;

	(void)state;
	assert_int_equal(
	    sscanf(postgres_conninfo(server), "host=%255s", host), 1);
	snprintf(conninfo, sizeof(conninfo),
	    "host=127.0.0.1,/nonexistent,%s port=%d,5432,5432 dbname=postgres "
	    "user=app",
	    host, port);
	pg = pg_new(conninfo, NULL, "test", 300, 5000);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
	close(fd);
}

static void
a_slow_statement_is_left_at_the_deadline(void **state)
{
	struct pg *pg =
	    pg_new(postgres_conninfo(server), NULL, "test", 3000, 400);
	struct pg_error error;
	int64_t         start;

	(void)state;
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	start = clock_steady_ms();
	assert_int_equal(
	    pg_run(pg, "SELECT pg_sleep(5)", NULL, 0, NULL, &error),
	    PG_TIMEOUT);
	assert_in_range(clock_steady_ms() - start, 390, 2000);
	/* The next call has a connection of its own. */
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

static void
a_transaction_shares_one_deadline(void **state)
{
	struct pg *pg =
	    pg_new(postgres_conninfo(server), NULL, "test", 3000, 600);
	struct pg_error error;
	enum pg_class   kind = PG_OK;
	int64_t         start = clock_steady_ms();

	(void)state;
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	while (kind == PG_OK)
		kind =
		    pg_run(pg, "SELECT pg_sleep(0.25)", NULL, 0, NULL, &error);
	assert_int_equal(kind, PG_TIMEOUT);
	assert_in_range(clock_steady_ms() - start, 590, 2500);
	/* What follows must not run outside of the transaction. */
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_CONNECTION);
	pg_rollback(pg);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

/* PG-3 */
static void
the_commit_of_a_failed_transaction_is_no_success(void **state)
{
	struct pg      *pg = connect_to(postgres_conninfo(server), NULL);
	struct pg_error error;

	(void)state;
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(
	    pg_run(pg, "SELECT 1/0", NULL, 0, NULL, &error), PG_VALUE);
	assert_int_equal(pg_commit(pg, &error), PG_OTHER);
	assert_non_null(strstr(error.message, "rolled the transaction back"));
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	assert_int_equal(pg_commit(pg, &error), PG_OK);
	pg_free(pg);
}

static void
a_script_takes_effect_as_a_whole_or_not_at_all(void **state)
{
	struct pg      *pg = connect_to(postgres_superuser(server), NULL);
	struct pg_error error;

	(void)state;
	assert_int_equal(
	    pg_run_script(pg, "CREATE TABLE half (a int); SELECT 1/0", &error),
	    PG_VALUE);
	assert_int_equal(
	    pg_run(pg, "SELECT 1 FROM half", NULL, 0, NULL, &error),
	    PG_MISSING);
	pg_free(pg);
}

/* Ends the server process of every connection but our own. */
static void
kill_backends(void)
{
	postgres_sql(server, "SELECT pg_terminate_backend(pid, 5000)"
			     " FROM pg_stat_activity"
			     " WHERE pid <> pg_backend_pid()"
			     " AND backend_type = 'client backend'");
}

static void
a_connection_that_was_killed_while_idle_is_replaced(void **state)
{
	struct pg      *pg = connect_to(postgres_conninfo(server), NULL);
	struct pg_error error;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
		kill_backends();
	}
	assert_int_equal(pg_begin(pg, &error), PG_OK);
	kill_backends();
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_CONNECTION);
	pg_rollback(pg);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

/* PG-5 */
static void
a_server_that_comes_back_is_found_again(void **state)
{
	struct pg *pg =
	    pg_new(postgres_conninfo(server), NULL, "test", 1000, 2000);
	struct pg_error error;

	(void)state;
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	postgres_crash(server);
	assert_int_equal(
	    pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_CONNECTION);
	postgres_restart(server);
	assert_int_equal(pg_run(pg, "SELECT 1", NULL, 0, NULL, &error), PG_OK);
	pg_free(pg);
}

/* PG-7, E-13 */
static void
conninfo_is_checked_before_anything_is_sent(void **state)
{
	static const struct {
		const char *conninfo, *message;
	} cases[] = {
		{ "", NULL },
		{ "host=/run/postgresql dbname=x", NULL },
		{ "postgresql://u@localhost/x", NULL },
		{ "postgresql://u@127.0.0.1:5433,[::1]/x", NULL },
		{ "host=db.example.org sslmode=verify-full", NULL },
		{ "host=db.example.org hostaddr=127.0.0.1", NULL },
		{ "postgresql://u@db.example.org/x", "sslmode=verify-full" },
		{ "host=db.example.org sslmode=require", "verify-full" },
		{ "host=localhost,db.example.org", "verify-full" },
		{ "host=localhost hostaddr=192.0.2.1", "verify-full" },
		{ "service=x", "verify-full" },
		{ "nonsense", "neither postgresql://" },
		{ "hots=localhost", "neither postgresql://" },
		{ "postgresql://u:p@ss@db/x", "holds an \"@\"" },
	};
	char message[200];
	bool good;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		message[0] = '\0';
		good = pg_check_conninfo(
		    cases[i].conninfo, message, sizeof(message));
		if (good != (cases[i].message == NULL) ||
		    (!good && strstr(message, cases[i].message) == NULL))
			fail_msg("%s: %s", cases[i].conninfo, message);
		assert_null(strstr(message, "ss@db"));
	}
}

/* PG-6, D-22 */
static void
too_many_connections_is_a_matter_of_waiting(void **state)
{
	struct pg      *pg[4];
	struct pg_error error = { 0 };
	enum pg_class   kind = PG_OK;

	(void)state;
	postgres_sql(server, "ALTER ROLE app CONNECTION LIMIT 2");
	for (int i = 0; i < 4; i++) {
		pg[i] =
		    pg_new(postgres_conninfo(server), NULL, "test", 3000, 2000);
		kind = pg_run(pg[i], "SELECT 1", NULL, 0, NULL, &error);
		assert_int_equal(kind, i < 2 ? PG_OK : PG_BUSY);
	}
	assert_string_equal(error.sqlstate, "53300");
	for (int i = 0; i < 4; i++)
		pg_free(pg[i]);
	postgres_sql(server, "ALTER ROLE app CONNECTION LIMIT -1");
}

/* The server listens on an address of its own, with this certificate. */
static void
switch_tls_on(const struct certificate *c, const char *address)
{
	char        sql[4][200];
	struct stat owner;

	assert_int_equal(
	    stat(postgres_value(server, "SHOW data_directory"), &owner), 0);
	assert_int_equal(chown(c->folder, owner.st_uid, owner.st_gid), 0);
	assert_int_equal(chown(c->key, owner.st_uid, owner.st_gid), 0);
	snprintf(sql[0], 200, "ALTER SYSTEM SET ssl_cert_file = '%s'",
	    c->certificate);
	snprintf(sql[1], 200, "ALTER SYSTEM SET ssl_key_file = '%s'", c->key);
	snprintf(
	    sql[2], 200, "ALTER SYSTEM SET listen_addresses = '%s'", address);
	snprintf(sql[3], 200, "ALTER SYSTEM SET ssl = on");
	for (size_t i = 0; i < 4; i++)
		postgres_sql(server, sql[i]);
	postgres_crash(server);
	postgres_restart(server);
}

static enum pg_class
try_over_tls(const char *host, const char *address, const char *rootcert,
    struct pg_error *error)
{
	char conninfo[300];

	snprintf(conninfo, sizeof(conninfo),
	    "host=%s hostaddr=%s dbname=postgres user=tessa"
	    " sslmode=verify-full sslrootcert=%s",
	    host, address, rootcert);
	error->message[0] = '\0';
	return try(conninfo, "right",
	    "SELECT 1 / ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
	    error);
}

/* One that has no certificate at all is not talked to in clear text. */
static void
expect_no_clear_text(const char *address, const char *rootcert)
{
	struct pg_error error;

	postgres_sql(server, "ALTER SYSTEM SET ssl = off");
	postgres_crash(server);
	postgres_restart(server);
	assert_int_equal(
	    try_over_tls("db.example.org", address, rootcert, &error),
	    PG_CONNECTION);
	assert_non_null(strstr(error.message, "does not support SSL"));
}

/* PG-7, E-13, E-14, E-15: over a network, only to the one whose name and issuer
 * are right, whatever the environment says. */
static void
only_a_verified_server_is_talked_to(void **state)
{
	struct certificate c, other;
	char               address[32], message[200];
	struct pg_error    error;
	const struct {
		const char   *host, *rootcert;
		enum pg_class kind;
		const char   *message;
	} cases[] = {
		{ "db.example.org", c.certificate, PG_OK, "" },
		{ "db.example.com", c.certificate, PG_CONNECTION,
		    "does not match host name" },
		{ "db.example.org", other.certificate, PG_CONNECTION,
		    "certificate verify failed" },
		{ "db.example.org", "/nonexistent", PG_CONNECTION,
		    "does not exist" },
		{ "db.example.org", "/dev/null", PG_CONNECTION,
		    "root certificate" },
	};

	(void)state;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread */
	setenv("PGSSLMODE", "disable", 1);
	assert_false(
	    pg_check_conninfo("host=db.example.org", message, sizeof(message)));
	/* Its port is everybody's: the address is not. */
	snprintf(address, sizeof(address), "127.%d.%d.1",
	    1 + (int)getpid() / 250 % 250, (int)getpid() % 250);
	certificate_make(&c, "subjectAltName=DNS:db.example.org");
	certificate_make(&other, "subjectAltName=DNS:db.example.org");
	postgres_sql(server, "CREATE ROLE tessa LOGIN PASSWORD 'right'");
	switch_tls_on(&c, address);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (try_over_tls(cases[i].host, address, cases[i].rootcert,
			&error) != cases[i].kind ||
		    strstr(error.message, cases[i].message) == NULL)
			fail_msg("%zu: %s", i, error.message);
	expect_no_clear_text(address, c.certificate);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread */
	unsetenv("PGSSLMODE");
	certificate_remove(&c);
	certificate_remove(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back_as_they_went),
		cmocka_unit_test(what_is_large_passes_both_ways),
		cmocka_unit_test(each_refusal_has_its_class),
		cmocka_unit_test(no_message_shows_data),
		cmocka_unit_test(a_wrong_password_is_told_from_none),
		cmocka_unit_test(where_there_is_no_server_it_says_so),
		cmocka_unit_test(a_silent_server_is_left_at_the_deadline),
		cmocka_unit_test(of_several_hosts_the_one_that_answers_is_used),
		cmocka_unit_test(a_slow_statement_is_left_at_the_deadline),
		cmocka_unit_test(a_transaction_shares_one_deadline),
		cmocka_unit_test(
		    the_commit_of_a_failed_transaction_is_no_success),
		cmocka_unit_test(
		    a_script_takes_effect_as_a_whole_or_not_at_all),
		cmocka_unit_test(
		    a_connection_that_was_killed_while_idle_is_replaced),
		cmocka_unit_test(a_server_that_comes_back_is_found_again),
		cmocka_unit_test(conninfo_is_checked_before_anything_is_sent),
		cmocka_unit_test(too_many_connections_is_a_matter_of_waiting),
		cmocka_unit_test(only_a_verified_server_is_talked_to),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
