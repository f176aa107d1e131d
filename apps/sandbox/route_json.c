/* SPDX-License-Identifier: MIT */
#include "route.h"

#include <inttypes.h>
#include <stdio.h>

#include "athlete_json.h"
#include "effort.h"
#include "polyline.h"
#include "segment_json.h"

static void
emit_map(struct emit *e, const struct route_plan *route, bool detail)
{
	char id[32];

	snprintf(id, sizeof(id), "r%" PRId64, route->id);
	emit_object(e, "map");
	emit_text(e, "id", id);
	polyline_emit(e, "summary_polyline", &route->track, POLYLINE_SHORT);
	if (detail)
		polyline_emit(e, "polyline", &route->track, 1);
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_end(e);
	emit_object(e, "map_urls");
	emit_text(e, "url", "https://photos.example/map.png");
	emit_text(e, "retina_url", "https://photos.example/map@2x.png");
	emit_end(e);
}

/* Those of the place on which the athlete's own activities pass. */
static void
emit_segments(struct emit *e, uint64_t seed, const struct route_plan *route)
{
	struct segment segment;
	size_t         i, number;

	emit_array(e, "segments");
	for (i = 0; i < EFFORTS; i++) {
		if (!effort_segment(route->person, route->run ? "Run" : "Ride",
			i, &number) ||
		    !segment_make(seed, number, &segment)) {
			e->out->failed = true;
			return;
		}
		segment_emit(e, NULL, &segment, NULL);
		segment_free(&segment);
	}
	emit_end(e);
}

static void
emit_waypoint(struct emit *e, const struct sample *at, const char *title)
{
	emit_object(e, NULL);
	emit_latlng(e, "latlng", at->lat, at->lng);
	if (title != NULL)
		emit_latlng(e, "target_latlng", at->lat + 1e-4, at->lng);
	else
		emit_null(e, "target_latlng");
	emit_array(e, "categories");
	if (title != NULL)
		emit_text(e, NULL, "Food");
	emit_end(e);
	emit_text(e, "title", title);
	emit_text(e, "description", title != NULL ? "Open till six." : NULL);
	emit_fixed(e, "distance_into_route", at->distance_m, 1);
	emit_end(e);
}

/* Mostly none, now and then not even an empty list. */
static void
emit_waypoints(struct emit *e, const struct route_plan *route)
{
	const struct sample *s = route->track.samples;

	if (route->number % 4 == 1)
		return;
	emit_array(e, "waypoints");
	if (route->number % 4 == 2) {
		emit_waypoint(
		    e, &s[route->track.count / 3], "Café \"Zur Post\"");
		emit_waypoint(e, &s[route->track.count / 2], NULL);
	}
	emit_end(e);
}

void
route_emit(
    struct emit *e, uint64_t seed, const struct route_plan *route, bool detail)
{
	const struct track *t = &route->track;
	char                id[24];

	snprintf(id, sizeof(id), "%" PRId64, route->id);
	emit_object(e, NULL);
	athlete_emit(e, "athlete", route->person);
	emit_text(e, "description", route->description);
	emit_fixed(e, "distance", t->distance_m, 12);
	emit_fixed(e, "elevation_gain", t->gain_m, 12);
	emit_int(e, "id", route->id);
	emit_text(e, "id_str", id);
	emit_map(e, route, detail);
	emit_text(e, "name", route->name);
	emit_bool(e, "private", route->is_private);
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_bool(e, "starred", route->number % 6 == 0);
	emit_int(e, "sub_type", route->sub_type);
	emit_utc(e, "created_at", route->created_at);
	emit_utc(e, "updated_at", route->created_at + 3600);
	emit_int(e, "timestamp", route->created_at);
	emit_int(e, "type", route->run ? 2 : 1);
	emit_int(e, "estimated_moving_time", t->moving_s);
	if (detail) {
		emit_waypoints(e, route);
		emit_segments(e, seed, route);
	}
	emit_end(e);
}
