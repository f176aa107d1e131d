/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_GEAR_H
#define STRAVA_GEAR_H

#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A bicycle or a pair of shoes, as much of it as Strava sent. */
struct strava_gear {
	const char *id; /* "b..." or "g..." */
	const char *name;
	double      distance_m;
	strava_tri  primary;
};

struct strava_gear_list {
	size_t                    count;
	const strava_gear *const *items;
	size_t                    skipped;
};

#ifdef __cplusplus
}
#endif
#endif
