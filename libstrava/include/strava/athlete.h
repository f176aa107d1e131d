/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ATHLETE_H
#define STRAVA_ATHLETE_H

#include <stddef.h>
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
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
struct strava_athlete {
	int64_t           id; /* 0 where Strava tells a name alone */
	const char       *username, *firstname, *lastname;
	const char       *city, *state, *country, *sex;
	const char       *profile, *profile_medium; /* URLs of pictures */
	const char       *measurement_preference;   /* "feet" or "meters" */
	strava_opt_double weight_kg;
	strava_opt_int    ftp_w;
	int64_t           created_at; /* seconds since the epoch; 0: absent */
	strava_tri        summit;
	const strava_gear_list *bikes, *shoes; /* see <strava/gear.h> */

	int64_t                 resource_state; /* enum strava_resource_state */
	const char             *bio;
	strava_tri              premium; /* deprecated by Strava: see summit */
	int64_t                 updated_at;
	int64_t                 follower_count, friend_count;
	int64_t                 mutual_friend_count;

	/* How the athlete stands to the one of the client: "pending",
	 * "accepted", "blocked"; NULL for neither. */
	const char             *friend_state, *follower_state;
	strava_tri              blocked, can_follow;
	strava_opt_int          athlete_type, badge_type_id;
	const char             *date_preference; /* as for strftime(3) */
	const strava_club_list *clubs;           /* see <strava/club.h> */
};

struct strava_athlete_list {
	size_t                       count;
	const strava_athlete *const *items;
	size_t                       skipped; /* items that were no object */
};

/*
 * Fetches the athlete whose access token the client holds.  With scope
 * profile:read_all the answer is detailed; else weight, FTP and gear are
 * absent.  *out is to be freed with strava_athlete_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_athlete_get(
    strava_client *client, strava_athlete **out, strava_error *err);

/* Reads the JSON of an athlete, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_athlete_parse(
    const char *text, size_t len, strava_athlete **out, strava_error *err);
STRAVA_API void strava_athlete_free(strava_athlete *athlete);

/* What is to change.  Members that are not set stay as they are. */
typedef struct strava_athlete_changes {
	strava_opt_double weight_kg;
	uint64_t          reserved[4];
} strava_athlete_changes;

/*
 * Changes the athlete whose access token the client holds; needs the scope
 * profile:write.  Changes of nothing are refused.  *out is the athlete as Strava
 * has it now, to be freed with strava_athlete_free().
 *
 * It reaches Strava at most once, but may be repeated after a failure.
 * Worth acting on: ARGUMENT, UNAUTHORIZED, SCOPE, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_athlete_update(
    strava_client *client, const strava_athlete_changes *changes,
    strava_athlete **out, strava_error *err);

/*
 * Fetches one page of the athletes who gave kudos to an activity; `page` may be
 * NULL.  Of each there is a first name and one letter of the last, and no id.
 * *out is to be freed with strava_athlete_list_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_kudoer_list_get(
    strava_client *client, int64_t activity_id, const strava_page *page,
    strava_athlete_list **out, strava_error *err);

/* Reads the JSON of such a page; fails as strava_athlete_parse() does. */
STRAVA_API STRAVA_CHECK strava_status strava_athlete_list_parse(
    const char *text, size_t len, strava_athlete_list **out, strava_error *err);
STRAVA_API void strava_athlete_list_free(strava_athlete_list *list);

/* The JSON that Strava sent, for members that the struct lacks.  Belongs to
 * `athlete`; NULL when out of memory.  Not to be called by two threads at
 * once. */
STRAVA_API const char *strava_athlete_json(const strava_athlete *athlete);
STRAVA_API const char *strava_athlete_list_json(
    const strava_athlete_list *list);

#ifdef __cplusplus
}
#endif
#endif
