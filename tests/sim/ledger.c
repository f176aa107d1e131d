/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

#define LEASE_MS (ENGINE_LEASE_S * 1000)

static int64_t
now_s(const struct ledger *ledger)
{
	return ledger->now_ms / 1000;
}

bool
ledger_has(const struct row *row, int token)
{
	if (row->main == token)
		return true;
	for (int i = 0; i < row->beside_count; i++)
		if (row->beside[i] == token)
			return true;
	return false;
}

static void
take_out(struct row *row, int token)
{
	int kept = 0;

	for (int i = 0; i < row->beside_count; i++)
		if (row->beside[i] != token)
			row->beside[kept++] = row->beside[i];
	row->beside_count = kept;
}

/* The youngest are kept. */
static void
put_beside(struct row *row, int token)
{
	take_out(row, token);
	if (row->beside_count == BESIDE) {
		memmove(row->beside, row->beside + 1,
		    (BESIDE - 1) * sizeof(row->beside[0]));
		row->beside_count--;
	}
	row->beside[row->beside_count++] = token;
}

static void
end_lease(struct row *row, int64_t lease_id)
{
	if (row->lease_id != lease_id)
		return;
	row->lease_id = 0;
	row->lease_until_ms = 0;
}

/* Notes that a token is in the store for good; it may be spent from then on,
 * although it was spent before. */
static void
note(struct ledger *ledger, const struct row *row, int token)
{
	ledger->provider->tokens[token].stored_in = row->consent;
	ledger->provider->tokens[token].spent_by = 0;
}

static void
set_main(struct ledger *ledger, struct row *row, int token)
{
	const struct issued *issued = &ledger->provider->tokens[token];

	row->main = token;
	row->access = issued->access;
	row->access_until_s = issued->access_until_s;
	row->state = TOKENSTORE_ACTIVE;
	row->failures = 0;
	note(ledger, row, token);
}

void
ledger_put(struct ledger *ledger, int athlete, int token)
{
	struct row *row = &ledger->rows[athlete];

	if (!row->there) {
		*row = (struct row){ .there = true };
		row->born = row->consent = ++ledger->consents;
	} else if (row->main != 0 && row->main != token &&
		   ledger->bug != LOGIN_OVERWRITES) {
		put_beside(row, row->main);
	}
	take_out(row, token);
	set_main(ledger, row, token);
	row->due_s = row->access_until_s - 3000;
	if (row->lease_until_ms <= ledger->now_ms)
		row->in_doubt_s = 0;
}

void
ledger_revoke(struct ledger *ledger, int athlete)
{
	struct row *row = &ledger->rows[athlete];

	if (!row->there)
		return;
	row->state = TOKENSTORE_REVOKED;
	row->main = row->beside_count = row->access = 0;
	row->consent = ++ledger->consents;
	if (ledger->bug == REVOKE_ENDS_LEASE)
		end_lease(row, row->lease_id);
}

void
ledger_delete(struct ledger *ledger, int athlete)
{
	ledger->rows[athlete].there = false;
}

static struct ledger_claim *
make_claim(struct ledger *ledger, int athlete)
{
	struct row          *row = &ledger->rows[athlete];
	struct ledger_claim *claim = calloc(1, sizeof(*claim));

	claim->athlete = athlete;
	claim->token = row->main;
	claim->lease_id = row->lease_id;
	claim->consent = row->consent;
	claim->born = row->born;
	snprintf(claim->subject, sizeof(claim->subject), "%d", athlete + 1);
	snprintf(claim->refresh, sizeof(claim->refresh), "r%d", claim->token);
	snprintf(claim->access, sizeof(claim->access), "a%d", row->access);
	claim->shown = (tokenstore_claim){ .subject = claim->subject,
		.refresh_token = claim->refresh,
		.access_token = claim->access,
		.expires_at = row->access_until_s,
		.in_doubt_since = row->in_doubt_s };
	return claim;
}

/* The account that is longest due, or -1. */
static int
longest_due(const struct ledger *ledger)
{
	const struct row *row, *best = NULL;

	for (row = ledger->rows; row < ledger->rows + ATHLETES; row++)
		if (row->there && row->state == TOKENSTORE_ACTIVE &&
		    row->lease_until_ms < ledger->now_ms &&
		    row->due_s <= now_s(ledger) &&
		    (best == NULL || row->due_s < best->due_s))
			best = row;
	return best == NULL ? -1 : (int)(best - ledger->rows);
}

int
ledger_claim(
    struct ledger *ledger, int limit, struct ledger_claim *claims[ATHLETES])
{
	int count = 0, athlete;

	ledger->leases++;
	while (count < limit && (athlete = longest_due(ledger)) >= 0) {
		struct row *row = &ledger->rows[athlete];

		row->lease_id = ledger->leases;
		row->lease_until_ms = ledger->now_ms + LEASE_MS;
		claims[count++] = make_claim(ledger, athlete);
		if (row->in_doubt_s == 0)
			row->in_doubt_s = now_s(ledger);
	}
	return count;
}

static void
note_sleeper(const struct ledger *ledger, struct row *row,
    const struct ledger_claim *claim)
{
	if (row->lease_id != claim->lease_id)
		row->slept_ms = ledger->now_ms;
}

static void
save_main(struct ledger *ledger, struct row *row,
    const struct ledger_claim *claim, int token, int64_t due_s)
{
	note_sleeper(ledger, row, claim);
	set_main(ledger, row, token);
	row->due_s = due_s;
	row->in_doubt_s = 0;
	end_lease(row, claim->lease_id);
}

bool
ledger_save(struct ledger *ledger, const struct ledger_claim *claim, int token,
    int64_t due_s)
{
	struct row *row = &ledger->rows[claim->athlete];

	if (!row->there ||
	    (ledger->bug != EPOCH_IGNORED &&
		(row->consent != claim->consent ||
		    row->state == TOKENSTORE_REVOKED)) ||
	    (ledger->bug == SAVE_NEEDS_LEASE &&
		row->lease_id != claim->lease_id))
		return false;
	if (row->main == token && row->lease_id != claim->lease_id)
		return true;
	take_out(row, claim->token);
	if (row->main != 0 && row->main != token && row->main != claim->token &&
	    ledger->bug != SAVE_OVERWRITES) {
		put_beside(row, token);
		note(ledger, row, token);
		if (row->lease_id == claim->lease_id)
			row->in_doubt_s = 0;
		end_lease(row, claim->lease_id);
		return true;
	}
	save_main(ledger, row, claim, token, due_s);
	return true;
}

static void
need_consent(struct row *row, const struct ledger_claim *claim)
{
	row->state = TOKENSTORE_NEEDS_CONSENT;
	row->in_doubt_s = 0;
	end_lease(row, claim->lease_id);
}

/* Takes the dead token out; gives the one to go on with, or 0. */
static int
next_token(
    struct ledger *ledger, struct row *row, const struct ledger_claim *claim)
{
	take_out(row, claim->token);
	if (row->main != claim->token)
		return row->main;
	row->main = 0;
	if (row->beside_count > 0 && ledger->bug != FLAG_TOO_EARLY)
		row->main = row->beside[--row->beside_count];
	else
		need_consent(row, claim);
	return row->main;
}

bool
ledger_refuse(struct ledger *ledger, struct ledger_claim *claim)
{
	struct row *row = &ledger->rows[claim->athlete];
	int         next;

	if (!row->there || row->consent != claim->consent ||
	    row->state != TOKENSTORE_ACTIVE)
		return false;
	next = next_token(ledger, row, claim);
	if (next == 0 || (row->lease_until_ms > ledger->now_ms &&
			     row->lease_id != claim->lease_id))
		return false;
	note_sleeper(ledger, row, claim);
	row->lease_id = claim->lease_id;
	row->lease_until_ms = ledger->now_ms + LEASE_MS;
	if (row->in_doubt_s == 0)
		row->in_doubt_s = now_s(ledger);
	claim->token = next;
	snprintf(claim->refresh, sizeof(claim->refresh), "r%d", next);
	return true;
}

void
ledger_defer(struct ledger *ledger, const struct ledger_claim *claim,
    int64_t due_s, bool in_doubt)
{
	struct row *row = &ledger->rows[claim->athlete];

	if (!row->there || row->lease_id != claim->lease_id)
		return;
	row->due_s = due_s;
	row->failures++;
	if (!in_doubt)
		row->in_doubt_s = claim->shown.in_doubt_since;
	end_lease(row, claim->lease_id);
}

void
ledger_release(struct ledger *ledger, const struct ledger_claim *claim)
{
	struct row *row = &ledger->rows[claim->athlete];

	if (!row->there || row->lease_id != claim->lease_id)
		return;
	row->in_doubt_s = claim->shown.in_doubt_since;
	end_lease(row, claim->lease_id);
}
