/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ATHLETE_JSON_H
#define SANDBOX_ATHLETE_JSON_H

#include "emit.h"
#include "person.h"

/* SummaryAthlete. */
void athlete_emit(struct emit *e, const char *key, const struct person *person);

/* DetailedAthlete, clubs included. */
void athlete_emit_detail(
    struct emit *e, uint64_t seed, const struct person *person);

/* SummaryGear, or DetailedGear if `detail`. */
void athlete_emit_gear(struct emit *e, const char *key,
    const struct person *person, bool bike, bool detail);

#endif
