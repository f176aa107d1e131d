/* SPDX-License-Identifier: MIT */
#include "pg.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "pg_internal.h"
#include "retry.h"

#define PARAMS_MAX 32
#define REPEATS 5
#define BACKOFF_MS 100 /* the first pause; it doubles */
#define ROLLBACK_MS 1000
#define BYTEA 17 /* the type's number, the same in every database */

struct pg {
	struct pg_target target;
	PGconn          *conn; /* NULL: none */
	int64_t          call_timeout_ms;
	int64_t          deadline_ms; /* of the call or transaction under way */
	bool             in_transaction; /* between pg_begin() and its end */
};

struct pg *
pg_new(const char *conninfo, const char *password, const char *program,
    int64_t connect_timeout_ms, int64_t call_timeout_ms)
{
	struct pg *pg = calloc(1, sizeof(*pg));

	if (pg == NULL)
		return NULL;
	pg->target.conninfo = strdup(conninfo);
	pg->target.password = password != NULL ? strdup(password) : NULL;
	pg->target.program = strdup(program);
	pg->target.connect_timeout_ms = connect_timeout_ms;
	pg->call_timeout_ms = call_timeout_ms;
	if (pg->target.conninfo == NULL || pg->target.program == NULL ||
	    (password != NULL && pg->target.password == NULL)) {
		pg_free(pg);
		return NULL;
	}
	return pg;
}

void
pg_set_password_fn(struct pg *pg, pg_password_fn fn, void *ctx)
{
	pg->target.password_fn = fn;
	pg->target.password_ctx = ctx;
}

static void
drop(struct pg *pg)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
}

void
pg_free(struct pg *pg)
{
	if (pg == NULL)
		return;
	drop(pg);
	wipe_free(pg->target.conninfo);
	wipe_free(pg->target.password);
	free(pg->target.program);
	free(pg);
}

/* Has the server closed a connection that we thought was idle? */
static bool
is_stale(PGconn *conn)
{
	while (pg_wait(conn, POLLIN, 0))
		if (!PQconsumeInput(conn))
			return true;
	return PQstatus(conn) != CONNECTION_OK;
}

static enum pg_class
ready(struct pg *pg, struct pg_error *error)
{
	if (pg->in_transaction && pg->conn == NULL)
		return pg_fail(error, PG_CONNECTION, "",
		    "the connection broke during a transaction");
	if (!pg->in_transaction && pg->conn != NULL && is_stale(pg->conn))
		drop(pg);
	if (pg->conn != NULL)
		return PG_OK;
	return pg_connect(&pg->target, pg->deadline_ms, &pg->conn, error);
}

/* The connection is of no use any more. */
static enum pg_class
broken(struct pg *pg, struct pg_error *error)
{
	const char *text = PQerrorMessage(pg->conn);

	pg_fail(error, PG_CONNECTION, "", "%.*s", (int)strcspn(text, "\n"),
	    *text != '\0' ? text : "the connection broke");
	drop(pg);
	return PG_CONNECTION;
}

/* A primary that was cut off from its standbys still connects and reads, but its
 * commits never come back: of several hosts the next one is tried first. */
static enum pg_class
timed_out(struct pg *pg, struct pg_error *error)
{
	drop(pg);
	pg->target.host++;
	return pg_fail(
	    error, PG_TIMEOUT, "", "no answer from the server in time");
}

/* Hands what libpq has queued to the kernel. */
static enum pg_class
flush(struct pg *pg, struct pg_error *error)
{
	int left;

	while ((left = PQflush(pg->conn)) > 0) {
		if (!pg_wait(pg->conn, POLLIN | POLLOUT, pg->deadline_ms))
			return timed_out(pg, error);
		/* A server that waits for us to read would never read. */
		if (pg_wait(pg->conn, POLLIN, 0) && !PQconsumeInput(pg->conn))
			return broken(pg, error);
	}
	return left == 0 ? PG_OK : broken(pg, error);
}

/* The next result of what was sent; NULL after the last. */
static enum pg_class
next_result(struct pg *pg, PGresult **result, struct pg_error *error)
{
	*result = NULL;
	while (PQisBusy(pg->conn)) {
		if (!pg_wait(pg->conn, POLLIN, pg->deadline_ms))
			return timed_out(pg, error);
		if (!PQconsumeInput(pg->conn))
			return broken(pg, error);
	}
	*result = PQgetResult(pg->conn);
	return PG_OK;
}

static bool
is_success(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	       status == PGRES_EMPTY_QUERY;
}

static bool
has_sqlstate(const PGresult *result)
{
	return PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL;
}

/* What the server said against a statement.  Messages of class 22 quote the
 * value that was refused. */
static enum pg_class
refused(struct pg *pg, const PGresult *result, struct pg_error *error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum pg_class kind;

	if (state == NULL)
		return broken(pg, error);
	if (strncmp(state, "22", 2) == 0 || text == NULL)
		text = "the server refused a value";
	kind = pg_class_of(state);
	pg_fail(error, kind, state, "%s", text);
	if (kind == PG_CONNECTION || kind == PG_READ_ONLY ||
	    PQstatus(pg->conn) == CONNECTION_BAD)
		drop(pg);
	return kind;
}

static int
hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Turns "\x0a1b" into its bytes, in place.  False when it is in the old
 * format, which somebody would have had to ask for. */
static bool
decode_value(char *value, size_t len)
{
	if (len < 2 || value[0] != '\\' || value[1] != 'x')
		return false;
	for (size_t i = 2; i + 1 < len; i += 2)
		value[i / 2 - 1] =
		    (char)(hex_value(value[i]) << 4 | hex_value(value[i + 1]));
	return true;
}

static bool
decode_bytea(const PGresult *result)
{
	for (int col = 0; col < PQnfields(result); col++) {
		if (PQftype(result, col) != BYTEA)
			continue;
		for (int row = 0; row < PQntuples(result); row++)
			if (!PQgetisnull(result, row, col) &&
			    !decode_value(PQgetvalue(result, row, col),
				(size_t)PQgetlength(result, row, col)))
				return false;
	}
	return true;
}

/* Takes every result of what was sent; the last one, or the first failure,
 * counts. */
static enum pg_class
receive(struct pg *pg, PGresult **out, struct pg_error *error)
{
	PGresult     *result, *kept = NULL;
	enum pg_class kind;

	*out = NULL;
	if ((kind = flush(pg, error)) != PG_OK)
		return kind;
	while ((kind = next_result(pg, &result, error)) == PG_OK &&
	       result != NULL) {
		if (kept == NULL || is_success(kept)) {
			PQclear(kept);
			kept = result;
		} else {
			PQclear(result);
		}
	}
	/* A server that ends a session says why before it hangs up. */
	if (kept != NULL && !is_success(kept) &&
	    (kind == PG_OK || has_sqlstate(kept)))
		kind = refused(pg, kept, error);
	else if (kind == PG_OK && kept == NULL)
		kind = broken(pg, error);
	else if (kind == PG_OK && !decode_bytea(kept))
		kind = pg_fail(error, PG_OTHER, "",
		    "the server's setting bytea_output must be hex");
	if (kind == PG_OK)
		*out = kept;
	else
		PQclear(kept);
	return kind;
}

/* One statement, once, before the deadline that is set. */
static enum pg_class
run_once(struct pg *pg, const char *sql, const struct pg_param *params,
    int count, PGresult **result, struct pg_error *error)
{
	const char   *values[PARAMS_MAX];
	int           lengths[PARAMS_MAX], formats[PARAMS_MAX];
	enum pg_class kind;

	*result = NULL;
	if (count > PARAMS_MAX)
		return pg_fail(error, PG_OTHER, "", "too many parameters");
	if ((kind = ready(pg, error)) != PG_OK)
		return kind;
	for (int i = 0; i < count; i++) {
		values[i] = params[i].data;
		lengths[i] = params[i].len;
		formats[i] = params[i].len > 0;
	}
	if (!PQsendQueryParams(
		pg->conn, sql, count, NULL, values, lengths, formats, 0))
		return broken(pg, error);
	return receive(pg, result, error);
}

/* May a statement be sent again that ended so `tries` times?  A protocol that is
 * violated once (08P01) is so each time. */
static bool
is_passing(
    enum pg_class kind, const struct pg_error *error, int tries, bool twice)
{
	switch (kind) {
	case PG_AGAIN:
	case PG_BUSY: return true;
	case PG_WAITED: return tries < 2;
	case PG_CONNECTION:
		return twice &&
		       (error == NULL || strcmp(error->sqlstate, "08P01") != 0);
	case PG_READ_ONLY: return twice;
	default: return false;
	}
}

/* Until the outcome is final.  `twice`: it may be carried out twice. */
static enum pg_class
run_again(struct pg *pg, const char *sql, const struct pg_param *params,
    int count, bool twice, PGresult **result, struct pg_error *error)
{
	struct retry  retry;
	enum pg_class kind;
	int           tries = 0;

	retry_start(&retry, REPEATS, pg->deadline_ms, NULL);
	retry.backoff_ms = BACKOFF_MS;
	do
		kind = run_once(pg, sql, params, count, result, error);
	while (
	    is_passing(kind, error, ++tries, twice) && retry_wait(&retry, -1));
	return kind;
}

/* A call has a deadline of its own; inside a transaction it has that one's. */
static void
set_deadline(struct pg *pg, int64_t timeout_ms)
{
	if (!pg->in_transaction)
		pg->deadline_ms = clock_steady_ms() + timeout_ms;
}

static void
hand_out(PGresult *result, struct pg_result **out)
{
	if (out != NULL)
		*out = result;
	else
		PQclear(result);
}

static enum pg_class
run(struct pg *pg, const char *sql, const struct pg_param *params, int count,
    bool twice, struct pg_result **result, struct pg_error *error)
{
	PGresult     *r;
	enum pg_class kind;

	set_deadline(pg, pg->call_timeout_ms);
	if (pg->in_transaction)
		kind = run_once(pg, sql, params, count, &r, error);
	else
		kind = run_again(pg, sql, params, count, twice, &r, error);
	hand_out(r, result);
	return kind;
}

enum pg_class
pg_run(struct pg *pg, const char *sql, const struct pg_param *params, int count,
    struct pg_result **result, struct pg_error *error)
{
	return run(pg, sql, params, count, false, result, error);
}

enum pg_class
pg_run_again(struct pg *pg, const char *sql, const struct pg_param *params,
    int count, struct pg_result **result, struct pg_error *error)
{
	return run(pg, sql, params, count, true, result, error);
}

enum pg_class
pg_run_script(struct pg *pg, const char *sql, struct pg_error *error)
{
	PGresult     *result;
	enum pg_class kind;

	set_deadline(pg, pg->call_timeout_ms);
	if ((kind = ready(pg, error)) != PG_OK)
		return kind;
	if (!PQsendQuery(pg->conn, sql))
		return broken(pg, error);
	kind = receive(pg, &result, error);
	PQclear(result);
	return kind;
}

enum pg_class
pg_begin_within(struct pg *pg, int64_t timeout_ms, struct pg_error *error)
{
	PGresult     *result;
	enum pg_class kind;

	set_deadline(pg, timeout_ms);
	kind = run_again(pg, "BEGIN", NULL, 0, true, &result, error);
	PQclear(result);
	pg->in_transaction = kind == PG_OK;
	return kind;
}

enum pg_class
pg_begin(struct pg *pg, struct pg_error *error)
{
	return pg_begin_within(pg, pg->call_timeout_ms, error);
}

enum pg_class
pg_commit(struct pg *pg, struct pg_error *error)
{
	PGresult     *result;
	enum pg_class kind;

	kind = run_once(pg, "COMMIT", NULL, 0, &result, error);
	if (kind == PG_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		kind = pg_fail(error, PG_OTHER, "",
		    "the server rolled the transaction back");
	PQclear(result);
	pg->in_transaction = false;
	return kind;
}

void
pg_rollback(struct pg *pg)
{
	struct pg_error error;
	PGresult       *result = NULL;

	if (pg->in_transaction && pg->conn != NULL) {
		pg->deadline_ms = clock_steady_ms() + ROLLBACK_MS;
		if (run_once(pg, "ROLLBACK", NULL, 0, &result, &error) !=
			PG_OK &&
		    pg->conn != NULL)
			drop(pg);
		PQclear(result);
	}
	pg->in_transaction = false;
}

struct pg_param
pg_int(char text[PG_INT_SIZE], int64_t value)
{
	snprintf(text, PG_INT_SIZE, "%" PRId64, value);
	return PG_TEXT(text);
}

int64_t
pg_result_rows(const struct pg_result *result)
{
	return PQntuples(result);
}

int64_t
pg_result_affected(struct pg_result *result)
{
	return strtoll(PQcmdTuples(result), NULL, 10);
}

bool
pg_result_null(const struct pg_result *result, int row, int col)
{
	return PQgetisnull(result, row, col);
}

const char *
pg_result_text(const struct pg_result *result, int row, int col)
{
	return PQgetvalue(result, row, col);
}

int64_t
pg_result_int(const struct pg_result *result, int row, int col)
{
	const char *text = PQgetvalue(result, row, col);

	return *text == 't' ? 1 : strtoll(text, NULL, 10);
}

const void *
pg_result_bytes(const struct pg_result *result, int row, int col, size_t *len)
{
	int text_len = PQgetlength(result, row, col);

	*len = text_len > 2 ? (size_t)(text_len - 2) / 2 : 0;
	return PQgetvalue(result, row, col);
}

void
pg_result_free(struct pg_result *result)
{
	PQclear(result);
}
