/* SPDX-License-Identifier: MIT */
/*
 * A polyline with fewer points, none of which left out was more than some
 * metres off, and how long both are.
 *
 *	cc simplify_route.c $(pkg-config --cflags --libs libstrava)
 *	./a.out 10 '_p~iF~ps|U_ulLnnqC_mqNvxq`@'
 *
 * Without a polyline among the arguments it reads one from standard input.
 * What is left of one that was cut is used.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

static const char *
read_line(void)
{
	static char text[1 << 20];

	if (fgets(text, sizeof(text), stdin) == NULL)
		errx(1, "no polyline on standard input");
	text[strcspn(text, "\r\n")] = '\0';
	return text;
}

int
main(int argc, char *argv[])
{
	strava_latlng *points, *fewer;
	strava_error   error;
	const char    *text;
	char          *shorter;
	size_t         count, fewer_count, used;
	double         tolerance_m;

	if (argc < 2 || argc > 3)
		errx(1, "usage: simplify_route METRES [POLYLINE]");
	tolerance_m = strtod(argv[1], NULL);
	text = argc == 3 ? argv[2] : read_line();
	if (strava_polyline_decode_prefix(
		text, &points, &count, &used, &error) != STRAVA_OK ||
	    strava_geo_simplify(points, count, tolerance_m, 0, &fewer,
		&fewer_count, &error) != STRAVA_OK ||
	    strava_polyline_encode(fewer, fewer_count, &shorter, &error) !=
		STRAVA_OK)
		errx(1, "%s", error.message);

	if (text[used] != '\0')
		warnx("the polyline ends at byte %zu", used);
	puts(shorter);
	printf("%zu points, %.0f m; before %zu points, %.0f m\n", fewer_count,
	    strava_geo_length_m(fewer, fewer_count), count,
	    strava_geo_length_m(points, count));
	strava_string_free(shorter);
	strava_polyline_free(fewer);
	strava_polyline_free(points);
	return 0;
}
