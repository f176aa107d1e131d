/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "engine_internal.h"
#include "members.h"

/* A claim older than this is not spent any more: its request might outlive the
 * lease.  What is left of the lease is for storing what comes. */
#define SPEND_WITHIN_MS INT64_C(15000)

/* Nothing is waited for longer than this at a time. */
#define WAIT_MOST_MS INT64_C(10000)

struct engine *
engine_new(const struct engine_seams *seams,
    const struct engine_options *options, struct refresh_report *report)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->seams = *seams;
	e->options = *options;
	e->report = report;
	if (e->options.in_flight == 0)
		e->options.in_flight = ENGINE_IN_FLIGHT;
	if (e->options.held == 0 || e->options.held > ENGINE_HELD)
		e->options.held = ENGINE_HELD;
	e->count[FREE] = e->options.held;
	breaker_begin(&e->breaker, e->options.in_flight, report);
	e->slots = calloc(e->options.held, sizeof(*e->slots));
	if (e->slots != NULL)
		return e;
	free(e);
	return NULL;
}

static bool
is_raised(const atomic_bool *flag)
{
	return flag != NULL && atomic_load(flag);
}

bool
engine_hurries(const struct engine *engine)
{
	return is_raised(engine->options.hurry);
}

static int64_t
steady_ms(const struct engine *engine)
{
	return engine->seams.clock.steady_ms(engine->seams.clock.ctx);
}

void
engine_enter(struct engine *engine, struct slot *slot, enum stage stage)
{
	engine->count[slot->stage]--;
	engine->count[stage]++;
	slot->stage = stage;
	slot->tries = 0;
}

static struct slot *
first(const struct engine *engine, enum stage stage)
{
	if (engine->count[stage] == 0)
		return NULL;
	for (struct slot *slot = engine->slots;; slot++)
		if (slot->stage == stage)
			return slot;
}

size_t
engine_pick(const struct engine *engine, enum stage stage, size_t most,
    struct slot *picked[ENGINE_HELD])
{
	size_t left = engine->count[stage], count = 0;

	if (most > left)
		most = left;
	for (int tries = 0; count < most; tries++)
		for (size_t i = 0; i < engine->options.held && count < most;
		     i++)
			if (engine->slots[i].stage == stage &&
			    engine->slots[i].tries == tries)
				picked[count++] = &engine->slots[i];
	return count;
}

/* Frees a list of claims behind its last one. */
static void
drop_list(struct engine *engine, tokenstore_claim_list *list)
{
	for (size_t i = 0; i < engine->options.held; i++)
		if (engine->slots[i].list == list)
			return;
	engine->seams.store.free_claims(engine->seams.store.ctx, list);
}

static void
drop_token(struct engine *engine, struct slot *slot)
{
	if (slot->reply.token != NULL)
		engine->seams.http.free_token(
		    engine->seams.http.ctx, slot->reply.token);
	slot->reply.token = NULL;
}

void
engine_settle(
    struct engine *engine, struct slot *slot, enum refresh_outcome outcome)
{
	tokenstore_claim_list *list = slot->list;

	report_count(engine->report, outcome, slot->reply.err.in_doubt);
	breaker_judge(&engine->breaker, outcome, slot->doubted,
	    &slot->reply.err, steady_ms(engine));
	if (engine->options.settled != NULL)
		engine->options.settled(engine->options.ctx, slot->claim,
		    outcome, &slot->reply.err);
	drop_token(engine, slot);
	engine_enter(engine, slot, FREE);
	slot->list = NULL;
	drop_list(engine, list);
}

static void
hold(struct engine *engine, tokenstore_claim_list *list, int64_t claimed_ms)
{
	for (size_t i = 0; i < list->count; i++) {
		struct slot *slot = first(engine, FREE);

		slot->claim = list->items[i];
		slot->list = list;
		slot->claimed_ms = claimed_ms;
		slot->doubted = slot->claim->in_doubt_since != 0;
		slot->reply = (struct engine_reply){ 0 };
		engine_enter(engine, slot, HELD);
	}
	if (list->count == 0)
		engine->seams.store.free_claims(engine->seams.store.ctx, list);
}

void
engine_adopt(
    struct engine *engine, tokenstore_claim_list *list, int64_t claimed_ms)
{
	engine->drained = engine->adopted = true;
	hold(engine, list, claimed_ms);
}

/* Ends the run early when somebody wants that. */
static void
watch(struct engine *engine)
{
	const struct engine_options *options = &engine->options;

	if (engine->breaker.over)
		return;
	if (is_raised(options->stop) &&
	    (!engine->drained || engine->count[HELD] > 0))
		breaker_trip(&engine->breaker, OTHERS, "asked to end");
	else if (options->deadline_ms != 0 && !engine->drained &&
		 steady_ms(engine) >= options->deadline_ms)
		breaker_trip(
		    &engine->breaker, OTHERS, "the time for one run is over");
}

static bool
receive_within(struct engine *engine, int64_t wait_ms)
{
	const struct engine_http *http = &engine->seams.http;
	struct engine_reply       reply;
	struct slot              *slot;

	if (!http->poll(http->ctx, wait_ms, &reply))
		return false;
	slot = reply.tag;
	slot->reply = reply;
	settle_answer(engine, slot);
	return true;
}

static bool
receive(struct engine *engine)
{
	return engine->count[FLYING] > 0 && receive_within(engine, 0);
}

static void
start(struct engine *engine, struct slot *slot)
{
	const struct engine_http *http = &engine->seams.http;

	slot->reply = (struct engine_reply){ .tag = slot };
	slot->reply.err.retry_after_s = -1;
	engine_enter(engine, slot, FLYING);
	if (http->start(http->ctx, slot->claim->refresh_token, slot,
		&slot->reply.err) == STRAVA_OK)
		permit_use(engine);
	else
		settle_answer(engine, slot);
}

static bool
is_too_old(const struct engine *engine, int64_t claimed_ms)
{
	return steady_ms(engine) - claimed_ms > SPEND_WITHIN_MS;
}

/* Spends a claim, unless it is one that must not be spent now; false when it has
 * to wait for room. */
static bool
spend_one(struct engine *engine, struct slot *slot)
{
	if (engine->breaker.over || is_too_old(engine, slot->claimed_ms))
		engine_enter(engine, slot, UNSPENT);
	else if (breaker_is_limited(&engine->breaker))
		settle_limited(engine, slot);
	else if (engine->count[FLYING] < engine->breaker.window)
		start(engine, slot);
	else
		return false;
	return true;
}

/* All that there is room for, so that they leave together: one by one, the
 * answers to the first would keep the others from being sent. */
static bool
spend(struct engine *engine)
{
	struct slot *slot;
	bool         any = false;

	while (
	    (slot = first(engine, HELD)) != NULL && spend_one(engine, slot)) {
		any = true;
		watch(engine);
	}
	return any;
}

/*
 * How many claims to make at once: when none is left to be sent and one could
 * be, as many as may be in flight.  Those that are not sent at once are the next
 * ones, and soon so: a claim for each single request would be a transaction for
 * each.  Once nobody is asked any more, as many as can be put off at once.
 */
static size_t
room(const struct engine *engine)
{
	size_t window = engine->breaker.window, most = engine->count[FREE];

	if (breaker_is_limited(&engine->breaker))
		return most;
	if (engine->count[HELD] > 0 || engine->count[FLYING] >= window)
		return 0;
	return window < most ? window : most;
}

/* While a token waits to be stored, no other is fetched. */
bool
engine_wants_claims(const struct engine *engine)
{
	return !engine->drained && !engine->breaker.over &&
	       engine->count[GRANTED] == 0 && room(engine) > 0;
}

/* Not more than there are permits, where those are needed. */
static int
claim_limit(const struct engine *engine)
{
	size_t limit = room(engine);

	if (engine->seams.store.take != NULL &&
	    !breaker_is_limited(&engine->breaker) &&
	    engine->permits.left < (int64_t)limit)
		return (int)engine->permits.left;
	return (int)limit;
}

static bool
claim(struct engine *engine)
{
	const struct engine_store *store = &engine->seams.store;
	int64_t                    claimed_ms = steady_ms(engine);
	tokenstore_claim_list     *list;
	tokenstore_error           err;
	tokenstore_status          status;

	if (!engine_wants_claims(engine))
		return false;
	status = store->claim(store->ctx, claim_limit(engine), &list, &err);
	if (status != TOKENSTORE_OK) {
		breaker_trip(
		    &engine->breaker, report_blame(status), err.message);
		return true;
	}
	/* Accounts that no key opens are met again by every claim, so they
	 * count when it is the last one. */
	engine->drained = list->count == 0;
	if (engine->drained)
		report_unreadable(engine->report, list->unreadable);
	else if (is_too_old(engine, claimed_ms))
		breaker_trip(&engine->breaker, OTHERS,
		    "the database takes too long to claim an account");
	hold(engine, list, claimed_ms);
	return true;
}

/* Until something arrives or a save is due again; false when nobody is left to
 * wait for. */
static bool
wait(struct engine *engine)
{
	const struct engine_clock *clock = &engine->seams.clock;
	int64_t                    wait_ms = WAIT_MOST_MS;

	if (engine->count[FREE] == engine->options.held)
		return false;
	if (engine->count[GRANTED] > 0)
		wait_ms = engine->save_at_ms - steady_ms(engine);
	if (engine->count[FLYING] > 0)
		receive_within(engine, wait_ms > 0 ? wait_ms : 0);
	else
		clock->sleep_ms(clock->ctx, wait_ms > 0 ? wait_ms : 0);
	return true;
}

/* What is in hand goes first. */
bool
engine_step(struct engine *engine)
{
	static bool (*const moves[])(struct engine * engine) = {
		receive,
		settle_save,
		settle_look,
		settle_refusal,
		settle_unwanted,
		settle_put_off,
		settle_unspent,
		permit_ask,
		spend,
		claim,
		permit_report,
		wait,
	};

	watch(engine);
	for (size_t i = 0; i < COUNT(moves); i++)
		if (moves[i](engine))
			return true;
	return false;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	for (size_t i = 0; i < engine->options.held; i++) {
		struct slot           *slot = &engine->slots[i];
		tokenstore_claim_list *list = slot->list;

		drop_token(engine, slot);
		slot->list = NULL;
		if (list != NULL)
			drop_list(engine, list);
	}
	free(engine->slots);
	free(engine);
}
