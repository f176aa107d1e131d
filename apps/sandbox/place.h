/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PLACE_H
#define SANDBOX_PLACE_H

#include <stddef.h>

/* Where somebody lives and trains. */
struct place {
	const char *city, *state, *country;
	const char *timezone; /* as Strava writes it */
	int         utc_offset_s;
	double      lat, lng;
	double      altitude_m, hills_m;
};

#define PLACE_COUNT 8

const struct place *place_at(size_t number);
size_t              place_number(const struct place *place);

#endif
