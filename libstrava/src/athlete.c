/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "internal.h"

struct gear_list {
	strava_gear        *gear;
	const strava_gear **items; /* into `gear` */
	size_t              count;
};

struct athlete_box {
	strava_athlete      athlete; /* first: the two share an address */
	struct json_object *json; /* what it was read from; owns the strings */
	struct gear_list    bikes, shoes;
};

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

#define M(name, put, key) MEMBER(strava_gear, name, put, NULL, key)
static const struct member gear_members[] = {
	MEMBER_REQUIRED(strava_gear, id, put_string, NULL, "id"),
	M(name, put_string, "name"),
	M(distance_m, put_double, "distance"),
	M(primary, sv_put_tri, "primary"),
};
#undef M

/*
 * Reads the array `key` of an athlete; what is no gear in it is left out.
 * False when out of memory.
 */
static bool
decode_gear(struct json_object *json, const char *key, struct gear_list *list)
{
	struct json_object *array = members_get(json, key);
	const char         *missing;
	strava_gear        *gear;
	size_t              n;

	if (!json_object_is_type(array, json_type_array))
		return true;
	n = json_object_array_length(array);
	list->gear = calloc(n + 1, sizeof(*list->gear));
	list->items = calloc(n + 1, sizeof(*list->items));
	if (list->gear == NULL || list->items == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		gear = &list->gear[list->count];
		if (members_decode(json_object_array_get_idx(array, i),
			gear_members, COUNT(gear_members), gear, &missing))
			list->items[list->count++] = gear;
	}
	return true;
}

static strava_status
decode(struct athlete_box *box, strava_error *err)
{
	strava_athlete *a = &box->athlete;
	const char     *missing;

	if (!members_decode(box->json, members, COUNT(members), a, &missing))
		return sv_fail_format(err, 200, "the answer is no athlete");
	if (!decode_gear(box->json, "bikes", &box->bikes) ||
	    !decode_gear(box->json, "shoes", &box->shoes))
		return sv_fail_memory(err);
	a->bikes = box->bikes.items;
	a->bike_count = box->bikes.count;
	a->shoes = box->shoes.items;
	a->shoe_count = box->shoes.count;
	return STRAVA_OK;
}

strava_status
strava_athlete_get(
    strava_client *client, strava_athlete **out, strava_error *err)
{
	struct athlete_box *box;
	struct json_object *doc;
	strava_status       status;

	if (out != NULL)
		*out = NULL;
	if (client == NULL || out == NULL)
		return sv_fail_argument(err, "client or out is NULL");
	status = sv_call_json(client, "/athlete", &doc, err);
	if (status != STRAVA_OK)
		return status;
	if ((box = calloc(1, sizeof(*box))) == NULL) {
		json_object_put(doc);
		return sv_fail_memory(err);
	}
	box->json = doc;
	if ((status = decode(box, err)) != STRAVA_OK) {
		strava_athlete_free(&box->athlete);
		return status;
	}
	*out = &box->athlete;
	return STRAVA_OK;
}

void
strava_athlete_free(strava_athlete *athlete)
{
	struct athlete_box *box = (struct athlete_box *)athlete;

	if (box == NULL)
		return;
	free(box->bikes.gear);
	free(box->bikes.items);
	free(box->shoes.gear);
	free(box->shoes.items);
	json_object_put(box->json);
	free(box);
}

const char *
strava_athlete_json(const strava_athlete *athlete)
{
	const struct athlete_box *box = (const struct athlete_box *)athlete;

	if (box == NULL)
		return NULL;
	return json_object_to_json_string_ext(
	    box->json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}
