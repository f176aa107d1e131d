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

	/* Those that are of no use, by the names that they claim. */
	struct {
		char        kid[JWKS_KID_MAX + 1]; /* "" when it is unfit */
		const char *why;
	} ignored[JWKS_KEYS_MAX];
	size_t ignored_count;
};

/*
 * Reads a set into `set`, which is overwritten.  Keys of another kind or use,
 * RSA keys that are malformed or not of 2048 to 8192 bits, and the second one of
 * a name are ignored; that none is left is FORMAT, and they can be read then
 * too.
 */
gcpsecret_status gs_jwks_read(
    struct jwks *set, const char *text, size_t len, gcpsecret_error *err);

/* Leaves the set without keys. */
void gs_jwks_free(struct jwks *set);

/* Belongs to the set; NULL when it has none of that name. */
EVP_PKEY *gs_jwks_find(const struct jwks *set, const char *kid);

#endif
