/* SPDX-License-Identifier: MIT */
#ifndef APPS_REFRESH_H
#define APPS_REFRESH_H

/*
 * The refresh engine: the one place where a refresh token is spent.  It serves
 * the scheduled run and the web app's "give me a token that works" alike.
 *
 * Its rules: a claim before the request, one request for one claim, what came
 * back is stored before anything else, over and over until the store has it;
 * only "this refresh token is dead" removes a token; a fault of the
 * application or its configuration touches no athlete and ends the run.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "buf.h"

/* What became of one claim. */
enum refresh_outcome {
	REFRESH_DONE,         /* a new access token is stored */
	REFRESH_UNCHANGED,    /* stored; the access token is the same one */
	REFRESH_REVOKED,      /* no token left: the athlete must consent */
	REFRESH_RATE_LIMITED, /* put off to the next window */
	REFRESH_DEFERRED,     /* put off: network, 5xx, in doubt */
	REFRESH_FAILED,       /* could not be stored, or not be opened */
	REFRESH_STOP          /* the application is at fault: stop the run; the
			       * claim was given back and does not count */
};

/* How long a claim is ours, and how long a refresh request may take.  The
 * request never outlives the lease. */
#define REFRESH_LEASE_S INT64_C(120)
#define REFRESH_TIMEOUT_MS INT64_C(60000)

/*
 * Spends one claim and reports it to the store.  *err is what Strava said last.
 * Returns late rather than drop a token that the store does not take:
 * backend_hurry() ends that.
 */
enum refresh_outcome refresh_claim(
    struct backend *backend, tokenstore_claim *claim, strava_error *err);

/* Puts a claim off without a request, as long as an earlier answer, a rate
 * limit, says. */
enum refresh_outcome refresh_wait(struct backend *backend,
    tokenstore_claim *claim, const strava_error *rate_limit);

/* The answer of a run; also what --once prints and POST / answers. */
struct refresh_report {
	char    run_id[33];
	int64_t due; /* claimed: the sum of the six below */
	int64_t refreshed, unchanged, revoked, failed, deferred, rate_limited;
	int64_t duration_ms;
	int64_t remaining; /* due and not claimed, after an early end; -1: the
			     * store does not tell */
	bool    complete;  /* nothing due was left behind, and nothing failed */
	char    fault[256]; /* why it stopped early; "" */
	bool    ours;       /* ... in our settings, keys or memory: another run
			     * would meet it again */
};

struct refresh_options {
	int64_t deadline_ms;     /* for claiming, steady clock; 0: none */
	const atomic_bool *stop; /* SIGTERM: claim no more; may be NULL */
	const char *athlete; /* this one, due or not; NULL: all that are due */

	/* Called after each claim, with the counts so far; may be NULL. */
	void (*progress)(void *ctx, const struct refresh_report *so_far);
	void *progress_ctx;
};

/* Claims and refreshes until nothing is due, the deadline, or `stop`. */
void refresh_run(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report);

/* The report as one JSON object, without a newline. */
bool refresh_report_json(const struct refresh_report *report, struct buf *out);

#endif
