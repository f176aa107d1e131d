/* SPDX-License-Identifier: MIT */
#ifndef WEB_RIDE_H
#define WEB_RIDE_H

/*
 * One activity of the athlete who is signed in, of whatever sport, as the pages
 * /activity and /map show it.
 */

#include <strava/activity.h>

#include "units.h"
#include "visit.h"

/*
 * Fetches one activity in detail.  False when the page already says why not; an
 * activity of another athlete is not there.  *out is to be freed with
 * strava_activity_free().
 */
bool ride_get(struct visit *visit, int64_t id, strava_activity **out);

/* What was passed over on the way to the latest ride. */
struct ride_search {
	int64_t    id; /* 0: none has a distance */
	int        looked_at;
	int        skipped; /* newer ones, without a distance */
	struct buf list;    /* <li> elements that say which, and why */
};

/*
 * Looks for the latest activity whose distance is not zero.  False when the
 * page already says why not.  ride_search_free() is the caller's in any case.
 */
bool ride_find_latest(struct visit *visit, struct ride_search *search);
void ride_search_free(struct ride_search *search);

/* Adds the picture of the route, or a sentence that says why there is none. */
void ride_add_route(
    struct visit *visit, const strava_activity *ride, strava_unit_system units);

/* What the athlete called it, or a stand-in; never NULL or "". */
const char *ride_name(const strava_activity *ride);

/* "Gravel ride" and "Sat 14 Nov 2026, 08:12", each in a <span>. */
void ride_add_line(struct buf *out, const strava_activity *ride);

#endif
