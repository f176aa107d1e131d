/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

static const struct member waypoint_members[] = {
	MEMBER(strava_waypoint, latlng, sv_put_opt_latlng, NULL, "latlng"),
	MEMBER(strava_waypoint, target_latlng, sv_put_opt_latlng, NULL,
	    "target_latlng"),
	MEMBER(strava_waypoint, title, put_string, NULL, "title"),
	MEMBER(strava_waypoint, description, put_string, NULL, "description"),
	MEMBER(strava_waypoint, distance_into_route_m, sv_put_opt_double, NULL,
	    "distance_into_route"),
};

static const struct nested waypoint_nested[] = {
	NESTED_TEXTS(strava_waypoint, categories, "categories"),
};

const struct model sv_waypoint_model =
    MODEL(strava_waypoint, "waypoint", waypoint_members, waypoint_nested);

#define IN(name, put, in, key) MEMBER(strava_route, name, put, in, key)
#define M(name, put, key) IN(name, put, NULL, key)
static const struct member members[] = {
	M(description, put_string, "description"),
	M(distance_m, put_double, "distance"),
	M(elevation_gain_m, put_double, "elevation_gain"),
	MEMBER_REQUIRED(strava_route, id, put_int64, NULL, "id"),
	M(id_str, put_string, "id_str"),
	IN(map_id, put_string, "map", "id"),
	IN(summary_polyline, put_string, "map", "summary_polyline"),
	IN(polyline, put_string, "map", "polyline"),
	IN(map_url, put_string, "map_urls", "url"),
	IN(map_retina_url, put_string, "map_urls", "retina_url"),
	IN(map_light_url, put_string, "map_urls", "light_url"),
	IN(map_dark_url, put_string, "map_urls", "dark_url"),
	M(name, put_string, "name"),
	M(is_private, sv_put_tri, "private"),
	M(resource_state, put_int64, "resource_state"),
	M(starred, sv_put_tri, "starred"),
	M(sub_type, put_int64, "sub_type"),
	M(created_at, put_time, "created_at"),
	M(updated_at, put_time, "updated_at"),
	M(timestamp, put_int64, "timestamp"),
	M(type, put_int64, "type"),
	M(estimated_moving_time_s, put_int64, "estimated_moving_time"),
};
#undef M
#undef IN

static const struct nested nested[] = {
	NESTED_OBJECT(strava_route, athlete, "athlete", sv_athlete_model),
	NESTED_LIST(strava_route, waypoints, "waypoints", sv_waypoint_model),
	NESTED_LIST(strava_route, segments, "segments", sv_segment_model),
};

const struct model sv_route_model =
    MODEL(strava_route, "route", members, nested);

strava_status
strava_route_get(
    strava_client *client, int64_t id, strava_route **out, strava_error *err)
{
	struct ask ask = { .endpoint = ROUTE_GET, .id = id };

	return sv_ask_model(client, &ask, &sv_route_model, out, err);
}

strava_status
strava_route_list_get(strava_client *client, int64_t athlete_id,
    const strava_page *page, strava_route_list **out, strava_error *err)
{
	struct ask ask = { .endpoint = ATHLETE_ROUTES, .id = athlete_id };

	return sv_ask_page(client, &ask, page, &sv_route_model, out, err);
}

strava_status
strava_route_gpx_get(
    strava_client *client, int64_t id, char **text_out, strava_error *err)
{
	struct ask ask = { .endpoint = ROUTE_GPX, .id = id };

	return sv_ask_text(client, &ask, text_out, err);
}

strava_status
strava_route_tcx_get(
    strava_client *client, int64_t id, char **text_out, strava_error *err)
{
	struct ask ask = { .endpoint = ROUTE_TCX, .id = id };

	return sv_ask_text(client, &ask, text_out, err);
}

strava_status
strava_route_parse(
    const char *text, size_t len, strava_route **out, strava_error *err)
{
	return sv_model_parse(text, len, &sv_route_model, out, err);
}

strava_status
strava_route_list_parse(
    const char *text, size_t len, strava_route_list **out, strava_error *err)
{
	return sv_list_parse(text, len, &sv_route_model, out, err);
}

void
strava_route_free(strava_route *route)
{
	model_free(route);
}

void
strava_route_list_free(strava_route_list *list)
{
	model_free(list);
}

const char *
strava_route_json(const strava_route *route)
{
	return model_json(route);
}

const char *
strava_route_list_json(const strava_route_list *list)
{
	return model_json(list);
}

const char *
strava_waypoint_json(const strava_waypoint *waypoint)
{
	return model_json(waypoint);
}
