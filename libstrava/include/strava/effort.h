/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_EFFORT_H
#define STRAVA_EFFORT_H

#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct strava_effort {
	int64_t     id;
	const char *name;
};

struct strava_effort_list {
	size_t                      count;
	const strava_effort *const *items;
	size_t                      skipped;
};

#ifdef __cplusplus
}
#endif
#endif
