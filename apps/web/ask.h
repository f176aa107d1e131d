/* SPDX-License-Identifier: MIT */
#ifndef WEB_ASK_H
#define WEB_ASK_H

/*
 * A question to Strava on behalf of the athlete who is signed in, with a token
 * that works: refreshed first when it has little life left, and once more when
 * Strava does not accept it although it should.
 */

#include <stdbool.h>
#include <strava/client.h>
#include <strava/error.h>

#include "units.h"
#include "visit.h"

typedef strava_status (*ask_fn)(
    strava_client *client, void *question, strava_error *err);

/* True when Strava answered.  Else the page says why not: the visit is over. */
bool ask(struct visit *visit, ask_fn fn, void *question);

/*
 * The athlete's units, which only Strava knows.  Metric when it does not tell:
 * a page of numbers is worth more than none.
 */
strava_unit_system ask_units(struct visit *visit);

#endif
