/* SPDX-License-Identifier: MIT */
#ifndef WEB_VISIT_H
#define WEB_VISIT_H

/*
 * One request while it is being answered: who asks, with what, and where the
 * answer goes.  visit_run() stands between the table of routes and a page: it
 * borrows a backend, finds the session, applies the page's rule, and gives the
 * backend back however the page ends.
 */

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "log.h"
#include "nonce.h"
#include "origin.h"
#include "pg.h"
#include "ready.h"
#include "server.h"

/* The app as its handlers see it: set up by main(), read by all threads. */
struct web {
	struct settings *settings; /* only read */
	struct pool     *pool;
	struct ready    *ready;
	struct origin    origin; /* of BASE_URL */
	char callback[300];      /* where Strava sends the browser back */
	char policy[512];        /* Content-Security-Policy */
};

/*
 * Deletes rows of ours whose time is over, so few at a time that a visitor does
 * not notice, however many there are; those that somebody else deletes just now
 * are left to that one.
 */
#define VISIT_PURGE(table, key)                                        \
	"DELETE FROM " table " WHERE " key " = ANY (ARRAY(SELECT " key \
	" FROM " table " WHERE expires_at <= $1"                       \
	" ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED))"

/* Who is signed in; athlete_id 0: nobody. */
struct session {
	int64_t athlete_id;
	char    form_token[NONCE_SIZE]; /* what each of its forms carries */
};

struct visit {
	const struct web     *web;
	const struct request *request;
	struct response      *response;
	struct buf           *out;     /* the body of `response` */
	struct backend       *backend; /* NULL when none was to be had */
	struct session        session;
	const char *again; /* where "try again" leads; NULL: this address */
};

/* What a visitor must bring. */
enum visit_rule {
	VISIT_ANYONE,
	VISIT_ATHLETE, /* a session */
	VISIT_FORM     /* a session, and a form of ours that was sent from it */
};

typedef void (*visit_fn)(struct visit *visit);

/* Answers `request` with `fn`, or with the page that says why not. */
void visit_run(void *app, const struct request *request,
    struct response *response, enum visit_rule rule, visit_fn fn);

/* Reads a number of a URL or a form: 1 to INT64_MAX, without a sign, a zero in
 * front, or anything behind.  NULL is none. */
bool visit_number(const char *text, int64_t *number);

/* UTC seconds. */
int64_t visit_now(const struct visit *visit);

/*
 * Runs a statement that may be carried out twice.  False when the database
 * failed, which is then in the log; *result (unless NULL is given) is the
 * caller's on success and NULL on failure.
 */
bool visit_sql(const struct visit *visit, const char *sql,
    const struct pg_param *params, int count, struct pg_result **result);

/* A line in the log that names the request: of something that failed, and of
 * something that an athlete did. */
void visit_log(const struct visit *visit, enum log_severity severity,
    const char *message, const char *detail);
void visit_note(
    const struct visit *visit, const char *message, int64_t athlete);

#endif
