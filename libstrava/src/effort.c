/* SPDX-License-Identifier: MIT */
#include "model.h"

static const struct member members[] = {
	MEMBER_REQUIRED(strava_effort, id, put_int64, NULL, "id"),
	MEMBER(strava_effort, name, put_string, NULL, "name"),
};

const struct model sv_effort_model =
    MODEL_FLAT(strava_effort, "effort", members);
