/* SPDX-License-Identifier: MIT */

/* strava-sandbox as the publisher of Google's keys, and what they sign. */

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "sandbox_cloud.h"
#include "test.h"

static char token[4096];

/* An identity token as the body describes it. */
static const char *
make(const char *body)
{
	struct json_object *answer = cloud_control("id-token", body);

	snprintf(token, sizeof(token), "%s", text_of(answer, "token"));
	json_object_put(answer);
	return token;
}

static struct json_object *
certs(const char *path)
{
	return peer_expect(
	    &cloud.peer, &(struct ask){ .path = path }, 200, &cloud.reply);
}

/* The header of a token, to be ended with json_object_put(). */
static struct json_object *
header_of(const char *jwt)
{
	struct json_object *header;
	struct buf          json;

	buf_init(&json, 1024);
	assert_true(base64_decode(
	    &json, jwt, (size_t)(strchr(jwt, '.') - jwt), BASE64_URL));
	header = json_tokener_parse(json.data);
	assert_non_null(header);
	buf_free(&json);
	return header;
}

/* Did the key of that certificate sign the token? */
static bool
is_signed_by(const char *jwt, const char *pem)
{
	const char *dot = strrchr(jwt, '.');
	BIO        *bio = BIO_new_mem_buf(pem, -1);
	X509       *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct buf  signature;
	bool        ok;

	assert_non_null(x509);
	buf_init(&signature, 1024);
	ok = base64_decode(&signature, dot + 1, strlen(dot + 1), BASE64_URL) &&
	     EVP_DigestVerifyInit(
		 md, NULL, EVP_sha256(), NULL, X509_get0_pubkey(x509)) == 1 &&
	     EVP_DigestVerify(md, (const unsigned char *)signature.data,
		 signature.len, (const unsigned char *)jwt,
		 (size_t)(dot - jwt)) == 1;
	buf_free(&signature);
	EVP_MD_CTX_free(md);
	X509_free(x509);
	BIO_free(bio);
	return ok;
}

/* The certificate that the token's header names; NULL when it is not there. */
static bool
is_good(const char *jwt)
{
	struct json_object *header = header_of(jwt), *pem;
	bool                ok = json_object_object_get_ex(
			   certs("/oauth2/v1/certs"), text_of(header, "kid"), &pem);

	ok = ok && is_signed_by(jwt, json_object_get_string(pem));
	json_object_put(header);
	return ok;
}

static void
the_published_keys_verify_what_google_signs(void **state)
{
	struct json_object *header, *key;

	(void)state;
	assert_true(is_good(make("{}")));
	assert_false(is_good(make("{\"key\":\"stranger\"}")));
	assert_false(is_good(make("{\"key\":\"service-account\"}")));
	assert_false(
	    is_good(make("{\"signature\":\"SIGNATURE_REMOVED_BY_GOOGLE\"}")));
	header = header_of(make("{}"));
	key = item_of(member_of(certs("/oauth2/v3/certs"), "keys"), 0);
	assert_string_equal(text_of(key, "kid"), text_of(header, "kid"));
	assert_string_equal(text_of(key, "kty"), "RSA");
	assert_string_equal(text_of(key, "alg"), "RS256");
	assert_string_equal(text_of(key, "e"), "AQAB");
	assert_int_equal(strlen(text_of(key, "n")), 342);
	json_object_put(header);
}

static void
claims_and_header_are_what_a_test_wants(void **state)
{
	struct json_object *claims, *header;

	(void)state;
	make("{\"claims\":{\"aud\":[\"a\",\"b\"],\"email_verified\":false,"
	     "\"sub\":null,\"more\":{\"x\":1}},\"header\":{\"alg\":\"none\","
	     "\"kid\":null}}");
	claims = cloud_claims(token);
	header = header_of(token);
	assert_int_equal(length_of(member_of(claims, "aud")), 2);
	assert_false(
	    json_object_get_boolean(member_of(claims, "email_verified")));
	assert_false(json_object_object_get_ex(claims, "sub", NULL));
	assert_int_equal(number_of(member_of(claims, "more"), "x"), 1);
	assert_string_equal(
	    text_of(claims, "iss"), "https://accounts.google.com");
	assert_string_equal(text_of(header, "alg"), "none");
	assert_false(json_object_object_get_ex(header, "kid", NULL));
	json_object_put(claims);
	json_object_put(header);
	peer_expect(&cloud.peer,
	    &(struct ask){
		.path = "/_control/id-token", .body = "{\"key\":\"x\"}" },
	    400, &cloud.reply);
}

static void
keys_rotate(void **state)
{
	char old[4096];

	(void)state;
	snprintf(old, sizeof(old), "%s", make("{}"));
	cloud_tell("keys", "{\"rotate\":\"oidc\",\"keep\":true}");
	assert_int_equal(
	    length_of(member_of(certs("/oauth2/v3/certs"), "keys")), 2);
	assert_true(is_good(old));
	assert_true(is_good(make("{}")));
	cloud_tell("keys", "{\"rotate\":\"oidc\"}");
	assert_int_equal(
	    length_of(member_of(certs("/oauth2/v3/certs"), "keys")), 1);
	assert_false(is_good(old));
	assert_true(is_good(make("{}")));
	peer_expect(&cloud.peer,
	    &(struct ask){
		.path = "/_control/keys", .body = "{\"rotate\":\"x\"}" },
	    400, &cloud.reply);
}

static void
keys_say_how_long_they_may_be_kept(void **state)
{
	(void)state;
	cloud_tell("google", "{\"certs_max_age_s\":120,\"certs_age_s\":20}");
	certs("/oauth2/v3/certs");
	assert_string_equal(
	    http_response_header(&cloud.reply.http, "Cache-Control"),
	    "public, max-age=120, must-revalidate, no-transform");
	assert_string_equal(
	    http_response_header(&cloud.reply.http, "Age"), "20");
}

static void
keys_follow_from_the_seed(void **state)
{
	struct json_object *mine = cloud_control("service-account", NULL);
	struct json_object *same, *other;
	struct peer         peer;

	(void)state;
	peer_start(&peer, (const char *const[]){ NULL });
	same = peer_control(&peer, "/_control/service-account", NULL);
	assert_string_equal(
	    text_of(mine, "private_key"), text_of(same, "private_key"));
	peer_end(&peer);
	peer_start(&peer, (const char *const[]){ "--seed", "2", NULL });
	other = peer_control(&peer, "/_control/service-account", NULL);
	assert_string_not_equal(
	    text_of(mine, "private_key"), text_of(other, "private_key"));
	peer_end(&peer);
	json_object_put(mine);
	json_object_put(same);
	json_object_put(other);
}

static void
the_state_tells_of_google(void **state)
{
	struct json_object *all = cloud_control("state", NULL);
	struct json_object *google = member_of(all, "google");

	(void)state;
	assert_string_equal(
	    text_of(item_of(member_of(google, "projects"), 0), "number"),
	    "100000000001");
	assert_string_equal(text_of(google, "service_account"), CLOUD_ACCOUNT);
	assert_string_equal(text_of(google, "user"), "good");
	assert_int_equal(
	    length_of(member_of(member_of(google, "keys"), "issuer")), 1);
	json_object_put(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_keys_verify_what_google_signs),
		cmocka_unit_test(claims_and_header_are_what_a_test_wants),
		cmocka_unit_test(keys_rotate),
		cmocka_unit_test(keys_say_how_long_they_may_be_kept),
		cmocka_unit_test(keys_follow_from_the_seed),
		cmocka_unit_test(the_state_tells_of_google),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google oidc", tests, cloud_begin, cloud_end);
}
