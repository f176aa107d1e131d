/* SPDX-License-Identifier: MIT */
#ifndef WEB_NONCE_H
#define WEB_NONCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * 256 random bits, written in 43 characters of base64url.  Session ids and
 * OAuth states are nonces; the database sees their hashes only, so that a copy
 * of it opens no session.
 */
#define NONCE_SIZE 44 /* with the NUL */
#define NONCE_HASH_SIZE 32

/* False when the system has no randomness to give or memory is short. */
bool nonce_make(char nonce[NONCE_SIZE]);

/* The one spelling of 32 bytes, no more and no less; NULL is none. */
bool nonce_is(const char *text);

/* SHA-256. */
bool nonce_hash(const char *nonce, unsigned char hash[NONCE_HASH_SIZE]);

/* Another nonce that follows from this one and does not give it away. */
bool nonce_derive(
    const char *nonce, const char *purpose, char derived[NONCE_SIZE]);

/* Compares in a time that does not depend on where they differ; NULL equals
 * nothing. */
bool nonce_equal(const char *a, const char *b);

#endif
