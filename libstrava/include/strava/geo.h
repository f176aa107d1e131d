/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_GEO_H
#define STRAVA_GEO_H

/*
 * Measures of a route.  Pure: no I/O.
 *
 * The globe is the ellipsoid of WGS 84, at sea level: the climb is not counted.
 * A leg is the short way from one point to the next, over the date line and the
 * poles too.  A point that is not on the globe, such as the NAN pair where a
 * stream has a gap, is skipped: the leg goes on to the next point that is.
 *
 * Distances up to 100 km are right to a millionth, distances round the whole
 * globe to two thousandths; strava_geo(3) has what was measured.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/error.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From one point to the other; NAN unless both are on the globe. */
STRAVA_API double strava_geo_distance_m(strava_latlng a, strava_latlng b);

/* Along all legs; 0 for fewer than two points. */
STRAVA_API double strava_geo_length_m(
    const strava_latlng *points, size_t count);

/*
 * The smallest box of latitudes and longitudes around a route.  `east` is
 * smaller than `west` when the box lies across the date line; a route round a
 * pole has -180 and 180.
 */
typedef struct strava_bounds {
	double south, west, north, east; /* degrees */
} strava_bounds;

/* Fills *out.  Fails with: ARGUMENT, also when no point is on the globe; *out
 * is then all zero. */
STRAVA_API STRAVA_CHECK strava_status strava_geo_bounds(
    const strava_latlng *points, size_t count, strava_bounds *out,
    strava_error *err);

/* The place on a route that is nearest to some point. */
typedef struct strava_nearest {
	double        distance_m; /* from there to the point */
	strava_latlng place;
	size_t        leg;      /* begins at points[leg] */
	double        fraction; /* of that leg: 0 at its begin, 1 at its end */
	uint64_t      reserved[4];
} strava_nearest;

/*
 * Finds the nearest place and fills *out; of several that are equally near, the
 * first.  Looks at every leg once.
 * Fails with: ARGUMENT, also when `point`, or no point of the route, is on the
 * globe; *out is then all zero.
 */
STRAVA_API STRAVA_CHECK strava_status strava_geo_nearest(
    const strava_latlng *points, size_t count, strava_latlng point,
    strava_nearest *out, strava_error *err);

/*
 * Leaves points out of a route while it keeps its shape (Douglas and Peucker):
 * begins with the first and the last one and adds, again and again, the point
 * that is farthest off, until none is more than `tolerance_m` off or there are
 * `max_points`.  0 is no limit for max_points, and 1 is refused: the two ends
 * are always kept.
 *
 * At most count * (65 + log2(count)) distances are computed, whatever the
 * route: where it takes more than 64 cuts to come to a point, spans are cut in
 * the middle, which may keep more points than needed but never fewer.
 *
 * On success *points_out is to be freed with strava_polyline_free(); it is NULL
 * when no point is on the globe.  Fails with: ARGUMENT; NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_geo_simplify(
    const strava_latlng *points, size_t count, double tolerance_m,
    size_t max_points, strava_latlng **points_out, size_t *count_out,
    strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
