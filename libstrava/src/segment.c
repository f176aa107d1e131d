/* SPDX-License-Identifier: MIT */
#include "model.h"

static const struct member members[] = {
	MEMBER_REQUIRED(strava_segment, id, put_int64, NULL, "id"),
	MEMBER(strava_segment, name, put_string, NULL, "name"),
};

const struct model sv_segment_model =
    MODEL_FLAT(strava_segment, "segment", members);
