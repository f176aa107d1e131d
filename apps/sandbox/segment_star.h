/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SEGMENT_STAR_H
#define SANDBOX_SEGMENT_STAR_H

#include "call.h"
#include "segment_json.h"

/* Which segments the athlete who asks has starred: a few from the beginning. */
struct star {
	size_t  segment;
	int64_t since;
};

/* The newest first; how many. */
size_t segment_star_list(struct call *call, struct star stars[SEGMENT_COUNT]);

/* What the segment is to the athlete who asks.  False when out of memory, which
 * fails the response. */
bool segment_star_ties(struct call *call, const struct segment *segment,
    struct segment_ties *ties);

/* `since` 0: not starred any more.  False when out of memory. */
bool segment_star_keep(struct call *call, size_t segment, int64_t since);

#endif
