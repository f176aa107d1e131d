/* SPDX-License-Identifier: MIT */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/*
 * A server on 127.0.0.1 that does what a script says, byte for byte, and keeps
 * what it was sent: for tests of HTTP clients.
 *
 *	static const struct loopback_answer script[] = {
 *		{ .status = 503, .headers = "Retry-After: 1\r\n" },
 *		{ .status = 200, .body = "{\"id\":1}" },
 *		{ .raw = "HTTP/1.1 200 OK\r\n\r\n{\"id\":", .close = true },
 *		{ .silent = true },
 *	};
 *	struct loopback *peer = loopback_start(script, 4);
 *
 *	... send requests to loopback_url(peer) ...
 *	assert_int_equal(loopback_count(peer), 2);
 *	assert_string_equal(loopback_request(peer, 0)->method, "POST");
 *	loopback_stop(peer);
 *
 * The n-th request, on whatever connection, gets the n-th answer, and every
 * request after the last answer gets the last one again.  One thread serves all
 * connections in turn, so a delay delays everybody.
 */

#include <stdbool.h>
#include <stddef.h>

struct loopback_answer {
	/* Either the bytes that leave ... */
	const char *raw;
	size_t      raw_len; /* 0: up to the NUL */

	/* ... or what a status line, headers and Content-Length are made of. */
	int         status;
	const char *headers;  /* "Name: value\r\n..."; or NULL */
	const char *body;     /* or NULL */
	size_t      body_len; /* 0: up to the NUL */

	int         delay_ms; /* wait before the first byte */
	bool        cut; /* send only `cut_at` bytes of all that, and close */
	size_t      cut_at;
	bool        close; /* close afterwards, without saying so in a header */
	bool        silent; /* close at once, without an answer */
};

/* A request as it arrived.  It lives until loopback_stop(). */
struct loopback_request {
	char  *text; /* the whole of it, NUL-terminated */
	size_t len;
	char   method[16];
	char   target[2048]; /* "/path?query" */
	char  *body;         /* in `text`; "" when there is none */
	size_t body_len;
	size_t connection; /* 0 for the first one that was accepted ... */
};

struct loopback;

/* `script` must outlive the server.  Ends the test when that fails. */
struct loopback *loopback_start(
    const struct loopback_answer *script, size_t count);
void        loopback_stop(struct loopback *peer);

int         loopback_port(const struct loopback *peer);
const char *loopback_url(
    const struct loopback *peer); /* "http://127.0.0.1:N" */

/* How many whole requests, and how many connections, came so far. */
size_t loopback_count(struct loopback *peer);
size_t loopback_connections(struct loopback *peer);

/* The i-th request; ends the test when there are fewer. */
const struct loopback_request *loopback_request(
    struct loopback *peer, size_t i);

/* Copies the value of a header of a request; false when it has none. */
bool loopback_header(const struct loopback_request *request, const char *name,
    char *value, size_t size);

#endif
