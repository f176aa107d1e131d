/* SPDX-License-Identifier: MIT */
/*
 * From a file (FIT, TCX or GPX, perhaps with .gz) to an activity.
 *
 *	cc upload.c $(pkg-config --cflags --libs libstrava)
 *	ACCESS_TOKEN=... ./a.out ride.fit
 *
 * The name of the file is its external id, so that it may be uploaded again:
 * Strava then names the activity.  STRAVA_API_BASE may name another server.
 */
#include <err.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

static char *
read_all(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(STRAVA_UPLOAD_MAX + 1);

	if (file == NULL || data == NULL)
		err(1, "%s", path);
	*len = fread(data, 1, STRAVA_UPLOAD_MAX + 1, file);
	fclose(file);
	return data;
}

/* What follows the first dot of the name: "fit", "gpx.gz". */
static const char *
type_of(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL ? dot + 1 : "";
}

int
main(int argc, char *argv[])
{
	strava_upload_file file = { 0 };
	char              *data;
	strava_client     *client;
	strava_upload     *upload;
	strava_error       error;
	int64_t            id;

	if (argc != 2)
		errx(2, "usage: upload file");
	file.file_name = basename(argv[1]);
	file.data_type = type_of(file.file_name);
	file.data = data = read_all(argv[1], &file.len);

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_client_set_access_token(
		client, getenv("ACCESS_TOKEN"), &error) != STRAVA_OK ||
	    strava_upload_create(client, &file, &upload, &error) != STRAVA_OK)
		errx(1, "%s%s", error.message,
		    error.in_doubt ? "; upload it again" : "");
	free(data);
	id = upload->id;
	strava_upload_free(upload);

	if (strava_upload_wait(client, id, 60000, &upload, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	if (upload->duplicate_of != 0)
		printf("activity %lld was there already\n",
		    (long long)upload->duplicate_of);
	else if (upload->state == STRAVA_UPLOAD_READY)
		printf("activity %lld\n", (long long)upload->activity_id);
	else
		errx(1, "%s", upload->error ? upload->error : upload->status);
	strava_upload_free(upload);
	strava_client_free(client);
	return 0;
}
