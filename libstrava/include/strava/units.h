/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_UNITS_H
#define STRAVA_UNITS_H

/*
 * Numbers of the API, which are metric, in the units in which an athlete reads
 * them.  Pure: no I/O, no locale.
 *
 *	strava_unit_system system =
 *	    strava_unit_system_of(athlete->measurement_preference);
 *	strava_measure way = strava_units_convert(
 *	    STRAVA_QUANTITY_DISTANCE, activity->distance_m, system);
 *
 *	printf("%.1f %s\n", way.value, way.unit);
 */

#include <stdint.h>
#include <strava/api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum strava_unit_system {
	STRAVA_METRIC = 0,
	STRAVA_IMPERIAL
} strava_unit_system;

/* `measurement_preference` of strava_athlete: "feet" is imperial; "meters" and
 * anything else, NULL included, is metric. */
STRAVA_API strava_unit_system strava_unit_system_of(
    const char *measurement_preference);

/* What is measured, the unit of the API, and those of the two systems. */
typedef enum strava_quantity {
	STRAVA_QUANTITY_DISTANCE,       /* m: km, mi */
	STRAVA_QUANTITY_SHORT_DISTANCE, /* m: m, ft; also an elevation */
	STRAVA_QUANTITY_SWIM_DISTANCE,  /* m: m, yd */
	STRAVA_QUANTITY_SPEED,          /* m/s: km/h, mph */
	STRAVA_QUANTITY_PACE,           /* m/s: seconds /km, /mi */
	STRAVA_QUANTITY_SWIM_PACE,      /* m/s: seconds /100 m, /100 yd */
	STRAVA_QUANTITY_WEIGHT,         /* kg: kg, lb */
	STRAVA_QUANTITY_TEMPERATURE,    /* degrees C: °C, °F */
	STRAVA_QUANTITY_POWER,          /* W: W */
	STRAVA_QUANTITY_ENERGY          /* kJ: kJ */
} strava_quantity;

typedef struct strava_measure {
	double      value;
	const char *unit; /* UTF-8, static; "" for an unknown quantity */
} strava_measure;

/*
 * Converts with the exact factors of the international yard and pound.  Nothing
 * is rounded.  A pace is INFINITY for a speed of 0 or below, since nobody gets
 * anywhere so; a NAN stays NAN.
 */
STRAVA_API strava_measure strava_units_convert(
    strava_quantity quantity, double value, strava_unit_system system);

/*
 * How athletes of a sport tell how fast they were: SPEED, PACE (on foot: Run,
 * TrailRun, VirtualRun, Walk, Hike, Snowshoe) or SWIM_PACE (Swim).  `sport_type`
 * is that of strava_activity; SPEED for one not known, and for NULL.
 */
STRAVA_API strava_quantity strava_units_of_speed(const char *sport_type);

/* Bytes of the longest text below, NUL included. */
#define STRAVA_DURATION_TEXT_SIZE 32

/* Writes "4:05", "1:02:33", "2 d 3:04:05" or, below zero, "-0:07".  Returns
 * `text`. */
STRAVA_API char *strava_duration_text(
    int64_t seconds, char text[STRAVA_DURATION_TEXT_SIZE]);

/* Writes a pace in the same way, rounded to a second: "5:12".  A pace that is
 * no number, INFINITY or below 0 gives "".  Returns `text`. */
STRAVA_API char *strava_pace_text(
    double seconds, char text[STRAVA_DURATION_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
