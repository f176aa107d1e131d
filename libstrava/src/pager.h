/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_PAGER_H
#define STRAVA_PAGER_H

/*
 * All items of a list that comes in pages, on to the empty page.  Behind every
 * public strava_..._each: it is a pager under the name of what it gives.
 */

#include "endpoint.h"

/* Which list.  Read during sv_pager_new() only, but for the model. */
struct paged {
	enum endpoint_id    endpoint;
	int64_t             id; /* in its path */
	const struct model *model;
	const struct buf   *query; /* what all pages have in common; or NULL */
	strava_page         page;  /* where to begin; per_page 0: the most */

	/* Where each item tells from where to go on, instead of numbers. */
	const char *(*cursor_of)(const void *item); /* NULL: numbers */
	const char *cursor; /* where to begin; or NULL */
};

struct pager;

strava_status sv_pager_new(strava_client *client, const struct paged *paged,
    struct pager **out, strava_error *err);

/* At *out, a pointer to a pointer to an item; NULL there is the end.  The item is
 * the pager's and valid until the next call. */
strava_status sv_pager_next(struct pager *pager, void *out, strava_error *err);

/* NULL is ignored. */
void sv_pager_free(struct pager *pager);

#endif
