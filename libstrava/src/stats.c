/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define M(name, put, key) MEMBER(strava_totals, name, put, NULL, key)
static const struct member totals_members[] = {
	M(count, put_int64, "count"),
	M(distance_m, put_double, "distance"),
	M(moving_time_s, put_int64, "moving_time"),
	M(elapsed_time_s, put_int64, "elapsed_time"),
	M(elevation_gain_m, put_double, "elevation_gain"),
	M(achievement_count, sv_put_opt_int, "achievement_count"),
};
#undef M

const struct model sv_totals_model =
    MODEL_FLAT(strava_totals, "sum of activities", totals_members);

#define M(name, put, key) MEMBER(strava_stats, name, put, NULL, key)
static const struct member members[] = {
	M(biggest_ride_distance_m, sv_put_opt_double, "biggest_ride_distance"),
	M(biggest_climb_elevation_gain_m, sv_put_opt_double,
	    "biggest_climb_elevation_gain"),
};
#undef M

#define N(name, key) NESTED_OBJECT(strava_stats, name, key, sv_totals_model)
static const struct nested nested[] = {
	N(recent_ride, "recent_ride_totals"),
	N(all_ride, "all_ride_totals"),
	N(recent_run, "recent_run_totals"),
	N(all_run, "all_run_totals"),
	N(recent_swim, "recent_swim_totals"),
	N(all_swim, "all_swim_totals"),
	N(ytd_ride, "ytd_ride_totals"),
	N(ytd_run, "ytd_run_totals"),
	N(ytd_swim, "ytd_swim_totals"),
};
#undef N

const struct model sv_stats_model =
    MODEL(strava_stats, "set of statistics", members, nested);

strava_status
strava_stats_get(strava_client *client, int64_t athlete_id, strava_stats **out,
    strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_STATS, .id = athlete_id };

	return sv_ask_model(client, &ask, &sv_stats_model, out, err);
}

strava_status
strava_stats_parse(
    const char *text, size_t len, strava_stats **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_stats_model, out, err);
}

void
strava_stats_free(strava_stats *stats)
{
	model_free(stats);
}

const char *
strava_stats_json(const strava_stats *stats)
{
	return model_json(stats);
}

const char *
strava_totals_json(const strava_totals *totals)
{
	return model_json(totals);
}
