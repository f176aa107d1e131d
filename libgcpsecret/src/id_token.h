/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_ID_TOKEN_H
#define GCPSECRET_SRC_ID_TOKEN_H

#include "internal.h"

#define ID_TOKEN_MAX 16384

/*
 * An ID token: a JSON Web Token in the compact form, signed with RS256.  That
 * it could be read proves nothing: gs_id_token_check_signature() does.
 */
struct id_token {
	const char         *text; /* as it came; of the caller */
	size_t              signed_len;
	struct buf          signature;
	struct json_object *header, *claims; /* hold the texts below */

	const char         *kid;
	const char         *issuer, *audience, *subject;
	const char         *email; /* NULL unless it is there and verified */
	int64_t             issued_at, expires_at;
	int64_t             not_before; /* as issued_at when it is not said */
};

/* How far two clocks may be apart, and how long a token may live. */
struct id_token_limits {
	int64_t skew_s, life_max_s;
};

/* Reads a token, strictly.  `text` must live as long; gs_id_token_free() ends
 * it, after success only.  Fails with IDENTITY or NOMEM. */
gcpsecret_status gs_id_token_read(
    struct id_token *token, const char *text, gcpsecret_error *err);

void gs_id_token_free(struct id_token *token);

/* Whether it is valid at that moment, for all that it says itself. */
gcpsecret_status gs_id_token_check_time(const struct id_token *token,
    int64_t now, const struct id_token_limits *limits, gcpsecret_error *err);

/* Fails with IDENTITY or NOMEM. */
gcpsecret_status gs_id_token_check_signature(
    const struct id_token *token, EVP_PKEY *key, gcpsecret_error *err);

#endif
