/* SPDX-License-Identifier: MIT */
#ifndef COMMON_HTTP_INTERNAL_H
#define COMMON_HTTP_INTERNAL_H

/* What http.c, http_response.c and http_url.c share. */

#include "http.h"

#define HTTP_HEADERS_MAX 65536

/* http_url.c */
enum http_scheme {
	SCHEME_BAD, /* no URL, another protocol, user information */
	SCHEME_HTTPS,
	SCHEME_HTTP,
	SCHEME_HTTP_LOOPBACK
};
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
