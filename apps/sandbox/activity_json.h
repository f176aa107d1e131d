/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ACTIVITY_JSON_H
#define SANDBOX_ACTIVITY_JSON_H

#include "activity.h"
#include "emit.h"

/* SummaryActivity, as an element of an array. */
void activity_emit(struct emit *e, const struct activity *a);

struct detail_wish {
	uint64_t seed;
	bool     all_efforts; /* hidden ones too */
	bool     broken;      /* one of the efforts is a string */
};

/* DetailedActivity. */
void activity_emit_detail(
    struct emit *e, const struct activity *a, const struct detail_wish *wish);

/* What only the detail has, in an object that has begun; activity_detail.c. */
void activity_emit_rest(
    struct emit *e, const struct activity *a, const struct detail_wish *wish);

/* A whole number, which Strava sometimes writes as a float. */
void activity_emit_whole(
    struct emit *e, const struct activity *a, const char *key, int64_t value);

#endif
