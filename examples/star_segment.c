/* SPDX-License-Identifier: MIT */
/*
 * Stars a segment, if one is named, and lists all that the athlete starred.
 *
 *	cc star_segment.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out [SEGMENT]
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>

static void
print(const strava_segment *segment)
{
	printf("%-12lld %6.2f km  %5.1f %%  ", (long long)segment->id,
	    segment->distance_m / 1000, segment->average_grade_percent.value);
	if (segment->pr_time_s.set)
		printf("best %lld s  ", (long long)segment->pr_time_s.value);
	puts(segment->name != NULL ? segment->name : "");
}

int
main(int argc, char *argv[])
{
	strava_page          page = { .page = 1, .per_page = 200 };
	strava_client       *client;
	strava_segment      *segment;
	strava_segment_list *list;
	strava_error         error;
	size_t               found;

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	if (argc > 1) {
		if (strava_segment_star(client, strtoll(argv[1], NULL, 10),
			true, &segment, &error) != STRAVA_OK)
			errx(1, "%s", error.message);
		strava_segment_free(segment);
	}

	/* A page may be short: only the empty one is the last. */
	do {
		if (strava_segment_starred_get(client, &page, &list, &error) !=
		    STRAVA_OK)
			errx(1, "%s", error.message);
		for (size_t i = 0; i < list->count; i++)
			print(list->items[i]);
		found = list->count + list->skipped;
		strava_segment_list_free(list);
		page.page++;
	} while (found > 0);
	strava_client_free(client);
	return 0;
}
