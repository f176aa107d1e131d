/* SPDX-License-Identifier: MIT */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <string.h>

#include "base64.h"
#include "internal.h"

#define KEY_SIZE 32

/* HKDF-SHA256 makes a key for one use out of the keyring's, so that no use
 * tells anything about another. */
static bool
derive(const struct buf *key, char *use, unsigned char out[KEY_SIZE])
{
	EVP_KDF     *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	char         digest[] = "SHA256";
	OSSL_PARAM   params[4];
	bool         ok;

	params[0] =
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, key->data, key->len);
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, use, strlen(use));
	params[3] = OSSL_PARAM_construct_end();
	ok = ctx != NULL && EVP_KDF_derive(ctx, out, KEY_SIZE, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

static bool
key_init(struct ts_key *key, int32_t id, const struct buf *bytes)
{
	char          seal[] = "libtokenstore seal";
	char          print[] = "libtokenstore fingerprint";
	unsigned char seal_key[KEY_SIZE];
	bool          ok;

	key->id = id;
	ok = derive(bytes, seal, seal_key) &&
	     derive(bytes, print, key->mac_key) &&
	     ts_xaes_init(&key->xaes, seal_key);
	wipe(seal_key, sizeof(seal_key));
	return ok;
}

/* A number from 1 to INT32_MAX in its one spelling; else 0. */
static int32_t
read_id(const char *text, size_t len)
{
	int64_t id = 0;

	if (len == 0 || len > 10 || *text == '0')
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		id = id * 10 + (text[i] - '0');
	}
	return id <= INT32_MAX ? (int32_t)id : 0;
}

/* Adds one "id:base64", the n-th entry. */
static tokenstore_status
add_key(struct ts_keyring *ring, const char *entry, size_t len, size_t n,
    tokenstore_error *err)
{
	const char       *colon = memchr(entry, ':', len);
	size_t            id_len = colon != NULL ? (size_t)(colon - entry) : 0;
	int32_t           id = read_id(entry, id_len);
	struct buf        bytes;
	tokenstore_status status = TOKENSTORE_OK;

	if (colon == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keys: entry %zu is not of the form id:base64", n);
	if (id == 0)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keys: the id of entry %zu is not a number from 1 to "
		    "2147483647",
		    n);
	if (ts_keyring_find(ring, id) != NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keys: entry %zu has the id of an earlier one", n);
	if (ring->count == TS_KEYS_MAX)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keys: more than %d entries", TS_KEYS_MAX);
	buf_init(&bytes, 2 * len + KEY_SIZE);
	if (!base64_decode(
		&bytes, colon + 1, len - id_len - 1, BASE64_STANDARD))
		status =
		    buf_ok(&bytes)
			? ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
			      "keys: the key of entry %zu is not base64", n)
			: ts_no_memory(err);
	else if (bytes.len != KEY_SIZE)
		status = ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "keys: the key of entry %zu has %zu bytes instead of %d", n,
		    bytes.len, KEY_SIZE);
	else if (!key_init(&ring->keys[ring->count++], id, &bytes))
		status = ts_no_memory(err);
	buf_free(&bytes);
	return status;
}

/* HMAC-SHA256, made ready once: OpenSSL's one-shot HMAC() looks everything up
 * anew, which takes longer than the digest. */
static EVP_MAC_CTX *
make_mac(void)
{
	EVP_MAC     *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	char         digest[] = "SHA256";
	OSSL_PARAM   params[2];

	params[0] =
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	EVP_MAC_free(mac);
	if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

tokenstore_status
ts_keyring_parse(
    struct ts_keyring *ring, const char *text, tokenstore_error *err)
{
	tokenstore_status status;
	size_t            len, n = 1;

	memset(ring, 0, sizeof(*ring));
	if (text == NULL || *text == '\0')
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "keys: is required");
	if ((ring->mac = make_mac()) == NULL)
		return ts_no_memory(err);
	for (;; n++) {
		len = strcspn(text, ",");
		status = add_key(ring, text, len, n, err);
		if (status != TOKENSTORE_OK) {
			ts_keyring_free(ring);
			return status;
		}
		if (text[len] == '\0')
			return TOKENSTORE_OK;
		text += len + 1;
	}
}

void
ts_keyring_free(struct ts_keyring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		ts_xaes_free(&ring->keys[i].xaes);
	EVP_MAC_CTX_free(ring->mac);
	wipe(ring, sizeof(*ring));
}

const struct ts_key *
ts_keyring_find(const struct ts_keyring *ring, int32_t id)
{
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i].id == id)
			return &ring->keys[i];
	return NULL;
}

bool
ts_prints_make(
    struct ts_prints *prints, const struct ts_keyring *ring, const char *token)
{
	unsigned char mac[32];
	int64_t       value;

	for (size_t i = 0; i < ring->count; i++) {
		if (EVP_MAC_init(ring->mac, ring->keys[i].mac_key, KEY_SIZE,
			NULL) != 1 ||
		    EVP_MAC_update(ring->mac, (const unsigned char *)token,
			strlen(token)) != 1 ||
		    EVP_MAC_final(ring->mac, mac, NULL, sizeof(mac)) != 1)
			return false;
		memcpy(&value, mac, sizeof(value));
		prints->values[i] = value != 0 ? value : 1;
	}
	prints->count = ring->count;
	return true;
}

bool
ts_prints_have(const struct ts_prints *prints, int64_t value)
{
	for (size_t i = 0; i < prints->count; i++)
		if (prints->values[i] == value)
			return true;
	return false;
}
