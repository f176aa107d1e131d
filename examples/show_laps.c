/* SPDX-License-Identifier: MIT */
/*
 * The laps of an activity, in the units that its athlete prefers and as people
 * of that sport tell their speed.
 *
 *	cc show_laps.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out 12345678
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>

static void
print(const strava_lap *lap, strava_quantity speed, strava_unit_system system)
{
	strava_measure far = strava_units_convert(
	    STRAVA_QUANTITY_DISTANCE, lap->distance_m, system);
	strava_measure fast =
	    strava_units_convert(speed, lap->average_speed_mps, system);
	char time[STRAVA_DURATION_TEXT_SIZE], pace[STRAVA_DURATION_TEXT_SIZE];

	printf("%3lld  %7.2f %s  %8s  ", (long long)lap->lap_index, far.value,
	    far.unit, strava_duration_text(lap->moving_time_s, time));
	if (speed == STRAVA_QUANTITY_SPEED)
		printf("%5.1f %s\n", fast.value, fast.unit);
	else
		printf(
		    "%s %s\n", strava_pace_text(fast.value, pace), fast.unit);
}

int
main(int argc, char *argv[])
{
	strava_client     *client;
	strava_athlete    *athlete;
	strava_activity   *activity;
	strava_lap_list   *laps;
	strava_error       error;
	strava_unit_system system;
	int64_t            id;

	if (argc != 2 || (id = strtoll(argv[1], NULL, 10)) <= 0)
		errx(2, "usage: show_laps ACTIVITY");
	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK ||
	    strava_athlete_get(client, &athlete, &error) != STRAVA_OK ||
	    strava_activity_get(client, id, &activity, &error) != STRAVA_OK ||
	    strava_lap_list_get(client, id, &laps, &error) != STRAVA_OK)
		errx(1, "%s", error.message);

	system = strava_unit_system_of(athlete->measurement_preference);
	for (size_t i = 0; i < laps->count; i++)
		print(laps->items[i],
		    strava_units_of_speed(activity->sport_type), system);
	strava_lap_list_free(laps);
	strava_activity_free(activity);
	strava_athlete_free(athlete);
	strava_client_free(client);
	return 0;
}
