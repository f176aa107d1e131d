/* SPDX-License-Identifier: MIT */
#include "retry.h"

#include <sys/random.h>

#include "clock.h"

#define FIRST_MS 500
#define MOST_MS 30000

void
retry_start(struct retry *retry, int repeats, int64_t deadline_ms,
    const atomic_bool *canceled)
{
	retry->left = repeats;
	retry->deadline_ms = deadline_ms;
	retry->backoff_ms = FIRST_MS;
	retry->canceled = canceled;
}

/* A random wait in 1..most; the middle when the system gives no randomness. */
static int64_t
jittered(int64_t most)
{
	uint32_t r;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
		return most / 2;
	return 1 + (int64_t)(r % (uint64_t)most);
}

bool
retry_next(struct retry *retry, int64_t retry_after_s, int64_t *wait_ms)
{
	*wait_ms = retry_after_s >= 0 ? retry_after_s * 1000
				      : jittered(retry->backoff_ms);
	if (retry->left <= 0 ||
	    clock_steady_ms() + *wait_ms >= retry->deadline_ms)
		return false;
	retry->left--;
	retry->backoff_ms *= 2;
	if (retry->backoff_ms > MOST_MS)
		retry->backoff_ms = MOST_MS;
	return true;
}

bool
retry_wait(struct retry *retry, int64_t retry_after_s)
{
	int64_t wait_ms;

	return retry_next(retry, retry_after_s, &wait_ms) &&
	       clock_sleep_ms(wait_ms, retry->canceled);
}
