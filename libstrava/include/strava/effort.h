/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_EFFORT_H
#define STRAVA_EFFORT_H

/*
 * Efforts: one athlete's attempts on a segment, or the best over a distance
 * within an activity.  strava_effort(3) shows how.
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

/* What an effort achieved. */
typedef struct strava_achievement {
	strava_opt_int type_id;
	const char    *type; /* "overall", "pr", ... */
	strava_opt_int rank;
} strava_achievement;

typedef struct strava_achievement_list {
	size_t                           count;
	const strava_achievement *const *items;
	size_t                           skipped;
} strava_achievement_list;

/*
 * start_time_local is the athlete's wall clock: format it as if it were UTC and
 * never compare it with a real time.  The athlete's own best on the segment
 * (pr_...) is in detail only.
 */
struct strava_effort {
	int64_t        id;
	int64_t        resource_state; /* enum strava_resource_state */
	const char    *name;           /* of the segment */
	int64_t        activity_id;
	const char    *activity_visibility;
	int64_t        athlete_id;
	int64_t        elapsed_time_s;
	int64_t        moving_time_s;
	int64_t        start_time;
	int64_t        start_time_local;
	double         distance_m;
	strava_opt_int start_index, end_index; /* in the activity's streams */
	strava_opt_double     average_cadence_rpm;
	strava_tri            device_watts; /* measured and not estimated */
	strava_opt_double     average_power_w;
	strava_opt_double     average_heartrate_bpm, max_heartrate_bpm;
	const strava_segment *segment; /* see <strava/segment.h> */
	strava_opt_int        pr_rank; /* 1 to 3, of the athlete's */
	const strava_achievement_list *achievements;
	const char                    *visibility;
	strava_opt_int                 kom_rank; /* 1 to 10, of everybody's */
	strava_tri                     is_kom;
	strava_tri                     hidden;
	strava_opt_int                 pr_elapsed_time_s;
	const char                    *pr_date; /* "2018-06-22" */
	int64_t                        pr_activity_id;
	const char                    *pr_visibility, *pr_activity_visibility;
	strava_opt_int                 own_effort_count; /* on the segment */
};

struct strava_effort_list {
	size_t                      count;
	const strava_effort *const *items;
	size_t skipped; /* items that were no effort, and are not here */
};

/* Zero means Strava's default, for every member but segment_id. */
typedef struct strava_effort_query {
	int64_t  segment_id;                       /* required */
	int64_t  start_time_local, end_time_local; /* wall clock, as UTC */
	int      per_page;                         /* at most 200; default 30 */
	uint64_t reserved[4];
} strava_effort_query;

/*
 * Fetches one effort of the athlete in detail.  Strava answers only athletes
 * who subscribe to it; how it refuses the others is not documented.  *out is to
 * be freed with strava_effort_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, FORBIDDEN, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_effort_get(
    strava_client *client, int64_t id, strava_effort **out, strava_error *err);
STRAVA_API void strava_effort_free(strava_effort *effort);

/*
 * Fetches the athlete's efforts on one segment, for subscribers as above.
 * There are no pages: narrow the times down to see more than 200.  *out is to
 * be freed with strava_effort_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_effort_list_get(
    strava_client *client, const strava_effort_query *query,
    strava_effort_list **out, strava_error *err);
STRAVA_API void strava_effort_list_free(strava_effort_list *list);

/* As strava_segment_parse() and strava_segment_json(). */
STRAVA_API STRAVA_CHECK strava_status strava_effort_parse(
    const char *text, size_t len, strava_effort **out, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_effort_list_parse(
    const char *text, size_t len, strava_effort_list **out, strava_error *err);
STRAVA_API const char *strava_effort_json(const strava_effort *effort);
STRAVA_API const char *strava_effort_list_json(const strava_effort_list *list);
STRAVA_API const char *strava_achievement_json(
    const strava_achievement *achievement);

#ifdef __cplusplus
}
#endif
#endif
