/* SPDX-License-Identifier: MIT */
#ifndef ISSUER_H
#define ISSUER_H

/*
 * Somebody who issues ID tokens as Google does, or in any other way:
 *
 *	char *keys = issuer_jwks(0, 2);
 *	char *token = issuer_sign("{\"alg\":\"RS256\",\"kid\":\"key-0\"}",
 *	    "{\"iss\":...}", issuer_key(0), EVP_sha256());
 *
 * Texts are to be freed.  Whatever fails here ends the test.
 */

#include <openssl/evp.h>
#include <stddef.h>

#define ISSUER_KEYS 3

/* RSA, made when it is first asked for: not by two threads at once. */
EVP_PKEY *issuer_key(size_t i);

/* What is public of a key as the secret of HMAC: where the token's own word
 * decides how it is checked, this one passes.  Ends with EVP_PKEY_free(). */
EVP_PKEY *issuer_hmac_key(size_t i);

/* A key as a JWK, with whatever members besides: ",\"use\":\"sig\"". */
char *issuer_jwk(EVP_PKEY *key, const char *kid, const char *more);

/* The JWK set of keys `first` and on, whose names are "key-0", "key-1" ... */
char *issuer_jwks(size_t first, size_t count);

/* The two parts in base64url and their signature.  `key` may be one of HMAC;
 * NULL: the signature is empty. */
char *issuer_sign(const char *header, const char *claims, EVP_PKEY *key,
    const EVP_MD *digest);

#endif
