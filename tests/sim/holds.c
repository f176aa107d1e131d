/* SPDX-License-Identifier: MIT */

/* What has to hold. */

#include "sim.h"

/*
 * At any time: a refresh token that works and was committed stays until consent
 * is withdrawn (I1, I3); nobody needs to consent while a token is left (I2); what
 * was fetched under an old consent does not come back (I6).
 */
static void
check_row(struct sim *sim, int athlete)
{
	const struct row    *row = &sim->ledger.rows[athlete];
	int                  alive = sim->provider.athletes[athlete].alive;
	const struct issued *tokens = sim->provider.tokens;

	if (!row->there)
		return;
	if (alive != 0 && tokens[alive].stored_in == row->consent &&
	    row->state == TOKENSTORE_ACTIVE && !ledger_has(row, alive))
		sim_blame(sim, "I1: r%d of athlete %d was stored and is gone",
		    alive, athlete + 1);
	if (row->state == TOKENSTORE_NEEDS_CONSENT && alive != 0 &&
	    (ledger_has(row, alive) || tokens[alive].stored_in == row->consent))
		sim_blame(sim, "I2: athlete %d must consent, and r%d works",
		    athlete + 1, alive);
	for (int i = -1; i < row->beside_count; i++) {
		int token = i < 0 ? row->main : row->beside[i];

		if (token != 0 && tokens[token].born_of != -1 &&
		    tokens[token].born_of != row->consent)
			sim_blame(sim, "I6: r%d of athlete %d came back", token,
			    athlete + 1);
	}
}

void
holds_now(struct sim *sim)
{
	for (int i = 0; i < ATHLETES; i++)
		check_row(sim, i);
	for (int i = 0; i < POSTS; i++)
		if (sim->posts[i].used && sim->posts[i].wired > 1)
			sim_blame(sim, "I4: r%d was sent twice at once",
			    sim->posts[i].token);
}

/*
 * When a request is sent: the account is ours alone, for longer than the request
 * can take, and no other request for it is on its way (I4), which nobody can
 * promise where a process slept until its lease was over and came back with an
 * answer; the same claim never spends the same token twice (I8).
 */
void
holds_at_post(struct sim *sim, const struct ledger_claim *claim)
{
	const struct row *row = &sim->ledger.rows[claim->athlete];
	struct issued    *token = &sim->provider.tokens[claim->token];
	bool              upset = row->slept_ms != 0 &&
		     sim->now_ms - row->slept_ms < ENGINE_TIMEOUT_MS;

	if (token->spent_by == claim->lease_id)
		sim_blame(sim, "I8: a claim spends r%d twice", claim->token);
	token->spent_by = claim->lease_id;
	if (row->there && row->born == claim->born &&
	    (row->lease_id != claim->lease_id ||
		row->lease_until_ms < sim->now_ms + ENGINE_TIMEOUT_MS))
		sim_blame(sim, "I4: athlete %d is refreshed without a lease",
		    claim->athlete + 1);
	for (const struct post *post = sim->posts; post < sim->posts + POSTS;
	     post++)
		if (post->used && post->athlete == claim->athlete &&
		    post->born == claim->born && !upset &&
		    !(post->arrived && post->over_ms <= sim->now_ms))
			sim_blame(sim, "I4: two requests for athlete %d",
			    claim->athlete + 1);
}

/*
 * When a process ends that was neither killed nor hurried: it has stored what it
 * got, unless consent was withdrawn (I3), has counted each claim once (I10), and
 * has reported each request that it sent, and each that it was granted and did
 * not send (I10 too).  Further tokens of a claim are sent without asking.
 */
void
holds_at_end_of(struct sim *sim, const struct run *run)
{
	const struct refresh_report *r = &run->report;

	for (int i = 1; i < sim->provider.count; i++) {
		const struct issued *token = &sim->provider.tokens[i];
		const struct row    *row = &sim->ledger.rows[token->athlete];

		if (token->run == run->id && token->stored_in == -1 &&
		    !token->excused && row->there &&
		    row->consent == token->born_of)
			sim_blame(sim, "I3: run %d got r%d and dropped it",
			    run->id, i);
	}
	if (r->due != r->refreshed + r->unchanged + r->revoked + r->failed +
			  r->deferred + r->rate_limited ||
	    run->counted != r->due || run->given != run->settled)
		sim_blame(sim, "I10: run %d got %d claims and counted %d",
		    run->id, (int)run->given, (int)r->due);
	if (run->granted == 0)
		return;
	if (run->posts > run->granted + run->again)
		sim_blame(sim, "I10: run %d sent %d requests, granted were %d",
		    run->id, (int)run->posts, (int)run->granted);
	if (run->sent != run->posts || run->sent + run->unsent < run->granted)
		sim_blame(sim,
		    "I10: run %d was granted %d requests, sent %d, and "
		    "reported %d and %d",
		    run->id, (int)run->granted, (int)run->posts, (int)run->sent,
		    (int)run->unsent);
}

/*
 * In the end, when everybody was due once more and nothing failed: the token
 * that works is in the store, or the athlete is asked to consent again, which is
 * right only if it was lost without anybody's fault, or withdrew (I1).
 */
void
holds_at_rest(struct sim *sim)
{
	for (int i = 0; i < ATHLETES; i++) {
		const struct row    *row = &sim->ledger.rows[i];
		int                  alive = sim->provider.athletes[i].alive;
		const struct issued *token = &sim->provider.tokens[alive];

		if (!row->there || row->state == TOKENSTORE_REVOKED)
			continue;
		if (row->state == TOKENSTORE_ACTIVE &&
		    (alive == 0 || !ledger_has(row, alive)))
			sim_blame(
			    sim, "I1: athlete %d looks well and is not", i + 1);
		if (row->lease_until_ms > sim->now_ms)
			sim_blame(sim, "I1: athlete %d is still leased", i + 1);
		if (row->state == TOKENSTORE_NEEDS_CONSENT && alive != 0 &&
		    !token->excused && token->stored_in == -1 &&
		    (token->born_of == -1 || token->born_of == row->consent))
			sim_blame(sim, "I1: r%d of athlete %d was lost", alive,
			    i + 1);
	}
}
