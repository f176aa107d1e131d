/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "endpoint.h"

#define ID_MAX 64

#define M(name, put, key) MEMBER(strava_gear, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_gear, id, put_string, NULL, "id"),
	M(primary, sv_put_tri, "primary"),
	M(name, put_string, "name"),
	M(nickname, put_string, "nickname"),
	M(resource_state, put_int64, "resource_state"),
	M(retired, sv_put_tri, "retired"),
	M(distance_m, put_double, "distance"),
	M(converted_distance, sv_put_opt_double, "converted_distance"),
	M(brand_name, put_string, "brand_name"),
	M(model_name, put_string, "model_name"),
	M(frame_type, sv_put_opt_int, "frame_type"),
	M(description, put_string, "description"),
	M(weight_kg, sv_put_opt_double, "weight"),
	M(notification_distance, sv_put_opt_double, "notification_distance"),
};
#undef M

const struct model sv_gear_model = MODEL_FLAT(strava_gear, "gear", members);

/* Letters and digits: nothing that would lead elsewhere in a path. */
static bool
is_id(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789";
	size_t            len = strspn(text, letters);

	return len > 0 && len <= ID_MAX && text[len] == '\0';
}

strava_status
strava_gear_get(
    strava_client *client, const char *id, strava_gear **out, strava_error *err)
{
	struct ask ask = { .endpoint = GEAR_GET, .name = id };

	if (out != NULL)
		*out = NULL;
	if (id == NULL || !is_id(id))
		return sv_fail_argument(err,
		    "the id of gear is not made of 1 to 64 letters and digits");
	return sv_ask_model(client, &ask, &sv_gear_model, out, err);
}

strava_status
strava_gear_parse(
    const char *text, size_t len, strava_gear **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_gear_model, out, err);
}

void
strava_gear_free(strava_gear *gear)
{
	model_free(gear);
}

const char *
strava_gear_json(const strava_gear *gear)
{
	return model_json(gear);
}
