/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_SCOPE_H
#define STRAVA_SCOPE_H

/*
 * What an athlete has granted.  The consent page lets them untick every scope,
 * so compare what came back with what your program needs.  Pure: no I/O.
 *
 * A list of scopes is separated by commas, spaces or both: Strava's pages show
 * commas, and do not say what a token's `scope` uses.
 *
 * Facts: developers.strava.com/docs/authentication.
 */

#include <stdbool.h>
#include <strava/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The scopes that Strava has, as bits.  A wide scope holds its narrow one,
 * and so does what strava_scope_parse() makes of it.
 */
typedef enum strava_scope {
	/* Public segments, routes, profiles, posts, events and club feeds. */
	STRAVA_SCOPE_READ = 1 << 0,
	/* Private routes, segments and events too.  Holds READ. */
	STRAVA_SCOPE_READ_ALL = 1 << 1,
	/* The athlete's whole profile, whoever else may see it. */
	STRAVA_SCOPE_PROFILE_READ_ALL = 1 << 2,
	/* Changing weight and FTP; starring segments. */
	STRAVA_SCOPE_PROFILE_WRITE = 1 << 3,
	/* Activities that everyone or followers may see, without what lies in
	 * a privacy zone.  Without it no webhook tells of activities. */
	STRAVA_SCOPE_ACTIVITY_READ = 1 << 4,
	/* Privacy zones, and activities that only the athlete may see, too.
	 * Holds ACTIVITY_READ. */
	STRAVA_SCOPE_ACTIVITY_READ_ALL = 1 << 5,
	/* Creating and uploading activities; editing those that the
	 * application can see. */
	STRAVA_SCOPE_ACTIVITY_WRITE = 1 << 6
} strava_scope;

/* The bits of the scopes in a list; what is not known has none.  NULL is an
 * empty list. */
STRAVA_API unsigned strava_scope_parse(const char *list);

/* The name of one scope, "activity:read_all"; NULL unless it is exactly one. */
STRAVA_API const char *strava_scope_name(unsigned scope);

/* Does the list `granted` hold `scope`, by itself or in a wider one?  Any name
 * may be asked for, also one not known here.  NULL holds nothing. */
STRAVA_API bool strava_scope_has(const char *granted, const char *scope);

/*
 * Which of the scopes in the list `wanted` does `granted` lack?  On success
 * *missing_out is a comma-separated list, "" when nothing is missing, to be
 * freed with strava_string_free().  Fails with: ARGUMENT, NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_scope_missing(const char *granted,
    const char *wanted, char **missing_out, strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
