/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ACTIVITY_H
#define SANDBOX_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "caption.h"
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
 * One activity: either it follows from the seed, the athlete and its number,
 * which is 0 for the newest, or the athlete has added it, and its number is one
 * from ADDED_FIRST on.
 */
struct activity {
	const struct person *person; /* outlives the activity */
	size_t               number;
	int64_t              id;   /* 0: missing on the wire */
	const char          *kind; /* its type by the seed; NULL: added */
	struct caption       caption;
	int64_t              start_utc;
	int64_t              upload_id;        /* 0: null on the wire */
	char                 external_id[160]; /* "": null on the wire */
	bool                 manual, only_me;
	unsigned             quirks;
	size_t               kudos, comments, photos;
	bool                 borrowed; /* the track is somebody else's */
	struct track         track;
};

#define ACTIVITIES_MAX 1000 /* an athlete, added ones too */
#define ADDED_FIRST 700

/* What can be told without making the track. */
int64_t activity_id(const struct person *person, size_t number);
bool    activity_find(int64_t id, size_t *person, size_t *number);
int64_t activity_start(
    uint64_t seed, const struct person *person, size_t number);
bool        activity_only_me(size_t number);
const char *activity_type(
    uint64_t seed, const struct person *person, size_t number);

/* One that follows from the seed.  False when out of memory. */
bool activity_make(uint64_t seed, const struct person *person, size_t number,
    struct activity *activity);
void activity_free(struct activity *activity);

/* Beside what its athlete's device recorded nothing is told of a manual one. */
bool activity_is_recorded(const struct activity *activity);

#endif
