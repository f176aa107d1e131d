/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_RECORDING_H
#define SANDBOX_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "track.h"

/* What a file that was uploaded says of an outing. */
struct recording {
	int64_t      start_utc;
	char         name[128];  /* "": none */
	const char  *sport_type; /* NULL: the file says nothing of it */
	struct track track;
	size_t       stride; /* every so-manieth point was kept */
	size_t       seen;   /* points so far */
};

/* A longer recording is thinned to as many points at the most. */
#define RECORDING_POINTS_MAX 20000

/* One reader a format: NULL, or why it cannot be made an activity, in Strava's
 * words.  Either way it ends with track_free(&recording->track). */
typedef const char *(*recording_fn)(
    struct recording *recording, const struct buf *file);
const char *recording_read_gpx(
    struct recording *recording, const struct buf *file);
const char *recording_read_tcx(
    struct recording *recording, const struct buf *file);
const char *recording_read_fit(
    struct recording *recording, const struct buf *file);
const char *recording_read_json(
    struct recording *recording, const struct buf *file);

extern const char recording_malformed[];
extern const char recording_timeless[];

/* Adds a point, its time in seconds since the epoch; false when out of memory. */
bool recording_add(
    struct recording *recording, int64_t utc_s, const struct sample *point);

/* Counts time from the first point and works out the rest. */
const char *recording_end(struct recording *recording);

#endif
