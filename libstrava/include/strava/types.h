/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_TYPES_H
#define STRAVA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
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

/*
 * Which part of a list to fetch.  Zero means Strava's default, for both.  A page
 * may be shorter than asked although more follow; only an empty page is the end.
 */
typedef struct strava_page {
	int page;     /* from 1 */
	int per_page; /* at most 200; default 30 */

	/*
	 * For iterators: how many further pages to have on their way while the
	 * items of one are read, 0 to 16.  Each costs a request, the ones past
	 * the end too.
	 */
	int      read_ahead;
	int      reserved_int;
	uint64_t reserved[3];
} strava_page;

/*
 * How much of something an answer holds, in the members called resource_state.
 * 0 when absent; Strava may add further ones.
 */
enum strava_resource_state {
	STRAVA_RESOURCE_META = 1,    /* little more than an id */
	STRAVA_RESOURCE_SUMMARY = 2, /* as in lists */
	STRAVA_RESOURCE_DETAIL = 3   /* all there is */
};

/* Lists inside a model: they belong to it.  `skipped` counts the items that were
 * not what they should be and are left out. */
typedef struct strava_text_list {
	size_t             count;
	const char *const *items;
	size_t             skipped;
} strava_text_list;

typedef struct strava_latlng_list {
	size_t               count;
	const strava_latlng *items;
	size_t               skipped;
} strava_latlng_list;

/* A name and a text, where Strava sends an object whose names are data. */
typedef struct strava_entry {
	const char *key, *value;
} strava_entry;

typedef struct strava_entry_list {
	size_t                     count;
	const strava_entry *const *items;
	size_t                     skipped;
} strava_entry_list;

/* Models that lead to each other, each in the header of its name. */
typedef struct strava_activity      strava_activity;
typedef struct strava_activity_list strava_activity_list;
typedef struct strava_athlete       strava_athlete;
typedef struct strava_athlete_list  strava_athlete_list;
typedef struct strava_club          strava_club;
typedef struct strava_club_list     strava_club_list;
typedef struct strava_effort        strava_effort;
typedef struct strava_effort_list   strava_effort_list;
typedef struct strava_gear          strava_gear;
typedef struct strava_gear_list     strava_gear_list;
typedef struct strava_segment       strava_segment;
typedef struct strava_segment_list  strava_segment_list;

#endif
