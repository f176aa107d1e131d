/* SPDX-License-Identifier: MIT */
#include "model.h"

#define M(name, put, key) MEMBER(strava_gear, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(strava_gear, id, put_string, NULL, "id"),
	M(name, put_string, "name"),
	M(distance_m, put_double, "distance"),
	M(primary, sv_put_tri, "primary"),
};
#undef M

const struct model sv_gear_model = MODEL_FLAT(strava_gear, "gear", members);
