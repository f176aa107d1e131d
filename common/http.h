/* SPDX-License-Identifier: MIT */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * HTTP exchanges over libcurl, one that blocks or many at once, with deadlines
 * and a cancel flag.  Every option of libcurl that matters for safety is set in
 * http_option.c and nowhere else: https only (see below), certificates checked,
 * no redirects, no netrc, no cookies, HTTP/0.9 refused, sizes bounded.  Nothing
 * is repeated.
 *
 * Plain http is for loopback and for peers that have no TLS by design (Google's
 * metadata server, an emulator); the caller says so per request.
 */
struct http_request {
	const char        *method;  /* "GET", "POST", ... */
	const char        *url;     /* absolute, no user information */
	const char *const *headers; /* "Name: value", ends with NULL; or NULL */
	const char        *basic;   /* "user:password" of HTTP Basic; or NULL */
	const void        *body;    /* NULL when there is none */
	size_t             body_len;

	/* For the whole exchange, five seconds of it for the connection.  Less
	 * than 30 bytes a second for ten seconds are a time-out too, unless
	 * the request is one of `at_most_once`. */
	int64_t timeout_ms;

	/* Bytes of an answer's body, unfolded; 0: 64 KiB. */
	size_t body_max;

	/*
	 * The peer must see the request at most once.  libcurl by itself sends
	 * even a POST again when a connection that it used before turns out to
	 * be closed; with this it fails instead, as HTTP_BROKEN.
	 */
	bool at_most_once;

	/* Ask for gzip; never where an answer holds a secret. */
	bool compressed;

	/* http:// is right for this peer though it is another machine. */
	bool plain_ok;

	/*
	 * For a peer that wants to know by TLS who asks: PEM texts of a
	 * certificate, which others that lead to its issuer may follow, and of
	 * its key, without a passphrase.  Both or neither.  Such a request has
	 * a connection to itself: another one must not pass for its sender.
	 * libcurl reads them with OpenSSL; with GnuTLS it shows nothing.
	 */
	const char *certificate, *certificate_key;
};

enum http_outcome {
	HTTP_ANSWERED = 0, /* status, headers and whole body are there */
	HTTP_ARGUMENT,     /* a control character, no https, a bad URL */
	HTTP_NOMEM,
	HTTP_CONNECT,  /* no name, no route, refused: nothing was sent */
	HTTP_TLS,      /* no trust: nothing was sent */
	HTTP_TIMEOUT,  /* the deadline passed */
	HTTP_CANCELED, /* the cancel flag was raised */
	HTTP_BROKEN,   /* the connection broke after it was made */
	HTTP_TOO_LARGE /* the body was larger than body_max, or the headers
			* than 64 KiB */
};

/*
 * What came back.  Whatever the outcome, `status` and `body` hold as much as
 * arrived, so that a caller may salvage from an answer that was cut short.  A
 * body without a length or chunks ends where the connection does: that it is
 * whole, only its reader can tell.
 */
struct http_response {
	struct buf headers; /* "name\0value\0" pairs */
	struct buf body;
	int        status; /* 0 when no status line arrived */
	bool       sent;   /* false: the peer certainly saw nothing */

	/* Why it failed; never holds a URL's query. */
	char message[160];
};

struct http;

/* `user_agent` is copied.  `canceled` may be NULL and must outlive the rest. */
struct http *http_new(const char *user_agent, const atomic_bool *canceled);
void         http_free(struct http *http);

/* A PEM bundle instead of the system's, and a proxy instead of none; NULL for
 * the default.  False when out of memory. */
bool http_set_ca_file(struct http *http, const char *path);
bool http_set_proxy(struct http *http, const char *url);

/* Prepares an empty response; http_response_free() ends it.  In between, memory
 * that was reserved for the body stays reserved. */
void http_response_init(struct http_response *response);
void http_response_free(struct http_response *response);

/* Fills `response`, which was initialised and may hold an earlier answer.  Not
 * to be mixed with the calls below on one `http`. */
enum http_outcome http_send(struct http *http,
    const struct http_request *request, struct http_response *response);

/*
 * Many at once.  http_start() begins one; what it is given must stay where it is
 * until http_end().  NULL: out of memory.  A request that is refused is not
 * NULL; it is over at once.
 *
 * http_wait() works on all of them and gives one that is over, in no order, or
 * NULL when none is within `timeout_ms`; it waits that long too when there is
 * nothing to do.  Each that it gives is to be ended before the next call.
 *
 * http_end() gives the outcome.  One that is still running ends there as
 * HTTP_TIMEOUT, with as much in its response as arrived.
 */
struct http_exchange;
struct http_exchange *http_start(struct http *http,
    const struct http_request *request, struct http_response *response,
    void *tag);
struct http_exchange *http_wait(struct http *http, int64_t timeout_ms);
void                 *http_tag(const struct http_exchange *exchange);
enum http_outcome     http_end(struct http_exchange *exchange);

/* Keeps a header.  False when it is malformed or memory is short. */
bool http_response_add_header(
    struct http_response *response, const char *name, const char *value);

/* The value of the first header of that name, in any case; NULL if absent. */
const char *http_response_header(
    const struct http_response *response, const char *name);

/* The seconds of a Retry-After header, clamped to a day; -1 if absent, a date
 * or nonsense. */
int64_t http_retry_after_s(const struct http_response *response);

/* "http://..." whose host is 127.0.0.0/8, [::1] or localhost. */
bool http_url_is_loopback(const char *url);

/* True for "https://host..." and, if `plain_ok` or loopback, "http://host...",
 * without user information, query or fragment: fit to be a base URL. */
bool http_url_is_base(const char *url, bool plain_ok);

#endif
