/* SPDX-License-Identifier: MIT */
#ifndef APPS_REPORT_H
#define APPS_REPORT_H

/* What became of claims, of one and of a whole run's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tokenstore/error.h>

#include "buf.h"

enum refresh_outcome {
	REFRESH_DONE,         /* a new access token is stored */
	REFRESH_UNCHANGED,    /* stored; the access token is the same one */
	REFRESH_REVOKED,      /* no token left: the athlete must consent */
	REFRESH_RATE_LIMITED, /* put off to the next window */
	REFRESH_DEFERRED,     /* put off: network, 5xx, in doubt */
	REFRESH_FAILED,       /* could not be stored, or not be opened */
	REFRESH_STOP          /* given back: nothing became of it, and it does
			       * not count */
};

/* The answer of a run; also what --once prints and POST / answers. */
struct refresh_report {
	char    run_id[33];
	int64_t due; /* the sum of the six below */
	int64_t refreshed, unchanged, revoked, failed, deferred, rate_limited;
	int64_t in_doubt; /* of those deferred: the token may have been spent */
	int64_t duration_ms;
	int64_t remaining; /* due and not claimed, after an early end; -1: the
			     * store does not tell */
	int64_t again_at;  /* the budget is spent until then, in epoch
			     * seconds; 0: it is not */
	bool    complete; /* nothing failed, and nothing due was left behind but
			     * for the budget */
	char    fault[256]; /* why it stopped early; "" */
	bool    ours;       /* ... in our settings, keys or memory: another run
			     * would meet it again */
};

enum blame { OTHERS, OURS };

/* Whose fault it is that the store failed. */
enum blame report_blame(tokenstore_status status);

/* An empty one, with an id to find the lines of its run in the log. */
void report_begin(struct refresh_report *report);

void report_count(
    struct refresh_report *report, enum refresh_outcome outcome, bool in_doubt);

/* Counts and logs accounts that no key opens. */
void report_unreadable(struct refresh_report *report, size_t accounts);

/* Says why the run ends before all is done; the first reason counts. */
void report_fault(
    struct refresh_report *report, enum blame blame, const char *reason);

/* Completes it, and logs it. */
void report_end(struct refresh_report *report, int64_t duration_ms);

/* As one JSON object, without a newline. */
bool report_json(const struct refresh_report *report, struct buf *out);

#endif
