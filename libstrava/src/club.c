/* SPDX-License-Identifier: MIT */
#include "model.h"

static const struct member members[] = {
	MEMBER_REQUIRED(strava_club, id, put_int64, NULL, "id"),
	MEMBER(strava_club, name, put_string, NULL, "name"),
};

const struct model sv_club_model = MODEL_FLAT(strava_club, "club", members);
