/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_SEGMENT_H
#define STRAVA_SEGMENT_H

#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct strava_segment {
	int64_t     id;
	const char *name;
};

struct strava_segment_list {
	size_t                       count;
	const strava_segment *const *items;
	size_t                       skipped;
};

#ifdef __cplusplus
}
#endif
#endif
