/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SIGV4_H
#define GCPSECRET_SRC_SIGV4_H

#include "internal.h"

/*
 * Signature Version 4 of AWS, of one kind of request: a POST without a body to
 * "/" of a host.  That is what Google wants to see signed, and then sends.
 */
struct sigv4 {
	const char *host, *query; /* of the URL; the query as it stands there */
	const char *region, *service;
	const char *key_id, *secret_key;
	const char *session_token; /* NULL: none */
	const char *date;          /* of gs_sigv4_date() */
};

#define SIGV4_DATE_SIZE 17 /* "20150830T123600Z" */

/* False when the year does not have four digits. */
bool gs_sigv4_date(int64_t utc_s, char date[SIGV4_DATE_SIZE]);

/* Adds the value of the header Authorization.  The request is then to be sent
 * with the headers host, x-amz-date and, if there is a session token,
 * x-amz-security-token.  False when out of memory. */
bool gs_sigv4_authorize(struct buf *out, const struct sigv4 *request);

#endif
