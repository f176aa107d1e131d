/* SPDX-License-Identifier: MIT */
#include "seams.h"

#include "budget.h"
#include "clock.h"
#include "members.h"

/* Whoever came in the last week is refreshed before the others. */
#define USED_WITHIN_S INT64_C(604800)

/* Strava's windows, as its limits have them. */
static const int64_t windows[] = { BUDGET_QUARTER_S, BUDGET_DAY_S };

static int64_t
clock_steady(void *ctx)
{
	(void)ctx;
	return clock_steady_ms();
}

static int64_t
clock_utc(void *ctx)
{
	const struct seams *seams = ctx;

	return backend_clock(seams->backend->settings);
}

static void
clock_sleep(void *ctx, int64_t ms)
{
	struct seams *seams = ctx;

	clock_sleep_ms(ms, &seams->backend->hurry);
}

static strava_status
http_start(void *ctx, const char *refresh_token, void *tag, strava_error *err)
{
	struct seams *seams = ctx;

	return strava_batch_add_refresh(
	    seams->batch, &seams->backend->app, refresh_token, tag, err);
}

static bool
http_poll(void *ctx, int64_t wait_ms, struct engine_reply *reply)
{
	struct seams        *seams = ctx;
	strava_batch_result *result;

	if (strava_batch_next(seams->batch, wait_ms, &result, NULL) !=
		STRAVA_OK ||
	    result == NULL)
		return false;
	*reply = (struct engine_reply){
		.tag = result->tag, .err = result->error, .token = result->token
	};
	reply->err.status = result->status;
	result->token = NULL;
	strava_batch_result_free(result);
	return true;
}

static strava_status
http_revoke(void *ctx, const char *token, strava_error *err)
{
	struct seams *seams = ctx;

	return strava_oauth_revoke(
	    seams->backend->strava, &seams->backend->app, token, err);
}

static void
http_free_token(void *ctx, strava_token *token)
{
	(void)ctx;
	strava_token_free(token);
}

static tokenstore_status
store_claim(
    void *ctx, int limit, tokenstore_claim_list **out, tokenstore_error *err)
{
	struct seams                  *seams = ctx;
	const struct settings         *settings = seams->backend->settings;
	const tokenstore_claim_options options = {
		.limit = limit,
		.lease_s = ENGINE_LEASE_S,
		.used_within_s = USED_WITHIN_S,
		.keep_alive_s = settings->refresh_keep_alive_days * 86400,
		.part = (int)settings->task_index,
		.parts =
		    settings->task_count > 1 ? (int)settings->task_count : 0,
	};

	return tokenstore_claim_due(seams->backend->store, &options, out, err);
}

static tokenstore_status
store_save(
    void *ctx, tokenstore_save_item *items, size_t count, tokenstore_error *err)
{
	struct seams *seams = ctx;

	return tokenstore_save_many(seams->backend->store, items, count, err);
}

static tokenstore_status
store_refuse(
    void *ctx, tokenstore_claim *claim, int *more, tokenstore_error *err)
{
	struct seams *seams = ctx;

	return tokenstore_refuse(seams->backend->store, claim, more, err);
}

static tokenstore_status
store_defer(void *ctx, const tokenstore_deferral *items, size_t count,
    tokenstore_error *err)
{
	struct seams *seams = ctx;

	return tokenstore_defer_many(seams->backend->store, items, count, err);
}

static tokenstore_status
store_release(void *ctx, tokenstore_claim *const *claims, size_t count,
    tokenstore_error *err)
{
	struct seams *seams = ctx;

	return tokenstore_release_many(
	    seams->backend->store, claims, count, err);
}

static tokenstore_status
store_look(void *ctx, const char *subject, struct engine_account *out)
{
	struct seams       *seams = ctx;
	tokenstore_account *account;
	tokenstore_status   status;

	status = tokenstore_get(seams->backend->store, subject, &account, NULL);
	if (status != TOKENSTORE_OK)
		return status;
	out->active = account->state == TOKENSTORE_ACTIVE;
	out->failures = account->failures;
	tokenstore_account_free(account);
	return TOKENSTORE_OK;
}

static tokenstore_status
store_now(void *ctx, int64_t *out)
{
	struct seams *seams = ctx;

	return tokenstore_now(seams->backend->store, out, NULL);
}

static tokenstore_status
store_take(void *ctx, int64_t want, bool urgent, tokenstore_permit *out,
    tokenstore_error *err)
{
	struct seams          *seams = ctx;
	const struct settings *settings = seams->backend->settings;
	tokenstore_window      asked[COUNT(windows)] = { { 0 } };

	for (size_t i = 0; i < COUNT(windows); i++) {
		asked[i].window_s = windows[i];
		asked[i].limit = settings->strava_limits[i];
		asked[i].share_percent =
		    urgent ? 100 : (int)settings->refresh_share;
	}
	return tokenstore_budget_take(seams->backend->store, BUDGET_NAME, asked,
	    COUNT(asked), want, out, err);
}

/* The answers to refreshes seldom tell the limits; if they do, it counts.  How
 * much was used they tell of an earlier moment, so that is left out. */
static tokenstore_status
store_learn(
    void *ctx, const struct engine_requests *requests, tokenstore_error *err)
{
	struct seams       *seams = ctx;
	const strava_error *limited = requests->limited;
	strava_rate_limit   told;
	tokenstore_usage    usages[COUNT(windows)] = { { 0 } };
	/* A wait beyond the shorter window tells that the day is over. */
	bool day = limited != NULL && limited->retry_after_s > BUDGET_QUARTER_S;

	strava_client_rate_limit(seams->backend->strava, &told);
	for (size_t i = 0; i < COUNT(windows); i++) {
		int64_t limit = i == 0 ? told.short_limit : told.daily_limit;

		usages[i] = (tokenstore_usage){ .window_s = windows[i],
			.limit = limit > 0 ? limit : 0,
			.used = -1,
			.exhausted = limited != NULL && (i == 0) != day,
			.taken_at = requests->taken_at };
	}
	return tokenstore_budget_learn(seams->backend->store, BUDGET_NAME,
	    usages, COUNT(usages), requests->sent, requests->unsent, err);
}

static void
store_free_claims(void *ctx, tokenstore_claim_list *list)
{
	(void)ctx;
	tokenstore_claim_list_free(list);
}

strava_status
seams_open(struct seams *seams, struct backend *backend, size_t in_flight,
    strava_error *err)
{
	const strava_batch_options options = {
		.in_flight =
		    (int)(in_flight > 0 ? in_flight : ENGINE_IN_FLIGHT),
		.timeout_ms = ENGINE_TIMEOUT_MS,
	};
	bool counted = backend->settings->refresh_share > 0;

	*seams = (struct seams){ .backend = backend };
	seams->engine.clock = (struct engine_clock){ clock_steady, clock_utc,
		clock_sleep, seams };
	seams->engine.http = (struct engine_http){ http_start, http_poll,
		http_revoke, http_free_token, seams };
	seams->engine.store = (struct engine_store){ store_claim, store_save,
		store_refuse, store_defer, store_release, store_look,
		counted ? store_take : NULL, counted ? store_learn : NULL,
		store_now, store_free_claims, seams };
	return strava_batch_new(backend->strava, &options, &seams->batch, err);
}

void
seams_close(struct seams *seams)
{
	strava_batch_free(seams->batch);
}
