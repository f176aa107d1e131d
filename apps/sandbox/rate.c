/* SPDX-License-Identifier: MIT */
#include "rate.h"

#define QUARTER_S 900
#define DAY_S 86400

void
rate_turn(struct rate *rate, int64_t now)
{
	const int64_t length[2] = { QUARTER_S, DAY_S };
	size_t        i;

	for (i = 0; i < 2; i++) {
		if (rate->window[i] == now / length[i])
			continue;
		rate->window[i] = now / length[i];
		rate->used[i] = 0;
		rate->used[i + RATE_READ_SHORT] = 0;
	}
}

enum rate_verdict
rate_take(struct rate *rate, bool is_read, int64_t now)
{
	size_t i;

	rate_turn(rate, now);
	for (i = 0; i < RATE_COUNT; i++)
		if (is_read || i < RATE_READ_SHORT)
			rate->used[i]++;
	if (rate->used[RATE_SHORT] > rate->limit[RATE_SHORT] ||
	    rate->used[RATE_DAILY] > rate->limit[RATE_DAILY])
		return RATE_ALL_SPENT;
	if (is_read &&
	    (rate->used[RATE_READ_SHORT] > rate->limit[RATE_READ_SHORT] ||
		rate->used[RATE_READ_DAILY] > rate->limit[RATE_READ_DAILY]))
		return RATE_SPENT;
	return RATE_FREE;
}
