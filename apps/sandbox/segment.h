/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SEGMENT_H
#define SANDBOX_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place.h"
#include "track.h"

/* Every place has the same sixteen kinds of segments. */
#define SEGMENTS_A_PLACE ((size_t)16)
#define SEGMENT_COUNT (SEGMENTS_A_PLACE * PLACE_COUNT)

/* A stretch of road.  It follows from the seed and its number; only its track
 * has to be freed. */
struct segment {
	const struct place *place;
	size_t              number;
	int64_t             id;
	char                name[96];
	const char         *activity_type;
	bool                is_private, hazardous, nowhere; /* no city */
	int                 climb_category;                 /* 0 NC ... 5 HC */
	double              grade_percent, steepest_percent;
	struct track        track;
};

int64_t segment_id(size_t number);
bool    segment_find(int64_t id, size_t *number);
bool    segment_is_private(size_t number);

/* "Ride" or "Run"; some segments are for neither. */
const char *segment_activity_type(size_t number);

/* False when out of memory. */
bool segment_make(uint64_t seed, size_t number, struct segment *segment);
void segment_free(struct segment *segment);

#endif
