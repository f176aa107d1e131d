/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * A row for each window of a budget.  One statement locks all rows of a call,
 * decides and counts, so that no two programs are granted the same request and
 * no window counts what another one did not grant.
 *
 * Two counts: `used` is what the provider knows of, `pending` what was granted
 * and has no answer yet.  Thus the provider's word can replace our count without
 * forgetting the requests that are on their way.
 */

#define WINDOW_MAX_S INT64_C(31536000)
#define COUNT_MAX INT64_C(1000000000)
#define NAME_MAX_LENGTH 64

/* clang-format off */

/* Windows are reckoned with the remainder, which is the same everywhere; how
 * databases divide and truncate times differs. */
#define NOW TS_EPOCH(TS_NOW_EXACT)
#define START_NOW NOW " - " NOW " % window_s"
#define IS_OVER TS_EPOCH("window_start") " + window_s <= " NOW

/* The windows of a budget at this moment: one that is over is an empty one.  A
 * row that knows of a later window than our clock is right.
 * 1 clock, 2 application, 3 name. */
#define WINDOWS \
	"SELECT window_s, quota," \
	" CASE WHEN " IS_OVER " THEN " START_NOW \
	"  ELSE " TS_EPOCH("window_start") " END AS start," \
	" CASE WHEN " IS_OVER " THEN 0 ELSE used END AS used," \
	" CASE WHEN " IS_OVER " THEN 0 ELSE pending END AS pending" \
	" FROM tokenstore.budget WHERE app_id = $2::int4 AND name = $3"

/* Locks those of the lengths in 4, always in the same order. */
#define LOCKED \
	"WITH r AS MATERIALIZED (" WINDOWS " AND window_s = ANY ($4::int8[])" \
	"  ORDER BY window_s FOR NO KEY UPDATE),"
#define ARE_ALL_THERE "count(*) = array_length($4::int8[], 1)"
#define OF_WINDOW \
	" WHERE b.app_id = $2::int4 AND b.name = $3 AND b.window_s = w.window_s"

static const char add_windows[] =
    "INSERT INTO tokenstore.budget (app_id, name, window_s, window_start,"
    " quota, used, pending, granted)"
    " SELECT $2::int4, $3::text, window_s, to_timestamp(" START_NOW "),"
    "  0, 0, 0, 0 FROM unnest($4::int8[]) AS u (window_s) ORDER BY window_s"
    " ON CONFLICT DO NOTHING";

/* 5 limits, 6 shares in percent, 7 wanted. */
static const char take[] =
    LOCKED
    " w AS MATERIALIZED (SELECT r.*,"
    "  floor(CASE WHEN r.quota > 0 THEN r.quota ELSE u.quota END"
    "   * u.share / 100.0)::int8 - r.used - r.pending AS room"
    "  FROM r JOIN unnest($4::int8[], $5::int8[], $6::int8[])"
    "   AS u (window_s, quota, share) ON u.window_s = r.window_s),"
    " g AS MATERIALIZED (SELECT greatest(0, least($7::int8, min(room)))"
    "  AS granted FROM w HAVING " ARE_ALL_THERE ")"
    " UPDATE tokenstore.budget b SET window_start = to_timestamp(w.start),"
    " used = w.used, pending = w.pending + g.granted, granted = g.granted"
    " FROM w, g" OF_WINDOW
    " RETURNING g.granted, w.room, w.start, w.start + w.window_s, " NOW;

/* 5 limits, 6 used or -1, 7 exhausted, 8 when they were taken or 0, 9 sent,
 * 10 unsent.  The requests of a window that is over are pending no more. */
static const char learn[] =
    LOCKED
    " w AS MATERIALIZED (SELECT r.window_s, r.start,"
    "  CASE WHEN u.quota > 0 THEN u.quota ELSE r.quota END AS quota,"
    "  greatest(r.used, CASE WHEN u.used >= 0 THEN u.used"
    "   ELSE r.used + $9::int8 END) AS used, u.exhausted,"
    "  CASE WHEN u.taken_at BETWEEN 1 AND r.start - 1 THEN r.pending"
    "   ELSE greatest(0, r.pending - $9::int8 - $10::int8) END AS pending"
    "  FROM r JOIN unnest($4::int8[], $5::int8[], $6::int8[], $7::int8[],"
    "   $8::int8[]) AS u (window_s, quota, used, exhausted, taken_at)"
    "   ON u.window_s = r.window_s)"
    " UPDATE tokenstore.budget b SET window_start = to_timestamp(w.start),"
    " quota = w.quota, pending = w.pending,"
    " used = CASE WHEN w.exhausted = 0 THEN w.used"
    "  ELSE greatest(w.used, coalesce(nullif(w.quota, 0), 1000000000)) END"
    " FROM w" OF_WINDOW
    " AND (SELECT " ARE_ALL_THERE " FROM r) RETURNING 1";

static const char look[] =
    "SELECT window_s, start + window_s, quota, used, pending"
    " FROM (" WINDOWS ") w ORDER BY window_s LIMIT $4::int4";

/* clang-format on */

/* The parameters of a call; each number of its windows is an array. */
struct call {
	struct ts_params params;
	char             columns[5][TS_INTS_SIZE];
};

/* Runs a statement on the rows of a call, which are made if need be. */
static tokenstore_status
change(tokenstore *store, const char *sql, const struct call *call,
    struct pg_result **result, tokenstore_error *err)
{
	struct ts_params  windows = call->params;
	tokenstore_status status =
	    ts_run(store, sql, &call->params, result, err);

	if (status != TOKENSTORE_OK || pg_result_rows(*result) > 0)
		return status;
	pg_result_free(*result);
	windows.count = 4;
	status = ts_run_again(store, add_windows, &windows, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_run(store, sql, &call->params, result, err);
	if (status == TOKENSTORE_OK && pg_result_rows(*result) == 0) {
		pg_result_free(*result);
		status = ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "the budget was removed at the same moment");
	}
	return status;
}

/* A row for each window.  Who got less may ask again when those that have nothing
 * left are over. */
static void
read_permit(
    const struct pg_result *result, int64_t want, tokenstore_permit *out)
{
	int64_t room, start, end, now;

	memset(out, 0, sizeof(*out));
	for (int row = 0; row < pg_result_rows(result); row++) {
		out->granted = pg_result_int(result, row, 0);
		room = pg_result_int(result, row, 1);
		start = pg_result_int(result, row, 2);
		end = pg_result_int(result, row, 3);
		now = pg_result_int(result, row, 4);
		if (out->granted < want && room <= out->granted &&
		    end > out->again_at)
			out->again_at = end;
		if (start > out->taken_at)
			out->taken_at = start;
		if (now > out->taken_at)
			out->taken_at = now;
	}
}

static tokenstore_status
take_windows(tokenstore *store, const char *name,
    const tokenstore_window *windows, size_t count, int64_t want,
    tokenstore_permit *out, tokenstore_error *err)
{
	enum { LENGTH, LIMIT, SHARE, COLUMNS };
	int64_t           values[COLUMNS][TOKENSTORE_WINDOWS_MAX];
	struct call       call;
	struct pg_result *result;
	tokenstore_status status;

	for (size_t i = 0; i < count; i++) {
		values[LENGTH][i] = windows[i].window_s;
		values[LIMIT][i] = windows[i].limit;
		values[SHARE][i] = windows[i].share_percent;
	}
	ts_params_timed(&call.params, store, name);
	for (size_t c = 0; c < COLUMNS; c++)
		ts_add_ints(&call.params, values[c], count, call.columns[c]);
	ts_add_int(&call.params, want);
	status = change(store, take, &call, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	read_permit(result, want, out);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

static tokenstore_status
learn_windows(tokenstore *store, const char *name,
    const tokenstore_usage *usages, size_t count, int64_t sent, int64_t unsent,
    tokenstore_error *err)
{
	enum { LENGTH, LIMIT, USED, EXHAUSTED, TAKEN_AT, COLUMNS };
	int64_t           values[COLUMNS][TOKENSTORE_WINDOWS_MAX];
	struct call       call;
	struct pg_result *result;
	tokenstore_status status;

	for (size_t i = 0; i < count; i++) {
		values[LENGTH][i] = usages[i].window_s;
		values[LIMIT][i] = usages[i].limit;
		values[USED][i] = usages[i].used;
		values[EXHAUSTED][i] = usages[i].exhausted != 0;
		values[TAKEN_AT][i] = usages[i].taken_at;
	}
	ts_params_timed(&call.params, store, name);
	for (size_t c = 0; c < COLUMNS; c++)
		ts_add_ints(&call.params, values[c], count, call.columns[c]);
	ts_add_int(&call.params, sent);
	ts_add_int(&call.params, unsent);
	status = change(store, learn, &call, &result, err);
	if (status == TOKENSTORE_OK)
		pg_result_free(result);
	return status;
}

static tokenstore_status
check_budget(tokenstore *store, const char *name, const void *windows,
    size_t count, tokenstore_error *err)
{
	if (store == NULL || windows == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and windows: are required");
	if (count < 1 || count > TOKENSTORE_WINDOWS_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "count: must be from 1 to %d", TOKENSTORE_WINDOWS_MAX);
	return ts_check_text("name", name, NAME_MAX_LENGTH, err);
}

static tokenstore_status
check_number(const char *name, int64_t value, int64_t least, int64_t most,
    tokenstore_error *err)
{
	if (value >= least && value <= most)
		return TOKENSTORE_OK;
	return ts_fail(
	    err, TOKENSTORE_ERR_ARGUMENT, "%s: is out of range", name);
}

static tokenstore_status
check_window(const tokenstore_window *window, tokenstore_error *err)
{
	tokenstore_status status;

	status =
	    check_number("window_s", window->window_s, 1, WINDOW_MAX_S, err);
	if (status == TOKENSTORE_OK)
		status =
		    check_number("limit", window->limit, 1, COUNT_MAX, err);
	if (status == TOKENSTORE_OK)
		status = check_number(
		    "share_percent", window->share_percent, 1, 100, err);
	return status;
}

static tokenstore_status
check_usage(const tokenstore_usage *usage, tokenstore_error *err)
{
	tokenstore_status status;

	status =
	    check_number("window_s", usage->window_s, 1, WINDOW_MAX_S, err);
	if (status == TOKENSTORE_OK)
		status = check_number("limit", usage->limit, 0, COUNT_MAX, err);
	if (status == TOKENSTORE_OK)
		status = check_number("used", usage->used, -1, COUNT_MAX, err);
	if (status == TOKENSTORE_OK)
		status = ts_check_time("taken_at", usage->taken_at, err);
	return status;
}

/* One row cannot take two parts of a call. */
static tokenstore_status
check_new(int64_t window_s, int64_t other_s, tokenstore_error *err)
{
	if (window_s != other_s)
		return TOKENSTORE_OK;
	return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
	    "window_s: two windows have the same length");
}

static tokenstore_status
check_windows(
    const tokenstore_window *windows, size_t count, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;

	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++) {
		status = check_window(&windows[i], err);
		for (size_t j = 0; j < i && status == TOKENSTORE_OK; j++)
			status = check_new(
			    windows[i].window_s, windows[j].window_s, err);
	}
	return status;
}

static tokenstore_status
check_usages(
    const tokenstore_usage *usages, size_t count, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;

	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++) {
		status = check_usage(&usages[i], err);
		for (size_t j = 0; j < i && status == TOKENSTORE_OK; j++)
			status = check_new(
			    usages[i].window_s, usages[j].window_s, err);
	}
	return status;
}

tokenstore_status
tokenstore_budget_take(tokenstore *store, const char *name,
    const tokenstore_window *windows, size_t count, int64_t want,
    tokenstore_permit *out, tokenstore_error *err)
{
	tokenstore_status status;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	status = check_budget(store, name, windows, count, err);
	if (status == TOKENSTORE_OK)
		status = check_windows(windows, count, err);
	if (status == TOKENSTORE_OK)
		status = check_number("want", want, 1, COUNT_MAX, err);
	if (status != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	return take_windows(store, name, windows, count, want, out, err);
}

tokenstore_status
tokenstore_budget_learn(tokenstore *store, const char *name,
    const tokenstore_usage *usages, size_t count, int64_t sent, int64_t unsent,
    tokenstore_error *err)
{
	tokenstore_status status;

	status = check_budget(store, name, usages, count, err);
	if (status == TOKENSTORE_OK)
		status = check_usages(usages, count, err);
	if (status == TOKENSTORE_OK)
		status = check_number("sent", sent, 0, COUNT_MAX, err);
	if (status == TOKENSTORE_OK)
		status = check_number("unsent", unsent, 0, COUNT_MAX, err);
	if (status != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	return learn_windows(store, name, usages, count, sent, unsent, err);
}

static void
read_budget(const struct pg_result *result, tokenstore_budget *out)
{
	tokenstore_budget_window *window;

	for (int row = 0; row < pg_result_rows(result); row++) {
		window = &out->windows[out->count++];
		window->window_s = pg_result_int(result, row, 0);
		window->ends_at = pg_result_int(result, row, 1);
		window->limit = pg_result_int(result, row, 2);
		window->used = pg_result_int(result, row, 3);
		window->pending = pg_result_int(result, row, 4);
	}
}

tokenstore_status
tokenstore_budget_get(tokenstore *store, const char *name,
    tokenstore_budget *out, tokenstore_error *err)
{
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	memset(out, 0, sizeof(*out));
	status = ts_check_text("name", name, NAME_MAX_LENGTH, err);
	if (status != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	ts_params_timed(&params, store, name);
	ts_add_int(&params, TOKENSTORE_WINDOWS_MAX);
	status = ts_run_again(store, look, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	read_budget(result, out);
	pg_result_free(result);
	return TOKENSTORE_OK;
}
