/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#define M(name, put, key) MEMBER(strava_athlete, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_athlete, id, put_int64, NULL, "id"),
	M(username, put_string, "username"),
	M(firstname, put_string, "firstname"),
	M(lastname, put_string, "lastname"),
	M(city, put_string, "city"),
	M(state, put_string, "state"),
	M(country, put_string, "country"),
	M(sex, put_string, "sex"),
	M(profile, put_string, "profile"),
	M(profile_medium, put_string, "profile_medium"),
	M(measurement_preference, put_string, "measurement_preference"),
	M(weight_kg, sv_put_opt_double, "weight"),
	M(ftp_w, sv_put_opt_int, "ftp"),
	M(created_at, put_time, "created_at"),
	M(summit, sv_put_tri, "summit"),
};
#undef M

static const struct nested nested[] = {
	NESTED_LIST(strava_athlete, bikes, "bikes", sv_gear_model),
	NESTED_LIST(strava_athlete, shoes, "shoes", sv_gear_model),
};

const struct model sv_athlete_model =
    MODEL(strava_athlete, "athlete", members, nested);

strava_status
strava_athlete_get(
    strava_client *client, strava_athlete **out, strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_GET };

	return sv_ask_model(client, &ask, &sv_athlete_model, out, err);
}

void
strava_athlete_free(strava_athlete *athlete)
{
	sv_model_free(athlete);
}

const char *
strava_athlete_json(const strava_athlete *athlete)
{
	return sv_model_json(athlete);
}
