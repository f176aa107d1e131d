/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_TRANSPORT_H
#define STRAVA_TRANSPORT_H

/*
 * The one seam between the library and the network.  The default transport is
 * libcurl; a test, a recorder or a cache gives its own to
 * strava_client_set_transport().
 */

#include <stddef.h>
#include <stdint.h>
#include <strava/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Made by the library, read by the transport, valid during one call of it. */
typedef struct strava_http_request {
	const char        *method;  /* "GET", "POST", "PUT", "DELETE" */
	const char        *url;     /* absolute */
	const char *const *headers; /* "Name: value", ends with NULL */
	const char        *basic;   /* "id:secret" of HTTP Basic, or NULL */
	const void        *body;    /* NULL when there is none */
	size_t             body_len;
	int64_t            timeout_ms;

	/*
	 * 1: the server must see this request at most once, whatever happens
	 * to the connection.  Libraries below a transport may send a request
	 * again by themselves when a connection that was used before turns out
	 * to be dead: see to it that they do not, or use a fresh one.
	 */
	int      at_most_once;
	int      reserved_int;
	uint64_t reserved[4];
} strava_http_request;

typedef struct strava_http_response strava_http_response;

/*
 * Sends `request` and fills `response` with the functions below, in any order.
 * Any HTTP answer, 500 included, is STRAVA_OK.  Another status means that no
 * whole answer came: NETWORK, TLS, TIMEOUT, CANCELED, FORMAT (too large) or
 * NOMEM; hand over what did arrive all the same.  `err`, never NULL, may be
 * given a message; the library fills in the rest.
 */
typedef strava_status (*strava_send_fn)(void *ctx,
    const strava_http_request *request, strava_http_response *response,
    strava_error *err);

/* A transport and its own state.  `ctx` stays the caller's. */
typedef struct strava_transport {
	strava_send_fn send;
	void          *ctx;
} strava_transport;

STRAVA_API void strava_http_response_status(
    strava_http_response *response, int http_status);

/* Both copy.  Fail with: ARGUMENT; NOMEM; FORMAT when the header is malformed
 * or a limit of the library is met.  Return that from the transport. */
STRAVA_API STRAVA_CHECK strava_status strava_http_response_header(
    strava_http_response *response, const char *name, const char *value);
STRAVA_API STRAVA_CHECK strava_status strava_http_response_body(
    strava_http_response *response, const void *data, size_t len);

/* 0: the transport knows that nothing of the request left.  Default: 1. */
STRAVA_API void strava_http_response_sent(
    strava_http_response *response, int sent);

#ifdef __cplusplus
}
#endif
#endif
