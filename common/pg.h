/* SPDX-License-Identifier: MIT */
#ifndef COMMON_PG_H
#define COMMON_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * PostgreSQL over asynchronous libpq: every call ends by its deadline, even
 * when the server or a proxy in between goes silent; a connection that missed a
 * deadline is thrown away, and the next call makes a new one.  No session
 * state is used, so PgBouncer in transaction mode may stand in between.
 *
 * Only the look-up of a host's name is beyond the deadline: libpq leaves it to
 * the system's resolver.  "hostaddr" in the conninfo avoids it.
 *
 * One thread at a time per struct pg.
 */

/* What a failure asks for. */
enum pg_class {
	PG_OK = 0,
	PG_NOMEM,
	PG_CONNECTION, /* none, or it broke: the outcome of a write is unknown;
			* also 40003, 08xxx, 57Pxx, 25P03: the server is going
			* away */
	PG_TIMEOUT,    /* our deadline passed: the outcome is unknown */
	PG_AGAIN,      /* 40001 40P01: nothing was done, repeat */
	PG_WAITED,     /* 55P03 57014: nothing was done, after a long wait */
	PG_BUSY,       /* 53300: too many connections, wait */
	PG_FULL,       /* 53xxx 58030: disk or memory of the server */
	PG_READ_ONLY,  /* 25006: this is not the primary */
	PG_DENIED,     /* 28xxx, 42501: wrong password or missing grant */
	PG_MISSING, /* 3Dxxx 3Fxxx 42P01 42703: no such database, schema, table
		     * or column */
	PG_UNIQUE,  /* 23505 */
	PG_VALUE,   /* 22xxx 23xxx: the values are at fault, not the database */
	PG_OTHER
};

struct pg_error {
	enum pg_class class;
	char sqlstate[6];  /* "" when the server gave none */
	char message[240]; /* one line, never DETAIL: that holds data */
};

struct pg;
struct pg_result;

/*
 * `conninfo` is a libpq URI or keyword string ("" leaves all to the PG*
 * variables), `password` may be NULL; all three texts are copied.  Nothing is
 * connected yet.  NULL when out of memory.
 *
 * A call takes at most `call_timeout_ms`, connecting included; connecting to
 * one host takes at most `connect_timeout_ms` of it.  Of several hosts the
 * first that answers and takes writes is used, from the one that was used last;
 * from the next one after a statement that was not answered in time.
 */
struct pg *pg_new(const char *conninfo, const char *password,
    const char *program, int64_t connect_timeout_ms, int64_t call_timeout_ms);
void       pg_free(struct pg *pg);

/*
 * Asks for the password whenever a connection is made, for passwords that end
 * after a while.  `fn` writes it into `password` and returns true, or one line of
 * why there is none into `message`.  What it wrote is wiped once libpq has it.
 * Its own time is beyond a call's deadline.
 */
typedef bool (*pg_password_fn)(void *ctx, char *password, size_t password_size,
    char *message, size_t message_size);
void pg_set_password_fn(struct pg *pg, pg_password_fn fn, void *ctx);

/*
 * Refuses, before anything is sent, conninfo that libpq cannot read and a
 * server that would be reached without a verified certificate: sslmode must be
 * verify-full unless every host is loopback or a unix socket.
 */
bool pg_check_conninfo(
    const char *conninfo, char *message, size_t message_size);

/* Does the conninfo itself hold a password? */
bool pg_has_password(const char *conninfo);

/* One value handed to the server; text unless `len` > 0 says binary. */
struct pg_param {
	const void *data; /* NULL is SQL NULL */
	int         len;  /* bytes of a binary value; 0: NUL-terminated text */
};
#define PG_TEXT(text) ((struct pg_param){ text, 0 })
#define PG_BYTES(data, size) ((struct pg_param){ data, (int)(size) })

/* A decimal number as a parameter; the text lives in the caller's array. */
#define PG_INT_SIZE 24
struct pg_param pg_int(char text[PG_INT_SIZE], int64_t value);

/*
 * Runs one statement, connecting first if need be.  *result, unless NULL is
 * given for it, is to be ended with pg_result_free(); it is NULL on failure.
 * At most 32 parameters.
 *
 * Outside of a transaction it is repeated, inside the call's deadline, when the
 * server certainly did nothing: a few times after PG_AGAIN and PG_BUSY, with
 * growing pauses, and once after PG_WAITED.
 */
enum pg_class pg_run(struct pg *pg, const char *sql,
    const struct pg_param *params, int count, struct pg_result **result,
    struct pg_error *error);

/*
 * The same for a statement that may be carried out twice: repeats it, on a new
 * connection, after PG_CONNECTION and PG_READ_ONLY too.
 */
enum pg_class pg_run_again(struct pg *pg, const char *sql,
    const struct pg_param *params, int count, struct pg_result **result,
    struct pg_error *error);

/* Runs several statements without parameters, separated by ";", of which all or
 * none take effect. */
enum pg_class pg_run_script(
    struct pg *pg, const char *sql, struct pg_error *error);

/*
 * A transaction of several statements: pg_begin(), pg_run() ..., pg_commit();
 * after any failure, that of pg_begin() excepted, pg_rollback().  All of it
 * shares one deadline: a call's, or the one that pg_begin_within() names.
 *
 * pg_commit() is PG_OK only when the server said COMMIT; libpq alone calls the
 * commit of a failed transaction a success.  pg_rollback() never fails: at
 * worst it drops the connection.
 */
enum pg_class pg_begin(struct pg *pg, struct pg_error *error);
enum pg_class pg_begin_within(
    struct pg *pg, int64_t timeout_ms, struct pg_error *error);
enum pg_class pg_commit(struct pg *pg, struct pg_error *error);
void          pg_rollback(struct pg *pg);

/* Values are text as PostgreSQL writes it; "" and 0 for NULL.  A boolean counts
 * as 1 or 0.  What is returned points into the result. */
int64_t     pg_result_rows(const struct pg_result *result);
int64_t     pg_result_affected(struct pg_result *result);
bool        pg_result_null(const struct pg_result *result, int row, int col);
const char *pg_result_text(const struct pg_result *result, int row, int col);
int64_t     pg_result_int(const struct pg_result *result, int row, int col);

/* Bytes of a bytea column; points into the result. */
const void *pg_result_bytes(
    const struct pg_result *result, int row, int col, size_t *len);
void pg_result_free(struct pg_result *result);

/*
 * Numbered, forward-only schema changes.  Applies, in one transaction each,
 * those that `schema` lacks, under a row lock, so that any number of programs
 * may start at once.  PG_OTHER with a message when the database is newer than
 * the list or a step that was applied has changed since.
 */
struct pg_migration {
	int         version; /* from 1, without gaps */
	const char *sql;     /* several statements, separated by ; */
};
enum pg_class pg_migrate(struct pg *pg, const char *schema,
    const struct pg_migration *steps, size_t count, struct pg_error *error);

/* *version: what the database holds; 0 when the schema is not there. */
enum pg_class pg_schema_version(struct pg *pg, const char *schema,
    int64_t *version, struct pg_error *error);

#endif
