/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "google.h"
#include "subject.h"

#define QUERY "?Action=GetCallerIdentity&Version=2011-06-15"
#define VERIFICATION "https://sts.{region}.amazonaws.com" QUERY

#define TOKEN_MAX 262144

#define REPLY(text)                           \
	{                                     \
		.status = 200, .body = (text) \
	}
#define SESSION "AQAEAExample-session=="
#define SESSION_REPLY REPLY(SESSION)
#define ZONE_REPLY REPLY("us-east-2b")
#define ROLE_REPLY REPLY("a-role")
#define KEYS                                                       \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"" AWS_KEY_ID      \
	"\",\"SecretAccessKey\":\"" AWS_SECRET_KEY "\",\"Token\":" \
	"\"SESSIONTOKEN\"}"
#define KEYS_REPLY REPLY(KEYS)

/* The members of "credential_source" when the peer is AWS too. */
struct urls {
	const char *region_url, *url, *session_url; /* NULL: left out */
	const char *verification_url;
};

/* At the peer: "%s" is its URL. */
static const struct urls everything = {
	.region_url = "%s/latest/meta-data/placement/availability-zone",
	.url = "%s/latest/meta-data/iam/security-credentials",
	.session_url = "%s/latest/api/token",
	.verification_url = VERIFICATION,
};

static void
add_url(
    struct buf *out, const struct google *g, const char *name, const char *url)
{
	bool at_peer = url != NULL && strncmp(url, "%s", 2) == 0;

	if (url != NULL)
		buf_addf(out, ",\"%s\":\"%s%s\"", name,
		    at_peer ? loopback_url(g->peer) : "",
		    at_peer ? url + 2 : url);
}

/* Makes a subject token, or says in g->err why not; it is to be freed. */
static gcpsecret_status
make_token(struct google *g, const struct urls *source, struct buf *token)
{
	const struct key_file_origin origin = { "aws.json", true };
	struct key_file              file;
	struct buf                   text;
	gcpsecret_status             status;

	buf_init(&text, 8192);
	buf_addf(&text,
	    "{\"type\":\"external_account\",\"audience\":\"" AUDIENCE "\","
	    "\"subject_token_type\":"
	    "\"urn:ietf:params:aws:token-type:aws4_request\","
	    "\"credential_source\":{\"environment_id\":\"aws1\"");
	add_url(&text, g, "region_url", source->region_url);
	add_url(&text, g, "url", source->url);
	add_url(&text, g, "imdsv2_session_token_url", source->session_url);
	add_url(&text, g, "regional_cred_verification_url",
	    source->verification_url);
	assert_true(buf_add_text(&text, "}}"));
	assert_int_equal(gs_begin(g->client, NULL), GCPSECRET_OK);
	buf_init(token, TOKEN_MAX);
	memset(&g->err, 0, sizeof(g->err));
	status =
	    gs_key_file_parse(&file, text.data, text.len, &origin, &g->err);
	if (status == GCPSECRET_OK)
		status = gs_subject_aws(g->client, &file, token, &g->err);
	if (status != GCPSECRET_OK) {
		assert_int_equal(g->err.status, status);
		assert_int_equal(token->len, 0);
		assert_null(strstr(g->err.message, AWS_SECRET_KEY));
	}
	gs_key_file_free(&file);
	buf_free(&text);
	return status;
}

/* Asserts that the token is the escaped form of `json`. */
static void
assert_token(struct buf *token, const char *json)
{
	struct buf escaped;

	buf_init(&escaped, TOKEN_MAX);
	assert_true(buf_add_escaped(&escaped, json));
	assert_string_equal(token->data, escaped.data);
	buf_free(&escaped);
}

#define DATE "20261123T120000Z"
#define HOST "sts.us-east-2.amazonaws.com"
#define REQUEST(signed_headers, signature, more)                             \
	"{\"url\":\"https://" HOST "?Action=GetCallerIdentity&Version="      \
	"2011-06-15\",\"method\":\"POST\",\"headers\":["                     \
	"{\"key\":\"Authorization\",\"value\":\"AWS4-HMAC-SHA256 Credential" \
	"=AKIDEXAMPLE/20261123/us-east-2/sts/aws4_request, "                 \
	"SignedHeaders=" signed_headers ", Signature=" signature "\"},"      \
	"{\"key\":\"host\",\"value\":\"" HOST "\"},"                         \
	"{\"key\":\"x-amz-date\",\"value\":\"" DATE "\"}," more              \
	"{\"key\":\"x-goog-cloud-target-resource\",\"value\":\"" AUDIENCE    \
	"\"}]}"
#define WITHOUT_SESSION                                                     \
	REQUEST("host;x-amz-date",                                          \
	    "9618762698df2ff45dead2e52733cfd5625c04726f11b8d13c2b2bcf3325d" \
	    "a09",                                                          \
	    "")
#define WITH_SESSION                                                        \
	REQUEST("host;x-amz-date;x-amz-security-token",                     \
	    "1a2ac4f9f48dee7921b0aefae17edae41acf06047475d9f9cdb294ac3d207" \
	    "391",                                                          \
	    "{\"key\":\"x-amz-security-token\",\"value\":\"SESSIONTOKEN\"},")

static void
start(struct google *g, const struct loopback_answer *script, size_t count)
{
	google_start(g, script, count);
	g->now = 1795435200; /* 2026-11-23T12:00:00Z */
}

static void
set_environment(void)
{
	google_set("AWS_REGION", "us-east-2");
	google_set("AWS_ACCESS_KEY_ID", AWS_KEY_ID);
	google_set("AWS_SECRET_ACCESS_KEY", AWS_SECRET_KEY);
}

static void
the_environment_is_enough_and_nobody_is_asked(void **state)
{
	static const struct loopback_answer no[] = { { .status = 500 } };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, no, 1);
	set_environment();
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITHOUT_SESSION);
	buf_free(&token);

	google_set("AWS_SESSION_TOKEN", "SESSIONTOKEN");
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITH_SESSION);
	buf_free(&token);
	/* Nor is a session opened that nobody needs. */
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
the_region_has_two_variables(void **state)
{
	static const struct loopback_answer no[] = { { .status = 500 } };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, no, 1);
	set_environment();
	google_set("AWS_DEFAULT_REGION", "eu-west-1");
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITHOUT_SESSION);
	buf_free(&token);

	google_set("AWS_REGION", NULL);
	google_set("AWS_DEFAULT_REGION", "us-east-2");
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITHOUT_SESSION);
	buf_free(&token);
	google_end(&g);
}

static void
a_machine_is_asked_within_a_session(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		ZONE_REPLY, ROLE_REPLY, KEYS_REPLY };
	static const char *const            targets[] = {
			   "/latest/api/token",
			   "/latest/meta-data/placement/availability-zone",
			   "/latest/meta-data/iam/security-credentials",
			   "/latest/meta-data/iam/security-credentials/a-role",
	};
	struct google g;
	struct buf    token;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITH_SESSION);
	assert_int_equal(loopback_count(g.peer), COUNT(targets));
	for (size_t i = 0; i < COUNT(targets); i++) {
		assert_string_equal(
		    loopback_request(g.peer, i)->target, targets[i]);
		assert_string_equal(loopback_request(g.peer, i)->method,
		    i == 0 ? "PUT" : "GET");
		assert_header(&g, i, "X-aws-ec2-metadata-token-ttl-seconds",
		    i == 0 ? "300" : NULL);
		assert_header(
		    &g, i, "X-aws-ec2-metadata-token", i == 0 ? NULL : SESSION);
	}
	buf_free(&token);
	google_end(&g);
}

static void
each_exchange_has_a_session_of_its_own(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		ROLE_REPLY, KEYS_REPLY, REPLY("another"), ROLE_REPLY,
		KEYS_REPLY };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, script, COUNT(script));
	google_set("AWS_REGION", "us-east-2");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    make_token(&g, &everything, &token), GCPSECRET_OK);
		assert_token(&token, WITH_SESSION);
		buf_free(&token);
	}
	assert_header(&g, 1, "X-aws-ec2-metadata-token", SESSION);
	assert_header(&g, 4, "X-aws-ec2-metadata-token", "another");
	google_end(&g);
}

static void
without_a_url_for_it_there_is_no_session(void **state)
{
	static const struct loopback_answer script[] = { REPLY("us-east-2b\n"),
		REPLY("a-role\n"), KEYS_REPLY };
	struct urls                         source = everything;
	struct google                       g;
	struct buf                          token;

	(void)state;
	source.session_url = NULL;
	source.url = "%s/credentials/";
	start(&g, script, COUNT(script));
	assert_int_equal(make_token(&g, &source, &token), GCPSECRET_OK);
	assert_token(&token, WITH_SESSION);
	assert_header(&g, 0, "X-aws-ec2-metadata-token", NULL);
	assert_string_equal(
	    loopback_request(g.peer, 1)->target, "/credentials/");
	assert_string_equal(
	    loopback_request(g.peer, 2)->target, "/credentials/a-role");
	buf_free(&token);
	google_end(&g);
}

static void
half_a_pair_of_keys_in_the_environment_does_not_count(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		ROLE_REPLY, KEYS_REPLY };
	static const char *const            halves[] = { "AWS_ACCESS_KEY_ID",
			   "AWS_SECRET_ACCESS_KEY" };

	(void)state;
	for (size_t i = 0; i < COUNT(halves); i++) {
		struct google g;
		struct buf    token;

		start(&g, script, COUNT(script));
		set_environment();
		google_set(halves[i], NULL);
		google_set("AWS_SESSION_TOKEN", "of-the-other-half");
		assert_int_equal(
		    make_token(&g, &everything, &token), GCPSECRET_OK);
		assert_token(&token, WITH_SESSION);
		buf_free(&token);
		google_end(&g);
	}
}

static void
what_the_environment_says_is_checked(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "AWS_REGION", "us-east-2.evil.example/" },
		{ "AWS_REGION", "us east" },
		{ "AWS_REGION", "US-EAST-2" },
		{ "AWS_REGION",
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaa" },
		{ "AWS_ACCESS_KEY_ID", "id\r\nX: y" },
		{ "AWS_ACCESS_KEY_ID", "i\"d" },
		{ "AWS_SECRET_ACCESS_KEY", "a b" },
		{ "AWS_SESSION_TOKEN", "\xc3\xa4" },
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct google g;
		struct buf    token;

		start(&g, no, 1);
		set_environment();
		google_set(cases[i].name, cases[i].value);
		assert_int_equal(make_token(&g, &everything, &token),
		    GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, cases[i].name);
		assert_null(strstr(g.err.message, cases[i].value));
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
what_nobody_tells_is_asked_of_the_person(void **state)
{
	static const struct loopback_answer script[] = { ZONE_REPLY };
	struct urls   source = { .verification_url = VERIFICATION };
	struct google g;
	struct buf    token;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(
	    make_token(&g, &source, &token), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "set AWS_REGION");
	google_set("AWS_REGION", "us-east-2");
	assert_int_equal(
	    make_token(&g, &source, &token), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "set AWS_ACCESS_KEY_ID");
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
metadata_is_asked_of_aws_or_this_machine_only(void **state)
{
	static const char *const urls[] = {
		"https://metadata.evil.example/latest/",
		"https://169.254.169.254/latest/",
		"http://169.254.169.253/latest/",
		"http://169.254.169.254.evil.example/",
		"http://169.254.169.254@evil.example/",
		"http://169.254.169.254:81/",
		"http://169.254.169.254",
		"http://[fd00:ec2::254]:81/",
		"http://[fd00:ec2::253]/",
		"http://169.254.169.254/?x",
		"%s/latest?x=y",
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < 3 * COUNT(urls); i++) {
		struct urls   source = everything;
		struct google g;
		struct buf    token;

		start(&g, no, 1);
		set_environment();
		*(i % 3 == 0     ? &source.region_url
		    : i % 3 == 1 ? &source.url
				 : &source.session_url) = urls[i / 3];
		assert_int_equal(
		    make_token(&g, &source, &token), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "credential_source.");
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
the_addresses_of_aws_are_accepted(void **state)
{
	static const char *const urls[] = {
		"http://169.254.169.254/latest/api/token",
		"http://[fd00:ec2::254]/latest/api/token",
		"http://localhost/latest/api/token",
		"http://[::1]:1/latest/api/token",
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct urls   source = { urls[i], urls[i], urls[i],
			  VERIFICATION };
		struct google g;
		struct buf    token;

		start(&g, no, 1);
		set_environment();
		assert_int_equal(make_token(&g, &source, &token), GCPSECRET_OK);
		assert_token(&token, WITHOUT_SESSION);
		buf_free(&token);
		google_end(&g);
	}
}

static void
nothing_but_the_callers_identity_is_signed(void **state)
{
	static const char *const urls[] = {
		"http://sts.{region}.amazonaws.com" QUERY,
		"sts.{region}.amazonaws.com" QUERY,
		"https://user@sts.{region}.amazonaws.com" QUERY,
		"https://sts.{region}.amazonaws.com/path" QUERY,
		"https://sts.{region}.amazonaws.com//" QUERY,
		"https://sts.{region}.amazonaws.com",
		"https://sts.{region}.amazonaws.com/",
		"https://sts.{region}.amazonaws.com?Action=AssumeRole"
		"&Version=2011-06-15",
		"https://sts.{region}.amazonaws.com" QUERY "&Action=AssumeRole",
		"https://sts.{region}.amazonaws.com" QUERY "#x",
		"https://sts.{region}.amazonaws.com?a=\\\"b",
		"https://iam.amazonaws.com" QUERY,
		"https://sts.{region}.{region}.amazonaws.com" QUERY,
		"https://stsx.amazonaws.com" QUERY,
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct urls   source = { .verification_url = urls[i] };
		struct google g;
		struct buf    token;

		start(&g, no, 1);
		set_environment();
		assert_int_equal(
		    make_token(&g, &source, &token), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "regional_cred_verification_url");
		google_end(&g);
	}
}

static void
the_url_that_google_asks_may_be_of_any_region_or_none(void **state)
{
	static const struct {
		const char *url, *host;
	} cases[] = {
		{ "https://sts.amazonaws.com/" QUERY, "sts.amazonaws.com" },
		{ "https://sts.{region}.amazonaws.com.cn" QUERY,
		    "sts.us-east-2.amazonaws.com.cn" },
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct urls   source = { .verification_url = cases[i].url };
		struct google g;
		struct buf    token, host;

		start(&g, no, 1);
		set_environment();
		assert_int_equal(make_token(&g, &source, &token), GCPSECRET_OK);
		buf_init(&host, 256);
		buf_addf(&host, "%%22host%%22%%2C%%22value%%22%%3A%%22%s%%22",
		    cases[i].host);
		assert_holds(token.data, host.data);
		assert_holds(token.data, "%2Fus-east-2%2Fsts%2Faws4_request");
		buf_free(&host);
		buf_free(&token);
		google_end(&g);
	}
}

/* Answers that are of no use, and to which question. */
static const struct {
	size_t                 question; /* session, zone, role, keys */
	struct loopback_answer answer;
	gcpsecret_status       status;
	const char            *message;
} bad_answers[] = {
	{ 0, REPLY(""), GCPSECRET_ERR_FORMAT, "no session token" },
	{ 0, REPLY("a b"), GCPSECRET_ERR_FORMAT, "no session token" },
	{ 0, REPLY("a\r\nX: y"), GCPSECRET_ERR_FORMAT, "no session token" },
	{ 0, { .status = 403 }, GCPSECRET_ERR_CREDENTIALS, "HTTP 403" },
	{ 1, REPLY(""), GCPSECRET_ERR_FORMAT, "no availability zone" },
	{ 1, REPLY("a"), GCPSECRET_ERR_FORMAT, "no availability zone" },
	{ 1, REPLY("us-east-2"), GCPSECRET_ERR_FORMAT, "no availability zone" },
	{ 1, REPLY("us-east-2B"), GCPSECRET_ERR_FORMAT,
	    "no availability zone" },
	{ 1, REPLY("evil.example/a"), GCPSECRET_ERR_FORMAT,
	    "no availability zone" },
	{ 1, REPLY("us-east-2b\n\n"), GCPSECRET_ERR_FORMAT,
	    "no availability zone" },
	{ 1, { .status = 200, .body = "us-\0ast-2b", .body_len = 10 },
	    GCPSECRET_ERR_FORMAT, "is no text" },
	{ 1, { .status = 401 }, GCPSECRET_ERR_CREDENTIALS, "HTTP 401" },
	{ 2, REPLY(""), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, REPLY("."), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, REPLY(".."), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, REPLY("../../user-data"), GCPSECRET_ERR_FORMAT,
	    "no name of a role" },
	{ 2, REPLY("one\ntwo"), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, REPLY("a?b"), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, REPLY("a%2fb"), GCPSECRET_ERR_FORMAT, "no name of a role" },
	{ 2, { .status = 404 }, GCPSECRET_ERR_CREDENTIALS, "attach one" },
	{ 3, REPLY(""), GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("<html>"), GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("[]"), GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("{}"), GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("{\"AccessKeyId\":\"a\"}"), GCPSECRET_ERR_FORMAT,
	    "no pair of keys" },
	{ 3, REPLY("{\"SecretAccessKey\":\"a\"}"), GCPSECRET_ERR_FORMAT,
	    "no pair of keys" },
	{ 3, REPLY("{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"a\"}"),
	    GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b c\"}"),
	    GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3,
	    REPLY("{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"b\","
		  "\"Token\":\"c\\u000ad\"}"),
	    GCPSECRET_ERR_FORMAT, "no pair of keys" },
	{ 3, REPLY("{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"),
	    GCPSECRET_ERR_CREDENTIALS, "AssumeRoleUnauthorizedAccess" },
	{ 3, { .status = 500 }, GCPSECRET_ERR_SERVER, "try again later" },
};

static void
an_answer_of_no_use_is_refused(void **state)
{
	static const struct loopback_answer good[] = { SESSION_REPLY,
		ZONE_REPLY, ROLE_REPLY, KEYS_REPLY };

	(void)state;
	for (size_t i = 0; i < COUNT(bad_answers); i++) {
		struct loopback_answer script[COUNT(good)];
		struct google          g;
		struct buf             token;

		memcpy(script, good, sizeof(good));
		script[bad_answers[i].question] = bad_answers[i].answer;
		start(&g, script, COUNT(script));
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(
		    make_token(&g, &everything, &token), bad_answers[i].status);
		assert_holds(g.err.message, bad_answers[i].message);
		assert_int_equal(
		    loopback_count(g.peer), bad_answers[i].question + 1);
		google_end(&g);
	}
}

static void
keys_without_a_session_token_will_do(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		ZONE_REPLY, ROLE_REPLY,
		REPLY("{\"AccessKeyId\":\"" AWS_KEY_ID
		      "\",\"SecretAccessKey\":\"" AWS_SECRET_KEY "\"}") };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITHOUT_SESSION);
	buf_free(&token);
	google_end(&g);
}

static void
a_failure_that_passes_is_repeated(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		{ .status = 503, .headers = "Retry-After: 0\r\n" }, ZONE_REPLY,
		ROLE_REPLY, KEYS_REPLY };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_token(&token, WITH_SESSION);
	buf_free(&token);
	google_end(&g);
}

static void
a_machine_that_repeats_the_session_is_not_quoted(void **state)
{
	static const struct loopback_answer script[] = { SESSION_REPLY,
		{ .status = 403,
		    .body = "{\"error\":{\"message\":\"no: " SESSION "\"}}" } };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, script, COUNT(script));
	assert_int_equal(
	    make_token(&g, &everything, &token), GCPSECRET_ERR_CREDENTIALS);
	assert_null(strstr(g.err.message, SESSION));
	google_end(&g);
}

static void
a_long_session_token_is_carried_whole(void **state)
{
	static const struct loopback_answer no[] = { { .status = 500 } };
	static char                         text[8194];
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, no, 1);
	set_environment();
	memset(text, 'x', sizeof(text) - 2);
	google_set("AWS_SESSION_TOKEN", text);
	assert_int_equal(make_token(&g, &everything, &token), GCPSECRET_OK);
	assert_holds(token.data, text);
	buf_free(&token);
	text[sizeof(text) - 2] = 'x';
	google_set("AWS_SESSION_TOKEN", text);
	assert_int_equal(
	    make_token(&g, &everything, &token), GCPSECRET_ERR_CREDENTIALS);
	google_end(&g);
}

static void
a_clock_out_of_range_is_refused(void **state)
{
	static const struct loopback_answer no[] = { { .status = 500 } };
	struct google                       g;
	struct buf                          token;

	(void)state;
	start(&g, no, 1);
	set_environment();
	g.now = -1;
	assert_int_equal(
	    make_token(&g, &everything, &token), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "clock");
	google_end(&g);
}

static void
a_secret_is_read_with_keys_of_aws(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY("{\"access_token\":\"" TOKEN
		      "\",\"issued_token_type\":\"urn:ietf:params:oauth:token-"
		      "type:access_token\",\"token_type\":\"Bearer\","
		      "\"expires_in\":3599}"),
		REPLY(GOOD),
	};
	struct google g;

	(void)state;
	start(&g, script, COUNT(script));
	set_environment();
	google_use_external(&g,
	    "{\"environment_id\":\"aws1\",\"regional_cred_verification_url\":"
	    "\"" VERIFICATION "\"}",
	    "\"audience\":\"" AUDIENCE "\"");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	/* Escaped once by itself and once more as part of a form. */
	assert_holds(loopback_request(g.peer, 0)->body,
	    "&subject_token=%257B%2522url%2522%253A%2522https%253A");
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_is_enough_and_nobody_is_asked),
		cmocka_unit_test(the_region_has_two_variables),
		cmocka_unit_test(a_machine_is_asked_within_a_session),
		cmocka_unit_test(each_exchange_has_a_session_of_its_own),
		cmocka_unit_test(without_a_url_for_it_there_is_no_session),
		cmocka_unit_test(
		    half_a_pair_of_keys_in_the_environment_does_not_count),
		cmocka_unit_test(what_the_environment_says_is_checked),
		cmocka_unit_test(what_nobody_tells_is_asked_of_the_person),
		cmocka_unit_test(metadata_is_asked_of_aws_or_this_machine_only),
		cmocka_unit_test(the_addresses_of_aws_are_accepted),
		cmocka_unit_test(nothing_but_the_callers_identity_is_signed),
		cmocka_unit_test(
		    the_url_that_google_asks_may_be_of_any_region_or_none),
		cmocka_unit_test(an_answer_of_no_use_is_refused),
		cmocka_unit_test(keys_without_a_session_token_will_do),
		cmocka_unit_test(a_failure_that_passes_is_repeated),
		cmocka_unit_test(
		    a_machine_that_repeats_the_session_is_not_quoted),
		cmocka_unit_test(a_long_session_token_is_carried_whole),
		cmocka_unit_test(a_clock_out_of_range_is_refused),
		cmocka_unit_test(a_secret_is_read_with_keys_of_aws),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret aws", tests, NULL, NULL);
}
