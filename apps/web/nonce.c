/* SPDX-License-Identifier: MIT */
#include "nonce.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

#include "base64.h"

#define NONCE_BYTES 32

static bool
spell(const unsigned char bytes[NONCE_BYTES], char nonce[NONCE_SIZE])
{
	struct buf text;
	bool       ok;

	buf_init(&text, NONCE_SIZE - 1);
	ok = base64_encode(&text, bytes, NONCE_BYTES, BASE64_URL) &&
	     text.len == NONCE_SIZE - 1;
	if (ok)
		memcpy(nonce, text.data, NONCE_SIZE);
	buf_free(&text);
	return ok;
}

bool
nonce_make(char nonce[NONCE_SIZE])
{
	unsigned char bytes[NONCE_BYTES];
	bool          ok;

	/* getrandom(2) gives up to 256 bytes in one piece. */
	ok = getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes) &&
	     spell(bytes, nonce);
	wipe(bytes, sizeof(bytes));
	return ok;
}

bool
nonce_is(const char *text)
{
	struct buf bytes;
	bool       ok;

	if (text == NULL || strlen(text) != NONCE_SIZE - 1)
		return false;
	buf_init(&bytes, NONCE_BYTES);
	ok = base64_decode(&bytes, text, NONCE_SIZE - 1, BASE64_URL) &&
	     bytes.len == NONCE_BYTES;
	buf_free(&bytes);
	return ok;
}

bool
nonce_hash(const char *nonce, unsigned char hash[NONCE_HASH_SIZE])
{
	return EVP_Digest(
		   nonce, strlen(nonce), hash, NULL, EVP_sha256(), NULL) == 1;
}

bool
nonce_derive(const char *nonce, const char *purpose, char derived[NONCE_SIZE])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	bool          ok;

	ok = HMAC(EVP_sha256(), nonce, (int)strlen(nonce),
		 (const unsigned char *)purpose, strlen(purpose), bytes,
		 NULL) != NULL &&
	     spell(bytes, derived);
	wipe(bytes, sizeof(bytes));
	return ok;
}

bool
nonce_equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strlen(a) == strlen(b) &&
	       CRYPTO_memcmp(a, b, strlen(a)) == 0;
}
