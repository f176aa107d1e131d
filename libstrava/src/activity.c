/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define QUERY_BYTES 256

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
