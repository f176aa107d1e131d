/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define M(name, put, key) MEMBER(strava_lap, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_lap, id, put_int64, NULL, "id"),
	M(resource_state, put_int64, "resource_state"),
	M(name, put_string, "name"),
	MEMBER(strava_lap, activity_id, put_int64, "activity", "id"),
	MEMBER(strava_lap, athlete_id, put_int64, "athlete", "id"),
	M(elapsed_time_s, put_int64, "elapsed_time"),
	M(moving_time_s, put_int64, "moving_time"),
	M(start_time, put_time, "start_date"),
	M(start_time_local, put_time, "start_date_local"),
	M(distance_m, put_double, "distance"),
	M(average_speed_mps, put_double, "average_speed"),
	M(max_speed_mps, put_double, "max_speed"),
	M(lap_index, put_int64, "lap_index"),
	M(split, put_int64, "split"),
	M(start_index, sv_put_opt_int, "start_index"),
	M(end_index, sv_put_opt_int, "end_index"),
	M(elevation_gain_m, put_double, "total_elevation_gain"),
	M(average_cadence_rpm, sv_put_opt_double, "average_cadence"),
	M(device_watts, sv_put_tri, "device_watts"),
	M(average_power_w, sv_put_opt_double, "average_watts"),
	M(average_heartrate_bpm, sv_put_opt_double, "average_heartrate"),
	M(max_heartrate_bpm, sv_put_opt_double, "max_heartrate"),
	M(pace_zone, sv_put_opt_int, "pace_zone"),
};
#undef M

const struct model sv_lap_model = MODEL_FLAT(strava_lap, "lap", members);

#define M(name, put, key) MEMBER(strava_split, name, put, NULL, key)
static const struct member split_members[] = {
	M(distance_m, put_double, "distance"),
	M(elapsed_time_s, put_int64, "elapsed_time"),
	M(elevation_difference_m, sv_put_opt_double, "elevation_difference"),
	M(moving_time_s, put_int64, "moving_time"),
	M(split, put_int64, "split"),
	M(average_speed_mps, put_double, "average_speed"),
	M(average_grade_adjusted_speed_mps, sv_put_opt_double,
	    "average_grade_adjusted_speed"),
	M(average_heartrate_bpm, sv_put_opt_double, "average_heartrate"),
	M(pace_zone, sv_put_opt_int, "pace_zone"),
};
#undef M

const struct model sv_split_model =
    MODEL_FLAT(strava_split, "split", split_members);

strava_status
strava_lap_list_get(strava_client *client, int64_t activity_id,
    strava_lap_list **out, strava_error *err)
{
	struct ask ask = { .endpoint = ACTIVITY_LAPS, .id = activity_id };

	return sv_ask_list(client, &ask, &sv_lap_model, out, err);
}

strava_status
strava_lap_list_parse(
    const char *text, size_t len, strava_lap_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_lap_model, out, err);
}

void
strava_lap_list_free(strava_lap_list *list)
{
	model_free(list);
}

const char *
strava_lap_list_json(const strava_lap_list *list)
{
	return model_json(list);
}

const char *
strava_lap_json(const strava_lap *lap)
{
	return model_json(lap);
}

const char *
strava_split_json(const strava_split *split)
{
	return model_json(split);
}
