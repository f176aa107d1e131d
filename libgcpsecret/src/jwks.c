/* SPDX-License-Identifier: MIT */
#include "jwks.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base64.h"
#include "members.h"

#define BITS_MIN 2048
#define BITS_MAX 8192
#define EXPONENT_BITS_MAX 64

/* A number as RFC 7518 writes it; NULL in *number when it is none or has more
 * than `bits_max` bits.  False when memory is short. */
static bool
read_number(
    struct json_object *jwk, const char *name, size_t bits_max, BIGNUM **number)
{
	const char *text = members_get_string(jwk, name);
	size_t      len = text != NULL ? strlen(text) : 0;
	struct buf  bytes;
	bool        ok;

	*number = NULL;
	if (len == 0 || len > (bits_max / 8 * 4 + 2) / 3)
		return true;
	buf_init(&bytes, bits_max / 8);
	if (base64_decode(&bytes, text, len, BASE64_URL))
		*number = BN_bin2bn(
		    (const unsigned char *)bytes.data, (int)bytes.len, NULL);
	ok = buf_ok(&bytes) && (*number != NULL || bytes.len == 0);
	buf_free(&bytes);
	return ok;
}

/* NULL when there is no such key. */
static EVP_PKEY *
make_key(BIGNUM *n, BIGNUM *e)
{
	EVP_PKEY       *key = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM     *params = NULL;
	EVP_PKEY_CTX   *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

	if (builder != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(builder)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* What libcrypto finds out about a public key: an odd modulus that is no prime
 * and has no small factor, an odd exponent above 1. */
static bool
is_sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool sound = ctx != NULL && EVP_PKEY_get_bits(key) >= BITS_MIN &&
		     EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return sound;
}

/* NULL in *key when it is malformed, weak or strong beyond reason.  False when
 * memory is short. */
static bool
read_key(struct json_object *jwk, EVP_PKEY **key)
{
	BIGNUM *n = NULL, *e = NULL;
	bool    ok = read_number(jwk, "n", BITS_MAX, &n) &&
		  read_number(jwk, "e", EXPONENT_BITS_MAX, &e);

	*key = NULL;
	/* Leaves nothing in the queue of errors, which is the caller's. */
	ERR_set_mark();
	if (n != NULL && e != NULL)
		*key = make_key(n, e);
	if (*key != NULL && !is_sound(*key)) {
		EVP_PKEY_free(*key);
		*key = NULL;
	}
	ERR_pop_to_mark();
	BN_free(n);
	BN_free(e);
	return ok;
}

/* Absent, or this text. */
static bool
may_be(struct json_object *jwk, const char *name, const char *text)
{
	const char *found = members_get_string(jwk, name);

	return found != NULL ? strcmp(found, text) == 0
			     : !json_object_object_get_ex(jwk, name, NULL);
}

/* "" when it is unfit. */
static const char *
kid_of(struct json_object *jwk)
{
	const char *kid = members_get_string(jwk, "kid");

	return kid != NULL && gs_is_plain(kid) && strlen(kid) <= JWKS_KID_MAX
		   ? kid
		   : "";
}

/* Why a key of that name cannot check a signature of RS256, whatever its numbers
 * are; NULL when it may. */
static const char *
fault_of(const struct jwks *set, const char *kid, struct json_object *jwk)
{
	const char *kty = members_get_string(jwk, "kty");

	if (*kid == '\0')
		return "it has no name that could stand in a token";
	if (kty == NULL || strcmp(kty, "RSA") != 0)
		return "it is no RSA key";
	if (!may_be(jwk, "use", "sig") || !may_be(jwk, "alg", "RS256"))
		return "it is for something else than RS256";
	if (gs_jwks_find(set, kid) != NULL)
		return "another has its name";
	return NULL;
}

static void
ignore(struct jwks *set, const char *kid, const char *why)
{
	memcpy(set->ignored[set->ignored_count].kid, kid, strlen(kid) + 1);
	set->ignored[set->ignored_count++].why = why;
}

static gcpsecret_status
add_keys(struct jwks *set, struct json_object *list, gcpsecret_error *err)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *jwk = json_object_array_get_idx(list, i);
		const char         *kid = kid_of(jwk);
		const char         *fault = fault_of(set, kid, jwk);
		EVP_PKEY           *key = NULL;

		if (fault == NULL && !read_key(jwk, &key))
			return gs_no_memory(err);
		if (fault == NULL && key == NULL)
			fault = "it is malformed, unsound or not of 2048 to "
				"8192 bits";
		if (fault != NULL) {
			ignore(set, kid, fault);
			continue;
		}
		memcpy(set->keys[set->count].kid, kid, strlen(kid) + 1);
		set->keys[set->count++].key = key;
	}
	if (set->count == 0)
		return gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the JWK set has no RSA key for signatures that is sound");
	return GCPSECRET_OK;
}

gcpsecret_status
gs_jwks_read(
    struct jwks *set, const char *text, size_t len, gcpsecret_error *err)
{
	struct json_object *document = members_parse(text, len);
	struct json_object *list = members_get(document, "keys");
	gcpsecret_status    status;

	memset(set, 0, sizeof(*set));
	if (document == NULL && errno == ENOMEM)
		status = gs_no_memory(err);
	else if (!json_object_is_type(list, json_type_array))
		status = gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the answer is no JWK set: {\"keys\":[...]}");
	else if (json_object_array_length(list) > JWKS_KEYS_MAX)
		status = gs_fail(err, GCPSECRET_ERR_FORMAT,
		    "the JWK set has more than %d keys", JWKS_KEYS_MAX);
	else
		status = add_keys(set, list, err);
	json_object_put(document);
	if (status != GCPSECRET_OK)
		gs_jwks_free(set);
	return status;
}

void
gs_jwks_free(struct jwks *set)
{
	for (size_t i = 0; i < set->count; i++)
		EVP_PKEY_free(set->keys[i].key);
	memset(set->keys, 0, sizeof(set->keys));
	set->count = 0;
}

EVP_PKEY *
gs_jwks_find(const struct jwks *set, const char *kid)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->keys[i].kid, kid) == 0)
			return set->keys[i].key;
	return NULL;
}
