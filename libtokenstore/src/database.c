/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "internal.h"
#include "retry.h"

#define REPEATS 5
#define BACKOFF_MS 100 /* the first pause; it doubles */

static struct pg_param *
next(struct ts_params *params)
{
	return &params->values[params->count++];
}

void
ts_add_int(struct ts_params *params, int64_t value)
{
	char *text = params->numbers[params->count];

	*next(params) = pg_int(text, value);
}

void
ts_add_text(struct ts_params *params, const char *text)
{
	*next(params) = PG_TEXT(text);
}

void
ts_add_bytes(struct ts_params *params, const struct buf *bytes)
{
	*next(params) = PG_BYTES(buf_text(bytes), bytes->len);
}

void
ts_add_ints(struct ts_params *params, const int64_t *values, size_t count,
    char text[TS_INTS_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(text + n, TS_INTS_SIZE - n, "%c%" PRId64,
		    i == 0 ? '{' : ',', values[i]);
	snprintf(text + n, TS_INTS_SIZE - n, "}");
	ts_add_text(params, text);
}

void
ts_params_plain(
    struct ts_params *params, const tokenstore *store, const char *subject)
{
	params->count = 0;
	ts_add_int(params, store->app_id);
	ts_add_text(params, subject);
}

void
ts_params_timed(
    struct ts_params *params, const tokenstore *store, const char *subject)
{
	params->count = 0;
	ts_add_int(params, store->clock_offset_s);
	ts_add_int(params, store->app_id);
	ts_add_text(params, subject);
}

tokenstore_status
ts_run(tokenstore *store, const char *sql, const struct ts_params *params,
    struct pg_result **result, tokenstore_error *err)
{
	struct pg_error error;

	if (pg_run(store->pg, sql, params->values, params->count, result,
		&error) == PG_OK)
		return TOKENSTORE_OK;
	return ts_fail_pg(err, &error);
}

tokenstore_status
ts_run_again(tokenstore *store, const char *sql, const struct ts_params *params,
    struct pg_result **result, tokenstore_error *err)
{
	struct pg_error error;

	if (pg_run_again(store->pg, sql, params->values, params->count, result,
		&error) == PG_OK)
		return TOKENSTORE_OK;
	return ts_fail_pg(err, &error);
}

/* One attempt at a transaction, to be over by the deadline. */
static tokenstore_status
attempt(tokenstore *store, ts_work work, void *ctx, int64_t deadline_ms,
    tokenstore_error *err)
{
	struct pg_error   error;
	tokenstore_status status;

	if (pg_begin_within(
		store->pg, deadline_ms - clock_steady_ms(), &error) != PG_OK)
		return ts_fail_pg(err, &error);
	status = work(store, ctx, err);
	if (status != TOKENSTORE_OK) {
		pg_rollback(store->pg);
		return status;
	}
	if (pg_commit(store->pg, &error) != PG_OK)
		return ts_fail_pg(err, &error);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_transact(tokenstore *store, ts_work work, void *ctx, tokenstore_error *err)
{
	int64_t      deadline_ms = clock_steady_ms() + store->call_timeout_ms;
	struct retry retry;
	tokenstore_status status;

	retry_start(&retry, REPEATS, deadline_ms, NULL);
	retry.backoff_ms = BACKOFF_MS;
	do
		status = attempt(store, work, ctx, deadline_ms, err);
	while ((status == TOKENSTORE_ERR_BUSY ||
		   status == TOKENSTORE_ERR_CONNECTION) &&
	       retry_wait(&retry, -1));
	return status;
}

tokenstore_status
ts_not_taken(tokenstore_error *err)
{
	return ts_fail(err, TOKENSTORE_ERR_BUSY,
	    "the database did not take a token: does a trigger, a rule or a "
	    "policy of tokenstore.account keep it out?");
}

static tokenstore_status
find_app(
    tokenstore *store, const struct ts_params *params, tokenstore_error *err)
{
	static const char sql[] = "SELECT app_id FROM tokenstore.app"
				  " WHERE provider = $1 AND client_id = $2";
	struct pg_result *result;
	tokenstore_status status;

	status = ts_run_again(store, sql, params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) > 0)
		store->app_id = (int32_t)pg_result_int(result, 0, 0);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/*
 * The first program of an application gives it the next number.  When several
 * do so at once, all but one of the inserts do nothing, and looking again finds
 * the number, or shows that another application took it.
 */
tokenstore_status
ts_know_app(tokenstore *store, tokenstore_error *err)
{
	static const char insert[] =
	    "INSERT INTO tokenstore.app (app_id, provider, client_id)"
	    " SELECT coalesce(max(app_id), 0) + 1, $1, $2 FROM tokenstore.app"
	    " ON CONFLICT DO NOTHING";
	struct ts_params  params = { .count = 0 };
	tokenstore_status status = TOKENSTORE_OK;

	ts_add_text(&params, store->provider);
	ts_add_text(&params, store->client_id);
	for (int i = 0; store->app_id == 0 && status == TOKENSTORE_OK; i++) {
		if (i > REPEATS)
			return ts_fail(err, TOKENSTORE_ERR_BUSY,
			    "too many applications are being added");
		if (i > 0)
			status =
			    ts_run_again(store, insert, &params, NULL, err);
		if (status == TOKENSTORE_OK)
			status = find_app(store, &params, err);
	}
	return status;
}
