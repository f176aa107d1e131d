/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SEGMENT_JSON_H
#define SANDBOX_SEGMENT_JSON_H

#include "effort.h"
#include "emit.h"

/* What a segment is to the athlete who asks. */
struct segment_ties {
	const struct person *person;
	int64_t              starred_at; /* 0: not starred */
	struct effort_record best;
};

/*
 * SummarySegment.  One that stands inside another object has no `ties`, and
 * Strava calls it not starred then, whether it is or not.
 */
void segment_emit(struct emit *e, const char *key, const struct segment *s,
    const struct segment_ties *ties);

/* DetailedSegment. */
void segment_emit_detail(
    struct emit *e, const struct segment *s, const struct segment_ties *ties);

/* As a member "athlete_segment_stats". */
void segment_emit_stats(struct emit *e, const struct segment_ties *ties);

/* An element of what the explorer finds. */
void segment_emit_found(struct emit *e, const struct segment *s, bool starred);

#endif
