/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_TYPES_H
#define STRAVA_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Values that an answer may lack.  All-zero bytes mean "not set", so a
 * zero-initialised struct has none set.
 */
typedef struct strava_opt_double {
	bool   set;
	double value;
} strava_opt_double;

typedef struct strava_opt_int {
	bool    set;
	int64_t value;
} strava_opt_int;

typedef struct strava_latlng {
	double lat, lng; /* degrees, WGS 84 */
} strava_latlng;

typedef struct strava_opt_latlng {
	bool          set;
	strava_latlng value;
} strava_opt_latlng;

typedef enum strava_tri {
	STRAVA_UNSET = 0,
	STRAVA_FALSE,
	STRAVA_TRUE
} strava_tri;

#endif
