/* SPDX-License-Identifier: MIT */
#include "guests.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

void
guests_start(struct guests *guests, struct oracle *oracle, struct lot *lot)
{
	*guests = (struct guests){ .oracle = oracle, .lot = lot };
	for (int i = 0; i < VISITORS; i++) {
		visitor_start(&guests->guests[i].visitor, "");
		guests->guests[i].athlete = -1;
	}
}

void
guests_end(struct guests *guests)
{
	for (int i = 0; i < VISITORS; i++)
		visitor_end(&guests->guests[i].visitor);
}

/* One that cannot be refreshed, if a few looks find any; else any. */
static int
choose_athlete(struct guests *guests)
{
	int athlete = 0;

	for (int i = 0; i < 12; i++) {
		athlete =
		    (int)lot_draw(guests->lot, guests->oracle->enrolled.count);
		if (oracle_state(guests->oracle, athlete) != TOKENSTORE_ACTIVE)
			break;
	}
	return athlete;
}

static void
forget_guest(struct guests *guests, struct guest *guest)
{
	char base[64];

	visitor_end(&guest->visitor);
	snprintf(base, sizeof(base), "http://127.0.0.1:%d",
	    guests->oracle->crew->hands[WEB].port);
	visitor_start(&guest->visitor, base);
	guest->athlete = -1;
}

/* The athlete says yes on Strava's page, which no fault hits.  False when the
 * way there was cut; else *path is where Strava sends the browser back. */
static bool
consent(struct guests *guests, struct guest *guest, int athlete, char *path,
    size_t size)
{
	struct visitor strava;
	const char    *location;
	char           url[2048], form[128];
	bool           ok;

	if (visitor_try(&guest->visitor, "GET", "/login", NULL, NULL) != 303)
		return false;
	location = visitor_header(&guest->visitor, "Location");
	location = strstr(location, "/oauth/");
	assert_non_null(location);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
	    guests->oracle->world->sandbox_port, location);
	snprintf(form, sizeof(form), "athlete=%s&decision=authorize",
	    oracle_subject(guests->oracle, athlete));
	visitor_start(&strava, guest->visitor.base);
	ok = visitor_post(&strava, url, form) == 303;
	assert_true(ok);
	location = strstr(visitor_header(&strava, "Location"), "/exchange");
	assert_non_null(location);
	snprintf(path, size, "%s", location);
	visitor_end(&strava);
	return true;
}

static void
sign_in(struct guests *guests, struct guest *guest)
{
	int  athlete = choose_athlete(guests);
	char path[2048];
	int  status;

	forget_guest(guests, guest);
	if (oracle_state(guests->oracle, athlete) == TOKENSTORE_NEEDS_CONSENT)
		oracle_look_at_flagged(guests->oracle, athlete);
	if (!consent(guests, guest, athlete, path, sizeof(path)))
		return;
	guests->consents++;
	guests->oracle->roles[athlete] = (struct role){ .told = true };
	status = visitor_try(&guest->visitor, "GET", path, NULL, NULL);
	if (status != 303)
		return;
	guests->oracle->roles[athlete].told = false;
	guest->athlete = athlete;
}

static void
sign_off(struct guests *guests, struct guest *guest)
{
	static const char field[] = "name=\"form_token\" value=\"";
	const char       *at;
	char              form[128];
	int               status, athlete = guest->athlete;

	if (visitor_try(&guest->visitor, "GET", "/", NULL, NULL) == 200 &&
	    (at = strstr(visitor_page(&guest->visitor), field)) != NULL) {
		at += strlen(field);
		snprintf(form, sizeof(form), "form_token=%.*s",
		    (int)strcspn(at, "\""), at);
		status = visitor_try(&guest->visitor, "POST", "/deauthorize",
		    "application/x-www-form-urlencoded", form);
		if (status == 303 &&
		    strstr(visitor_header(&guest->visitor, "Location"),
			"disconnected") != NULL) {
			guests->oracle->roles[athlete].disconnected = true;
			guests->disconnects++;
		}
	}
	forget_guest(guests, guest);
}

void
guests_visit(struct guests *guests)
{
	struct guest *guest = &guests->guests[lot_draw(guests->lot, VISITORS)];

	guests->visits++;
	if (guest->athlete < 0)
		sign_in(guests, guest);
	else if (lot_draw(guests->lot, 4) == 0)
		sign_off(guests, guest);
	else if (visitor_try(&guest->visitor, "GET", "/activity", NULL, NULL) !=
		 200)
		forget_guest(guests, guest);
}
