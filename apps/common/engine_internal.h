/* SPDX-License-Identifier: MIT */
#ifndef APPS_ENGINE_INTERNAL_H
#define APPS_ENGINE_INTERNAL_H

/* What the engine's files share: engine.c has the steps, settle.c what is done
 * with an answer, permit.c how many requests may be sent. */

#include "breaker.h"
#include "engine.h"
#include "verdict.h"

/* Where a claim is on its way. */
enum stage {
	FREE,      /* no claim at all */
	HELD,      /* claimed, to be sent */
	FLYING,    /* sent; until there is an answer */
	GRANTED,   /* a token came, to be stored */
	REFUSED,   /* the refresh token is dead, to be reported */
	BARREN,    /* reported, and the store has no other: why? */
	ORPHAN,    /* the token was not stored: consent was withdrawn.  Anew? */
	UNWANTED,  /* no: the grant is to be ended at Strava too */
	TROUBLED,  /* to be put off: how often did that happen before? */
	POSTPONED, /* `wait_s` is known, to be reported */
	UNSPENT,   /* to be given back */
	STAGES
};

struct slot {
	enum stage             stage;
	tokenstore_claim      *claim;
	tokenstore_claim_list *list; /* that the claim is in */
	int64_t claimed_ms; /* the steady clock before the lease began */
	bool    doubted;    /* the claim was in doubt from the beginning */
	struct engine_reply   reply;   /* to the last request */
	tokenstore_grant      grant;   /* of the token in it */
	enum refresh_outcome  outcome; /* once it is put off */
	const struct verdict *verdict;
	int64_t               due_at; /* once a token came */
	int64_t               wait_s; /* once it is put off */
	int                   tries;  /* to report it to the store */
};

struct permits {
	int64_t left; /* granted and not used */
	int64_t sent; /* and not reported */
	int64_t taken_at;
	bool    asked;
};

struct engine {
	struct engine_seams    seams;
	struct engine_options  options;
	struct refresh_report *report;
	struct breaker         breaker;
	struct slot           *slots;
	size_t                 count[STAGES]; /* how many slots are in each */
	bool                   drained;       /* nothing more is due */
	bool                   adopted; /* its claims are of others' making */
	struct permits         permits;
	bool    timed;      /* the database was asked for its time, which is */
	int64_t offset_s;   /* ... so much ahead of ours */
	int64_t save_at_ms; /* not before, after one that failed */
	int64_t save_pause_ms;
};

bool engine_hurries(const struct engine *engine);

/* Whether there is room for claims, and nothing in the way of making them. */
bool engine_wants_claims(const struct engine *engine);

void engine_enter(struct engine *engine, struct slot *slot, enum stage stage);

/* The claim is over; the slot is free. */
void engine_settle(
    struct engine *engine, struct slot *slot, enum refresh_outcome outcome);

/* The first `most` slots of a stage, in the order of their tries; how many. */
size_t engine_pick(const struct engine *engine, enum stage stage, size_t most,
    struct slot *picked[ENGINE_HELD]);

/* Decides what is done with an answer that has arrived in slot->reply. */
void settle_answer(struct engine *engine, struct slot *slot);

/* Puts a claim off as long as the rate limit says. */
void settle_limited(struct engine *engine, struct slot *slot);

/* Moves: each does one thing and is true, or finds nothing to do. */
bool settle_save(struct engine *engine);
bool settle_refusal(struct engine *engine);
bool settle_look(struct engine *engine);
bool settle_unwanted(struct engine *engine);
bool settle_put_off(struct engine *engine);
bool settle_unspent(struct engine *engine);

/* Moves too: the first before claims are made and before those that were made by
 * others are spent, the other when all is over. */
bool permit_ask(struct engine *engine);
bool permit_report(struct engine *engine);

/* A request was sent. */
void permit_use(struct engine *engine);

#endif
