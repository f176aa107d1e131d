/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ACTIVITY_H
#define STRAVA_ACTIVITY_H

#include <stddef.h>
#include <strava/client.h>
#include <strava/gear.h>
#include <strava/lap.h>
#include <strava/photo.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a run or a ride was for, in workout_type. */
enum strava_workout_type {
	STRAVA_WORKOUT_RUN = 0, /* nothing special */
	STRAVA_WORKOUT_RUN_RACE = 1,
	STRAVA_WORKOUT_RUN_LONG = 2,
	STRAVA_WORKOUT_RUN_WORKOUT = 3,
	STRAVA_WORKOUT_RIDE = 10, /* nothing special */
	STRAVA_WORKOUT_RIDE_RACE = 11,
	STRAVA_WORKOUT_RIDE_WORKOUT = 12
};

/* Who may see one kind of numbers of an activity. */
typedef struct strava_stat_visibility {
	const char *type;       /* "heart_rate", "pace", "power", ... */
	const char *visibility; /* "everyone", "only_me", ... */
} strava_stat_visibility;

typedef struct strava_stat_visibility_list {
	size_t                               count;
	const strava_stat_visibility *const *items;
	size_t                               skipped;
} strava_stat_visibility_list;

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
 *
 * What else Strava sends is behind strava_activity_json(): similar_activities,
 * and in old activities start_latitude and start_longitude, which are `start`
 * again.
 *
 * Facts: developers.strava.com/docs/reference, and what Strava was seen to send
 * beyond it.
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
	const char    *summary_polyline; /* strava_polyline_decode() reads it */
	const char    *polyline;         /* in detail only */
	const char    *description, *device_name, *gear_id, *visibility;
	strava_tri     commute, trainer, manual, is_private;

	int64_t        resource_state; /* enum strava_resource_state */
	const char    *activity_type;  /* deprecated by Strava: see sport.h */
	strava_opt_int workout_type; /* enum strava_workout_type, or another */
	strava_opt_int utc_offset_s; /* of start_time_local */
	const char    *location_city, *location_state, *location_country;
	int64_t        achievement_count, kudos_count, comment_count;
	int64_t        athlete_count; /* who did it together */
	int64_t        photo_count;   /* on Instagram */
	int64_t        total_photo_count, pr_count;
	const char    *map_id;
	strava_tri     flagged, has_kudoed;
	strava_tri     hide_from_home; /* muted */
	strava_tri     from_accepted_tag;
	strava_opt_double average_temperature_c;
	strava_opt_double weighted_power_w;
	strava_tri        device_watts; /* power was measured, not estimated */
	strava_tri        has_heartrate, heartrate_opt_out;
	strava_tri        display_hide_heartrate_option;
	strava_opt_double elevation_high_m, elevation_low_m;
	int64_t           upload_id; /* 0: it was not uploaded */
	const char       *upload_id_str, *external_id;
	strava_opt_double suffer_score; /* "relative effort" */

	/* In detail only. */
	strava_opt_double           perceived_exertion; /* 1 to 10 */
	strava_tri                  prefer_perceived_exertion;
	const strava_effort_list   *segment_efforts; /* <strava/effort.h> */
	const strava_split_list    *splits_metric, *splits_standard;
	const strava_lap_list      *laps;
	const strava_effort_list   *best_efforts;
	const strava_gear          *gear;
	const strava_photo_summary *photos;
	const strava_stat_visibility_list *stats_visibility;
	const char                        *embed_token;
	const strava_text_list            *available_zones;
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

/* The same with every segment effort, those included that Strava does not show
 * with the activity. */
STRAVA_API STRAVA_CHECK strava_status strava_activity_get_all_efforts(
    strava_client *client, int64_t id, strava_activity **out,
    strava_error *err);

/* Reads the JSON of an activity, kept or recorded.  Fails with: ARGUMENT, NOMEM,
 * FORMAT.  Does no I/O. */
STRAVA_API STRAVA_CHECK strava_status strava_activity_parse(
    const char *text, size_t len, strava_activity **out, strava_error *err);
STRAVA_API void strava_activity_free(strava_activity *activity);

/*
 * An activity to be entered by hand: without a recording.  Members left zero are
 * not sent; the first four are needed.
 */
typedef struct strava_activity_draft {
	const char *name;
	const char *sport_type;       /* see <strava/sport.h> */
	int64_t     start_time_local; /* the wall clock, read as if UTC */
	int64_t     elapsed_time_s;
	const char *description;
	double      distance_m;
	strava_tri  trainer, commute;
	uint64_t    reserved[4];
} strava_activity_draft;

/*
 * Creates an activity; needs the scope activity:write.  *out is the activity as
 * Strava has it now, to be freed with strava_activity_free().
 *
 * It reaches Strava at most once.  After a failure with error.in_doubt the
 * activity may exist: look for it before you create it again.
 *
 * A text is UTF-8 and at most 65535 bytes long.
 * Worth acting on: ARGUMENT, UNAUTHORIZED, SCOPE, REQUEST, RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_create(
    strava_client *client, const strava_activity_draft *draft,
    strava_activity **out, strava_error *err);

/* As gear_id of an activity's changes: no gear. */
#define STRAVA_GEAR_NONE "none"

/* What is to change.  Members left zero stay as they are; a description of ""
 * empties it, no other text may be empty. */
typedef struct strava_activity_changes {
	const char *name, *sport_type, *description;
	const char *gear_id; /* or STRAVA_GEAR_NONE */
	strava_tri  trainer, commute, hide_from_home;
	uint64_t    reserved[4];
} strava_activity_changes;

/*
 * Changes an activity; needs the scope activity:write, and activity:read_all for
 * one that only its athlete may see.  Changes of nothing are refused.  *out is
 * the activity as Strava has it now, to be freed with strava_activity_free().
 *
 * It reaches Strava at most once, but may be repeated after a failure: the same
 * changes twice are the same as once.
 * Worth acting on: ARGUMENT, UNAUTHORIZED, SCOPE, NOT_FOUND, REQUEST,
 * RATE_LIMIT.
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_update(
    strava_client *client, int64_t id, const strava_activity_changes *changes,
    strava_activity **out, strava_error *err);

/*
 * Fetches one page, newest first.  `query` may be NULL.  A page may be shorter
 * than asked although more follow; only an empty page is the end, and it is
 * STRAVA_OK with count 0.  *out is to be freed with
 * strava_activity_list_free().
 */
STRAVA_API STRAVA_CHECK strava_status strava_activity_list_get(
    strava_client *client, const strava_activity_query *query,
    strava_activity_list **out, strava_error *err);

/* Reads the JSON of such a page; fails as strava_activity_parse() does. */
STRAVA_API STRAVA_CHECK strava_status strava_activity_list_parse(
    const char *text, size_t len, strava_activity_list **out,
    strava_error *err);
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
 * lacks, and to be kept for strava_activity_parse().  Belongs to `activity`;
 * NULL when out of memory.  Not to be called by two threads at once. */
STRAVA_API const char *strava_activity_json(const strava_activity *activity);
STRAVA_API const char *strava_activity_list_json(
    const strava_activity_list *list);
STRAVA_API const char *strava_stat_visibility_json(
    const strava_stat_visibility *visibility);

#ifdef __cplusplus
}
#endif
#endif
