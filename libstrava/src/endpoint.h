/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_ENDPOINT_H
#define STRAVA_ENDPOINT_H

/*
 * Every operation of Strava's that this library offers is a row of one table,
 * and every function that asks Strava for something goes through sv_ask().
 */

#include "internal.h"
#include "models.h"

enum endpoint_id {
	ACTIVITY_CREATE,
	ACTIVITY_GET,
	ACTIVITY_UPDATE,
	ACTIVITY_LIST,
	ACTIVITY_COMMENTS,
	ACTIVITY_KUDOS,
	ACTIVITY_LAPS,
	ACTIVITY_PHOTOS,
	ACTIVITY_STREAMS,
	ACTIVITY_ZONES,
	ATHLETE_GET,
	ATHLETE_UPDATE,
	ATHLETE_CLUBS,
	ATHLETE_ROUTES,
	ATHLETE_STATS,
	ATHLETE_ZONES,
	CLUB_GET,
	EFFORT_GET,
	EFFORT_LIST,
	EFFORT_STREAMS,
	GEAR_GET,
	ROUTE_GET,
	ROUTE_GPX,
	ROUTE_TCX,
	ROUTE_STREAMS,
	SEGMENT_GET,
	SEGMENT_EXPLORE,
	SEGMENT_STAR,
	SEGMENT_STARRED,
	SEGMENT_STREAMS,
	SUBSCRIPTION_CREATE,
	SUBSCRIPTION_DELETE,
	SUBSCRIPTION_LIST,
	UPLOAD_CREATE,
	UPLOAD_GET,
	ENDPOINT_COUNT
};

struct endpoint {
	const char *operation; /* Strava's name for it; NULL: undocumented */
	const char *method;
	const char *path;     /* "{}" stands for an id */
	const char *function; /* of ours */
};
extern const struct endpoint sv_endpoints[ENDPOINT_COUNT];

/* What Strava has taken away and a program may still look for. */
struct removed {
	const char *operation, *path;
	const char *when; /* a day */
};
#define SV_REMOVED_COUNT 3
extern const struct removed sv_removed[SV_REMOVED_COUNT];

/* The row that a path with ids and a query belongs to, or NULL. */
const struct removed *sv_removed_find(const char *path);

/* One use of an endpoint.  The texts stay the caller's. */
struct ask {
	enum endpoint_id  endpoint;
	int64_t           id;    /* stands for "{}"; below 1 is refused */
	const char       *name;  /* the same where ids are texts */
	const struct buf *query; /* "a=1&b=2"; NULL: none */
	const char       *content_type;
	const struct buf *body;   /* NULL: none */
	bool              as_app; /* without an access token */
};

/* Adds a number to a query unless it is 0. */
void sv_query_int(struct buf *query, const char *name, int64_t value);

/* Adds page and per_page; what is wrong with them, or NULL.  `page` may be
 * NULL. */
const char *sv_query_page(struct buf *query, const strava_page *page);

/* activity.c: adds what `q`, which may be NULL, asks for; what is wrong with it,
 * or NULL. */
const char *sv_query_activities(
    struct buf *query, const strava_activity_query *q);

/* The path of an endpoint with the id in its place and the query behind it. */
strava_status sv_ask_path(
    struct buf *path, const struct ask *ask, strava_error *err);

/* The list of models in an answer, at *out. */
strava_status sv_answer_list(strava_http_response *response,
    const struct model *model, void *out, strava_error *err);

/* request.c: what is wrong with a request of the caller's own, or NULL; and its
 * method as a text that lasts. */
const char *sv_fault_of_request(const char *method, const char *path,
    const char *content_type, const char *body);
const char *sv_method(const char *text);

/*
 * Each asks and hands over what came: as JSON (NULL if Strava sent no body), as
 * a model or a list of models at *out, a pointer to a pointer, or as text at
 * *text.  A failed ask leaves NULL there.  `client` and the place for the answer
 * may be NULL; that is refused.
 */
strava_status sv_ask(strava_client *client, const struct ask *ask,
    struct json_object **doc, strava_error *err);
strava_status sv_ask_model(strava_client *client, const struct ask *ask,
    const struct model *model, void *out, strava_error *err);
strava_status sv_ask_list(strava_client *client, const struct ask *ask,
    const struct model *model, void *out, strava_error *err);
strava_status sv_ask_text(strava_client *client, const struct ask *ask,
    char **text, strava_error *err);

/* The same with a reader of the caller's own. */
strava_status sv_ask_read(strava_client *client, const struct ask *ask,
    read_fn read, const struct model *model, void *out, strava_error *err);

/* A page of a list, of an endpoint that takes no other query. */
strava_status sv_ask_page(strava_client *client, const struct ask *ask,
    const strava_page *page, const struct model *model, void *out,
    strava_error *err);

#endif
