/* SPDX-License-Identifier: MIT */
/*
 * Every activity of one athlete, newest first, page by page behind the scenes;
 * with two further pages on their way while the items of one are printed.
 *
 *	cc list_activities.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <time.h>

static void
print(const strava_activity *activity)
{
	/* The local start reads as the athlete's wall clock when taken as UTC. */
	time_t    start = (time_t)activity->start_time_local;
	struct tm tm;
	char      day[16] = "";

	if (start != 0 && gmtime_r(&start, &tm) != NULL)
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	printf("%-10s  %7.1f km  %4lld min  %s\n", day,
	    activity->distance_m / 1000,
	    (long long)activity->moving_time_s / 60,
	    activity->name != NULL ? activity->name : "");
}

int
main(void)
{
	strava_activity_query  query = { .read_ahead = 2 };
	strava_client         *client;
	strava_activity_each  *each;
	const strava_activity *activity;
	strava_error           error;
	strava_status          status;

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK ||
	    strava_activity_each_new(client, &query, &each, &error) !=
		STRAVA_OK)
		errx(1, "%s", error.message);

	while ((status = strava_activity_each_next(each, &activity, &error)) ==
		   STRAVA_OK &&
	       activity != NULL)
		print(activity);
	strava_activity_each_free(each);
	strava_client_free(client);
	if (status == STRAVA_ERR_RATE_LIMIT && error.retry_after_s >= 0)
		errx(1, "%s; go on in %lld s", error.message,
		    (long long)error.retry_after_s);
	if (status != STRAVA_OK)
		errx(1, "%s", error.message);
	return 0;
}
