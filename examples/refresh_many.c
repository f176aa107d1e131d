/* SPDX-License-Identifier: MIT */
/*
 * Refreshes the tokens of many athletes at once.  Reads a refresh token a line,
 * writes what each came to: the new refresh token, which replaces the old one.
 *
 *	cc refresh_many.c $(pkg-config --cflags --libs libstrava)
 *	STRAVA_CLIENT_ID=... STRAVA_CLIENT_SECRET=... ./a.out <tokens
 *
 * STRAVA_OAUTH_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

static void
add_lines(strava_batch *batch, const strava_app *app, FILE *file)
{
	strava_error error;
	char         line[1100];
	size_t       number = 0;

	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		number++;
		if (strava_batch_add_refresh(
			batch, app, line, (void *)number, &error) != STRAVA_OK)
			errx(1, "line %zu: %s", number, error.message);
	}
}

/* A real program stores the token here, before it does anything else. */
static void
print(const strava_batch_result *result)
{
	static const char *const outcomes[] = { "granted", "refused",
		"in doubt" };

	printf("line %zu: %s: %s\n", (size_t)result->tag,
	    outcomes[result->outcome],
	    result->token != NULL ? result->token->refresh_token
				  : result->error.message);
}

int
main(void)
{
	const strava_app     app = { .client_id = getenv("STRAVA_CLIENT_ID"),
		    .client_secret = getenv("STRAVA_CLIENT_SECRET") };
	strava_client       *client;
	strava_batch        *batch;
	strava_batch_result *result;
	strava_error         error;

	if (app.client_id == NULL || app.client_secret == NULL)
		errx(2, "set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET");
	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_oauth_base(
		client, getenv("STRAVA_OAUTH_BASE"), &error) != STRAVA_OK ||
	    strava_batch_new(client, NULL, &batch, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	add_lines(batch, &app, stdin);
	while (strava_batch_next(batch, -1, &result, &error) == STRAVA_OK &&
	       result != NULL) {
		print(result);
		strava_batch_result_free(result);
	}
	strava_batch_free(batch);
	strava_client_free(client);
	return 0;
}
