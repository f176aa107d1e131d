/* SPDX-License-Identifier: MIT */
#ifndef LOT_H
#define LOT_H

/* What is left to chance, the same for the same seed. */

#include <stdint.h>

struct lot {
	uint64_t seed, drawn;
};

static inline uint64_t
lot_draw(struct lot *lot, uint64_t below)
{
	uint64_t z = lot->seed + ++lot->drawn * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

#endif
