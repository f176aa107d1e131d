/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * Which key a token is under is read from its record, not from the column
 * key_id, which names only one key where the two tokens of a row have
 * different ones.
 *
 * An account's own tokens are written by one statement that compares what was
 * read.  Those beside the main one change their primary key, which nobody may
 * see half done: that happens under the account's lock.
 */

#define PAGE 250
#define LIMIT_MAX 1000000

/* The beginning of a record: two bytes that mark it, and the key's id. */
#define HEADER_SIZE 6

/* True for a column with a token that does not begin with $2. */
#define IS_OLD(column)                                                 \
	"(" column " <> '' AND substring(" column " from 1 for 6) <> " \
	"$2::bytea)"
#define AFTER "($3::text IS NULL OR subject > $3::text)"

struct reseal {
	tokenstore               *store;
	tokenstore_reseal_report *report;
	struct buf                header; /* of records under the first key */
	char                     *after;  /* NULL: at the first subject */
	int64_t                   limit;
};

/* The tokens of one row.  NULL: none. */
struct tokens {
	char *access, *refresh;
};

/* Opens a column; fails with KEY when it holds a token that does not open. */
static tokenstore_status
open_token(const tokenstore *store, enum ts_purpose purpose,
    const struct pg_result *result, int row, int col, char **token,
    tokenstore_error *err)
{
	struct ts_place place =
	    ts_place_of(store, pg_result_text(result, row, 0));
	const void *record;
	size_t      len;

	record = pg_result_bytes(result, row, col, &len);
	if (!ts_unseal(&store->ring, purpose, &place, record, len, token))
		return ts_no_memory(err);
	return len == 0 || *token != NULL ? TOKENSTORE_OK : TOKENSTORE_ERR_KEY;
}

/* Seals under the first key.  Always to be ended with ts_sealed_free(). */
static tokenstore_status
seal(struct ts_sealed *sealed, const tokenstore *store, const char *subject,
    const struct tokens *tokens, tokenstore_error *err)
{
	tokenstore_grant grant = { .access_token = tokens->access,
		.refresh_token = tokens->refresh };
	struct ts_place  place = ts_place_of(store, subject);

	if (tokens->refresh != NULL)
		return ts_sealed_make(sealed, store, subject, &grant, err);
	memset(sealed, 0, sizeof(*sealed));
	buf_init(&sealed->access, TS_TOKEN_MAX + TS_SEAL_SIZE);
	if (!ts_seal(&store->ring, TS_ACCESS, &place, tokens->access,
		&sealed->access))
		return ts_no_memory(err);
	return TOKENSTORE_OK;
}

/* Writes an account's tokens back unless somebody else wrote them. */
static tokenstore_status
write_account(struct reseal *r, const struct pg_result *result, int row,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	static const char sql[] =
	    "UPDATE tokenstore.account SET access_ct = $6::bytea,"
	    " refresh_ct = $7::bytea, rt_mac = $8::int8, key_id = $9::int4"
	    " WHERE app_id = $1::int4 AND subject = $2 AND rt_mac = $3::int8"
	    " AND key_id = $4::int4 AND token_seq = $5::int8";
	struct ts_params  params;
	struct pg_result *done;
	tokenstore_status status;

	ts_params_plain(&params, r->store, pg_result_text(result, row, 0));
	for (int col = 3; col < 6; col++)
		ts_add_text(&params, pg_result_text(result, row, col));
	ts_add_bytes(&params, &sealed->access);
	ts_add_bytes(&params, &sealed->refresh);
	ts_add_int(&params, sealed->prints.values[0]);
	ts_add_int(&params, r->store->ring.keys[0].id);
	status = ts_run_again(r->store, sql, &params, &done, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_affected(done) > 0)
		r->report->resealed++;
	else
		r->report->changed++;
	r->limit--;
	pg_result_free(done);
	return TOKENSTORE_OK;
}

/* One row of the page of accounts below. */
static tokenstore_status
reseal_account(struct reseal *r, const struct pg_result *result, int row,
    tokenstore_error *err)
{
	struct tokens     tokens = { NULL, NULL };
	struct ts_sealed  sealed;
	tokenstore_status status;

	status = open_token(
	    r->store, TS_ACCESS, result, row, 1, &tokens.access, err);
	if (status == TOKENSTORE_OK)
		status = open_token(
		    r->store, TS_REFRESH, result, row, 2, &tokens.refresh, err);
	if (status == TOKENSTORE_ERR_KEY) {
		r->report->unreadable++;
		status = TOKENSTORE_OK;
	} else if (status == TOKENSTORE_OK) {
		status = seal(&sealed, r->store, pg_result_text(result, row, 0),
		    &tokens, err);
		if (status == TOKENSTORE_OK)
			status = write_account(r, result, row, &sealed, err);
		ts_sealed_free(&sealed);
	}
	wipe_free(tokens.access);
	wipe_free(tokens.refresh);
	return status;
}

/* Gives a token beside the main one the fingerprint and the record of the first
 * key, its age unchanged. */
static tokenstore_status
write_spilled(struct reseal *r, const struct pg_result *result, int row,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	static const char sql[] =
	    "WITH old AS (DELETE FROM tokenstore.spill"
	    "  WHERE app_id = $1::int4 AND subject = $2 AND rt_mac = $3::int8"
	    "  RETURNING app_id, subject, obtained_at, source)"
	    " INSERT INTO tokenstore.spill (app_id, subject, rt_mac,"
	    "  refresh_ct, key_id, obtained_at, source)"
	    " SELECT app_id, subject, $4::int8, $5::bytea, $6::int4,"
	    "  obtained_at, source FROM old ON CONFLICT DO NOTHING";
	struct ts_params params;

	ts_params_plain(&params, r->store, pg_result_text(result, row, 0));
	ts_add_text(&params, pg_result_text(result, row, 2));
	ts_add_int(&params, sealed->prints.values[0]);
	ts_add_bytes(&params, &sealed->refresh);
	ts_add_int(&params, r->store->ring.keys[0].id);
	return ts_run(r->store, sql, &params, NULL, err);
}

struct spilled {
	struct reseal *reseal;
	const char    *subject;
	int64_t        resealed, unreadable; /* in this transaction */
};

static tokenstore_status
reseal_token(struct spilled *s, const struct pg_result *result, int row,
    tokenstore_error *err)
{
	struct tokens     tokens = { NULL, NULL };
	struct ts_sealed  sealed;
	tokenstore_status status;

	status = open_token(
	    s->reseal->store, TS_REFRESH, result, row, 1, &tokens.refresh, err);
	if (status == TOKENSTORE_ERR_KEY) {
		s->unreadable++;
		return TOKENSTORE_OK;
	}
	if (status != TOKENSTORE_OK)
		return status;
	status = seal(&sealed, s->reseal->store, s->subject, &tokens, err);
	if (status == TOKENSTORE_OK)
		status = write_spilled(s->reseal, result, row, &sealed, err);
	s->resealed++;
	ts_sealed_free(&sealed);
	wipe_free(tokens.refresh);
	return status;
}

/* All tokens beside the main one of an account, under its lock. */
static tokenstore_status
spilled_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT subject, refresh_ct, rt_mac FROM tokenstore.spill"
	    " WHERE app_id = $1::int4 AND subject = $3 AND " IS_OLD(
		"refresh_ct");
	struct spilled   *s = ctx;
	struct ts_params  params = { .count = 0 };
	struct ts_row     locked;
	struct pg_result *result;
	tokenstore_status status;

	s->resealed = s->unreadable = 0;
	status = ts_lock_row(store, s->subject, &locked, err);
	if (status != TOKENSTORE_OK)
		return status;
	ts_add_int(&params, store->app_id);
	ts_add_bytes(&params, &s->reseal->header);
	ts_add_text(&params, s->subject);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0;
	     row < pg_result_rows(result) && status == TOKENSTORE_OK; row++)
		status = reseal_token(s, result, row, err);
	pg_result_free(result);
	return status;
}

/* One row of the page of subjects below. */
static tokenstore_status
reseal_spilled(struct reseal *r, const struct pg_result *result, int row,
    tokenstore_error *err)
{
	struct spilled    s = { r, pg_result_text(result, row, 0), 0, 0 };
	tokenstore_status status = ts_transact(r->store, spilled_work, &s, err);

	if (status != TOKENSTORE_OK)
		return status;
	r->report->resealed += s.resealed;
	r->report->unreadable += s.unreadable;
	r->limit -= s.resealed;
	return TOKENSTORE_OK;
}

/* Both: 1 application, 2 header, 3 the subject before. */
static const char account_page[] =
    "SELECT subject, access_ct, refresh_ct, rt_mac, key_id, token_seq"
    " FROM tokenstore.account WHERE app_id = $1::int4 AND " AFTER
    " AND (" IS_OLD("access_ct") " OR " IS_OLD(
	"refresh_ct") ")"
		      " ORDER BY subject LIMIT $4::int4";
static const char spilled_page[] =
    "SELECT DISTINCT subject FROM tokenstore.spill"
    " WHERE app_id = $1::int4 AND " AFTER
    " AND " IS_OLD("refresh_ct") " ORDER BY subject LIMIT $4::int4";

typedef tokenstore_status (*row_fn)(struct reseal *r,
    const struct pg_result *result, int row, tokenstore_error *err);

/* The next page behind r->after, which moves on.  *rows: how many it had. */
static tokenstore_status
reseal_page(struct reseal *r, const char *sql, row_fn each, int *rows,
    tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;
	int               row;

	ts_add_int(&params, r->store->app_id);
	ts_add_bytes(&params, &r->header);
	ts_add_text(&params, r->after);
	ts_add_int(&params, PAGE);
	status = ts_run_again(r->store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*rows = (int)pg_result_rows(result);
	for (row = 0; row < *rows && r->limit > 0 && status == TOKENSTORE_OK;
	     row++)
		status = each(r, result, row, err);
	if (status == TOKENSTORE_OK && *rows > 0) {
		free(r->after);
		r->after = strdup(pg_result_text(result, *rows - 1, 0));
		if (r->after == NULL)
			status = ts_no_memory(err);
	}
	pg_result_free(result);
	return status;
}

static tokenstore_status
reseal_all(
    struct reseal *r, const char *sql, row_fn each, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;
	int               rows = PAGE;

	free(r->after);
	r->after = NULL;
	while (status == TOKENSTORE_OK && rows == PAGE && r->limit > 0)
		status = reseal_page(r, sql, each, &rows, err);
	return status;
}

static tokenstore_status
count_left(struct reseal *r, tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM tokenstore.account"
	    "  WHERE app_id = $1::int4 AND (" IS_OLD("access_ct") " OR " IS_OLD(
		"refresh_ct") ")) + (SELECT count(*)"
			      "  FROM tokenstore.spill WHERE app_id = $1::int4 "
			      "AND " IS_OLD("refresh_ct") ")";
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, r->store->app_id);
	ts_add_bytes(&params, &r->header);
	status = ts_run_again(r->store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	r->report->left = pg_result_int(result, 0, 0);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_reseal(tokenstore *store, int limit,
    tokenstore_reseal_report *report, tokenstore_error *err)
{
	struct reseal     r = { .store = store, .report = report };
	tokenstore_status status;

	if (store == NULL || report == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and report: are required");
	memset(report, 0, sizeof(*report));
	if (limit < 1 || limit > LIMIT_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "limit: must be from 1 to %d", LIMIT_MAX);
	if ((status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	r.limit = limit;
	buf_init(&r.header, HEADER_SIZE);
	if (!ts_seal_header(store->ring.keys[0].id, &r.header))
		status = ts_no_memory(err);
	if (status == TOKENSTORE_OK)
		status = reseal_all(&r, account_page, reseal_account, err);
	if (status == TOKENSTORE_OK)
		status = reseal_all(&r, spilled_page, reseal_spilled, err);
	if (status == TOKENSTORE_OK)
		status = count_left(&r, err);
	free(r.after);
	buf_free(&r.header);
	return status;
}
