/* SPDX-License-Identifier: MIT */
#ifndef COMMON_RETRY_H
#define COMMON_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * When an idempotent request may be sent again: exponential back-off with full
 * jitter, never past the caller's deadline.
 *
 *	struct retry retry;
 *
 *	retry_start(&retry, tries, deadline_ms, canceled);
 *	do
 *		outcome = ...;
 *	while (worth_repeating(outcome) && retry_wait(&retry, retry_after_s));
 */
struct retry {
	int                left;        /* repetitions still allowed */
	int64_t            deadline_ms; /* of the steady clock */
	int64_t            backoff_ms;  /* upper bound of the next wait */
	const atomic_bool *canceled;    /* may be NULL */
};

/* `repeats`: how often to send again, 0 for never. */
void retry_start(struct retry *retry, int repeats, int64_t deadline_ms,
    const atomic_bool *canceled);

/*
 * May it be sent again, and after what pause: the peer's own wish when it gave
 * one (`retry_after_s` >= 0), else a random part of the back-off.  False when no
 * repetition is left or the pause would end past the deadline.
 */
bool retry_next(struct retry *retry, int64_t retry_after_s, int64_t *wait_ms);

/* The same, and makes the pause; false also when canceled. */
bool retry_wait(struct retry *retry, int64_t retry_after_s);

#endif
