/* SPDX-License-Identifier: MIT */
#include "sim.h"

#define SLOW_MS 95000 /* less than the engine waits */

static enum fate
draw_fate(struct sim *sim)
{
	/* In parts of a hundred of what does not go well. */
	static const int parts[FATES] = { 0, 10, 10, 10, 25, 10, 10, 15, 10 };
	int64_t          roll = dice_below(&sim->dice, 100);

	if (!dice_hit(&sim->dice, sim->post_fails))
		return ANSWERED;
	for (int fate = 0; fate < FATES; fate++)
		if ((roll -= parts[fate]) < 0)
			return (enum fate)fate;
	return ANSWERED;
}

static int64_t
draw_time(struct sim *sim)
{
	if (dice_hit(&sim->dice, sim->post_fails / 2))
		return dice_below(&sim->dice, SLOW_MS / 2);
	return 1 + dice_below(&sim->dice, 400);
}

struct post *
post_send(struct run *run, struct ledger_claim *claim, void *tag)
{
	struct sim  *sim = run->sim;
	struct post *post = sim->posts;

	while (post->used && post < sim->posts + POSTS - 1)
		post++;
	if (post->used)
		sim_blame(sim, "I4: more requests than athletes");
	*post = (struct post){ .used = true,
		.run = run->id,
		.tag = tag,
		.claim = claim,
		.athlete = claim->athlete,
		.token = claim->token,
		.wired = 1,
		.consent = claim->consent,
		.born = claim->born,
		.sent_ms = sim->now_ms,
		.fate = draw_fate(sim) };
	post->arrives_ms = sim->now_ms + draw_time(sim);
	post->over_ms = post->arrives_ms + draw_time(sim);
	if ((post->fate == REQUEST_LOST || post->fate == REPLY_LOST) &&
	    dice_hit(&sim->dice, 500))
		post->over_ms = sim->now_ms + ENGINE_TIMEOUT_MS;
	if (sim->bug == POST_REPEATED && post->fate == REPLY_LOST)
		post->wired++;
	return post;
}

static struct run *
run_of(struct sim *sim, int id)
{
	for (int i = 0; i < RUNS; i++)
		if (sim->runs[i].engine != NULL && sim->runs[i].id == id &&
		    !sim->runs[i].dead)
			return &sim->runs[i];
	return NULL;
}

/* Strava has a request before it. */
static void
arrive(struct sim *sim, struct post *post)
{
	static const bool acts[FATES] = { [ANSWERED] = true,
		[SALVAGED] = true,
		[REPLY_LOST] = true,
		[FAILED_AFTER] = true };
	struct issued    *token;

	post->arrived = true;
	if (!acts[post->fate])
		return;
	post->result = provider_refresh(
	    &sim->provider, post->token, post->arrives_ms / 1000);
	sim_say(sim, "strava: r%d of athlete %d becomes r%d", post->token,
	    post->athlete + 1, post->result);
	if (post->result == 0 || post->result == post->token)
		return;
	token = &sim->provider.tokens[post->result];
	token->born_of = post->consent;
	token->run = post->run;
	token->excused = post->fate == REPLY_LOST ||
			 post->fate == FAILED_AFTER ||
			 run_of(sim, post->run) == NULL;
}

bool
post_is_over(const struct sim *sim, const struct post *post)
{
	return post->used && post->arrived && !post->taken &&
	       post->over_ms <= sim->now_ms;
}

/* All that has arrived by now, in its order; what nobody waits for is
 * forgotten. */
void
post_arrive(struct sim *sim)
{
	struct post *next, *post;

	do {
		next = NULL;
		for (post = sim->posts; post < sim->posts + POSTS; post++)
			if (post->used && !post->arrived &&
			    post->arrives_ms <= sim->now_ms &&
			    (next == NULL ||
				post->arrives_ms < next->arrives_ms))
				next = post;
		if (next != NULL)
			arrive(sim, next);
	} while (next != NULL);
	for (post = sim->posts; post < sim->posts + POSTS; post++)
		if (post->used && post->arrived &&
		    (post->taken || run_of(sim, post->run) == NULL))
			post->used = false;
}
