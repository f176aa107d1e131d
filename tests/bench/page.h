/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PAGE_H
#define BENCH_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Adds a page of activities as GET /athlete/activities answers it: compact
 * JSON, the members and their order, what is null or absent on which sport,
 * and a summary polyline whose backslashes are escaped.  The same `seed` gives
 * the same page.  False when out of memory.
 */
bool page_make(struct buf *page, size_t activities, unsigned seed);

#endif
