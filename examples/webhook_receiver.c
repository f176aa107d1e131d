/* SPDX-License-Identifier: MIT */
/*
 * Strava's webhooks as a CGI program: answers the handshake, and keeps each
 * event once, in the working folder, for others to work through.  VERIFY_TOKEN
 * is of letters and digits, so that nothing in the query is encoded.
 *
 *	cc webhook_receiver.c $(pkg-config --cflags --libs libstrava)
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

static char *
parameter(const char *name)
{
	const char *query = getenv("QUERY_STRING");

	if (query == NULL || (query = strstr(query, name)) == NULL)
		return NULL;
	query += strlen(name);
	return strndup(query, strcspn(query, "&"));
}

/* Keeps the event in a file named after its key, unless that is there. */
static void
keep(const strava_webhook_event *event, char *key)
{
	FILE *file;

	for (char *at = key; (at = strchr(at, '/')) != NULL;)
		*at = '.';
	if ((file = fopen(key, "wx")) == NULL && errno == EEXIST)
		return;
	if (file == NULL || fputs(strava_webhook_event_json(event), file) < 0 ||
	    fclose(file) != 0) {
		remove(key);
		err(1, "%s", key);
	}
}

int
main(void)
{
	const char *method = getenv("REQUEST_METHOD");
	char        body[STRAVA_WEBHOOK_BODY_MAX + 1];
	char        answer[STRAVA_WEBHOOK_ANSWER_SIZE] = "{}",
	     key[STRAVA_WEBHOOK_KEY_SIZE];
	strava_webhook_event *event;
	strava_status         status;

	if (method == NULL)
		errx(1, "no REQUEST_METHOD: this is for a web server to run");
	if (strcmp(method, "POST") == 0) {
		status = strava_webhook_event_parse(
		    body, fread(body, 1, sizeof(body), stdin), &event, NULL);
		if (status == STRAVA_OK)
			status = strava_webhook_event_key(event, key, NULL);
		if (status == STRAVA_OK)
			keep(event, key);
		strava_webhook_event_free(event);
	} else {
		strava_webhook_handshake hand = { parameter("hub.mode="),
			parameter("hub.challenge="),
			parameter("hub.verify_token="), { 0 } };

		status = strava_webhook_handshake_answer(
		    &hand, getenv("VERIFY_TOKEN"), answer, NULL);
	}
	if (status != STRAVA_OK)
		printf("Status: %d\r\n",
		    status == STRAVA_ERR_FORBIDDEN ? 403 : 400);
	printf("Content-Type: application/json\r\n\r\n%s\n", answer);
	return 0;
}
