/* SPDX-License-Identifier: MIT */

/* strava-sandbox as Google's Security Token Service, and as what workloads of
 * elsewhere come from. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sandbox_cloud.h"
#include "test.h"

#define TYPE "urn:ietf:params:oauth:token-type:"
#define POOL                                                           \
	"//iam.googleapis.com/projects/100000000001/locations/global/" \
	"workloadIdentityPools/sandbox-pool/providers/sandbox-provider"
#define WORKFORCE                                               \
	"//iam.googleapis.com/locations/global/workforcePools/" \
	"sandbox-workforce/providers/sandbox-provider"
#define AWS "urn:ietf:params:aws:token-type:aws4_request"
#define CLIENT "sandbox-workforce-client:sandbox-workforce-secret"

/* What is sent to the token exchange; NULL is left out. */
struct exchange {
	const char *grant, *audience, *scope, *wanted, *type, *token, *options;
	const char *basic;
};

static char subject[4096];

static struct exchange
usual(void)
{
	struct json_object *answer = cloud_control("subject-token", "{}");

	snprintf(subject, sizeof(subject), "%s", text_of(answer, "token"));
	json_object_put(answer);
	return (struct exchange){
		.grant = "urn:ietf:params:oauth:grant-type:token-exchange",
		.audience = POOL,
		.scope = CLOUD_SCOPE,
		.wanted = TYPE "access_token",
		.type = TYPE "jwt",
		.token = subject,
	};
}

static struct json_object *
exchange(int status, const struct exchange *x)
{
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "grant_type", x->grant },
		{ "audience", x->audience },
		{ "scope", x->scope },
		{ "requested_token_type", x->wanted },
		{ "subject_token_type", x->type },
		{ "subject_token", x->token },
		{ "options", x->options },
	};
	struct json_object *answer;
	struct buf          form;
	size_t              i;

	buf_init(&form, 65536);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value != NULL)
			buf_add_field(&form, fields[i].name, fields[i].value);
	answer = cloud_form(status, "/v1/token", form.data, x->basic);
	buf_free(&form);
	return answer;
}

static void
refused(int status, const struct exchange *x, const char *error)
{
	exchange(status, x);
	assert_string_equal(text_of(cloud.reply.json, "error"), error);
}

static void
a_subject_token_buys_an_access_token(void **state)
{
	struct exchange x = usual();
	char            usual_bearer[sizeof(cloud.bearer)];

	(void)state;
	memcpy(usual_bearer, cloud.bearer, sizeof(usual_bearer));
	exchange(200, &x);
	assert_string_equal(text_of(cloud.reply.json, "issued_token_type"),
	    TYPE "access_token");
	assert_int_equal(number_of(cloud.reply.json, "expires_in"), 3599);
	snprintf(cloud.bearer, sizeof(cloud.bearer), "%s",
	    text_of(cloud.reply.json, "access_token"));
	cloud_ask("GET", 200, CLOUD_PROJECT "/secrets", NULL);
	memcpy(cloud.bearer, usual_bearer, sizeof(usual_bearer));
}

static void
an_exchange_that_lacks_something_is_refused(void **state)
{
	struct exchange x;

	(void)state;
	x = usual(), x.audience = NULL;
	refused(400, &x, "invalid_request");
	x = usual(), x.scope = NULL;
	refused(400, &x, "invalid_request");
	x = usual(), x.token = NULL;
	refused(400, &x, "invalid_request");
	x = usual(), x.type = TYPE "access_token";
	refused(400, &x, "invalid_request");
	x = usual(), x.wanted = TYPE "jwt";
	refused(400, &x, "invalid_request");
	x = usual(), x.grant = "password";
	refused(400, &x, "unsupported_grant_type");
	x = usual(), x.audience = "//iam.googleapis.com/projects/1/x";
	refused(400, &x, "invalid_target");
	x = usual(), x.basic = "somebody:else";
	refused(401, &x, "invalid_client");
	x = usual(), x.options = "%7B%22userProject%22%3A%22sandbox-project"
				 "%22%7D";
	refused(400, &x, "invalid_request");
}

static void
a_subject_token_must_be_the_issuers(void **state)
{
	struct exchange x = usual();

	(void)state;
	subject[strlen(subject) - 20] ^= 1;
	refused(400, &x, "invalid_grant");
	x = usual(), x.audience = WORKFORCE, x.basic = CLIENT;
	refused(400, &x, "invalid_grant");
	x = usual();
	cloud_tell("clock", "{\"advance_s\":3600}");
	refused(400, &x, "invalid_grant");
	x = usual();
	exchange(200, &x);
	cloud_tell("keys", "{\"rotate\":\"issuer\"}");
	refused(400, &x, "invalid_grant");
	cloud_advance(0);
}

/* The signed request, with what makes it this one. */
static void
write_aws(
    struct buf *token, const char *url, const char *date, const char *audience)
{
	char json[2048];

	snprintf(json, sizeof(json),
	    "{\"url\":\"%s\",\"method\":\"POST\",\"headers\":["
	    "{\"key\":\"Authorization\",\"value\":\"AWS4-HMAC-SHA256 "
	    "Credential=A/20261128/us-east-2/sts/aws4_request, "
	    "SignedHeaders=host;x-amz-date, Signature="
	    "9618762698df2ff45dead2e52733cfd5625c04726f11b8d13c2b2bcf3325da09"
	    "\"},{\"key\":\"host\",\"value\":\"sts.us-east-2.amazonaws.com\"},"
	    "{\"key\":\"x-amz-date\",\"value\":\"%s\"},"
	    "{\"key\":\"x-goog-cloud-target-resource\",\"value\":\"%s\"}]}",
	    url, date, audience);
	buf_init(token, 8192);
	buf_add_escaped(token, json);
}

static void
a_request_to_amazon_is_judged_by_its_form(void **state)
{
	static const char url[] =
	    "https://sts.us-east-2.amazonaws.com"
	    "?Action=GetCallerIdentity&Version=2011-06-15";
	time_t          now = (time_t)cloud_now();
	struct exchange x = usual();
	char            date[32];
	struct tm       tm;
	struct buf      token;

	(void)state;
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
	x.type = AWS;
	write_aws(&token, url, date, POOL);
	x.token = token.data;
	exchange(200, &x);
	buf_free(&token);
	write_aws(&token, "https://a.example?x=y", date, POOL);
	x.token = token.data;
	refused(400, &x, "invalid_grant");
	buf_free(&token);
	write_aws(&token, url, "20200101T000000Z", POOL);
	x.token = token.data;
	refused(400, &x, "invalid_grant");
	buf_free(&token);
	write_aws(&token, url, date, WORKFORCE);
	x.token = token.data;
	refused(400, &x, "invalid_grant");
	buf_free(&token);
	x.token = "%zz";
	refused(400, &x, "invalid_grant");
}

/* Verified, because the sandbox gave the role its key; right signatures come from
 * Google's own clients. */
static void
the_role_of_the_sandbox_must_sign_rightly(void **state)
{
	static const char id[] = "Credential%3DA%2F";
	time_t            now = (time_t)cloud_now();
	struct exchange   x = usual();
	struct buf        token, other;
	const char       *at;
	char              date[32];
	struct tm         tm;

	(void)state;
	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &tm);
	write_aws(&token,
	    "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity",
	    date, POOL);
	x.type = AWS;
	x.token = token.data;
	exchange(200, &x);
	at = strstr(token.data, id);
	assert_non_null(at);
	buf_init(&other, 8192);
	buf_add(&other, token.data, (size_t)(at - token.data));
	buf_add_text(&other, "Credential%3DASIASANDBOX000000001%2F");
	buf_add_text(&other, at + strlen(id));
	x.token = other.data;
	refused(400, &x, "invalid_grant");
	buf_free(&token);
	buf_free(&other);
}

static void
other_proofs_are_judged_by_their_form(void **state)
{
	struct exchange x = usual();

	(void)state;
	x.type = TYPE "saml2";
	x.token = "PHNhbWwvPg=="; /* <saml/> */
	exchange(200, &x);
	x.token = "c2FtbA==";
	refused(400, &x, "invalid_grant");
	x.type = TYPE "mtls";
	x.token = "[\"MAA=\"]";
	exchange(200, &x);
	x.token = "[]";
	refused(400, &x, "invalid_grant");
}

static void
a_workforce_says_who_is_billed(void **state)
{
	struct exchange x = usual();

	(void)state;
	x.audience = WORKFORCE;
	x.type = TYPE "saml2";
	x.token = "PHNhbWwvPg==";
	refused(400, &x, "invalid_request");
	x.options = "%7B%22userProject%22%3A%22none%22%7D";
	refused(400, &x, "invalid_request");
	x.options = "%7B%22userProject%22%3A%22sandbox-project%22%7D";
	exchange(200, &x);
	x.options = NULL;
	x.basic = CLIENT;
	exchange(200, &x);
}

static void
a_workforce_token_changes_with_every_refresh(void **state)
{
	struct json_object *file = cloud_control(
	    "credentials", "{\"type\":\"external_account_authorized_user\"}");
	char form[256];

	(void)state;
	snprintf(form, sizeof(form),
	    "grant_type=refresh_token&refresh_token=%s",
	    text_of(file, "refresh_token"));
	cloud_form(401, "/v1/oauthtoken", form, NULL);
	cloud_form(200, "/v1/oauthtoken", form, CLIENT);
	assert_string_not_equal(text_of(cloud.reply.json, "refresh_token"),
	    text_of(file, "refresh_token"));
	cloud_form(400, "/v1/oauthtoken", form, CLIENT);
	assert_string_equal(
	    text_of(cloud.reply.json, "error"), "invalid_grant");
	json_object_put(file);
}

static void
the_url_of_a_subject_token_gives_it_in_two_forms(void **state)
{
	struct exchange x = usual();

	(void)state;
	peer_expect(&cloud.peer, &(struct ask){ .path = "/federation/token" },
	    200, &cloud.reply);
	snprintf(
	    subject, sizeof(subject), "%s", buf_text(&cloud.reply.http.body));
	exchange(200, &x);
	peer_expect(&cloud.peer,
	    &(struct ask){ .path = "/federation/token?format=json" }, 200,
	    &cloud.reply);
	snprintf(subject, sizeof(subject), "%s",
	    text_of(cloud.reply.json, "id_token"));
	exchange(200, &x);
}

/* Asks the metadata server of Amazon. */
static void
ask_aws(int status, const char *path, bool with_session)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "/aws/latest/meta-data/%s", path);
	peer_expect(&cloud.peer,
	    &(struct ask){ .path = whole,
		.header = with_session ? "X-aws-ec2-metadata-token: "
					 "sandbox-aws-session"
				       : NULL },
	    status, &cloud.reply);
}

static void
amazon_wants_a_session_first(void **state)
{
	(void)state;
	ask_aws(401, "placement/availability-zone", false);
	peer_expect(&cloud.peer,
	    &(struct ask){ .method = "PUT", .path = "/aws/latest/api/token" },
	    400, &cloud.reply);
	peer_expect(&cloud.peer,
	    &(struct ask){ .method = "PUT",
		.path = "/aws/latest/api/token",
		.header = "X-aws-ec2-metadata-token-ttl-seconds: 300" },
	    200, &cloud.reply);
	assert_string_equal(
	    buf_text(&cloud.reply.http.body), "sandbox-aws-session");
	ask_aws(200, "placement/availability-zone", true);
	assert_string_equal(buf_text(&cloud.reply.http.body), "us-east-2b");
	ask_aws(200, "iam/security-credentials", true);
	assert_string_equal(buf_text(&cloud.reply.http.body), "sandbox-role");
	ask_aws(200, "iam/security-credentials/sandbox-role", true);
	assert_non_null(text_of(cloud.reply.json, "SecretAccessKey"));
	ask_aws(404, "iam/info", true);
}

static void
each_kind_of_credentials_has_its_file(void **state)
{
	static const struct {
		const char *wish, *member;
	} cases[] = {
		{ "{\"type\":\"service_account\"}", "private_key" },
		{ "{\"type\":\"authorized_user\"}", "refresh_token" },
		{ "{\"type\":\"external_account\"}", "credential_source" },
		{ "{\"type\":\"external_account\",\"source\":\"file\","
		  "\"file\":\"/t\"}",
		    "credential_source" },
		{ "{\"type\":\"external_account\",\"source\":\"executable\","
		  "\"command\":\"/c\"}",
		    "credential_source" },
		{ "{\"type\":\"external_account\",\"source\":\"certificate\","
		  "\"file\":\"/t\"}",
		    "credential_source" },
		{ "{\"type\":\"external_account\",\"source\":\"aws\","
		  "\"impersonate\":\"" CLOUD_ACCOUNT "\"}",
		    "service_account_impersonation_url" },
		{ "{\"type\":\"external_account\",\"workforce\":true}",
		    "workforce_pool_user_project" },
		{ "{\"type\":\"external_account_authorized_user\"}",
		    "token_url" },
		{ "{\"type\":\"impersonated_service_account\","
		  "\"base\":\"service_account\"}",
		    "source_credentials" },
	};
	static const char *const wrong[] = { "{}", "{\"type\":\"x\"}",
		"{\"type\":\"external_account\",\"source\":\"x\"}",
		"{\"type\":\"external_account\",\"source\":\"file\"}",
		"{\"type\":\"external_account\",\"source\":\"executable\"}",
		"{\"type\":\"impersonated_service_account\",\"base\":\"x\"}" };
	struct json_object      *file;
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		file = cloud_control("credentials", cases[i].wish);
		member_of(file, cases[i].member);
		json_object_put(file);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		peer_expect(&cloud.peer,
		    &(struct ask){
			.path = "/_control/credentials", .body = wrong[i] },
		    400, &cloud.reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subject_token_buys_an_access_token),
		cmocka_unit_test(an_exchange_that_lacks_something_is_refused),
		cmocka_unit_test(a_subject_token_must_be_the_issuers),
		cmocka_unit_test(a_request_to_amazon_is_judged_by_its_form),
		cmocka_unit_test(the_role_of_the_sandbox_must_sign_rightly),
		cmocka_unit_test(other_proofs_are_judged_by_their_form),
		cmocka_unit_test(a_workforce_says_who_is_billed),
		cmocka_unit_test(a_workforce_token_changes_with_every_refresh),
		cmocka_unit_test(
		    the_url_of_a_subject_token_gives_it_in_two_forms),
		cmocka_unit_test(amazon_wants_a_session_first),
		cmocka_unit_test(each_kind_of_credentials_has_its_file),
	};

	return cmocka_run_group_tests_name(
	    "sandbox google federation", tests, cloud_begin, cloud_end);
}
