/* SPDX-License-Identifier: MIT */
/*
 * A session of strength training, set by set, as an activity.
 *
 *	cc log_strength.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out BARBELL_BENCH_PRESS:8:60 PUSH_UP:20
 *
 * A set is EXERCISE:REPETITIONS[:KG].  STRAVA_API_BASE may name another server,
 * such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <time.h>

#define SETS_MAX 100

static strava_strength_set
read_set(char *text)
{
	strava_strength_set set = { .exercise_type = text };
	char               *at = strchr(text, ':');

	if (at == NULL)
		errx(2, "%s has no repetitions", text);
	*at = '\0';
	set.repetitions = (strava_opt_int){ true, strtoll(at + 1, &at, 10) };
	if (*at == ':')
		set.weight_kg =
		    (strava_opt_double){ true, strtod(at + 1, &at) };
	if (*at != '\0')
		errx(2, "\"%s\" behind a set", at);
	return set;
}

int
main(int argc, char *argv[])
{
	strava_strength_set sets[SETS_MAX];
	strava_strength     session = { .start_time = time(NULL) - 1800,
		    .elapsed_time_s = 1800,
		    .sets = sets,
		    .set_count = (size_t)argc - 1 };
	strava_upload_file  file = { .data_type = "json",
		 .sport_type = "WeightTraining" };
	strava_client      *client;
	strava_upload      *upload;
	strava_error        error;
	char               *text;
	int64_t             id;

	if (argc < 2 || argc > SETS_MAX)
		errx(2, "usage: log_strength EXERCISE:REPETITIONS[:KG] ...");
	for (int i = 1; i < argc; i++)
		sets[i - 1] = read_set(argv[i]);
	if (strava_strength_json(&session, &text, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	file.data = text;
	file.len = strlen(text);
	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK ||
	    strava_upload_create(client, &file, &upload, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	strava_string_free(text);
	id = upload->id;
	strava_upload_free(upload);
	if (strava_upload_wait(client, id, 60000, &upload, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	if (upload->state != STRAVA_UPLOAD_READY)
		errx(1, "%s", upload->error ? upload->error : upload->status);
	printf("activity %lld\n", (long long)upload->activity_id);
	strava_upload_free(upload);
	strava_client_free(client);
	return 0;
}
