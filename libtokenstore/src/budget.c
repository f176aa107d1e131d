/* SPDX-License-Identifier: MIT */
#include "internal.h"

/*
 * A row for each window of a budget, changed by one statement that decides and
 * counts at once, so that no two programs are granted the same request.
 *
 * Two counts: `used` is what the provider knows of, `pending` what was granted
 * and has no answer yet.  Thus the provider's word can replace our count without
 * forgetting the requests that are on their way.
 *
 * Windows are reckoned here and not by the server, whose functions for it differ
 * between versions and engines.
 */

#define WINDOW_MAX_S INT64_C(31536000)
#define COUNT_MAX INT64_C(1000000000)
#define NAME_MAX_LENGTH 64

/* clang-format off */

/* 1 application, 2 name, 3 length of the window, 4 its start.  A row that knows
 * of a later window than our clock is right; an older one starts afresh. */
#define WHERE_WINDOW \
	" WHERE app_id = $1::int4 AND name = $2 AND window_s = $3::int8"
#define IS_OLD "(window_start < to_timestamp($4::int8))"
#define USED "CASE WHEN " IS_OLD " THEN 0 ELSE used END"
#define PENDING "CASE WHEN " IS_OLD " THEN 0 ELSE pending END"
#define START "greatest(window_start, to_timestamp($4::int8))"

static const char add_window[] =
    "INSERT INTO tokenstore.budget (app_id, name, window_s, window_start,"
    " quota, used, pending, granted)"
    " VALUES ($1::int4, $2, $3::int8, to_timestamp($4::int8), 0, 0, 0, 0)"
    " ON CONFLICT DO NOTHING";

/* 5 limit, 6 share in percent, 7 wanted. */
#define GRANTED \
	"greatest(0, least($7::int8, floor((CASE WHEN quota > 0 THEN quota" \
	" ELSE $5::int8 END) * $6::int8 / 100.0)::int8" \
	" - (" USED ") - (" PENDING ")))"
static const char take[] =
    "UPDATE tokenstore.budget SET window_start = " START ", used = " USED ","
    " pending = " PENDING " + " GRANTED ", granted = " GRANTED
    WHERE_WINDOW " RETURNING granted, " TS_EPOCH("window_start");

/* 5 limit, 6 used or -1, 7 exhausted, 8 sent, 9 unsent. */
#define QUOTA "CASE WHEN $5::int8 > 0 THEN $5::int8 ELSE quota END"
#define LEARNT \
	"greatest(" USED ", CASE WHEN $6::int8 >= 0 THEN $6::int8" \
	" ELSE (" USED ") + $8::int8 END)"
static const char learn[] =
    "UPDATE tokenstore.budget SET window_start = " START ", quota = " QUOTA ","
    " pending = greatest(0, (" PENDING ") - $8::int8 - $9::int8),"
    " used = CASE WHEN $7::int4 = 0 THEN " LEARNT " ELSE greatest(" LEARNT ","
    "  coalesce(nullif(" QUOTA ", 0), 1000000000)) END"
    WHERE_WINDOW " RETURNING 1";

/* clang-format on */

static void
window_params(struct ts_params *params, const tokenstore *store,
    const char *name, int64_t window_s, int64_t now)
{
	params->count = 0;
	ts_add_int(params, store->app_id);
	ts_add_text(params, name);
	ts_add_int(params, window_s);
	ts_add_int(params, now - now % window_s);
}

/* Runs a statement on the row of a window, which is made if need be. */
static tokenstore_status
change(tokenstore *store, const char *sql, const struct ts_params *params,
    struct pg_result **result, tokenstore_error *err)
{
	struct ts_params  window = *params;
	tokenstore_status status = ts_run(store, sql, params, result, err);

	if (status != TOKENSTORE_OK || pg_result_rows(*result) > 0)
		return status;
	pg_result_free(*result);
	window.count = 4;
	status = ts_run_again(store, add_window, &window, NULL, err);
	if (status == TOKENSTORE_OK)
		status = ts_run(store, sql, params, result, err);
	if (status == TOKENSTORE_OK && pg_result_rows(*result) == 0) {
		pg_result_free(*result);
		status = ts_fail(err, TOKENSTORE_ERR_BUSY,
		    "the budget was removed at the same moment");
	}
	return status;
}

/* Takes up to permit->granted out of one window, lowers it to what there is and
 * moves permit->again_at to the end of a window that had too little. */
static tokenstore_status
take_window(tokenstore *store, const char *name,
    const tokenstore_window *window, int64_t now, tokenstore_permit *permit,
    tokenstore_error *err)
{
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	int64_t           wanted = permit->granted, end;

	window_params(&params, store, name, window->window_s, now);
	ts_add_int(&params, window->limit);
	ts_add_int(&params, window->share_percent);
	ts_add_int(&params, wanted);
	status = change(store, take, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	permit->granted = pg_result_int(result, 0, 0);
	end = pg_result_int(result, 0, 1) + window->window_s;
	if (permit->granted < wanted && end > permit->again_at)
		permit->again_at = end;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

static tokenstore_status
learn_window(tokenstore *store, const char *name, const tokenstore_usage *usage,
    int64_t now, int64_t sent, int64_t unsent, tokenstore_error *err)
{
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	window_params(&params, store, name, usage->window_s, now);
	ts_add_int(&params, usage->limit);
	ts_add_int(&params, usage->used);
	ts_add_int(&params, usage->exhausted != 0);
	ts_add_int(&params, sent);
	ts_add_int(&params, unsent);
	status = change(store, learn, &params, &result, err);
	if (status == TOKENSTORE_OK)
		pg_result_free(result);
	return status;
}

/* Takes from each window, and gives back to the first ones what a later one did
 * not grant. */
static tokenstore_status
take_windows(tokenstore *store, const char *name,
    const tokenstore_window *windows, size_t count, tokenstore_permit *permit,
    tokenstore_error *err)
{
	int64_t           taken[TOKENSTORE_WINDOWS_MAX], now;
	tokenstore_usage  usage = { .used = -1 };
	tokenstore_status status = tokenstore_now(store, &now, err);
	size_t            n;

	for (n = 0; n < count && permit->granted > 0 && status == TOKENSTORE_OK;
	     n++) {
		status =
		    take_window(store, name, &windows[n], now, permit, err);
		taken[n] = permit->granted;
	}
	for (size_t i = 0; i < n && status == TOKENSTORE_OK; i++) {
		usage.window_s = windows[i].window_s;
		if (taken[i] > permit->granted)
			status = learn_window(store, name, &usage, now, 0,
			    taken[i] - permit->granted, err);
	}
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
	return status;
}

tokenstore_status
tokenstore_budget_take(tokenstore *store, const char *name,
    const tokenstore_window *windows, size_t count, int64_t want,
    tokenstore_permit *out, tokenstore_error *err)
{
	tokenstore_permit permit = { .granted = want };
	tokenstore_status status;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	status = check_budget(store, name, windows, count, err);
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++)
		status = check_window(&windows[i], err);
	if (status == TOKENSTORE_OK)
		status = check_number("want", want, 1, COUNT_MAX, err);
	if (status != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	status = take_windows(store, name, windows, count, &permit, err);
	if (status == TOKENSTORE_OK)
		*out = permit;
	return status;
}

tokenstore_status
tokenstore_budget_learn(tokenstore *store, const char *name,
    const tokenstore_usage *usages, size_t count, int64_t sent, int64_t unsent,
    tokenstore_error *err)
{
	tokenstore_status status;
	int64_t           now;

	status = check_budget(store, name, usages, count, err);
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++)
		status = check_usage(&usages[i], err);
	if (status == TOKENSTORE_OK)
		status = check_number("sent", sent, 0, COUNT_MAX, err);
	if (status == TOKENSTORE_OK)
		status = check_number("unsent", unsent, 0, COUNT_MAX, err);
	if (status != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK ||
	    (status = tokenstore_now(store, &now, err)) != TOKENSTORE_OK)
		return status;
	for (size_t i = 0; i < count && status == TOKENSTORE_OK; i++)
		status = learn_window(
		    store, name, &usages[i], now, sent, unsent, err);
	return status;
}
