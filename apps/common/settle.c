/* SPDX-License-Identifier: MIT */

/* What the engine does with an answer, until the claim is over. */

#include <string.h>

#include "engine_internal.h"
#include "log.h"
#include "members.h"
#include "schedule.h"

/* Between attempts to store what came back. */
#define SAVE_PAUSE_MS 100
#define SAVE_PAUSE_MOST_MS 5000

/* How often a report to the store that carries no token is repeated. */
#define REPORT_TRIES 4

static void
log_athlete(enum log_severity severity, const char *message,
    const struct slot *slot, const char *detail)
{
	log_line(severity, message,
	    LOG_FIELDS(LOG_TEXT_FIELD("athlete", slot->claim->subject),
		LOG_TEXT_FIELD("detail", detail)));
}

static int64_t
utc_s(const struct engine *engine)
{
	return engine->seams.clock.utc_s(engine->seams.clock.ctx);
}

/* Due times are compared with the database's clock. */
static int64_t
database_s(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	int64_t                    now = utc_s(engine), there;

	if (!engine->timed && store->now(store->ctx, &there) == TOKENSTORE_OK) {
		engine->timed = true;
		engine->offset_s = there - now;
	}
	return now + engine->offset_s;
}

static void
take_token(struct engine *engine, struct slot *slot)
{
	const strava_token *token = slot->reply.token;

	slot->grant = (tokenstore_grant){
		.access_token = token->access_token,
		.refresh_token = token->refresh_token,
		.expires_at = token->expires_at,
		.expires_in = token->expires_in,
		.scope = token->scope,
	};
	slot->due_at = token->access_token != NULL
			   ? schedule_after(slot->claim->subject,
				 token->expires_at, token->expires_in)
			   : schedule_soon(utc_s(engine));
	engine_enter(engine, slot, GRANTED);
}

static void
put_off(struct engine *engine, struct slot *slot, enum refresh_outcome outcome)
{
	slot->outcome = outcome;
	engine_enter(engine, slot, TROUBLED);
}

void
settle_limited(struct engine *engine, struct slot *slot)
{
	slot->reply.err = engine->breaker.rate_limit;
	slot->verdict = verdict_of(STRAVA_ERR_RATE_LIMIT);
	slot->outcome = REFRESH_RATE_LIMITED;
	slot->wait_s = schedule_window(
	    slot->claim->subject, utc_s(engine), slot->reply.err.retry_after_s);
	engine_enter(engine, slot, POSTPONED);
}

void
settle_answer(struct engine *engine, struct slot *slot)
{
	const strava_error *err = &slot->reply.err;

	slot->verdict = verdict_of(err->status);
	breaker_hear(&engine->breaker, err);
	switch (slot->verdict->action) {
	case STORE: take_token(engine, slot); return;
	case REFUSE: engine_enter(engine, slot, REFUSED); return;
	case NEXT_WINDOW:
		log_athlete(LOG_NOTICE, "refreshes put off to the next window",
		    slot, err->message);
		settle_limited(engine, slot);
		return;
	case PUT_OFF: put_off(engine, slot, REFRESH_DEFERRED); return;
	case SKIP: put_off(engine, slot, REFRESH_FAILED); return;
	case STAND_ASIDE: put_off(engine, slot, REFRESH_STOP); break;
	case GIVE_BACK: engine_enter(engine, slot, UNSPENT); break;
	}
	log_line(LOG_CRITICAL, "Strava refuses this application",
	    LOG_FIELDS(LOG_TEXT_FIELD("detail", err->message)));
}

/* The token is in the store. */
static void
settle_stored(struct engine *engine, struct slot *slot)
{
	const char *before = slot->claim->access_token;
	const char *after = slot->grant.access_token;

	if (after == NULL) {
		log_athlete(LOG_WARNING,
		    "the answer was cut short; its refresh token is stored",
		    slot, "salvaged");
		engine_settle(engine, slot, REFRESH_DEFERRED);
	} else if (before != NULL && strcmp(before, after) == 0) {
		log_athlete(LOG_INFO, "refreshed", slot, "unchanged");
		engine_settle(engine, slot, REFRESH_UNCHANGED);
	} else {
		log_athlete(LOG_INFO, "refreshed", slot, "new");
		engine_settle(engine, slot, REFRESH_DONE);
	}
}

/* What became of one token; false when it has to be saved again. */
static bool
settle_item(
    struct engine *engine, struct slot *slot, const tokenstore_save_item *item)
{
	switch (item->status) {
	case TOKENSTORE_OK:
		if (item->stored)
			settle_stored(engine, slot);
		else
			engine_enter(engine, slot, ORPHAN);
		return true;
	case TOKENSTORE_ERR_NOT_FOUND:
		engine_enter(engine, slot, ORPHAN);
		return true;
	case TOKENSTORE_ERR_ARGUMENT: break;
	default:
		slot->tries++;
		if (!engine_hurries(engine))
			return false;
	}
	log_athlete(LOG_CRITICAL,
	    "a new token is lost: the athlete may have to consent", slot,
	    tokenstore_status_name(item->status));
	engine_settle(engine, slot, REFRESH_FAILED);
	return true;
}

/* Stores the tokens that are there by now, all at once. */
bool
settle_save(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	const struct engine_clock *clock = &engine->seams.clock;
	tokenstore_save_item       items[ENGINE_HELD];
	struct slot               *picked[ENGINE_HELD];
	tokenstore_error           err = { 0 };
	size_t                     count, kept = 0;

	if (engine->count[GRANTED] == 0 ||
	    (clock->steady_ms(clock->ctx) < engine->save_at_ms &&
		!engine_hurries(engine)))
		return false;
	count = engine_pick(engine, GRANTED, ENGINE_HELD, picked);
	for (size_t i = 0; i < count; i++)
		items[i] = (tokenstore_save_item){ .claim = picked[i]->claim,
			.grant = &picked[i]->grant,
			.due_at = picked[i]->due_at };
	if (store->save(store->ctx, items, count, &err) != TOKENSTORE_OK)
		log_line(LOG_ERROR, "a new token waits to be stored",
		    LOG_FIELDS(LOG_INT_FIELD("tokens", (int64_t)count),
			LOG_TEXT_FIELD("detail", err.message)));
	for (size_t i = 0; i < count; i++)
		kept += !settle_item(engine, picked[i], &items[i]);
	if (kept < count || engine->save_pause_ms == 0)
		engine->save_pause_ms = SAVE_PAUSE_MS;
	else if ((engine->save_pause_ms *= 2) > SAVE_PAUSE_MOST_MS)
		engine->save_pause_ms = SAVE_PAUSE_MOST_MS;
	engine->save_at_ms =
	    kept > 0 ? clock->steady_ms(clock->ctx) + engine->save_pause_ms : 0;
	return true;
}

/* Whether a report that failed is worth repeating at once. */
static bool
may_pass(tokenstore_status status)
{
	return status == TOKENSTORE_ERR_CONNECTION ||
	       status == TOKENSTORE_ERR_TIMEOUT ||
	       status == TOKENSTORE_ERR_BUSY;
}

/* Was the report taken, or given up?  Then the lease ends by itself. */
static bool
is_over(struct slot *slot, tokenstore_status status, const char *detail)
{
	if (status == TOKENSTORE_OK)
		return true;
	if (may_pass(status) && ++slot->tries < REPORT_TRIES)
		return false;
	log_athlete(LOG_ERROR, "the store did not take a report", slot, detail);
	return true;
}

/* Takes a dead token out.  If the claim holds another one then, it goes on with
 * that, and with a lease that starts anew. */
bool
settle_refusal(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	const struct engine_clock *clock = &engine->seams.clock;
	struct slot               *picked[ENGINE_HELD];
	struct slot               *slot;
	tokenstore_error           err = { 0 };
	tokenstore_status          status;
	int64_t                    now_ms = clock->steady_ms(clock->ctx);
	int                        more = 0;

	if (engine_pick(engine, REFUSED, 1, picked) == 0)
		return false;
	slot = picked[0];
	if (engine->breaker.distrust) {
		put_off(engine, slot, REFRESH_DEFERRED);
		return true;
	}
	status = store->refuse(store->ctx, slot->claim, &more, &err);
	if (status == TOKENSTORE_OK && more) {
		slot->claimed_ms = now_ms;
		engine_enter(engine, slot, HELD);
	} else if (status == TOKENSTORE_OK) {
		engine_enter(engine, slot, BARREN);
	} else if (is_over(slot, status, err.message)) {
		engine_settle(engine, slot, REFRESH_FAILED);
	}
	return true;
}

/*
 * Seconds during which a request that nobody answered may still be on its way,
 * as one that was given up in a hurry: another one must not meet it.  That is
 * what the lease was for, which ends when the claim is put off.
 */
static int64_t
time_astray(const struct engine *engine, const struct slot *slot)
{
	const struct engine_clock *clock = &engine->seams.clock;
	const strava_error        *err = &slot->reply.err;
	int64_t ends_ms = slot->claimed_ms + ENGINE_LEASE_S * INT64_C(1000);

	if (!err->in_doubt || err->http_status != 0)
		return 0;
	return (ends_ms - clock->steady_ms(clock->ctx)) / 1000 + 1;
}

/* How often a refresh failed before says how long to wait now. */
static void
back_off(
    struct engine *engine, struct slot *slot, const struct engine_account *seen)
{
	bool    in_doubt = slot->reply.err.in_doubt;
	int64_t least_s = time_astray(engine, slot);

	slot->wait_s = schedule_backoff(slot->claim->subject, seen->failures);
	if (slot->wait_s < least_s)
		slot->wait_s = least_s;
	log_athlete(in_doubt ? LOG_WARNING : LOG_NOTICE,
	    in_doubt ? "refresh in doubt, put off" : "refresh put off", slot,
	    slot->reply.err.message);
	engine_enter(engine, slot, POSTPONED);
}

/* No other token came for the claim: mostly because there is none. */
static void
explain(
    struct engine *engine, struct slot *slot, const struct engine_account *seen)
{
	if (seen->active) {
		log_athlete(LOG_NOTICE, "refresh put off", slot,
		    "another process has this athlete by now");
		engine_settle(engine, slot, REFRESH_DEFERRED);
		return;
	}
	log_athlete(LOG_WARNING, "the athlete must consent again", slot,
	    slot->doubted ? "an answer was lost earlier"
			  : "Strava refused the refresh token");
	engine_settle(engine, slot, REFRESH_REVOKED);
}

/* Consent was withdrawn, so what came back must not live on at Strava either;
 * unless there is a new consent, which would end with it. */
static void
adopt(
    struct engine *engine, struct slot *slot, const struct engine_account *seen)
{
	if (!seen->active) {
		engine_enter(engine, slot, UNWANTED);
		return;
	}
	log_athlete(LOG_NOTICE, "a new consent came during the refresh", slot,
	    "its tokens count");
	engine_settle(engine, slot, REFRESH_UNCHANGED);
}

bool
settle_look(struct engine *engine)
{
	static const struct {
		enum stage stage;
		bool       active; /* when the store does not tell */
		void (*decide)(struct engine *engine, struct slot *slot,
		    const struct engine_account *seen);
	} looks[] = {
		{ BARREN, false, explain },
		{ ORPHAN, true, adopt },
		{ TROUBLED, true, back_off },
	};
	const struct engine_store *store = &engine->seams.store;
	struct slot               *picked[ENGINE_HELD];
	struct engine_account      seen = { 0 };
	tokenstore_status          status;

	for (size_t i = 0; i < COUNT(looks); i++) {
		if (engine_pick(engine, looks[i].stage, 1, picked) == 0)
			continue;
		status =
		    store->look(store->ctx, picked[0]->claim->subject, &seen);
		if (status != TOKENSTORE_OK)
			seen = (struct engine_account){
				.active = status != TOKENSTORE_ERR_NOT_FOUND &&
					  looks[i].active
			};
		looks[i].decide(engine, picked[0], &seen);
		return true;
	}
	return false;
}

bool
settle_unwanted(struct engine *engine)
{
	const struct engine_http *http = &engine->seams.http;
	struct slot              *picked[ENGINE_HELD];
	strava_error              err;

	if (engine_pick(engine, UNWANTED, 1, picked) == 0)
		return false;
	if (http->revoke(http->ctx, picked[0]->grant.refresh_token, &err) !=
	    STRAVA_OK)
		log_athlete(LOG_WARNING,
		    "could not end a grant that nobody wants any more",
		    picked[0], err.message);
	else
		log_athlete(LOG_NOTICE,
		    "consent was withdrawn during the refresh", picked[0],
		    "revoked");
	engine_settle(engine, picked[0], REFRESH_REVOKED);
	return true;
}

/* Tells the store when to try again. */
bool
settle_put_off(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	tokenstore_deferral        items[ENGINE_HELD];
	struct slot               *picked[ENGINE_HELD];
	tokenstore_error           err = { 0 };
	tokenstore_status          status;
	size_t                     count;
	int64_t                    now;

	count = engine_pick(engine, POSTPONED, ENGINE_HELD, picked);
	if (count == 0)
		return false;
	now = database_s(engine);
	for (size_t i = 0; i < count; i++)
		items[i] = (tokenstore_deferral){ .claim = picked[i]->claim,
			.due_at = now + picked[i]->wait_s,
			.in_doubt = picked[i]->reply.err.in_doubt,
			.reason = picked[i]->verdict->reason };
	status = store->defer(store->ctx, items, count, &err);
	for (size_t i = 0; i < count; i++)
		if (is_over(picked[i], status, err.message))
			engine_settle(engine, picked[i],
			    status == TOKENSTORE_OK ||
				    picked[i]->outcome == REFRESH_STOP
				? picked[i]->outcome
				: REFRESH_FAILED);
	return true;
}

bool
settle_unspent(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	tokenstore_claim          *claims[ENGINE_HELD];
	struct slot               *picked[ENGINE_HELD];
	tokenstore_error           err = { 0 };
	tokenstore_status          status;
	size_t                     count;

	count = engine_pick(engine, UNSPENT, ENGINE_HELD, picked);
	if (count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		claims[i] = picked[i]->claim;
	status = store->release(store->ctx, claims, count, &err);
	for (size_t i = 0; i < count; i++)
		if (is_over(picked[i], status, err.message))
			engine_settle(engine, picked[i], REFRESH_STOP);
	return true;
}
