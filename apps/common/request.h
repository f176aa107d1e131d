/* SPDX-License-Identifier: MIT */
#ifndef APPS_REQUEST_H
#define APPS_REQUEST_H

/* The inside of a request: for the files of the server only. */

#include <microhttpd.h>

#include "fields.h"
#include "server.h"

#define REQUEST_PARTS_MAX 8

struct request {
	struct MHD_Connection *connection;
	char                   id[17];
	char                   peer[64];
	int64_t                began_ms; /* of the steady clock */
	const char            *method;   /* "" at first; never HEAD */

	/* As it was sent, and the part of it behind the "?". */
	struct buf  target;
	const char *raw_query;

	/* Decoded once it was read; the same with a NUL for each slash; and
	 * what of either "{}" and "{*}" stand for. */
	struct buf  path, split;
	const char *parts[REQUEST_PARTS_MAX];
	size_t      part_count;

	/* What the names and values point into, then those. */
	struct buf      query_text, cookie_text, form_text;
	struct fields   query, cookies, form;

	struct buf      body;
	bool            seen;     /* libmicrohttpd has shown its headers */
	bool            answered; /* a response is on its way */
	struct response response;
};

/* Of `target`, before the headers are known.  NULL when out of memory. */
struct request *request_new(
    struct MHD_Connection *connection, const char *target, size_t body_max);
void request_free(struct request *request);

/*
 * Reads path, query and cookies; then, once the body is whole, its form.  NULL,
 * or why the request is a bad one.
 */
const char *request_read(struct request *request);
const char *request_read_form(struct request *request);

/* Compares the path with a route's; keeps what "{}" and "{*}" stand for. */
bool request_match(struct request *request, const char *pattern);

/* An empty 200. */
void response_init(struct response *response);
void response_free(struct response *response);

/* False when something that it should hold did not fit. */
bool response_ok(const struct response *response);

#endif
