/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_SEGMENT_H
#define STRAVA_SEGMENT_H

/*
 * Segments: one, those that the athlete starred, those in a rectangle.
 * strava_segment(3) shows how.
 *
 * All models here are allocated by the library alone; read them through a
 * pointer and never copy them, so that members can be added at the end without
 * breaking your program.  Strings belong to the model and are NULL when absent,
 * times are seconds since the epoch, UTC, and 0 when absent, a number that may
 * be absent where 0 means something is a strava_opt_.
 *
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

/* The best times of all, each as a text such as "1:09". */
typedef struct strava_xoms {
	const char *kom, *qom, *overall;
	const char *destination_href; /* "strava://segments/..." */
	const char *destination_type, *destination_name;
} strava_xoms;

/* Who rode or ran the segment most often of late. */
typedef struct strava_local_legend {
	int64_t                  athlete_id;
	const char              *title;   /* the name of the athlete */
	const char              *profile; /* the URL of a picture */
	const char              *effort_description;
	strava_opt_int           effort_count;
	const strava_entry_list *effort_counts; /* "overall": "22 efforts" */
	const char              *destination;
} strava_local_legend;

/*
 * The athlete's own best comes in two objects, athlete_segment_stats and
 * athlete_pr_effort, of which either was seen with the members that Strava
 * documents for the other.  Both are read for all of them, so here is the one
 * place to look: pr_... is the personal record, pr_effort_... the effort that
 * set it.  Absent for an athlete who was never there, and without the scope
 * read_all.
 */
struct strava_segment {
	int64_t           id;
	int64_t           resource_state; /* enum strava_resource_state */
	const char       *name;
	const char       *activity_type; /* "Ride" or "Run" */
	double            distance_m;
	strava_opt_double average_grade_percent, maximum_grade_percent;
	strava_opt_double elevation_high_m, elevation_low_m;
	strava_opt_latlng start, end;
	const char       *elevation_profile; /* the URL of a picture */
	const char       *elevation_profile_light, *elevation_profile_dark;
	strava_opt_int    climb_category; /* 0 none, 1 to 4 for what riders
					   * call 4 to 1, 5 beyond that */
	const char       *city, *state, *country;
	strava_tri        is_private, hazardous, starred;
	strava_opt_int    pr_time_s; /* of a starred segment */
	int64_t           starred_at;

	/* In detail only. */
	int64_t                    created_at, updated_at;
	strava_opt_double          elevation_gain_m;
	const char                *map_id;
	const char                *polyline; /* for strava_polyline_decode() */
	const char                *summary_polyline;
	strava_opt_int             effort_count, athlete_count, star_count;
	const strava_xoms         *xoms;
	const strava_local_legend *local_legend;

	/* The athlete's own best: see above. */
	strava_opt_int pr_elapsed_time_s;
	const char    *pr_date; /* "2018-06-22", perhaps a time behind it */
	int64_t        pr_activity_id;
	const char    *pr_visibility, *pr_activity_visibility;
	strava_opt_int own_effort_count;
	int64_t        pr_effort_id;
	int64_t        pr_effort_activity_id;
	strava_opt_int pr_effort_elapsed_time_s;
	double         pr_effort_distance_m;
	int64_t        pr_effort_start_time;
	int64_t        pr_effort_start_time_local; /* the wall clock, as UTC */
	strava_tri     pr_effort_is_kom;
};

struct strava_segment_list {
	size_t                       count;
	const strava_segment *const *items;
	size_t skipped; /* items that were no segment, and are not here */
};

/* A segment as a search finds it. */
typedef struct strava_explorer_segment {
	int64_t           id;
	int64_t           resource_state;
	const char       *name;
	strava_opt_int    climb_category;
	const char       *climb_category_desc; /* "NC", "4" to "1", "HC" */
	strava_opt_double average_grade_percent;
	strava_opt_latlng start, end;
	strava_opt_double elevation_difference_m;
	double            distance_m;
	const char       *polyline; /* for strava_polyline_decode() */
	strava_tri        starred;
	const char       *elevation_profile; /* the URL of a picture */
	strava_tri        local_legend_enabled;
} strava_explorer_segment;

typedef struct strava_explorer_segment_list {
	size_t                                count;
	const strava_explorer_segment *const *items;
	size_t                                skipped;
} strava_explorer_segment_list;

/* What a search found: at most ten. */
typedef struct strava_explorer {
	const strava_explorer_segment_list *segments; /* NULL if Strava sent
						       * none */
} strava_explorer;

/* Where and what to search.  Members left zero are not sent. */
typedef struct strava_explorer_query {
	strava_latlng  south_west, north_east;     /* corners of a rectangle */
	const char    *activity_type;              /* "running" or "riding" */
	strava_opt_int min_category, max_category; /* 0 to 5 */
	uint64_t       reserved[4];
} strava_explorer_query;

/*
 * Fetches a segment in detail.  Needs the scope read, for a private segment and
 * for the athlete's own best read_all.  *out is to be freed with
 * strava_segment_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_segment_get(
    strava_client *client, int64_t id, strava_segment **out, strava_error *err);
STRAVA_API void strava_segment_free(strava_segment *segment);

/*
 * Fetches one page of the segments that the athlete starred.  `page` may be
 * NULL.  A page may be shorter than asked although more follow; only an empty
 * page is the end, and it is STRAVA_OK with count 0.  *out is to be freed with
 * strava_segment_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_segment_starred_get(
    strava_client *client, const strava_page *page, strava_segment_list **out,
    strava_error *err);
STRAVA_API void strava_segment_list_free(strava_segment_list *list);

/*
 * Stars a segment, or takes the star away, and fetches it in detail.  Needs the
 * scope profile:write.  To do it twice does no harm.
 */
STRAVA_API STRAVA_CHECK strava_status strava_segment_star(strava_client *client,
    int64_t id, bool starred, strava_segment **out, strava_error *err);

/*
 * Searches a rectangle, which must not cross the 180th meridian, for the ten
 * foremost segments.  *out is to be freed with strava_explorer_free().
 *
 * Since 2026-09-01 Strava lets only applications with Extended Access do this.
 * How it refuses the others is not documented: expect FORBIDDEN, or NOT_FOUND
 * as for an endpoint that is gone.  Either is for good; stop asking.
 */
STRAVA_API STRAVA_CHECK strava_status strava_segment_explore(
    strava_client *client, const strava_explorer_query *query,
    strava_explorer **out, strava_error *err);
STRAVA_API void strava_explorer_free(strava_explorer *explorer);

/*
 * The same models from JSON that you have, a recorded answer say; to be freed
 * in the same way.  A byte order mark in front is passed over.
 * Fail with: ARGUMENT; NOMEM; FORMAT when it is no JSON or no such model.
 */
STRAVA_API STRAVA_CHECK strava_status strava_segment_parse(
    const char *text, size_t len, strava_segment **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_segment_list_parse(
    const char *text, size_t len, strava_segment_list **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_explorer_parse(
    const char *text, size_t len, strava_explorer **out, strava_error *err);

/* The JSON that Strava sent, for members that a struct lacks.  Belongs to the
 * model; NULL for NULL and when out of memory.  Not to be called by two threads
 * at once for one answer. */
STRAVA_API const char *strava_segment_json(const strava_segment *segment);
STRAVA_API const char *strava_segment_list_json(
    const strava_segment_list *list);
STRAVA_API const char *strava_xoms_json(const strava_xoms *xoms);
STRAVA_API const char *strava_local_legend_json(
    const strava_local_legend *legend);
STRAVA_API const char *strava_explorer_json(const strava_explorer *explorer);
STRAVA_API const char *strava_explorer_segment_json(
    const strava_explorer_segment *segment);

#ifdef __cplusplus
}
#endif
#endif
