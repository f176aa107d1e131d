/* SPDX-License-Identifier: MIT */
#ifndef ENROLLED_H
#define ENROLLED_H

/*
 * Athletes who have consented in the sandbox and whose tokens are in the store,
 * and the question that matters: does the store hold what Strava holds?
 * Whatever fails here ends the test.
 */

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/tokenstore.h>

#include "world.h"

#define ENROLLED_MAX 500

struct enrolled {
	size_t  count;
	int64_t ids[ENROLLED_MAX];
};

/* A new database, a sandbox without faults, and `count` new athletes whose
 * tokens are in the store. */
void enrol(struct world *world, int count, struct enrolled *enrolled);

/* The same, half an hour before their access tokens end: all are due. */
void enrol_due(struct world *world, int count, struct enrolled *enrolled);

/* A store with the world's keys and the world's clock. */
tokenstore *enrolled_store(const struct world *world);

/* The account of one athlete; ends with tokenstore_account_free(). */
tokenstore_account *enrolled_account(
    const struct world *world, int64_t athlete_id);

/* The first refresh token that a claim brings, "" when there is none; to be
 * freed. */
char *enrolled_refresh_token(const struct world *world, int64_t athlete_id);

/* What the sandbox says of one athlete in /_control/state. */
struct strava_side {
	char    refresh_token[128]; /* "" without a grant */
	int64_t refreshes, token_posts, overlaps;
	int64_t refresh_used; /* how often that token was good */
};
struct strava_side enrolled_strava_side(
    struct world *world, int64_t athlete_id);

/* Every stored refresh token is the sandbox's, except where the account is known
 * to need consent; returns how many do. */
size_t enrolled_compare(struct world *world, const struct enrolled *enrolled);

tokenstore_stats enrolled_stats(const struct world *world);

#endif
