/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_POLYLINE_H
#define STRAVA_POLYLINE_H

/*
 * Google's encoded polyline format with five decimal places, in which Strava
 * sends routes, as in strava_activity.summary_polyline.  Pure: no I/O.
 *
 * Facts: developers.google.com/maps/documentation/utilities/polylinealgorithm.
 */

#include <stddef.h>
#include <strava/error.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* More points than a day has seconds; a line of more is refused. */
#define STRAVA_POLYLINE_POINTS_MAX 100000

/*
 * Reads a whole polyline.
 *
 * On success *points_out holds *count_out points, to be freed with
 * strava_polyline_free(); an empty text gives no points and *points_out NULL.
 * Fails with: ARGUMENT; NOMEM; FORMAT when the text is cut, has a byte that the
 * format does not know, leaves the globe, or has too many points.
 */
STRAVA_API STRAVA_CHECK strava_status strava_polyline_decode(const char *text,
    strava_latlng **points_out, size_t *count_out, strava_error *err);

/*
 * Reads the points in front of the first fault: what is left of a text that was
 * cut.  *read_out is how many bytes they were made of; text[*read_out] is '\0'
 * exactly when strava_polyline_decode() would have taken all of it.
 *
 * A fault in the text is no failure.  Fails with: ARGUMENT, NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_polyline_decode_prefix(
    const char *text, strava_latlng **points_out, size_t *count_out,
    size_t *read_out, strava_error *err);

/*
 * Writes a polyline.  Each coordinate is rounded to five decimal places before
 * it is compared with the one before, so that no error adds up, and decoding
 * gives the rounded coordinates back.
 *
 * On success *text_out is to be freed with strava_string_free(); it is "" when
 * `count` is 0.  Fails with: ARGUMENT, also for a point that is not on the
 * globe (a gap in a stream, which is NAN, has no form in this format) and for
 * too many points; NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_polyline_encode(
    const strava_latlng *points, size_t count, char **text_out,
    strava_error *err);

STRAVA_API void strava_polyline_free(strava_latlng *points);

#ifdef __cplusplus
}
#endif
#endif
