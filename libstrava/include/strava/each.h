/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_EACH_H
#define STRAVA_EACH_H

/*
 * Iterators: all items of a list that Strava gives in pages, on to the empty
 * page.  That of activities is in <strava/activity.h>; all work alike.
 *
 *	strava_comment_each  *each;
 *	const strava_comment *comment;
 *
 *	if (strava_comment_each_new(client, id, NULL, &each, &err) != STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	while (strava_comment_each_next(each, &comment, &err) == STRAVA_OK &&
 *	    comment != NULL)
 *		puts(comment->text);
 *	strava_comment_each_free(each);
 *
 * `client` must outlive the iterator.  What says where to begin is copied and
 * may be NULL; a page size of 0 means 200 here: the fewest requests.  An item
 * belongs to the iterator and is valid until the next call.  After a failure the
 * iterator keeps its place: call _next again, later.
 *
 * _new fails with: ARGUMENT, NOMEM, and does no I/O.  _next fails as the call
 * that gets one page does; STRAVA_OK with *out NULL is the end.
 */

#include <strava/athlete.h>
#include <strava/club.h>
#include <strava/comment.h>
#include <strava/route.h>
#include <strava/segment.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct strava_club_each    strava_club_each;
typedef struct strava_comment_each strava_comment_each;
typedef struct strava_kudoer_each  strava_kudoer_each;
typedef struct strava_route_each   strava_route_each;
typedef struct strava_starred_each strava_starred_each;

/* The clubs of the client's athlete: strava_club_list_get(). */
STRAVA_API STRAVA_CHECK strava_status strava_club_each_new(
    strava_client *client, const strava_page *page, strava_club_each **out,
    strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_club_each_next(
    strava_club_each *each, const strava_club **out, strava_error *err);
STRAVA_API void strava_club_each_free(strava_club_each *each);

/* The comments on an activity, by their cursors: strava_comment_list_get(). */
STRAVA_API STRAVA_CHECK strava_status strava_comment_each_new(
    strava_client *client, int64_t activity_id,
    const strava_comment_query *query, strava_comment_each **out,
    strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_comment_each_next(
    strava_comment_each *each, const strava_comment **out, strava_error *err);
STRAVA_API void strava_comment_each_free(strava_comment_each *each);

/* Who gave kudos to an activity: strava_kudoer_list_get(). */
STRAVA_API STRAVA_CHECK strava_status strava_kudoer_each_new(
    strava_client *client, int64_t activity_id, const strava_page *page,
    strava_kudoer_each **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_kudoer_each_next(
    strava_kudoer_each *each, const strava_athlete **out, strava_error *err);
STRAVA_API void strava_kudoer_each_free(strava_kudoer_each *each);

/* The routes that an athlete drew: strava_route_list_get(). */
STRAVA_API STRAVA_CHECK strava_status strava_route_each_new(
    strava_client *client, int64_t athlete_id, const strava_page *page,
    strava_route_each **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_route_each_next(
    strava_route_each *each, const strava_route **out, strava_error *err);
STRAVA_API void strava_route_each_free(strava_route_each *each);

/* The segments that the client's athlete starred:
 * strava_segment_starred_get(). */
STRAVA_API STRAVA_CHECK strava_status strava_starred_each_new(
    strava_client *client, const strava_page *page, strava_starred_each **out,
    strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_starred_each_next(
    strava_starred_each *each, const strava_segment **out, strava_error *err);
STRAVA_API void strava_starred_each_free(strava_starred_each *each);

#ifdef __cplusplus
}
#endif
#endif
