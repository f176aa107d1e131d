/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * What refreshes brought is stored many accounts at a time.  Whether a lease is
 * still ours decides only about the lease: a token is stored because the one
 * that was spent for it is ours to replace, and lost leases are no reason to
 * lose a token.
 *
 * Usually the new refresh token takes the place of the main one, which is the
 * one that was spent; all accounts of one statement do so together.  Those whose
 * main token is another one by now take the slow way, one by one.
 */

#define ROWS_MAX 250
#define BYTES_MAX ((size_t)256 * 1024) /* of ciphertext in one statement */
#define COLUMN_MAX ((size_t)512 * 1024)

/* What a row of a statement holds; find_stored knows the first KNOWN. */
enum column {
	NUMBER, /* its place among the pending */
	SUBJECT,
	SPENT, /* fingerprints: of what the row has, of what takes its place */
	FRESH,
	EPOCH,
	LEASE,
	KNOWN,
	DUE = KNOWN,
	ENDS,
	LIVES,
	ACCESS,
	REFRESH,
	SCOPE,
	COLUMNS
};

static const enum ts_type types[COLUMNS] = {
	[NUMBER] = TS_INT8,
	[SUBJECT] = TS_TEXT,
	[SPENT] = TS_INT8,
	[FRESH] = TS_INT8,
	[EPOCH] = TS_INT8,
	[LEASE] = TS_INT8,
	[DUE] = TS_INT8,
	[ENDS] = TS_INT8,
	[LIVES] = TS_INT8,
	[ACCESS] = TS_BYTEA,
	[REFRESH] = TS_BYTEA,
	[SCOPE] = TS_TEXT,
};

/* clang-format off */

/*
 * 1 clock, 2 application, 3 key, 4 who writes, from 5 on the columns.  A row that
 * somebody locks is passed over: waiting for it would keep all others from being
 * stored, and would go on in the server after our deadline, with their locks.
 * A doubt that began with the claim of somebody else is not ours to settle; and an
 * account that somebody flagged meanwhile is in doubt: what comes so late may have
 * been spent, and lost, already.
 */
static const char update_rows[] =
    "WITH c AS MATERIALIZED (SELECT u.* FROM unnest("
    TS_COLUMN(5, int8) "," TS_COLUMN(6, text) "," TS_COLUMN(7, int8) ","
    TS_COLUMN(8, int8) "," TS_COLUMN(9, int8) "," TS_COLUMN(10, int8) ","
    TS_COLUMN(11, int8) "," TS_COLUMN(12, int8) "," TS_COLUMN(13, int8) ","
    TS_COLUMN(14, bytea) "," TS_COLUMN(15, bytea) "," TS_COLUMN(16, text) ")"
    "   AS u (n, who, spent, fresh, epoch, lease, due, ends, lives, access,"
    "   refresh, allows)"
    "  JOIN tokenstore.account a ON a.subject = u.who AND a.app_id = $2::int4"
    "   AND a.rt_mac = u.spent AND a.grant_epoch = u.epoch AND a.state <> 2"
    "  FOR NO KEY UPDATE OF a SKIP LOCKED)"
    " UPDATE tokenstore.account t SET"
    TS_SET_GRANT("c.due", "c.fresh", "c.ends", "c.lives::int4", "$3::int4",
	"c.access", "c.refresh", "$4", "c.allows") ","
    " total_refreshes = total_refreshes + 1,"
    " in_doubt_since = CASE WHEN lease_id = c.lease THEN 'epoch'"
    "  WHEN state = 1 THEN " TS_NOW " ELSE in_doubt_since END,"
    TS_END_LEASE("c.lease")
    " FROM c WHERE t.app_id = $2::int4 AND t.subject = c.who RETURNING c.n";

/*
 * Which of them does the store hold, from a try whose outcome was unknown?  1
 * application, from 2 on the columns.  That try may have been committed by a
 * server that crashed before a synchronous standby had it.  Only what writes
 * waits for the standby, and a lock is written.
 */
static const char find_stored[] =
    "SELECT u.n FROM unnest("
    TS_COLUMN(2, int8) "," TS_COLUMN(3, text) "," TS_COLUMN(4, int8) ","
    TS_COLUMN(5, int8) "," TS_COLUMN(6, int8) "," TS_COLUMN(7, int8) ")"
    "  AS u (n, who, spent, fresh, epoch, lease)"
    " JOIN tokenstore.account a ON subject = u.who AND rt_mac = u.fresh"
    "  AND grant_epoch = u.epoch AND lease_id <> u.lease AND state <> 2"
    " WHERE app_id = $1::int4 FOR NO KEY UPDATE OF a SKIP LOCKED";

/* The new token goes elsewhere: of the access tokens the longer-lived one
 * counts. */
static const char update_beside[] =
    "UPDATE tokenstore.account SET token_seq = token_seq + 1,"
    " total_refreshes = total_refreshes + 1, updated_at = " TS_NOW_EXACT ","
    " access_ct = CASE WHEN expires_at < to_timestamp($5::int8)"
    "  THEN coalesce($6::bytea, access_ct) ELSE access_ct END,"
    " expires_at = CASE WHEN $6::bytea IS NULL THEN expires_at"
    "  ELSE greatest(expires_at, to_timestamp($5::int8)) END,"
    " in_doubt_since = CASE WHEN lease_id = $4::int8"
    "  THEN 'epoch' ELSE in_doubt_since END,"
    TS_END_LEASE("$4::int8")
    " WHERE app_id = $2::int4 AND subject = $3";

/* clang-format on */

/* An item that is on its way into the store. */
struct pending {
	tokenstore_save_item  *item;
	const struct ts_claim *claim;
	struct ts_sealed       sealed;
	int64_t                parent; /* the fingerprint to be replaced */
	bool                   done;
};

/* Up to ROWS_MAX items, and what went wrong first in all of them. */
struct batch {
	tokenstore      *store;
	tokenstore_error first;    /* OK: nothing so far */
	bool             hopeless; /* the database is at fault, not an item */
	size_t           count, most;
	struct pending   pending[];
};

/* The fault of one item. */
static void
fail_item(
    struct batch *batch, tokenstore_save_item *item, tokenstore_error *error)
{
	item->status = error->status;
	if (batch->first.status == TOKENSTORE_OK)
		batch->first = *error;
}

static void
add_row(struct buf columns[COLUMNS], const struct pending *p, size_t number)
{
	const tokenstore_grant *grant = p->item->grant;

	ts_array_int(&columns[NUMBER], (int64_t)number);
	ts_array_text(&columns[SUBJECT], p->claim->subject);
	ts_array_int(&columns[SPENT], p->parent);
	ts_array_int(&columns[FRESH], p->sealed.prints.values[0]);
	ts_array_int(&columns[EPOCH], p->claim->grant_epoch);
	ts_array_int(&columns[LEASE], p->claim->lease_id);
	ts_array_int(&columns[DUE], p->item->due_at);
	ts_array_int(&columns[ENDS], grant->expires_at);
	ts_array_int(&columns[LIVES], grant->expires_in);
	if (p->sealed.has_access)
		ts_array_bytes(&columns[ACCESS], &p->sealed.access);
	else
		ts_array_text(&columns[ACCESS], NULL);
	ts_array_bytes(&columns[REFRESH], &p->sealed.refresh);
	ts_array_text(&columns[SCOPE], grant->scope);
}

/* False when memory is short; the columns are to be freed all the same. */
static bool
fill_columns(
    struct buf columns[COLUMNS], const struct pending *pending, size_t count)
{
	bool ok = true;

	for (size_t c = 0; c < COLUMNS; c++) {
		buf_init(&columns[c], COLUMN_MAX);
		ts_array_start(&columns[c], types[c], count);
	}
	for (size_t i = 0; i < count; i++)
		add_row(columns, &pending[i], i);
	for (size_t c = 0; c < COLUMNS; c++)
		ok = ok && buf_ok(&columns[c]);
	return ok;
}

/* Runs one of the two statements that return the numbers of what is stored. */
static tokenstore_status
mark_stored(tokenstore *store, const char *sql, const struct ts_params *params,
    struct pending *pending, size_t *left, tokenstore_error *err)
{
	struct pg_result *result;
	tokenstore_status status;

	status = ts_run_again(store, sql, params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0; row < pg_result_rows(result); row++) {
		size_t i = (size_t)pg_result_int(result, row, 0);

		*left -= !pending[i].done;
		pending[i].done = true;
	}
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/*
 * The usual way, for all at once: each new token takes the place of its account's
 * main one if that is the parent, in the same consent.  *left: how many were not
 * stored so.
 */
static tokenstore_status
replace_main(tokenstore *store, struct pending *pending, size_t count,
    size_t *left, tokenstore_error *err)
{
	struct ts_params  update = { .count = 0 }, find = { .count = 0 };
	struct buf        columns[COLUMNS];
	tokenstore_status status = TOKENSTORE_OK;

	*left = count;
	if (!fill_columns(columns, pending, count))
		status = ts_no_memory(err);
	ts_add_int(&update, store->clock_offset_s);
	ts_add_int(&update, store->app_id);
	ts_add_int(&update, store->ring.keys[0].id);
	ts_add_text(&update, store->actor);
	ts_add_int(&find, store->app_id);
	for (size_t c = 0; c < COLUMNS; c++) {
		ts_add_bytes(&update, &columns[c]);
		if (c < KNOWN)
			ts_add_bytes(&find, &columns[c]);
	}
	if (status == TOKENSTORE_OK)
		status = mark_stored(
		    store, update_rows, &update, pending, left, err);
	if (status == TOKENSTORE_OK && *left > 0)
		status =
		    mark_stored(store, find_stored, &find, pending, left, err);
	for (size_t c = 0; c < COLUMNS; c++)
		buf_free(&columns[c]);
	return status;
}

/* A login or another refresh was faster: the new token joins the others, and
 * the access token counts if it lives longer than the one that is there. */
static tokenstore_status
add_beside(
    tokenstore *store, const struct pending *pending, tokenstore_error *err)
{
	const struct ts_sealed *sealed = &pending->sealed;
	const char             *subject = pending->claim->subject;
	struct ts_params        params;
	tokenstore_status       status;

	status = ts_spill_add(store, subject, sealed, err);
	if (status != TOKENSTORE_OK)
		return status;
	ts_params_timed(&params, store, subject);
	ts_add_int(&params, pending->claim->lease_id);
	ts_add_int(&params, sealed->grant->expires_at);
	if (sealed->has_access)
		ts_add_bytes(&params, &sealed->access);
	else
		ts_add_text(&params, NULL);
	status = ts_run(store, update_beside, &params, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_add_event(store, subject, "spilled", err);
	return status;
}

/* Did an earlier try store the token without our hearing of it?  It has ended our
 * lease then. */
static tokenstore_status
find_earlier(tokenstore *store, const struct pending *pending,
    const struct ts_row *row, bool *found, tokenstore_error *err)
{
	const struct ts_prints *prints = &pending->sealed.prints;
	const char             *subject = pending->claim->subject;

	*found = false;
	if (row->lease_id == pending->claim->lease_id)
		return TOKENSTORE_OK;
	*found = ts_prints_have(prints, row->rt_mac);
	return *found ? TOKENSTORE_OK
		      : ts_spill_find(store, subject, prints, found, err);
}

/* The slow way, when the spent token is not the main one. */
static tokenstore_status
save_work(tokenstore *store, void *ctx, tokenstore_error *err)
{
	struct pending        *pending = ctx;
	const struct ts_claim *claim = pending->claim;
	struct ts_prints       spent;
	struct ts_row          row;
	tokenstore_status      status;
	size_t                 left;
	bool                   earlier, is_there;

	if (!ts_prints_make(&spent, &store->ring, claim->shown.refresh_token))
		return ts_no_memory(err);
	pending->done = false;
	status = ts_lock_row(store, claim->subject, &row, err);
	if (status != TOKENSTORE_OK)
		return status;
	pending->item->stored = row.found &&
				row.grant_epoch == claim->grant_epoch &&
				row.state != TOKENSTORE_REVOKED;
	if (!pending->item->stored)
		return ts_add_event(store, claim->subject, "dropped", err);
	status = find_earlier(store, pending, &row, &earlier, err);
	if (status != TOKENSTORE_OK || earlier)
		return status;
	is_there = ts_prints_have(&pending->sealed.prints, row.rt_mac);
	status = ts_spill_remove(store, claim->subject, &spent, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (row.rt_mac != 0 && !is_there && !ts_prints_have(&spent, row.rt_mac))
		return add_beside(store, pending, err);
	pending->parent = row.rt_mac;
	status = replace_main(store, pending, 1, &left, err);
	return status == TOKENSTORE_OK && left > 0 ? ts_not_taken(err) : status;
}

/* Is it the database that fails, so that others would fare no better? */
static bool
is_hopeless(tokenstore_status status)
{
	switch (status) {
	case TOKENSTORE_ERR_CONNECTION:
	case TOKENSTORE_ERR_TIMEOUT:
	case TOKENSTORE_ERR_BUSY:
	case TOKENSTORE_ERR_FULL:
	case TOKENSTORE_ERR_DENIED:
	case TOKENSTORE_ERR_SCHEMA: return true;
	default: return false;
	}
}

/* One that the statement for all did not store. */
static void
save_slowly(struct batch *batch, struct pending *pending)
{
	tokenstore_error error;

	if (batch->hopeless)
		fail_item(batch, pending->item, &batch->first);
	else if (ts_transact(batch->store, save_work, pending, &error) ==
		 TOKENSTORE_OK)
		pending->item->status = TOKENSTORE_OK;
	else
		fail_item(batch, pending->item, &error);
}

/* Items that fit into one statement.  When the server refuses a value, halves
 * find out whose it is, so that the others are stored. */
static void
save_range(struct batch *batch, struct pending *pending, size_t count)
{
	tokenstore_error  error = batch->first;
	tokenstore_status status = error.status;
	size_t            left = 0;

	if (!batch->hopeless)
		status =
		    replace_main(batch->store, pending, count, &left, &error);
	if (status == TOKENSTORE_ERR_DATABASE && count > 1) {
		save_range(batch, pending, count / 2);
		save_range(batch, pending + count / 2, count - count / 2);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (status != TOKENSTORE_OK)
			fail_item(batch, pending[i].item, &error);
		else if (!pending[i].done)
			save_slowly(batch, &pending[i]);
		else
			pending[i].item->stored = 1;
	}
	batch->hopeless = batch->hopeless || is_hopeless(status);
}

/* In the order in which every saver locks them. */
static int
compare_subject(const void *a, const void *b)
{
	return strcmp(((const struct pending *)a)->claim->subject,
	    ((const struct pending *)b)->claim->subject);
}

/* Saves what is pending, in statements of limited size. */
static void
save_pending(struct batch *batch)
{
	const struct ts_sealed *sealed;
	size_t                  from = 0, bytes = 0;

	qsort(batch->pending, batch->count, sizeof(batch->pending[0]),
	    compare_subject);
	for (size_t i = 0; i < batch->count; i++) {
		sealed = &batch->pending[i].sealed;
		bytes += sealed->access.len + sealed->refresh.len;
		if (bytes > BYTES_MAX && i > from) {
			save_range(batch, &batch->pending[from], i - from);
			from = i;
			bytes = sealed->access.len + sealed->refresh.len;
		}
	}
	if (batch->count > from)
		save_range(batch, &batch->pending[from], batch->count - from);
	for (size_t i = 0; i < batch->count; i++)
		ts_sealed_free(&batch->pending[i].sealed);
	batch->count = 0;
}

/* Checks and seals an item; one that is at fault is not saved. */
static void
add_pending(struct batch *batch, tokenstore_save_item *item)
{
	struct pending   *pending = &batch->pending[batch->count];
	tokenstore_error  error;
	tokenstore_status status;

	*pending = (struct pending){ .item = item };
	item->stored = 0;
	item->status = TOKENSTORE_OK;
	if (batch->hopeless) {
		fail_item(batch, item, &batch->first);
		return;
	}
	status = ts_begin_outcome(batch->store, item->claim, &error);
	if (status == TOKENSTORE_OK)
		status = ts_check_time("due_at", item->due_at, &error);
	if (status != TOKENSTORE_OK) {
		fail_item(batch, item, &error);
		batch->hopeless = batch->hopeless || is_hopeless(status);
		return;
	}
	pending->claim = (const struct ts_claim *)item->claim;
	pending->parent = pending->claim->rt_mac;
	status = ts_sealed_make(&pending->sealed, batch->store,
	    item->claim->subject, item->grant, &error);
	if (status == TOKENSTORE_OK) {
		batch->count++;
		return;
	}
	fail_item(batch, item, &error);
	ts_sealed_free(&pending->sealed);
}

tokenstore_status
tokenstore_save_many(tokenstore *store, tokenstore_save_item *items,
    size_t count, tokenstore_error *err)
{
	size_t            most = count < ROWS_MAX ? count : ROWS_MAX;
	struct batch     *batch;
	tokenstore_status status;

	if (store == NULL || (items == NULL && count > 0))
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and items: are required");
	batch = calloc(1, sizeof(*batch) + most * sizeof(batch->pending[0]));
	if (batch == NULL) {
		for (size_t i = 0; i < count; i++)
			items[i].status = TOKENSTORE_ERR_NOMEM;
		return ts_no_memory(err);
	}
	batch->store = store;
	batch->most = most;
	for (size_t i = 0; i < count; i++) {
		add_pending(batch, &items[i]);
		if (batch->count == batch->most)
			save_pending(batch);
	}
	if (batch->count > 0)
		save_pending(batch);
	status = batch->first.status;
	if (status != TOKENSTORE_OK && err != NULL)
		*err = batch->first;
	free(batch);
	return status;
}

tokenstore_status
tokenstore_save(tokenstore *store, const tokenstore_claim *claim,
    const tokenstore_grant *grant, int64_t due_at, int *stored_out,
    tokenstore_error *err)
{
	tokenstore_save_item item = {
		.claim = claim, .grant = grant, .due_at = due_at
	};
	tokenstore_status status = tokenstore_save_many(store, &item, 1, err);

	if (status == TOKENSTORE_OK && stored_out != NULL)
		*stored_out = item.stored;
	return status;
}
