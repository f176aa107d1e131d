/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ATHLETE_JSON_H
#define SANDBOX_ATHLETE_JSON_H

#include "emit.h"
#include "person.h"

/* SummaryAthlete, or DetailedAthlete if `detail`. */
void athlete_emit(
    struct emit *e, const char *key, const struct person *person, bool detail);

/* DetailedGear. */
void athlete_emit_gear(
    struct emit *e, const struct person *person, bool bike, bool detail);

#endif
