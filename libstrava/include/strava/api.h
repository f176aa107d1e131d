/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_API_H
#define STRAVA_API_H

/* Marks a function as exported.  Everything else in the library is hidden. */
#ifndef STRAVA_API
#define STRAVA_API __attribute__((visibility("default")))
#endif

/* Marks a result that the caller must not ignore. */
#ifndef STRAVA_CHECK
#define STRAVA_CHECK __attribute__((warn_unused_result))
#endif

#define STRAVA_VERSION_MAJOR 0
#define STRAVA_VERSION_MINOR 2
#define STRAVA_VERSION_PATCH 0
#define STRAVA_VERSION "0.2.0"

#ifdef __cplusplus
extern "C" {
#endif

/* Wipes and frees a string that the library returned; NULL is ignored. */
STRAVA_API void strava_string_free(char *string);

#ifdef __cplusplus
}
#endif

#endif
