/* SPDX-License-Identifier: MIT */
#ifndef ORACLE_H
#define ORACLE_H

/*
 * Compares the store with what Strava has, and tells why they differ.  Each
 * refresh token that passes a link is noted by the crew, so this is known of
 * each one.  Whatever has no reason ends the test.
 */

#include "crew.h"
#include "enrolled.h"

/* What a test knows of an athlete beside what Strava and the store say. */
struct role {
	bool disconnected; /* the last that was done, with success */
	bool told;         /* the last consent failed, and the page said so */
};

/* Why athletes had to consent again. */
struct tally {
	int     undelivered, died, withdrawn, told;
	int64_t latest_ms; /* between a delivery and the kill */
};

struct oracle {
	struct world   *world;
	struct crew    *crew;
	struct enrolled enrolled;
	struct role     roles[ENROLLED_MAX];
	tokenstore     *store;
	struct tally    tally;
};

/* The calendar of the store is the world's: open it again when that is moved. */
void oracle_open(struct oracle *oracle);
void oracle_close(struct oracle *oracle);

/* The athlete's name in the store; valid until the next call. */
const char *oracle_subject(const struct oracle *oracle, int athlete);

/* What the store says of an athlete, once it answers: TOKENSTORE_REVOKED too when
 * it does not know one. */
tokenstore_state oracle_state(struct oracle *oracle, int athlete);

/* An athlete who cannot be refreshed any more, while all goes on. */
void oracle_look_at_flagged(struct oracle *oracle, int athlete);

/* Sums a number over all athletes of the sandbox. */
int64_t oracle_strava_sum(struct oracle *oracle, const char *key);

/* Runs without faults until nothing is due, then judges each athlete. */
void oracle_judge_all(struct oracle *oracle);

void oracle_tell(const struct oracle *oracle);

#endif
