/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define PAUSE_MS 100 /* faster than that nobody reads */

#define CLEAR "\r\033[K"

/* The cursor stays in front, so that a line of the log takes its place. */
static void
show(const struct progress *progress, const char *text)
{
	char   line[160];
	size_t len;

	snprintf(line, sizeof(line), CLEAR "%s\r", text);
	len = strlen(line);
	/* Nothing is to be done about a terminal that is gone. */
	(void)!write(progress->fd, line, len);
}

void
progress_begin(struct progress *progress, int fd)
{
	*progress = (struct progress){ .fd = isatty(fd) ? fd : -1 };
}

void
progress_show(void *ctx, const struct refresh_report *so_far)
{
	struct progress *progress = ctx;
	int64_t          now_ms = clock_steady_ms();
	char             text[128];

	if (progress->fd < 0 || now_ms - progress->shown_ms < PAUSE_MS)
		return;
	progress->shown_ms = now_ms;
	snprintf(text, sizeof(text),
	    "%lld athletes: %lld refreshed, %lld put off, %lld failed",
	    (long long)so_far->due,
	    (long long)so_far->refreshed + so_far->unchanged,
	    (long long)so_far->deferred + so_far->rate_limited,
	    (long long)so_far->failed);
	show(progress, text);
}

void
progress_end(struct progress *progress)
{
	if (progress->fd >= 0)
		show(progress, "");
}
