/* SPDX-License-Identifier: MIT */
#ifndef WEB_ROUTE_SVG_H
#define WEB_ROUTE_SVG_H

/*
 * A route as a picture: one <svg> element, to stand in a page as it is.  It
 * has no script, no style attribute and no link, takes its colours from the
 * page, and tells in words what it shows.
 */

#include <stddef.h>
#include <strava/types.h>

#include "buf.h"
#include "units.h"

/*
 * `name` is the activity's, unescaped.  False, with nothing added, when there
 * are no points or a point is off the globe.
 */
bool route_svg(struct buf *out, const strava_latlng *points, size_t count,
    const char *name, strava_unit_system units);

#endif
