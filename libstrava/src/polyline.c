/* SPDX-License-Identifier: MIT */

/*
 * Google's encoded polyline: each number is the difference to the one before,
 * times 10^5, the sign in the lowest bit, cut into groups of five bits, the
 * lowest first.  A byte is a group plus 32 if more follow, plus 63.
 */

#include <stdlib.h>

#include "internal.h"

#define POINTS_MAX 100000

#define GROUP_BITS 5
#define MORE 0x20
#define OFFSET 63

/* 360 degrees need 27 bits. */
#define GROUPS_MAX 6

#define SCALE 100000
#define LAT_MAX 9000000
#define LNG_MAX 18000000

/* How many numbers the text holds. */
static size_t
count_numbers(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += (unsigned char)*text < OFFSET + MORE;
	return n;
}

/* Adds the next number to *sum; NULL when there is none. */
static const char *
add_number(const char *text, int64_t *sum)
{
	uint32_t value = 0, group;

	for (int i = 0; i < GROUPS_MAX; i++) {
		unsigned char c = (unsigned char)*text++;

		if (c < OFFSET || c >= OFFSET + 2 * MORE)
			return NULL;
		group = (uint32_t)c - OFFSET;
		value |= (group & (MORE - 1)) << (i * GROUP_BITS);
		if (group < MORE) {
			*sum += (value & 1) != 0 ? -1 - (int64_t)(value >> 1)
						 : (int64_t)(value >> 1);
			return text;
		}
	}
	return NULL;
}

/* What is wrong with the text, or NULL. */
static const char *
decode(const char *text, strava_latlng *points, size_t count)
{
	int64_t lat = 0, lng = 0;

	for (size_t i = 0; i < count; i++) {
		if ((text = add_number(text, &lat)) == NULL ||
		    (text = add_number(text, &lng)) == NULL)
			return "the polyline is cut or has a byte that does "
			       "not belong there";
		points[i].lat = (double)lat / SCALE;
		points[i].lng = (double)lng / SCALE;
		if (lat < -LAT_MAX || lat > LAT_MAX || lng < -LNG_MAX ||
		    lng > LNG_MAX)
			return "the polyline leaves the globe";
	}
	return *text == '\0' ? NULL : "the polyline is cut";
}

strava_status
strava_polyline_decode(const char *text, strava_latlng **points_out,
    size_t *count_out, strava_error *err)
{
	strava_latlng *points;
	const char    *fault;
	size_t         count;

	if (points_out != NULL)
		*points_out = NULL;
	if (text == NULL || points_out == NULL || count_out == NULL)
		return sv_fail_argument(
		    err, "text, points_out or count_out is NULL");
	*count_out = 0;
	if (*text == '\0')
		return STRAVA_OK;
	count = count_numbers(text) / 2;
	if (count > POINTS_MAX)
		return sv_fail(err, STRAVA_ERR_FORMAT,
		    "the polyline has more than %d points", POINTS_MAX);
	if ((points = calloc(count + 1, sizeof(*points))) == NULL)
		return sv_fail_memory(err);
	if ((fault = decode(text, points, count)) != NULL) {
		free(points);
		return sv_fail(err, STRAVA_ERR_FORMAT, "%s", fault);
	}
	*points_out = points;
	*count_out = count;
	return STRAVA_OK;
}

void
strava_polyline_free(strava_latlng *points)
{
	free(points);
}
