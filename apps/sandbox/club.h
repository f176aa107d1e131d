/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CLUB_H
#define SANDBOX_CLUB_H

#include "emit.h"
#include "person.h"

#define CLUB_COUNT 40

/* A club has its number for all that is told of it. */
int64_t club_id(size_t number);
bool    club_find(int64_t id, size_t *number);

enum membership { MEMBERSHIP_NONE, MEMBERSHIP_PENDING, MEMBERSHIP_MEMBER };

/* The first athlete is in all of them, everybody else in a few. */
enum membership club_membership(
    uint64_t seed, const struct person *person, size_t number);

/* SummaryClub. */
void club_emit(struct emit *e, size_t number, enum membership membership);

/* DetailedClub. */
void club_emit_detail(
    struct emit *e, size_t number, enum membership membership);

/* [SummaryClub]: all clubs of the athlete, as a member. */
void club_emit_of(struct emit *e, const char *key, uint64_t seed,
    const struct person *person);

#endif
