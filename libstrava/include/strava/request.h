/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_REQUEST_H
#define STRAVA_REQUEST_H

#include <strava/client.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The way to any endpoint that this library does not model.
 *
 * `method` is GET, POST, PUT, PATCH or DELETE.  `path` begins with "/" and may
 * hold a query; it is put behind the API base and cannot lead out of it.
 * `content_type` and `body` are NULL when there is no body.  The access token
 * goes along.  A GET is repeated as other calls are; nothing else is.
 *
 * On success *text_out is the body of the answer, JSON or XML as it came, "" if
 * empty, to be freed with strava_string_free().  Fails as every call does.
 */
STRAVA_API STRAVA_CHECK strava_status strava_request(strava_client *client,
    const char *method, const char *path, const char *content_type,
    const char *body, char **text_out, strava_error *err);

#ifdef __cplusplus
}
#endif
#endif
