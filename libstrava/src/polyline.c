/* SPDX-License-Identifier: MIT */

/*
 * Google's encoded polyline: each number is the difference to the one before,
 * times 10^5, the sign in the lowest bit, cut into groups of five bits, the
 * lowest first.  A byte is a group plus 32 if more follow, plus 63.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define GROUP_BITS 5
#define MORE 0x20U
#define OFFSET 63

/* 360 degrees need 27 bits; six groups hold 30. */
#define GROUPS_MAX 6

#define SCALE 100000
#define LAT_MAX 9000000
#define LNG_MAX 18000000

/* What was read of a text. */
struct line {
	strava_latlng *points; /* NULL when there are none */
	size_t         count;
	const char    *end;   /* behind the last point */
	const char    *fault; /* why that is not the end of the text, or NULL */
};

/*
 * How many numbers end before the first byte that the format does not know.
 * For each of them reading stops at such an end, so it needs no other bound.
 */
static size_t
count_numbers(const char *text)
{
	size_t        n = 0;
	unsigned char group;

	for (; (group = (unsigned char)(*text - OFFSET)) < 2 * MORE; text++)
		n += group < MORE;
	return n;
}

/* Adds the next number to *sum; NULL when it is longer than any can be. */
static inline const char *
add_number(const char *text, int32_t *sum)
{
	uint32_t value = 0, group;
	int      shift = 0;

	do {
		if (shift == GROUPS_MAX * GROUP_BITS)
			return NULL;
		group = (uint32_t)(unsigned char)*text++ - OFFSET;
		value |= (group & (MORE - 1)) << shift;
		shift += GROUP_BITS;
	} while (group >= MORE);
	*sum += (int32_t)(value >> 1) ^ -(int32_t)(value & 1);
	return text;
}

static bool
is_on_globe(int32_t lat, int32_t lng)
{
	return lat >= -LAT_MAX && lat <= LAT_MAX && lng >= -LNG_MAX &&
	       lng <= LNG_MAX;
}

/* Reads at most `count` points, which the text has. */
static void
read_points(const char *text, size_t count, struct line *line)
{
	strava_latlng *points = line->points;
	int32_t        lat = 0, lng = 0;
	const char    *next;
	size_t         i;

	for (i = 0; i < count; i++) {
		if ((next = add_number(text, &lat)) == NULL ||
		    (next = add_number(next, &lng)) == NULL ||
		    !is_on_globe(lat, lng))
			break;
		points[i].lat = (double)lat / SCALE;
		points[i].lng = (double)lng / SCALE;
		text = next;
	}
	if (i < count)
		line->fault = "the polyline leaves the globe";
	line->count = i;
	line->end = text;
}

/* False when out of memory. */
static bool
decode(const char *text, struct line *line)
{
	size_t whole = count_numbers(text) / 2;
	size_t count = whole < STRAVA_POLYLINE_POINTS_MAX
			   ? whole
			   : STRAVA_POLYLINE_POINTS_MAX;

	memset(line, 0, sizeof(*line));
	if (count > 0) {
		line->points = malloc(count * sizeof(*line->points));
		if (line->points == NULL)
			return false;
	}
	read_points(text, count, line);
	if (line->fault == NULL && *line->end != '\0')
		line->fault = count < whole
				  ? "the polyline has more than 100000 points"
				  : "the polyline is cut or has a byte that "
				    "does not belong there";
	if (line->count == 0) {
		free(line->points);
		line->points = NULL;
	}
	return true;
}

strava_status
strava_polyline_decode(const char *text, strava_latlng **points_out,
    size_t *count_out, strava_error *err)
{
	struct line line;

	if (points_out != NULL)
		*points_out = NULL;
	if (count_out != NULL)
		*count_out = 0;
	if (text == NULL || points_out == NULL || count_out == NULL)
		return sv_fail_argument(
		    err, "text, points_out or count_out is NULL");
	if (!decode(text, &line))
		return sv_fail_memory(err);
	if (line.fault != NULL) {
		free(line.points);
		return sv_fail(err, STRAVA_ERR_FORMAT, "%s", line.fault);
	}
	*points_out = line.points;
	*count_out = line.count;
	return STRAVA_OK;
}

strava_status
strava_polyline_decode_prefix(const char *text, strava_latlng **points_out,
    size_t *count_out, size_t *read_out, strava_error *err)
{
	struct line line;

	if (points_out != NULL)
		*points_out = NULL;
	if (count_out != NULL)
		*count_out = 0;
	if (read_out != NULL)
		*read_out = 0;
	if (text == NULL || points_out == NULL || count_out == NULL ||
	    read_out == NULL)
		return sv_fail_argument(
		    err, "text, points_out, count_out or read_out is NULL");
	if (!decode(text, &line))
		return sv_fail_memory(err);
	*points_out = line.points;
	*count_out = line.count;
	*read_out = (size_t)(line.end - text);
	return STRAVA_OK;
}

static bool
to_fixed(double degrees, double limit, int32_t *out)
{
	/* Written so that a NAN is refused too. */
	if (!(fabs(degrees) <= limit))
		return false;
	*out = (int32_t)lround(degrees * SCALE);
	return true;
}

static char *
put_number(char *at, int32_t number)
{
	uint32_t bits = (uint32_t)number << 1;

	if (number < 0)
		bits = ~bits;
	for (; bits >= MORE; bits >>= GROUP_BITS)
		*at++ = (char)((MORE | (bits & (MORE - 1))) + OFFSET);
	*at++ = (char)(bits + OFFSET);
	return at;
}

/* The end of what was written, or NULL when a point is not on the globe. */
static char *
put_points(char *at, const strava_latlng *points, size_t count)
{
	int32_t lat, lng, lat_before = 0, lng_before = 0;

	for (size_t i = 0; i < count; i++) {
		if (!to_fixed(points[i].lat, 90, &lat) ||
		    !to_fixed(points[i].lng, 180, &lng))
			return NULL;
		at = put_number(at, lat - lat_before);
		at = put_number(at, lng - lng_before);
		lat_before = lat;
		lng_before = lng;
	}
	return at;
}

strava_status
strava_polyline_encode(const strava_latlng *points, size_t count,
    char **text_out, strava_error *err)
{
	char *text, *end, *fitting;

	if (text_out != NULL)
		*text_out = NULL;
	if ((points == NULL && count > 0) || text_out == NULL)
		return sv_fail_argument(err, "points or text_out is NULL");
	if (count > STRAVA_POLYLINE_POINTS_MAX)
		return sv_fail_argument(
		    err, "a polyline holds at most 100000 points");
	if ((text = malloc(count * 2 * GROUPS_MAX + 1)) == NULL)
		return sv_fail_memory(err);
	if ((end = put_points(text, points, count)) == NULL) {
		free(text);
		return sv_fail_argument(err, "a point is not on the globe");
	}
	*end = '\0';
	fitting = realloc(text, (size_t)(end - text) + 1);
	*text_out = fitting != NULL ? fitting : text;
	return STRAVA_OK;
}

void
strava_polyline_free(strava_latlng *points)
{
	free(points);
}
