/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certificate.h"
#include "clock.h"
#include "http.h"
#include "process.h"
#include "server.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOST "Host: app.test\r\n"

/* What the handlers were asked, and what they are told to do. */
struct app {
	atomic_int handled, logged, last_status;
	char       last_id[20];
};

static void
echo(void *ctx, const struct request *request, struct response *response)
{
	struct app *app = ctx;
	size_t      len;
	const char *body = request_body(request, &len);
	const char *values[] = { request_query(request, "q"),
		request_form(request, "f"), request_header(request, "X-One"),
		request_cookie(request, "sid"), request_part(request, 0),
		request_part(request, 1) };

	atomic_fetch_add(&app->handled, 1);
	response_type(response, "text/plain");
	buf_addf(&response->body, "%s %s ?%s", request_method(request),
	    request_path(request), request_raw_query(request));
	for (size_t i = 0; i < COUNT(values); i++)
		buf_addf(&response->body, " %c=%s", "qfhc01"[i],
		    values[i] != NULL ? values[i] : "(null)");
	buf_addf(&response->body, " peer=%s body=%zu:%s\n",
	    request_peer(request), len, body);
}

static void
cookies(void *ctx, const struct request *request, struct response *response)
{
	(void)ctx, (void)request;
	response_header(response, "Set-Cookie", "a=1");
	response_header(response, "Set-Cookie", "b=2");
	response_header(response, "X-Same", "1");
	response_header(response, "x-same", "2");
	response_redirect(response, "/next");
}

static void
bad_header(void *ctx, const struct request *request, struct response *response)
{
	(void)ctx;
	buf_add_text(&response->body, "never seen");
	response_header(response, "X-Bad", request_query(request, "q"));
}

static void
fixed(void *ctx, const struct request *request, struct response *response)
{
	(void)ctx, (void)request;
	response->static_body = "static\0body";
	response->static_len = 11;
}

static void
drop(void *ctx, const struct request *request, struct response *response)
{
	(void)ctx;
	buf_add_text(&response->body, "0123456789");
	response->wire = request_query(request, "truncate") != NULL
			     ? WIRE_TRUNCATE
			     : WIRE_DROP;
}

static void
slow(void *ctx, const struct request *request, struct response *response)
{
	struct app *app = ctx;

	(void)request;
	atomic_fetch_add(&app->handled, 1);
	clock_sleep_ms(700, NULL);
	buf_add_text(&response->body, "done");
}

static void
large(void *ctx, const struct request *request, struct response *response)
{
	static char megabytes[8 << 20];

	(void)ctx, (void)request;
	response->static_body = megabytes;
	response->static_len = sizeof(megabytes);
}

/* Writes a field down as "name(file)=bytes", its NULs as "0"; "stop" is the last
 * one it wants. */
static bool
note_field(void *ctx, const char *name, const char *file_name, const void *data,
    size_t len)
{
	struct buf *out = ctx;
	const char *bytes = data;

	buf_addf(out, "%s(%s)=", name, file_name != NULL ? file_name : "-");
	for (size_t i = 0; i < len; i++)
		buf_add(out, bytes[i] != '\0' ? &bytes[i] : "0", 1);
	buf_add_text(out, ";");
	return strcmp(name, "stop") != 0;
}

static void
multipart(void *ctx, const struct request *request, struct response *response)
{
	(void)ctx;
	response_type(response, "text/plain");
	buf_add_text(&response->body,
	    request_read_multipart(request, note_field, &response->body)
		? "whole"
		: "broken");
}

static const struct route routes[] = {
	{ "GET", "/", echo },
	{ "GET", "/echo", echo },
	{ "POST", "/echo", echo },
	{ "PATCH", "/thing", echo },
	{ "DELETE", "/thing", echo },
	{ "GET", "/v1/{}/x/{}", echo },
	{ "GET", "/static/{*}", echo },
	{ "GET", "/cookies", cookies },
	{ "GET", "/bad", bad_header },
	{ "GET", "/fixed", fixed },
	{ "GET", "/wire", drop },
	{ "GET", "/slow", slow },
	{ "GET", "/large", large },
	{ "POST", "/multipart", multipart },
};

static void
error_page(void *ctx, const struct request *request, int status,
    const char *reason, struct response *response)
{
	(void)ctx;
	response_type(response, "text/plain");
	buf_addf(&response->body, "page of %d for %s: %s\n", status,
	    request_path(request), reason);
}

static void
finish(void *ctx, const struct request *request, struct response *response)
{
	struct app *app = ctx;

	snprintf(app->last_id, sizeof(app->last_id), "%s", request_id(request));
	response_header(response, "X-Content-Type-Options", "nosniff");
}

static void
count_log(void *ctx, const struct request *request, int status, size_t bytes,
    int64_t ms)
{
	struct app *app = ctx;

	(void)request, (void)bytes, (void)ms;
	atomic_store(&app->last_status, status);
	atomic_fetch_add(&app->logged, 1);
}

struct fixture {
	struct server_config config;
	struct server       *server;
	struct app           app;
	char                 answer[1 << 16];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->config = (struct server_config){ .address = "127.0.0.1",
		.host = "app.test",
		.routes = routes,
		.route_count = COUNT(routes),
		.app = &f->app,
		.body_max = 1000,
		.timeout_s = 1,
		.error_page = error_page,
		.finish = finish,
		.log = count_log };
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	server_stop(f->server, 0);
	free(f);
	return 0;
}

static void
serve(struct fixture *f)
{
	char message[200] = "";

	f->server = server_start(&f->config, message, sizeof(message));
	assert_string_equal(message, "");
	assert_non_null(f->server);
}

static int
dial(struct fixture *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)server_port(f->server)) };
	int                fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* All that comes until the server closes, or for so long. */
static const char *
take(struct fixture *f, int fd, int64_t most_ms)
{
	int64_t       until = clock_steady_ms() + most_ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t        len = 0;
	ssize_t       n;

	while (len < sizeof(f->answer) - 1 && clock_steady_ms() < until) {
		if (poll(&p, 1, 50) <= 0)
			continue;
		n = recv(fd, f->answer + len, sizeof(f->answer) - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	f->answer[len] = '\0';
	return f->answer;
}

/* Sends bytes, then no more, and gives the whole answer. */
static const char *
ask_bytes(struct fixture *f, const char *bytes, size_t len)
{
	int fd = dial(f);

	put(fd, bytes, len);
	shutdown(fd, SHUT_WR);
	take(f, fd, 5000);
	close(fd);
	return f->answer;
}

static const char *
ask(struct fixture *f, const char *text)
{
	return ask_bytes(f, text, strlen(text));
}

static int
status_of(const char *answer)
{
	if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (int)strtol(answer + 9, NULL, 10);
}

static size_t
occurrences(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text += strlen(what);
	}
	return n;
}

static void
assert_has(const char *answer, const char *what)
{
	if (strstr(answer, what) == NULL)
		fail_msg("no \"%s\" in: %s", what, answer);
}

static void
assert_lacks(const char *answer, const char *what)
{
	if (strstr(answer, what) != NULL)
		fail_msg("\"%s\" in: %s", what, answer);
}

static void
a_request_reaches_its_handler(void **state)
{
	struct fixture *f = *state;
	const char     *answer;

	serve(f);
	answer = ask(f, "GET /echo?q=a%20b+c&z HTTP/1.1\r\n" HOST
			"X-One: yes\r\nCookie: other=1; sid=abc\r\n\r\n");
	assert_int_equal(status_of(answer), 200);
	assert_has(answer, "\r\nContent-Type: text/plain\r\n");
	assert_has(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
	assert_has(answer, "GET /echo ?q=a%20b+c&z q=a b c f=(null) h=yes "
			   "c=abc 0=(null) 1=(null) peer=127.0.0.1 body=0:\n");
	assert_int_equal(strspn(f->app.last_id, "0123456789abcdef"), 16);
	assert_int_equal(strlen(f->app.last_id), 16);
}

static void
ids_differ(void **state)
{
	struct fixture *f = *state;
	char            first[20];

	serve(f);
	ask(f, "GET / HTTP/1.1\r\n" HOST "\r\n");
	snprintf(first, sizeof(first), "%s", f->app.last_id);
	ask(f, "GET / HTTP/1.1\r\n" HOST "\r\n");
	assert_string_not_equal(first, f->app.last_id);
}

static void
a_form_is_read_by_its_type(void **state)
{
	struct fixture *f = *state;

	serve(f);
	assert_has(
	    ask(f, "POST /echo HTTP/1.1\r\n" HOST
		   "Content-Type: application/x-www-form-urlencoded; "
		   "charset=utf-8\r\nContent-Length: 9\r\n\r\nf=a%26b+c"),
	    " f=a&b c ");
	assert_has(ask(f, "POST /echo HTTP/1.1\r\n" HOST
			  "Content-Type: application/json\r\n"
			  "Content-Length: 9\r\n\r\nf=a%26b+c"),
	    " f=(null) h=(null) c=(null) 0=(null) 1=(null) peer=127.0.0.1 "
	    "body=9:f=a%26b+c\n");
	assert_has(ask(f, "POST /echo HTTP/1.1\r\n" HOST
			  "Content-Length: 3\r\n\r\nf=1"),
	    " f=(null) ");
	assert_has(ask(f, "POST /echo HTTP/1.1\r\n" HOST
			  "Transfer-Encoding: chunked\r\n\r\n"
			  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
	    " body=5:abcde\n");
}

static void
bad_forms_are_refused(void **state)
{
	static const struct {
		const char *body;
		size_t      len;
	} bad[] = { { "f=1&f=2", 7 }, { "f=%zz", 5 }, { "f=%00", 5 },
		{ "f=a\0b", 5 }, { "f=\xff", 3 } };
	struct fixture *f = *state;
	char            text[400];

	serve(f);
	for (size_t i = 0; i < COUNT(bad); i++) {
		int n = snprintf(text, sizeof(text),
		    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: "
		    "application/x-www-form-urlencoded\r\n"
		    "Content-Length: %zu\r\n\r\n",
		    bad[i].len);

		memcpy(text + n, bad[i].body, bad[i].len);
		assert_int_equal(
		    status_of(ask_bytes(f, text, (size_t)n + bad[i].len)), 400);
	}
	assert_int_equal(f->app.handled, 0);
}

static void
routes_match_part_by_part(void **state)
{
	static const struct {
		const char *path;
		int         status;
		const char *parts;
	} paths[] = {
		{ "/", 200, "0=(null) 1=(null)" },
		{ "/v1/a/x/b:access", 200, "0=a 1=b:access" },
		{ "/v1/a%20b/x/c", 200, "0=a b 1=c" },
		{ "/static/a/b.css", 200, "0=a/b.css 1=(null)" },
		{ "/static/", 200, "0= 1=(null)" },
		{ "/static", 404, NULL },
		{ "/v1//x/b", 404, NULL },
		{ "/v1/a/x/", 404, NULL },
		{ "/v1/a/x/b/", 404, NULL },
		{ "/v1/a/y/b", 404, NULL },
		{ "/ech", 404, NULL },
		{ "/echoes", 404, NULL },
		{ "/echo/", 404, NULL },
		{ "//echo", 404, NULL },
		{ "/ECHO", 404, NULL },
		{ "/.git/HEAD", 404, NULL },
		{ "/{}", 404, NULL },
	};
	struct fixture *f = *state;
	char            text[200];

	serve(f);
	for (size_t i = 0; i < COUNT(paths); i++) {
		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "\r\n",
		    paths[i].path);
		if (status_of(ask(f, text)) != paths[i].status)
			fail_msg("%s: %s", paths[i].path, f->answer);
		if (paths[i].parts != NULL)
			assert_has(f->answer, paths[i].parts);
		else
			assert_has(f->answer, "page of 404 for /");
	}
}

static void
methods_are_told_apart(void **state)
{
	struct fixture *f = *state;

	serve(f);
	assert_int_equal(status_of(ask(f, "PATCH /thing HTTP/1.1\r\n" HOST
					  "Content-Length: 2\r\n\r\n{}")),
	    200);
	assert_has(f->answer, "PATCH /thing");
	assert_int_equal(
	    status_of(ask(f, "DELETE /thing HTTP/1.1\r\n" HOST "\r\n")), 200);
	assert_int_equal(
	    status_of(ask(f, "GET /thing HTTP/1.1\r\n" HOST "\r\n")), 405);
	assert_has(f->answer, "\r\nAllow: PATCH, DELETE\r\n");
	assert_int_equal(
	    status_of(ask(f, "DELETE /echo HTTP/1.1\r\n" HOST "\r\n")), 405);
	assert_has(f->answer, "\r\nAllow: GET, HEAD, POST\r\n");
	assert_int_equal(
	    status_of(ask(f, "PUT /thing HTTP/1.1\r\n" HOST "\r\n")), 405);
	assert_has(f->answer, "\r\nAllow: GET, HEAD, POST, PATCH, DELETE\r\n");
}

static void
a_head_is_a_get_without_a_body(void **state)
{
	struct fixture *f = *state;
	const char     *end;

	serve(f);
	ask(f, "HEAD /fixed HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(f->answer), 200);
	assert_has(f->answer, "\r\nContent-Length: 11\r\n");
	end = strstr(f->answer, "\r\n\r\n");
	assert_non_null(end);
	assert_string_equal(end, "\r\n\r\n");
	assert_int_equal(
	    status_of(ask(f, "HEAD /none HTTP/1.1\r\n" HOST "\r\n")), 404);
}

static void
response_headers_are_set_added_and_replaced(void **state)
{
	struct fixture *f = *state;

	serve(f);
	ask(f, "GET /cookies HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(status_of(f->answer), 303);
	assert_has(f->answer, "\r\nLocation: /next\r\n");
	assert_has(f->answer, "\r\nSet-Cookie: a=1\r\n");
	assert_has(f->answer, "\r\nSet-Cookie: b=2\r\n");
	assert_has(f->answer, ": 2\r\n");
	assert_lacks(f->answer, "ame: 1\r\n");
}

static void
a_header_cannot_be_injected(void **state)
{
	static const char *const values[] = { "%0d%0aSet-Cookie:%20x=1", "%0a",
		"%0d", "%7f", "%01" };
	struct fixture          *f = *state;
	char                     text[200];

	serve(f);
	for (size_t i = 0; i < COUNT(values); i++) {
		snprintf(text, sizeof(text),
		    "GET /bad?q=%s HTTP/1.1\r\n" HOST "\r\n", values[i]);
		assert_int_equal(status_of(ask(f, text)), 500);
		assert_lacks(f->answer, "Set-Cookie");
		assert_lacks(f->answer, "never seen");
		assert_has(f->answer, "nosniff");
	}
	assert_int_equal(
	    status_of(ask(f, "GET /bad?q=fine HTTP/1.1\r\n" HOST "\r\n")), 200);
}

/* Requests that no handler must see, with the statuses that they may get; 0 is
 * a connection that was closed without a word. */
static const struct refused {
	const char *text;
	int         statuses[2];
} refused[] = {
	/* Host */
	{ "GET / HTTP/1.1\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "Host: evil.example\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", { 421 } },
	{ "GET / HTTP/1.1\r\nHost: app.test:99999\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: app.test:abc\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: app.test:\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: \r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: []\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\nHost: app.test, evil\r\n\r\n", { 400 } },
	/* the body's length */
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 6\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
	  "Content-Length: 5\r\n\r\nabcde",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
	  "Content-Length: 4\r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x4\r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4, 4\r\n\r\nabcd",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST
	  "Content-Length: 18446744073709551616\r\n\r\n",
	    { 400, 413 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n",
	    { 413 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
	  "Content-Length: 99999999999\r\n\r\n",
	    { 413 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Expect: x\r\n"
	  "Content-Length: 1\r\n\r\na",
	    { 417 } },
	{ "POST /echo HTTP/1.1\r\n" HOST
	  "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
	    { 400, 501 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
	  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST
	  "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	    { 400, 501 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n"
	  "Content-Length: 5\r\n\r\n0\r\n\r\n",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: \x0b"
	  "chunked\r\n\r\n0\r\n\r\n",
	    { 400 } },
	{ "POST /echo HTTP/1.0\r\n" HOST
	  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST
	  "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
	    { 400 } },
	{ "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nabcd",
	    { 400 } },
	{ "GET /echo HTTP/1.1\r\n" HOST
	  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    { 400 } },
	/* headers */
	{ "GET / HTTP/1.1\r\n" HOST "X-A: b\rc\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "X-A: b\x01\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "X A: b\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "X-A: b\r\n\tc\r\nX-B: 1\r\n\r\n",
	    { 400 } },
	{ "POST /echo HTTP/1.1\r\n" HOST "Content-Len: 1\r\n gth\r\n\r\na",
	    { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "X-A\r\n\r\n", { 400 } },
	{ "GET / HTTP/1.1\r\n" HOST "Authorization: Bearer a\r\n"
	  "Authorization: Bearer b\r\n\r\n",
	    { 400 } },
	/* the target */
	{ "GET /%00 HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo?code=a%00b HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo?code=%zz HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo?code=%4 HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo?code=1&code=2 HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo?code=%ff HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /%c0%af.. HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /\xff HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo%0d%0a HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo#x HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo%2f HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /static/../echo HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /static/%2e%2e/echo HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /./echo HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET http://app.test/echo HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET echo HTTP/1.1\r\n" HOST "\r\n", { 400 } },
	{ "GET /echo x HTTP/1.1\r\n" HOST "\r\n", { 400, 0 } },
	/* methods and versions */
	{ "TRACE / HTTP/1.1\r\n" HOST "Cookie: sid=s3cr3t\r\n\r\n", { 405 } },
	{ "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", { 400, 405 } },
	{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", { 400, 405 } },
	{ "PUT /echo HTTP/1.1\r\n" HOST "\r\n", { 405 } },
	{ "get / HTTP/1.1\r\n" HOST "\r\n", { 405 } },
	{ "G\x01T / HTTP/1.1\r\n" HOST "\r\n", { 405, 400 } },
	{ "GET / HTTP/2.0\r\n" HOST "\r\n", { 505, 400 } },
	{ "GET / HTTP/1.9\r\n" HOST "\r\n", { 505, 400 } },
	{ "GET / http/1.1\r\n" HOST "\r\n", { 505, 400 } },
	{ "GET /\r\n\r\n", { 505, 400 } },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", { 505, 400 } },
};

static void
what_no_handler_must_see_is_refused(void **state)
{
	struct fixture *f = *state;
	int             status;

	f->config.timeout_s = 30;
	serve(f);
	for (size_t i = 0; i < COUNT(refused); i++) {
		int64_t began = clock_steady_ms();

		status = status_of(ask(f, refused[i].text));
		if (status != refused[i].statuses[0] &&
		    status != refused[i].statuses[1])
			fail_msg("to %s: %s", refused[i].text, f->answer);
		/* At once, not when the client gives up. */
		assert_true(clock_steady_ms() - began < 4000);
		assert_lacks(f->answer, "200 OK");
		assert_lacks(f->answer, "evil");
		assert_lacks(f->answer, "script");
		assert_lacks(f->answer, "s3cr3t");
	}
	assert_int_equal(f->app.handled, 0);
	assert_int_equal(
	    status_of(ask(f, "GET / HTTP/1.1\r\n" HOST "\r\n")), 200);
}

/* The refusal ends the connection: what follows is never taken for a request. */
static void
a_smuggled_request_never_runs(void **state)
{
	static const char *const heads[] = {
		"Content-Length: 5\r\nTransfer-Encoding: "
		"chunked\r\n\r\n0\r\n\r\n",
		"Content-Length: 0\r\nContent-Length: 99\r\n\r\n",
		"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n"
		"0\r\n\r\n",
		"Host: app.test\r\n\r\n",
		"Expect: x\r\n\r\n",
	};
	struct fixture *f = *state;
	char            text[500];

	serve(f);
	for (size_t i = 0; i < COUNT(heads); i++) {
		snprintf(text, sizeof(text),
		    "POST /echo HTTP/1.1\r\n" HOST
		    "%sGET /echo?q=smuggled HTTP/1.1\r\n" HOST "\r\n",
		    heads[i]);
		ask(f, text);
		assert_has(f->answer, "\r\nConnection: close\r\n");
		assert_int_equal(occurrences(f->answer, "\r\nDate: "), 1);
	}
	assert_int_equal(f->app.handled, 0);
}

static void
what_is_unusual_and_right_is_served(void **state)
{
	static const char *const good[] = {
		"GET / HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.0\r\n" HOST "\r\n",
		"GET / HTTP/1.1\r\nhOST: APP.TEST\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
		"GET /? HTTP/1.1\r\n" HOST "\r\n",
		"GET /?&&a HTTP/1.1\r\n" HOST "\r\n",
		"GET /%65cho HTTP/1.1\r\n" HOST "\r\n",
		"GET / HTTP/1.1\r\n" HOST "Upgrade: h2c\r\nConnection: "
		"Upgrade\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "X-HTTP-Method-Override: DELETE\r\n"
		"\r\n",
		"GET / HTTP/1.1\r\n" HOST "X-Forwarded-Host: evil.example\r\n"
		"\r\n",
		"GET / HTTP/1.1\r\n" HOST "X-A: t\tab \xc3\xa9\r\n\r\n",
		"GET / HTTP/1.1\r\n" HOST "Accept: image/png\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
		"Content-Length: 0\r\n\r\n",
	};
	struct fixture *f = *state;

	serve(f);
	for (size_t i = 0; i < COUNT(good); i++)
		if (strstr(ask(f, good[i]), "HTTP/1.1 200") == NULL)
			fail_msg("to %s: %s", good[i], f->answer);
	assert_int_equal(f->app.handled, COUNT(good));
}

static void
any_host_will_do_where_none_is_set(void **state)
{
	static const struct {
		const char *host;
		int         status;
	} hosts[] = { { "a.example", 200 }, { "127.0.0.1:8080", 200 },
		{ "[::1]:8080", 200 }, { "[::1]", 200 }, { "a b", 400 },
		{ "a/b", 400 }, { "a@b", 400 }, { "a:b:c", 400 }, { "", 400 } };
	struct fixture *f = *state;
	char            text[200];

	f->config.host = NULL;
	serve(f);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		snprintf(text, sizeof(text),
		    "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i].host);
		assert_int_equal(status_of(ask(f, text)), hosts[i].status);
	}
}

/* A request with so many headers of so many bytes. */
static char *
with_headers(size_t count, size_t size)
{
	struct buf b;

	buf_init(&b, 2 << 20);
	buf_add_text(&b, "GET / HTTP/1.1\r\n" HOST);
	for (size_t i = 0; i < count; i++)
		buf_addf(&b, "X-%zu: %0*d\r\n", i, (int)size, 0);
	assert_true(buf_add_text(&b, "\r\n"));
	return b.data;
}

static void
headers_have_limits(void **state)
{
	static const struct {
		size_t count, size;
		int    statuses[3];
	} sizes[] = {
		{ 90, 10, { 200 } },
		{ 1, 10000, { 200 } },
		{ 110, 10, { 431 } },
		{ 600, 10, { 431 } },
		{ 1, 17000, { 431 } },
		{ 1, 64000, { 431, 413, 400 } },
		{ 20, 64000, { 431, 413, 400 } },
	};
	struct fixture *f = *state;
	int             status;

	serve(f);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *text = with_headers(sizes[i].count, sizes[i].size);

		status = status_of(ask(f, text));
		free(text);
		if (status != sizes[i].statuses[0] &&
		    (status == 0 || (status != sizes[i].statuses[1] &&
					status != sizes[i].statuses[2])))
			fail_msg("%zu of %zu: %s", sizes[i].count,
			    sizes[i].size, f->answer);
	}
}

static void
a_long_target_is_refused(void **state)
{
	static const size_t sizes[] = { 8100, 8300, 20000, 100000 };
	static char         text[101000];
	struct fixture     *f = *state;
	int                 status;

	serve(f);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		snprintf(text, sizeof(text),
		    "GET /echo?code=%0*d HTTP/1.1\r\n" HOST "\r\n",
		    (int)sizes[i], 0);
		status = status_of(ask(f, text));
		assert_int_equal(status, i == 0 ? 200 : 414);
	}
}

/* Of hundreds libmicrohttpd runs out of memory, and hangs up. */
static void
many_query_fields_are_refused(void **state)
{
	static const struct {
		int count, status;
	} queries[] = { { 32, 200 }, { 33, 400 }, { 200, 400 }, { 900, 400 },
		{ 3000, 414 } };
	struct fixture *f = *state;
	struct buf      b;
	int             status;

	serve(f);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < COUNT(queries); i++) {
		buf_clear(&b);
		buf_add_text(&b, "GET /echo?");
		for (int n = 0; n < queries[i].count; n++)
			buf_addf(&b, "%x&", n);
		assert_true(buf_add_text(&b, " HTTP/1.1\r\n" HOST "\r\n"));
		status = status_of(ask(f, b.data));
		if (status != queries[i].status)
			assert_true(status == 0 && queries[i].count >= 900);
	}
	assert_int_equal(f->app.handled, 1);
	buf_free(&b);
}

static void
twice_the_same_header_or_cookie_is_none(void **state)
{
	struct fixture *f = *state;

	serve(f);
	assert_has(
	    ask(f, "GET / HTTP/1.1\r\n" HOST "Cookie: sid=a; sid=b\r\n\r\n"),
	    " c=(null) ");
	assert_has(ask(f, "GET / HTTP/1.1\r\n" HOST
			  "Cookie: sid=a\r\nCookie: sid=b\r\n\r\n"),
	    " c=(null) ");
	assert_has(
	    ask(f, "GET / HTTP/1.1\r\n" HOST "X-One: a\r\nx-one: b\r\n\r\n"),
	    " h=(null) ");
	assert_has(
	    ask(f, "GET / HTTP/1.1\r\n" HOST "X_One: a\r\n\r\n"), " h=(null) ");
}

static void
a_body_larger_than_allowed_is_refused_in_chunks_too(void **state)
{
	struct fixture *f = *state;
	struct buf      b;

	serve(f);
	buf_init(&b, 1 << 20);
	buf_add_text(&b, "POST /echo HTTP/1.1\r\n" HOST
			 "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 10; i++)
		buf_addf(&b, "64\r\n%0100d\r\n", 0);
	buf_add_text(&b, "0\r\n\r\n");
	assert_int_equal(status_of(ask(f, b.data)), 200);
	b.len -= 5;
	buf_add_text(&b, "1\r\n0\r\n0\r\n\r\n");
	assert_int_equal(status_of(ask(f, b.data)), 413);
	assert_int_equal(f->app.handled, 1);
	buf_free(&b);
}

static void
a_body_that_was_cut_has_no_effect(void **state)
{
	struct fixture *f = *state;

	serve(f);
	ask(f, "POST /echo HTTP/1.1\r\n" HOST
	       "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
	ask(f, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nab");
	ask(f, "POST /echo HTTP/1.1\r\n" HOST "Content-Le");
	assert_int_equal(f->app.handled, 0);
}

/* libmicrohttpd cuts the line there before anybody else sees it. */
static void
a_raw_nul_does_no_harm(void **state)
{
	static const char path[] = "GET /echo\0/x HTTP/1.1\r\n" HOST "\r\n";
	static const char header[] =
	    "GET /echo HTTP/1.1\r\n" HOST "X-One: a\0b\r\n\r\n";
	struct fixture *f = *state;

	serve(f);
	assert_int_not_equal(
	    status_of(ask_bytes(f, path, sizeof(path) - 1)), 500);
	assert_int_not_equal(
	    status_of(ask_bytes(f, header, sizeof(header) - 1)), 500);
}

static void
requests_on_one_connection_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct buf      b;
	char            expected[20];
	const char     *at;

	serve(f);
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 100; i++)
		buf_addf(&b, "GET /echo?q=%d. HTTP/1.1\r\n" HOST "\r\n", i);
	at = ask(f, b.data);
	for (int i = 0; i < 100; i++) {
		snprintf(expected, sizeof(expected), " q=%d. ", i);
		at = strstr(at, expected);
		assert_non_null(at);
	}
	buf_free(&b);
}

static void
a_response_can_be_dropped_or_cut(void **state)
{
	struct fixture *f = *state;
	const char     *body;

	serve(f);
	assert_string_equal(ask(f, "GET /wire HTTP/1.1\r\n" HOST "\r\n"), "");
	ask(f, "GET /wire?truncate=1 HTTP/1.1\r\n" HOST "\r\n");
	assert_has(f->answer, "\r\nContent-Length: 10\r\n");
	body = strstr(f->answer, "\r\n\r\n");
	assert_non_null(body);
	assert_string_equal(body, "\r\n\r\n01234");
}

static void
a_static_body_may_hold_anything(void **state)
{
	struct fixture *f = *state;

	serve(f);
	ask(f, "GET /fixed HTTP/1.1\r\n" HOST "\r\n");
	assert_has(f->answer, "\r\nContent-Length: 11\r\n");
	assert_memory_equal(
	    strstr(f->answer, "\r\n\r\n") + 4, "static\0body", 11);
}

static void
every_response_is_finished_and_logged(void **state)
{
	struct fixture *f = *state;

	f->config.error_page = NULL;
	serve(f);
	assert_has(ask(f, "GET /none HTTP/1.1\r\n" HOST "\r\n"), "nosniff");
	assert_has(f->answer, "\r\n\r\nthere is no such page\n");
	assert_has(ask(f, "BREW / HTTP/1.1\r\n" HOST "\r\n"), "nosniff");
	assert_has(ask(f, "GET / HTTP/1.1\r\n" HOST "\r\n"), "nosniff");
	for (int i = 0; i < 100 && f->app.logged < 3; i++)
		clock_sleep_ms(20, NULL);
	assert_int_equal(f->app.logged, 3);
	assert_int_equal(f->app.last_status, 200);
}

/* Sends `bytes` one by one, 100 ms apart, until the connection ends; how long
 * that took. */
static int64_t
trickle(struct fixture *f, const char *head, const char *bytes)
{
	int64_t       began = clock_steady_ms();
	int           fd = dial(f);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char          c;

	put(fd, head, strlen(head));
	for (; *bytes != '\0'; bytes++) {
		put(fd, bytes, 1);
		if (poll(&p, 1, 100) > 0 && recv(fd, &c, 1, 0) <= 0)
			break;
	}
	close(fd);
	return clock_steady_ms() - began;
}

static void
a_request_that_trickles_in_is_ended(void **state)
{
	static const char slow_header[] =
	    "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	struct fixture *f = *state;

	serve(f);
	assert_in_range(
	    trickle(f, "GET / HTTP/1.1\r\n" HOST, slow_header), 900, 4000);
	assert_in_range(
	    trickle(f,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n",
		slow_header),
	    900, 4000);
	assert_in_range(trickle(f, "", slow_header), 900, 4000);
	assert_int_equal(f->app.handled, 0);
}

static void
a_response_that_is_not_taken_is_ended(void **state)
{
	static const char text[] = "GET /large HTTP/1.1\r\n" HOST "\r\n";
	struct fixture   *f = *state;
	int64_t           began;
	int               fd;

	serve(f);
	began = clock_steady_ms();
	fd = dial(f);
	put(fd, text, strlen(text));
	while (f->app.logged == 0 && clock_steady_ms() - began < 20000)
		clock_sleep_ms(50, NULL);
	assert_in_range(clock_steady_ms() - began, 900, 6000);
	close(fd);
}

static void
a_handler_may_take_longer_than_a_request(void **state)
{
	struct fixture *f = *state;
	int             fd;

	serve(f);
	fd = dial(f);
	put(fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n", 38);
	take(f, fd, 950);
	assert_has(f->answer, "\r\n\r\ndone");
	close(fd);
}

static void *
ask_slowly(void *ctx)
{
	return (void *)(ask(ctx, "GET /slow HTTP/1.1\r\n" HOST "\r\n") != NULL
			    ? ctx
			    : NULL);
}

static void
stopping_lets_a_running_request_finish(void **state)
{
	struct fixture *f = *state;
	pthread_t       thread;
	int64_t         began = clock_steady_ms();
	int             idle;

	f->config.timeout_s = 30;
	serve(f);
	idle = dial(f);
	assert_int_equal(pthread_create(&thread, NULL, ask_slowly, f), 0);
	while (f->app.handled == 0)
		clock_sleep_ms(5, NULL);
	server_stop(f->server, 10000);
	f->server = NULL;
	/* The idle connection did not hold it up. */
	assert_true(clock_steady_ms() - began < 5000);
	pthread_join(thread, NULL);
	assert_int_equal(status_of(f->answer), 200);
	assert_has(f->answer, "\r\n\r\ndone");
	assert_has(f->answer, "\r\nConnection: close\r\n");
	close(idle);
}

static void
a_stopped_server_takes_no_more(void **state)
{
	struct fixture    *f = *state;
	struct sockaddr_in at = { .sin_family = AF_INET };
	int                fd = socket(AF_INET, SOCK_STREAM, 0);

	serve(f);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)server_port(f->server));
	server_stop(f->server, 1000);
	f->server = NULL;
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), -1);
	close(fd);
}

static void *
ask_often(void *ctx)
{
	struct fixture *f = ctx;
	struct fixture *own = calloc(1, sizeof(*own));

	own->server = f->server;
	for (int i = 0; i < 50; i++)
		if (status_of(ask(
			own, "GET /echo?q=1 HTTP/1.1\r\n" HOST "\r\n")) != 200)
			break;
		else
			own->config.port++;
	f = own->config.port == 50 ? ctx : NULL;
	free(own);
	return f;
}

static void
many_clients_are_served_at_once(void **state)
{
	struct fixture *f = *state;
	pthread_t       threads[8];
	void           *good;

	f->config.finish = NULL;
	serve(f);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask_often, f), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		pthread_join(threads[i], &good);
		assert_non_null(good);
	}
	assert_int_equal(f->app.handled, 400);
}

static void
connections_have_a_limit(void **state)
{
	struct fixture *f = *state;
	int             fds[6];

	f->config.connections_max = 4;
	f->config.timeout_s = 30;
	serve(f);
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = dial(f);
	clock_sleep_ms(200, NULL);
	for (size_t i = 0; i < COUNT(fds); i++) {
		put(fds[i], "GET / HTTP/1.0\r\n\r\n", 18);
		take(f, fds[i], i < 4 ? 2000 : 300);
		assert_int_equal(status_of(f->answer), i < 4 ? 200 : 0);
		if (i >= 4)
			close(fds[i]);
	}
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
}

/* The answer to a body of that type; the length is the body's. */
static const char *
ask_multipart(struct fixture *f, const char *type, const char *body, size_t len)
{
	char text[2048];
	int  n = snprintf(text, sizeof(text),
	     "POST /multipart HTTP/1.1\r\n" HOST "Content-Type: %s\r\n"
	      "Content-Length: %zu\r\n\r\n",
	     type, len);

	memcpy(text + n, body, len);
	return ask_bytes(f, text, (size_t)n + len);
}

#define BOUNDED "multipart/form-data; boundary=xx"
#define PART(name) "--xx\r\nContent-Disposition: form-data; name=\"" name "\""

static void
a_multipart_body_is_read_field_by_field(void **state)
{
	static const char body[] = PART("a") "\r\n\r\none\r\n" PART(
	    "file") "; filename=\"r\xc3\xa4.gpx\"\r\n"
		    "Content-Type: application/octet-stream\r\n\r\n"
		    "\0\r\n--x\0--\r\n" PART("a") "\r\n\r\ntwo\r\n" PART(
			"empty") "\r\n\r\n\r\n--xx--\r\n";
	struct fixture *f = *state;
	const char     *answer;

	serve(f);
	answer = ask_multipart(f, BOUNDED, body, sizeof(body) - 1);
	assert_int_equal(status_of(answer), 200);
	assert_has(answer, "\r\n\r\na(-)=one;file(r\xc3\xa4.gpx)=0\r\n--x0--;"
			   "a(-)=two;empty(-)=;whole");
	answer = ask_multipart(
	    f, "Multipart/Form-Data; boundary=\"xx\"", body, sizeof(body) - 1);
	assert_has(answer, "whole");
}

static void
a_multipart_body_that_is_not_whole_is_broken(void **state)
{
	static const char body[] =
	    PART("a") "\r\n\r\none\r\n" PART("b") "\r\n\r\ntwo\r\n--xx--";
	static const char stop[] =
	    PART("stop") "\r\n\r\n1\r\n" PART("b") "\r\n\r\n2\r\n--xx--";
	struct fixture *f = *state;
	size_t          len = sizeof(body) - 1;

	serve(f);
	assert_has(ask_multipart(f, BOUNDED, body, len), "whole");
	for (size_t i = 0; i + 2 < len; i++)
		assert_has(ask_multipart(f, BOUNDED, body, i), "broken");
	assert_has(ask_multipart(f, "text/plain", body, len), "broken");
	assert_has(
	    ask_multipart(f, "multipart/form-data", body, len), "broken");
	assert_has(
	    ask_multipart(f, "multipart/form-data; boundary=yy", body, len),
	    "broken");
	assert_has(ask_multipart(f, BOUNDED, stop, sizeof(stop) - 1),
	    "stop(-)=1;broken");
}

static void
with_a_certificate_it_speaks_tls(void **state)
{
	struct fixture      *f = *state;
	struct certificate   certificate;
	struct http_response response;
	struct http         *http = http_new("test", NULL);
	char                 url[64];
	char                *cert, *key;

	certificate_make(&certificate, "subjectAltName=IP:127.0.0.1");
	cert = file_text(certificate.certificate);
	key = file_text(certificate.key);
	f->config.host = NULL;
	f->config.tls_cert = cert;
	f->config.tls_key = key;
	serve(f);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/echo",
	    server_port(f->server));
	http_response_init(&response);
	assert_true(http_set_ca_file(http, certificate.certificate));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    http_send(http,
			&(struct http_request){
			    .method = "GET", .url = url, .timeout_ms = 20000 },
			&response),
		    HTTP_ANSWERED);
		assert_int_equal(response.status, 200);
		assert_has(buf_text(&response.body), "GET /echo");
	}
	/* Plain HTTP gets nothing there. */
	assert_int_equal(status_of(ask(f, "GET / HTTP/1.0\r\n\r\n")), 0);
	http_response_free(&response);
	http_free(http);
	free(cert);
	free(key);
	certificate_remove(&certificate);
}

static void
a_certificate_that_is_none_serves_nobody(void **state)
{
	struct fixture *f = *state;
	char            message[200];

	f->config.tls_cert = f->config.tls_key = "no PEM";
	assert_null(server_start(&f->config, message, sizeof(message)));
	assert_has(message, "certificate");
}

static void
a_start_that_fails_says_why(void **state)
{
	struct fixture *f = *state;
	char            message[200];

	f->config.address = "localhost";
	assert_null(server_start(&f->config, message, sizeof(message)));
	assert_string_equal(
	    message, "cannot listen: localhost is not an IP address");
	f->config.address = "127.0.0.1";
	serve(f);
	f->config.port = server_port(f->server);
	assert_null(server_start(&f->config, message, sizeof(message)));
	assert_has(message, "Address already in use");
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_request_reaches_its_handler),
		SERVED(ids_differ),
		SERVED(a_form_is_read_by_its_type),
		SERVED(bad_forms_are_refused),
		SERVED(routes_match_part_by_part),
		SERVED(methods_are_told_apart),
		SERVED(a_head_is_a_get_without_a_body),
		SERVED(response_headers_are_set_added_and_replaced),
		SERVED(a_header_cannot_be_injected),
		SERVED(what_no_handler_must_see_is_refused),
		SERVED(a_smuggled_request_never_runs),
		SERVED(what_is_unusual_and_right_is_served),
		SERVED(any_host_will_do_where_none_is_set),
		SERVED(headers_have_limits),
		SERVED(a_long_target_is_refused),
		SERVED(many_query_fields_are_refused),
		SERVED(twice_the_same_header_or_cookie_is_none),
		SERVED(a_body_larger_than_allowed_is_refused_in_chunks_too),
		SERVED(a_body_that_was_cut_has_no_effect),
		SERVED(a_raw_nul_does_no_harm),
		SERVED(requests_on_one_connection_are_answered_in_order),
		SERVED(a_response_can_be_dropped_or_cut),
		SERVED(a_static_body_may_hold_anything),
		SERVED(every_response_is_finished_and_logged),
		SERVED(a_request_that_trickles_in_is_ended),
		SERVED(a_response_that_is_not_taken_is_ended),
		SERVED(a_handler_may_take_longer_than_a_request),
		SERVED(stopping_lets_a_running_request_finish),
		SERVED(a_stopped_server_takes_no_more),
		SERVED(many_clients_are_served_at_once),
		SERVED(connections_have_a_limit),
		SERVED(a_multipart_body_is_read_field_by_field),
		SERVED(a_multipart_body_that_is_not_whole_is_broken),
		SERVED(with_a_certificate_it_speaks_tls),
		SERVED(a_certificate_that_is_none_serves_nobody),
		SERVED(a_start_that_fails_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
