/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

/* The upper end of a zone; below 0 stands for none. */
static bool
put_end(struct json_object *value, void *at)
{
	double end;

	return put_double(value, &end) && end >= 0 &&
	       sv_put_opt_double(value, at);
}

static const struct member members[] = {
	MEMBER(strava_zone, min, put_double, NULL, "min"),
	MEMBER(strava_zone, max, put_end, NULL, "max"),
};

const struct model sv_zone_model = MODEL_FLAT(strava_zone, "zone", members);

static const struct member zones_members[] = {
	MEMBER(strava_zones, custom_heartrate, sv_put_tri, "heart_rate",
	    "custom_zones"),
};

static const struct nested zones_nested[] = {
	NESTED(strava_zones, heartrate, "heart_rate", "zones", IN_LIST,
	    &sv_zone_model),
	NESTED(strava_zones, power, "power", "zones", IN_LIST, &sv_zone_model),
};

const struct model sv_zones_model =
    MODEL(strava_zones, "set of zones", zones_members, zones_nested);

static const struct member bucket_members[] = {
	MEMBER(strava_zone_bucket, min, put_double, NULL, "min"),
	MEMBER(strava_zone_bucket, max, put_end, NULL, "max"),
	MEMBER(strava_zone_bucket, time_s, put_int64, NULL, "time"),
};

const struct model sv_zone_bucket_model =
    MODEL_FLAT(strava_zone_bucket, "zone", bucket_members);

#define M(name, put, key) MEMBER(strava_activity_zone, name, put, NULL, key)
static const struct member activity_members[] = {
	M(score, sv_put_opt_double, "score"),
	MEMBER_REQUIRED(strava_activity_zone, type, put_string, NULL, "type"),
	M(resource_state, put_int64, "resource_state"),
	M(sensor_based, sv_put_tri, "sensor_based"),
	M(points, sv_put_opt_int, "points"),
	M(custom_zones, sv_put_tri, "custom_zones"),
	M(max, sv_put_opt_int, "max"),
};
#undef M

static const struct nested activity_nested[] = {
	NESTED_LIST(strava_activity_zone, buckets, "distribution_buckets",
	    sv_zone_bucket_model),
};

const struct model sv_activity_zone_model = MODEL(strava_activity_zone,
    "zone of an activity", activity_members, activity_nested);

strava_status
strava_zones_get(strava_client *client, strava_zones **out, strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_ZONES };

	return sv_ask_model(client, &ask, &sv_zones_model, out, err);
}

strava_status
strava_zones_parse(
    const char *text, size_t len, strava_zones **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_zones_model, out, err);
}

void
strava_zones_free(strava_zones *zones)
{
	model_free(zones);
}

const char *
strava_zones_json(const strava_zones *zones)
{
	return model_json(zones);
}

const char *
strava_zone_json(const strava_zone *zone)
{
	return model_json(zone);
}

strava_status
strava_activity_zone_list_get(strava_client *client, int64_t activity_id,
    strava_activity_zone_list **out, strava_error *err)
{
	struct ask ask = { .endpoint = ACTIVITY_ZONES, .id = activity_id };

	return sv_ask_list(client, &ask, &sv_activity_zone_model, out, err);
}

strava_status
strava_activity_zone_list_parse(const char *text, size_t len,
    strava_activity_zone_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_activity_zone_model, out, err);
}

void
strava_activity_zone_list_free(strava_activity_zone_list *list)
{
	model_free(list);
}

const char *
strava_activity_zone_list_json(const strava_activity_zone_list *list)
{
	return model_json(list);
}

const char *
strava_activity_zone_json(const strava_activity_zone *zone)
{
	return model_json(zone);
}

const char *
strava_zone_bucket_json(const strava_zone_bucket *bucket)
{
	return model_json(bucket);
}
