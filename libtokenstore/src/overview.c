/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * One pass over the accounts sorts them by kind and age and counts each sort;
 * what a sort means to the reader is put together here.  An index that told any
 * of it would have to change with every claim.
 */

enum kind { WAITING, LEASED, REFUSED, MAYBE_LOST, NEVER_HAD, REVOKED };

/* clang-format off */

/* The moment, a constant for the planner: now() would be worked out anew for
 * every row. */
#define AT "to_timestamp($1::int8)"

/* The number of an age, as count_in() has them. */
#define AGE(since) \
	"CASE WHEN " since " > " AT " - interval '5 minutes' THEN 0" \
	" WHEN " since " > " AT " - interval '1 hour' THEN 1" \
	" WHEN " since " > " AT " - interval '6 hours' THEN 2" \
	" WHEN " since " > " AT " - interval '1 day' THEN 3 ELSE 4 END"

static const char sort_accounts[] =
    "SELECT kind,"
    " CASE WHEN kind = 0 AND due_at <= " AT " THEN " AGE("due_at") " END"
    "  AS due_age,"
    " CASE WHEN kind = 0 AND in_doubt_since > 'epoch'"
    "  THEN " AGE("in_doubt_since")
    "  WHEN kind BETWEEN 2 AND 4 THEN " AGE("updated_at") " END AS age,"
    " count(*), " TS_EPOCH("min(due_at)") ","
    " " TS_EPOCH("max(updated_at) FILTER (WHERE total_refreshes > 0"
    "  AND state = 0)")
    " FROM (SELECT state, due_at, in_doubt_since, updated_at,"
    "  total_refreshes, CASE state"
    "   WHEN 0 THEN CASE WHEN lease_until > " AT " THEN 1 ELSE 0 END"
    "   WHEN 1 THEN CASE last_error WHEN 'maybe_lost' THEN 3"
    "    WHEN 'no_token' THEN 4 ELSE 2 END"
    "   ELSE 5 END AS kind"
    "  FROM tokenstore.account WHERE app_id = $2::int4) a"
    " GROUP BY 1, 2, 3";

static const char sort_unreadable[] =
    "SELECT key_id, count(*) FROM ("
    " SELECT key_id FROM tokenstore.account WHERE app_id = $1::int4"
    "  AND key_id <> 0 AND key_id <> ALL ($2::int8[])"
    " UNION ALL SELECT key_id FROM tokenstore.spill"
    "  WHERE app_id = $1::int4 AND key_id <> ALL ($2::int8[])) t"
    " GROUP BY 1 ORDER BY 1";

/* clang-format on */

static void
count_in(tokenstore_ages *ages, int64_t age, int64_t count)
{
	int64_t *const members[] = { &ages->under_5_min, &ages->under_1_h,
		&ages->under_6_h, &ages->under_1_d, &ages->older };

	ages->total += count;
	*members[age] += count;
}

static void
count_waiting(tokenstore_overview *out, const struct pg_result *result, int row)
{
	int64_t count = pg_result_int(result, row, 3);
	int64_t due_at = pg_result_int(result, row, 4);

	if (!pg_result_null(result, row, 1)) {
		count_in(&out->due, pg_result_int(result, row, 1), count);
		if (out->oldest_due_at == 0 || due_at < out->oldest_due_at)
			out->oldest_due_at = due_at;
	}
	if (!pg_result_null(result, row, 2))
		count_in(&out->in_doubt, pg_result_int(result, row, 2), count);
}

static void
count_sort(tokenstore_overview *out, const struct pg_result *result, int row)
{
	int64_t          count = pg_result_int(result, row, 3);
	int64_t          refreshed_at = pg_result_int(result, row, 5);
	enum kind        kind = (enum kind)pg_result_int(result, row, 0);
	tokenstore_ages *needy[] = {
		[REFUSED] = &out->refused,
		[MAYBE_LOST] = &out->maybe_lost,
		[NEVER_HAD] = &out->never_had,
	};

	if (refreshed_at > out->last_refreshed_at)
		out->last_refreshed_at = refreshed_at;
	switch (kind) {
	case WAITING:
		out->active += count;
		count_waiting(out, result, row);
		break;
	case LEASED:
		out->active += count;
		out->leased += count;
		break;
	case REFUSED:
	case MAYBE_LOST:
	case NEVER_HAD:
		out->needs_consent += count;
		count_in(needy[kind], pg_result_int(result, row, 2), count);
		break;
	case REVOKED: out->revoked += count; break;
	}
}

static tokenstore_status
read_accounts(
    tokenstore *store, tokenstore_overview *out, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, out->at);
	ts_add_int(&params, store->app_id);
	status = ts_run_again(store, sort_accounts, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0; row < pg_result_rows(result); row++)
		count_sort(out, result, row);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

static tokenstore_status
read_unreadable(
    tokenstore *store, tokenstore_overview *out, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	size_t            keys = store->ring.count;
	int64_t           ids[TS_KEYS_MAX];
	struct pg_result *result;
	tokenstore_status status;
	char              text[TS_INTS_SIZE];

	for (size_t i = 0; i < keys; i++)
		ids[i] = store->ring.keys[i].id;
	ts_add_int(&params, store->app_id);
	ts_add_ints(&params, ids, keys, text);
	status = ts_run_again(store, sort_unreadable, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0; row < pg_result_rows(result); row++) {
		out->unreadable += pg_result_int(result, row, 1);
		if (row < TOKENSTORE_OVERVIEW_KEYS)
			out->unreadable_keys[row] =
			    (int32_t)pg_result_int(result, row, 0);
	}
	pg_result_free(result);
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_overview_get(
    tokenstore *store, tokenstore_overview *out, tokenstore_error *err)
{
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	memset(out, 0, sizeof(*out));
	if ((status = ts_know_app(store, err)) != TOKENSTORE_OK ||
	    (status = tokenstore_now(store, &out->at, err)) != TOKENSTORE_OK ||
	    (status = read_accounts(store, out, err)) != TOKENSTORE_OK)
		return status;
	return read_unreadable(store, out, err);
}
