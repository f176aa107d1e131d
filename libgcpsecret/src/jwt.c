/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "jwt.h"
#include "members.h"
#include "pem.h"

#define KEY_BITS_MIN 2048
#define PART_MAX 8192

EVP_PKEY *
gs_jwt_key(const char *pem, const char **fault)
{
	static const char begin[] = "-----BEGIN ";
	const char       *first = strstr(pem, begin);
	bool              encrypted;
	EVP_PKEY         *key;

	if (first != NULL && strstr(first + 1, begin) != NULL) {
		*fault = "holds more than one PEM block";
		return NULL;
	}
	key = gs_pem_key(pem, &encrypted);
	if (key == NULL)
		*fault = encrypted ? "is protected by a passphrase"
				   : "is no private key in PEM";
	else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		*fault = "is no RSA key";
	else if (EVP_PKEY_get_bits(key) < KEY_BITS_MIN)
		*fault = "is shorter than 2048 bits";
	else
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* Adds the signature of all that stands in `out`. */
static bool
add_signature(struct buf *out, EVP_PKEY *key)
{
	size_t         len = (size_t)EVP_PKEY_get_size(key);
	unsigned char *signature = malloc(len);
	EVP_MD_CTX    *md = EVP_MD_CTX_new();
	bool           ok;

	ERR_set_mark();
	ok = signature != NULL && md != NULL &&
	     EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(md, signature, &len,
		 (const unsigned char *)out->data, out->len) == 1 &&
	     buf_add(out, ".", 1) &&
	     base64_encode(out, signature, len, BASE64_URL);
	ERR_pop_to_mark();
	EVP_MD_CTX_free(md);
	free(signature);
	return ok;
}

static void
add_claim(struct buf *claims, const char *name, const char *text)
{
	if (text != NULL)
		buf_addf(claims, "\"%s\":\"%s\",", name, text);
}

static void
add_claims(struct buf *claims, const struct jwt *jwt)
{
	buf_add_text(claims, "{");
	add_claim(claims, "iss", jwt->issuer);
	add_claim(claims, "sub", jwt->subject);
	add_claim(claims, "aud", jwt->audience);
	add_claim(claims, "scope", jwt->scope);
	add_claim(claims, "target_audience", jwt->target_audience);
	buf_addf(claims, "\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}",
	    jwt->issued_at, jwt->expires_at);
}

bool
gs_jwt_sign(struct buf *out, const struct jwt *jwt, EVP_PKEY *key)
{
	struct buf header, claims;
	bool       ok;

	buf_init(&header, PART_MAX);
	buf_init(&claims, PART_MAX);
	buf_add_text(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (jwt->key_id != NULL)
		buf_addf(&header, ",\"kid\":\"%s\"", jwt->key_id);
	buf_add_text(&header, "}");
	add_claims(&claims, jwt);
	ok = buf_ok(&header) && buf_ok(&claims) &&
	     base64_encode(out, header.data, header.len, BASE64_URL) &&
	     buf_add(out, ".", 1) &&
	     base64_encode(out, claims.data, claims.len, BASE64_URL) &&
	     add_signature(out, key);
	buf_free(&header);
	buf_free(&claims);
	return ok;
}

bool
gs_jwt_expiry(const char *token, int64_t *expires_at)
{
	const char         *claims = strchr(token, '.');
	struct json_object *document = NULL;
	struct buf          text;
	bool                ok = false;

	errno = EINVAL;
	if (claims == NULL)
		return false;
	buf_init(&text, SIZE_MAX);
	if (base64_decode(
		&text, claims + 1, strcspn(claims + 1, "."), BASE64_URL))
		document = members_parse(buf_text(&text), text.len);
	else if (!buf_ok(&text))
		errno = ENOMEM;
	if (document != NULL) {
		ok = gs_json_number(members_get(document, "exp"), expires_at);
		errno = EINVAL;
	}
	gs_json_free(document);
	buf_free(&text);
	return ok;
}
