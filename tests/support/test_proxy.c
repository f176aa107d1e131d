/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "postgres.h"
#include "proxy.h"
#include "test.h"

#define SECONDS_20 20000
#define A_MOMENT 50

/* A proxy, the server behind it, and one connection through both. */
struct link {
	struct proxy *proxy;
	int           listener, client, server;
};

static int
listen_on_loopback(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t          len = sizeof(at);
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static int
connect_to(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
join(struct link *l)
{
	l->client = connect_to(proxy_port(l->proxy));
	l->server = accept(l->listener, NULL, NULL);
	assert_true(l->server >= 0);
}

static void
part(struct link *l)
{
	close(l->client);
	close(l->server);
}

static struct link
start(void)
{
	struct link l;
	int         port;

	l.listener = listen_on_loopback(&port);
	l.proxy = proxy_to_port(port);
	join(&l);
	return l;
}

static void
end(struct link *l)
{
	part(l);
	close(l->listener);
	proxy_stop(l->proxy);
}

static void
say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Fails unless exactly this arrives; "" is the end of the connection. */
static void
hear(int fd, const char *text)
{
	struct pollfd in = { fd, POLLIN, 0 };
	size_t        len = strlen(text), got = 0;
	char          bytes[256];
	ssize_t       n;

	assert_true(len < sizeof(bytes));
	do {
		assert_int_equal(poll(&in, 1, SECONDS_20), 1);
		n = recv(fd, bytes + got, len > 0 ? len - got : 1, 0);
		got += n > 0 ? (size_t)n : 0;
	} while (n > 0 && got < len);
	assert_int_equal(got, len);
	assert_memory_equal(bytes, text, len);
}

static void
hear_nothing(int fd)
{
	struct pollfd in = { fd, POLLIN, 0 };

	assert_int_equal(poll(&in, 1, A_MOMENT), 0);
}

static void
bytes_pass_both_ways(void **state)
{
	struct link         l = start();
	struct proxy_counts counts;

	(void)state;
	say(l.client, "question");
	hear(l.server, "question");
	say(l.server, "answer");
	hear(l.client, "answer");
	say(l.client, "more");
	hear(l.server, "more");
	counts = proxy_counts(l.proxy);
	assert_int_equal(counts.connections, 1);
	assert_int_equal(counts.requests, 2);
	assert_int_equal(counts.hits, 0);
	assert_int_equal(counts.bytes[PROXY_UP], 12);
	assert_int_equal(counts.bytes[PROXY_DOWN], 6);
	close(l.server);
	l.server = -1;
	hear(l.client, "");
	end(&l);
}

static void
a_cut_lets_so_many_bytes_pass(void **state)
{
	struct link l = start();
	char        passed[8];

	(void)state;
	for (size_t after = 0; after < 6; after++) {
		snprintf(passed, sizeof(passed), "%.*s", (int)after, "answer");
		proxy_plan(l.proxy,
		    &(struct proxy_plan){
			.act = PROXY_CUT, .way = PROXY_DOWN, .after = after });
		say(l.client, "question");
		hear(l.server, "question");
		say(l.server, "answer");
		hear(l.client, passed);
		hear(l.client, "");
		hear(l.server, "");
		assert_int_equal(proxy_counts(l.proxy).hits, 1);
		part(&l);
		join(&l);
	}
	end(&l);
}

static void
a_cut_on_the_way_up_drops_the_rest_of_the_request(void **state)
{
	struct link l = start();

	(void)state;
	proxy_plan(
	    l.proxy, &(struct proxy_plan){
			 .act = PROXY_CUT, .way = PROXY_UP, .after = 5 });
	say(l.client, "question");
	hear(l.server, "quest");
	hear(l.server, "");
	hear(l.client, "");
	end(&l);
}

static void
a_hole_keeps_the_connection_until_the_next_plan(void **state)
{
	struct link l = start();

	(void)state;
	proxy_plan(
	    l.proxy, &(struct proxy_plan){
			 .act = PROXY_HOLE, .way = PROXY_UP, .after = 1 });
	say(l.client, "question");
	assert_true(proxy_await_hit(l.proxy, SECONDS_20));
	hear(l.server, "q");
	say(l.server, "answer");
	hear_nothing(l.client);
	hear_nothing(l.server);
	proxy_plan(l.proxy, &(struct proxy_plan){ .act = PROXY_PASS });
	hear(l.client, "");
	hear(l.server, "");
	end(&l);
}

static void
the_reply_to_a_text_is_dropped(void **state)
{
	struct link l = start();

	(void)state;
	proxy_plan(l.proxy, &(struct proxy_plan){ .act = PROXY_CUT,
				.way = PROXY_DOWN,
				.after = 2,
				.text = "COMMIT" });
	say(l.client, "BEGIN");
	hear(l.server, "BEGIN");
	say(l.server, "begun");
	hear(l.client, "begun");
	say(l.client, "-COM");
	hear(l.server, "-COM");
	say(l.client, "MIT-");
	hear(l.server, "MIT-");
	assert_int_equal(proxy_counts(l.proxy).hits, 0);
	say(l.server, "done");
	hear(l.client, "do");
	hear(l.client, "");
	end(&l);
}

/* Counted over all connections, so that a client that begins anew gets on. */
static void
the_request_of_that_number_is_hit(void **state)
{
	struct link l = start();

	(void)state;
	proxy_plan(
	    l.proxy, &(struct proxy_plan){
			 .act = PROXY_CUT, .way = PROXY_UP, .request = 3 });
	for (int i = 0; i < 2; i++) {
		say(l.client, "question");
		hear(l.server, "question");
		say(l.server, "answer");
		hear(l.client, "answer");
		part(&l);
		join(&l);
	}
	say(l.client, "question");
	hear(l.client, "");
	hear(l.server, "");
	part(&l);
	join(&l);
	say(l.client, "question");
	hear(l.server, "question");
	assert_int_equal(proxy_counts(l.proxy).hits, 1);
	end(&l);
}

static void
a_plan_hits_as_often_as_it_says(void **state)
{
	struct link l = start();

	(void)state;
	proxy_plan(
	    l.proxy, &(struct proxy_plan){
			 .act = PROXY_CUT, .way = PROXY_UP, .times = 2 });
	for (int i = 0; i < 2; i++) {
		say(l.client, "question");
		hear(l.client, "");
		part(&l);
		join(&l);
	}
	say(l.client, "question");
	hear(l.server, "question");
	end(&l);
}

/* How many bytes get through, up and down, where the seed says so. */
static uint64_t
drawn(uint64_t seed)
{
	struct link         l = start();
	struct proxy_counts counts;
	char                text[65] = "";

	memset(text, 'x', 64);
	proxy_plan(l.proxy, &(struct proxy_plan){
				.act = PROXY_CUT, .within = 64, .seed = seed });
	say(l.client, text);
	do {
		clock_sleep_ms(1, NULL);
		counts = proxy_counts(l.proxy);
	} while (counts.hits == 0 && counts.bytes[PROXY_UP] < 64);
	if (counts.hits == 0)
		say(l.server, text);
	assert_true(proxy_await_hit(l.proxy, SECONDS_20));
	counts = proxy_counts(l.proxy);
	end(&l);
	return counts.bytes[PROXY_UP] * 100 + counts.bytes[PROXY_DOWN];
}

static void
a_seed_cuts_at_the_same_byte_again(void **state)
{
	int different = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 8; seed++) {
		assert_int_equal(drawn(seed), drawn(seed));
		different += drawn(seed) != drawn(0);
	}
	assert_true(different > 0);
}

static void
note(void *ctx, uint64_t connection, enum proxy_way way, const char *bytes,
    size_t len)
{
	char  *noted = ctx;
	size_t at = strlen(noted);

	snprintf(noted + at, 128 - at, "%d%c%.*s ", (int)connection,
	    way == PROXY_UP ? '>' : '<', (int)len, bytes);
}

static void
a_watch_sees_what_passed_and_nothing_else(void **state)
{
	static char noted[128];
	struct link l = { 0 };
	int         port;

	(void)state;
	l.listener = listen_on_loopback(&port);
	l.proxy = proxy_to_port(port);
	proxy_watch(l.proxy, note, noted);
	join(&l);
	proxy_plan(
	    l.proxy, &(struct proxy_plan){
			 .act = PROXY_CUT, .way = PROXY_DOWN, .after = 3 });
	say(l.client, "question");
	hear(l.server, "question");
	say(l.server, "answer");
	hear(l.client, "ans");
	hear(l.client, "");
	part(&l);
	join(&l);
	say(l.client, "more");
	hear(l.server, "more");
	end(&l);
	assert_string_equal(noted, "1>question 1<ans 2>more ");
}

static void
all_connections_can_be_cut_at_once(void **state)
{
	struct link l = start();
	int         other = connect_to(proxy_port(l.proxy));
	int         server = accept(l.listener, NULL, NULL);

	(void)state;
	proxy_cut(l.proxy);
	hear(l.client, "");
	hear(l.server, "");
	hear(other, "");
	hear(server, "");
	close(other);
	close(server);
	part(&l);
	join(&l);
	say(l.client, "question");
	hear(l.server, "question");
	end(&l);
}

static void
a_delay_comes_before_every_piece(void **state)
{
	struct link l = start();
	int64_t     began = clock_steady_ms();

	(void)state;
	proxy_plan(l.proxy, &(struct proxy_plan){ .delay_ms = 20 });
	say(l.client, "question");
	hear(l.server, "question");
	say(l.server, "answer");
	hear(l.client, "answer");
	assert_true(clock_steady_ms() - began >= 40);
	end(&l);
}

static void
a_server_that_is_gone_ends_the_connection(void **state)
{
	struct link l = start();
	int         client;

	(void)state;
	close(l.listener);
	l.listener = -1;
	client = connect_to(proxy_port(l.proxy));
	hear(client, "");
	close(client);
	end(&l);
}

static void
more_than_fit_one_after_the_other_all_pass(void **state)
{
	struct link l = start();

	(void)state;
	for (int i = 0; i < 600; i++) {
		say(l.client, "q");
		hear(l.server, "q");
		part(&l);
		join(&l);
	}
	assert_int_equal(proxy_counts(l.proxy).connections, 601);
	end(&l);
}

/* PG-3: the client sees a broken connection, and yet it was done. */
static void
a_commit_whose_reply_is_lost_was_made(void **state)
{
	struct postgres *pg = postgres_start();
	struct proxy    *proxy = proxy_to_postgres(postgres_conninfo(pg));
	char             conninfo[320];
	PGconn          *conn;
	PGresult        *result;

	(void)state;
	postgres_sql(pg, "CREATE TABLE t (i int4); GRANT ALL ON t TO app");
	proxy_conninfo(
	    proxy, postgres_conninfo(pg), conninfo, sizeof(conninfo));
	conn = PQconnectdb(conninfo);
	assert_int_equal(PQstatus(conn), CONNECTION_OK);
	proxy_plan(
	    proxy, &(struct proxy_plan){
		       .act = PROXY_CUT, .way = PROXY_DOWN, .text = "COMMIT" });
	PQclear(PQexec(conn, "BEGIN"));
	PQclear(PQexec(conn, "INSERT INTO t VALUES (1)"));
	result = PQexec(conn, "COMMIT");
	assert_int_not_equal(PQresultStatus(result), PGRES_COMMAND_OK);
	assert_int_equal(PQstatus(conn), CONNECTION_BAD);
	PQclear(result);
	PQfinish(conn);
	assert_string_equal(postgres_value(pg, "SELECT count(*) FROM t"), "1");
	proxy_stop(proxy);
	postgres_end(pg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_pass_both_ways),
		cmocka_unit_test(a_cut_lets_so_many_bytes_pass),
		cmocka_unit_test(
		    a_cut_on_the_way_up_drops_the_rest_of_the_request),
		cmocka_unit_test(
		    a_hole_keeps_the_connection_until_the_next_plan),
		cmocka_unit_test(the_reply_to_a_text_is_dropped),
		cmocka_unit_test(the_request_of_that_number_is_hit),
		cmocka_unit_test(a_plan_hits_as_often_as_it_says),
		cmocka_unit_test(a_seed_cuts_at_the_same_byte_again),
		cmocka_unit_test(a_watch_sees_what_passed_and_nothing_else),
		cmocka_unit_test(all_connections_can_be_cut_at_once),
		cmocka_unit_test(a_delay_comes_before_every_piece),
		cmocka_unit_test(a_server_that_is_gone_ends_the_connection),
		cmocka_unit_test(more_than_fit_one_after_the_other_all_pass),
		cmocka_unit_test(a_commit_whose_reply_is_lost_was_made),
	};

	return cmocka_run_group_tests_name("support proxy", tests, NULL, NULL);
}
