/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_STATS_H
#define STRAVA_STATS_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sums over activities of one sport and one span of time.
 *
 * Only the library allocates these structs; read them through a pointer and
 * never copy them, so that members can be added at the end without breaking
 * your program.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
typedef struct strava_totals {
	int64_t        count; /* of activities */
	double         distance_m;
	int64_t        moving_time_s, elapsed_time_s;
	double         elevation_gain_m;
	strava_opt_int achievement_count; /* in recent ones only */
} strava_totals;

/*
 * What an athlete did in the last four weeks (recent), since New Year (ytd) and
 * ever (all).  Strava counts only activities that are visible to everyone.
 */
typedef struct strava_stats {
	strava_opt_double    biggest_ride_distance_m;
	strava_opt_double    biggest_climb_elevation_gain_m;
	const strava_totals *recent_ride, *recent_run, *recent_swim;
	const strava_totals *ytd_ride, *ytd_run, *ytd_swim;
	const strava_totals *all_ride, *all_run, *all_swim;
} strava_stats;

/*
 * Fetches the sums of the athlete whose access token the client holds;
 * `athlete_id` is that athlete's, any other is refused by Strava.  *out is to be
 * freed with strava_stats_free().
 * Worth acting on: UNAUTHORIZED, FORBIDDEN, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_stats_get(strava_client *client,
    int64_t athlete_id, strava_stats **out, strava_error *err);

/* Reads the JSON of such sums, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_stats_parse(
    const char *text, size_t len, strava_stats **out, strava_error *err);
STRAVA_API void strava_stats_free(strava_stats *stats);

/* The JSON that Strava sent; see strava_activity_json(). */
STRAVA_API const char *strava_stats_json(const strava_stats *stats);
STRAVA_API const char *strava_totals_json(const strava_totals *totals);

#ifdef __cplusplus
}
#endif
#endif
