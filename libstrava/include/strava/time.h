/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_TIME_H
#define STRAVA_TIME_H

/*
 * The two starts of an activity.  Strava writes the local one with a "Z"
 * although it is no UTC; strava_activity.start_time_local is that text read
 * literally, so it counts seconds on the athlete's wall clock.  Pure: no I/O,
 * no time zone data.
 */

#include <stdbool.h>
#include <stdint.h>
#include <strava/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the text below, NUL included. */
#define STRAVA_TIME_TEXT_SIZE 32

/*
 * Writes when something was, on the wall clock where it was, as RFC 3339:
 * "2018-02-16T06:52:54-08:00".  The offset is the difference of the two times;
 * it is left out when that is none that a clock can have, as when one of them
 * is 0, which is absent.  Without a local time the other is written, with "Z";
 * without either, and outside the years 0 to 9999, "".  Returns `text`.
 */
STRAVA_API char *strava_time_text(int64_t start_time, int64_t start_time_local,
    char text[STRAVA_TIME_TEXT_SIZE]);

/*
 * True when the athlete hides when it began: Strava then says one second past
 * midnight, and only the day is true.  Facts: Strava's changelog of 2024-07-03.
 */
STRAVA_API bool strava_time_is_hidden(int64_t start_time_local);

/*
 * Reads strava_activity.timezone, "(GMT-05:00) America/New_York".
 *
 * *zone_out points into `timezone`, at the name in the IANA time zone database,
 * or is NULL when there is none.  *offset_s_out is the zone's offset from GMT,
 * without daylight saving time; the one at the start of an activity is
 * utc_offset_s, or start_time_local - start_time.
 *
 * Fails with: ARGUMENT; FORMAT when `timezone` does not begin with an offset.
 */
STRAVA_API STRAVA_CHECK strava_status strava_timezone_parse(
    const char *timezone, int64_t *offset_s_out, const char **zone_out,
    strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
