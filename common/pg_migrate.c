/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "pg_internal.h"
#include "retry.h"

/*
 * Each schema has two tables of ours: schema_version, a row for each step that
 * was applied, and schema_lock, one row that is locked while a step is applied.
 * A row lock, unlike an advisory one, works behind every pooler and on every
 * engine that speaks PostgreSQL's protocol.
 */

#define WAIT_MS 60000  /* for others who are migrating */
#define STEP_MS 600000 /* for one step: it may build an index */
#define REPEATS 100
#define SQL_MAX 1024
#define HEX_SIZE 65 /* SHA-256 in hexadecimal, with NUL */

/* In these, @ stands for the schema. */
static const char make_schema[] = "CREATE SCHEMA IF NOT EXISTS @";
static const char make_tables[] =
    "CREATE TABLE IF NOT EXISTS @.schema_lock (id int4 PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS @.schema_version (version int4 PRIMARY KEY,"
    " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());"
    "INSERT INTO @.schema_lock VALUES (1) ON CONFLICT DO NOTHING";
static const char lock[] = "SET LOCAL lock_timeout = '2s';"
			   "SET LOCAL statement_timeout = 0;"
			   "SELECT id FROM @.schema_lock FOR UPDATE";
static const char read_steps[] =
    "SELECT version, checksum FROM @.schema_version ORDER BY version";
static const char add_step[] =
    "INSERT INTO @.schema_version (version, checksum) VALUES ($1::int4, $2)";
static const char read_version[] =
    "SELECT coalesce(max(version), 0) FROM @.schema_version";

struct migration {
	struct pg                 *pg;
	const char                *schema;
	const struct pg_migration *steps;
	size_t                     count;
};

/* Runs one of the statements above, or several when there are no parameters and
 * no result is asked for. */
static enum pg_class
run_for(struct pg *pg, const char *sql, const char *schema,
    const struct pg_param *params, int count, struct pg_result **result,
    struct pg_error *error)
{
	struct buf    text;
	enum pg_class kind;
	size_t        n;

	buf_init(&text, SQL_MAX);
	for (; *sql != '\0'; sql += n) {
		n = strcspn(sql, "@");
		buf_add(&text, sql, n);
		if (sql[n] == '@') {
			buf_add_text(&text, schema);
			n++;
		}
	}
	if (!buf_ok(&text))
		kind = pg_fail(error, PG_NOMEM, "", "out of memory");
	else if (count == 0 && result == NULL)
		kind = pg_run_script(pg, buf_text(&text), error);
	else
		kind =
		    pg_run(pg, buf_text(&text), params, count, result, error);
	buf_free(&text);
	return kind;
}

static bool
checksum_of(const char *sql, char hex[HEX_SIZE])
{
	unsigned char digest[32];

	if (!EVP_Digest(sql, strlen(sql), digest, NULL, EVP_sha256(), NULL))
		return false;
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return true;
}

/* Is the row that tells of a step the one that applying it here would leave? */
static enum pg_class
check_step(const struct migration *m, const struct pg_result *result, int row,
    struct pg_error *error)
{
	int64_t version = pg_result_int(result, row, 0);
	char    hex[HEX_SIZE];

	if (version > (int64_t)m->count)
		return pg_fail(error, PG_OTHER, "",
		    "the schema \"%s\" is newer than this program", m->schema);
	if (version != row + 1)
		return pg_fail(error, PG_OTHER, "",
		    "step %d of the schema \"%s\" is missing", row + 1,
		    m->schema);
	if (!checksum_of(m->steps[row].sql, hex))
		return pg_fail(error, PG_NOMEM, "", "out of memory");
	if (strcmp(hex, pg_result_text(result, row, 1)) != 0)
		return pg_fail(error, PG_OTHER, "",
		    "step %d of the schema \"%s\" is not the one that was "
		    "applied to this database",
		    row + 1, m->schema);
	return PG_OK;
}

/* *applied: how many steps the database has; all of them are ours. */
static enum pg_class
read_applied(const struct migration *m, size_t *applied, struct pg_error *error)
{
	struct pg_result *result;
	enum pg_class     kind;

	*applied = 0;
	kind = run_for(m->pg, read_steps, m->schema, NULL, 0, &result, error);
	if (kind != PG_OK)
		return kind;
	for (int row = 0; row < pg_result_rows(result) && kind == PG_OK; row++)
		kind = check_step(m, result, row, error);
	*applied = (size_t)pg_result_rows(result);
	pg_result_free(result);
	return kind;
}

/* Did another program make the same thing at the same moment? */
static bool
is_duplicate(const struct pg_error *error)
{
	static const char *const codes[] = { "23505", "42P06", "42P07",
		"42710" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(error->sqlstate, codes[i]) == 0)
			return true;
	return false;
}

/* Makes the schema and our tables in it.  The right to make a schema is asked
 * for only when it is not there. */
static enum pg_class
prepare(const struct migration *m, struct pg_error *error)
{
	static const char sql[] =
	    "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
	struct pg_result *result;
	enum pg_class     kind;
	bool              there;

	kind = pg_run(m->pg, sql, &PG_TEXT(m->schema), 1, &result, error);
	if (kind != PG_OK)
		return kind;
	there = pg_result_rows(result) > 0;
	pg_result_free(result);
	if (!there)
		kind = run_for(
		    m->pg, make_schema, m->schema, NULL, 0, NULL, error);
	if (kind == PG_OK)
		kind = run_for(
		    m->pg, make_tables, m->schema, NULL, 0, NULL, error);
	return kind != PG_OK && is_duplicate(error) ? PG_AGAIN : kind;
}

/* Applies one step, in the transaction that holds the lock. */
static enum pg_class
apply_step(const struct migration *m, size_t step, struct pg_error *error)
{
	char            number[PG_INT_SIZE], hex[HEX_SIZE];
	struct pg_param params[2];
	enum pg_class   kind;

	if (!checksum_of(m->steps[step].sql, hex))
		return pg_fail(error, PG_NOMEM, "", "out of memory");
	kind = pg_run_script(m->pg, m->steps[step].sql, error);
	if (kind != PG_OK)
		return kind;
	params[0] = pg_int(number, m->steps[step].version);
	params[1] = PG_TEXT(hex);
	return run_for(m->pg, add_step, m->schema, params, 2, NULL, error);
}

/* Applies the first step that the database lacks once nobody else does. */
static enum pg_class
apply_next(const struct migration *m, struct pg_error *error)
{
	enum pg_class kind;
	size_t        applied;

	if ((kind = pg_begin_within(m->pg, STEP_MS, error)) != PG_OK)
		return kind;
	kind = run_for(m->pg, lock, m->schema, NULL, 0, NULL, error);
	if (kind == PG_OK)
		kind = read_applied(m, &applied, error);
	if (kind == PG_OK && applied < m->count)
		kind = apply_step(m, applied, error);
	if (kind == PG_OK)
		return pg_commit(m->pg, error);
	pg_rollback(m->pg);
	return kind;
}

static bool
is_missing(const struct pg_error *error)
{
	return strcmp(error->sqlstate, "3F000") == 0 ||
	       strcmp(error->sqlstate, "42P01") == 0;
}

enum pg_class
pg_migrate(struct pg *pg, const char *schema, const struct pg_migration *steps,
    size_t count, struct pg_error *error)
{
	struct migration m = { pg, schema, steps, count };
	struct pg_error  why = { 0 };
	struct retry     retry;
	enum pg_class    kind;
	size_t           applied;

	retry_start(&retry, REPEATS, clock_steady_ms() + WAIT_MS, NULL);
	for (;;) {
		kind = read_applied(&m, &applied, &why);
		if (kind == PG_OK && applied == count)
			return PG_OK;
		if (kind == PG_OK)
			kind = apply_next(&m, &why);
		else if (is_missing(&why))
			kind = prepare(&m, &why);
		if (kind != PG_OK && kind != PG_AGAIN && kind != PG_WAITED &&
		    kind != PG_CONNECTION)
			break;
		if (kind != PG_OK && !retry_wait(&retry, -1))
			break;
	}
	if (error != NULL)
		*error = why;
	return kind;
}

enum pg_class
pg_schema_version(
    struct pg *pg, const char *schema, int64_t *version, struct pg_error *error)
{
	struct pg_result *result = NULL;
	struct pg_error   why;
	enum pg_class     kind;

	*version = 0;
	kind = run_for(pg, read_version, schema, NULL, 0, &result, &why);
	if (kind == PG_OK) {
		*version = pg_result_int(result, 0, 0);
		pg_result_free(result);
	} else if (is_missing(&why)) {
		kind = PG_OK;
	} else if (error != NULL) {
		*error = why;
	}
	return kind;
}
