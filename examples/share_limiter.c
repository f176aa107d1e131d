/* SPDX-License-Identifier: MIT */
/*
 * Processes that share one budget of calls: each asks the limiter, whose state
 * is a file, before it would call Strava.  Run some of them at once.
 *
 *	cc share_limiter.c $(pkg-config --cflags --libs libstrava)
 *	./a.out FILE CALLS & ./a.out FILE CALLS
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* An empty file is an empty state. */
static int
load(void *ctx, strava_limiter_state *state)
{
	int     file = *(int *)ctx;
	ssize_t got;

	*state = (strava_limiter_state){ { 0 } };
	if (flock(file, LOCK_SH) != 0)
		return -1;
	got = pread(file, state, sizeof(*state), 0);
	flock(file, LOCK_UN);
	return got == 0 || got == sizeof(*state) ? 1 : -1;
}

static int
swap(void *ctx, const strava_limiter_state *expected,
    const strava_limiter_state *desired)
{
	strava_limiter_state now = { { 0 } };
	int                  file = *(int *)ctx, done = 0;
	const ssize_t        size = sizeof(now);

	if (flock(file, LOCK_EX) != 0)
		return -1;
	if (pread(file, &now, sizeof(now), 0) < 0)
		done = -1;
	else if (memcmp(&now, expected, sizeof(now)) == 0)
		done = pwrite(file, desired, sizeof(now), 0) == size ? 1 : -1;
	flock(file, LOCK_UN);
	return done;
}

int
main(int argc, char **argv)
{
	int                    file = -1, calls = 0, wanted;
	strava_limiter_share   share = { load, swap, &file };
	strava_limiter_options options = { .share = &share };
	strava_limiter        *limiter;
	strava_limiter_ticket  ticket;
	strava_error           error;

	if (argc != 3 || (wanted = (int)strtol(argv[2], NULL, 10)) < 1)
		errx(2, "usage: share_limiter FILE CALLS");
	if ((file = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		err(1, "%s", argv[1]);
	if (strava_limiter_new(&options, &limiter, &error) != STRAVA_OK)
		errx(1, "%s", error.message);
	while (calls < wanted &&
	       strava_limiter_ask(limiter, STRAVA_CALL_READ, STRAVA_BACKGROUND,
		   &ticket, &error) == STRAVA_OK) {
		calls++; /* here Strava would be called, and tell its budgets */
		strava_limiter_done(
		    limiter, &ticket, STRAVA_CALL_ANSWERED, NULL);
	}
	strava_limiter_free(limiter);
	printf("%d calls\n", calls);
	if (calls < wanted)
		warnx("%s", error.message);
	return 0;
}
