/* SPDX-License-Identifier: MIT */

/* A process: the engine, and the seams that join it to the simulated world. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define UTC_S INT64_C(1700000000)
#define CALL_MS 5000 /* the longest call to the store */

/* What happens to a call to the store. */
enum mishap {
	NONE,
	BEFORE, /* nothing was done, and the caller hears so or nothing */
	AFTER   /* it was done, and the caller hears nothing */
};

static enum mishap
store_call(struct run *run, const char *name)
{
	struct sim *sim = run->sim;

	if (run->dead)
		return BEFORE;
	sim->now_ms += dice_hit(&sim->dice, sim->store_fails / 4)
			   ? dice_below(&sim->dice, CALL_MS)
			   : dice_below(&sim->dice, 5);
	sim->ledger.now_ms = sim->now_ms;
	post_arrive(sim);
	run->dead = dice_hit(&sim->dice, sim->process_dies);
	if (run->dead)
		sim_say(sim, "run %d dies in %s", run->id, name);
	if (sim->now_ms < sim->store_back_ms)
		return BEFORE;
	if (!run->dead && !dice_hit(&sim->dice, sim->store_fails))
		return NONE;
	return dice_hit(&sim->dice, 500) ? BEFORE : AFTER;
}

static tokenstore_status
told(const struct run *run, const char *name, enum mishap mishap,
    tokenstore_error *err)
{
	static const char *const ends[] = { "done", "not done",
		"done, but nobody hears" };

	sim_say(run->sim, "run %d: %s: %s", run->id, name, ends[mishap]);
	if (mishap == NONE)
		return TOKENSTORE_OK;
	*err = (tokenstore_error){ .status = TOKENSTORE_ERR_CONNECTION,
		.message = "the connection broke" };
	return err->status;
}

/* A list; the engine sees the first member. */
struct list {
	tokenstore_claim_list shown;
	struct ledger_claim  *claims[ATHLETES];
	tokenstore_claim     *items[ATHLETES];
};

static tokenstore_status
store_claim(
    void *ctx, int limit, tokenstore_claim_list **out, tokenstore_error *err)
{
	struct run  *run = ctx;
	enum mishap  mishap = store_call(run, "claim");
	struct list *list;
	int          count = 0;

	*out = NULL;
	list = calloc(1, sizeof(*list));
	if (mishap != BEFORE)
		count = ledger_claim(&run->sim->ledger, limit, list->claims);
	if (mishap != NONE) {
		for (int i = 0; i < count; i++)
			free(list->claims[i]);
		free(list);
		return told(run, "claim", mishap, err);
	}
	for (int i = 0; i < count; i++) {
		list->items[i] = &list->claims[i]->shown;
		sim_say(run->sim, "run %d claims athlete %s with %s", run->id,
		    list->claims[i]->subject, list->claims[i]->refresh);
	}
	list->shown.count = (size_t)count;
	list->shown.items = list->items;
	run->given += count;
	*out = &list->shown;
	return TOKENSTORE_OK;
}

static void
store_free_claims(void *ctx, tokenstore_claim_list *shown)
{
	struct list *list = (struct list *)shown;

	(void)ctx;
	for (size_t i = 0; i < list->shown.count; i++)
		free(list->claims[i]);
	free(list);
}

static int
token_of(const char *text)
{
	return (int)strtol(text + 1, NULL, 10);
}

static tokenstore_status
store_save(
    void *ctx, tokenstore_save_item *items, size_t count, tokenstore_error *err)
{
	struct run *run = ctx;
	struct sim *sim = run->sim;
	enum mishap mishap = store_call(run, "save");
	size_t      done = count;
	bool        lie = sim->bug == COMMIT_UNCHECKED && mishap == BEFORE;

	if (mishap == BEFORE)
		done = 0;
	else if (mishap == AFTER)
		done = 1 + (size_t)dice_below(&sim->dice, (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		const struct ledger_claim *claim =
		    (const struct ledger_claim *)items[i].claim;

		items[i].stored = lie;
		if (i < done)
			items[i].stored = ledger_save(&sim->ledger, claim,
			    token_of(items[i].grant->refresh_token),
			    items[i].due_at - UTC_S);
		items[i].status = mishap == NONE || lie
				      ? TOKENSTORE_OK
				      : TOKENSTORE_ERR_CONNECTION;
	}
	return told(run, "save", lie ? NONE : mishap, err);
}

static tokenstore_status
store_refuse(
    void *ctx, tokenstore_claim *shown, int *more, tokenstore_error *err)
{
	struct run          *run = ctx;
	struct ledger_claim *claim = (struct ledger_claim *)shown;
	struct ledger_claim  unheard = *claim;
	enum mishap          mishap = store_call(run, "refuse");

	if (mishap == AFTER)
		ledger_refuse(&run->sim->ledger, &unheard);
	else if (mishap == NONE)
		*more = ledger_refuse(&run->sim->ledger, claim);
	run->again += *more;
	return told(run, "refuse", mishap, err);
}

static tokenstore_status
store_defer(void *ctx, const tokenstore_deferral *items, size_t count,
    tokenstore_error *err)
{
	struct run *run = ctx;
	enum mishap mishap = store_call(run, "defer");

	for (size_t i = 0; i < count; i++) {
		const struct ledger_claim *claim =
		    (const struct ledger_claim *)items[i].claim;

		if (!items[i].in_doubt &&
		    run->sim->provider.tokens[claim->token].in_doubt_for ==
			claim->lease_id)
			sim_blame(run->sim, "I1: athlete %s is in doubt",
			    claim->subject);
		if (mishap != BEFORE)
			ledger_defer(&run->sim->ledger, claim,
			    items[i].due_at - UTC_S, items[i].in_doubt != 0);
	}
	return told(run, "defer", mishap, err);
}

static tokenstore_status
store_release(void *ctx, tokenstore_claim *const *claims, size_t count,
    tokenstore_error *err)
{
	struct run *run = ctx;
	enum mishap mishap = store_call(run, "release");

	for (size_t i = 0; i < count && mishap != BEFORE; i++)
		ledger_release(
		    &run->sim->ledger, (const struct ledger_claim *)claims[i]);
	return told(run, "release", mishap, err);
}

static tokenstore_status
store_look(void *ctx, const char *subject, struct engine_account *out)
{
	struct run       *run = ctx;
	enum mishap       mishap = store_call(run, "look");
	tokenstore_error  err;
	const struct row *row =
	    &run->sim->ledger.rows[strtol(subject, NULL, 10) - 1];

	if (mishap != NONE)
		return told(run, "look", BEFORE, &err);
	if (!row->there)
		return TOKENSTORE_ERR_NOT_FOUND;
	out->active = row->state == TOKENSTORE_ACTIVE;
	out->failures = row->failures;
	return TOKENSTORE_OK;
}

static tokenstore_status
store_take(void *ctx, int64_t want, bool urgent, tokenstore_permit *out,
    tokenstore_error *err)
{
	struct run *run = ctx;
	struct sim *sim = run->sim;
	enum mishap mishap = store_call(run, "take");

	(void)urgent;
	if (mishap != NONE)
		return told(run, "take", mishap, err);
	*out = (tokenstore_permit){ 0 };
	if (sim->now_ms < sim->budget_back_ms)
		out->again_at = UTC_S + sim->budget_back_ms / 1000;
	else
		out->granted = 1 + dice_below(&sim->dice, want);
	run->granted += out->granted;
	sim_say(
	    sim, "run %d is granted %d requests", run->id, (int)out->granted);
	return TOKENSTORE_OK;
}

/* What is reported counts, whatever becomes of the report. */
static tokenstore_status
store_learn(
    void *ctx, const struct engine_requests *requests, tokenstore_error *err)
{
	struct run *run = ctx;
	enum mishap mishap = store_call(run, "learn");

	run->sent += requests->sent;
	run->unsent += requests->unsent;
	return told(run, "learn", mishap, err);
}

static tokenstore_status
store_now(void *ctx, int64_t *out)
{
	struct run *run = ctx;

	*out = UTC_S + run->sim->now_ms / 1000;
	return TOKENSTORE_OK;
}

static int64_t
clock_steady(void *ctx)
{
	struct run *run = ctx;

	return run->sim->now_ms;
}

static int64_t
clock_utc(void *ctx)
{
	struct run *run = ctx;

	return UTC_S + run->sim->now_ms / 1000;
}

static void
clock_sleep(void *ctx, int64_t ms)
{
	struct run *run = ctx;

	run->wakes_ms = run->sim->now_ms + ms;
}

/* The claim that has its refresh token there. */
static const struct ledger_claim *
claim_of(const char *refresh_token)
{
	const void *claim =
	    refresh_token - offsetof(struct ledger_claim, refresh);

	return claim;
}

static strava_status
http_start(void *ctx, const char *refresh_token, void *tag, strava_error *err)
{
	struct run                *run = ctx;
	const struct ledger_claim *claim = claim_of(refresh_token);
	struct post               *post;

	(void)err;
	if (run->dead || dice_hit(&run->sim->dice, run->sim->process_dies)) {
		run->dead = true;
		return STRAVA_OK;
	}
	holds_at_post(run->sim, claim);
	post = post_send(run, claim, tag);
	run->posts++;
	sim_say(run->sim, "run %d posts %s of athlete %s, fate %d", run->id,
	    refresh_token, claim->subject, (int)post->fate);
	return STRAVA_OK;
}

/* A token; the engine sees the first member. */
struct token {
	strava_token shown;
	char         refresh[16], access[16];
};

static strava_token *
make_token(const struct sim *sim, const struct post *post)
{
	const struct issued *issued = &sim->provider.tokens[post->result];
	struct token        *token = calloc(1, sizeof(*token));

	snprintf(token->refresh, sizeof(token->refresh), "r%d", post->result);
	snprintf(token->access, sizeof(token->access), "a%d", issued->access);
	token->shown.refresh_token = token->refresh;
	if (post->fate == SALVAGED)
		return &token->shown;
	token->shown.access_token = token->access;
	token->shown.expires_at = UTC_S + issued->access_until_s;
	token->shown.expires_in =
	    issued->access_until_s - post->arrives_ms / 1000;
	return &token->shown;
}

static void
http_free_token(void *ctx, strava_token *token)
{
	(void)ctx;
	free(token);
}

static void
fill(struct run *run, struct post *post, struct engine_reply *reply)
{
	static const struct {
		strava_status status;
		int           in_doubt;
	} errors[FATES] = {
		[UNSENT] = { STRAVA_ERR_NETWORK, 0 },
		[REQUEST_LOST] = { STRAVA_ERR_TIMEOUT, 1 },
		[REPLY_LOST] = { STRAVA_ERR_NETWORK, 1 },
		[FAILED] = { STRAVA_ERR_SERVER, 1 },
		[FAILED_AFTER] = { STRAVA_ERR_SERVER, 1 },
		[RATE_LIMITED] = { STRAVA_ERR_RATE_LIMIT, 0 },
		[APPLICATION] = { STRAVA_ERR_APPLICATION, 0 },
	};
	struct sim *sim = run->sim;

	post->taken = true;
	*reply = (struct engine_reply){ .tag = post->tag };
	reply->err.retry_after_s = -1;
	reply->err.status = errors[post->fate].status;
	reply->err.in_doubt = errors[post->fate].in_doubt;
	if (post->fate == FAILED || post->fate == FAILED_AFTER)
		reply->err.http_status = 503;
	sim->provider.tokens[post->token].in_doubt_for =
	    reply->err.in_doubt ? post->lease_id : 0;
	if (sim->bug == REPLY_DROPPED && post->over_ms - post->sent_ms > 20000)
		reply->err.status = STRAVA_ERR_TIMEOUT;
	else if (reply->err.status == STRAVA_OK && post->result == 0)
		reply->err.status = STRAVA_ERR_REVOKED;
	else if (reply->err.status == STRAVA_OK)
		reply->token = make_token(sim, post);
	snprintf(reply->err.message, sizeof(reply->err.message), "%s",
	    strava_status_name(reply->err.status));
	sim_say(sim, "run %d hears of r%d: %s, r%d", run->id, post->token,
	    reply->err.message, reply->token != NULL ? post->result : 0);
}

/* In a hurry nothing is waited for: what is on its way may be lost. */
static void
cancel(struct run *run, struct post *post, struct engine_reply *reply)
{
	fill(run, post, reply);
	free(reply->token);
	reply->token = NULL;
	reply->err.status = STRAVA_ERR_CANCELED;
	reply->err.in_doubt = 1;
	reply->err.http_status = 0;
	if (post->arrived)
		run->sim->provider.tokens[post->result].excused = true;
}

static bool
http_poll(void *ctx, int64_t wait_ms, struct engine_reply *reply)
{
	struct run  *run = ctx;
	struct sim  *sim = run->sim;
	struct post *over = NULL;

	if (run->dead)
		return false;
	for (struct post *post = sim->posts; post < sim->posts + POSTS; post++)
		if (post->run == run->id && post_is_over(sim, post) &&
		    (over == NULL || post->over_ms < over->over_ms))
			over = post;
	if (over != NULL) {
		fill(run, over, reply);
		return true;
	}
	for (struct post *post = sim->posts; post < sim->posts + POSTS; post++)
		if (atomic_load(&run->hurry) && post->used &&
		    post->run == run->id && !post->taken) {
			cancel(run, post, reply);
			return true;
		}
	run->wakes_ms = sim->now_ms + wait_ms;
	return false;
}

/* Ends the grant that the token is the refresh token of. */
static strava_status
http_revoke(void *ctx, const char *text, strava_error *err)
{
	struct run *run = ctx;
	int         token = token_of(text);
	int         athlete = run->sim->provider.tokens[token].athlete;

	(void)err;
	sim_say(run->sim, "run %d ends the grant of %s", run->id, text);
	if (run->sim->provider.athletes[athlete].alive == token)
		provider_revoke(&run->sim->provider, athlete);
	return STRAVA_OK;
}

static void
note_end(void *ctx, const tokenstore_claim *claim, enum refresh_outcome outcome,
    const strava_error *err)
{
	struct run *run = ctx;

	(void)err;
	run->settled++;
	run->counted += outcome != REFRESH_STOP;
	sim_say(run->sim, "run %d is done with athlete %s: outcome %d", run->id,
	    claim->subject, (int)outcome);
}

void
run_begin(struct run *run)
{
	struct sim               *sim = run->sim;
	bool                      counted = dice_hit(&sim->dice, 800);
	const struct engine_seams seams = {
		.clock = { clock_steady, clock_utc, clock_sleep, run },
		.http = { http_start, http_poll, http_revoke, http_free_token,
		    run },
		.store = { store_claim, store_save, store_refuse, store_defer,
		    store_release, store_look, counted ? store_take : NULL,
		    counted ? store_learn : NULL, store_now, store_free_claims,
		    run },
	};
	struct engine_options options = {
		.in_flight = 1 + (size_t)dice_below(&sim->dice, ATHLETES),
		.held = ATHLETES,
		.deadline_ms = dice_hit(&sim->dice, 100)
				   ? sim->now_ms + dice_below(&sim->dice, 30000)
				   : 0,
		.stop = &run->stop,
		.hurry = &run->hurry,
		.settled = note_end,
		.ctx = run,
	};

	*run = (struct run){ .sim = sim, .id = ++sim->run_count };
	report_begin(&run->report);
	run->engine = engine_new(&seams, &options, &run->report);
	sim_say(sim, "run %d begins", run->id);
}

void
run_step(struct run *run)
{
	run->wakes_ms = 0;
	if (!engine_step(run->engine) || run->dead)
		run_end(run);
}

void
run_end(struct run *run)
{
	struct sim *sim = run->sim;

	sim_say(sim, "run %d is over", run->id);
	engine_free(run->engine);
	run->engine = NULL;
	if (!run->dead && !atomic_load(&run->hurry)) {
		holds_at_end_of(sim, run);
		return;
	}
	for (int i = 1; i < sim->provider.count; i++)
		if (sim->provider.tokens[i].run == run->id &&
		    sim->provider.tokens[i].stored_in == -1)
			sim->provider.tokens[i].excused = true;
}
