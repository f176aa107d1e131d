/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_SPORT_H
#define STRAVA_SPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <strava/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The sports that Strava describes, as of June 2026: 56 sport types
 * ("TrailRun"), and 37 older activity types ("Run"), which Strava has called
 * deprecated since 2022 and still sends.
 *
 * New ones come up, and old activities have some that are in no list, such as
 * "WaterSport".  So a sport stays a text everywhere in this library, and one
 * that is unknown here is no error.
 */

/* The i-th sport type, in alphabetical order; NULL behind the last. */
STRAVA_API const char *strava_sport_at(size_t i);

/* Whether this is one of them, letter by letter.  NULL is none. */
STRAVA_API bool strava_sport_known(const char *sport_type);

/*
 * The activity type that comes nearest to a sport type: the one of the same
 * name, else a wider one, "Workout" at worst.  NULL when the sport type is
 * unknown.
 */
STRAVA_API const char *strava_sport_activity_type(const char *sport_type);

/* The sport type of the same name as an activity type; there always is one.
 * NULL when the activity type is unknown. */
STRAVA_API const char *strava_sport_of_activity_type(const char *activity_type);

#ifdef __cplusplus
}
#endif
#endif
