/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ACTIVITY_H
#define SANDBOX_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emit.h"
#include "person.h"
#include "track.h"

/* An awkward way in which Strava writes an activity. */
enum quirk {
	QUIRK_FLOATS = 1, /* whole numbers written as 3712.0 */
	QUIRK_NULLS = 2,  /* members that are null */
	QUIRK_SPARSE = 4, /* members that are missing */
	QUIRK_HIDDEN = 8  /* the start time is midnight and one second */
};

/*
 * One activity.  It follows from the seed, the athlete and its number, which is
 * 0 for the newest; only its track has to be freed.
 */
struct activity {
	const struct person *person; /* outlives the activity */
	size_t               number;
	int64_t              id;
	char                 name[128];
	const char          *sport_type, *type;
	int64_t              start_utc;
	bool                 manual, only_me, trainer, commute;
	unsigned             quirks;
	struct track         track;
};

#define ACTIVITIES_MAX 1000 /* an athlete */

/* What can be told without making the track. */
int64_t activity_id(const struct person *person, size_t number);
bool    activity_find(int64_t id, size_t *person, size_t *number);
int64_t activity_start(
    uint64_t seed, const struct person *person, size_t number);
bool activity_only_me(size_t number);

/* False when out of memory. */
bool activity_make(uint64_t seed, const struct person *person, size_t number,
    struct activity *activity);
void activity_free(struct activity *activity);

/* As an element of an array. */
void activity_emit(struct emit *e, const struct activity *a, bool detail);

/* `keys`: comma-separated names; NULL asks for what Strava gives then. */
void activity_emit_streams(
    struct emit *e, const struct activity *a, const char *keys, bool by_type);

#endif
