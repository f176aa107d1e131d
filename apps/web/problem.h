/* SPDX-License-Identifier: MIT */
#ifndef WEB_PROBLEM_H
#define WEB_PROBLEM_H

/*
 * What can go wrong in front of an athlete, each with a page that says in plain
 * words what happened, what became of the athlete's data, and what to do now.
 */

#include <strava/error.h>

#include "fresh.h"
#include "visit.h"

enum problem {
	PROBLEM_SIGN_IN, /* the page is an athlete's own */
	PROBLEM_FORM,    /* not a form of ours, or an old one */
	PROBLEM_ADDRESS, /* a parameter is not what it may be */
	PROBLEM_LINK,    /* the sign-in is unknown here, used or too old */
	PROBLEM_CODE,    /* Strava does not accept its own code */
	PROBLEM_ANSWER,  /* Strava's redirect lacks something */
	PROBLEM_SCOPE,   /* a permission is missing */
	PROBLEM_CONSENT, /* the grant is gone */
	PROBLEM_NOT_CONNECTED, /* a session without an account */
	PROBLEM_RECONNECTED,   /* a newer consent outlived a disconnect */
	PROBLEM_NOT_FOUND,     /* no such activity, or not this athlete's */
	PROBLEM_APPLICATION,   /* Strava refuses this app */
	PROBLEM_RATE_LIMIT,
	PROBLEM_LATER,       /* update_tokens has to renew the access */
	PROBLEM_STRAVA,      /* Strava failed */
	PROBLEM_UNREACHABLE, /* Strava did not answer */
	PROBLEM_STORE,       /* the database failed */
	PROBLEM_BUSY,        /* every worker has a visitor */
	PROBLEM_INTERNAL
};

enum problem problem_of_fresh(enum fresh_status status);
enum problem problem_of_strava(strava_status status);

/* The whole answer: status, headers, page.  `retry_after_s` -1: unknown. */
void problem_page(
    struct visit *visit, enum problem problem, int64_t retry_after_s);

/* The end of a page of an error: how to name it when asking for help. */
void problem_end(struct visit *visit);

/* The page of a request that reached no handler; server_config.error_page. */
void problem_gate(void *app, const struct request *request, int status,
    const char *reason, struct response *response);

#endif
