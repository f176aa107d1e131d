/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_POLICY_H
#define STRAVA_POLICY_H

/*
 * What Strava asks of every program that shows or keeps its data, as far as it
 * is a text or a number.  The API Agreement and the API Policy, both of
 * 2026-06-01, and the brand guidelines of 2025-09-29 have the rest; they may
 * have changed since.  strava_policy(3) says what the numbers are for.
 */

/* Brand guidelines: every link to Strava's data reads so, and is shown as a
 * link by bold type, an underline or this orange. */
#define STRAVA_VIEW_ON_STRAVA "View on Strava"
#define STRAVA_ORANGE "#FC5200"

/* The button that leads to the authorize URL is Strava's own artwork, this
 * high. */
#define STRAVA_CONNECT_WITH "Connect with Strava"
#define STRAVA_CONNECT_BUTTON_PX 48

/* The two ways to say that a program works with Strava.  Its own name does not
 * hold "Strava". */
#define STRAVA_POWERED_BY "Powered by Strava"
#define STRAVA_COMPATIBLE_WITH "Compatible with Strava"

/* API Policy 6.2: no answer of the API is kept for longer. */
#define STRAVA_CACHE_MAX_S (7 * 24 * 60 * 60)

/* API Policy 6.3: what an athlete deletes at Strava is gone here by then. */
#define STRAVA_FOLLOW_DELETION_S (48 * 60 * 60)

/* API Policy 2.5 and 7.4: so is all of an athlete's data after a request, a
 * revoked grant or a closed account. */
#define STRAVA_FORGET_ATHLETE_S (30 * 24 * 60 * 60)

#endif
