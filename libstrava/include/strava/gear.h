/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_GEAR_H
#define STRAVA_GEAR_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What kind of bicycle, in frame_type. */
enum strava_frame_type {
	STRAVA_FRAME_MOUNTAIN = 1,
	STRAVA_FRAME_CROSS = 2,
	STRAVA_FRAME_ROAD = 3,
	STRAVA_FRAME_TIME_TRIAL = 4
};

/*
 * A bicycle or a pair of shoes, as much of it as Strava sent.
 *
 * Only the library allocates one; read it through a pointer and never copy it,
 * so that members can be added at the end without breaking your program.
 * Strings belong to it and are NULL when absent.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
struct strava_gear {
	const char *id; /* "b..." or "g..." */
	const char *name;
	double      distance_m; /* gone with it so far */
	strava_tri  primary;    /* what the athlete uses by default */

	int64_t     resource_state; /* enum strava_resource_state */
	const char *nickname;
	strava_tri  retired;

	/* distance_m in the unit that the athlete prefers: km or miles. */
	strava_opt_double converted_distance;

	/* In detail only, as strava_gear_get() fetches it. */
	const char       *brand_name, *model_name, *description;
	strava_opt_int    frame_type; /* enum strava_frame_type, or a new one */
	strava_opt_double weight_kg;  /* of a bicycle */

	strava_opt_double notification_distance; /* of shoes */
};

struct strava_gear_list {
	size_t                    count;
	const strava_gear *const *items;
	size_t                    skipped; /* items that had no id */
};

/*
 * Fetches a bicycle or a pair of shoes of the athlete, in detail.  `id` is that
 * of an activity's gear_id or of an athlete's bikes and shoes.  *out is to be
 * freed with strava_gear_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_gear_get(strava_client *client,
    const char *id, strava_gear **out, strava_error *err);

/* Reads the JSON of gear, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_gear_parse(
    const char *text, size_t len, strava_gear **out, strava_error *err);
STRAVA_API void strava_gear_free(strava_gear *gear);

/* The JSON that Strava sent; see strava_activity_json(). */
STRAVA_API const char *strava_gear_json(const strava_gear *gear);

#ifdef __cplusplus
}
#endif
#endif
