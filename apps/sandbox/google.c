/* SPDX-License-Identifier: MIT */
#include "google.h"

#include <inttypes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "emit.h"
#include "members.h"

#define KEY_BITS 2048
#define TOKEN_LEN 1024
#define JWT_MAX 16384
#define LIFE_S 3600
#define SKEW_S 300

static bool
add_hex(struct buf *out, const unsigned char *bytes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		buf_addf(out, "%02x", bytes[i]);
	return buf_ok(out);
}

static bool
add_digest(struct buf *out, const char *text, size_t bytes)
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	return EVP_Digest(
		   text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1 &&
	       add_hex(out, digest, bytes);
}

static void
know_pem(const struct google *google)
{
	struct buf pem;

	buf_init(&pem, JWT_MAX);
	if (google_add_pem(google, &pem))
		known_add(google->known, pem.data, pem.len);
	buf_free(&pem);
}

bool
google_init(struct google *google, const char *project, uint64_t seed,
    const struct known *known)
{
	struct buf kid;

	google->seed = seed;
	google->known = known;
	google->key = EVP_RSA_gen(KEY_BITS);
	if (google->key == NULL)
		return false;
	snprintf(google->email, sizeof(google->email),
	    "sandbox@%s.iam.gserviceaccount.com", project);
	buf_init(&kid, sizeof(google->kid) - 1);
	add_digest(&kid, google->email, 20);
	snprintf(google->kid, sizeof(google->kid), "%s", buf_text(&kid));
	buf_free(&kid);
	known_add_text(known, GOOGLE_USER_SECRET);
	known_add_text(known, GOOGLE_USER_REFRESH);
	know_pem(google);
	return true;
}

void
google_free(struct google *google)
{
	EVP_PKEY_free(google->key);
	google->key = NULL;
}

/* "ya29.c.EXPIRY.NUMBER.DIGEST......": says by itself whether it is ours. */
static bool
make_access(const struct google *google, int64_t expires_at, unsigned number,
    struct buf *out)
{
	char from[64];

	snprintf(from, sizeof(from), "%" PRIu64 " %" PRId64 " %u", google->seed,
	    expires_at, number);
	buf_addf(
	    out, "ya29.c.%012" PRIx64 ".%08x.", (uint64_t)expires_at, number);
	add_digest(out, from, 32);
	while (buf_ok(out) && out->len < TOKEN_LEN)
		buf_add(out, ".", 1);
	return buf_ok(out);
}

bool
google_add_access(struct google *google, int64_t expires_at, struct buf *out)
{
	struct buf token;
	bool       ok;

	buf_init(&token, TOKEN_LEN);
	ok = make_access(google, expires_at,
		 atomic_fetch_add(&google->issued, 1), &token) &&
	     buf_add(out, token.data, token.len);
	if (ok)
		known_add(google->known, token.data, token.len);
	buf_free(&token);
	return ok;
}

static enum google_verdict
judge_access(const struct google *google, const char *bearer, int64_t now)
{
	struct buf wanted;
	int64_t    expires_at;
	unsigned   number;
	char      *end;
	bool       ours;

	expires_at = strtoll(bearer + strlen("ya29.c."), &end, 16);
	if (*end != '.')
		return GOOGLE_UNKNOWN;
	number = (unsigned)strtoul(end + 1, NULL, 16);
	buf_init(&wanted, TOKEN_LEN);
	ours = make_access(google, expires_at, number, &wanted) &&
	       strcmp(wanted.data, bearer) == 0;
	buf_free(&wanted);
	return !ours               ? GOOGLE_UNKNOWN
	       : expires_at <= now ? GOOGLE_EXPIRED
				   : GOOGLE_GOOD;
}

/* AIP-4111: signed for itself, for one scope list or one API. */
static enum google_verdict
judge_jwt(const struct google *google, const char *bearer, int64_t now)
{
	struct json_object *claims = google_claims(google, bearer);
	const char         *iss = members_get_string(claims, "iss");
	const char         *sub = members_get_string(claims, "sub");
	const char         *scope = members_get_string(claims, "scope");
	const char         *aud = members_get_string(claims, "aud");
	enum google_verdict verdict = GOOGLE_UNKNOWN;

	if (iss != NULL && sub != NULL && strcmp(iss, google->email) == 0 &&
	    strcmp(sub, iss) == 0 && (scope == NULL) != (aud == NULL) &&
	    (scope == NULL || strstr(scope, GOOGLE_SCOPE) != NULL) &&
	    (aud == NULL ||
		strcmp(aud, "https://secretmanager.googleapis.com/") == 0))
		verdict = google_claims_hold(claims, now) ? GOOGLE_GOOD
							  : GOOGLE_EXPIRED;
	json_object_put(claims);
	return verdict;
}

enum google_verdict
google_judge(const struct google *google, const char *bearer, int64_t now)
{
	if (strncmp(bearer, "ya29.c.", 7) == 0)
		return judge_access(google, bearer, now);
	return judge_jwt(google, bearer, now);
}

bool
google_claims_hold(struct json_object *claims, int64_t now)
{
	struct times {
		int64_t iat, exp;
	} times = { 0, 0 };
	static const struct member members[] = {
		MEMBER_REQUIRED(struct times, iat, put_int64, NULL, "iat"),
		MEMBER_REQUIRED(struct times, exp, put_int64, NULL, "exp"),
	};
	const char *missing;

	return members_decode(
		   claims, members, COUNT(members), &times, &missing) &&
	       times.iat <= now + SKEW_S && times.exp > now &&
	       times.exp > times.iat && times.exp - times.iat <= LIFE_S;
}

static bool
add_signature(const struct google *google, const char *text, struct buf *out)
{
	EVP_MD_CTX   *md = EVP_MD_CTX_new();
	unsigned char signature[KEY_BITS / 8];
	size_t        len = sizeof(signature);
	bool          ok;

	ok = md != NULL &&
	     EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, google->key) ==
		 1 &&
	     EVP_DigestSign(md, signature, &len, (const unsigned char *)text,
		 strlen(text)) == 1 &&
	     base64_encode(out, signature, len, BASE64_URL);
	EVP_MD_CTX_free(md);
	return ok;
}

bool
google_add_jwt(const struct google *google, const char *claims, struct buf *out)
{
	struct buf jwt;
	char       header[128];
	bool       ok;

	snprintf(header, sizeof(header),
	    "{\"alg\":\"RS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", google->kid);
	buf_init(&jwt, JWT_MAX);
	base64_encode(&jwt, header, strlen(header), BASE64_URL);
	buf_add(&jwt, ".", 1);
	base64_encode(&jwt, claims, strlen(claims), BASE64_URL);
	ok = buf_add_text(out, buf_text(&jwt)) && buf_add(out, ".", 1) &&
	     buf_ok(&jwt) && add_signature(google, jwt.data, out);
	buf_free(&jwt);
	return ok;
}

bool
google_add_identity(const struct google *google, const char *audience,
    bool full, int64_t now, struct buf *out)
{
	size_t      before = out->len;
	struct buf  claims;
	struct emit e;
	bool        ok;

	buf_init(&claims, JWT_MAX);
	emit_start(&e, &claims);
	emit_object(&e, NULL);
	emit_text(&e, "iss", "https://accounts.google.com");
	emit_text(&e, "aud", audience);
	emit_text(&e, "azp", GOOGLE_ACCOUNT_ID);
	emit_text(&e, "sub", GOOGLE_ACCOUNT_ID);
	if (full) {
		emit_text(&e, "email", google->email);
		emit_bool(&e, "email_verified", true);
	}
	emit_int(&e, "iat", now);
	emit_int(&e, "exp", now + LIFE_S);
	emit_end(&e);
	ok = buf_ok(&claims) && google_add_jwt(google, claims.data, out);
	if (ok)
		known_add_text(google->known, out->data + before);
	buf_free(&claims);
	return ok;
}

static bool
signature_fits(const struct google *google, const char *signed_part, size_t len,
    const struct buf *signature)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool        ok;

	ok = md != NULL &&
	     EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, google->key) ==
		 1 &&
	     EVP_DigestVerify(md, (const unsigned char *)signature->data,
		 signature->len, (const unsigned char *)signed_part, len) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

/* The JSON in one part of a JWT; NULL when there is none. */
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

/* Signed with our key, by the only algorithm that we take? */
static bool
header_fits(const struct google *google, const char *text, size_t len)
{
	struct json_object *header = read_part(text, len);
	const char         *alg = members_get_string(header, "alg");
	const char         *kid = members_get_string(header, "kid");
	bool                ok;

	ok = alg != NULL && strcmp(alg, "RS256") == 0 &&
	     (kid == NULL || strcmp(kid, google->kid) == 0);
	json_object_put(header);
	return ok;
}

struct json_object *
google_claims(const struct google *google, const char *jwt)
{
	struct json_object *claims = NULL;
	const char         *first, *second;
	struct buf          signature;

	first = strchr(jwt, '.');
	second = first != NULL ? strchr(first + 1, '.') : NULL;
	if (second == NULL || !header_fits(google, jwt, (size_t)(first - jwt)))
		return NULL;
	buf_init(&signature, KEY_BITS);
	if (base64_decode(
		&signature, second + 1, strlen(second + 1), BASE64_URL) &&
	    signature.len > 0 &&
	    signature_fits(google, jwt, (size_t)(second - jwt), &signature))
		claims = read_part(first + 1, (size_t)(second - first - 1));
	buf_free(&signature);
	return claims;
}

bool
google_add_pem(const struct google *google, struct buf *out)
{
	BIO  *bio = BIO_new(BIO_s_mem());
	char *data;
	long  len;
	bool  ok;

	ok = bio != NULL &&
	     PEM_write_bio_PKCS8PrivateKey(
		 bio, google->key, NULL, NULL, 0, NULL, NULL) == 1 &&
	     (len = BIO_get_mem_data(bio, &data)) > 0 &&
	     buf_add(out, data, (size_t)len);
	BIO_free(bio);
	return ok;
}

static bool
add_number(const struct google *google, const char *name, struct buf *out)
{
	unsigned char bytes[KEY_BITS / 8];
	BIGNUM       *number = NULL;
	bool          ok;

	ok = EVP_PKEY_get_bn_param(google->key, name, &number) == 1 &&
	     BN_num_bytes(number) <= (int)sizeof(bytes) &&
	     base64_encode(
		 out, bytes, (size_t)BN_bn2bin(number, bytes), BASE64_URL);
	BN_free(number);
	return ok;
}

bool
google_add_jwks(const struct google *google, struct buf *out)
{
	buf_addf(out,
	    "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\","
	    "\"kid\":\"%s\",\"n\":\"",
	    google->kid);
	add_number(google, OSSL_PKEY_PARAM_RSA_N, out);
	buf_add_text(out, "\",\"e\":\"");
	add_number(google, OSSL_PKEY_PARAM_RSA_E, out);
	buf_add_text(out, "\"}]}");
	return buf_ok(out);
}
