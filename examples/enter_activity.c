/* SPDX-License-Identifier: MIT */
/*
 * Enters an activity that ends now, without a recording, and takes it out of
 * the feeds of others.
 *
 *	cc enter_activity.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out "Evening yoga" Yoga 30
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <time.h>

/* The wall clock, in seconds as if it were UTC. */
static int64_t
local_now(void)
{
	time_t    now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		errx(1, "no local time");
	return timegm(&tm);
}

int
main(int argc, char *argv[])
{
	const strava_activity_changes changes = { .hide_from_home =
						      STRAVA_TRUE };
	strava_activity_draft         draft = { 0 };
	strava_client                *client;
	strava_activity              *created, *changed;
	strava_error                  error;

	if (argc != 4)
		errx(2, "usage: enter_activity NAME SPORT MINUTES");
	draft.name = argv[1];
	draft.sport_type = argv[2];
	draft.elapsed_time_s = strtoll(argv[3], NULL, 10) * 60;
	draft.start_time_local = local_now() - draft.elapsed_time_s;
	if (!strava_sport_known(draft.sport_type))
		warnx("%s is new to this library", draft.sport_type);

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	if (strava_activity_create(client, &draft, &created, &error) !=
	    STRAVA_OK)
		errx(1, "%s%s", error.message,
		    error.in_doubt ? "; look before you enter it again" : "");
	printf("activity %lld\n", (long long)created->id);
	if (strava_activity_update(
		client, created->id, &changes, &changed, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	printf("hidden from home: %s\n",
	    changed->hide_from_home == STRAVA_TRUE ? "yes" : "no");
	strava_activity_free(changed);
	strava_activity_free(created);
	strava_client_free(client);
	return 0;
}
