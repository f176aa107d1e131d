/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_FILTER_H
#define SANDBOX_SECRET_FILTER_H

/*
 * The filter of a list (AIP-160): "name:strava AND labels.env=prod".  Terms are
 * joined by AND (or a space) and OR, which binds tighter, and turned round by NOT
 * or "-"; parentheses group.  A term is FIELD OPERATOR VALUE with one of
 * = != : < <= > >=, or a word, which the name has to contain.
 */

#include <json-c/json.h>
#include <stdbool.h>

#include "shape.h"

/* Can that be asked of objects of this shape? */
bool secret_filter_ok(const char *filter, const struct shape *shape);

/* Does the object fulfil it?  "" is fulfilled by all. */
bool secret_filter_holds(
    const char *filter, const struct shape *shape, struct json_object *object);

#endif
