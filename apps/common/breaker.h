/* SPDX-License-Identifier: MIT */
#ifndef APPS_BREAKER_H
#define APPS_BREAKER_H

/*
 * What the answers so far say about those to come: how many requests may be on
 * their way at once, and when to stop asking.
 *
 * A run begins with one request and adds another with each token that comes, so
 * that a fault which concerns everybody is met by one athlete alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <strava/error.h>

#include "report.h"

struct breaker {
	struct refresh_report *report;              /* where the reasons go */
	size_t                 window, window_most; /* requests at once */
	bool                   over;                /* ask nobody any more */
	bool         distrust;         /* ... and believe no further refusal */
	strava_error rate_limit;       /* RATE_LIMIT: all others wait too */
	int64_t      refused;          /* without an earlier doubt */
	int64_t      trouble;          /* put off, in a row ... */
	int64_t      trouble_since_ms; /* ... since, on the steady clock */
};

void breaker_begin(
    struct breaker *breaker, size_t window_most, struct refresh_report *report);

/* Nobody is asked any more, for this reason. */
void breaker_trip(
    struct breaker *breaker, enum blame blame, const char *reason);

/* What an answer means, as soon as it is there. */
void breaker_hear(struct breaker *breaker, const strava_error *err);

/* What the end of a claim means; `doubted`: it was in doubt when it began. */
void breaker_judge(struct breaker *breaker, enum refresh_outcome outcome,
    bool doubted, const strava_error *err, int64_t now_ms);

bool breaker_is_limited(const struct breaker *breaker);

#endif
