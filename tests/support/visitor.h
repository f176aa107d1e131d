/* SPDX-License-Identifier: MIT */
#ifndef VISITOR_H
#define VISITOR_H

/*
 * A browser without a screen: it keeps cookies as a browser does and follows no
 * redirect by itself, so that a test sees each step.
 *
 *	struct visitor anna;
 *
 *	visitor_start(&anna, "http://localhost:8080");
 *	assert_int_equal(visitor_get(&anna, "/history"), 403);
 *	assert_non_null(strstr(visitor_page(&anna), "Please sign in"));
 *	visitor_end(&anna);
 *
 * Whatever fails here ends the test; that an answer came is all it asks for.
 */

#include <stdbool.h>
#include <stddef.h>

#include "http.h"

#define VISITOR_COOKIES 16

struct visitor {
	struct http         *http;
	struct http_response response; /* the last answer */
	char                 base[64];
	struct {
		char name[32], value[256]; /* value "": no cookie */
	} cookies[VISITOR_COOKIES];

	/* Sent along with every request, "Name: value"; NULL: none. */
	const char *extra_header;
};

void visitor_start(struct visitor *visitor, const char *base);
void visitor_end(struct visitor *visitor);

/* The status of the answer.  `where` is a path below the base, or a whole URL
 * to which no cookies go. */
int visitor_get(struct visitor *visitor, const char *where);
int visitor_post(struct visitor *visitor, const char *where, const char *form);
int visitor_send(struct visitor *visitor, const char *method, const char *where,
    const char *content_type, const char *body);

/* The same where no answer is no end of the test: 0. */
int visitor_try(struct visitor *visitor, const char *method, const char *where,
    const char *content_type, const char *body);

/* Of the last answer: its body as text, whether that holds `text`, and a
 * header or NULL. */
const char *visitor_page(const struct visitor *visitor);
bool        visitor_says(const struct visitor *visitor, const char *text);
const char *visitor_header(const struct visitor *visitor, const char *name);

/* "" when there is no such cookie.  Setting one to "" deletes it. */
const char *visitor_cookie(const struct visitor *visitor, const char *name);
void        visitor_set_cookie(
	   struct visitor *visitor, const char *name, const char *value);

#endif
