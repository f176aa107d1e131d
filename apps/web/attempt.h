/* SPDX-License-Identifier: MIT */
#ifndef WEB_ATTEMPT_H
#define WEB_ATTEMPT_H

/*
 * A sign-in under way: from the click on "Connect" to the return from Strava.
 * Its state is random, good once, for ten minutes, in the browser that began
 * it: the browser holds it in a cookie, the database its hash.  Each attempt
 * has a cookie of its own, so that two tabs do not disturb each other; a
 * browser keeps the youngest four.
 */

#include "nonce.h"
#include "visit.h"

/* False when the database failed. */
bool attempt_begin(const struct visit *visit, char state[NONCE_SIZE]);

enum attempt_end {
	ATTEMPT_GOOD,
	ATTEMPT_UNKNOWN, /* another browser's, used, too old, or made up */
	ATTEMPT_FAILED   /* the database failed; it may be tried again */
};

/* Ends the attempt that `state` names; whatever comes out, it is over. */
enum attempt_end attempt_finish(const struct visit *visit, const char *state);

#endif
