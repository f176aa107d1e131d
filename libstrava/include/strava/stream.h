/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_STREAM_H
#define STRAVA_STREAM_H

/*
 * Streams: the recorded samples of an activity or an effort, the points of a
 * segment or a route.  strava_stream(3) shows how.
 *
 * Facts: developers.strava.com/docs/reference.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How Strava made one stream. */
typedef struct strava_stream_info {
	const char    *key;           /* Strava's name for it */
	strava_opt_int original_size; /* samples before it was thinned out */
	const char    *resolution;    /* "low", "medium", "high" */
	const char    *series_type;   /* thinned out by "distance" or "time" */
} strava_stream_info;

typedef struct strava_stream_info_list {
	size_t                           count;
	const strava_stream_info *const *items;
	size_t skipped; /* streams that have no array below */
} strava_stream_info_list;

/*
 * One array a measure, all of the length `count`.  An array is NULL when that
 * measure is lacking.  A sample that Strava left out is NAN in an array of
 * doubles.  Allocated by the library alone; never copy it.
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

	/* One for each array that is there.  Never NULL. */
	const strava_stream_info_list *info;
} strava_streams;

/*
 * Each fetches streams; *out is to be freed with strava_streams_free().  Both
 * forms in which Strava sends streams are read.  A stream whose length differs
 * from the others' is left out and counted in info->skipped, as is one of a
 * name that this library does not know.
 *
 * `keys` is a comma-separated list of Strava's names (time, distance, latlng,
 * altitude, velocity_smooth, heartrate, cadence, watts, temp, moving,
 * grade_smooth); NULL asks for all of them.  A segment has distance, latlng and
 * altitude alone.  For a route there is nothing to choose.
 *
 * Scopes: activity:read, and activity:read_all for an activity that is visible
 * to its owner alone; read_all for an effort and for a private segment or route;
 * else read.
 *
 * Worth acting on: NOT_FOUND, which is also the answer for an activity without
 * any stream.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_streams_get(
    strava_client *client, int64_t activity_id, const char *keys,
    strava_streams **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_effort_streams_get(
    strava_client *client, int64_t effort_id, const char *keys,
    strava_streams **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_segment_streams_get(
    strava_client *client, int64_t segment_id, const char *keys,
    strava_streams **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_route_streams_get(
    strava_client *client, int64_t route_id, strava_streams **out,
    strava_error *err);
STRAVA_API void strava_streams_free(strava_streams *streams);

/*
 * Streams from JSON that you have.
 * Fails with: ARGUMENT; NOMEM; FORMAT when it is no JSON.
 */
STRAVA_API STRAVA_CHECK strava_status strava_streams_parse(
    const char *text, size_t len, strava_streams **out, strava_error *err);

/* The JSON that Strava sent.  Belongs to `streams`; NULL for NULL and when out
 * of memory.  Not to be called by two threads at once. */
STRAVA_API const char *strava_streams_json(const strava_streams *streams);

#ifdef __cplusplus
}
#endif
#endif
