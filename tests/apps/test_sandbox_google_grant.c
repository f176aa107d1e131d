/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Google's token endpoint and as IAM Credentials. */

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "sandbox_cloud.h"
#include "test.h"

#define BEARER "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define ACCOUNTS "projects/-/serviceAccounts/"
#define GENERATE ACCOUNTS CLOUD_ACCOUNT ":generateAccessToken"
#define GENERATE_ID ACCOUNTS CLOUD_ACCOUNT ":generateIdToken"
#define SCOPES "{\"scope\":[\"" CLOUD_SCOPE "\"]}"

/* Signs {"alg":"RS256"}.`claims` with the key of that file. */
static void
sign(struct json_object *file, const char *claims, struct buf *jwt)
{
	static const char header[] = "{\"alg\":\"RS256\"}";
	BIO          *bio = BIO_new_mem_buf(text_of(file, "private_key"), -1);
	EVP_PKEY     *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX   *md = EVP_MD_CTX_new();
	unsigned char signature[512];
	size_t        len = sizeof(signature);

	assert_non_null(key);
	buf_init(jwt, 8192);
	base64_encode(jwt, header, strlen(header), BASE64_URL);
	buf_add(jwt, ".", 1);
	base64_encode(jwt, claims, strlen(claims), BASE64_URL);
	assert_int_equal(
	    EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(md, signature, &len,
			     (const unsigned char *)jwt->data, jwt->len),
	    1);
	buf_add(jwt, ".", 1);
	base64_encode(jwt, signature, len, BASE64_URL);
	assert_true(buf_ok(jwt));
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	BIO_free(bio);
}

/* Bears a JWT with these claims and sound times; the answer. */
static struct json_object *
bear(int status, struct json_object *file, const char *claims)
{
	int64_t             now = cloud_now();
	char                all[1024];
	struct json_object *answer;
	struct buf          jwt, form;

	snprintf(all, sizeof(all),
	    "{\"iss\":\"" CLOUD_ACCOUNT "\",\"iat\":%" PRId64
	    ",\"exp\":%" PRId64 "%s}",
	    now, now + 3600, claims);
	sign(file, all, &jwt);
	buf_init(&form, 16384);
	buf_add_field(&form, "grant_type", BEARER);
	buf_add_field(&form, "assertion", jwt.data);
	answer = cloud_form(status, "/token", form.data, NULL);
	buf_free(&jwt);
	buf_free(&form);
	return answer;
}

#define AUD ",\"aud\":\"https://oauth2.googleapis.com/token\""

static void
a_target_audience_buys_an_identity(void **state)
{
	struct json_object *file = cloud_control("service-account", NULL);
	struct json_object *claims;

	(void)state;
	bear(200, file, AUD ",\"target_audience\":\"https://a.example\"");
	claims = cloud_claims(text_of(cloud.reply.json, "id_token"));
	assert_string_equal(text_of(claims, "aud"), "https://a.example");
	assert_string_equal(text_of(claims, "email"), CLOUD_ACCOUNT);
	json_object_put(claims);
	json_object_put(file);
}

static void
an_assertion_must_be_for_google(void **state)
{
	static const struct {
		int         status;
		const char *claims, *error;
	} cases[] = {
		{ 400, ",\"scope\":\"" CLOUD_SCOPE "\"", "invalid_grant" },
		{ 400, AUD, "invalid_scope" },
		{ 401, AUD ",\"scope\":\"x\",\"sub\":\"a@b.example\"",
		    "unauthorized_client" },
	};
	struct json_object *file = cloud_control("service-account", NULL);
	size_t              i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bear(cases[i].status, file, cases[i].claims);
		assert_string_equal(
		    text_of(cloud.reply.json, "error"), cases[i].error);
	}
	cloud_form(400, "/token", "grant_type=password", NULL);
	assert_string_equal(
	    text_of(cloud.reply.json, "error"), "unsupported_grant_type");
	json_object_put(file);
}

static void
a_key_that_was_replaced_signs_nothing(void **state)
{
	static const char   claims[] = AUD ",\"scope\":\"" CLOUD_SCOPE "\"";
	struct json_object *old = cloud_control("service-account", NULL);
	struct json_object *new;

	(void)state;
	bear(200, old, claims);
	cloud_tell("keys", "{\"rotate\":\"service-account\"}");
	bear(400, old, claims);
	assert_string_equal(text_of(cloud.reply.json, "error_description"),
	    "Invalid JWT Signature.");
	new = cloud_control("service-account", NULL);
	assert_string_not_equal(
	    text_of(old, "private_key_id"), text_of(new, "private_key_id"));
	bear(200, new, claims);
	json_object_put(old);
	json_object_put(new);
}

/* The refresh by the user of that file. */
static struct json_object *
refresh(int status, const char *more)
{
	char form[512];

	snprintf(form, sizeof(form),
	    "grant_type=refresh_token"
	    "&client_id=sandbox-user.apps.googleusercontent.com"
	    "&client_secret=sandbox-user-secret"
	    "&refresh_token=1%%2F%%2Fsandbox-user-refresh-token%s",
	    more);
	return cloud_form(status, "/token", form, NULL);
}

static void
a_user_may_have_to_log_in_again(void **state)
{
	struct json_object *claims;

	(void)state;
	refresh(200, "");
	claims = cloud_claims(text_of(cloud.reply.json, "id_token"));
	assert_string_equal(
	    text_of(claims, "aud"), "sandbox-user.apps.googleusercontent.com");
	json_object_put(claims);
	cloud_tell("google", "{\"user\":\"rapt_required\"}");
	refresh(400, "");
	assert_string_equal(
	    text_of(cloud.reply.json, "error"), "invalid_grant");
	assert_string_equal(
	    text_of(cloud.reply.json, "error_subtype"), "rapt_required");
	cloud_tell("google", "{\"user\":\"invalid_rapt\"}");
	refresh(400, "");
	assert_string_equal(
	    text_of(cloud.reply.json, "error_subtype"), "invalid_rapt");
	cloud_tell("google", "{\"user\":\"revoked\"}");
	refresh(400, "");
	assert_string_equal(text_of(cloud.reply.json, "error_description"),
	    "Token has been expired or revoked.");
	cloud_tell("google", "{\"user\":\"good\"}");
	refresh(200, "");
}

/* Puts the token of the last answer in place of the usual one. */
static void
carry(const char *name)
{
	snprintf(cloud.bearer, sizeof(cloud.bearer), "%s",
	    text_of(cloud.reply.json, name));
}

static void
other_scopes_open_no_secret(void **state)
{
	(void)state;
	refresh(200, "&scope=openid");
	carry("access_token");
	cloud_ask("GET", 403, CLOUD_PROJECT "/secrets", NULL);
	assert_google(&cloud.reply, 403, "PERMISSION_DENIED",
	    "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
	cloud_refused("POST", 403, "PERMISSION_DENIED", GENERATE, SCOPES);
	cloud_advance(0);
}

static void
an_account_is_impersonated(void **state)
{
	struct json_object *claims;

	(void)state;
	cloud_ask("POST", 200, GENERATE,
	    "{\"scope\":[\"" CLOUD_SCOPE "\"],\"lifetime\":\"600s\","
	    "\"delegates\":[\"" ACCOUNTS CLOUD_ACCOUNT "\"]}");
	assert_non_null(text_of(cloud.reply.json, "expireTime"));
	carry("accessToken");
	cloud_ask("GET", 200, CLOUD_PROJECT "/secrets", NULL);
	cloud_tell("clock", "{\"advance_s\":600}");
	cloud_refused(
	    "GET", 401, "UNAUTHENTICATED", CLOUD_PROJECT "/secrets", NULL);
	cloud_advance(0);
	cloud_ask("POST", 200, GENERATE_ID,
	    "{\"audience\":\"https://a.example\",\"includeEmail\":true}");
	claims = cloud_claims(text_of(cloud.reply.json, "token"));
	assert_string_equal(text_of(claims, "email"), CLOUD_ACCOUNT);
	json_object_put(claims);
}

static void
an_account_that_may_not_be_impersonated_looks_like_none(void **state)
{
	static const char deny[] =
	    "[{\"permission\":\"iam.serviceAccounts.getAccessToken\","
	    "\"resource\":\"" ACCOUNTS "closed@sandbox-project.iam."
	    "gserviceaccount.com\"}]";

	(void)state;
	cloud_refused("POST", 403, "PERMISSION_DENIED",
	    ACCOUNTS "a@none.iam.gserviceaccount.com:generateAccessToken",
	    SCOPES);
	cloud_tell("permissions", deny);
	cloud_refused("POST", 403, "PERMISSION_DENIED",
	    ACCOUNTS "closed@sandbox-project.iam.gserviceaccount.com"
		     ":generateAccessToken",
	    SCOPES);
	cloud_refused("POST", 403, "PERMISSION_DENIED", GENERATE,
	    "{\"scope\":[\"x\"],\"delegates\":[\"" ACCOUNTS
	    "closed@sandbox-project.iam.gserviceaccount.com\"]}");
	cloud_tell("permissions", "[]");
}

static void
what_is_asked_of_iam_must_make_sense(void **state)
{
	static const char *const wrong[] = { "{}", "{\"scope\":[]}",
		"{\"scope\":[\"x\"],\"lifetime\":\"43201s\"}",
		"{\"scope\":[\"x\"],\"lifetime\":600}",
		"{\"scope\":[\"x\"],\"delegates\":[\"somebody\"]}",
		"{\"scope\":[\"x\"],\"more\":1}", "[]" };
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cloud_refused(
		    "POST", 400, "INVALID_ARGUMENT", GENERATE, wrong[i]);
	cloud_refused("POST", 400, "INVALID_ARGUMENT", GENERATE_ID, "{}");
	cloud_ask("POST", 404, ACCOUNTS CLOUD_ACCOUNT ":signAway", "{}");
	peer_ask(&cloud.peer,
	    &(struct ask){ .path = "/v1/" GENERATE, .body = SCOPES },
	    &cloud.reply);
	assert_google(&cloud.reply, 401, "UNAUTHENTICATED", NULL);
}

static void
a_fault_of_a_token_endpoint_has_its_form(void **state)
{
	(void)state;
	cloud_tell("faults",
	    "[{\"path\":\"/token\",\"action\":\"status:503\",\"times\":1}]");
	refresh(503, "");
	assert_string_equal(
	    text_of(cloud.reply.json, "error"), "temporarily_unavailable");
	refresh(200, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_audience_buys_an_identity),
		cmocka_unit_test(an_assertion_must_be_for_google),
		cmocka_unit_test(a_key_that_was_replaced_signs_nothing),
		cmocka_unit_test(a_user_may_have_to_log_in_again),
		cmocka_unit_test(other_scopes_open_no_secret),
		cmocka_unit_test(an_account_is_impersonated),
		cmocka_unit_test(
		    an_account_that_may_not_be_impersonated_looks_like_none),
		cmocka_unit_test(what_is_asked_of_iam_must_make_sense),
		cmocka_unit_test(a_fault_of_a_token_endpoint_has_its_form),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google grant", tests, cloud_begin, cloud_end);
}
