/* SPDX-License-Identifier: MIT */

/* The engine's part of the budget of requests that all programs share. */

#include "engine_internal.h"
#include "log.h"

/* So many times as many as may be in flight are asked for at once: few enough
 * for others, and enough to pay for the way to the store. */
#define PORTION 4

/* What is urgent is asked for once, and sent whatever the answer: somebody
 * waits, and the last word is Strava's. */
static bool
wants(const struct engine *engine)
{
	if (engine->seams.store.take == NULL || engine->permits.left > 0)
		return false;
	if (engine->adopted)
		return engine->count[HELD] > 0 && !engine->permits.asked;
	return engine_wants_claims(engine) &&
	       !breaker_is_limited(&engine->breaker);
}

static void
report(struct engine *engine)
{
	const struct engine_store   *store = &engine->seams.store;
	struct permits              *permits = &engine->permits;
	const struct engine_requests requests = {
		.taken_at = permits->taken_at,
		.sent = permits->sent,
		.unsent = permits->left,
		.limited = breaker_is_limited(&engine->breaker)
			       ? &engine->breaker.rate_limit
			       : NULL,
	};
	tokenstore_error err;

	if (store->learn(store->ctx, &requests, &err) != TOKENSTORE_OK)
		log_line(LOG_WARNING, "requests to Strava were not counted",
		    LOG_FIELDS(LOG_INT_FIELD("requests", permits->sent),
			LOG_TEXT_FIELD("detail", err.message)));
	permits->sent = permits->left = 0;
}

static void
end_for_now(struct engine *engine, int64_t again_at)
{
	log_line(LOG_NOTICE, "the budget of requests to Strava is spent",
	    LOG_FIELDS(LOG_INT_FIELD("again_at", again_at)));
	engine->drained = true;
	engine->report->again_at = again_at;
}

static void
take(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	tokenstore_permit          permit = { 0 };
	tokenstore_error           err;
	tokenstore_status          status;
	int64_t                    want = engine->adopted
					      ? (int64_t)engine->count[HELD]
					      : PORTION * (int64_t)engine->breaker.window;

	status = store->take(store->ctx, want, engine->adopted, &permit, &err);
	engine->permits.asked = true;
	engine->permits.left = permit.granted;
	engine->permits.taken_at = permit.taken_at;
	if (engine->adopted)
		return;
	if (status != TOKENSTORE_OK)
		breaker_trip(
		    &engine->breaker, report_blame(status), err.message);
	else if (permit.granted == 0)
		end_for_now(engine, permit.again_at);
}

bool
permit_ask(struct engine *engine)
{
	if (!wants(engine))
		return false;
	if (engine->permits.sent > 0)
		report(engine);
	else
		take(engine);
	return true;
}

void
permit_use(struct engine *engine)
{
	engine->permits.sent++;
	if (engine->permits.left > 0)
		engine->permits.left--;
}

bool
permit_report(struct engine *engine)
{
	const struct permits *permits = &engine->permits;

	if (engine->seams.store.learn == NULL ||
	    engine->count[FREE] < engine->options.held ||
	    permits->sent + permits->left == 0)
		return false;
	report(engine);
	return true;
}
