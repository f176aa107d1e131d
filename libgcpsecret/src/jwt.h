/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_JWT_H
#define GCPSECRET_SRC_JWT_H

#include "internal.h"

/* JSON web tokens of RS256.  A NULL text is left out. */
struct jwt {
	const char *key_id;
	const char *issuer;
	const char *subject;
	const char *audience;
	const char *scope;           /* of an access token */
	const char *target_audience; /* of an ID token */
	int64_t     issued_at, expires_at;
};

/* Reads an RSA key of 2048 bits or more.  NULL on failure; *fault then says
 * what is wrong, to follow "private_key". */
EVP_PKEY *gs_jwt_key(const char *pem, const char **fault);

/* No text in `jwt` may hold what JSON escapes: controls, quotes, backslashes. */
bool gs_jwt_sign(struct buf *out, const struct jwt *jwt, EVP_PKEY *key);

/* Reads when a token says that it ends; its signature is not looked at.  When it
 * cannot, errno tells: ENOMEM, memory was short; EINVAL, it is no such token. */
bool gs_jwt_expiry(const char *token, int64_t *expires_at);

#endif
