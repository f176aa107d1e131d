/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_PAGE_H
#define SANDBOX_SECRET_PAGE_H

/*
 * One page of a list of Google's.  Items come newest first, and each has a serial
 * number, by which a page token says where to go on: what was added or deleted
 * in between neither repeats nor hides anything.
 */

#include "call.h"
#include "secret_target.h"

struct secret_page {
	uint64_t    below; /* serial numbers still to come */
	int64_t     size;
	const char *filter; /* "": none */
	uint64_t    list;   /* what is listed: a token serves one list only */
	int64_t     total, count;
	uint64_t    last; /* of this page */
	bool        is_more;
};

/* From "pageSize", "pageToken" and "filter"; false after an answer of 400.
 * `what` is the name of the list. */
bool secret_page_read(struct call *call, const struct target *target,
    const char *what, struct secret_page *page);

/* Counts an item that matches; true when it belongs to this page. */
bool secret_page_take(struct secret_page *page, uint64_t serial);

/* "nextPageToken" and "totalSize". */
void secret_page_emit(struct emit *e, const struct secret_page *page);

#endif
