/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_LAP_H
#define STRAVA_LAP_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The parts of an activity: laps, which the athlete or the device made, and
 * splits, which Strava makes of equal distance.
 *
 * Only the library allocates them; read them through a pointer and never copy
 * them, so that members can be added at the end without breaking your program.
 * Strings belong to them and are NULL when absent.  Times are seconds since the
 * epoch, 0 when absent.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
typedef struct strava_lap {
	int64_t           id;
	int64_t           resource_state; /* enum strava_resource_state */
	const char       *name;
	int64_t           activity_id, athlete_id;
	int64_t           elapsed_time_s, moving_time_s;
	int64_t           start_time;
	int64_t           start_time_local; /* a wall clock: see activity.h */
	double            distance_m;
	double            average_speed_mps, max_speed_mps;
	int64_t           lap_index;              /* from 1 */
	int64_t           split;                  /* from 1 */
	strava_opt_int    start_index, end_index; /* in the streams, from 0 */
	double            elevation_gain_m;
	strava_opt_double average_cadence_rpm;
	strava_tri        device_watts; /* power was measured, not estimated */
	strava_opt_double average_power_w;
	strava_opt_double average_heartrate_bpm, max_heartrate_bpm;
	strava_opt_int    pace_zone;
} strava_lap;

typedef struct strava_lap_list {
	size_t                   count;
	const strava_lap *const *items;
	size_t                   skipped; /* items that were no lap */
} strava_lap_list;

/* A kilometre or a mile of a run; the last one may be shorter. */
typedef struct strava_split {
	double            distance_m;
	int64_t           elapsed_time_s, moving_time_s;
	strava_opt_double elevation_difference_m;
	int64_t           split; /* from 1 */
	double            average_speed_mps;
	strava_opt_double average_grade_adjusted_speed_mps;
	strava_opt_double average_heartrate_bpm;
	strava_opt_int    pace_zone;
} strava_split;

typedef struct strava_split_list {
	size_t                     count;
	const strava_split *const *items;
	size_t                     skipped;
} strava_split_list;

/*
 * Fetches the laps of an activity.  *out is to be freed with
 * strava_lap_list_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_lap_list_get(strava_client *client,
    int64_t activity_id, strava_lap_list **out, strava_error *err);

/* Reads the JSON of such a list, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_lap_list_parse(
    const char *text, size_t len, strava_lap_list **out, strava_error *err);
STRAVA_API void strava_lap_list_free(strava_lap_list *list);

/* The JSON that Strava sent; see strava_activity_json(). */
STRAVA_API const char *strava_lap_list_json(const strava_lap_list *list);
STRAVA_API const char *strava_lap_json(const strava_lap *lap);
STRAVA_API const char *strava_split_json(const strava_split *split);

#ifdef __cplusplus
}
#endif
#endif
