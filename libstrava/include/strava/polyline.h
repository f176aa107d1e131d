/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_POLYLINE_H
#define STRAVA_POLYLINE_H

#include <stddef.h>
#include <strava/error.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads Google's encoded polyline format with five decimal places, as in
 * strava_activity.summary_polyline.  Pure: no I/O.
 *
 * On success *points_out holds *count_out points, to be freed with
 * strava_polyline_free(); an empty text gives no points and *points_out NULL.
 * Fails with: ARGUMENT; NOMEM; FORMAT when the text is cut, has a byte that the
 * format does not know, leaves the globe, or has more than 100000 points.
 */
STRAVA_API STRAVA_CHECK strava_status strava_polyline_decode(const char *text,
    strava_latlng **points_out, size_t *count_out, strava_error *err);
STRAVA_API void strava_polyline_free(strava_latlng *points);

#ifdef __cplusplus
}
#endif
#endif
