/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_EXPORT_H
#define STRAVA_EXPORT_H

/*
 * The streams of an activity as a file that other programs read.  Pure: no I/O,
 * no locale, in time and memory that grow with the number of samples.
 *
 *	strava_export_info info = { .name = activity->name,
 *	    .sport_type = activity->sport_type,
 *	    .start_time = activity->start_time };
 *
 *	if (strava_export_gpx(streams, &info, &text, &err) != STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	fputs(text, file);
 *	strava_string_free(text);
 *
 * Strava's API Policy keeps what the API gave for seven days at most, exported
 * or not, and shows it to its athlete alone.
 */

#include <stdint.h>
#include <strava/error.h>
#include <strava/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What streams do not tell.  Filled by the caller and only read.  Zero leaves a
 * member out.  Strings are UTF-8; control characters become spaces, and what is
 * no UTF-8 becomes "?".
 */
typedef struct strava_export_info {
	const char *name;
	const char *sport_type;    /* as in strava_activity */
	int64_t     start_time;    /* seconds since the epoch, UTC */
	const char *creator;       /* the device or program that recorded it */
	double      calories_kcal; /* TCX only */
	uint64_t    reserved[4];
} strava_export_info;

/*
 * Writes GPX 1.1 with Garmin's extensions: TrackPointExtension v1 (heart rate,
 * cadence, temperature) and PowerExtension v1.
 *
 * A sample without a position is left out, and the track is broken there.
 * Without a start or a time stream points have no time; Strava takes no upload
 * of such a file.  `info` may be NULL.
 *
 * On success *text_out is to be freed with strava_string_free().
 * Fails with: ARGUMENT, also when no sample has a position (an activity indoors
 * has none: write TCX), or when the start is not before the year 10000; NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_export_gpx(
    const strava_streams *streams, const strava_export_info *info,
    char **text_out, strava_error *err);

/*
 * Writes TCX v2, one activity of one lap, with Garmin's ActivityExtension v2
 * (speed, power, the cadence of a run).
 *
 * A sample without a time is left out.  The distance of the lap is the last
 * one recorded, or else the length of the line.
 *
 * On success *text_out is to be freed with strava_string_free().
 * Fails with: ARGUMENT, also when no sample has a time, or when the start is
 * missing or not before the year 10000; NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_export_tcx(
    const strava_streams *streams, const strava_export_info *info,
    char **text_out, strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
