/* SPDX-License-Identifier: MIT */
/*
 * One activity as a GPX file on standard output; as TCX when it has no route.
 *
 *	cc export_gpx.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out 12345678 >ride.gpx
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>

static strava_status
to_text(const strava_activity *activity, const strava_streams *streams,
    char **text, strava_error *error)
{
	strava_export_info info = {
		.name = activity->name,
		.sport_type = activity->sport_type,
		.start_time = activity->start_time,
		.creator = activity->device_name,
		.calories_kcal = activity->calories_kcal.value,
	};

	if (streams->latlng == NULL)
		return strava_export_tcx(streams, &info, text, error);
	return strava_export_gpx(streams, &info, text, error);
}

int
main(int argc, char *argv[])
{
	strava_client   *client;
	strava_activity *activity;
	strava_streams  *streams;
	strava_error     error;
	char            *text;
	int64_t          id;

	if (argc != 2 || (id = strtoll(argv[1], NULL, 10)) <= 0)
		errx(1, "usage: export_gpx ACTIVITY-ID");
	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK ||
	    strava_activity_get(client, id, &activity, &error) != STRAVA_OK ||
	    strava_activity_streams_get(client, id, NULL, &streams, &error) !=
		STRAVA_OK ||
	    to_text(activity, streams, &text, &error) != STRAVA_OK)
		errx(1, "%s", error.message);

	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		err(1, "standard output");
	strava_string_free(text);
	strava_streams_free(streams);
	strava_activity_free(activity);
	strava_client_free(client);
	return 0;
}
