/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PHOTO_H
#define SANDBOX_PHOTO_H

#include "activity.h"
#include "emit.h"

/* The i-th of an activity's photos, the last of which is a film; `size` in
 * pixels, 0 when none was asked for. */
void photo_emit(struct emit *e, uint64_t seed, const struct activity *a,
    size_t i, int64_t size);

/* "photos" of a DetailedActivity. */
void photo_emit_summary(
    struct emit *e, uint64_t seed, const struct activity *a);

#endif
