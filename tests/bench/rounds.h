/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

/*
 * Time for benchmarks.  Each round takes every step once, so that whatever
 * disturbs the machine disturbs all of them, and the median counts.
 */

#include <stddef.h>

/* Of the processor, not of the wall: the machine may have other work. */
double rounds_now_us(void);

/* Of the wall, for what another process does. */
double rounds_wall_us(void);

/* Sorts. */
double rounds_median(double *us, size_t count);

#endif
