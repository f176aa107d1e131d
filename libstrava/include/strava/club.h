/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_CLUB_H
#define STRAVA_CLUB_H

#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct strava_club {
	int64_t     id;
	const char *name;
};

struct strava_club_list {
	size_t                    count;
	const strava_club *const *items;
	size_t                    skipped;
};

#ifdef __cplusplus
}
#endif
#endif
