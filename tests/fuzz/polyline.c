/* SPDX-License-Identifier: MIT */

/*
 * A polyline there and back, and what is made of its points.  The first byte
 * chooses how the line is simplified.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "strava_error.h"

/* Of longer lines only the decoding is tried: the rest takes too long. */
#define COUNT_MAX 256

/* More than half of the way round the ellipsoid, in meters. */
#define FARTHEST_M 20040000.0

struct line {
	strava_latlng *points;
	size_t         count;
};

static bool
same(strava_latlng a, strava_latlng b)
{
	return a.lat == b.lat && a.lng == b.lng;
}

/* The shortest text for the points: one of the same length is the same. */
static void
check_encoding(const char *text, const struct line *line)
{
	struct line again;
	char       *encoded;

	MUST(strava_polyline_encode(
		 line->points, line->count, &encoded, NULL) == STRAVA_OK);
	MUST(strlen(encoded) <= strlen(text));
	if (strlen(encoded) == strlen(text))
		MUST(strcmp(encoded, text) == 0);
	MUST(strava_polyline_decode(
		 encoded, &again.points, &again.count, NULL) == STRAVA_OK);
	MUST(again.count == line->count);
	for (size_t i = 0; i < line->count; i++)
		MUST(same(again.points[i], line->points[i]));
	strava_polyline_free(again.points);
	strava_string_free(encoded);
}

static bool
is_between(double west, double lng, double east)
{
	return west <= east ? west <= lng && lng <= east
			    : lng >= west || lng <= east;
}

/* The empty line has no box. */
static void
check_bounds(const struct line *line)
{
	strava_bounds box;
	strava_status status =
	    strava_geo_bounds(line->points, line->count, &box, NULL);

	MUST((status == STRAVA_OK) == (line->count > 0));
	for (size_t i = 0; i < line->count; i++) {
		strava_latlng p = line->points[i];

		MUST(box.south <= p.lat && p.lat <= box.north);
		/* 180 east is 180 west. */
		MUST(is_between(box.west, p.lng, box.east) ||
		     (fabs(p.lng) == 180 &&
			 is_between(box.west, -p.lng, box.east)));
	}
}

static void
check_lengths(const struct line *line)
{
	double length = strava_geo_length_m(line->points, line->count);
	double sum = 0, leg;

	for (size_t i = 1; i < line->count; i++) {
		leg =
		    strava_geo_distance_m(line->points[i - 1], line->points[i]);
		MUST(leg >= 0 && leg <= FARTHEST_M);
		sum += leg;
	}
	MUST(fabs(length - sum) <= 1e-6 * sum);
}

/* The simpler line is points of the other one, in order, with its ends. */
static void
check_simpler(const struct line *line, const struct line *simple, size_t max)
{
	size_t at = 0;

	MUST((simple->points != NULL) == (line->count > 0));
	MUST(simple->count <= line->count);
	MUST(max == 0 || simple->count <= max);
	for (size_t i = 0; i < simple->count; i++, at++) {
		while (at < line->count &&
		       !same(line->points[at], simple->points[i]))
			at++;
		MUST(at < line->count);
	}
	if (line->count == 0)
		return;
	MUST(same(simple->points[0], line->points[0]));
	MUST(same(
	    simple->points[simple->count - 1], line->points[line->count - 1]));
}

static void
simplify(const struct line *line, uint8_t how)
{
	static const double tolerances_m[] = { 0, 1, 10, 1000, 1e6, 1e8 };
	static const size_t maxima[] = { 0, 2, 3, 10 };
	size_t              max = maxima[how % 4];
	struct line         simple;

	MUST(strava_geo_simplify(line->points, line->count,
		 tolerances_m[how / 4 % 6], max, &simple.points, &simple.count,
		 NULL) == STRAVA_OK);
	check_simpler(line, &simple, max);
	strava_polyline_free(simple.points);
}

static void
find_nearest(const struct line *line)
{
	strava_nearest nearest;

	for (size_t i = 0; i < line->count; i += line->count / 4 + 1) {
		MUST(strava_geo_nearest(line->points, line->count,
			 line->points[i], &nearest, NULL) == STRAVA_OK);
		MUST(nearest.distance_m >= 0 && nearest.distance_m < 1);
		MUST(nearest.leg < line->count);
		MUST(nearest.fraction >= 0 && nearest.fraction <= 1);
	}
}

/* True when the whole text is a polyline, which is then *line. */
static bool
decode(const char *text, struct line *line)
{
	struct line   prefix;
	size_t        read;
	strava_error  err;
	strava_status status;

	MUST(strava_polyline_decode_prefix(text, &prefix.points, &prefix.count,
		 &read, NULL) == STRAVA_OK);
	MUST(read <= strlen(text));
	status =
	    strava_polyline_decode(text, &line->points, &line->count, &err);
	MUST((status == STRAVA_OK) == (text[read] == '\0'));
	if (status == STRAVA_OK)
		MUST(line->count == prefix.count);
	else
		fuzz_check_error(status, &err);
	strava_polyline_free(prefix.points);
	return status == STRAVA_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line line;
	char       *text;

	if (size == 0)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (decode(text, &line)) {
		check_encoding(text, &line);
		if (line.count <= COUNT_MAX) {
			check_bounds(&line);
			check_lengths(&line);
			simplify(&line, data[0]);
			find_nearest(&line);
		}
		strava_polyline_free(line.points);
	}
	free(text);
	return 0;
}
