/* SPDX-License-Identifier: MIT */
#include "schedule.h"

/* An access token lives six hours, and Strava makes a new one in its last hour
 * only: the refresh is due 55 to 35 minutes before the end. */
#define DUE_BEFORE_S INT64_C(3300) /* 55 minutes */
#define DUE_SPREAD_S INT64_C(1200) /* 20 minutes */
#define DUE_LEAST_S INT64_C(300)
#define DUE_MOST_S INT64_C(86400)

/* After a failure, doubled with each further one. */
#define BACKOFF_S INT64_C(30)
#define BACKOFF_MOST_S INT64_C(1800)

/* Strava counts in quarters of an hour. */
#define WINDOW_S INT64_C(900)
#define WINDOW_SPREAD_S INT64_C(60)

/* A number below `range` that is always the same for one athlete and `salt`. */
static int64_t
spread(const char *subject, int64_t salt, int64_t range)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)salt;

	for (; *subject != '\0'; subject++)
		hash = (hash ^ (unsigned char)*subject) * 1099511628211u;
	return (int64_t)((hash >> 16) % (uint64_t)range);
}

int64_t
schedule_after(const char *subject, int64_t expires_at, int64_t expires_in)
{
	int64_t sent_at = expires_at - expires_in;
	int64_t due_at = expires_at - DUE_BEFORE_S +
			 spread(subject, expires_at, DUE_SPREAD_S);

	if (due_at < sent_at + DUE_LEAST_S)
		due_at = sent_at + DUE_LEAST_S;
	if (due_at > sent_at + DUE_MOST_S)
		due_at = sent_at + DUE_MOST_S;
	return due_at;
}

int64_t
schedule_soon(int64_t now)
{
	return now + BACKOFF_S;
}

int64_t
schedule_backoff(const char *subject, int64_t failures)
{
	int64_t wait = BACKOFF_S;

	for (int64_t i = 0; i < failures && wait < BACKOFF_MOST_S; i++)
		wait *= 2;
	wait = wait < BACKOFF_MOST_S ? wait : BACKOFF_MOST_S;
	return wait - spread(subject, failures, wait / 2);
}

int64_t
schedule_window(const char *subject, int64_t now, int64_t retry_after_s)
{
	int64_t wait =
	    retry_after_s >= 0 ? retry_after_s : WINDOW_S - now % WINDOW_S;

	if (wait > DUE_MOST_S)
		wait = DUE_MOST_S;
	return wait + spread(subject, now, WINDOW_SPREAD_S);
}
