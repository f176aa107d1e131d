/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_PHOTO_H
#define STRAVA_PHOTO_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In media_type. */
enum strava_media_type { STRAVA_MEDIA_PHOTO = 1, STRAVA_MEDIA_VIDEO = 2 };

/*
 * A photo or a video of an activity.
 *
 * Only the library allocates one; read it through a pointer and never copy it,
 * so that members can be added at the end without breaking your program.
 * Strings belong to it and are NULL when absent.  Times are seconds since the
 * epoch, 0 when absent.
 *
 * Strava's description has the photos inside an activity alone, and of those no
 * more than unique_id, media_type, source and urls arrive.  The rest was read
 * off real answers to strava_photo_list_get().
 */
typedef struct strava_photo {
	const char    *unique_id;
	int64_t        athlete_id, activity_id;
	const char    *activity_name;
	int64_t        post_id;        /* 0: of no post */
	int64_t        resource_state; /* enum strava_resource_state */
	const char    *caption;
	strava_opt_int media_type; /* enum strava_media_type, or a new one */
	strava_opt_int source;     /* 1: uploaded to Strava */
	strava_opt_int status;
	int64_t        uploaded_at, created_at;
	int64_t        created_at_local; /* a wall clock: see activity.h */
	const strava_entry_list *urls; /* of pictures; key: the size asked for,
					* in pixels */
	const char              *video_url;
	strava_opt_double        duration_s; /* of a video */
	strava_tri               default_photo;
	strava_opt_latlng        location;
} strava_photo;

typedef struct strava_photo_list {
	size_t                     count;
	const strava_photo *const *items;
	size_t                     skipped; /* items that were no photo */
} strava_photo_list;

/* What an activity says of its photos. */
typedef struct strava_photo_summary {
	int64_t             count;
	const strava_photo *primary; /* NULL when there is none */
	strava_tri          use_primary_photo;
} strava_photo_summary;

/*
 * Fetches the photos of an activity, with pictures of about `size` pixels on a
 * side; 0 means Strava's default.  Strava answers this request, but does not
 * describe it.  *out is to be freed with strava_photo_list_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_photo_list_get(
    strava_client *client, int64_t activity_id, int size,
    strava_photo_list **out, strava_error *err);

/* Reads the JSON of such a list, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_photo_list_parse(
    const char *text, size_t len, strava_photo_list **out, strava_error *err);
STRAVA_API void strava_photo_list_free(strava_photo_list *list);

/* The JSON that Strava sent; see strava_activity_json().  The exact width and
 * height of pictures are there, under "sizes". */
STRAVA_API const char *strava_photo_list_json(const strava_photo_list *list);
STRAVA_API const char *strava_photo_json(const strava_photo *photo);
STRAVA_API const char *strava_photo_summary_json(
    const strava_photo_summary *summary);

#ifdef __cplusplus
}
#endif
#endif
