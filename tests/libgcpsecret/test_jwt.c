/* SPDX-License-Identifier: MIT */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "google.h"
#include "grant.h"
#include "jwt.h"
#include "members.h"

static const struct jwt sample = {
	.key_id = "KID",
	.issuer = CLIENT_EMAIL,
	.subject = CLIENT_EMAIL,
	.scope = GS_SCOPE,
	.issued_at = 1799999990,
	.expires_at = 1800003590,
};

/* The n-th part of a token, decoded. */
static struct buf
part_of(const char *token, int n)
{
	struct buf part;

	while (n-- > 0)
		token = strchr(token, '.') + 1;
	buf_init(&part, 8192);
	assert_true(
	    base64_decode(&part, token, strcspn(token, "."), BASE64_URL));
	return part;
}

static struct json_object *
json_of(const char *token, int n)
{
	struct buf          part = part_of(token, n);
	struct json_object *object = members_parse(part.data, part.len);

	assert_non_null(object);
	buf_free(&part);
	return object;
}

static void
assert_signed(const char *token, EVP_PKEY *key, size_t signature_len)
{
	struct buf  signature = part_of(token, 2);
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	assert_int_equal(signature.len, signature_len);
	assert_int_equal(
	    EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(
	    EVP_DigestVerify(md, (const unsigned char *)signature.data,
		signature.len, (const unsigned char *)token,
		(size_t)(strrchr(token, '.') - token)),
	    1);
	EVP_MD_CTX_free(md);
	buf_free(&signature);
}

static void
a_token_says_who_what_and_how_long(void **state)
{
	struct buf          token;
	struct json_object *header, *claims;
	int64_t             n;

	(void)state;
	buf_init(&token, 4096);
	assert_true(gs_jwt_sign(&token, &sample, google_key()));
	assert_signed(token.data, google_key(), 256);

	header = json_of(token.data, 0);
	assert_int_equal(json_object_object_length(header), 3);
	assert_string_equal(members_get_string(header, "alg"), "RS256");
	assert_string_equal(members_get_string(header, "typ"), "JWT");
	assert_string_equal(members_get_string(header, "kid"), "KID");

	claims = json_of(token.data, 1);
	assert_int_equal(json_object_object_length(claims), 5);
	assert_string_equal(members_get_string(claims, "iss"), CLIENT_EMAIL);
	assert_string_equal(members_get_string(claims, "sub"), CLIENT_EMAIL);
	assert_string_equal(members_get_string(claims, "scope"),
	    "https://www.googleapis.com/auth/cloud-platform");
	assert_true(put_int64(members_get(claims, "iat"), &n));
	assert_int_equal(n, 1799999990);
	assert_true(put_int64(members_get(claims, "exp"), &n));
	assert_int_equal(n, 1800003590);

	json_object_put(header);
	json_object_put(claims);
	buf_free(&token);
}

static void
a_token_sent_is_dated_back_and_lives_for_an_hour(void **state)
{
	static const struct loopback_answer good[] = {
		{ .status = 200, .body = GOOD },
	};
	struct google       g;
	char                header[4096];
	struct json_object *claims;
	int64_t             issued, expires;

	(void)state;
	google_start(&g, good, 1);
	google_use_service_account(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_true(loopback_header(loopback_request(g.peer, 0),
	    "Authorization", header, sizeof(header)));
	assert_signed(header + strlen("Bearer "), google_key(), 256);
	claims = json_of(header + strlen("Bearer "), 1);
	assert_string_equal(members_get_string(claims, "scope"), GS_SCOPE);
	assert_true(put_int64(members_get(claims, "iat"), &issued));
	assert_true(put_int64(members_get(claims, "exp"), &expires));
	assert_int_equal(issued, g.now - 10);
	assert_int_equal(expires, issued + 3600);
	json_object_put(claims);
	google_end(&g);
}

static void
a_key_of_4096_bits_signs_512_bytes(void **state)
{
	EVP_PKEY  *key = EVP_RSA_gen(4096);
	struct buf token;

	(void)state;
	buf_init(&token, 4096);
	assert_true(gs_jwt_sign(&token, &sample, key));
	assert_signed(token.data, key, 512);
	buf_free(&token);
	EVP_PKEY_free(key);
}

static void
a_key_without_an_id_signs_without_kid(void **state)
{
	struct jwt          jwt = sample;
	struct buf          token;
	struct json_object *header;

	(void)state;
	jwt.key_id = NULL;
	buf_init(&token, 4096);
	assert_true(gs_jwt_sign(&token, &jwt, google_key()));
	header = json_of(token.data, 0);
	assert_null(members_get(header, "kid"));
	json_object_put(header);
	buf_free(&token);
}

/* PEM with real ends of lines. */
static char *
pem_of(EVP_PKEY *key, const char *passphrase, const char *end_of_line)
{
	char *pem = google_pem(key, passphrase), *at;

	while ((at = strstr(pem, "\\n")) != NULL) {
		at[0] = end_of_line[0];
		if (end_of_line[1] != '\0')
			at[1] = end_of_line[1];
		else
			memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	return pem;
}

static void
assert_key(char *pem, const char *fault)
{
	const char *found = NULL;
	EVP_PKEY   *key;

	/* The caller's queue of errors is left as it was. */
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 42);
	key = gs_jwt_key(pem, &found);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
	assert_int_equal(ERR_get_error(), 0);

	if (fault != NULL) {
		assert_null(key);
		assert_non_null(found);
		assert_string_equal(found, fault);
	} else {
		assert_non_null(key);
	}
	EVP_PKEY_free(key);
	free(pem);
}

static void
a_key_is_read_strictly(void **state)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	char     *pem = pem_of(google_key(), NULL, "\n"), *two, *cut;

	(void)state;
	assert_true(asprintf(&two, "%s%s", pem, pem) > 0);
	assert_true(asprintf(&cut, "%.400s", pem) > 0);
	assert_key(pem, NULL);
	assert_key(pem_of(google_key(), NULL, "\r\n"), NULL);
	assert_key(strdup(""), "is no private key in PEM");
	assert_key(strdup("garbage"), "is no private key in PEM");
	assert_key(cut, "is no private key in PEM");
	assert_key(strdup("-----BEGIN PRIVATE KEY-----\nAAAA\n"
			  "-----END PRIVATE KEY-----\n"),
	    "is no private key in PEM");
	assert_key(two, "holds more than one PEM block");
	assert_key(pem_of(google_key(), "sesame", "\n"),
	    "is protected by a passphrase");
	assert_key(pem_of(small, NULL, "\n"), "is shorter than 2048 bits");
	assert_key(pem_of(ec, NULL, "\n"), "is no RSA key");
	EVP_PKEY_free(small);
	EVP_PKEY_free(ec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_says_who_what_and_how_long),
		cmocka_unit_test(
		    a_token_sent_is_dated_back_and_lives_for_an_hour),
		cmocka_unit_test(a_key_of_4096_bits_signs_512_bytes),
		cmocka_unit_test(a_key_without_an_id_signs_without_kid),
		cmocka_unit_test(a_key_is_read_strictly),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret jwt", tests, NULL, NULL);
}
