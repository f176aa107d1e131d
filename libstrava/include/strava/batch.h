/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_BATCH_H
#define STRAVA_BATCH_H

/*
 * Many requests at once, on the one thread that asks for the results.
 *
 *	strava_batch        *batch;
 *	strava_batch_result *result;
 *
 *	if (strava_batch_new(client, NULL, &batch, &err) != STRAVA_OK)
 *		errx(1, "%s", err.message);
 *	for (size_t i = 0; i < n; i++)
 *		... strava_batch_add_refresh(batch, &app, row[i].token,
 *		    &row[i], &err) ...
 *	while (strava_batch_next(batch, -1, &result, &err) == STRAVA_OK &&
 *	    result != NULL) {
 *		... result->tag is &row[i], result->outcome says what came ...
 *		strava_batch_result_free(result);
 *	}
 *	strava_batch_free(batch);
 *
 * Requests go out in the order in which they were added, results come in the
 * order in which Strava answers.  Reading requests share a connection where
 * HTTP/2 is offered.  A refresh reaches Strava at most once, here as in
 * strava_oauth_refresh(), and no two of them share a connection at a time.
 * With a transport of the caller's own, one request after the other is sent.
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/activity.h>
#include <strava/client.h>
#include <strava/error.h>
#include <strava/oauth.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One thread at a time for a batch and its client together. */
typedef struct strava_batch strava_batch;

/* Zero means the default, for every member. */
typedef struct strava_batch_options {
	int      in_flight;  /* at most so many on their way; 1 to 256, default
			      * 32 */
	int64_t  timeout_ms; /* for each, from when it is sent; default: that of
			      * the client */
	int64_t  deadline_ms; /* for all, from now; default: none */
	uint64_t reserved[4];
} strava_batch_options;

/*
 * What one request came to.  It is the caller's, until
 * strava_batch_result_free(), and may outlive the batch.  What it leads to goes
 * with it; to keep a token, copy its pointer, write NULL here and end it with
 * strava_token_free() later, and likewise with `activities` and `text`.
 */
typedef struct strava_batch_result {
	void                 *tag;     /* as it was added */
	strava_status         status;  /* as the blocking call would return */
	strava_outcome        outcome; /* of a refresh */
	strava_token         *token;   /* of a refresh that was granted */
	strava_activity_list *activities; /* of a page */
	char                 *text;       /* of any other request */
	size_t                text_len;
	strava_error          error; /* unless status is STRAVA_OK */
} strava_batch_result;

/*
 * `options` may be NULL.  `client` must outlive the batch; its settings are
 * those of each request.  Fails with: ARGUMENT, NOMEM.
 */
STRAVA_API STRAVA_CHECK strava_status strava_batch_new(strava_client *client,
    const strava_batch_options *options, strava_batch **out, strava_error *err);

/*
 * Ends a batch.  What was not sent is not sent; what is on its way is given up,
 * and a refresh among it is in doubt without anybody being told: take all
 * results first.
 */
STRAVA_API void strava_batch_free(strava_batch *batch);

/* What strava_request() takes, and whose token goes along.  Filled by the caller
 * and only read during a call. */
typedef struct strava_batch_request {
	const char *access_token; /* NULL: the client's */
	const char *method, *path;
	const char *content_type, *body; /* NULL: none */
	uint64_t    reserved[4];
} strava_batch_request;

/*
 * Each adds a request, at any time.  `tag` is the caller's and comes back with
 * the result; everything else is copied.  Does no I/O.
 * Fails with: ARGUMENT, NOMEM; nothing was added then.
 *
 * An `access_token` NULL is the client's.
 */
STRAVA_API STRAVA_CHECK strava_status strava_batch_add_refresh(
    strava_batch *batch, const strava_app *app, const char *refresh_token,
    void *tag, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_batch_add_activity_list(
    strava_batch *batch, const char *access_token,
    const strava_activity_query *query, void *tag, strava_error *err);
STRAVA_API STRAVA_CHECK strava_status strava_batch_add_request(
    strava_batch *batch, const strava_batch_request *request, void *tag,
    strava_error *err);

/*
 * Sends what may be sent and gives the next result.  Waits for it for at most
 * `wait_ms`, for as long as it takes if that is below 0.  STRAVA_OK with *out
 * NULL: none came in time, or none is left; strava_batch_pending() tells.
 *
 * A request that failed is a result, with its status; this call itself fails
 * with ARGUMENT alone.  When the deadline for all has passed, what is left comes
 * back as TIMEOUT, in doubt if it had been sent; likewise as CANCELED after
 * strava_client_cancel().
 */
STRAVA_API STRAVA_CHECK strava_status strava_batch_next(strava_batch *batch,
    int64_t wait_ms, strava_batch_result **out, strava_error *err);

/* How many requests were added whose results were not yet given. */
STRAVA_API size_t strava_batch_pending(const strava_batch *batch);

/*
 * Sends nothing more: what waits comes back as CANCELED, what is on its way goes
 * on.  May be called from any thread or from a signal handler.
 */
STRAVA_API void strava_batch_stop(strava_batch *batch);

/* Wipes and frees; NULL is ignored. */
STRAVA_API void strava_batch_result_free(strava_batch_result *result);

#ifdef __cplusplus
}
#endif
#endif
