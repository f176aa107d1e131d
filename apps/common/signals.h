/* SPDX-License-Identifier: MIT */
#ifndef APPS_SIGNALS_H
#define APPS_SIGNALS_H

/*
 * An orderly end.  The first SIGTERM or SIGINT asks the program to begin
 * nothing new and to finish what runs; a second one, or the end of a period of
 * grace, asks it to give up what still runs.  A thread waits for the signals,
 * so nothing happens inside a signal handler.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Cloud Run kills ten seconds after SIGTERM. */
#define SIGNALS_GRACE_MS 8000

struct signals {
	atomic_bool stop; /* asked to end: begin nothing new */

	/* What follows is for signals.c. */
	atomic_bool ended;
	int64_t     grace_ms;
	void (*give_up)(void *ctx);
	void     *ctx;
	pthread_t thread;
};

/*
 * To be called before any other thread is started, since the signals are
 * blocked in this one and in those it starts.  `give_up` is called at most once,
 * from another thread.  False when there can be no thread.
 */
bool signals_start(struct signals *signals, int64_t grace_ms,
    void (*give_up)(void *ctx), void               *ctx);

/* Waits until the program is asked to end. */
void signals_wait(struct signals *signals);

/* Ends the thread: from now on `give_up` is not called any more. */
void signals_end(struct signals *signals);

#endif
