/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "internal.h"

bool
sv_put_opt_double(struct json_object *value, void *at)
{
	strava_opt_double *opt = at;

	opt->set = put_double(value, &opt->value);
	return opt->set;
}

bool
sv_put_opt_int(struct json_object *value, void *at)
{
	strava_opt_int *opt = at;

	opt->set = put_int64(value, &opt->value);
	return opt->set;
}

bool
sv_put_tri(struct json_object *value, void *at)
{
	bool yes;

	if (!put_bool(value, &yes))
		return false;
	*(strava_tri *)at = yes ? STRAVA_TRUE : STRAVA_FALSE;
	return true;
}

bool
sv_put_latlng(struct json_object *value, strava_latlng *at)
{
	strava_latlng point;

	if (!json_object_is_type(value, json_type_array) ||
	    json_object_array_length(value) != 2 ||
	    !put_double(json_object_array_get_idx(value, 0), &point.lat) ||
	    !put_double(json_object_array_get_idx(value, 1), &point.lng) ||
	    fabs(point.lat) > 90 || fabs(point.lng) > 180)
		return false;
	*at = point;
	return true;
}

/* An activity without a place has "start_latlng": []. */
bool
sv_put_opt_latlng(struct json_object *value, void *at)
{
	strava_opt_latlng *opt = at;

	opt->set = sv_put_latlng(value, &opt->value);
	return opt->set;
}
