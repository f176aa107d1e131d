/* SPDX-License-Identifier: MIT */
#ifndef APPS_REFRESH_H
#define APPS_REFRESH_H

/* The refresh engine at work: on all that is due, and on one claim. */

#include <stdatomic.h>
#include <stdint.h>

#include "backend.h"
#include "engine.h"

struct refresh_options {
	int64_t deadline_ms;     /* for claiming, steady clock; 0: none */
	const atomic_bool *stop; /* SIGTERM: claim no more; may be NULL */
	const char *athlete; /* this one, due or not; NULL: all that are due */

	/* Called at the end of each claim, with the counts so far; may be NULL. */
	void (*progress)(void *ctx, const struct refresh_report *so_far);
	void *progress_ctx;
};

/*
 * Claims and refreshes until nothing is due, the deadline, or `stop`.  Returns
 * late rather than drop a token that the store does not take: backend_hurry()
 * ends that.
 */
void refresh_run(struct backend *backend, const struct refresh_options *options,
    struct refresh_report *report);

/*
 * Spends the one claim of `list` and frees it, and reports to the store; *err is
 * what Strava said last.  `claimed_ms` is the steady clock before the claim.
 * Late as above.
 */
enum refresh_outcome refresh_claim(struct backend *backend,
    tokenstore_claim_list *list, int64_t claimed_ms, strava_error *err);

#endif
