/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_LAP_H
#define SANDBOX_LAP_H

#include "activity.h"
#include "emit.h"

/* The laps that a device takes by itself, every five kilometres of a run and
 * every ten of anything else; `key` NULL: not as a member. */
void lap_emit_all(
    struct emit *e, const char *key, const struct activity *activity);

/* "splits_metric" and "splits_standard": kilometres and miles. */
void lap_emit_splits(struct emit *e, const struct activity *activity);

#endif
