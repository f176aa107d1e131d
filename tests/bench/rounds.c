/* SPDX-License-Identifier: MIT */
#include "rounds.h"

#include <stdlib.h>
#include <time.h>

double
rounds_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
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
