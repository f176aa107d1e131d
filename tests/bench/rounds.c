/* SPDX-License-Identifier: MIT */
#include "rounds.h"

#include <stdlib.h>
#include <time.h>

static double
now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double
rounds_now_us(void)
{
	return now_us(CLOCK_PROCESS_CPUTIME_ID);
}

double
rounds_wall_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
rounds_median(double *us, size_t count)
{
	qsort(us, count, sizeof(*us), compare);
	return us[count / 2];
}
