/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define QUERY_BYTES 256

static const struct member visibility_members[] = {
	MEMBER(strava_stat_visibility, type, put_string, NULL, "type"),
	MEMBER(
	    strava_stat_visibility, visibility, put_string, NULL, "visibility"),
};

const struct model sv_stat_visibility_model =
    MODEL_FLAT(strava_stat_visibility, "visibility", visibility_members);

/* In the order in which Strava sends them. */
#define M(name, put, in, key) MEMBER(strava_activity, name, put, in, key)
static const struct member members[] = {
	M(resource_state, put_int64, NULL, "resource_state"),
	M(athlete_id, put_int64, "athlete", "id"),
	M(name, put_string, NULL, "name"),
	M(distance_m, put_double, NULL, "distance"),
	M(moving_time_s, put_int64, NULL, "moving_time"),
	M(elapsed_time_s, put_int64, NULL, "elapsed_time"),
	M(elevation_gain_m, put_double, NULL, "total_elevation_gain"),
	M(activity_type, put_string, NULL, "type"),
	/* Where both are there the later row wins. */
	M(sport_type, put_string, NULL, "type"),
	M(sport_type, put_string, NULL, "sport_type"),
	M(workout_type, sv_put_opt_int, NULL, "workout_type"),
	MEMBER_REQUIRED(strava_activity, id, put_int64, NULL, "id"),
	M(start_time, put_time, NULL, "start_date"),
	M(start_time_local, put_time, NULL, "start_date_local"),
	M(timezone, put_string, NULL, "timezone"),
	M(utc_offset_s, sv_put_opt_int, NULL, "utc_offset"),
	M(location_city, put_string, NULL, "location_city"),
	M(location_state, put_string, NULL, "location_state"),
	M(location_country, put_string, NULL, "location_country"),
	M(achievement_count, put_int64, NULL, "achievement_count"),
	M(kudos_count, put_int64, NULL, "kudos_count"),
	M(comment_count, put_int64, NULL, "comment_count"),
	M(athlete_count, put_int64, NULL, "athlete_count"),
	M(photo_count, put_int64, NULL, "photo_count"),
	M(map_id, put_string, "map", "id"),
	M(polyline, put_string, "map", "polyline"),
	M(summary_polyline, put_string, "map", "summary_polyline"),
	M(trainer, sv_put_tri, NULL, "trainer"),
	M(commute, sv_put_tri, NULL, "commute"),
	M(manual, sv_put_tri, NULL, "manual"),
	M(is_private, sv_put_tri, NULL, "private"),
	M(visibility, put_string, NULL, "visibility"),
	M(flagged, sv_put_tri, NULL, "flagged"),
	M(gear_id, put_string, NULL, "gear_id"),
	M(start, sv_put_opt_latlng, NULL, "start_latlng"),
	M(end, sv_put_opt_latlng, NULL, "end_latlng"),
	M(average_speed_mps, put_double, NULL, "average_speed"),
	M(max_speed_mps, put_double, NULL, "max_speed"),
	M(average_cadence_rpm, sv_put_opt_double, NULL, "average_cadence"),
	M(average_temperature_c, sv_put_opt_double, NULL, "average_temp"),
	M(average_power_w, sv_put_opt_double, NULL, "average_watts"),
	M(max_power_w, sv_put_opt_double, NULL, "max_watts"),
	M(weighted_power_w, sv_put_opt_double, NULL, "weighted_average_watts"),
	M(energy_kj, sv_put_opt_double, NULL, "kilojoules"),
	M(device_watts, sv_put_tri, NULL, "device_watts"),
	M(has_heartrate, sv_put_tri, NULL, "has_heartrate"),
	M(average_heartrate_bpm, sv_put_opt_double, NULL, "average_heartrate"),
	M(max_heartrate_bpm, sv_put_opt_double, NULL, "max_heartrate"),
	M(heartrate_opt_out, sv_put_tri, NULL, "heartrate_opt_out"),
	M(display_hide_heartrate_option, sv_put_tri, NULL,
	    "display_hide_heartrate_option"),
	M(elevation_high_m, sv_put_opt_double, NULL, "elev_high"),
	M(elevation_low_m, sv_put_opt_double, NULL, "elev_low"),
	M(upload_id, put_int64, NULL, "upload_id"),
	M(upload_id_str, put_string, NULL, "upload_id_str"),
	M(external_id, put_string, NULL, "external_id"),
	M(from_accepted_tag, sv_put_tri, NULL, "from_accepted_tag"),
	M(pr_count, put_int64, NULL, "pr_count"),
	M(total_photo_count, put_int64, NULL, "total_photo_count"),
	M(has_kudoed, sv_put_tri, NULL, "has_kudoed"),
	M(suffer_score, sv_put_opt_double, NULL, "suffer_score"),
	M(description, put_string, NULL, "description"),
	M(calories_kcal, sv_put_opt_double, NULL, "calories"),
	M(perceived_exertion, sv_put_opt_double, NULL, "perceived_exertion"),
	M(prefer_perceived_exertion, sv_put_tri, NULL,
	    "prefer_perceived_exertion"),
	M(hide_from_home, sv_put_tri, NULL, "hide_from_home"),
	M(device_name, put_string, NULL, "device_name"),
	M(embed_token, put_string, NULL, "embed_token"),
};
#undef M

#define LIST(name, key, model) NESTED_LIST(strava_activity, name, key, model)
static const struct nested nested[] = {
	LIST(segment_efforts, "segment_efforts", sv_effort_model),
	LIST(splits_metric, "splits_metric", sv_split_model),
	LIST(splits_standard, "splits_standard", sv_split_model),
	LIST(laps, "laps", sv_lap_model),
	LIST(best_efforts, "best_efforts", sv_effort_model),
	NESTED_OBJECT(strava_activity, gear, "gear", sv_gear_model),
	NESTED_OBJECT(
	    strava_activity, photos, "photos", sv_photo_summary_model),
	LIST(stats_visibility, "stats_visibility", sv_stat_visibility_model),
	NESTED_TEXTS(strava_activity, available_zones, "available_zones"),
};
#undef LIST

const struct model sv_activity_model =
    MODEL(strava_activity, "activity", members, nested);

strava_status
strava_activity_get(
    strava_client *client, int64_t id, strava_activity **out, strava_error *err)
{
	struct ask ask = { .endpoint = ACTIVITY_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_activity_model, out, err);
}

strava_status
strava_activity_get_all_efforts(
    strava_client *client, int64_t id, strava_activity **out, strava_error *err)
{
	struct buf query;
	struct ask ask = {
		.endpoint = ACTIVITY_GET, .id = id, .query = &query
	};
	strava_status status;

	buf_init(&query, QUERY_BYTES);
	buf_add_field(&query, "include_all_efforts", "true");
	status = sv_ask_model(client, &ask, &sv_activity_model, out, err);
	buf_free(&query);
	return status;
}

strava_status
strava_activity_parse(
    const char *text, size_t len, strava_activity **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_activity_model, out, err);
}

void
strava_activity_free(strava_activity *activity)
{
	model_free(activity);
}

const char *
strava_activity_json(const strava_activity *activity)
{
	return model_json(activity);
}

const char *
strava_stat_visibility_json(const strava_stat_visibility *visibility)
{
	return model_json(visibility);
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

strava_status
strava_activity_list_parse(
    const char *text, size_t len, strava_activity_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_activity_model, out, err);
}

void
strava_activity_list_free(strava_activity_list *list)
{
	model_free(list);
}

const char *
strava_activity_list_json(const strava_activity_list *list)
{
	return model_json(list);
}
