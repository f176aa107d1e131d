/* SPDX-License-Identifier: MIT */
#include "jwt.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "members.h"
#include "rsa_key.h"

#define SKEW_S 300

static bool
add_signature(const struct key *key, const struct buf *text, struct buf *out)
{
	EVP_MD_CTX   *md = EVP_MD_CTX_new();
	unsigned char signature[RSA_KEY_BITS / 8];
	size_t        len = sizeof(signature);
	bool          ok;

	ok = md != NULL &&
	     EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
	     EVP_DigestSign(md, signature, &len,
		 (const unsigned char *)text->data, text->len) == 1 &&
	     base64_encode(out, signature, len, BASE64_URL);
	EVP_MD_CTX_free(md);
	return ok;
}

bool
jwt_add_with(const struct key *key, const char *header, const char *claims,
    struct buf *out)
{
	struct buf jwt;
	bool       ok;

	buf_init(&jwt, JWT_MAX);
	base64_encode(&jwt, header, strlen(header), BASE64_URL);
	buf_add(&jwt, ".", 1);
	base64_encode(&jwt, claims, strlen(claims), BASE64_URL);
	ok = key != NULL && buf_ok(&jwt) && buf_add(out, jwt.data, jwt.len) &&
	     buf_add(out, ".", 1) && add_signature(key, &jwt, out);
	buf_free(&jwt);
	return ok;
}

bool
jwt_add(const struct key *key, const char *claims, struct buf *out)
{
	char header[128];

	if (key == NULL)
		return false;
	snprintf(header, sizeof(header),
	    "{\"alg\":\"RS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", key->kid);
	return jwt_add_with(key, header, claims, out);
}

static bool
signature_fits(const struct key *key, const char *signed_part, size_t len,
    const struct buf *signature)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool        ok;

	ok = md != NULL &&
	     EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key->pkey) ==
		 1 &&
	     EVP_DigestVerify(md, (const unsigned char *)signature->data,
		 signature->len, (const unsigned char *)signed_part, len) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

/* The JSON in one part of a token; NULL when there is none. */
static struct json_object *
read_part(const char *text, size_t len)
{
	struct json_object *object = NULL;
	struct buf          json;

	buf_init(&json, JWT_MAX);
	if (base64_decode(&json, text, len, BASE64_URL) && json.len > 0)
		object = members_parse(json.data, json.len);
	buf_free(&json);
	return object;
}

/* The key that the header names, by the only algorithm that we take. */
static const struct key *
find_key(struct keyring *ring, enum key_use use, const char *text, size_t len)
{
	struct json_object *header = read_part(text, len);
	const char         *alg = members_get_string(header, "alg");
	const struct key   *key = NULL;

	if (alg != NULL && strcmp(alg, "RS256") == 0)
		key =
		    keyring_find(ring, use, members_get_string(header, "kid"));
	json_object_put(header);
	return key;
}

struct json_object *
jwt_claims(struct keyring *ring, enum key_use use, const char *jwt)
{
	struct json_object *claims = NULL;
	const char         *first, *second;
	const struct key   *key;
	struct buf          signature;

	first = strchr(jwt, '.');
	second = first != NULL ? strchr(first + 1, '.') : NULL;
	if (second == NULL ||
	    (key = find_key(ring, use, jwt, (size_t)(first - jwt))) == NULL)
		return NULL;
	buf_init(&signature, RSA_KEY_BITS);
	if (base64_decode(
		&signature, second + 1, strlen(second + 1), BASE64_URL) &&
	    signature.len > 0 &&
	    signature_fits(key, jwt, (size_t)(second - jwt), &signature))
		claims = read_part(first + 1, (size_t)(second - first - 1));
	buf_free(&signature);
	return claims;
}

struct times {
	int64_t iat, exp;
};

static bool
read_times(struct json_object *claims, struct times *times)
{
	static const struct member members[] = {
		MEMBER_REQUIRED(struct times, iat, put_int64, NULL, "iat"),
		MEMBER_REQUIRED(struct times, exp, put_int64, NULL, "exp"),
	};
	const char *missing;

	return members_decode(claims, members, COUNT(members), times, &missing);
}

bool
jwt_times_hold(struct json_object *claims, int64_t life_s, int64_t now)
{
	struct times times;

	return read_times(claims, &times) && times.iat <= now + SKEW_S &&
	       times.exp > now && times.exp > times.iat &&
	       times.exp - times.iat <= life_s;
}

bool
jwt_is_over(struct json_object *claims, int64_t now)
{
	struct times times;

	return read_times(claims, &times) && times.exp <= now;
}
