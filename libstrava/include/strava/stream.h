/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_STREAM_H
#define STRAVA_STREAM_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The recorded samples of an activity, one array a measure, all of the length
 * `count`.  An array is NULL when the activity lacks that measure.  A sample
 * that Strava left out is NAN in an array of doubles.
 */
typedef struct strava_streams {
	size_t               count;
	const double        *time_s;     /* since the start */
	const double        *distance_m; /* since the start */
	const strava_latlng *latlng;
	const double        *altitude_m;
	const double        *velocity_mps; /* smoothed */
	const double        *heartrate_bpm;
	const double        *cadence_rpm;
	const double        *power_w;
	const double        *temperature_c;
	const double        *grade_percent; /* smoothed */
	const unsigned char *moving;        /* 0 or 1 */
} strava_streams;

/*
 * Fetches streams of one activity.  `keys` is a comma-separated list of
 * Strava's names (time, distance, latlng, altitude, velocity_smooth, heartrate,
 * cadence, watts, temp, moving, grade_smooth); NULL asks for all of them.
 * Both forms in which Strava sends streams are read.  A stream whose length
 * differs from the others' is left out.
 *
 * *out is to be freed with strava_streams_free().  Worth acting on: NOT_FOUND,
 * which is also the answer for an activity without any stream.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_streams_get(
    strava_client *client, int64_t activity_id, const char *keys,
    strava_streams **out, strava_error *err);
STRAVA_API void strava_streams_free(strava_streams *streams);

#ifdef __cplusplus
}
#endif
#endif
