/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_WEB_H
#define STRAVA_WEB_H

/*
 * The web app under test in a private world, and what its visitors do.
 * Whatever fails here ends the test.
 */

#include <stdint.h>

#include "visitor.h"
#include "world.h"

#define URL_SIZE 2048

struct strava_web {
	struct world   world;
	struct process process;
	char           base[64]; /* "http://127.0.0.1:PORT" */
	int            port;
};

/* A world with four athletes (athlete 0 has a usual ride to show, athlete 1 has
 * a newest activity without a distance, athlete 3 has none and an odd name), a
 * new database, and the app. */
void strava_web_start(struct strava_web *web, const char *test);
void strava_web_end(struct strava_web *web);

/* Ends the app and starts it again, with the world's clock of now and one more
 * setting, unless `name` is NULL. */
void strava_web_restart(
    struct strava_web *web, const char *name, const char *value);

/* The id of the n-th athlete. */
int64_t strava_web_athlete(struct strava_web *web, int number);

/* The refresh token that Strava holds for an athlete; "" when the grant is
 * gone.  To be freed. */
char *strava_web_grant(struct strava_web *web, int64_t athlete);

/* Clicks on "Connect": the URL of the consent page. */
void strava_web_begin(struct visitor *visitor, char url[URL_SIZE]);

/* Answers the consent page; `form` is what the athlete chose.  `path` is where
 * Strava sends the browser back, without the app's base. */
void strava_web_consent(const struct strava_web *web, const char *url,
    const char *form, char path[URL_SIZE]);

/* Both, as the n-th athlete, who agrees to everything. */
void strava_web_begin_as(struct strava_web *web, struct visitor *visitor,
    int number, char path[URL_SIZE]);

/* All of that: the visitor is signed in as the n-th athlete. */
void strava_web_connect(
    struct strava_web *web, struct visitor *visitor, int number);

/* Copies the form token of the visitor's last page. */
void strava_web_form_token(const struct visitor *visitor, char token[64]);

/* Posts a form of the page `from` that holds nothing but its token. */
int strava_web_post(
    struct visitor *visitor, const char *from, const char *action);

#endif
