/* SPDX-License-Identifier: MIT */
#ifndef ONCE_H
#define ONCE_H

/*
 * "update_tokens --once" in a world, and its report.  Whatever fails here ends
 * the test.
 */

#include <stdint.h>

#include "world.h"

/* The report on stdout. */
struct report {
	int64_t due, refreshed, unchanged, revoked, failed, deferred;
	int64_t rate_limited, in_doubt, remaining, duration_ms;
};

/* Begins a run.  `env` NULL: that of the world. */
void once_start(struct world *world, struct process *process,
    const struct environment *env);

/* Waits for it, checks the report's sum, and expects this exit code.  What it
 * logged stays readable until process_free(). */
struct report once_wait(struct process *process, int code);

/* Both, where the log does not matter. */
struct report once(struct world *world, int code);

/* Reads a report and checks its sum. */
struct report report_read(const char *text);

/* Ends the test unless the process has logged `text`. */
void assert_logged(const struct process *process, const char *text);

#endif
