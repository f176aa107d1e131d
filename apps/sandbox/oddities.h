/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ODDITIES_H
#define SANDBOX_ODDITIES_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "emit.h"

/*
 * How Strava is on this day: what an application meets now and then, and a test
 * wants to meet at once.  Set by a control call.
 */
struct oddities {
	int64_t extended_access; /* 1: segments may be explored */
	int64_t broken_items;    /* 1: an item of a list is unusable */
	int64_t late_codes;      /* 1: a code is refused once, then good */
	int64_t capacity;        /* athletes that may connect; 0: all */
	int64_t upload_polls;    /* answers "processing" ... */
	int64_t upload_s;        /* ... but no longer than so many seconds */
};

void oddities_init(struct oddities *oddities);

/* Sets what the object names.  On failure nothing is changed and *why says in a
 * few words what is wrong. */
bool oddities_read(
    struct oddities *oddities, struct json_object *object, const char **why);

void oddities_emit(struct emit *e, const struct oddities *oddities);

#endif
