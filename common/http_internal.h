/* SPDX-License-Identifier: MIT */
#ifndef COMMON_HTTP_INTERNAL_H
#define COMMON_HTTP_INTERNAL_H

/* What http.c, http_exchange.c, http_option.c, http_response.c, http_trust.c and
 * http_url.c share. */

#include <curl/curl.h>

#include "http.h"

#define HTTP_HEADERS_MAX 65536

enum http_scheme {
	SCHEME_BAD, /* no URL, another protocol, user information */
	SCHEME_HTTPS,
	SCHEME_HTTP,
	SCHEME_HTTP_LOOPBACK
};

struct http {
	CURLM                *multi;   /* has the connections */
	CURLSH               *share;   /* has the TLS sessions */
	struct http_exchange *running; /* linked by next */
	struct http_exchange *ended;   /* not yet handed out */
	struct http_exchange *spare;
	char                 *user_agent, *ca_file, *proxy;
	const char           *ca_bundle; /* of libcurl; or NULL */
	const char           *ca_folder; /* the same, to be asked first */
	char                 *last_url;  /* that a request had; or NULL */
	enum http_scheme      last_scheme;
	const atomic_bool    *canceled;
};

/* Is kept as a spare when it is over: its handle is worth keeping. */
struct http_exchange {
	struct http_exchange      *next;
	struct http               *http;
	CURL                      *easy;
	const struct http_request *request;
	struct http_response      *response;
	void                      *tag;
	struct curl_slist         *headers;
	bool                       by_folder; /* trusts what is in it */
	size_t                     header_bytes;
	bool                       headers_done; /* trailers follow */
	bool                       answered;     /* a status line arrived */
	bool                       too_large, no_memory;
	bool                       lost;    /* after it had left */
	enum http_outcome          outcome; /* once it ended */
	char                       reason[CURL_ERROR_SIZE];
};

/* http.c */
bool http_is_canceled(const struct http *http);

/* http_exchange.c */

/* Checks the request and makes the handle ready; false when it has ended
 * already, with its outcome. */
bool http_exchange_prepare(struct http_exchange *x);

/* Writes down what happened. */
void http_exchange_conclude(struct http_exchange *x, CURLcode code);

/* Makes a spare of it. */
void http_exchange_forget(struct http_exchange *x);

/* http_option.c; both are false when out of memory. */
bool http_set_options(struct http_exchange *x, bool plain);

/* The caller's headers, and none that libcurl would think up. */
bool http_list_headers(struct curl_slist **list, const char *const *headers);

/* http_trust.c */

/* Where the system keeps its authorities. */
void http_find_trust(struct http *http);

/* Does a folder hold certificates under hashes of their names? */
bool http_is_hashed(const char *folder);

/* False when out of memory. */
bool http_set_trust(struct http_exchange *x);

/* Begins an exchange again that failed so, with the bundle; false: it is over. */
bool http_trust_again(struct http_exchange *x, CURLcode code);

/* http_url.c */
enum http_scheme http_scheme_of(const char *url);

/* Visible ASCII; the rest is to be percent-encoded. */
bool http_is_url_text(const char *url);

/* http_response.c */

/* A token of RFC 9110: a method or the name of a header. */
bool http_is_token(const char *text, size_t len);

/* No control character but, where it is allowed, the tab. */
bool http_is_line(const char *text, size_t len, bool tab_ok);

/* Forgets an earlier answer; memory that was reserved stays. */
void http_response_clear(struct http_response *response, size_t body_max);

/* Keeps a header that was checked.  False when memory is short. */
bool http_response_put_header(struct http_response *response, const char *name,
    size_t name_len, const char *value, size_t value_len);

#endif
