/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_UPLOAD_H
#define STRAVA_UPLOAD_H

/*
 * From a file to an activity: hand the file over, then wait until Strava has
 * made something of it.  strava_upload(3) shows how.
 *
 * Facts: developers.strava.com/docs/uploads.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/client.h>
#include <strava/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a file.  Strava does not say how many it takes; this bounds the
 * memory that an upload needs here, about twice the file. */
#define STRAVA_UPLOAD_MAX ((size_t)64 * 1024 * 1024)

/*
 * A file and what is to be said about it.  Filled by the caller and only read
 * during a call.  Members left zero are not sent.
 */
typedef struct strava_upload_file {
	const void *data; /* required */
	size_t      len;
	const char *data_type;  /* required: "fit", "tcx", "gpx", each also with
				* ".gz" behind it, or "json", in any case */
	const char *file_name;  /* what follows the last "/" is sent; default:
				* "activity." and the data type */
	const char *sport_type; /* "Ride"; default: what the file says.
				 * Required for "json" */
	const char *name, *description;
	strava_tri  trainer, commute;
	const char *external_id;   /* yours; should be unique.  Default: the
				  * file name */
	const char *activity_type; /* what sport_type was called before, and is
				    * ignored beside it */
	uint64_t    reserved[4];
} strava_upload_file;

/* What became of an upload. */
typedef enum strava_upload_state {
	STRAVA_UPLOAD_UNKNOWN = 0, /* a status that is new: see .status */
	STRAVA_UPLOAD_PROCESSING,
	STRAVA_UPLOAD_READY,   /* activity_id is the activity */
	STRAVA_UPLOAD_DELETED, /* it became one, which was deleted */
	STRAVA_UPLOAD_FAILED   /* error says why */
} strava_upload_state;

/*
 * Only the library allocates one; read it through a pointer and never copy it.
 * Strings belong to it and are NULL when absent.
 */
typedef struct strava_upload {
	int64_t     id;
	const char *id_str;      /* the same as a text */
	const char *external_id; /* yours with the data type behind it; NULL at
				  * first */
	const char *error;       /* in English, may hold HTML */
	const char *status;      /* in English */
	int64_t     activity_id; /* 0 until there is one */
	strava_upload_state state;
	int64_t duplicate_of; /* the activity that is there already, if that is
			       * the error; else 0 */
} strava_upload;

/*
 * Hands a file over to Strava.  Needs the scope activity:write.  *out says what
 * Strava said, "still being processed" usually, and is to be freed with
 * strava_upload_free().
 *
 * The request reaches Strava at most once.  When it is in doubt (err->in_doubt)
 * whether it did, upload the same file with the same external_id again: Strava
 * knows an activity that it has and tells which, as duplicate_of.  So give each
 * file an external_id and a retry does no harm.
 *
 * It counts against the overall rate limit, and not against the one for reads.
 * A large file over a slow line needs a longer strava_client_set_timeout_ms().
 *
 * Fails as every call does, and with ARGUMENT, before anything is sent, when
 * the file is empty or larger than STRAVA_UPLOAD_MAX, when the data type is none
 * of those or does not say whether the data is compressed as it is, and when a
 * text is no UTF-8 or longer than 64 KiB.
 * Worth acting on: SCOPE, RATE_LIMIT, and REQUEST when Strava refuses the file.
 */
STRAVA_API STRAVA_CHECK strava_status strava_upload_create(
    strava_client *client, const strava_upload_file *file, strava_upload **out,
    strava_error *err);

/* Asks once what became of an upload.  Counts against both rate limits. */
STRAVA_API STRAVA_CHECK strava_status strava_upload_get(
    strava_client *client, int64_t id, strava_upload **out, strava_error *err);

/*
 * Asks until Strava has made up its mind: there is an activity, or an error, or
 * the activity was deleted.  Each of these is STRAVA_OK; look at out->state.
 *
 * It asks for the first time after a second, then after 2, 4 and 8 and each
 * further 8 seconds, the last time a second before the end, and in between it
 * sleeps; strava_client_cancel() ends that too.  Each question counts against
 * both rate limits.  One or two are enough nearly always: Strava needs less than
 * two seconds on average.
 *
 * Fails as every call does, and with TIMEOUT when `timeout_ms` pass without an
 * outcome.  After any failure the id is still good: wait again later.
 */
STRAVA_API STRAVA_CHECK strava_status strava_upload_wait(strava_client *client,
    int64_t id, int64_t timeout_ms, strava_upload **out, strava_error *err);

STRAVA_API void                       strava_upload_free(strava_upload *upload);

/*
 * An upload from JSON that you have.
 * Fails with: ARGUMENT; NOMEM; FORMAT when it is no JSON or no upload.
 */
STRAVA_API STRAVA_CHECK strava_status strava_upload_parse(
    const char *text, size_t len, strava_upload **out, strava_error *err);

/* The JSON that Strava sent.  Belongs to `upload`; NULL for NULL and when out of
 * memory.  Not to be called by two threads at once. */
STRAVA_API const char *strava_upload_json(const strava_upload *upload);

#ifdef __cplusplus
}
#endif
#endif
