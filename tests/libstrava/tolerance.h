/* SPDX-License-Identifier: MIT */
#ifndef TOLERANCE_H
#define TOLERANCE_H

/*
 * What every model must bear, tried out member by member.
 *
 * `file` is a fixture in which no member that the model reads is missing: an
 * object of it, or a list whose first item is one.  Unless `member` is NULL, it
 * is the member of that object (or the first item of the list there).
 */

#include "models.h"

/*
 * Each member in turn is left out, null, or of another type: it costs itself
 * alone.  Integers may come as floats; unknown members, a byte order mark and
 * empty lists are borne.
 */
void bears_everything(
    const struct model *model, const char *file, const char *member);

/* In a list of the model, and in each list inside it, an item that is none is
 * left out and counted. */
void skips_bad_items(
    const struct model *model, const char *file, const char *member);

#endif
