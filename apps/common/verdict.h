/* SPDX-License-Identifier: MIT */
#ifndef APPS_VERDICT_H
#define APPS_VERDICT_H

/* What an answer of Strava's to a refresh means for the claim. */

#include <strava/error.h>

enum action {
	STORE,       /* a token came */
	REFUSE,      /* this refresh token is dead */
	PUT_OFF,     /* later; in doubt if the error says so */
	NEXT_WINDOW, /* when Strava's rate limit allows */
	SKIP,        /* our own fault, with this athlete: later */
	GIVE_BACK,   /* the application is at fault: stop */
	STAND_ASIDE  /* the same, but put this athlete at the end of the row, in
		      * case it is about that one after all */
};

struct verdict {
	strava_status status;
	enum action   action;
	const char   *reason; /* for the store: a class, never a message */
};

/* Never NULL; a status that is not known is worth another try. */
const struct verdict *verdict_of(strava_status status);

#endif
