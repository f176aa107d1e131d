/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_EXPORT_FORMAT_H
#define STRAVA_EXPORT_FORMAT_H

/* What the formats of <strava/export.h> share. */

#include "internal.h"

struct draft {
	const strava_streams     *streams;
	const strava_export_info *info;
	struct buf                out;
};

/* How exactly numbers are written: a centimetre, a thousandth of a second. */
#define DEGREE_DECIMALS 7
#define METRE_DECIMALS 2
#define SECOND_DECIMALS 3

/* Refuses what is of no use to any format, and opens the buffer. */
strava_status sv_export_begin(struct draft *x, const strava_streams *streams,
    const strava_export_info *info, strava_error *err);

/* Gives the text up, or fails with NOMEM. */
strava_status sv_export_end(
    struct draft *x, char **text_out, strava_error *err);

/* A sample; NAN where there is none. */
double sv_export_sample(const double *samples, size_t i);

/* The same, rounded; NAN when it is below `least` or above `most`. */
double sv_export_whole(
    const double *samples, size_t i, double least, double most);

/* Degrees of longitude as both formats have them: below 180, when rounded to
 * DEGREE_DECIMALS too. */
double sv_export_lng(double lng);

/* Has the sample a position?  A time? */
bool sv_export_has_place(const struct draft *x, size_t i);
bool sv_export_has_time(const struct draft *x, size_t i);

#define EXPORT_TIME_SIZE 40

/* Writes the time so long after the start, which is known. */
const char *sv_export_time(
    const struct draft *x, double after_s, char text[EXPORT_TIME_SIZE]);

#endif
