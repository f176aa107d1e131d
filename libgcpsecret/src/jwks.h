/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_JWKS_H
#define GCPSECRET_SRC_JWKS_H

#include "internal.h"

#define JWKS_KEYS_MAX 32
#define JWKS_KID_MAX 128

/* The keys of a JWK set (RFC 7517) that can check RS256.  A zeroed one is
 * empty. */
struct jwks {
	struct jwk {
		char      kid[JWKS_KID_MAX + 1];
		EVP_PKEY *key;
	} keys[JWKS_KEYS_MAX];
	size_t count;
};

/*
 * Reads a set into `set`, which is overwritten.  Keys of another kind or use,
 * and RSA keys that are malformed or not of 2048 to 8192 bits, are passed over;
 * that two have one name, or that none is left, is FORMAT.
 */
gcpsecret_status gs_jwks_read(
    struct jwks *set, const char *text, size_t len, gcpsecret_error *err);

void gs_jwks_free(struct jwks *set);

/* Belongs to the set; NULL when it has none of that name. */
EVP_PKEY *gs_jwks_find(const struct jwks *set, const char *kid);

#endif
