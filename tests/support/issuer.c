/* SPDX-License-Identifier: MIT */
#include "issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "test.h"

#define TEXT_MAX ((size_t)1 << 20)

/* Hands the text over. */
static char *
take(struct buf *text)
{
	assert_true(buf_ok(text));
	return text->data;
}

static void
add_base64(struct buf *out, const void *data, size_t len)
{
	assert_true(base64_encode(out, data, len, BASE64_URL));
}

EVP_PKEY *
issuer_key(size_t i)
{
	static EVP_PKEY *keys[ISSUER_KEYS];

	assert_true(i < ISSUER_KEYS);
	if (keys[i] == NULL)
		keys[i] = EVP_RSA_gen(2048);
	assert_non_null(keys[i]);
	return keys[i];
}

static void
add_number(struct buf *out, EVP_PKEY *key, const char *name)
{
	unsigned char bytes[2048];
	BIGNUM       *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	assert_true(BN_num_bytes(number) <= (int)sizeof(bytes));
	add_base64(out, bytes, (size_t)BN_bn2bin(number, bytes));
	BN_free(number);
}

static void
add_jwk(struct buf *out, EVP_PKEY *key, const char *kid, const char *more)
{
	buf_addf(out, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"", kid);
	add_number(out, key, OSSL_PKEY_PARAM_RSA_N);
	buf_add_text(out, "\",\"e\":\"");
	add_number(out, key, OSSL_PKEY_PARAM_RSA_E);
	buf_addf(out, "\"%s}", more);
}

char *
issuer_jwk(EVP_PKEY *key, const char *kid, const char *more)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	add_jwk(&out, key, kid, more);
	return take(&out);
}

EVP_PKEY *
issuer_hmac_key(size_t i)
{
	char     *jwk = issuer_jwk(issuer_key(i), "", "");
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_HMAC, NULL, (const unsigned char *)jwk, strlen(jwk));

	assert_non_null(key);
	free(jwk);
	return key;
}

char *
issuer_jwks(size_t first, size_t count)
{
	struct buf out;
	char       kid[16];

	buf_init(&out, TEXT_MAX);
	buf_add_text(&out, "{\"keys\":[");
	for (size_t i = 0; i < count; i++) {
		snprintf(kid, sizeof(kid), "key-%zu", first + i);
		buf_add_text(&out, i > 0 ? "," : "");
		add_jwk(&out, issuer_key(first + i), kid,
		    ",\"use\":\"sig\",\"alg\":\"RS256\"");
	}
	buf_add_text(&out, "]}");
	return take(&out);
}

static void
add_signature(struct buf *out, EVP_PKEY *key, const EVP_MD *digest)
{
	unsigned char signature[1024];
	size_t        len = sizeof(signature);
	EVP_MD_CTX   *md = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit(md, NULL, digest, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(md, signature, &len,
			     (const unsigned char *)out->data, out->len),
	    1);
	EVP_MD_CTX_free(md);
	buf_add_text(out, ".");
	add_base64(out, signature, len);
}

char *
issuer_sign(
    const char *header, const char *claims, EVP_PKEY *key, const EVP_MD *digest)
{
	struct buf out;

	buf_init(&out, TEXT_MAX);
	add_base64(&out, header, strlen(header));
	buf_add_text(&out, ".");
	add_base64(&out, claims, strlen(claims));
	if (key != NULL)
		add_signature(&out, key, digest);
	else
		buf_add_text(&out, ".");
	return take(&out);
}
