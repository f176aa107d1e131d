/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_RATE_H
#define SANDBOX_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Strava's budgets: one for all of the application's calls, one without
 * uploads; each with a quarter of an hour, which ends at :00, :15, :30 and :45,
 * and a day, which ends at 00:00 UTC.
 */
enum { RATE_SHORT, RATE_DAILY, RATE_READ_SHORT, RATE_READ_DAILY, RATE_COUNT };

struct rate {
	int64_t limit[RATE_COUNT], used[RATE_COUNT];
	int64_t window[2]; /* number of the running quarter, of the day */
};

enum rate_verdict {
	RATE_FREE,
	RATE_SPENT,    /* the read budget */
	RATE_ALL_SPENT /* the overall budget */
};

/* Counts one call, which is a read unless it brings an activity.  One that is
 * refused has been counted all the same. */
enum rate_verdict rate_take(struct rate *rate, bool is_read, int64_t now);

/* Begins new windows if it is time. */
void rate_turn(struct rate *rate, int64_t now);

#endif
