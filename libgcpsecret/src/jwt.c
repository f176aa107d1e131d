/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "jwt.h"
#include "members.h"

#define KEY_BITS_MIN 2048
#define PART_MAX 4096
#define CLAIMS_MAX 16384

/* Called for an encrypted key.  Without it libcrypto asks at the terminal. */
static int
no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text, (void)size, (void)writing;
	*(bool *)ctx = true;
	return -1;
}

static EVP_PKEY *
read_pem(const char *pem, bool *encrypted)
{
	EVP_PKEY *key = NULL;
	BIO      *bio = BIO_new_mem_buf(pem, -1);

	/* Leaves nothing in the queue of errors, which is the caller's. */
	ERR_set_mark();
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(
		    bio, NULL, no_passphrase, encrypted);
	ERR_pop_to_mark();
	BIO_free(bio);
	return key;
}

EVP_PKEY *
gs_jwt_key(const char *pem, const char **fault)
{
	static const char begin[] = "-----BEGIN ";
	const char       *first = strstr(pem, begin);
	bool              encrypted = false;
	EVP_PKEY         *key;

	if (first != NULL && strstr(first + 1, begin) != NULL) {
		*fault = "holds more than one PEM block";
		return NULL;
	}
	key = read_pem(pem, &encrypted);
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
	buf_addf(&claims,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"scope\":\"%s\",\"iat\":%" PRId64
	    ",\"exp\":%" PRId64 "}",
	    jwt->issuer, jwt->issuer, jwt->scope, jwt->issued_at,
	    jwt->expires_at);
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

	if (claims == NULL)
		return false;
	buf_init(&text, CLAIMS_MAX);
	if (base64_decode(
		&text, claims + 1, strcspn(claims + 1, "."), BASE64_URL))
		document = members_parse(buf_text(&text), text.len);
	if (document != NULL)
		ok = gs_json_number(members_get(document, "exp"), expires_at);
	gs_json_free(document);
	buf_free(&text);
	return ok;
}
