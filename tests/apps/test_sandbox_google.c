/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Google: metadata server, tokens, Secret Manager. */

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "clock.h"
#include "sandbox_peer.h"
#include "test.h"

#define SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define FLAVOR "Metadata-Flavor: Google"
#define METADATA "/computeMetadata/v1/"
#define SECRETS "/v1/projects/sandbox-project/secrets"
#define ACCOUNT "sandbox@sandbox-project.iam.gserviceaccount.com"

/* As strict as Google: no credentials, no secret. */
static struct peer  peer;
static struct reply reply;

static int
begin(void **state)
{
	(void)state;
	peer_start(&peer, (const char *const[]){ "--emulator", "off", NULL });
	reply_init(&reply);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	reply_free(&reply);
	peer_end(&peer);
	return 0;
}

static void
ask(const struct ask *question)
{
	peer_ask(&peer, question, &reply);
}

/* A token of the metadata server's. */
static const char *
bearer(void)
{
	static char token[2048];

	ask(&(struct ask){
	    .path = METADATA "instance/service-accounts/default/token",
	    .header = FLAVOR });
	assert_int_equal(reply.http.status, 200);
	snprintf(
	    token, sizeof(token), "%s", text_of(reply.json, "access_token"));
	return token;
}

static void
ask_secret(const char *method, const char *path, const char *body)
{
	const char *token = bearer();

	ask(&(struct ask){
	    .method = method, .path = path, .body = body, .bearer = token });
}

/* The service account's key, as its owner downloaded it. */
static EVP_PKEY *
account_key(void)
{
	struct json_object *file =
	    peer_control(&peer, "/_control/service-account", NULL);
	BIO      *bio = BIO_new_mem_buf(text_of(file, "private_key"), -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(key);
	assert_string_equal(text_of(file, "type"), "service_account");
	assert_string_equal(text_of(file, "client_email"), ACCOUNT);
	BIO_free(bio);
	json_object_put(file);
	return key;
}

/* Signs `header`.`claims` with the account's key. */
static void
sign(const char *header, const char *claims, struct buf *jwt)
{
	EVP_PKEY     *key = account_key();
	EVP_MD_CTX   *md = EVP_MD_CTX_new();
	unsigned char signature[512];
	size_t        len = sizeof(signature);

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
}

static void
metadata_wants_its_header(void **state)
{
	(void)state;
	ask(&(struct ask){ .path = METADATA "project/project-id" });
	assert_int_equal(reply.http.status, 403);
	assert_string_equal(
	    http_response_header(&reply.http, "Metadata-Flavor"), "Google");
	ask(&(struct ask){ .path = METADATA "project/project-id",
	    .header = "Metadata-Flavor: google" });
	assert_int_equal(reply.http.status, 403);
	ask(&(struct ask){
	    .path = METADATA "project/project-id", .header = FLAVOR });
	assert_int_equal(reply.http.status, 200);
	assert_string_equal(buf_text(&reply.http.body), "sandbox-project");
	assert_string_equal(
	    http_response_header(&reply.http, "Metadata-Flavor"), "Google");
	ask(&(struct ask){ .path = "/", .header = FLAVOR });
	assert_string_equal(
	    http_response_header(&reply.http, "Metadata-Flavor"), "Google");
	ask(&(struct ask){ .path = METADATA "nothing", .header = FLAVOR });
	assert_int_equal(reply.http.status, 404);
}

static void
metadata_tells_of_the_machine(void **state)
{
	static const char *const answers[][2] = {
		{ "project/numeric-project-id", "100000000001" },
		{ "instance/region",
		    "projects/100000000001/regions/us-central1" },
		{ "instance/service-accounts/default/email", ACCOUNT },
		{ "universe/universe-domain", "googleapis.com" },
	};
	char   path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		snprintf(path, sizeof(path), METADATA "%s", answers[i][0]);
		ask(&(struct ask){ .path = path, .header = FLAVOR });
		assert_string_equal(buf_text(&reply.http.body), answers[i][1]);
	}
	ask(&(struct ask){ .path = METADATA "instance/service-accounts/default/"
					    "?recursive=true",
	    .header = FLAVOR });
	assert_string_equal(text_of(reply.json, "email"), ACCOUNT);
}

static void
an_identity_token_names_its_audience(void **state)
{
	struct json_object *claims;
	struct buf          json;
	const char         *first, *second;

	(void)state;
	ask(&(struct ask){ .path = METADATA
			   "instance/service-accounts/default/identity"
			   "?format=full&audience=https%3A%2F%2Fa.example",
	    .header = FLAVOR });
	assert_int_equal(reply.http.status, 200);
	first = strchr(buf_text(&reply.http.body), '.');
	second = strchr(first + 1, '.');
	buf_init(&json, 4096);
	assert_true(base64_decode(
	    &json, first + 1, (size_t)(second - first - 1), BASE64_URL));
	claims = json_tokener_parse(json.data);
	assert_string_equal(text_of(claims, "aud"), "https://a.example");
	assert_string_equal(text_of(claims, "email"), ACCOUNT);
	json_object_put(claims);
	buf_free(&json);
	ask(&(struct ask){
	    .path = METADATA "instance/service-accounts/default/identity",
	    .header = FLAVOR });
	assert_int_equal(reply.http.status, 400);
	ask(&(struct ask){ .path = "/oauth2/v3/certs" });
	assert_int_equal(reply.http.status, 200);
	assert_non_null(strstr(buf_text(&reply.http.body), "\"kty\":\"RSA\""));
}

static void
no_credentials_open_nothing(void **state)
{
	static const char path[] =
	    SECRETS "/strava-client-secret/versions/latest:access";
	char token[2048];

	(void)state;
	ask(&(struct ask){ .path = path });
	assert_google(&reply, 401, "UNAUTHENTICATED", "CREDENTIALS_MISSING");
	ask(&(struct ask){ .path = path, .bearer = "ya29.c.something" });
	assert_google(
	    &reply, 401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED");
	snprintf(token, sizeof(token), "%s", bearer());
	assert_true(strlen(token) >= 1024);
	ask(&(struct ask){ .path = path, .bearer = token });
	assert_int_equal(reply.http.status, 200);
	peer_tell(&peer, "/_control/clock", "{\"advance_s\":3600}");
	ask(&(struct ask){ .path = path, .bearer = token });
	assert_google(&reply, 401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED");
	peer_tell(&peer, "/_control/clock", "{\"advance_s\":-3600}");
}

static void
an_emulator_asks_for_none(void **state)
{
	struct peer easy;

	(void)state;
	peer_start(&easy, (const char *const[]){ NULL });
	peer_ask(&easy,
	    &(struct ask){ .path = SECRETS "/strava-client-secret/versions/"
					   "1:access" },
	    &reply);
	assert_int_equal(reply.http.status, 200);
	peer_ask(&easy,
	    &(struct ask){ .path = SECRETS "/strava-client-secret/versions/"
					   "1:access",
		.bearer = "nonsense" },
	    &reply);
	assert_int_equal(reply.http.status, 401);
	peer_end(&easy);
}

/* What a JWT with these claims opens. */
static int
status_of_claims(
    const char *header, const char *format, int64_t from_s, int64_t to_s)
{
	int64_t    now = clock_utc_s(NULL);
	char       claims[512], times[128];
	struct buf jwt;

	snprintf(times, sizeof(times),
	    ",\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}", now + from_s,
	    now + to_s);
	snprintf(claims, sizeof(claims), "%s%s", format, times);
	sign(header, claims, &jwt);
	ask(&(struct ask){
	    .path = SECRETS "/strava-client-secret", .bearer = jwt.data });
	buf_free(&jwt);
	return reply.http.status;
}

static void
a_service_account_signs_for_itself(void **state)
{
	static const char rs256[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";
	static const char scope[] =
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT
	    "\",\"scope\":\"" SCOPE "\"";
	static const char audience[] =
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT
	    "\",\"aud\":\"https://secretmanager.googleapis.com/\"";
	static const char regional[] =
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT "\",\"aud\":"
	    "\"https://secretmanager.europe-west1.rep.googleapis.com/\"";
	static const char elsewhere[] =
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT
	    "\",\"aud\":\"https://secretmanager.example/\"";
	static const char both[] =
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT
	    "\",\"aud\":\"https://secretmanager.googleapis.com/\""
	    ",\"scope\":\"" SCOPE "\"";
	static const char stranger[] =
	    "{\"iss\":\"a@b\",\"sub\":\"a@b\",\"scope\":\"" SCOPE "\"";

	(void)state;
	assert_int_equal(status_of_claims(rs256, scope, 0, 3600), 200);
	assert_int_equal(status_of_claims(rs256, audience, 0, 3600), 200);
	assert_int_equal(status_of_claims(rs256, regional, 0, 3600), 200);
	assert_int_equal(status_of_claims(rs256, elsewhere, 0, 3600), 401);
	assert_int_equal(status_of_claims(rs256, both, 0, 3600), 401);
	assert_int_equal(status_of_claims(rs256, stranger, 0, 3600), 401);
	assert_int_equal(status_of_claims(rs256, scope, -3601, -1), 401);
	assert_int_equal(status_of_claims(rs256, scope, 0, 3700), 401);
	assert_int_equal(status_of_claims(rs256, scope, 900, 3600), 401);
	assert_int_equal(
	    status_of_claims("{\"alg\":\"HS256\"}", scope, 0, 3600), 401);
	assert_int_equal(status_of_claims("{\"alg\":\"RS256\",\"kid\":\"x\"}",
			     scope, 0, 3600),
	    401);
}

static void
a_spoilt_signature_opens_nothing(void **state)
{
	int64_t    now = clock_utc_s(NULL);
	char       claims[512];
	struct buf jwt;

	(void)state;
	snprintf(claims, sizeof(claims),
	    "{\"iss\":\"" ACCOUNT "\",\"sub\":\"" ACCOUNT
	    "\",\"scope\":\"" SCOPE "\",\"iat\":%" PRId64 ",\"exp\":%" PRId64
	    "}",
	    now, now + 3600);
	sign("{\"alg\":\"RS256\"}", claims, &jwt);
	jwt.data[jwt.len - 20] = jwt.data[jwt.len - 20] == 'A' ? 'B' : 'A';
	ask(&(struct ask){
	    .path = SECRETS "/strava-client-secret", .bearer = jwt.data });
	assert_int_equal(reply.http.status, 401);
	buf_free(&jwt);
}

static void
a_jwt_buys_a_token(void **state)
{
	static const char grant[] =
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
	    "&assertion=";
	int64_t    now = clock_utc_s(NULL);
	char       claims[512], form[4096], token[2048];
	struct buf jwt;

	(void)state;
	snprintf(claims, sizeof(claims),
	    "{\"iss\":\"" ACCOUNT "\",\"scope\":\"" SCOPE
	    "\",\"aud\":\"https://oauth2.googleapis.com/token\",\"iat\":"
	    "%" PRId64 ",\"exp\":%" PRId64 "}",
	    now, now + 3600);
	sign("{\"alg\":\"RS256\"}", claims, &jwt);
	snprintf(form, sizeof(form), "%s%s", grant, jwt.data);
	buf_free(&jwt);
	ask(&(struct ask){ .path = "/token", .form = form });
	assert_int_equal(reply.http.status, 200);
	snprintf(
	    token, sizeof(token), "%s", text_of(reply.json, "access_token"));
	ask(&(struct ask){
	    .path = SECRETS "/strava-client-secret", .bearer = token });
	assert_int_equal(reply.http.status, 200);
	form[strlen(form) - 20] ^= 1;
	ask(&(struct ask){ .path = "/token", .form = form });
	assert_int_equal(reply.http.status, 400);
	assert_string_equal(text_of(reply.json, "error"), "invalid_grant");
}

static void
a_users_refresh_token_buys_a_token(void **state)
{
	struct json_object *file =
	    peer_control(&peer, "/_control/authorized-user", NULL);
	struct buf form;

	(void)state;
	assert_string_equal(text_of(file, "type"), "authorized_user");
	buf_init(&form, 2048);
	buf_add_field(&form, "grant_type", "refresh_token");
	buf_add_field(&form, "client_id", text_of(file, "client_id"));
	buf_add_field(&form, "refresh_token", text_of(file, "refresh_token"));
	ask(&(struct ask){ .path = "/token", .form = form.data });
	assert_int_equal(reply.http.status, 401);
	assert_string_equal(text_of(reply.json, "error"), "invalid_client");
	buf_add_field(&form, "client_secret", text_of(file, "client_secret"));
	ask(&(struct ask){ .path = "/token", .form = form.data });
	assert_int_equal(reply.http.status, 200);
	assert_int_equal(number_of(reply.json, "expires_in"), 3599);
	buf_free(&form);
	json_object_put(file);
}

/* Adds a version by a control call. */
static void
deposit(const char *secret, const char *data, const char *rest)
{
	char body[512];

	snprintf(body, sizeof(body), "{\"secret\":\"%s\",\"data\":\"%s\"%s}",
	    secret, data, rest);
	peer_tell(&peer, "/_control/secrets", body);
}

/* The payload of the last reply, as text. */
static void
assert_payload(const char *wanted)
{
	struct json_object *payload;
	const char         *data;
	struct buf          text;

	assert_int_equal(reply.http.status, 200);
	payload = json_object_object_get(reply.json, "payload");
	data = text_of(payload, "data");
	buf_init(&text, 65536);
	assert_true(base64_decode(&text, data, strlen(data), BASE64_STANDARD));
	assert_string_equal(buf_text(&text), wanted);
	buf_free(&text);
}

static void
versions_are_found_by_number_latest_and_alias(void **state)
{
	(void)state;
	deposit("three", "first", "");
	deposit("three", "second", ",\"alias\":\"good\"");
	deposit("three", "123456789", "");
	ask_secret("GET", SECRETS "/three/versions/1:access", NULL);
	assert_payload("first");
	ask_secret("GET", SECRETS "/three/versions/good:access", NULL);
	assert_payload("second");
	ask_secret("GET",
	    "/v1/projects/100000000001/secrets/three/versions/latest:access"
	    "?$alt=json%3Benum-encoding=int",
	    NULL);
	assert_payload("123456789");
	assert_string_equal(text_of(reply.json, "name"),
	    "projects/100000000001/secrets/three/versions/3");
	/* The check value of CRC-32C. */
	assert_string_equal(
	    text_of(
		json_object_object_get(reply.json, "payload"), "dataCrc32c"),
	    "3808858755");
	ask_secret("GET", SECRETS "/three/versions/4:access", NULL);
	assert_google(&reply, 404, "NOT_FOUND", NULL);
	ask_secret("GET", SECRETS "/three/versions", NULL);
	assert_int_equal(number_of(reply.json, "totalSize"), 3);
	ask_secret("GET", SECRETS "/three/versions/2", NULL);
	assert_string_equal(text_of(reply.json, "state"), "ENABLED");
}

static void
latest_does_not_fall_back(void **state)
{
	(void)state;
	deposit("off", "old", "");
	deposit("off", "new", ",\"state\":\"disabled\"");
	ask_secret("GET", SECRETS "/off/versions/latest:access", NULL);
	assert_google(&reply, 400, "FAILED_PRECONDITION", NULL);
	ask_secret("POST", SECRETS "/off/versions/2:enable", "{}");
	assert_string_equal(text_of(reply.json, "state"), "ENABLED");
	ask_secret("GET", SECRETS "/off/versions/latest:access", NULL);
	assert_payload("new");
	ask_secret("POST", SECRETS "/off/versions/2:destroy", "{}");
	ask_secret("POST", SECRETS "/off/versions/2:enable", "{}");
	assert_google(&reply, 400, "FAILED_PRECONDITION", NULL);
}

static void
checksums_can_be_wrong_absent_or_numbers(void **state)
{
	struct json_object *payload, *crc;

	(void)state;
	deposit("odd", "123456789", ",\"state\":\"corrupted\"");
	ask_secret("GET", SECRETS "/odd/versions/1:access", NULL);
	assert_payload("123456789");
	payload = json_object_object_get(reply.json, "payload");
	assert_string_not_equal(text_of(payload, "dataCrc32c"), "3808858755");
	deposit("odd", "123456789", ",\"state\":\"unchecked\"");
	ask_secret("GET", SECRETS "/odd/versions/2:access", NULL);
	payload = json_object_object_get(reply.json, "payload");
	assert_false(json_object_object_get_ex(payload, "dataCrc32c", NULL));
	deposit("odd", "123456789", ",\"state\":\"numeric\"");
	ask_secret("GET", SECRETS "/odd/versions/3:access", NULL);
	payload = json_object_object_get(reply.json, "payload");
	crc = json_object_object_get(payload, "dataCrc32c");
	assert_true(json_object_is_type(crc, json_type_int));
	assert_int_equal(json_object_get_int64(crc), 3808858755);
}

static void
what_is_not_allowed_and_what_is_not_there(void **state)
{
	(void)state;
	deposit("closed", "shut", ",\"state\":\"denied\"");
	ask_secret("GET", SECRETS "/closed/versions/1:access", NULL);
	assert_google(
	    &reply, 403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED");
	ask_secret("GET", SECRETS "/nothing/versions/1:access", NULL);
	assert_google(&reply, 404, "NOT_FOUND", NULL);
	ask_secret(
	    "GET", "/v1/projects/other/secrets/x/versions/1:access", NULL);
	assert_google(
	    &reply, 403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED");
	deposit("x", "y", ",\"project\":\"asleep\",\"state\":\"api-disabled\"");
	ask_secret(
	    "GET", "/v1/projects/asleep/secrets/x/versions/1:access", NULL);
	assert_google(&reply, 403, "PERMISSION_DENIED", "SERVICE_DISABLED");
	ask_secret("GET", SECRETS "/x/versions/1:open", NULL);
	assert_int_equal(reply.http.status, 404);
	assert_null(reply.json);
	assert_non_null(strstr(buf_text(&reply.http.body), "<html"));
}

static void
a_regional_secret_is_another_secret(void **state)
{
	(void)state;
	deposit("both", "everywhere", "");
	deposit("both", "in the west", ",\"location\":\"europe-west1\"");
	ask_secret("GET", SECRETS "/both/versions/latest:access", NULL);
	assert_payload("everywhere");
	ask_secret("GET",
	    "/v1/projects/sandbox-project/locations/europe-west1/secrets/both"
	    "/versions/latest:access",
	    NULL);
	assert_payload("in the west");
	assert_string_equal(text_of(reply.json, "name"),
	    "projects/100000000001/locations/europe-west1/secrets/both"
	    "/versions/1");
}

static void
a_version_is_added_if_its_checksum_is_right(void **state)
{
	static const struct {
		const char *body;
		int         status;
	} cases[] = {
		{ "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"dataCrc32c\":"
		  "\"3808858755\"}}",
		    200 },
		{ "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"dataCrc32c\":"
		  "3808858755}}",
		    200 },
		{ "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\"}}", 200 },
		{ "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"dataCrc32c\":"
		  "\"3808858756\"}}",
		    400 },
		{ "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"dataCrc32c\":"
		  "\"-1\"}}",
		    400 },
		{ "{\"payload\":{\"data\":\"\"}}", 400 },
		{ "{\"payload\":{\"data\":\"!\"}}", 400 },
		{ "{}", 400 },
		{ "no", 400 },
	};
	size_t i;

	(void)state;
	ask_secret("POST", SECRETS "?secretId=added",
	    "{\"replication\":{\"automatic\":{}}}");
	assert_int_equal(reply.http.status, 200);
	ask_secret("POST", SECRETS "?secretId=added",
	    "{\"replication\":{\"automatic\":{}}}");
	assert_google(&reply, 409, "ALREADY_EXISTS", NULL);
	ask_secret("GET", SECRETS "/added/versions/latest:access", NULL);
	assert_google(&reply, 404, "NOT_FOUND", NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask_secret("POST", SECRETS "/added:addVersion", cases[i].body);
		assert_int_equal(reply.http.status, cases[i].status);
	}
	ask_secret("GET", SECRETS "/added/versions", NULL);
	assert_int_equal(number_of(reply.json, "totalSize"), 3);
}

/* A payload of that many bytes. */
static int
status_of_size(size_t bytes)
{
	struct buf raw, body;
	int        status;

	buf_init(&raw, bytes);
	while (raw.len < bytes)
		buf_add(&raw, "x", 1);
	buf_init(&body, 200000);
	buf_add_text(&body, "{\"payload\":{\"data\":\"");
	base64_encode(&body, raw.data, raw.len, BASE64_STANDARD);
	buf_add_text(&body, "\"}}");
	assert_true(buf_ok(&body));
	ask_secret("POST", SECRETS "/large:addVersion", body.data);
	status = reply.http.status;
	buf_free(&raw);
	buf_free(&body);
	return status;
}

static void
a_payload_ends_at_64_kilobytes(void **state)
{
	(void)state;
	deposit("large", "small", "");
	assert_int_equal(status_of_size(65536), 200);
	assert_int_equal(status_of_size(65537), 400);
	assert_int_equal(status_of_size(80000), 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_wants_its_header),
		cmocka_unit_test(metadata_tells_of_the_machine),
		cmocka_unit_test(an_identity_token_names_its_audience),
		cmocka_unit_test(no_credentials_open_nothing),
		cmocka_unit_test(an_emulator_asks_for_none),
		cmocka_unit_test(a_service_account_signs_for_itself),
		cmocka_unit_test(a_spoilt_signature_opens_nothing),
		cmocka_unit_test(a_jwt_buys_a_token),
		cmocka_unit_test(a_users_refresh_token_buys_a_token),
		cmocka_unit_test(versions_are_found_by_number_latest_and_alias),
		cmocka_unit_test(latest_does_not_fall_back),
		cmocka_unit_test(checksums_can_be_wrong_absent_or_numbers),
		cmocka_unit_test(what_is_not_allowed_and_what_is_not_there),
		cmocka_unit_test(a_regional_secret_is_another_secret),
		cmocka_unit_test(a_version_is_added_if_its_checksum_is_right),
		cmocka_unit_test(a_payload_ends_at_64_kilobytes),
	};

	return cmocka_run_group_tests_name("sandbox google", tests, begin, end);
}
