/* SPDX-License-Identifier: MIT */

/*
 * How fast polylines are read and written, against a loop that only adds up the
 * bytes of the same text: medians, and what part of its speed a step has.
 */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "rounds.h"

#define POINTS 20000
#define ROUNDS 301
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct line {
	strava_latlng points[POINTS];
	char         *text;
	size_t        len;
};

static unsigned long sum; /* so that no step is left out */

static bool
add_bytes(const struct line *line)
{
	for (size_t i = 0; i < line->len; i++)
		sum += (unsigned char)line->text[i];
	return true;
}

static bool
decode(const struct line *line)
{
	strava_latlng *points;
	size_t         count;

	if (strava_polyline_decode(line->text, &points, &count, NULL) !=
	    STRAVA_OK)
		return false;
	sum += count;
	strava_polyline_free(points);
	return true;
}

static bool
encode(const struct line *line)
{
	char *text;

	if (strava_polyline_encode(line->points, POINTS, &text, NULL) !=
	    STRAVA_OK)
		return false;
	sum += (unsigned char)text[0];
	strava_string_free(text);
	return true;
}

static const struct step {
	const char *name;
	bool (*run)(const struct line *line);
} steps[] = {
	{ "sum of the bytes", add_bytes },
	{ "strava_polyline_decode", decode },
	{ "strava_polyline_encode", encode },
};

/* A ride that bends, with so many metres between two points. */
static bool
lay(struct line *line, double step_m)
{
	double   lat = 47, lng = 8, course = 0;
	uint32_t random = 1;

	for (size_t i = 0; i < POINTS; i++) {
		random = random * 1664525U + 1013904223U;
		course += ((random >> 16) / 65536.0 - 0.5) * 0.4;
		random = random * 1664525U + 1013904223U;
		lat += cos(course) * step_m / 111000 *
		       (0.5 + (random >> 16) / 65536.0);
		lng += sin(course) * step_m / 76000 *
		       (0.5 + (random >> 16) / 65536.0);
		line->points[i].lat = remainder(lat, 80);
		line->points[i].lng = remainder(lng, 160);
	}
	if (strava_polyline_encode(line->points, POINTS, &line->text, NULL) !=
	    STRAVA_OK)
		return false;
	line->len = strlen(line->text);
	return true;
}

static bool
measure(const struct line *line, double us[COUNT(steps)][ROUNDS])
{
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < COUNT(steps); i++) {
			double start = rounds_now_us();

			if (!steps[i].run(line))
				return false;
			us[i][round] = rounds_now_us() - start;
		}
	}
	return true;
}

static void
report(const struct line *line, double us[COUNT(steps)][ROUNDS])
{
	double median, first = 0;

	printf("%d points, %.2f bytes a number, medians of %d rounds\n", POINTS,
	    (double)line->len / POINTS / 2, ROUNDS);
	for (size_t i = 0; i < COUNT(steps); i++) {
		median = rounds_median(us[i], ROUNDS);
		if (i == 0)
			first = median;
		printf("%-24s %6.0f MB/s %6.2f\n", steps[i].name,
		    (double)line->len / median, first / median);
	}
}

int
main(void)
{
	static const double steps_m[] = { 7, 60, 900 };
	static struct line  line;
	static double       us[COUNT(steps)][ROUNDS];

	for (size_t i = 0; i < COUNT(steps_m); i++) {
		if (!lay(&line, steps_m[i]) || !measure(&line, us)) {
			fprintf(stderr, "polyline: out of memory\n");
			return 1;
		}
		report(&line, us);
		strava_string_free(line.text);
	}
	return sum == 0;
}
