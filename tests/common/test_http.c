/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "clock.h"
#include "http_internal.h"
#include "loopback.h"
#include "process.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A client, the peer it talks to, and the last answer. */
struct fixture {
	struct http         *http;
	atomic_bool          canceled;
	struct loopback     *peer;
	char                 url[300];
	struct http_response response;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->http = http_new("test/1", &f->canceled);
	assert_non_null(f->http);
	http_response_init(&f->response);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->peer != NULL)
		loopback_stop(f->peer);
	http_response_free(&f->response);
	http_free(f->http);
	free(f);
	return 0;
}

static void
start(struct fixture *f, const struct loopback_answer *script, size_t count)
{
	f->peer = loopback_start(script, count);
}

/* A request to the peer, to be changed before it is sent. */
static struct http_request
request_of(struct fixture *f, const char *method, const char *path)
{
	snprintf(f->url, sizeof(f->url), "%s%s", loopback_url(f->peer), path);
	return (struct http_request){
		.method = method, .url = f->url, .timeout_ms = 10000
	};
}

static enum http_outcome
get(struct fixture *f)
{
	struct http_request request = request_of(f, "GET", "/");

	return http_send(f->http, &request, &f->response);
}

static void
a_get_brings_status_headers_and_body(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 404,
		    .headers = "X-One: 1\r\nx-two:  2 \r\n",
		    .body = "not here" },
	};
	static const char *const headers[] = { "Accept: application/json",
		NULL };
	struct fixture          *f = *state;
	struct http_request      request;
	char                     value[100];

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/a/b?c=d%20e");
	request.headers = headers;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(f->response.status, 404);
	assert_true(f->response.sent);
	assert_string_equal(buf_text(&f->response.body), "not here");
	assert_string_equal(http_response_header(&f->response, "x-one"), "1");
	assert_string_equal(http_response_header(&f->response, "X-Two"), "2");
	assert_null(http_response_header(&f->response, "X-Three"));
	assert_string_equal(
	    loopback_request(f->peer, 0)->target, "/a/b?c=d%20e");
	assert_true(loopback_header(
	    loopback_request(f->peer, 0), "Accept", value, sizeof(value)));
	assert_string_equal(value, "application/json");
	assert_true(loopback_header(
	    loopback_request(f->peer, 0), "User-Agent", value, sizeof(value)));
	assert_string_equal(value, "test/1");
}

static void
a_post_brings_its_body_and_nothing_unasked(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	static const char *const headers[] = { "Content-Type: application/json",
		NULL };
	struct fixture          *f = *state;
	struct http_request      request;
	char                     value[100];
	static char              large[2000000];

	start(f, script, COUNT(script));
	request = request_of(f, "POST", "/");
	request.headers = headers;
	request.body = "{\0}";
	request.body_len = 3;
	request.basic = "user:pass:word";
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(loopback_request(f->peer, 0)->body_len, 3);
	assert_memory_equal(loopback_request(f->peer, 0)->body, "{\0}", 3);
	assert_true(loopback_header(loopback_request(f->peer, 0),
	    "Authorization", value, sizeof(value)));
	assert_string_equal(value, "Basic dXNlcjpwYXNzOndvcmQ=");

	/* Neither a guess at the type nor a wait for "100 Continue". */
	request = request_of(f, "PUT", "/");
	memset(large, 'x', sizeof(large));
	request.body = large;
	request.body_len = sizeof(large);
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(loopback_request(f->peer, 1)->body_len, sizeof(large));
	assert_false(loopback_header(loopback_request(f->peer, 1),
	    "Content-Type", value, sizeof(value)));
	assert_false(loopback_header(
	    loopback_request(f->peer, 1), "Expect", value, sizeof(value)));
	assert_false(loopback_header(loopback_request(f->peer, 1),
	    "Authorization", value, sizeof(value)));

	/* And nothing of it is left for the next one. */
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_string_equal(loopback_request(f->peer, 2)->method, "GET");
	assert_int_equal(loopback_request(f->peer, 2)->body_len, 0);
	assert_false(loopback_header(loopback_request(f->peer, 2),
	    "Content-Length", value, sizeof(value)));
}

static void
an_empty_post_says_so(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	struct fixture                     *f = *state;
	struct http_request                 request;
	char                                value[100];

	start(f, script, COUNT(script));
	request = request_of(f, "POST", "/");
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_string_equal(loopback_request(f->peer, 0)->method, "POST");
	assert_true(loopback_header(loopback_request(f->peer, 0),
	    "Content-Length", value, sizeof(value)));
	assert_string_equal(value, "0");
	request = request_of(f, "DELETE", "/");
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_string_equal(loopback_request(f->peer, 1)->method, "DELETE");
}

static void
a_head_does_not_wait_for_a_body(void **state)
{
	static const struct loopback_answer script[] = {
		{ .raw = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" },
	};
	struct fixture     *f = *state;
	struct http_request request;

	start(f, script, COUNT(script));
	request = request_of(f, "HEAD", "/");
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(f->response.status, 200);
	assert_int_equal(f->response.body.len, 0);
}

static void
two_gets_share_a_connection(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	struct fixture                     *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_int_equal(loopback_count(f->peer), 2);
	assert_int_equal(loopback_connections(f->peer), 1);
}

/* A refresh as the token endpoint would see it; `body` tells it from others. */
static enum http_outcome
post_once(struct fixture *f, const char *body)
{
	struct http_request request = request_of(f, "POST", "/token");

	request.body = body;
	request.body_len = strlen(body);
	request.at_most_once = true;
	return http_send(f->http, &request, &f->response);
}

/* libcurl sends even a POST again when a reused connection closes on it. */
static void
a_request_at_most_once_is_seen_at_most_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200 },
		{ .silent = true },
		{ .status = 200 },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_int_equal(post_once(f, "grant_type=refresh_token"), HTTP_BROKEN);
	assert_true(f->response.sent);
	assert_int_equal(loopback_count(f->peer), 2);
	assert_int_equal(loopback_request(f->peer, 1)->connection,
	    loopback_request(f->peer, 0)->connection);
	assert_string_equal(f->response.message,
	    "the connection was lost after the request had left");
}

/* The same without that promise: the test above could not fail otherwise. */
static void
another_request_is_sent_again_by_libcurl(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200 },
		{ .silent = true },
		{ .status = 200 },
	};
	struct fixture     *f = *state;
	struct http_request request;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	request = request_of(f, "POST", "/token");
	request.body = "x";
	request.body_len = 1;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(loopback_count(f->peer), 3);
}

/* Whatever the peer does to a connection, and whenever, no body comes twice. */
static void
no_body_comes_twice_however_connections_end(void **state)
{
	static const struct loopback_answer modes[] = {
		{ .status = 200, .body = "{}" },
		{ .silent = true },
		{ .status = 200, .close = true },
		{ .status = 200, .body = "{}", .cut = true, .cut_at = 20 },
		{ .status = 200, .headers = "Connection: close\r\n" },
		{ .raw = "HTTP/1.1 100 Continue\r\n\r\n", .close = true },
	};
	static struct loopback_answer script[216];
	struct fixture               *f = *state;
	char                          body[16];
	size_t                        count, reused = 0;

	/* Each way follows each other way, twice over. */
	for (size_t i = 0; i < COUNT(script); i++)
		script[i] = modes[i % 2 == 0 ? i / 12 % 6 : i / 2 % 6];
	start(f, script, COUNT(script));
	for (size_t i = 0; i < COUNT(script); i++) {
		snprintf(body, sizeof(body), "request=%03zu", i);
		post_once(f, body);
	}
	count = loopback_count(f->peer);
	assert_in_range(count, COUNT(script) / 2, COUNT(script));
	for (size_t i = 1; i < count; i++) {
		const struct loopback_request *a =
		    loopback_request(f->peer, i - 1);
		const struct loopback_request *b = loopback_request(f->peer, i);

		assert_true(strcmp(a->body, b->body) < 0);
		reused += a->connection == b->connection;
	}
	assert_in_range(reused, 1, count);
}

/* The same without a body. */
static void
an_empty_request_at_most_once_is_seen_at_most_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200 },
		{ .silent = true },
		{ .status = 200 },
	};
	struct fixture     *f = *state;
	struct http_request request;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	request = request_of(f, "DELETE", "/");
	request.at_most_once = true;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_BROKEN);
	assert_true(f->response.sent);
	assert_int_equal(loopback_count(f->peer), 2);
}

static void
an_answer_that_was_cut_is_broken_and_kept(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "0123456789",
		    .cut = true,
		    .cut_at = 52 },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_BROKEN);
	assert_true(f->response.sent);
	assert_int_equal(f->response.status, 200);
	assert_memory_equal(
	    buf_text(&f->response.body), "0123456789", f->response.body.len);
	assert_in_range(f->response.body.len, 1, 9);
	assert_string_not_equal(f->response.message, "");
}

static void
an_answer_cut_anywhere_never_counts_as_whole(void **state)
{
	static struct loopback_answer script[46];
	struct fixture               *f = *state;

	for (size_t i = 0; i < COUNT(script); i++)
		script[i] = (struct loopback_answer){ .status = 200,
			.body = "{\"a\":1}",
			.cut = true,
			.cut_at = i };
	start(f, script, COUNT(script));
	for (size_t i = 0; i < COUNT(script); i++) {
		struct http_request request = request_of(f, "POST", "/");

		request.at_most_once = true;
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_BROKEN);
		assert_true(f->response.sent);
	}
	assert_int_equal(loopback_count(f->peer), COUNT(script));
}

static void
what_is_no_http_is_broken(void **state)
{
	static const struct loopback_answer script[] = {
		{ .raw = "hello, this is no HTTP\r\n", .close = true },
		{ .raw = "\r\n\r\n", .close = true },
		{ .raw = "HTTP/1.1 abc\r\n\r\n", .close = true },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	for (size_t i = 0; i < COUNT(script); i++) {
		assert_int_equal(get(f), HTTP_BROKEN);
		assert_int_equal(f->response.status, 0);
	}
}

static void
an_answer_larger_than_allowed_is_refused(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "12345678" },
		{ .status = 200, .body = "123456789" },
		{ .raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			 "6\r\n123456\r\n6\r\n789012\r\n0\r\n\r\n" },
		{ .raw = "HTTP/1.1 200 OK\r\n\r\n123456789012", .close = true },
	};
	struct fixture     *f = *state;
	struct http_request request;

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	request.body_max = 8;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_string_equal(buf_text(&f->response.body), "12345678");
	for (size_t i = 1; i < COUNT(script); i++) {
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_TOO_LARGE);
		assert_int_equal(f->response.status, 200);
		/* With a length that says it before, nothing is read. */
		assert_string_equal(
		    buf_text(&f->response.body), i > 1 ? "12345678" : "");
	}
}

/* Packs `len` zeros the way a server does for "Content-Encoding: gzip". */
static size_t
gzip(char *to, size_t size, size_t len)
{
	z_stream z = { 0 };
	char    *zeros = calloc(1, len);

	assert_non_null(zeros);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (unsigned char *)zeros;
	z.avail_in = (unsigned)len;
	z.next_out = (unsigned char *)to;
	z.avail_out = (unsigned)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size -= z.avail_out;
	deflateEnd(&z);
	free(zeros);
	return size;
}

static void
what_unfolds_beyond_the_limit_is_refused(void **state)
{
	static char                   small[1000], bomb[200000];
	static struct loopback_answer script[] = {
		{ .status = 200,
		    .headers = "Content-Encoding: gzip\r\n",
		    .body = small },
		{ .status = 200,
		    .headers = "Content-Encoding: gzip\r\n",
		    .body = bomb },
		{ .status = 200,
		    .headers = "Content-Encoding: gzip\r\n",
		    .body = small },
	};
	struct fixture     *f = *state;
	struct http_request request;
	char                value[100];

	script[0].body_len = gzip(small, sizeof(small), 5000);
	script[1].body_len = gzip(bomb, sizeof(bomb), 50000000);
	script[2].body_len = script[0].body_len;
	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	request.compressed = true;
	request.body_max = 5000;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(f->response.body.len, 5000);
	assert_true(loopback_header(loopback_request(f->peer, 0),
	    "Accept-Encoding", value, sizeof(value)));
	assert_string_equal(value, "gzip");

	request.body_max = 1000000;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_TOO_LARGE);
	assert_int_equal(f->response.body.len, 1000000);

	/* Not asked for: not unfolded. */
	request.compressed = false;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(f->response.body.len, script[2].body_len);
	assert_false(loopback_header(loopback_request(f->peer, 2),
	    "Accept-Encoding", value, sizeof(value)));
}

static void
headers_beyond_the_limit_are_refused(void **state)
{
	static char                         lines[70000];
	static const struct loopback_answer script[] = {
		{ .raw = lines, .close = true },
	};
	struct fixture *f = *state;
	size_t          len;

	len = (size_t)snprintf(lines, sizeof(lines), "HTTP/1.1 200 OK\r\n");
	while (len < sizeof(lines) - 300)
		len += (size_t)snprintf(
		    lines + len, sizeof(lines) - len, "X: %0197d\r\n", 0);
	snprintf(lines + len, sizeof(lines) - len, "Content-Length: 0\r\n\r\n");
	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_TOO_LARGE);
}

static void
headers_of_an_interim_answer_and_trailers_do_not_count(void **state)
{
	static const struct loopback_answer script[] = {
		{ .raw = "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
			 "HTTP/1.1 200 OK\r\nX-Late: 1\r\n"
			 "Transfer-Encoding: chunked\r\n\r\n"
			 "2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n" },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_int_equal(f->response.status, 200);
	assert_string_equal(buf_text(&f->response.body), "ok");
	assert_null(http_response_header(&f->response, "X-Early"));
	assert_null(http_response_header(&f->response, "X-Trailer"));
	assert_string_equal(http_response_header(&f->response, "X-Late"), "1");
}

static void
odd_headers_are_passed_over(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .headers = "X A: 1\r\n: 2\r\nX-B: a\x01z\r\nX-C:\r\n"
			       "X-D:\t3\t\r\nX-D: 4\r\n" },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_null(http_response_header(&f->response, "X A"));
	assert_null(http_response_header(&f->response, ""));
	assert_null(http_response_header(&f->response, "X-B"));
	assert_string_equal(http_response_header(&f->response, "X-C"), "");
	assert_string_equal(http_response_header(&f->response, "X-D"), "3");
}

static void
an_earlier_answer_leaves_nothing_behind(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .headers = "X-Old: 1\r\n", .body = "old" },
		{ .silent = true },
	};
	struct fixture     *f = *state;
	struct http_request request;

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	request.at_most_once = true;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_BROKEN);
	assert_int_equal(f->response.status, 0);
	assert_int_equal(f->response.body.len, 0);
	assert_null(http_response_header(&f->response, "X-Old"));
}

static void
memory_reserved_for_an_answer_is_used(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"refresh_token\":\"t\"}" },
	};
	struct fixture     *f = *state;
	struct http_request request;
	const char         *data;

	start(f, script, COUNT(script));
	assert_true(buf_reserve(&f->response.body, 4096));
	data = f->response.body.data;
	request = request_of(f, "POST", "/");
	request.at_most_once = true;
	request.body_max = 4096;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	assert_ptr_equal(f->response.body.data, data);
	assert_int_equal(f->response.body.len, 21);
}

static void
a_redirect_is_an_answer(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 302, .headers = "Location: /elsewhere\r\n" },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_int_equal(f->response.status, 302);
	assert_int_equal(loopback_count(f->peer), 1);
}

static void
a_control_character_is_refused_before_anything_is_sent(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	static const char *const urls[] = { "/a b", "/a\r\nX: 1", "/a\nb",
		"/a\tb", "/\x7f", "/\xc3\xa9" };
	static const char *const headers[][2] = { { "X: a\r\nY: b", NULL },
		{ "X: a\nY: b", NULL }, { "X: a\rb", NULL },
		{ "X\r\nY: b", NULL }, { "X", NULL }, { "X:", NULL },
		{ "X;", NULL }, { ": b", NULL }, { "", NULL },
		{ "X Y: b", NULL }, { "X: a\x7f", NULL } };
	static const char *const methods[] = { "", "GET /x HTTP/1.1\r\n",
		"G ET", "GET\n" };
	struct fixture          *f = *state;
	struct http_request      request;

	start(f, script, COUNT(script));
	for (size_t i = 0; i < COUNT(urls); i++) {
		request = request_of(f, "GET", urls[i]);
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_ARGUMENT);
		assert_false(f->response.sent);
	}
	for (size_t i = 0; i < COUNT(headers); i++) {
		request = request_of(f, "GET", "/");
		request.headers = headers[i];
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_ARGUMENT);
	}
	for (size_t i = 0; i < COUNT(methods); i++) {
		request = request_of(f, methods[i], "/");
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_ARGUMENT);
	}
	request = request_of(f, "GET", "/");
	request.basic = "user:pass\r\nX: 1";
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ARGUMENT);
	http_free(f->http);
	f->http = http_new("test\r\nX: 1", NULL);
	request = request_of(f, "GET", "/");
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_ARGUMENT);
	assert_int_equal(loopback_connections(f->peer), 0);
}

static void
only_https_and_this_machine_are_spoken_to(void **state)
{
	static const char *const urls[] = { "", "/path", "example.org",
		"http://192.0.2.1/", "http://example.invalid/",
		"http://127.0.0.1.example.invalid/",
		"http://localhost.example.invalid/", "http://10.0.0.1/",
		"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
		"https://user@example.invalid/",
		"http://user:password@127.0.0.1/", "https://", "https:///x",
		"http://127.0.0.1@192.0.2.1/" };
	struct fixture          *f = *state;
	struct http_request request = { .method = "GET", .timeout_ms = 10000 };

	for (size_t i = 0; i < COUNT(urls); i++) {
		request.url = urls[i];
		if (http_send(f->http, &request, &f->response) != HTTP_ARGUMENT)
			fail_msg("not refused: %s", urls[i]);
		assert_false(f->response.sent);
		assert_string_not_equal(f->response.message, "");
	}
}

/* Sets what libcurl would look for; NULL removes it.  No other thread looks. */
static void
set_environment(const char *proxy, const char *no_proxy)
{
	static const char *const names[] = { "http_proxy", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
		"NO_PROXY" };

	/* NOLINTBEGIN(concurrency-mt-unsafe) */
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *value = i < 5 ? proxy : no_proxy;

		if (value != NULL)
			setenv(names[i], value, 1);
		else
			unsetenv(names[i]);
	}
	/* NOLINTEND(concurrency-mt-unsafe) */
}

static void
proxies_of_the_environment_are_not_used(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	struct fixture                     *f = *state;
	char                                nobody[40];
	struct http_request                 request = {
				.method = "GET",
				.url = "https://127.0.0.1:1/",
				.timeout_ms = 10000,
	};

	start(f, script, COUNT(script));
	snprintf(nobody, sizeof(nobody), "http://127.0.0.1:%d", free_port());
	set_environment(nobody, NULL);
	assert_int_equal(get(f), HTTP_ANSWERED);
	set_environment(loopback_url(f->peer), NULL);
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_CONNECT);
	set_environment(NULL, NULL);
	assert_int_equal(loopback_count(f->peer), 1);
}

static void
a_proxy_that_was_set_is_used_for_https_only(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 403, .headers = "X-Proxy: 1\r\n", .close = true },
		{ .status = 200 },
	};
	struct fixture     *f = *state;
	struct http_request request = { .method = "POST",
		.url = "https://example.invalid/token?secret=1",
		.at_most_once = true,
		.basic = "user:password",
		.timeout_ms = 10000 };

	start(f, script, COUNT(script));
	assert_true(http_set_proxy(f->http, loopback_url(f->peer)));
	set_environment(NULL, "*");
	assert_int_not_equal(
	    http_send(f->http, &request, &f->response), HTTP_ANSWERED);
	set_environment(NULL, NULL);
	assert_string_equal(loopback_request(f->peer, 0)->method, "CONNECT");
	assert_null(strstr(loopback_request(f->peer, 0)->text, "Authoriz"));
	assert_false(f->response.sent);
	assert_int_equal(f->response.status, 0);
	assert_null(http_response_header(&f->response, "X-Proxy"));

	assert_true(http_set_proxy(f->http, "http://127.0.0.1:1"));
	assert_int_equal(get(f), HTTP_ANSWERED);
	assert_true(http_set_proxy(f->http, NULL));
	assert_int_equal(get(f), HTTP_ANSWERED);
}

static void
a_refused_connection_sends_nothing(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	struct fixture                     *f = *state;
	struct http_request                 request;

	/* After an answer on the same handle: nothing of it is left. */
	start(f, script, COUNT(script));
	assert_int_equal(get(f), HTTP_ANSWERED);
	request = request_of(f, "POST", "/");
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d/?token=s3cr3t",
	    free_port());
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_CONNECT);
	assert_false(f->response.sent);
	assert_int_equal(f->response.status, 0);
	assert_string_not_equal(f->response.message, "");
	assert_null(strstr(f->response.message, "s3cr3t"));
}

static void
a_name_that_is_none_sends_nothing(void **state)
{
	struct fixture     *f = *state;
	struct http_request request = { .method = "GET",
		.url = "https://host.invalid/?token=s3cr3t",
		.timeout_ms = 10000 };

	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_CONNECT);
	assert_false(f->response.sent);
	assert_null(strstr(f->response.message, "s3cr3t"));
}

static void
the_deadline_is_kept(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .delay_ms = 20000 },
	};
	struct fixture     *f = *state;
	struct http_request request;
	int64_t             began = clock_steady_ms();

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	request.timeout_ms = 200;
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_TIMEOUT);
	assert_true(f->response.sent);
	assert_in_range(clock_steady_ms() - began, 190, 10000);
}

/* A name server that is silent, for the name "slow.invalid".  libcurl asks for
 * names on a thread of its own, which would be waited for. */
/* As the system names them. NOLINTBEGIN(bugprone-reserved-identifier) */
int
getaddrinfo(const char *__name, const char *__service,
    const struct addrinfo *__req, struct addrinfo **__pai)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);

	if (__name != NULL && strcmp(__name, "slow.invalid") == 0) {
		clock_sleep_ms(5000, NULL);
		return EAI_AGAIN;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(__name, __service, __req, __pai);
}
/* NOLINTEND(bugprone-reserved-identifier) */

static struct http_request
slow_request(void)
{
	return (struct http_request){ .method = "GET",
		.url = "https://slow.invalid/",
		.timeout_ms = 200 };
}

static void
the_deadline_is_kept_while_a_name_is_looked_up(void **state)
{
	struct fixture     *f = *state;
	struct http_request request = slow_request();
	int64_t             began = clock_steady_ms();

	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_TIMEOUT);
	assert_false(f->response.sent);
	assert_in_range(clock_steady_ms() - began, 190, 3000);
}

static void
without_time_nothing_is_sent(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	struct fixture                     *f = *state;
	struct http_request                 request;

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	for (request.timeout_ms = -1; request.timeout_ms <= 0;
	     request.timeout_ms++) {
		assert_int_equal(
		    http_send(f->http, &request, &f->response), HTTP_TIMEOUT);
		assert_false(f->response.sent);
	}
	assert_int_equal(loopback_connections(f->peer), 0);
}

static void *
cancel_soon(void *ctx)
{
	struct fixture *f = ctx;

	clock_sleep_ms(100, NULL);
	atomic_store(&f->canceled, true);
	return NULL;
}

static void
a_cancel_from_another_thread_ends_it(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .delay_ms = 20000 },
	};
	struct fixture *f = *state;
	pthread_t       thread;
	int64_t         began = clock_steady_ms();

	start(f, script, COUNT(script));
	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f), 0);
	assert_int_equal(get(f), HTTP_CANCELED);
	pthread_join(thread, NULL);
	assert_true(f->response.sent);
	assert_in_range(clock_steady_ms() - began, 100, 8000);

	/* The flag is still up: the next one does not begin. */
	assert_int_equal(get(f), HTTP_CANCELED);
	assert_false(f->response.sent);
	assert_int_equal(loopback_count(f->peer), 1);
}

static void
a_cancel_ends_the_look_up_of_a_name(void **state)
{
	struct fixture     *f = *state;
	struct http_request request = slow_request();
	pthread_t           thread;
	int64_t             began = clock_steady_ms();

	request.timeout_ms = 20000;
	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, f), 0);
	assert_int_equal(
	    http_send(f->http, &request, &f->response), HTTP_CANCELED);
	pthread_join(thread, NULL);
	assert_false(f->response.sent);
	assert_in_range(clock_steady_ms() - began, 100, 3000);
}

#define MANY 40

/* Many at once, each with its own answer. */
static void
many_requests_go_out_at_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "the same for all" },
	};
	struct fixture       *f = *state;
	struct http_request   requests[MANY];
	struct http_response  responses[MANY];
	struct http_exchange *x;
	unsigned char         seen[MANY] = { 0 };
	size_t                i;

	start(f, script, COUNT(script));
	for (i = 0; i < MANY; i++) {
		requests[i] = request_of(f, "GET", "/");
		http_response_init(&responses[i]);
		assert_non_null(
		    http_start(f->http, &requests[i], &responses[i], &seen[i]));
	}
	for (i = 0; i < MANY; i++) {
		assert_non_null(x = http_wait(f->http, 10000));
		++*(unsigned char *)http_tag(x);
		assert_int_equal(http_end(x), HTTP_ANSWERED);
	}
	assert_null(http_wait(f->http, 0));
	for (i = 0; i < MANY; i++) {
		assert_int_equal(seen[i], 1);
		assert_string_equal(
		    buf_text(&responses[i].body), "the same for all");
		http_response_free(&responses[i]);
	}
	assert_int_equal(loopback_count(f->peer), MANY);
}

/* `count` requests at once, all of which are answered. */
static void
send_at_once(struct fixture *f, size_t count)
{
	const struct http_request request = request_of(f, "GET", "/");
	struct http_response      responses[MANY];

	for (size_t i = 0; i < count; i++) {
		http_response_init(&responses[i]);
		assert_non_null(
		    http_start(f->http, &request, &responses[i], NULL));
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    http_end(http_wait(f->http, 10000)), HTTP_ANSWERED);
	for (size_t i = 0; i < count; i++)
		http_response_free(&responses[i]);
}

/* However few requests are under way meanwhile. */
static void
connections_are_kept_for_the_next_ones(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "the same for all" },
	};
	struct fixture *f = *state;

	start(f, script, COUNT(script));
	send_at_once(f, 8);
	send_at_once(f, 1);
	send_at_once(f, 8);
	assert_int_equal(loopback_count(f->peer), 17);
	assert_in_range(loopback_connections(f->peer), 1, 8);
}

static void
one_of_many_can_be_ended_early(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .delay_ms = 300 },
	};
	struct fixture       *f = *state;
	struct http_request   request;
	struct http_response  other;
	struct http_exchange *early, *late;

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	http_response_init(&other);
	early = http_start(f->http, &request, &other, NULL);
	late = http_start(f->http, &request, &f->response, NULL);
	assert_null(http_wait(f->http, 100));
	assert_int_equal(http_end(early), HTTP_TIMEOUT);
	assert_true(other.sent);
	assert_ptr_equal(http_wait(f->http, 10000), late);
	assert_int_equal(http_end(late), HTTP_ANSWERED);
	http_response_free(&other);
}

/* Freed with requests under way: nothing leaks, nobody waits. */
static void
what_is_under_way_may_be_given_up(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .delay_ms = 2000 },
	};
	struct fixture      *f = *state;
	struct http_request  request;
	struct http_response other;

	start(f, script, COUNT(script));
	request = request_of(f, "GET", "/");
	http_response_init(&other);
	assert_non_null(http_start(f->http, &request, &other, NULL));
	assert_null(http_wait(f->http, 50));
	http_free(f->http);
	f->http = NULL;
	http_response_free(&other);
}

/* A server with TLS and a certificate of its own making. */
struct tls {
	struct process     process;
	struct environment env;
	char               folder[40], certificate[60], key[60], url[60];
};

static void
run_openssl(struct tls *tls, const char *const argv[], const char *name)
{
	process_start(&tls->process, argv, &tls->env, tls->folder, name);
}

static void
make_certificate(struct tls *tls, const char *san)
{
	const char *const argv[] = { "/usr/bin/openssl", "req", "-x509",
		"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
		"-nodes", "-days", "2", "-subj", "/CN=test", "-addext", san,
		"-keyout", tls->key, "-out", tls->certificate, NULL };

	run_openssl(tls, argv, "req");
	assert_true(process_wait(&tls->process, 30000));
	assert_int_equal(tls->process.code, 0);
	process_free(&tls->process);
}

/* `version` is what the server is limited to: "-tls1_1" ...  `verify` is
 * "-Verify" for one that turns clients without a certificate away. */
static void
tls_start_as(
    struct tls *tls, const char *san, const char *version, const char *verify)
{
	const char *const argv[] = { "/usr/bin/openssl", "s_server", "-accept",
		"127.0.0.1:0", "-cert", tls->certificate, "-key", tls->key,
		"-www", "-cipher", "DEFAULT:@SECLEVEL=0", version, verify,
		verify != NULL ? "1" : NULL, NULL };
	char             *out, *at;

	memset(tls, 0, sizeof(*tls));
	snprintf(tls->folder, sizeof(tls->folder), "/tmp/test_http.XXXXXX");
	assert_non_null(mkdtemp(tls->folder));
	snprintf(tls->certificate, sizeof(tls->certificate), "%s/cert.pem",
	    tls->folder);
	snprintf(tls->key, sizeof(tls->key), "%s/key.pem", tls->folder);
	make_certificate(tls, san);
	run_openssl(tls, argv, "s_server");
	assert_true(process_await(
	    &tls->process, tls->process.out, "ACCEPT 127.0.0.1:", 30000));
	out = process_out(&tls->process);
	at = strstr(out, "ACCEPT 127.0.0.1:");
	snprintf(tls->url, sizeof(tls->url), "https://127.0.0.1:%d/",
	    (int)strtol(at + strlen("ACCEPT 127.0.0.1:"), NULL, 10));
	free(out);
}

static void
tls_start(struct tls *tls, const char *san, const char *version)
{
	tls_start_as(tls, san, version, NULL);
}

static void
tls_stop(struct tls *tls)
{
	static const char *const names[] = { "cert.pem", "key.pem", "req.out",
		"req.err", "s_server.out", "s_server.err", "hash.out",
		"hash.err" };
	char                     path[80];

	process_end(&tls->process);
	process_free(&tls->process);
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", tls->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(tls->folder), 0);
	environment_free(&tls->env);
}

/* What comes of a request to a server like that. */
static enum http_outcome
get_tls(struct fixture *f, const char *san, const char *version, bool trusted)
{
	struct tls          tls;
	enum http_outcome   outcome;
	struct http_request request = { .method = "GET", .timeout_ms = 20000 };

	tls_start(&tls, san, version);
	request.url = tls.url;
	assert_true(
	    http_set_ca_file(f->http, trusted ? tls.certificate : NULL));
	outcome = http_send(f->http, &request, &f->response);
	tls_stop(&tls);
	return outcome;
}

static void
a_trusted_certificate_is_enough(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    get_tls(f, "subjectAltName=IP:127.0.0.1", "-tls1_2", true),
	    HTTP_ANSWERED);
	assert_int_equal(f->response.status, 200);
	assert_non_null(strstr(buf_text(&f->response.body), "TLSv1.2"));
}

static void
without_trust_nothing_is_sent(void **state)
{
	static const struct {
		const char *san, *version;
		bool        trusted;
	} servers[] = {
		{ "subjectAltName=IP:127.0.0.1", "-tls1_3", false },
		{ "subjectAltName=DNS:other.invalid", "-tls1_3", true },
		{ "subjectAltName=IP:127.0.0.1", "-tls1_1", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(servers); i++) {
		assert_int_equal(get_tls(f, servers[i].san, servers[i].version,
				     servers[i].trusted),
		    HTTP_TLS);
		assert_false(f->response.sent);
		assert_int_equal(f->response.status, 0);
		assert_string_not_equal(f->response.message, "");
	}
}

static void
a_missing_bundle_is_a_matter_of_trust(void **state)
{
	struct fixture *f = *state;
	struct tls      tls;

	tls_start(&tls, "subjectAltName=IP:127.0.0.1", "-tls1_3");
	assert_true(http_set_ca_file(f->http, "/nonexistent/bundle.pem"));
	assert_int_equal(
	    http_send(f->http,
		&(struct http_request){
		    .method = "GET", .url = tls.url, .timeout_ms = 20000 },
		&f->response),
	    HTTP_TLS);
	assert_false(f->response.sent);
	tls_stop(&tls);
}

/* A client of such a server that shows what stands in two files. */
static enum http_outcome
show_certificate(struct fixture *f, const struct tls *tls,
    const char *certificate, const char *key)
{
	return http_send(f->http,
	    &(struct http_request){ .method = "GET",
		.url = tls->url,
		.timeout_ms = 20000,
		.certificate = certificate,
		.certificate_key = key },
	    &f->response);
}

/* Puts a link to the server's certificate, as c_rehash(1) does, beside it. */
static void
hash_certificate(struct tls *tls, char link[120])
{
	static const char *const argv[] = { "/usr/bin/openssl", "x509", "-hash",
		"-noout", "-in", NULL, NULL };
	const char              *own[COUNT(argv)];
	struct process           process;
	char                    *out;

	memcpy(own, argv, sizeof(argv));
	own[5] = tls->certificate;
	process_start(&process, own, &tls->env, tls->folder, "hash");
	assert_true(process_wait(&process, 20000));
	out = process_out(&process);
	assert_true(strlen(out) >= 8);
	snprintf(link, 120, "%s/%.8s.0", tls->folder, out);
	free(out);
	process_free(&process);
	assert_int_equal(symlink("cert.pem", link), 0);
}

/* The system's trust is first looked for in its folder, then in its bundle. */
static void
what_the_folder_lacks_the_bundle_may_have(void **state)
{
	static const struct {
		bool              hashed, bundled;
		enum http_outcome outcome;
		bool              keeps_folder;
	} systems[] = {
		{ true, false, HTTP_ANSWERED, true },
		{ false, true, HTTP_ANSWERED, false },
		{ true, true, HTTP_ANSWERED, true },
		{ false, false, HTTP_TLS, false },
	};
	struct fixture *f = *state;
	struct tls      tls;
	char            link[120];

	tls_start(&tls, "subjectAltName=IP:127.0.0.1", "-tls1_3");
	assert_false(http_is_hashed(tls.folder));
	assert_false(http_is_hashed("/nonexistent"));
	hash_certificate(&tls, link);
	assert_true(http_is_hashed(tls.folder));
	for (size_t i = 0; i < COUNT(systems); i++) {
		f->http->ca_folder =
		    systems[i].hashed ? tls.folder : "/nonexistent";
		f->http->ca_bundle =
		    systems[i].bundled ? tls.certificate : "/nonexistent";
		assert_int_equal(
		    show_certificate(f, &tls, NULL, NULL), systems[i].outcome);
		assert_int_equal(
		    f->response.sent, systems[i].outcome == HTTP_ANSWERED);
		assert_int_equal(
		    f->http->ca_folder != NULL, systems[i].keeps_folder);
		http_free(f->http);
		f->http = http_new("test/1", &f->canceled);
	}
	/* What may be sent once goes on as well: nothing was sent. */
	f->http->ca_folder = "/nonexistent";
	f->http->ca_bundle = tls.certificate;
	assert_int_equal(http_send(f->http,
			     &(struct http_request){ .method = "GET",
				 .url = tls.url,
				 .timeout_ms = 20000,
				 .at_most_once = true },
			     &f->response),
	    HTTP_ANSWERED);
	unlink(link);
	tls_stop(&tls);
}

static void
a_certificate_is_shown_by_the_request_that_has_it(void **state)
{
	static const char *const versions[] = { "-tls1_2", "-tls1_3" };
	struct fixture          *f = *state;

	for (size_t i = 0; i < COUNT(versions); i++) {
		struct tls tls;
		char      *certificate, *key;

		tls_start_as(&tls, "subjectAltName=IP:127.0.0.1", versions[i],
		    "-Verify");
		assert_true(http_set_ca_file(f->http, tls.certificate));
		certificate = file_text(tls.certificate);
		key = file_text(tls.key);
		assert_int_equal(
		    show_certificate(f, &tls, certificate, key), HTTP_ANSWERED);
		assert_non_null(
		    strstr(buf_text(&f->response.body), "Client certificate"));
		/* Neither its connection nor its session serves another. */
		assert_int_not_equal(
		    show_certificate(f, &tls, NULL, NULL), HTTP_ANSWERED);
		assert_int_equal(
		    show_certificate(f, &tls, certificate, key), HTTP_ANSWERED);
		free(certificate);
		free(key);
		tls_stop(&tls);
	}
}

static void
a_certificate_that_cannot_be_shown_stops_the_request(void **state)
{
	static const char locked[] =
	    "-----BEGIN EC PRIVATE KEY-----\n"
	    "Proc-Type: 4,ENCRYPTED\n"
	    "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
	    "AAAAAAAAAAAAAAAAAAAAAA==\n"
	    "-----END EC PRIVATE KEY-----\n";
	struct fixture *f = *state;
	struct tls      tls;
	char           *certificate, *key;

	tls_start_as(&tls, "subjectAltName=IP:127.0.0.1", "-tls1_3", "-Verify");
	assert_true(http_set_ca_file(f->http, tls.certificate));
	certificate = file_text(tls.certificate);
	key = file_text(tls.key);
	assert_int_equal(show_certificate(f, &tls, "no PEM", key), HTTP_TLS);
	assert_int_equal(
	    show_certificate(f, &tls, certificate, "no PEM"), HTTP_TLS);
	assert_int_equal(
	    show_certificate(f, &tls, certificate, locked), HTTP_TLS);
	assert_false(f->response.sent);
	assert_int_equal(
	    show_certificate(f, &tls, certificate, NULL), HTTP_ARGUMENT);
	assert_int_equal(show_certificate(f, &tls, NULL, key), HTTP_ARGUMENT);
	snprintf(tls.url, sizeof(tls.url), "http://127.0.0.1:1/");
	assert_int_equal(
	    show_certificate(f, &tls, certificate, key), HTTP_ARGUMENT);
	free(certificate);
	free(key);
	tls_stop(&tls);
}

static void
added_headers_are_checked(void **state)
{
	struct fixture       *f = *state;
	struct http_response *r = &f->response;

	assert_true(http_response_add_header(r, "X-One", "a\tb"));
	assert_true(http_response_add_header(r, "x-one", "second"));
	assert_true(http_response_add_header(r, "X-Empty", ""));
	assert_false(http_response_add_header(r, "X Two", "a"));
	assert_false(http_response_add_header(r, "", "a"));
	assert_false(http_response_add_header(r, "X-Two", "a\r\nb"));
	assert_false(http_response_add_header(r, "X-Two:", "a"));
	assert_string_equal(http_response_header(r, "X-ONE"), "a\tb");
	assert_string_equal(http_response_header(r, "X-Empty"), "");
	assert_null(http_response_header(r, "X-Two"));
	assert_null(http_response_header(r, "second"));
}

static void
retry_after_is_seconds_up_to_a_day(void **state)
{
	static const struct {
		const char *text;
		int64_t     s;
	} values[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "0120", 120 },
		{ "86400", 86400 },
		{ "86401", 86400 },
		{ "99999999999999999999999", 86400 },
		{ "", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5", -1 },
		{ "7 ", -1 },
		{ "soon", -1 },
		{ "Wed, 21 Oct 2015 07:28:00 GMT", -1 },
	};
	struct fixture *f = *state;

	assert_int_equal(http_retry_after_s(&f->response), -1);
	for (size_t i = 0; i < COUNT(values); i++) {
		buf_clear(&f->response.headers);
		assert_true(http_response_add_header(
		    &f->response, "retry-after", values[i].text));
		assert_int_equal(http_retry_after_s(&f->response), values[i].s);
	}
}

static void
urls_are_told_apart(void **state)
{
	static const struct {
		const char *url;
		bool        loopback, base, plain_base;
	} urls[] = {
		{ "https://www.strava.com/api/v3", false, true, true },
		{ "https://h", false, true, true },
		{ "HTTPS://h:8443/", false, true, true },
		{ "https://127.0.0.1", false, true, true },
		{ "http://127.0.0.1", true, true, true },
		{ "http://127.1.2.3:8080/x", true, true, true },
		{ "http://[::1]:8080", true, true, true },
		{ "http://localhost:8080", true, true, true },
		{ "http://LOCALHOST", true, true, true },
		{ "http://metadata.google.internal", false, false, true },
		{ "http://169.254.169.254", false, false, true },
		{ "http://127.0.0.1.example.org", false, false, true },
		{ "http://localhost.example.org", false, false, true },
		{ "http://[::2]", false, false, true },
		{ "https://user@h", false, false, false },
		{ "https://user:pass@h", false, false, false },
		{ "http://user@127.0.0.1", false, false, false },
		{ "https://h?", false, false, false },
		{ "https://h/?a=b", false, false, false },
		{ "https://h/#", false, false, false },
		{ "https://h/a b", false, false, false },
		{ "https://h/\xc3\xa9", false, false, false },
		{ "https://h:99999", false, false, false },
		{ "https://", false, false, false },
		{ "ftp://127.0.0.1", false, false, false },
		{ "file:///x", false, false, false },
		{ "127.0.0.1", false, false, false },
		{ "h", false, false, false },
		{ "", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		if (http_url_is_loopback(urls[i].url) != urls[i].loopback ||
		    http_url_is_base(urls[i].url, false) != urls[i].base ||
		    http_url_is_base(urls[i].url, true) != urls[i].plain_base)
			fail_msg("mistaken: %s", urls[i].url);
	}
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PEER(a_get_brings_status_headers_and_body),
		WITH_PEER(a_post_brings_its_body_and_nothing_unasked),
		WITH_PEER(an_empty_post_says_so),
		WITH_PEER(a_head_does_not_wait_for_a_body),
		WITH_PEER(two_gets_share_a_connection),
		WITH_PEER(a_request_at_most_once_is_seen_at_most_once),
		WITH_PEER(another_request_is_sent_again_by_libcurl),
		WITH_PEER(no_body_comes_twice_however_connections_end),
		WITH_PEER(an_empty_request_at_most_once_is_seen_at_most_once),
		WITH_PEER(an_answer_that_was_cut_is_broken_and_kept),
		WITH_PEER(an_answer_cut_anywhere_never_counts_as_whole),
		WITH_PEER(what_is_no_http_is_broken),
		WITH_PEER(an_answer_larger_than_allowed_is_refused),
		WITH_PEER(what_unfolds_beyond_the_limit_is_refused),
		WITH_PEER(headers_beyond_the_limit_are_refused),
		WITH_PEER(
		    headers_of_an_interim_answer_and_trailers_do_not_count),
		WITH_PEER(odd_headers_are_passed_over),
		WITH_PEER(an_earlier_answer_leaves_nothing_behind),
		WITH_PEER(memory_reserved_for_an_answer_is_used),
		WITH_PEER(a_redirect_is_an_answer),
		WITH_PEER(
		    a_control_character_is_refused_before_anything_is_sent),
		WITH_PEER(only_https_and_this_machine_are_spoken_to),
		WITH_PEER(proxies_of_the_environment_are_not_used),
		WITH_PEER(a_proxy_that_was_set_is_used_for_https_only),
		WITH_PEER(a_refused_connection_sends_nothing),
		WITH_PEER(a_name_that_is_none_sends_nothing),
		WITH_PEER(the_deadline_is_kept),
		WITH_PEER(the_deadline_is_kept_while_a_name_is_looked_up),
		WITH_PEER(a_cancel_ends_the_look_up_of_a_name),
		WITH_PEER(many_requests_go_out_at_once),
		WITH_PEER(connections_are_kept_for_the_next_ones),
		WITH_PEER(one_of_many_can_be_ended_early),
		WITH_PEER(what_is_under_way_may_be_given_up),
		WITH_PEER(without_time_nothing_is_sent),
		WITH_PEER(a_cancel_from_another_thread_ends_it),
		WITH_PEER(a_trusted_certificate_is_enough),
		WITH_PEER(without_trust_nothing_is_sent),
		WITH_PEER(a_missing_bundle_is_a_matter_of_trust),
		WITH_PEER(what_the_folder_lacks_the_bundle_may_have),
		WITH_PEER(a_certificate_is_shown_by_the_request_that_has_it),
		WITH_PEER(a_certificate_that_cannot_be_shown_stops_the_request),
		WITH_PEER(added_headers_are_checked),
		WITH_PEER(retry_after_is_seconds_up_to_a_day),
		cmocka_unit_test(urls_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
