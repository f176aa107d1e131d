/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_MODELS_H
#define STRAVA_MODELS_H

/* Strava's JSON as the public structs: the models, and what reading one means
 * to a caller of the library.  common/model.h says how a model is made. */

#include "internal.h"
#include "model.h"

/* The athlete's personal record, which segments and efforts have, in one of the
 * objects where Strava keeps it. */
#define MEMBERS_PR(type, in)                                                 \
	MEMBER(                                                              \
	    type, pr_elapsed_time_s, sv_put_opt_int, in, "pr_elapsed_time"), \
	    MEMBER(type, pr_date, put_string, in, "pr_date"),                \
	    MEMBER(type, pr_visibility, put_string, in, "pr_visibility"),    \
	    MEMBER(type, pr_activity_id, put_int64, in, "pr_activity_id"),   \
	    MEMBER(type, pr_activity_visibility, put_string, in,             \
		"pr_activity_visibility"),                                   \
	    MEMBER(type, own_effort_count, sv_put_opt_int, in, "effort_count")

/*
 * Both take over `doc` and store at *out, a pointer to a pointer to the struct
 * or its list, something to be ended with model_free().
 * Fail with: FORMAT when the whole is no such model; NOMEM.
 */
strava_status sv_model_read(struct json_object *doc, const struct model *model,
    void *out, strava_error *err);
strava_status sv_list_read(struct json_object *doc, const struct model *model,
    void *out, strava_error *err);

/* Either of them, or a reader of the caller's own. */
typedef strava_status (*read_fn)(struct json_object *doc,
    const struct model *model, void *out, strava_error *err);

/* The same from text, for the public strava_..._parse() functions. */
strava_status             sv_parse(const char *text, size_t len, read_fn read,
		const struct model *model, void *out, strava_error *err);
strava_status             sv_model_parse(const char *text, size_t len,
		const struct model *model, void *out, strava_error *err);
strava_status             sv_list_parse(const char *text, size_t len,
		const struct model *model, void *out, strava_error *err);

extern const struct model sv_achievement_model;
extern const struct model sv_activity_model;
extern const struct model sv_activity_zone_model;
extern const struct model sv_athlete_model;
extern const struct model sv_club_model;
extern const struct model sv_comment_model;
extern const struct model sv_effort_model;
extern const struct model sv_explorer_model;
extern const struct model sv_explorer_segment_model;
extern const struct model sv_gear_model;
extern const struct model sv_lap_model;
extern const struct model sv_local_legend_model;
extern const struct model sv_person_model; /* an athlete, perhaps no id */
extern const struct model sv_photo_model;
extern const struct model sv_photo_summary_model;
extern const struct model sv_route_model;
extern const struct model sv_segment_model;
extern const struct model sv_split_model;
extern const struct model sv_stat_visibility_model;
extern const struct model sv_stats_model;
extern const struct model sv_subscription_model;
extern const struct model sv_totals_model;
extern const struct model sv_upload_model;
extern const struct model sv_waypoint_model;
extern const struct model sv_xoms_model;
extern const struct model sv_zone_bucket_model;
extern const struct model sv_zone_model;
extern const struct model sv_zones_model;

#endif
