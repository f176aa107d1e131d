/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_CHANCE_H
#define SANDBOX_CHANCE_H

#include <stdint.h>

/*
 * Numbers that look random and are the same every time.  A sequence is made
 * from what it is for, so that no order of calls can change what it yields.
 */
struct chance {
	uint64_t state;
};

/* `topic` keeps sequences for different purposes apart. */
struct chance chance_of(uint64_t seed, const char *topic, int64_t a, int64_t b);

uint64_t      chance_next(struct chance *c);
int64_t chance_int(struct chance *c, int64_t low, int64_t high); /* inclusive */
double  chance_real(struct chance *c, double low, double high);

#endif
