/* SPDX-License-Identifier: MIT */
#ifndef WEB_UNITS_H
#define WEB_UNITS_H

/*
 * Numbers as an athlete reads them, in the athlete's own units; a page never
 * prints a bare number.
 */

#include <stdint.h>
#include <strava/units.h>

#include "buf.h"

/* "12.3 km", "850 m"; "7.6 mi". */
void units_distance(struct buf *out, strava_unit_system units, double metres);

/* "123 m"; "404 ft". */
void units_elevation(struct buf *out, strava_unit_system units, double metres);

/* "1:02:33", "4:05", "2 d 3:04:05". */
void units_duration(struct buf *out, int64_t seconds);

/* What an athlete of that sport calls speed: "25.3 km/h", on foot "5:12 /km",
 * in the water "1:58 /100 m". "–" when nothing moved. */
void units_speed(struct buf *out, strava_unit_system units,
    const char *sport_type, double metres_per_second);

/* "72.5 kg"; "159.8 lb". */
void units_weight(struct buf *out, strava_unit_system units, double kilograms);

/* "Sat 14 Nov 2026" and "08:12", of a moment read as UTC. */
void units_date(struct buf *out, int64_t utc_s);
void units_time(struct buf *out, int64_t utc_s);

/* "MountainBikeRide" as "Mountain bike ride"; NULL is "Activity". */
void units_sport(struct buf *out, const char *sport_type);

#endif
