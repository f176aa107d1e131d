/* SPDX-License-Identifier: MIT */
#include "connections.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"

#define LOOK_EVERY_MS 500

struct connections {
	int64_t            timeout_ms;
	pthread_t          reaper;
	pthread_mutex_t    lock;  /* guards what follows */
	pthread_cond_t     over;  /* `ended` is true */
	pthread_cond_t     quiet; /* one more only waits, or is gone */
	struct connection *first;
	bool               ended;
};

/* Waits, with the lock held, up to that moment of the steady clock. */
static void
wait_until(struct connections *all, pthread_cond_t *what, int64_t until_ms)
{
	struct timespec t = { .tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000 };

	pthread_cond_timedwait(what, &all->lock, &t);
}

static int64_t
deadline_of(const struct connections *all, const struct connection *one)
{
	switch (one->phase) {
	case PHASE_WAITING:
	case PHASE_RECEIVING: return one->since_ms + all->timeout_ms;
	case PHASE_SENDING: return one->since_ms + 2 * all->timeout_ms;
	case PHASE_WORKING: break;
	}
	return INT64_MAX;
}

/* Its thread wakes up from reading or writing, and closes; what the peer has
 * not taken by then, the kernel does not keep for it. */
static void
end_overdue(struct connections *all, int64_t now_ms)
{
	static const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	for (struct connection *one = all->first; one != NULL;
	     one = one->next) {
		if (now_ms < deadline_of(all, one))
			continue;
		setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		shutdown(one->fd, SHUT_RDWR);
	}
}

static void *
reap(void *ctx)
{
	struct connections *all = ctx;
	int64_t             next_ms = clock_steady_ms();

	pthread_mutex_lock(&all->lock);
	while (!all->ended) {
		if (clock_steady_ms() >= next_ms) {
			next_ms = clock_steady_ms() + LOOK_EVERY_MS;
			end_overdue(all, clock_steady_ms());
		}
		wait_until(all, &all->over, next_ms);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

static void
dispose(struct connections *all)
{
	pthread_cond_destroy(&all->over);
	pthread_cond_destroy(&all->quiet);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

struct connections *
connections_new(int64_t timeout_ms)
{
	struct connections *all = calloc(1, sizeof(*all));
	pthread_condattr_t  steady;

	if (all == NULL)
		return NULL;
	all->timeout_ms = timeout_ms;
	pthread_mutex_init(&all->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&all->over, &steady);
	pthread_cond_init(&all->quiet, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&all->reaper, NULL, reap, all) != 0) {
		dispose(all);
		return NULL;
	}
	return all;
}

void
connections_free(struct connections *all)
{
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->lock);
	all->ended = true;
	pthread_cond_signal(&all->over);
	pthread_mutex_unlock(&all->lock);
	pthread_join(all->reaper, NULL);
	dispose(all);
}

void
connections_add(struct connections *all, struct connection *one, int fd)
{
	one->fd = fd;
	one->phase = PHASE_WAITING;
	one->since_ms = clock_steady_ms();
	pthread_mutex_lock(&all->lock);
	one->next = all->first;
	one->link = &all->first;
	if (one->next != NULL)
		one->next->link = &one->next;
	all->first = one;
	pthread_mutex_unlock(&all->lock);
}

void
connections_remove(struct connections *all, struct connection *one)
{
	pthread_mutex_lock(&all->lock);
	*one->link = one->next;
	if (one->next != NULL)
		one->next->link = one->link;
	pthread_cond_signal(&all->quiet);
	pthread_mutex_unlock(&all->lock);
}

void
connections_enter(
    struct connections *all, struct connection *one, enum phase phase)
{
	pthread_mutex_lock(&all->lock);
	one->phase = phase;
	if (phase != PHASE_RECEIVING)
		one->since_ms = clock_steady_ms();
	if (phase == PHASE_WAITING)
		pthread_cond_signal(&all->quiet);
	pthread_mutex_unlock(&all->lock);
}

static bool
all_wait(const struct connections *all)
{
	for (struct connection *one = all->first; one != NULL; one = one->next)
		if (one->phase != PHASE_WAITING)
			return false;
	return true;
}

void
connections_drain(struct connections *all, int64_t most_ms)
{
	int64_t until_ms = clock_steady_ms() + most_ms;

	pthread_mutex_lock(&all->lock);
	while (!all_wait(all) && clock_steady_ms() < until_ms)
		wait_until(all, &all->quiet, until_ms);
	pthread_mutex_unlock(&all->lock);
}
