/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_CLUB_H
#define STRAVA_CLUB_H

/*
 * Clubs.  strava_club(3) shows how.  Their members, administrators and
 * activities left the API on 2026-09-01.
 *
 * Models are as <strava/segment.h> says.
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct strava_club {
	int64_t                 id;
	int64_t                 resource_state; /* enum strava_resource_state */
	const char             *name;
	const char             *profile_medium, *profile; /* URLs of pictures */
	const char             *cover_photo, *cover_photo_small; /* and these */
	const strava_text_list *activity_types; /* "Run", "VirtualRun" */
	const char             *activity_types_icon;
	const strava_text_list *dimensions; /* what it ranks its members by */
	const char *sport_type; /* "cycling", ...; activity_types is newer */
	const char *localized_sport_type;
	const char *city, *state, *country;
	strava_tri  is_private;
	int64_t     member_count;
	strava_tri  featured, verified;
	const char *url; /* what follows strava.com/clubs/ */

	/* In detail only. */
	const char    *membership;   /* "member", "pending"; NULL: neither */
	strava_tri     admin, owner; /* the athlete is one */
	const char    *description;
	const char    *club_type;
	strava_opt_int post_count;
	int64_t        owner_id;        /* 0 when absent */
	strava_opt_int following_count; /* members that the athlete follows */
	const char    *website;
};

struct strava_club_list {
	size_t                    count;
	const strava_club *const *items;
	size_t skipped; /* items that were no club, and are not here */
};

/*
 * Fetches a club in detail.  *out is to be freed with strava_club_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_club_get(
    strava_client *client, int64_t id, strava_club **out, strava_error *err);
STRAVA_API void strava_club_free(strava_club *club);

/*
 * Fetches one page of the clubs that the athlete belongs to.  `page` may be
 * NULL.  A page may be shorter than asked although more follow; only an empty
 * page is the end, and it is STRAVA_OK with count 0.  *out is to be freed with
 * strava_club_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_club_list_get(
    strava_client *client, const strava_page *page, strava_club_list **out,
    strava_error *err);
STRAVA_API void strava_club_list_free(strava_club_list *list);

/* As strava_segment_parse() and strava_segment_json(). */
STRAVA_API STRAVA_CHECK strava_status strava_club_parse(
    const char *text, size_t len, strava_club **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_club_list_parse(
    const char *text, size_t len, strava_club_list **out, strava_error *err);
STRAVA_API const char *strava_club_json(const strava_club *club);
STRAVA_API const char *strava_club_list_json(const strava_club_list *list);

#ifdef __cplusplus
}
#endif
#endif
