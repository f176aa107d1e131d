/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_EFFORT_H
#define SANDBOX_EFFORT_H

#include "activity.h"
#include "segment.h"

/* An activity has none or four, one a segment; so have only the newest ones. */
#define EFFORTS 4
#define EFFORT_ACTIVITIES 30

/*
 * One passage over a segment: a part of an activity's track.  The segment is
 * one of the place where the athlete lives.
 */
struct effort {
	int64_t                id;
	const struct activity *activity; /* outlives the effort */
	struct segment         segment;
	size_t                 first, last; /* samples of the activity */
	int                    elapsed_s;
	int  rank;   /* among the athlete's so far: 1, 2, 3; else 0 */
	bool hidden; /* told only to who asks for all efforts */
};

/* The segment of an athlete's i-th effort in an activity of that kind; false
 * when there is none. */
bool effort_segment(
    const struct person *person, const char *kind, size_t i, size_t *segment);

bool effort_find(int64_t id, size_t *person, size_t *number, size_t *i);

/* True when the activity has efforts. */
bool effort_is_there(const struct activity *activity);

/* All four, in the order of riding.  False when out of memory. */
bool efforts_make(uint64_t seed, const struct activity *activity,
    struct effort efforts[EFFORTS]);
void efforts_free(struct effort efforts[EFFORTS]);

/* What an athlete has done on one segment, those activities left out that only
 * the athlete may see unless `only_me`. */
struct effort_record {
	int64_t count;
	size_t  number, i; /* of the best: its activity, its place there */
	int     elapsed_s;
	int64_t start_utc;
	double  distance_m;
};

/* False when out of memory. */
bool    effort_best(uint64_t seed, const struct person *person, bool only_me,
       const struct segment *segment, struct effort_record *record);

int64_t effort_id(const struct person *person, size_t number, size_t i);

#endif
