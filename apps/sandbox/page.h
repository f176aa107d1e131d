/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PAGE_H
#define SANDBOX_PAGE_H

#include "call.h"

/*
 * One page of a list.  Now and then one is shorter than was asked for although
 * it is not the last: every second page of ten or more is one item short.
 */
struct page {
	int64_t first, end; /* items of the list, the first is 0 */
};

/* From "page" and "per_page"; false after an answer of 400, which names the
 * resource. */
bool page_read(struct call *call, const char *resource, struct page *page);

bool page_holds(const struct page *page, size_t item);

/* A number of the query, which stays as it was when the query lacks it; false
 * after an answer of 400. */
bool page_number(struct call *call, const char *resource, const char *name,
    int64_t most, int64_t *number);

#define PER_PAGE 30
#define PER_PAGE_MAX 200

#endif
