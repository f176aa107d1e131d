/* SPDX-License-Identifier: MIT */
#ifndef COMMON_PG_INTERNAL_H
#define COMMON_PG_INTERNAL_H

#include <libpq-fe.h>

#include "pg.h"

/* What the files pg*.c share and nobody else sees. */

/* pg_error.c: what a failure is and what may be said about it. */

enum pg_class pg_class_of(const char *sqlstate);

/* Fills `error`, which may be NULL, and returns `kind`.  White space and
 * control characters of the message become single blanks. */
enum pg_class pg_fail(struct pg_error *error, enum pg_class kind,
    const char *sqlstate, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Reads a message in libpq's verbose form, "FATAL:  28P01: password ...": the
 * code goes to `sqlstate`, "" when there is none, and is cut out.
 */
void pg_take_sqlstate(char *message, char sqlstate[6]);

/* pg_connect.c: where the server is and how to reach it. */

struct pg_target {
	char          *conninfo, *password, *program;
	pg_password_fn password_fn; /* NULL: `password` it is */
	void          *password_ctx;
	int64_t        connect_timeout_ms; /* for each host */
	size_t         host; /* of several, the one to try first */
};

/* On success *conn is non-blocking and to be ended with PQfinish(); on failure
 * it is NULL. */
enum pg_class pg_connect(struct pg_target *target, int64_t deadline_ms,
    PGconn **conn, struct pg_error *error);

/* True when one of poll's `events` came before the deadline. */
bool pg_wait(const PGconn *conn, short events, int64_t deadline_ms);

#endif
