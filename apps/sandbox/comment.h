/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_COMMENT_H
#define SANDBOX_COMMENT_H

#include "activity.h"
#include "emit.h"

/* The i-th of an activity's comments, the oldest first. */
void comment_emit(
    struct emit *e, uint64_t seed, const struct activity *a, size_t i);

/* Which comment of the activity a cursor stands behind: as it was told, or with
 * its percent-encoding undone.  False when it is none of the activity's. */
bool comment_find(const struct activity *a, const char *cursor, size_t *i);

/* The i-th of those who gave kudos. */
void comment_emit_kudoer(
    struct emit *e, uint64_t seed, const struct activity *a, size_t i);

#endif
