/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_COMMENT_H
#define STRAVA_COMMENT_H

#include <stddef.h>
#include <strava/athlete.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A comment on an activity.
 *
 * Only the library allocates one; read it through a pointer and never copy it,
 * so that members can be added at the end without breaking your program.
 * Strings belong to it and are NULL when absent.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
 */
typedef struct strava_comment {
	int64_t               id;
	int64_t               activity_id;
	int64_t               post_id;        /* 0: of no post */
	int64_t               resource_state; /* enum strava_resource_state */
	const char           *text;
	int64_t               created_at; /* seconds since the epoch */
	const char           *cursor;     /* see strava_comment_query */
	const strava_athlete *athlete;    /* a name, and often no id */
	int64_t               reaction_count;
	strava_tri            has_reacted; /* the athlete of the client */
} strava_comment;

typedef struct strava_comment_list {
	size_t                       count;
	const strava_comment *const *items;
	size_t                       skipped; /* items that were no comment */
} strava_comment_list;

/*
 * Which comments to fetch.  Zero means Strava's default, for every member.
 * after_cursor is the cursor of the last comment that came before: hand it over
 * as it is.  Strava sends cursors only if page_size was given.
 */
typedef struct strava_comment_query {
	int         page_size; /* at most 200; default 30 */
	const char *after_cursor;
	uint64_t    reserved[4];
} strava_comment_query;

/*
 * Fetches one page of comments, oldest first.  `query` may be NULL.  Only an
 * empty page is the end.  *out is to be freed with strava_comment_list_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_comment_list_get(
    strava_client *client, int64_t activity_id,
    const strava_comment_query *query, strava_comment_list **out,
    strava_error *err);

/* Reads the JSON of such a list, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_comment_list_parse(
    const char *text, size_t len, strava_comment_list **out, strava_error *err);
STRAVA_API void strava_comment_list_free(strava_comment_list *list);

/* The JSON that Strava sent; see strava_activity_json(). */
STRAVA_API const char *strava_comment_list_json(
    const strava_comment_list *list);
STRAVA_API const char *strava_comment_json(const strava_comment *comment);

#ifdef __cplusplus
}
#endif
#endif
