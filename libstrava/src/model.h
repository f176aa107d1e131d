/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_MODEL_H
#define STRAVA_MODEL_H

/*
 * Models: Strava's JSON as the public structs, by tables.
 *
 *	#define M(name, put, key) MEMBER(strava_lap, name, put, NULL, key)
 *	static const struct member members[] = {
 *		MEMBER_REQUIRED(strava_lap, id, put_int64, NULL, "id"),
 *		M(name, put_string, "name"),
 *	};
 *	static const struct nested nested[] = {
 *		NESTED_OBJECT(strava_lap, athlete, "athlete", sv_athlete_model),
 *	};
 *	const struct model sv_lap_model = MODEL(
 *	    strava_lap, "lap", members, nested);
 *
 * A model that was read is one piece of memory with all that it leads to, and
 * keeps the JSON it came from, in which its strings live.  sv_model_free() ends
 * the whole; a model inside another is never freed by itself.
 */

#include "internal.h"

enum nesting {
	IN_OBJECT,  /* const strava_x *, NULL when absent */
	IN_LIST,    /* const strava_x_list *, of objects */
	IN_TEXTS,   /* const strava_text_list *, of strings */
	IN_ENTRIES, /* const strava_entry_list *, an object of scalars */
	IN_LATLNGS  /* const strava_latlng_list *, of [lat, lng] */
};

/* A member that is more than one value, at a pointer in the struct. */
struct nested {
	const char         *in, *key; /* as in struct member */
	enum nesting        nesting;
	const struct model *model; /* of the object, or of each in the list */
	size_t              offset;
};

struct model {
	const char          *noun; /* for messages: "the answer is no ..." */
	size_t               size;
	const struct member *members;
	size_t               member_count;
	const struct nested *nested;
	size_t               nested_count;
};

#define NESTED(type, name, in, key, nesting, model)           \
	{                                                     \
		in, key, nesting, model, offsetof(type, name) \
	}
#define NESTED_OBJECT(type, name, key, model) \
	NESTED(type, name, NULL, key, IN_OBJECT, &(model))
#define NESTED_LIST(type, name, key, model) \
	NESTED(type, name, NULL, key, IN_LIST, &(model))
#define NESTED_TEXTS(type, name, key) \
	NESTED(type, name, NULL, key, IN_TEXTS, NULL)

#define MODEL(type, noun, members, nested)                           \
	{                                                            \
		noun, sizeof(type), members, COUNT(members), nested, \
		    COUNT(nested)                                    \
	}
#define MODEL_FLAT(type, noun, members)                              \
	{                                                            \
		noun, sizeof(type), members, COUNT(members), NULL, 0 \
	}
#define MODEL_NEST(type, noun, nested)                             \
	{                                                          \
		noun, sizeof(type), NULL, 0, nested, COUNT(nested) \
	}

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

/* What all lists of models look like. */
struct any_list {
	size_t             count;
	const void *const *items;
	size_t             skipped;
};

/*
 * Both take over `doc` and store at *out, a pointer to a pointer to the struct
 * or its list, something to be ended with sv_model_free().  An item of a list
 * that is no such model is left out and counted as skipped.
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
strava_status sv_parse(const char *text, size_t len, read_fn read,
    const struct model *model, void *out, strava_error *err);
strava_status sv_model_parse(const char *text, size_t len,
    const struct model *model, void *out, strava_error *err);
strava_status sv_list_parse(const char *text, size_t len,
    const struct model *model, void *out, strava_error *err);

/* NULL is ignored. */
void sv_model_free(void *model);

/* The JSON of a model or of one inside it; NULL for NULL, and when out of
 * memory. */
const char               *sv_model_json(const void *model);

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
