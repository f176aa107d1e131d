/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define PATH_BYTES 256
#define PER_PAGE_MAX 200

struct activity_box {
	strava_activity     activity; /* first: the two share an address */
	struct json_object *json; /* what it was read from; owns the strings */
};

struct list_box {
	strava_activity_list    list; /* first: the two share an address */
	struct json_object     *doc;  /* owns the strings */
	struct activity_box    *boxes;
	const strava_activity **items; /* into `boxes` */
};

#define M(name, put, in, key) MEMBER(strava_activity, name, put, in, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_activity, id, put_int64, NULL, "id"),
	M(athlete_id, put_int64, "athlete", "id"),
	M(name, put_string, NULL, "name"),
	/* The older name first: where both are there the later row wins. */
	M(sport_type, put_string, NULL, "type"),
	M(sport_type, put_string, NULL, "sport_type"),
	M(start_time, put_time, NULL, "start_date"),
	M(start_time_local, put_time, NULL, "start_date_local"),
	M(timezone, put_string, NULL, "timezone"),
	M(distance_m, put_double, NULL, "distance"),
	M(moving_time_s, put_int64, NULL, "moving_time"),
	M(elapsed_time_s, put_int64, NULL, "elapsed_time"),
	M(elevation_gain_m, put_double, NULL, "total_elevation_gain"),
	M(average_speed_mps, put_double, NULL, "average_speed"),
	M(max_speed_mps, put_double, NULL, "max_speed"),
	M(average_heartrate_bpm, sv_put_opt_double, NULL, "average_heartrate"),
	M(max_heartrate_bpm, sv_put_opt_double, NULL, "max_heartrate"),
	M(average_power_w, sv_put_opt_double, NULL, "average_watts"),
	M(max_power_w, sv_put_opt_double, NULL, "max_watts"),
	M(average_cadence_rpm, sv_put_opt_double, NULL, "average_cadence"),
	M(energy_kj, sv_put_opt_double, NULL, "kilojoules"),
	M(calories_kcal, sv_put_opt_double, NULL, "calories"),
	M(start, sv_put_opt_latlng, NULL, "start_latlng"),
	M(end, sv_put_opt_latlng, NULL, "end_latlng"),
	M(summary_polyline, put_string, "map", "summary_polyline"),
	M(polyline, put_string, "map", "polyline"),
	M(description, put_string, NULL, "description"),
	M(device_name, put_string, NULL, "device_name"),
	M(gear_id, put_string, NULL, "gear_id"),
	M(visibility, put_string, NULL, "visibility"),
	M(commute, sv_put_tri, NULL, "commute"),
	M(trainer, sv_put_tri, NULL, "trainer"),
	M(manual, sv_put_tri, NULL, "manual"),
	M(is_private, sv_put_tri, NULL, "private"),
};
#undef M

/* False when `json` is no activity; the box is unusable then. */
static bool
decode(struct json_object *json, struct activity_box *box)
{
	const char *missing;

	box->activity = (strava_activity){ 0 };
	box->json = json;
	return members_decode(
	    json, members, COUNT(members), &box->activity, &missing);
}

strava_status
strava_activity_get(
    strava_client *client, int64_t id, strava_activity **out, strava_error *err)
{
	char                 path[PATH_BYTES];
	struct activity_box *box;
	struct json_object  *doc;
	strava_status        status;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	if (id <= 0)
		return sv_fail_argument(err, "the activity id is below 1");
	snprintf(path, sizeof(path), "/activities/%" PRId64, id);
	if ((status = sv_call_json(client, path, &doc, err)) != STRAVA_OK)
		return status;
	if ((box = malloc(sizeof(*box))) == NULL) {
		json_object_put(doc);
		return sv_fail_memory(err);
	}
	if (!decode(doc, box)) {
		strava_activity_free(&box->activity);
		return sv_fail_format(err, 200, "the answer is no activity");
	}
	*out = &box->activity;
	return STRAVA_OK;
}

void
strava_activity_free(strava_activity *activity)
{
	struct activity_box *box = (struct activity_box *)activity;

	if (box == NULL)
		return;
	json_object_put(box->json);
	free(box);
}

const char *
strava_activity_json(const strava_activity *activity)
{
	const struct activity_box *box = (const struct activity_box *)activity;

	if (box == NULL)
		return NULL;
	return json_object_to_json_string_ext(
	    box->json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Takes over `doc`, which is an array; NULL when out of memory. */
static struct list_box *
list_of(struct json_object *doc)
{
	size_t           n = json_object_array_length(doc), count = 0;
	struct list_box *l;

	if ((l = calloc(1, sizeof(*l))) == NULL) {
		json_object_put(doc);
		return NULL;
	}
	l->doc = doc;
	l->boxes = calloc(n + 1, sizeof(*l->boxes));
	l->items = calloc(n + 1, sizeof(*l->items));
	if (l->boxes == NULL || l->items == NULL) {
		strava_activity_list_free(&l->list);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (!decode(
			json_object_array_get_idx(doc, i), &l->boxes[count]))
			continue;
		l->items[count] = &l->boxes[count].activity;
		count++;
	}
	l->list = (strava_activity_list){
		.count = count, .items = l->items, .skipped = n - count
	};
	return l;
}

/* What is wrong with a query, or NULL. */
static const char *
fault_of(const strava_activity_query *q)
{
	if (q->before < 0 || q->after < 0)
		return "before and after are times since 1970";
	if (q->page < 0)
		return "pages are counted from 1";
	if (q->per_page < 0 || q->per_page > PER_PAGE_MAX)
		return "per_page is 1 to 200, or 0 for Strava's default";
	return NULL;
}

static bool
add_number(struct buf *path, const char *name, int64_t value)
{
	bool first = strchr(buf_text(path), '?') == NULL;

	return value == 0 ||
	       buf_addf(path, "%c%s=%" PRId64, first ? '?' : '&', name, value);
}

static bool
list_path(struct buf *path, const strava_activity_query *q)
{
	return buf_add_text(path, "/athlete/activities") &&
	       add_number(path, "before", q->before) &&
	       add_number(path, "after", q->after) &&
	       add_number(path, "page", q->page) &&
	       add_number(path, "per_page", q->per_page);
}

strava_status
strava_activity_list_get(strava_client *client,
    const strava_activity_query *query, strava_activity_list **out,
    strava_error *err)
{
	static const strava_activity_query none = { 0 };
	struct json_object                *doc = NULL;
	struct list_box                   *l;
	struct buf                         path;
	const char                        *fault;
	strava_status                      status;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	if (query == NULL)
		query = &none;
	if ((fault = fault_of(query)) != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&path, PATH_BYTES);
	if (list_path(&path, query))
		status = sv_call_json(client, buf_text(&path), &doc, err);
	else
		status = sv_fail_memory(err);
	buf_free(&path);
	if (status != STRAVA_OK)
		return status;
	if (!json_object_is_type(doc, json_type_array)) {
		json_object_put(doc);
		return sv_fail_format(
		    err, 200, "the answer is no list of activities");
	}
	if ((l = list_of(doc)) == NULL)
		return sv_fail_memory(err);
	*out = &l->list;
	return STRAVA_OK;
}

void
strava_activity_list_free(strava_activity_list *list)
{
	struct list_box *l = (struct list_box *)list;

	if (l == NULL)
		return;
	free(l->boxes);
	free(l->items);
	json_object_put(l->doc);
	free(l);
}

struct strava_activity_each {
	strava_client        *client;
	strava_activity_query query; /* of the page to fetch next */
	strava_activity_list *list;  /* the page in hand; NULL: none */
	size_t                next;  /* of its items */
	bool                  ended;
};

strava_status
strava_activity_each_new(strava_client *client,
    const strava_activity_query *query, strava_activity_each **out,
    strava_error *err)
{
	strava_activity_each *each;
	const char           *fault;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	if (query != NULL && (fault = fault_of(query)) != NULL)
		return sv_fail_argument(err, fault);
	if ((each = calloc(1, sizeof(*each))) == NULL)
		return sv_fail_memory(err);
	each->client = client;
	if (query != NULL)
		each->query = *query;
	if (each->query.page == 0)
		each->query.page = 1;
	if (each->query.per_page == 0)
		each->query.per_page = PER_PAGE_MAX; /* fewest requests */
	*out = each;
	return STRAVA_OK;
}

/* A page in which every item was skipped is not the empty one. */
static strava_status
next_page(strava_activity_each *each, strava_error *err)
{
	strava_status status;

	strava_activity_list_free(each->list);
	each->list = NULL;
	each->next = 0;
	status = strava_activity_list_get(
	    each->client, &each->query, &each->list, err);
	if (status != STRAVA_OK)
		return status;
	each->ended = each->list->count + each->list->skipped == 0 ||
		      each->query.page == INT32_MAX;
	if (!each->ended)
		each->query.page++;
	return STRAVA_OK;
}

strava_status
strava_activity_each_next(
    strava_activity_each *each, const strava_activity **out, strava_error *err)
{
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (each == NULL || out == NULL)
		return sv_fail_argument(err, "each or out is NULL");
	while (each->list == NULL || each->next == each->list->count) {
		if (each->ended)
			return STRAVA_OK;
		if ((status = next_page(each, err)) != STRAVA_OK)
			return status;
	}
	*out = each->list->items[each->next++];
	return STRAVA_OK;
}

void
strava_activity_each_free(strava_activity_each *each)
{
	if (each == NULL)
		return;
	strava_activity_list_free(each->list);
	free(each);
}
