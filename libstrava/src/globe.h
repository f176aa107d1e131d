/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_GLOBE_H
#define STRAVA_GLOBE_H

/*
 * Points as places in space, which knows neither poles nor a date line.
 * Distances from a leg are squares of straight lines, so that they compare.
 */

#include "internal.h"

/* In metres from the middle of the globe. */
struct place {
	double x, y, z;
};

/* False for a NAN too. */
bool sv_is_on_globe(strava_latlng point);

/* Where a point on the globe is. */
struct place sv_place(strava_latlng point);

/* The short way from `a` to `b`, prepared for many distances. */
struct leg {
	struct place a, b;
	struct place up;     /* out of the globe, half way */
	struct place along;  /* of length 1, from a to b */
	struct place side;   /* of length 1, square to both */
	double       length; /* of the straight line; 0: only the ends count */
};
void sv_leg(struct leg *leg, const struct place *a, const struct place *b);

/* The square of the distance of a place from a leg, and how far along the leg,
 * 0 to 1, the nearest place is. */
double sv_leg_square(
    const struct leg *leg, const struct place *p, double *fraction);

#endif
