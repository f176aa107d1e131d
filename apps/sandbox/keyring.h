/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_KEYRING_H
#define SANDBOX_KEYRING_H

/*
 * The keys that sign: each follows from the seed, and is made when it is first
 * needed, for that takes a tenth of a second.
 */

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "emit.h"
#include "known.h"

enum key_use {
	KEY_ACCOUNT, /* of the service account; its owner has it too */
	KEY_OIDC,    /* of Google's identity tokens */
	KEY_ISSUER,  /* of the identity provider that workloads come from */
	KEY_USE_COUNT
};

struct key {
	EVP_PKEY *pkey; /* NULL: not yet made */
	unsigned  number;
	char      kid[41];
};

#define KEYS_MAX 4

struct keyring {
	uint64_t            seed;
	const struct known *known;
	struct key          keys[KEY_USE_COUNT][KEYS_MAX]; /* newest first */
	size_t              count[KEY_USE_COUNT];
};

void keyring_init(
    struct keyring *ring, uint64_t seed, const struct known *known);
void keyring_free(struct keyring *ring);

/* "service-account", "oidc", "issuer"; KEY_USE_COUNT when it is none. */
enum key_use keyring_use(const char *name);

/* The key that signs now; NULL when libcrypto makes none. */
const struct key *keyring_current(struct keyring *ring, enum key_use use);

/* The one of that name, NULL for the one that signs now; NULL when it is not, or
 * no more, one of ours. */
const struct key *keyring_find(
    struct keyring *ring, enum key_use use, const char *kid);

/* The i-th that is good, the newest first; NULL after the last. */
const struct key *keyring_at(struct keyring *ring, enum key_use use, size_t i);

/* From now on another key signs; `keep` leaves the old ones good. */
void keyring_rotate(struct keyring *ring, enum key_use use, bool keep);

/* {"service-account": ["KID", ...], ...} */
void keyring_emit(struct emit *e, const char *key, const struct keyring *ring);

/* The key in the forms in which people are given it: PKCS #8, one JWK, and a
 * certificate that it signed itself. */
bool key_add_pem(const struct key *key, struct buf *out);
void key_emit_jwk(struct emit *e, const struct key *key);
bool key_add_certificate(const struct key *key, int64_t now, struct buf *out);

#endif
