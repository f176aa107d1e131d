/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "endpoint.h"

#define FORM_BYTES 64
#define QUERY_BYTES 64
#define WEIGHT_MAX_KG 1000

#define M(name, put, key) MEMBER(strava_athlete, name, put, NULL, key)
static const struct member members[] = {
	/* Twice, so that all but the first row are the members of a person. */
	MEMBER_REQUIRED(strava_athlete, id, put_int64, NULL, "id"),
	M(id, put_int64, "id"),
	M(username, put_string, "username"),
	M(resource_state, put_int64, "resource_state"),
	M(firstname, put_string, "firstname"),
	M(lastname, put_string, "lastname"),
	M(bio, put_string, "bio"),
	M(city, put_string, "city"),
	M(state, put_string, "state"),
	M(country, put_string, "country"),
	M(sex, put_string, "sex"),
	M(premium, sv_put_tri, "premium"),
	M(summit, sv_put_tri, "summit"),
	M(created_at, put_time, "created_at"),
	M(updated_at, put_time, "updated_at"),
	M(badge_type_id, sv_put_opt_int, "badge_type_id"),
	M(weight_kg, sv_put_opt_double, "weight"),
	M(profile_medium, put_string, "profile_medium"),
	M(profile, put_string, "profile"),
	M(friend_state, put_string, "friend"),
	M(follower_state, put_string, "follower"),
	M(blocked, sv_put_tri, "blocked"),
	M(can_follow, sv_put_tri, "can_follow"),
	M(follower_count, put_int64, "follower_count"),
	M(friend_count, put_int64, "friend_count"),
	M(mutual_friend_count, put_int64, "mutual_friend_count"),
	M(athlete_type, sv_put_opt_int, "athlete_type"),
	M(date_preference, put_string, "date_preference"),
	M(measurement_preference, put_string, "measurement_preference"),
	M(ftp_w, sv_put_opt_int, "ftp"),
};
#undef M

static const struct nested nested[] = {
	NESTED_LIST(strava_athlete, clubs, "clubs", sv_club_model),
	NESTED_LIST(strava_athlete, bikes, "bikes", sv_gear_model),
	NESTED_LIST(strava_athlete, shoes, "shoes", sv_gear_model),
};

const struct model sv_athlete_model =
    MODEL(strava_athlete, "athlete", members, nested);

const struct model sv_person_model = { "athlete", sizeof(strava_athlete),
	members + 1, COUNT(members) - 1, nested, COUNT(nested) };

strava_status
strava_athlete_get(
    strava_client *client, strava_athlete **out, strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_GET };

	return sv_ask_model(client, &ask, &sv_athlete_model, out, err);
}

/* What is wrong with changes, or NULL. */
static const char *
fault_of(const strava_athlete_changes *changes)
{
	double weight_kg;

	if (changes == NULL || !changes->weight_kg.set)
		return "there is nothing to change";
	weight_kg = changes->weight_kg.value;
	if (!isfinite(weight_kg) || weight_kg < 0 || weight_kg > WEIGHT_MAX_KG)
		return "the weight is not 0 to 1000 kg";
	return NULL;
}

strava_status
strava_athlete_update(strava_client *client,
    const strava_athlete_changes *changes, strava_athlete **out,
    strava_error *err)
{
	struct buf    form;
	struct ask    ask = { .endpoint = ATHLETE_UPDATE,
		   .content_type = FORM_TYPE,
		   .body = &form };
	const char   *fault = fault_of(changes);
	strava_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return sv_fail_argument(err, fault);
	buf_init(&form, FORM_BYTES);
	buf_add_text(&form, "weight=");
	sv_add_number(&form, changes->weight_kg.value);
	status = sv_ask_model(client, &ask, &sv_athlete_model, out, err);
	buf_free(&form);
	return status;
}

strava_status
strava_athlete_parse(
    const char *text, size_t len, strava_athlete **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_athlete_model, out, err);
}

void
strava_athlete_free(strava_athlete *athlete)
{
	model_free(athlete);
}

const char *
strava_athlete_json(const strava_athlete *athlete)
{
	return model_json(athlete);
}

strava_status
strava_kudoer_list_get(strava_client *client, int64_t activity_id,
    const strava_page *page, strava_athlete_list **out, strava_error *err)
{
	struct ask ask = { .endpoint = ACTIVITY_KUDOS, .id = activity_id };

	return sv_ask_page(client, &ask, page, &sv_person_model, out, err);
}

strava_status
strava_athlete_list_parse(
    const char *text, size_t len, strava_athlete_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_person_model, out, err);
}

void
strava_athlete_list_free(strava_athlete_list *list)
{
	model_free(list);
}

const char *
strava_athlete_list_json(const strava_athlete_list *list)
{
	return model_json(list);
}
