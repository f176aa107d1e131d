/* SPDX-License-Identifier: MIT */
/*
 * From "Connect with Strava" to a token, by hand: open the URL that this
 * prints, consent, and paste the address at which the browser ends.
 *
 *	cc authorize.c $(pkg-config --cflags --libs libstrava)
 *	STRAVA_CLIENT_ID=... STRAVA_CLIENT_SECRET=... ./a.out
 *
 * STRAVA_OAUTH_BASE may name another server, such as strava-sandbox.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <unistd.h>

/* Copies a query parameter of `url`, cut to fit; "" when it is absent. */
static void
parameter(const char *url, const char *name, char *value, size_t size)
{
	size_t len = strlen(name);

	value[0] = '\0';
	for (url = strchr(url, '?'); url != NULL; url = strchr(url, '&')) {
		url++;
		if (strncmp(url, name, len) == 0 && url[len] == '=')
			snprintf(value, size, "%.*s",
			    (int)strcspn(url + len + 1, "&#\n"), url + len + 1);
	}
}

int
main(void)
{
	unsigned char    random[16];
	char             state[33], back[33], code[256], line[2048], *url;
	strava_client   *client;
	strava_token    *token;
	strava_error     error;
	strava_app       app = { .client_id = getenv("STRAVA_CLIENT_ID"),
		      .client_secret = getenv("STRAVA_CLIENT_SECRET") };
	strava_authorize ask = { .redirect_uri = "http://localhost/back",
		.scope = "read,activity:read" };

	if (getentropy(random, sizeof(random)) != 0)
		err(1, "getentropy");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(state + 2 * i, 3, "%02x", random[i]);
	ask.state = state;

	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_oauth_base(
		client, getenv("STRAVA_OAUTH_BASE"), &error) != STRAVA_OK ||
	    strava_oauth_authorize_url(client, &app, &ask, &url, &error) !=
		STRAVA_OK)
		errx(1, "%s", error.message);
	printf("Open %s\nPaste the address that the browser ends at:\n", url);
	strava_string_free(url);
	if (fflush(stdout) != 0 || fgets(line, sizeof(line), stdin) == NULL)
		errx(1, "no address");

	parameter(line, "state", back, sizeof(back));
	parameter(line, "code", code, sizeof(code));
	if (strcmp(back, state) != 0)
		errx(1, "that address is no answer to this request");
	if (code[0] == '\0')
		errx(1, "consent was refused");
	if (strava_oauth_exchange(client, &app, code, &token, &error) !=
	    STRAVA_OK)
		errx(1, "%s", error.message);
	printf("athlete %lld, scope %s, good for %lld minutes\n",
	    (long long)token->athlete_id,
	    token->scope != NULL ? token->scope : "unknown",
	    (long long)token->expires_in / 60);
	strava_token_free(token);
	strava_client_free(client);
	return 0;
}
