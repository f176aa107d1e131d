/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_STRENGTH_H
#define STRAVA_STRENGTH_H

/*
 * A session of strength training, set by set, as a file for
 * strava_upload_create().  strava_strength(3) shows how.
 *
 * Strava takes such a file since 2026-05-21, for the sport types WeightTraining,
 * HighIntensityIntervalTraining, Workout and Crossfit, and gives the sets to
 * nobody.  Facts: developers.strava.com/docs/uploads.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/error.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One set.  Members left zero or not set are left out. */
typedef struct strava_strength_set {
	const char       *exercise_type; /* required: one of Strava's names,
					  * such as "BARBELL_BENCH_PRESS" */
	strava_opt_int    repetitions;
	strava_opt_double weight_kg;
	strava_opt_double duration_s;
	int64_t           start_time; /* seconds since the epoch, UTC */
	uint64_t          reserved[4];
} strava_strength_set;

/* Filled by the caller and only read.  Members left zero or not set are left
 * out. */
typedef struct strava_strength {
	int64_t start_time;     /* required; seconds since the epoch, UTC */
	int     utc_offset_s;   /* of the athlete's clock: 7200 is UTC+2 */
	int64_t elapsed_time_s; /* required */
	const strava_strength_set *sets; /* required */
	size_t                     set_count;
	strava_opt_int             active_time_s;
	strava_opt_double          total_calories_kcal;
	const char                *creator; /* the name of the program */

	/* Samples: arrays of `sample_count`, of which time_s is required when
	 * that is not 0. */
	size_t               sample_count;
	const int64_t       *time_s;        /* since the start */
	const unsigned char *active;        /* 0 or 1; may be NULL */
	const int64_t       *heartrate_bpm; /* may be NULL */
	uint64_t             reserved[4];
} strava_strength;

/*
 * Writes a session as JSON.  On success *text_out, of at most
 * STRAVA_UPLOAD_MAX bytes, is to be freed with strava_string_free(); hand it to
 * strava_upload_create() with the data type "json" and a sport type.
 *
 * Whether Strava knows an exercise, of which it has some 650, is not checked
 * here; that the name is made of A to Z, 0 to 9 and single "_" is.
 *
 * Fails with: ARGUMENT; NOMEM, also when it would be longer.  Does no I/O.
 */
STRAVA_API STRAVA_CHECK strava_status strava_strength_json(
    const strava_strength *session, char **text_out, strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
