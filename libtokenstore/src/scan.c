/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "clock.h"
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

#define LIMIT_MAX 10000
#define UNREADABLE_MAX 256 /* then a key is wrong: look no further */
#define SLEEP_MAX 1000     /* accounts put to sleep by one statement */
#define TIME_MIN INT64_C(-62135596800) /* the beginning of the year 1 */
#define YEARS_MAX_S INT64_C(315360000)

/* How long those who use their accounts are not looked at again when none of
 * them was due: a claim for the others then costs one round, not two. */
#define REST_MS INT64_C(60000)

/* Whose accounts: everybody's, or one of two halves. */
enum group { ANY, USED, IDLE };

/* clang-format off */

/* Of an account: did the person use it lately?  A parameter says since when. */
#define IS_USED(seconds) \
	"last_used_at >= " TS_NOW " - " seconds "::int8 * interval '1 second'"

/* 5 slot, 6 mark, 7 limit, 8 group, 9 used within, 10 keep alive. */
static const char claim_slot[] =
    TS_CLAIM(" AND slot = $5::int2 AND due_at <= " TS_NOW
    " AND due_at >= to_timestamp($6::int8)"
    " AND CASE $8::int4 WHEN 0 THEN true WHEN 1 THEN " IS_USED("$9")
    "  ELSE NOT (" IS_USED("$9") ") AND updated_at <="
    "   " TS_NOW " - $10::int8 * interval '1 second' END"
    " ORDER BY due_at LIMIT $7::int4");

/*
 * Idle accounts that are due before their time: not to meet them again in every
 * round, they become due when they are to be kept alive.  Whoever comes back
 * earlier is served by a claim on the one account.
 */
static const char put_to_sleep[] =
    "WITH c AS MATERIALIZED (SELECT subject, app_id FROM tokenstore.account"
    "  WHERE app_id = $2::int4 AND state = 0 AND lease_until < " TS_NOW
    "  AND slot = $3::int2 AND due_at <= " TS_NOW
    "  AND NOT (" IS_USED("$4") ") AND updated_at >"
    "   " TS_NOW " - $5::int8 * interval '1 second'"
    "  ORDER BY due_at LIMIT $6::int4 FOR NO KEY UPDATE SKIP LOCKED)"
    " UPDATE tokenstore.account t SET due_at = date_trunc('second',"
    "  t.updated_at + ($5::int8 + 1) * interval '1 second')"
    " FROM c WHERE t.subject = c.subject AND t.app_id = c.app_id";

/* clang-format on */

static int
compare_due(const void *a, const void *b)
{
	const struct ts_claim *x = *(struct ts_claim *const *)a;
	const struct ts_claim *y = *(struct ts_claim *const *)b;

	return (x->due_at > y->due_at) - (x->due_at < y->due_at);
}

struct round {
	tokenstore                     *store;
	const tokenstore_claim_options *options;
	struct ts_list                 *list;
};

/* How many more are wanted; none also when too many do not open. */
static int64_t
wanted(const struct round *round)
{
	const tokenstore_claim_list *list = &round->list->shown;

	if (list->unreadable >= UNREADABLE_MAX)
		return 0;
	return round->options->limit -
	       (int64_t)(list->count - list->unreadable);
}

/* Claims in the slot that the scan has come to.  *finished: it holds no more. */
static tokenstore_status
scan_slot(const struct round *round, enum group group, struct ts_scan *scan,
    bool *finished, tokenstore_error *err)
{
	tokenstore       *store = round->store;
	int64_t           limit = wanted(round), due_at;
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, store->clock_offset_s);
	ts_add_int(&params, store->app_id);
	ts_add_int(&params, round->list->lease_s);
	ts_add_int(&params, round->list->lease_id);
	ts_add_int(&params, scan->slot);
	ts_add_int(&params, scan->low > 0 ? scan->low : TIME_MIN);
	ts_add_int(&params, limit);
	ts_add_int(&params, group);
	ts_add_int(&params, round->options->used_within_s);
	ts_add_int(&params, round->options->keep_alive_s);
	status = ts_run(store, claim_slot, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0; row < pg_result_rows(result); row++) {
		due_at = pg_result_int(result, row, 6);
		if (due_at > scan->low)
			scan->low = due_at;
	}
	*finished = pg_result_rows(result) < limit;
	status = ts_list_add(store, round->list, result, err);
	pg_result_free(result);
	return status;
}

static tokenstore_status
sleep_slot(const struct round *round, int slot, tokenstore_error *err)
{
	struct ts_params params = { .count = 0 };

	ts_add_int(&params, round->store->clock_offset_s);
	ts_add_int(&params, round->store->app_id);
	ts_add_int(&params, slot);
	ts_add_int(&params, round->options->used_within_s);
	ts_add_int(&params, round->options->keep_alive_s);
	ts_add_int(&params, SLEEP_MAX);
	return ts_run_again(round->store, put_to_sleep, &params, NULL, err);
}

/* Goes round all slots once, by `step`, until no more are wanted. */
static tokenstore_status
go_round(const struct round *round, enum group group, int step,
    tokenstore_error *err)
{
	struct ts_scan   *scan = &round->store->scans[group == IDLE];
	tokenstore_status status = TOKENSTORE_OK;
	bool              finished;
	/* The first slot comes again when it was entered in its middle. */
	int left = TS_SLOTS + (scan->low > 0);

	while (left > 0 && wanted(round) > 0) {
		status = scan_slot(round, group, scan, &finished, err);
		if (status == TOKENSTORE_OK && finished && group == IDLE &&
		    round->options->keep_alive_s > 0)
			status = sleep_slot(round, scan->slot, err);
		if (status != TOKENSTORE_OK)
			return status;
		if (!finished)
			continue;
		scan->slot = (scan->slot + step + TS_SLOTS) % TS_SLOTS;
		scan->low = 0;
		left--;
	}
	if (left == 0 && group == USED)
		round->store->rest_until_ms = clock_steady_ms() + REST_MS;
	return TOKENSTORE_OK;
}

/*
 * Round by round until enough are claimed.  Only two rounds in opposite order
 * that find nothing mean that nothing is due: a row that somebody locks for a
 * moment is passed over, and some servers pass over more than that.
 */
static tokenstore_status
scan(const struct round *round, tokenstore_error *err)
{
	static const enum group orders[3][2] = { { ANY, ANY }, { USED, IDLE },
		{ IDLE, USED } };
	bool                    alike = round->options->used_within_s == 0;
	bool resting = clock_steady_ms() < round->store->rest_until_ms;
	const enum group *order = orders[alike ? 0 : 1 + resting];
	tokenstore_status status = TOKENSTORE_OK;

	for (int step = 1; step >= -1 && round->list->shown.count == 0;
	     step -= 2)
		for (int g = 0; g < 2 - alike && status == TOKENSTORE_OK; g++)
			status = go_round(round, order[g], step, err);
	return status;
}

static tokenstore_status
check_options(const tokenstore_claim_options *options, tokenstore_error *err)
{
	if (options->limit < 1 || options->limit > LIMIT_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "limit: must be from 1 to %d", LIMIT_MAX);
	if (options->used_within_s < 0 ||
	    options->used_within_s > YEARS_MAX_S || options->keep_alive_s < 0 ||
	    options->keep_alive_s > YEARS_MAX_S)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "used_within_s and keep_alive_s: must be from 0 to ten "
		    "years");
	if (options->keep_alive_s > 0 && options->used_within_s == 0)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keep_alive_s: needs used_within_s");
	return ts_check_lease(options->lease_s, err);
}

tokenstore_status
tokenstore_claim_due(tokenstore *store, const tokenstore_claim_options *options,
    tokenstore_claim_list **out, tokenstore_error *err)
{
	struct round      round = { store, options, NULL };
	struct ts_list   *list;
	tokenstore_status status;

	if (store == NULL || options == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store, options and out: are required");
	*out = NULL;
	if ((status = check_options(options, err)) != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	if ((list = ts_list_new(options->lease_s)) == NULL)
		return ts_no_memory(err);
	round.list = list;
	status = scan(&round, err);
	ts_list_finish(store, list);
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
