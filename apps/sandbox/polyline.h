/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_POLYLINE_H
#define SANDBOX_POLYLINE_H

#include "emit.h"
#include "track.h"

#define POLYLINE_SHORT 8 /* samples between two points of a summary */

/* The positions of a track in Google's polyline format, every `step`-th; "" of
 * a track without any. */
void polyline_emit(
    struct emit *e, const char *key, const struct track *track, size_t step);

#endif
