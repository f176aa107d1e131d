/* SPDX-License-Identifier: MIT */
#ifndef APPS_SCHEDULE_H
#define APPS_SCHEDULE_H

/*
 * When a refresh is worth trying again.  No two athletes come back at the same
 * moment, and one athlete always after the same wait: what looks like chance is
 * made of the subject.
 */

#include <stdint.h>

/*
 * After a refresh, by Strava's clock, which is the one that wrote expires_at.
 * Never so soon that the same run meets it again.
 */
int64_t schedule_after(
    const char *subject, int64_t expires_at, int64_t expires_in);

/* After an answer that was cut short behind its refresh token: soon. */
int64_t schedule_soon(int64_t now);

/* Seconds after a failure that followed `failures` others: half to all of a
 * wait that doubles. */
int64_t schedule_backoff(const char *subject, int64_t failures);

/* Seconds until Strava's rate limit allows the next request, and some;
 * `retry_after_s` below 0: Strava did not say. */
int64_t schedule_window(
    const char *subject, int64_t now, int64_t retry_after_s);

#endif
