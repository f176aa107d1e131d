/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ATHLETE_H
#define STRAVA_ATHLETE_H

#include <strava/client.h>
#include <strava/gear.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An athlete, as much of it as Strava sent.
 *
 * Only the library allocates one; read it through a pointer and never copy it,
 * so that members can be added at the end without breaking your program.  All
 * strings belong to it; a string is NULL when absent.
 */
struct strava_athlete {
	int64_t           id;
	const char       *username, *firstname, *lastname;
	const char       *city, *state, *country, *sex;
	const char       *profile, *profile_medium; /* URLs of pictures */
	const char       *measurement_preference;   /* "feet" or "meters" */
	strava_opt_double weight_kg;
	strava_opt_int    ftp_w;
	int64_t           created_at; /* seconds since the epoch; 0: absent */
	strava_tri        summit;
	const strava_gear_list *bikes, *shoes; /* see <strava/gear.h> */
};

struct strava_athlete_list {
	size_t                       count;
	const strava_athlete *const *items;
	size_t                       skipped;
};

/*
 * Fetches the athlete whose access token the client holds.  With scope
 * profile:read_all the answer is detailed; else weight, FTP and gear are
 * absent.  *out is to be freed with strava_athlete_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_athlete_get(
    strava_client *client, strava_athlete **out, strava_error *err);
STRAVA_API void strava_athlete_free(strava_athlete *athlete);

/* The JSON that Strava sent, for members that the struct lacks.  Belongs to
 * `athlete`; NULL when out of memory.  Not to be called by two threads at
 * once. */
STRAVA_API const char *strava_athlete_json(const strava_athlete *athlete);

#ifdef __cplusplus
}
#endif
#endif
