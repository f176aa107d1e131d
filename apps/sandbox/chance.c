/* SPDX-License-Identifier: MIT */
#include "chance.h"

/* splitmix64, by Sebastiano Vigna, in the public domain. */
uint64_t
chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void
stir(struct chance *c, uint64_t value)
{
	c->state ^= value;
	c->state = chance_next(c);
}

struct chance
chance_of(uint64_t seed, const char *topic, int64_t a, int64_t b)
{
	struct chance c = { seed };

	while (*topic != '\0')
		stir(&c, (unsigned char)*topic++);
	stir(&c, (uint64_t)a);
	stir(&c, (uint64_t)b);
	return c;
}

int64_t
chance_int(struct chance *c, int64_t low, int64_t high)
{
	uint64_t span = (uint64_t)(high - low) + 1;

	return low + (int64_t)(chance_next(c) % span);
}

double
chance_real(struct chance *c, double low, double high)
{
	return low +
	       (high - low) * (double)(chance_next(c) >> 11) / 9007199254740992;
}
