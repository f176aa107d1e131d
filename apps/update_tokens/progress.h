/* SPDX-License-Identifier: MIT */
#ifndef UPDATE_TOKENS_PROGRESS_H
#define UPDATE_TOKENS_PROGRESS_H

/*
 * How far a run has come, for whoever looks at a terminal: one line that is
 * written anew.  Where there is no terminal nothing is written, so that no log
 * holds it.
 */

#include "refresh.h"

struct progress {
	int     fd; /* -1: not a terminal */
	int64_t shown_ms;
};

void progress_begin(struct progress *progress, int fd);

/* refresh_options.progress; `ctx` is a struct progress. */
void progress_show(void *ctx, const struct refresh_report *so_far);

/* Clears the line. */
void progress_end(struct progress *progress);

#endif
