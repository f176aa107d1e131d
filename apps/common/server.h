/* SPDX-License-Identifier: MIT */
#ifndef APPS_SERVER_H
#define APPS_SERVER_H

/*
 * An HTTP/1.1 server over libmicrohttpd: requests in, responses out, a table of
 * routes in between.  A gate in front of the routes refuses what libmicrohttpd
 * 0.9.75 lets through (two lengths, two hosts, a length beside chunks, control
 * characters, encoded NULs, methods and versions nobody asked for ...), so a
 * handler sees only requests of one plain shape.
 *
 * Each connection has a thread; handlers of different connections run at once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

struct request;

/* "GET" or "POST" ...; HEAD is shown to handlers as GET. */
const char *request_method(const struct request *request);
const char *request_path(const struct request *request); /* decoded */
const char *request_peer(const struct request *request); /* address */
const char *request_id(const struct request *request);   /* 16 hex digits */

/* The part of the path that the i-th "{}" of the route's pattern matched. */
const char *request_part(const struct request *request, size_t i);

/*
 * NULL when absent.  The gate has refused a request that gives one query or
 * form field twice; a header or cookie that stands there twice counts as
 * absent.  A form is read when the body is application/x-www-form-urlencoded.
 */
const char *request_query(const struct request *request, const char *name);
const char *request_form(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
const char *request_cookie(const struct request *request, const char *name);

/* The query as it was sent, without "?"; "" when there is none. */
const char *request_raw_query(const struct request *request);

/* The body, NUL-terminated. */
const char *request_body(const struct request *request, size_t *len);

/*
 * Hands over the fields of a multipart/form-data body in their order, each in one
 * piece or in several; `file_name` is NULL of a field that is no file.  False when
 * the body is of another type, malformed or not whole, or `take` returned false.
 */
typedef bool (*take_fn)(void *ctx, const char *name, const char *file_name,
    const void *data, size_t len);
bool request_read_multipart(
    const struct request *request, take_fn take, void *ctx);

/* How the response leaves; anything but WIRE_WHOLE is for the sandbox. */
enum wire {
	WIRE_WHOLE,
	WIRE_DROP,    /* close without an answer */
	WIRE_TRUNCATE /* full length announced, half sent, closed */
};

#define RESPONSE_HEADERS_MAX 24

struct response {
	int         status; /* 200 to begin with */
	struct buf  body;
	const char *static_body; /* instead of `body`: lives for ever */
	size_t      static_len;
	struct {
		char name[40];
		char value[1600];
	} headers[RESPONSE_HEADERS_MAX];
	size_t    header_count;
	bool      failed; /* a header did not fit: answered with 500 */
	enum wire wire;
};

/* Adds, or replaces one of that name (Set-Cookie is always added).  A value with
 * a control character makes the response fail. */
void response_header(
    struct response *response, const char *name, const char *value);
void response_type(struct response *response, const char *media_type);

/* 303 See Other. */
void response_redirect(struct response *response, const char *location);

typedef void (*handle_fn)(
    void *app, const struct request *request, struct response *response);

/*
 * `path` is compared part by part; "{}" takes one whole part, "{*}" at the end
 * takes the rest.  The first match of the table counts.  A path that matches
 * with another method gives 405 with Allow.
 */
struct route {
	const char *method;
	const char *path;
	handle_fn   handle;
};

struct server_config {
	const char *address;    /* "0.0.0.0", "127.0.0.1" */
	int         port;       /* 0: any free one */
	const char *host;       /* the only Host to accept; NULL: any name */
	const char *probe_path; /* answered whatever the Host: a load
					 * balancer asks by address; or NULL */
	const char *tls_cert, *tls_key; /* PEM text: https; NULL: http */
	const struct route *routes;
	size_t              route_count;
	void               *app;
	size_t              body_max;        /* 0: 64 KiB */
	unsigned            connections_max; /* 0: 256 */

	/* How long a connection may take to bring a whole request, counted
	 * from when it was made or last answered; twice that to take an answer.
	 * 0: 15. */
	unsigned timeout_s;

	/* Fills the page of an error that no handler answered: 4xx of the gate,
	 * 404, 405, 500.  NULL: one line of text. */
	void (*error_page)(void *app, const struct request *request, int status,
	    const char *reason, struct response *response);

	/* Called before every response leaves, errors included: security headers
	 * and whatever else each one carries.  NULL: nothing. */
	void (*finish)(void *app, const struct request *request,
	    struct response *response);

	/* Called after every response.  NULL: nothing. */
	void (*log)(void *app, const struct request *request, int status,
	    size_t bytes, int64_t ms);
};

struct server;

/* NULL on failure, with one line in `message`. */
struct server *server_start(
    const struct server_config *config, char *message, size_t message_size);
int server_port(const struct server *server);

/*
 * Accepts no more, lets running requests finish for up to `drain_ms`, then
 * closes every connection.  Returns once no handler runs any more: a handler
 * must end by itself.  NULL is ignored.
 */
void server_stop(struct server *server, int64_t drain_ms);

#endif
