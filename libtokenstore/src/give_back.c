/* SPDX-License-Identifier: MIT */
#include "internal.h"

/*
 * Claims that go back without a new token, many in one statement.  A row is
 * changed only while its lease is the claim's, so doing so twice does no harm.
 */

#define ROWS_MAX 250
#define COLUMN_MAX ((size_t)64 * 1024)

/* clang-format off */

/* 1 application, from 2 on a column each. */
static const char defer_rows[] =
    "UPDATE tokenstore.account SET due_at = to_timestamp(u.due),"
    " lease_until = 'epoch', lease_id = 0,"
    " in_doubt_since = CASE WHEN u.doubtful <> 0 THEN in_doubt_since"
    "  ELSE to_timestamp(u.doubt) END,"
    " fail_count = least(fail_count + 1, 32767), last_error = u.reason"
    " FROM unnest("
    TS_COLUMN(2, text) "," TS_COLUMN(3, int8) "," TS_COLUMN(4, int8) ","
    TS_COLUMN(5, int8) "," TS_COLUMN(6, int8) "," TS_COLUMN(7, text) ")"
    "  AS u (who, lease, doubt, due, doubtful, reason)"
    " WHERE app_id = $1::int4 AND subject = u.who AND lease_id = u.lease";

static const char release_rows[] =
    "UPDATE tokenstore.account SET lease_until = 'epoch', lease_id = 0,"
    " in_doubt_since = to_timestamp(u.doubt),"
    " total_refresh_checks = total_refresh_checks - 1"
    " FROM unnest("
    TS_COLUMN(2, text) "," TS_COLUMN(3, int8) "," TS_COLUMN(4, int8) ")"
    "  AS u (who, lease, doubt)"
    " WHERE app_id = $1::int4 AND subject = u.who AND lease_id = u.lease";

/* clang-format on */

/* A release ends with the doubt that was there before the claim. */
enum column {
	SUBJECT,
	LEASE,
	DOUBT,
	RELEASED,
	DUE = RELEASED,
	DOUBTFUL,
	REASON,
	COLUMNS
};

static const enum ts_type types[COLUMNS] = {
	[SUBJECT] = TS_TEXT,
	[LEASE] = TS_INT8,
	[DOUBT] = TS_INT8,
	[DUE] = TS_INT8,
	[DOUBTFUL] = TS_INT8,
	[REASON] = TS_TEXT,
};

tokenstore_status
ts_begin_outcome(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err)
{
	if (claim == NULL || claim->subject == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "claim: is required");
	return ts_begin_call(store, claim->subject, err);
}

static void
add_row(struct buf columns[COLUMNS], const tokenstore_deferral *item)
{
	const struct ts_claim *claim = (const struct ts_claim *)item->claim;

	ts_array_text(&columns[SUBJECT], claim->subject);
	ts_array_int(&columns[LEASE], claim->lease_id);
	ts_array_int(&columns[DOUBT], claim->shown.in_doubt_since);
	ts_array_int(&columns[DUE], item->due_at);
	ts_array_int(&columns[DOUBTFUL], item->in_doubt != 0);
	ts_array_text(&columns[REASON], item->reason);
}

/* Runs a statement over up to ROWS_MAX claims; it takes the first `known`
 * columns. */
static tokenstore_status
run_rows(tokenstore *store, const char *sql, size_t known,
    const tokenstore_deferral *items, size_t count, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct buf        columns[COLUMNS];
	tokenstore_status status;
	bool              ok = true;

	for (size_t c = 0; c < COLUMNS; c++) {
		buf_init(&columns[c], COLUMN_MAX);
		ts_array_start(&columns[c], types[c], count);
	}
	for (size_t i = 0; i < count; i++)
		add_row(columns, &items[i]);
	ts_add_int(&params, store->app_id);
	for (size_t c = 0; c < COLUMNS; c++)
		ok = ok && buf_ok(&columns[c]);
	for (size_t c = 0; c < known; c++)
		ts_add_bytes(&params, &columns[c]);
	status = ok ? ts_run_again(store, sql, &params, NULL, err)
		    : ts_no_memory(err);
	for (size_t c = 0; c < COLUMNS; c++)
		buf_free(&columns[c]);
	return status;
}

static tokenstore_status
check_deferral(
    tokenstore *store, const tokenstore_deferral *item, tokenstore_error *err)
{
	tokenstore_status status = ts_begin_outcome(store, item->claim, err);

	if (status == TOKENSTORE_OK)
		status = ts_check_time("due_at", item->due_at, err);
	if (status == TOKENSTORE_OK)
		status =
		    ts_check_text("reason", item->reason, TS_TEXT_MAX, err);
	return status;
}

tokenstore_status
tokenstore_defer_many(tokenstore *store, const tokenstore_deferral *items,
    size_t count, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;

	if (store == NULL || (items == NULL && count > 0))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and items: are required");
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++)
		status = check_deferral(store, &items[i], err);
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i += ROWS_MAX)
		status = run_rows(store, defer_rows, COLUMNS, &items[i],
		    count - i < ROWS_MAX ? count - i : ROWS_MAX, err);
	return status;
}

tokenstore_status
tokenstore_defer(tokenstore *store, const tokenstore_claim *claim,
    int64_t due_at, int in_doubt, const char *reason, tokenstore_error *err)
{
	const tokenstore_deferral item = {
		.claim = claim,
		.due_at = due_at,
		.in_doubt = in_doubt,
		.reason = reason,
	};

	return tokenstore_defer_many(store, &item, 1, err);
}

tokenstore_status
ts_release_many(tokenstore *store, tokenstore_claim *const *claims,
    size_t count, tokenstore_error *err)
{
	tokenstore_deferral items[ROWS_MAX] = { { 0 } };
	tokenstore_status   status = TOKENSTORE_OK;
	size_t              n;

	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i += n) {
		n = count - i < ROWS_MAX ? count - i : ROWS_MAX;
		for (size_t k = 0; k < n; k++)
			items[k].claim = claims[i + k];
		status = run_rows(store, release_rows, RELEASED, items, n, err);
	}
	return status;
}

tokenstore_status
tokenstore_release_many(tokenstore *store, tokenstore_claim *const *claims,
    size_t count, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;

	if (store == NULL || (claims == NULL && count > 0))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and claims: are required");
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++)
		status = ts_begin_outcome(store, claims[i], err);
	return status == TOKENSTORE_OK
		   ? ts_release_many(store, claims, count, err)
		   : status;
}

tokenstore_status
tokenstore_release(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err)
{
	const tokenstore_deferral item = { .claim = claim };
	tokenstore_status         status = ts_begin_outcome(store, claim, err);

	if (status != TOKENSTORE_OK)
		return status;
	return run_rows(store, release_rows, RELEASED, &item, 1, err);
}
