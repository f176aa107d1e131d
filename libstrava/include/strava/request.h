/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_REQUEST_H
#define STRAVA_REQUEST_H

#include <stddef.h>
#include <strava/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The way to any endpoint that this library does not model.
 *
 * `path` begins with "/" and may hold a query; it is put behind the API base.
 * `content_type` and `body` are NULL when there is no body.  The access token
 * goes along.  A GET is repeated as other calls are; nothing else is.
 *
 * On success *text_out is the body of the answer, NUL-terminated, "" if empty,
 * to be freed with strava_string_free(), and *len_out, unless NULL, its length.
 * Fails as every call does.
 */
STRAVA_API STRAVA_CHECK strava_status strava_request(strava_client *client,
    const char *method, const char *path, const char *content_type,
    const char *body, char **text_out, size_t *len_out, strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
