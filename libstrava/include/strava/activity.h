/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ACTIVITY_H
#define STRAVA_ACTIVITY_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An activity, as much of it as Strava sent.
 *
 * Only the library allocates one; read it through a pointer and never copy it,
 * so that members can be added at the end without breaking your program.  All
 * strings belong to it and are UTF-8; a string is NULL when absent.  Numbers
 * carry their unit in the name.  Times are seconds since the epoch, UTC, 0 when
 * absent.
 *
 * Strava writes an activity's local start with a "Z" although it is local time.
 * start_time_local is that text read literally: format it as if it were UTC and
 * the athlete's wall clock comes out.  Never compare it with a real time.
 */
struct strava_activity {
	int64_t     id;
	int64_t     athlete_id;
	const char *name;
	const char *sport_type; /* "Ride", "TrailRun", or one not known yet */
	int64_t     start_time;
	int64_t     start_time_local;
	const char *timezone; /* "(GMT-05:00) America/New_York" */
	double      distance_m;
	int64_t     moving_time_s;
	int64_t     elapsed_time_s;
	double      elevation_gain_m;
	double      average_speed_mps, max_speed_mps;
	strava_opt_double average_heartrate_bpm, max_heartrate_bpm;
	strava_opt_double average_power_w, max_power_w;
	strava_opt_double average_cadence_rpm;
	strava_opt_double energy_kj, calories_kcal;
	strava_opt_latlng start, end;
	const char *summary_polyline; /* strava_polyline_decode() reads it */
	const char *polyline;         /* in detail only */
	const char *description, *device_name, *gear_id, *visibility;
	strava_tri  commute, trainer, manual, is_private;
};

struct strava_activity_list {
	size_t                        count;
	const strava_activity *const *items;
	size_t skipped; /* items that were no activity, and are not here */
};

/* Zero means Strava's default, for every member. */
typedef struct strava_activity_query {
	int64_t  before; /* seconds since the epoch, UTC */
	int64_t  after;
	int      page;       /* from 1 */
	int      per_page;   /* at most 200; default 30 */
	int      read_ahead; /* as in strava_page */
	int      reserved_int;
	uint64_t reserved[3];
} strava_activity_query;

/*
 * Fetches one activity of the athlete whose access token the client holds, in
 * detail.  *out is to be freed with strava_activity_free().
 * Worth acting on: UNAUTHORIZED, SCOPE, NOT_FOUND, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_get(strava_client *client,
    int64_t id, strava_activity **out, strava_error *err);
STRAVA_API void strava_activity_free(strava_activity *activity);

/*
 * Fetches one page, newest first.  `query` may be NULL.  A page may be shorter
 * than asked although more follow; only an empty page is the end, and it is
 * STRAVA_OK with count 0.  *out is to be freed with
 * strava_activity_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_list_get(
    strava_client *client, const strava_activity_query *query,
    strava_activity_list **out, strava_error *err);
STRAVA_API void strava_activity_list_free(strava_activity_list *list);

/*
 * All activities, page by page, on to the empty page.
 *
 *	strava_activity_each *each;
 *	const strava_activity *a;
 *
 *	if (strava_activity_each_new(client, NULL, &each, &err) != STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	while (strava_activity_each_next(each, &a, &err) == STRAVA_OK &&
 *	    a != NULL)
 *		puts(a->name != NULL ? a->name : "");
 *	strava_activity_each_free(each);
 *
 * `client` must outlive the iterator; `query` is copied, its page is where to
 * begin, and per_page 0 means 200 here: the fewest requests.  An activity
 * belongs to the iterator and is valid until the next call.
 * After a failure the iterator keeps its place: call _next again, later.
 * With read_ahead the next pages travel while the items of one are read, by this
 * thread, whenever it calls _next.
 */
typedef struct strava_activity_each   strava_activity_each;

STRAVA_API STRAVA_CHECK strava_status strava_activity_each_new(
    strava_client *client, const strava_activity_query *query,
    strava_activity_each **out, strava_error *err);

/* STRAVA_OK with *out NULL is the end. */
STRAVA_API STRAVA_CHECK strava_status strava_activity_each_next(
    strava_activity_each *each, const strava_activity **out, strava_error *err);
STRAVA_API void strava_activity_each_free(strava_activity_each *each);

/* The JSON that Strava sent for this activity, for members that the struct
 * lacks.  Belongs to `activity`; NULL when out of memory.  Not to be called by
 * two threads at once. */
STRAVA_API const char *strava_activity_json(const strava_activity *activity);

#ifdef __cplusplus
}
#endif
#endif
