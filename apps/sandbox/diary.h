/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_DIARY_H
#define SANDBOX_DIARY_H

#include "call.h"

/*
 * The activities of the athlete who asks, as they are now: those that follow
 * from the seed, changed, deleted and added to as the journal says.
 */
struct diary {
	struct diary_entry {
		size_t  number;
		int64_t start_utc;
		bool    only_me;
	} * entries; /* the newest first */
	size_t count;
};

/* False when out of memory.  Ends with diary_close(). */
bool diary_open(struct call *call, struct diary *diary);
void diary_close(struct diary *diary);

/* May the token that was sent show one that only its owner may see? */
bool diary_shows(const struct call *call, bool only_me);

/* One activity; ends with activity_free().  False when it was deleted or does
 * not exist, or when out of memory, which fails the response. */
bool diary_read(struct call *call, size_t number, struct activity *activity);

/* The one that the path names, if the token may see it; else false after an
 * answer. */
bool diary_find(struct call *call, struct activity *activity);

/* Adds an activity and tells the application's callback.  `outing` belongs to the
 * journal from here on, whatever the outcome.  False, after an answer, when there
 * is no room. */
bool diary_add(struct call *call, const struct caption *caption,
    struct outing *outing, size_t *number);

#endif
