/* SPDX-License-Identifier: MIT */
#include "turn.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  given = PTHREAD_COND_INITIALIZER;
static struct turn    *turns; /* few: as many as threads refresh */

static bool
is_taken(const char *subject)
{
	for (const struct turn *turn = turns; turn != NULL; turn = turn->next)
		if (strcmp(turn->subject, subject) == 0)
			return true;
	return false;
}

bool
turn_take(struct turn *turn, const char *subject)
{
	bool taken;

	pthread_mutex_lock(&lock);
	taken = is_taken(subject);
	if (!taken) {
		*turn = (struct turn){ turns, subject };
		turns = turn;
	}
	pthread_mutex_unlock(&lock);
	return !taken;
}

void
turn_give(struct turn *turn)
{
	struct turn **at = &turns;

	pthread_mutex_lock(&lock);
	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
	pthread_cond_broadcast(&given);
	pthread_mutex_unlock(&lock);
}

bool
turn_await(const char *subject, int64_t wait_ms)
{
	int64_t         until_ms = clock_deadline_ms(wait_ms);
	struct timespec until = { .tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000 };
	bool            taken;
	int             timed_out = 0;

	pthread_mutex_lock(&lock);
	taken = is_taken(subject);
	while (timed_out == 0 && is_taken(subject))
		timed_out = pthread_cond_clockwait(
		    &given, &lock, CLOCK_MONOTONIC, &until);
	pthread_mutex_unlock(&lock);
	return taken;
}
