/* SPDX-License-Identifier: MIT */
/*
 * Subscribes an application to Strava's events, instead of what it subscribed
 * before, and answers the handshake: ADDRESS, an URL, leads to the port here.
 *
 *	cc webhook_subscribe.c $(pkg-config --cflags --libs libstrava)
 *	STRAVA_CLIENT_ID=... STRAVA_CLIENT_SECRET=... ./a.out 8080 ADDRESS
 *
 * STRAVA_API_BASE may name another server, such as strava-sandbox.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <unistd.h>

#define TOKEN "a1b2c3" /* a real one is random, and secret */

/* Echoes, in a process of its own, the challenge of whoever knows the token. */
static void
answer_handshake(uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	char               text[4096] = "", *challenge;
	int on = 1, peer, listener = socket(AF_INET, SOCK_STREAM, 0);

	here.sin_port = htons(port);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(listener, 1) != 0)
		err(1, "port %d", port);
	if (fork() != 0)
		return;
	alarm(30); /* nobody waits for this process */
	if ((peer = accept(listener, NULL, NULL)) < 0 ||
	    read(peer, text, sizeof(text) - 1) < 0 ||
	    strstr(text, "hub.verify_token=" TOKEN) == NULL ||
	    (challenge = strstr(text, "hub.challenge=")) == NULL)
		errx(1, "that was no handshake");
	dprintf(peer,
	    "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n"
	    "\r\n{\"hub.challenge\":\"%s\"}",
	    strtok(challenge + strlen("hub.challenge="), "& "));
	_exit(0);
}

int
main(int argc, char *argv[])
{
	strava_app           app = { .client_id = getenv("STRAVA_CLIENT_ID"),
			  .client_secret = getenv("STRAVA_CLIENT_SECRET") };
	strava_client       *client;
	strava_subscription *subscription;
	strava_subscription_list *list;
	strava_error              error;

	if (argc != 3)
		errx(2, "usage: webhook_subscribe port address");
	if (strava_client_new(&client, &error) != STRAVA_OK ||
	    strava_client_set_api_base(
		client, getenv("STRAVA_API_BASE"), &error) != STRAVA_OK ||
	    strava_subscription_list_get(client, &app, &list, &error) !=
		STRAVA_OK)
		errx(1, "%s", error.message);
	for (size_t i = 0; i < list->count; i++)
		if (strava_subscription_delete(
			client, &app, list->items[i]->id, &error) != STRAVA_OK)
			errx(1, "%s", error.message);
	strava_subscription_list_free(list);
	answer_handshake((uint16_t)strtol(argv[1], NULL, 10));
	if (strava_subscription_create(client, &app, argv[2], TOKEN,
		&subscription, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	printf("subscription %lld\n", (long long)subscription->id);
	strava_subscription_free(subscription);
	strava_client_free(client);
	return 0;
}
