/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <signal.h>
#include <time.h>

#include "clock.h"

#define SLICE_MS 100

static sigset_t
wanted(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

/* Waits for one of the signals; false when the time or the program is over. */
static bool
await(struct signals *signals, int64_t timeout_ms)
{
	static const struct timespec slice = { 0, SLICE_MS * 1000000L };
	int64_t                      until = clock_steady_ms() + timeout_ms;
	sigset_t                     set = wanted();

	while (!atomic_load(&signals->ended) && clock_steady_ms() < until)
		if (sigtimedwait(&set, NULL, &slice) > 0)
			return true;
	return false;
}

static void *
watch(void *arg)
{
	struct signals *signals = arg;

	if (!await(signals, INT64_MAX / 2))
		return NULL;
	atomic_store(&signals->stop, true);
	await(signals, signals->grace_ms);
	if (!atomic_load(&signals->ended))
		signals->give_up(signals->ctx);
	return NULL;
}

bool
signals_start(struct signals *signals, int64_t grace_ms,
    void (*give_up)(void *ctx), void          *ctx)
{
	sigset_t set = wanted();

	atomic_init(&signals->stop, false);
	atomic_init(&signals->ended, false);
	signals->grace_ms = grace_ms;
	signals->give_up = give_up;
	signals->ctx = ctx;
	return pthread_sigmask(SIG_BLOCK, &set, NULL) == 0 &&
	       pthread_create(&signals->thread, NULL, watch, signals) == 0;
}

void
signals_wait(struct signals *signals)
{
	while (!atomic_load(&signals->stop))
		clock_sleep_ms(SLICE_MS, &signals->stop);
}

void
signals_end(struct signals *signals)
{
	atomic_store(&signals->ended, true);
	pthread_join(signals->thread, NULL);
}
