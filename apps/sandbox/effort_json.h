/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_EFFORT_JSON_H
#define SANDBOX_EFFORT_JSON_H

#include "effort.h"
#include "emit.h"
#include "segment_json.h"

/* DetailedSegmentEffort, as an element of a list; `ties`, of the segment to the
 * athlete, make it the answer to one who asks for it alone. */
void effort_emit(struct emit *e, const struct effort *effort,
    const struct segment_ties *ties);

/* The members "activity" and "athlete" of what belongs to an activity. */
void effort_emit_owner(struct emit *e, const struct activity *activity);

/* As a member: the fastest parts of certain lengths, of a run. */
void effort_emit_fastest(struct emit *e, const struct activity *activity);

#endif
