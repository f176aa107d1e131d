/* SPDX-License-Identifier: MIT */
#include "keyring.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "members.h"
#include "rsa_key.h"

#define PEM_MAX 8192
#define KID_BYTES 20

static const char *const names[KEY_USE_COUNT] = {
	[KEY_ACCOUNT] = "service-account",
	[KEY_OIDC] = "oidc",
	[KEY_ISSUER] = "issuer",
};

/* The name of a key does not wait for the key. */
static void
name_key(const struct keyring *ring, enum key_use use, struct key *key)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char          from[96];
	size_t        i;

	snprintf(from, sizeof(from), "%s %u %" PRIu64, names[use], key->number,
	    ring->seed);
	if (EVP_Digest(from, strlen(from), digest, NULL, EVP_sha256(), NULL) !=
	    1)
		memset(digest, 0, sizeof(digest));
	for (i = 0; i < KID_BYTES; i++)
		snprintf(key->kid + 2 * i, 3, "%02x", digest[i]);
}

void
keyring_init(struct keyring *ring, uint64_t seed, const struct known *known)
{
	size_t use;

	ring->seed = seed;
	ring->known = known;
	for (use = 0; use < KEY_USE_COUNT; use++) {
		ring->count[use] = 1;
		name_key(ring, (enum key_use)use, ring->keys[use]);
	}
}

void
keyring_free(struct keyring *ring)
{
	size_t use, i;

	for (use = 0; use < KEY_USE_COUNT; use++)
		for (i = 0; i < ring->count[use]; i++)
			EVP_PKEY_free(ring->keys[use][i].pkey);
}

enum key_use
keyring_use(const char *name)
{
	size_t use = 0;

	while (use < KEY_USE_COUNT && strcmp(names[use], name) != 0)
		use++;
	return (enum key_use)use;
}

static void
tell(const struct keyring *ring, const struct key *key)
{
	struct buf pem;

	buf_init(&pem, PEM_MAX);
	if (key_add_pem(key, &pem))
		known_add(ring->known, pem.data, pem.len);
	buf_free(&pem);
}

const struct key *
keyring_at(struct keyring *ring, enum key_use use, size_t i)
{
	struct key *key = &ring->keys[use][i];

	if (i >= ring->count[use])
		return NULL;
	if (key->pkey == NULL) {
		key->pkey =
		    rsa_key_make(ring->seed, names[use], (int64_t)key->number);
		if (key->pkey == NULL)
			return NULL;
		tell(ring, key);
	}
	return key;
}

const struct key *
keyring_current(struct keyring *ring, enum key_use use)
{
	return keyring_at(ring, use, 0);
}

const struct key *
keyring_find(struct keyring *ring, enum key_use use, const char *kid)
{
	size_t i;

	if (kid == NULL)
		return keyring_current(ring, use);
	for (i = 0; i < ring->count[use]; i++)
		if (strcmp(ring->keys[use][i].kid, kid) == 0)
			return keyring_at(ring, use, i);
	return NULL;
}

void
keyring_rotate(struct keyring *ring, enum key_use use, bool keep)
{
	struct key *keys = ring->keys[use];
	unsigned    number = keys[0].number + 1;
	size_t      kept = keep ? ring->count[use] : 0, i;

	if (kept == KEYS_MAX)
		kept--;
	for (i = kept; i < ring->count[use]; i++)
		EVP_PKEY_free(keys[i].pkey);
	memmove(keys + 1, keys, kept * sizeof(*keys));
	memset(keys, 0, sizeof(*keys));
	keys->number = number;
	name_key(ring, use, keys);
	ring->count[use] = kept + 1;
}

void
keyring_emit(struct emit *e, const char *key, const struct keyring *ring)
{
	size_t use, i;

	emit_object(e, key);
	for (use = 0; use < KEY_USE_COUNT; use++) {
		emit_array(e, names[use]);
		for (i = 0; i < ring->count[use]; i++)
			emit_text(e, NULL, ring->keys[use][i].kid);
		emit_end(e);
	}
	emit_end(e);
}
