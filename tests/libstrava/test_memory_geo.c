/* SPDX-License-Identifier: MIT */

/* Lines and files made of them, without memory. */

#include <stdio.h>

#include "starve.h"

static const strava_latlng  line[] = { { 1, 1 }, { 2, 3 }, { 4, 4 } };
static const double         clock_s[] = { 0, 1, 2 };

static const strava_streams samples = {
	.count = 3, .time_s = clock_s, .latlng = line
};
static const strava_export_info  info = { .start_time = 1 };
static const strava_strength_set set = { .exercise_type = "PLANK" };
static const strava_strength     session = {
	    .start_time = 1, .elapsed_time_s = 1, .sets = &set, .set_count = 1
};

static strava_status
end_points(strava_status status, strava_latlng *points, size_t count)
{
	char text[64];

	for (size_t i = 0; status == STRAVA_OK && i < count; i++) {
		snprintf(text, sizeof(text), "%.6f %.6f", points[i].lat,
		    points[i].lng);
		starve_say(text);
	}
	strava_polyline_free(points);
	return status;
}

static strava_status
decode_line(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count;
	strava_status  status;

	(void)unused;
	status = strava_polyline_decode("_p~iF~ps|U", &points, &count, err);
	return end_points(status, points, count);
}

static strava_status
decode_prefix(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count, read;
	strava_status  status;

	(void)unused;
	status = strava_polyline_decode_prefix(
	    "_p~iF~ps|U_", &points, &count, &read, err);
	return end_points(status, points, count);
}

static strava_status
simplify_line(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count;
	strava_status  status;

	(void)unused;
	status = strava_geo_simplify(line, 3, 1, 0, &points, &count, err);
	return end_points(status, points, count);
}

static const struct starve_task decode = { decode_line,
	"strava_polyline_decode()", { NULL } };
static const struct starve_task decode_part = { decode_prefix,
	"strava_polyline_decode_prefix()", { NULL } };
static const struct starve_task simplify = { simplify_line,
	"strava_geo_simplify()", { NULL } };

STARVE_TEXT(encode, strava_polyline_encode(line, 3, &out, err), NULL);
STARVE_TEXT(write_gpx, strava_export_gpx(&samples, NULL, &out, err), NULL);
STARVE_TEXT(write_tcx, strava_export_tcx(&samples, &info, &out, err), NULL);
STARVE_TEXT(write_session, strava_strength_json(&session, &out, err), NULL);

const struct starve_task *const memory_geo[] = { &decode, &decode_part,
	&simplify, &encode, &write_gpx, &write_tcx, &write_session, NULL };
