/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * Accounts are claimed slot by slot, in each slot the longest due first.  A
 * store remembers where it stopped: the slot, and the due time of the last
 * account claimed there.  Going on from that mark instead of the slot's
 * beginning matters when some forgotten transaction keeps PostgreSQL from
 * removing dead index entries, since those pile up at the beginning.  The mark
 * is given up when the slot is finished, so what was passed over is found the
 * next time round.
 */

#define LEASE_MAX_S INT64_C(86400)
#define LIMIT_MAX 10000
#define UNREADABLE_MAX 256 /* then a key is wrong: look no further */

/* Both statements: 1 clock, 2 application, 3 lease, 4 its id, from 5 on which.
 * MATERIALIZED keeps the limit from being applied more than once. */
/* clang-format off */
#define CLAIM_ROWS \
	"SELECT subject, app_id, due_at, in_doubt_since" \
	" FROM tokenstore.account" \
	" WHERE app_id = $2::int4 AND state = 0 AND lease_until < " TS_NOW
#define CLAIM_UPDATE \
	" UPDATE tokenstore.account t SET" \
	" lease_until = " TS_NOW " + $3::int8 * interval '1 second'," \
	" lease_id = $4::int8," \
	" total_refresh_checks = t.total_refresh_checks + 1," \
	" in_doubt_since = CASE WHEN t.in_doubt_since = 'epoch'" \
	"  THEN " TS_NOW " ELSE t.in_doubt_since END" \
	" FROM c WHERE t.subject = c.subject AND t.app_id = c.app_id" \
	" RETURNING t.subject, t.refresh_ct, t.access_ct," \
	" " TS_EPOCH("t.expires_at") "," \
	" " TS_EPOCH("c.in_doubt_since") "," \
	" t.grant_epoch," \
	" " TS_EPOCH("c.due_at")
/* clang-format on */

static const char claim_slot[] =
    "WITH c AS MATERIALIZED (" CLAIM_ROWS
    " AND slot = $5::int2 AND due_at <= " TS_NOW
    " AND due_at >= to_timestamp($6::int8) ORDER BY due_at LIMIT $7::int4"
    " FOR NO KEY UPDATE SKIP LOCKED)" CLAIM_UPDATE;
static const char claim_subject[] =
    "WITH c AS MATERIALIZED (" CLAIM_ROWS
    " AND subject = $5 FOR NO KEY UPDATE SKIP LOCKED)" CLAIM_UPDATE;

/* What tokenstore_claim_list points into. */
struct list {
	tokenstore_claim_list shown;
	tokenstore_claim    **items;
	size_t                capacity;
	int64_t               lease_id, lease_s;
};

static void
claim_free(struct ts_claim *claim)
{
	if (claim == NULL)
		return;
	free(claim->subject);
	wipe_free(claim->refresh_token);
	wipe_free(claim->access_token);
	free(claim);
}

void
tokenstore_claim_list_free(tokenstore_claim_list *list)
{
	struct list *mine = (struct list *)list;

	if (mine == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		claim_free((struct ts_claim *)mine->items[i]);
	free(mine->items);
	free(mine);
}

/* Room for one more; false when memory is short. */
static bool
list_grow(struct list *list)
{
	size_t             capacity = list->capacity ? 2 * list->capacity : 16;
	tokenstore_claim **items;

	if (list->shown.count < list->capacity)
		return true;
	items = realloc(list->items, capacity * sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->shown.items = items;
	list->capacity = capacity;
	return true;
}

/* Opens one column of a claimed row; NULL when it is empty or does not open. */
static char *
open_column(const tokenstore *store, enum ts_purpose purpose,
    const struct pg_result *result, int row, int col)
{
	struct ts_place place =
	    ts_place_of(store, pg_result_text(result, row, 0));
	const void *record;
	size_t      len;

	record = pg_result_bytes(result, row, col, &len);
	return ts_unseal(&store->ring, purpose, &place, record, len);
}

/* A claim from a row.  NULL when memory is short. */
static struct ts_claim *
read_claim(const tokenstore *store, const struct list *list,
    const struct pg_result *result, int row)
{
	struct ts_claim *claim = calloc(1, sizeof(*claim));

	if (claim == NULL)
		return NULL;
	claim->subject = strdup(pg_result_text(result, row, 0));
	claim->refresh_token = open_column(store, TS_REFRESH, result, row, 1);
	claim->access_token = open_column(store, TS_ACCESS, result, row, 2);
	claim->grant_epoch = pg_result_int(result, row, 5);
	claim->due_at = pg_result_int(result, row, 6);
	claim->lease_id = list->lease_id;
	claim->lease_s = list->lease_s;
	claim->shown = (tokenstore_claim){
		.subject = claim->subject,
		.refresh_token = claim->refresh_token,
		.access_token = claim->access_token,
		.expires_at = pg_result_int(result, row, 3),
		.in_doubt_since = pg_result_int(result, row, 4),
	};
	if (claim->subject != NULL)
		return claim;
	claim_free(claim);
	return NULL;
}

/* Adds what a statement claimed.  A row that does not open is claimed all the
 * same, without a refresh token, until give_back(). */
static tokenstore_status
list_add(const tokenstore *store, struct list *list,
    const struct pg_result *result, tokenstore_error *err)
{
	struct ts_claim *claim;

	for (int row = 0; row < pg_result_rows(result); row++) {
		if (!list_grow(list) ||
		    (claim = read_claim(store, list, result, row)) == NULL)
			return ts_no_memory(err);
		list->items[list->shown.count++] = &claim->shown;
		list->shown.unreadable += claim->shown.refresh_token == NULL;
	}
	return TOKENSTORE_OK;
}

/* Takes the claims that do not open out of the list and releases them.  What
 * cannot be released is left to the end of the lease. */
static void
give_back(tokenstore *store, struct list *list)
{
	size_t count = list->shown.count;

	list->shown.count = 0;
	for (size_t i = 0; i < count; i++) {
		tokenstore_claim *claim = list->items[i];

		if (claim->refresh_token != NULL) {
			list->items[list->shown.count++] = claim;
			continue;
		}
		ts_release(store, (struct ts_claim *)claim, NULL);
		claim_free((struct ts_claim *)claim);
	}
}

static int
compare_due(const void *a, const void *b)
{
	const struct ts_claim *x = *(struct ts_claim *const *)a;
	const struct ts_claim *y = *(struct ts_claim *const *)b;

	return (x->due_at > y->due_at) - (x->due_at < y->due_at);
}

/* Claims up to `limit` accounts of the slot that the store has come to, and
 * moves on.  *finished: the slot holds no more. */
static tokenstore_status
scan_slot(tokenstore *store, struct list *list, size_t limit, bool *finished,
    tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;
	int64_t           due_at, rows;

	ts_add_int(&params, store->clock_offset_s);
	ts_add_int(&params, store->app_id);
	ts_add_int(&params, list->lease_s);
	ts_add_int(&params, list->lease_id);
	ts_add_int(&params, store->scan_slot);
	ts_add_int(&params, store->scan_low);
	ts_add_int(&params, (int64_t)limit);
	status = ts_run(store, claim_slot, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	rows = pg_result_rows(result);
	for (int row = 0; row < rows; row++) {
		due_at = pg_result_int(result, row, 6);
		if (due_at > store->scan_low)
			store->scan_low = due_at;
	}
	*finished = rows < (int64_t)limit;
	if (*finished) {
		store->scan_slot = (store->scan_slot + 1) % TS_SLOTS;
		store->scan_low = 0;
	}
	status = list_add(store, list, result, err);
	pg_result_free(result);
	return status;
}

/* Goes round all slots once, until `limit` accounts are claimed that open. */
static tokenstore_status
scan(tokenstore *store, struct list *list, size_t limit, tokenstore_error *err)
{
	/* The first slot comes again when it was entered in its middle. */
	int               left = TS_SLOTS + (store->scan_low > 0);
	tokenstore_status status;
	size_t            readable = 0;
	bool              finished;

	while (left > 0 && readable < limit &&
	       list->shown.unreadable < UNREADABLE_MAX) {
		status =
		    scan_slot(store, list, limit - readable, &finished, err);
		if (status != TOKENSTORE_OK)
			return status;
		readable = list->shown.count - list->shown.unreadable;
		left -= finished;
	}
	return TOKENSTORE_OK;
}

static tokenstore_status
check_lease(int64_t lease_s, tokenstore_error *err)
{
	if (lease_s >= 1 && lease_s <= LEASE_MAX_S)
		return TOKENSTORE_OK;
	return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
	    "lease_s: must be from 1 to %d", (int)LEASE_MAX_S);
}

/* NULL when memory or randomness is short. */
static struct list *
list_new(int64_t lease_s)
{
	struct list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->lease_s = lease_s;
	list->lease_id = ts_random();
	if (list->lease_id != 0)
		return list;
	free(list);
	return NULL;
}

tokenstore_status
tokenstore_claim_due(tokenstore *store, int limit, int64_t lease_s,
    tokenstore_claim_list **out, tokenstore_error *err)
{
	struct list      *list;
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	*out = NULL;
	if (limit < 1 || limit > LIMIT_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "limit: must be from 1 to %d", LIMIT_MAX);
	if ((status = check_lease(lease_s, err)) != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	if ((list = list_new(lease_s)) == NULL)
		return ts_no_memory(err);
	status = scan(store, list, (size_t)limit, err);
	give_back(store, list);
	/* What was claimed before a failure is worth having. */
	if (status != TOKENSTORE_OK && list->shown.count == 0) {
		tokenstore_claim_list_free(&list->shown);
		return status;
	}
	if (list->shown.count > 1)
		qsort(list->items, list->shown.count, sizeof(*list->items),
		    compare_due);
	*out = &list->shown;
	return TOKENSTORE_OK;
}

/* OK when the account is there, although it could not be claimed. */
static tokenstore_status
find(tokenstore *store, const char *subject, tokenstore_error *err)
{
	static const char sql[] = "SELECT 1 FROM tokenstore.account"
				  " WHERE app_id = $1::int4 AND subject = $2";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	ts_params_plain(&params, store, subject);
	status = ts_run_again(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) == 0)
		status =
		    ts_fail(err, TOKENSTORE_ERR_NOT_FOUND, "no such account");
	pg_result_free(result);
	return status;
}

static tokenstore_status
claim_into(tokenstore *store, const char *subject, struct list *list,
    tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, store->clock_offset_s);
	ts_add_int(&params, store->app_id);
	ts_add_int(&params, list->lease_s);
	ts_add_int(&params, list->lease_id);
	ts_add_text(&params, subject);
	status = ts_run(store, claim_subject, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) > 0)
		status = list_add(store, list, result, err);
	else
		status = find(store, subject, err);
	pg_result_free(result);
	return status;
}

tokenstore_status
tokenstore_claim_one(tokenstore *store, const char *subject, int64_t lease_s,
    tokenstore_claim_list **out, tokenstore_error *err)
{
	struct list      *list;
	tokenstore_status status;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	*out = NULL;
	if ((status = check_lease(lease_s, err)) != TOKENSTORE_OK ||
	    (status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	if ((list = list_new(lease_s)) == NULL)
		return ts_no_memory(err);
	status = claim_into(store, subject, list, err);
	give_back(store, list);
	if (status == TOKENSTORE_OK)
		*out = &list->shown;
	else
		tokenstore_claim_list_free(&list->shown);
	return status;
}
