/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"

#define QUERY_BYTES 256
#define PER_PAGE_MAX 200

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

const struct model sv_activity_model =
    MODEL_FLAT(strava_activity, "activity", members);

strava_status
strava_activity_get(
    strava_client *client, int64_t id, strava_activity **out, strava_error *err)
{
	struct ask ask = { .endpoint = ACTIVITY_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_activity_model, out, err);
}

void
strava_activity_free(strava_activity *activity)
{
	sv_model_free(activity);
}

const char *
strava_activity_json(const strava_activity *activity)
{
	return sv_model_json(activity);
}

const char *
sv_query_activities(struct buf *query, const strava_activity_query *q)
{
	strava_page page = { 0 };

	if (q == NULL)
		return NULL;
	page.page = q->page;
	page.per_page = q->per_page;
	if (q->before < 0 || q->after < 0)
		return "before and after are times since 1970";
	sv_query_int(query, "before", q->before);
	sv_query_int(query, "after", q->after);
	return sv_query_page(query, &page);
}

strava_status
strava_activity_list_get(strava_client *client,
    const strava_activity_query *query, strava_activity_list **out,
    strava_error *err)
{
	struct buf    text;
	struct ask    ask = { .endpoint = ACTIVITY_LIST, .query = &text };
	const char   *fault;
	strava_status status;

	if (out != NULL)
		*out = NULL;
	buf_init(&text, QUERY_BYTES);
	fault = sv_query_activities(&text, query);
	if (fault != NULL)
		status = sv_fail_argument(err, fault);
	else
		status =
		    sv_ask_list(client, &ask, &sv_activity_model, out, err);
	buf_free(&text);
	return status;
}

void
strava_activity_list_free(strava_activity_list *list)
{
	sv_model_free(list);
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
	struct buf            unused;
	const char           *fault;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	buf_init(&unused, QUERY_BYTES);
	fault = sv_query_activities(&unused, query);
	buf_free(&unused);
	if (fault != NULL)
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
