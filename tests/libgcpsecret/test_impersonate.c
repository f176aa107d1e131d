/* SPDX-License-Identifier: MIT */
#include "impersonate.h"

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "client.h"
#include "google.h"

#define SOURCE_TOKEN "ya29.source-token"
#define NOW_PLUS_HOUR "\"2027-01-15T09:00:00Z\"" /* g.now is 08:00 */

#define REPLY(text)                           \
	{                                     \
		.status = 200, .body = (text) \
	}
#define SOURCE_REPLY REPLY(TOKEN_REPLY(SOURCE_TOKEN, "3599"))
#define TARGET_REPLY REPLY(IAM_REPLY(TOKEN, NOW_PLUS_HOUR))
#define SECRET_REPLY REPLY(GOOD)

#define FROM_USER "\"source_credentials\":" USER

#define BODY                                                                  \
	"\"scope\":[\"https://www.googleapis.com/auth/cloud-platform\"],\"li" \
	"fetime\":\"3600s\"}"

/* Asserts that the i-th request impersonates the account with that token. */
static void
assert_impersonates(struct google *g, size_t i, const char *path,
    const char *token, const char *body)
{
	const struct loopback_request *request = loopback_request(g->peer, i);
	char                           bearer[64];

	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, path);
	assert_header(g, i, "Authorization", bearer);
	assert_header(g, i, "Content-Type", "application/json");
	assert_string_equal(request->body, body);
}

/* Trades a token by hand, for what no program asks for yet. */
static gcpsecret_status
trade(struct google *g, const struct wanted *wanted, struct grant *grant)
{
	const struct key_file_origin origin = { "file.json", true };
	struct key_file              file;
	gcpsecret_status             status;

	gs_grant_init(grant);
	assert_int_equal(gs_begin(g->client, NULL), GCPSECRET_OK);
	assert_int_equal(
	    gs_key_file_load(&file, g->file, &origin, NULL), GCPSECRET_OK);
	status = gs_impersonate(
	    g->client, &file, SOURCE_TOKEN, wanted, grant, &g->err);
	gs_key_file_free(&file);
	return status;
}

static void
a_users_token_is_traded_for_the_service_accounts(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		TARGET_REPLY, SECRET_REPLY };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(&g, FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->target, "/token");
	assert_impersonates(&g, 1, IMPERSONATION_PATH ":generateAccessToken",
	    SOURCE_TOKEN, "{\"delegates\":[]," BODY);
	assert_header(&g, 2, "Authorization", "Bearer " TOKEN);

	/* What was traded is kept as any token is. */
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 4);
	google_end(&g);
}

static void
a_service_account_signs_what_it_trades(void **state)
{
	static const struct loopback_answer script[] = { TARGET_REPLY,
		SECRET_REPLY };
	char         *pem = google_pem(google_key(), NULL);
	char         *source = google_service_account(pem), *members;
	char          header[4096];
	struct google g;

	(void)state;
	assert_true(
	    asprintf(&members, "\"source_credentials\":%s", source) > 0);
	google_start(&g, script, COUNT(script));
	google_use_impersonated(&g, members);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 2);
	assert_true(loopback_header(loopback_request(g.peer, 0),
	    "Authorization", header, sizeof(header)));
	assert_memory_equal(header, "Bearer eyJ", 10);
	assert_header(&g, 1, "Authorization", "Bearer " TOKEN);
	google_end(&g);
	free(members);
	free(source);
	free(pem);
}

static void
an_external_users_token_is_traded(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		TARGET_REPLY, SECRET_REPLY };
	struct google                       g;
	char                               *members;

	(void)state;
	google_start(&g, script, COUNT(script));
	assert_true(asprintf(&members,
			"\"source_credentials\":{"
			"\"type\":\"external_account_authorized_user\","
			"\"audience\":\"//iam.googleapis.com/locations/global/"
			"workforcePools/POOL/providers/PROVIDER\","
			"\"token_url\":\"%s/token\",\"client_id\":\"id\","
			"\"client_secret\":\"" CLIENT_SECRET
			"\",\"refresh_token\":\"" REFRESH_TOKEN "\"}",
			loopback_url(g.peer)) > 0);
	google_use_impersonated(&g, members);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->target, "/token");
	assert_impersonates(&g, 1, IMPERSONATION_PATH ":generateAccessToken",
	    SOURCE_TOKEN, "{\"delegates\":[]," BODY);
	assert_header(&g, 2, "Authorization", "Bearer " TOKEN);
	google_end(&g);
	free(members);
}

static void
delegates_are_named_in_full(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		TARGET_REPLY, SECRET_REPLY };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(&g,
	    "\"delegates\":[\"a@p.iam.gserviceaccount.com\","
	    "\"projects/-/serviceAccounts/b@p.iam.gserviceaccount.com\"]"
	    "," FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_impersonates(&g, 1, IMPERSONATION_PATH ":generateAccessToken",
	    SOURCE_TOKEN,
	    "{\"delegates\":["
	    "\"projects/-/serviceAccounts/a@p.iam.gserviceaccount.com\","
	    "\"projects/-/serviceAccounts/"
	    "b@p.iam.gserviceaccount.com\"]," BODY);
	google_end(&g);
}

/* The members of an account that MIDDLE stands between a user and; to be freed. */
static char *
through_middle(struct google *g)
{
	char *members;

	assert_true(
	    asprintf(&members,
		"\"source_credentials\":{"
		"\"type\":\"impersonated_service_account\","
		"\"service_account_impersonation_url\":\"%s/v1/projects/-/"
		"serviceAccounts/"
		"middle@p.example:generateAccessToken\"," FROM_USER "}",
		loopback_url(g->peer)) > 0);
	return members;
}

static void
a_chain_of_two_trades_twice(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		REPLY(IAM_REPLY("ya29.middle", NOW_PLUS_HOUR)), TARGET_REPLY,
		SECRET_REPLY };
	struct google                       g;
	char                               *members;

	(void)state;
	google_start(&g, script, COUNT(script));
	members = through_middle(&g);
	google_use_impersonated(&g, members);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_impersonates(&g, 1,
	    "/v1/projects/-/serviceAccounts/"
	    "middle@p.example:generateAccessToken",
	    SOURCE_TOKEN, "{\"delegates\":[]," BODY);
	assert_impersonates(&g, 2, IMPERSONATION_PATH ":generateAccessToken",
	    "ya29.middle", "{\"delegates\":[]," BODY);
	assert_header(&g, 3, "Authorization", "Bearer " TOKEN);
	google_end(&g);
	free(members);
}

static void
the_message_names_who_asks_in_a_chain(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		REPLY(IAM_REPLY("ya29.middle", NOW_PLUS_HOUR)),
		{ .status = 403,
		    .body =
			"{\"error\":{\"status\":\"PERMISSION_DENIED\"}}" } };
	struct google                       g;
	char                               *members;

	(void)state;
	google_start(&g, script, COUNT(script));
	members = through_middle(&g);
	google_use_impersonated(&g, members);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message,
	    "grant roles/iam.serviceAccountTokenCreator on " TARGET
	    ", if that exists, to middle@p.example (");
	google_end(&g);
	free(members);
}

static void
a_traded_token_is_renewed_with_a_new_one_of_the_source(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		TARGET_REPLY, SECRET_REPLY, SOURCE_REPLY,
		REPLY(IAM_REPLY("ya29.second", "\"2027-01-15T10:00:00Z\"")),
		SECRET_REPLY };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(&g, FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	g.now += 3600;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 6);
	assert_header(&g, 5, "Authorization", "Bearer ya29.second");
	google_end(&g);
}

static void
the_end_of_a_token_may_be_written_in_many_ways(void **state)
{
	static const struct {
		const char *time;
		int64_t     life_s; /* 0: refused */
	} cases[] = {
		{ "\"2027-01-15T09:00:00Z\"", 3600 },
		{ "\"2027-01-15T09:00:00.5Z\"", 3600 },
		{ "\"2027-01-15T09:00:00.123456789Z\"", 3600 },
		{ "\"2027-01-15T10:00:00+01:00\"", 3600 },
		{ "\"2027-01-15T08:00:01Z\"", 1 },
		{ "\"2027-01-15T08:00:00Z\"", 0 },
		{ "\"2027-01-15T08:00:00.999Z\"", 0 },
		{ "\"1970-01-01T00:00:00Z\"", 0 },
		{ "\"9999-12-31T23:59:59Z\"", 86400 },
		{ "\"2027-01-15 09:00:00Z\"", 0 },
		{ "\"2027-01-15T09:00:00\"", 0 },
		{ "\"2027-02-30T09:00:00Z\"", 0 },
		{ "\"2027-01-15T09:00:00Z\\u0000\"", 0 },
		{ "\"tomorrow\"", 0 },
		{ "\"\"", 0 },
		{ "1800003600", 0 },
		{ "null", 0 },
		{ "{}", 0 },
	};
	static const struct wanted wanted = { .scope = GS_SCOPE };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char                   body[256];
		struct loopback_answer script[] = { REPLY(body) };
		struct google          g;
		struct grant           grant;

		snprintf(body, sizeof(body),
		    "{\"accessToken\":\"" TOKEN "\",\"expireTime\":%s}",
		    cases[i].time);
		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g, FROM_USER);
		assert_int_equal(trade(&g, &wanted, &grant),
		    cases[i].life_s > 0 ? GCPSECRET_OK : GCPSECRET_ERR_FORMAT);
		if (cases[i].life_s > 0)
			assert_int_equal(grant.lifetime_s, cases[i].life_s);
		else
			assert_int_equal(grant.text.len, 0);
		buf_free(&grant.text);
		google_end(&g);
	}
}

static void
an_answer_without_a_usable_token_is_refused(void **state)
{
	static const struct {
		const char *body, *message;
	} cases[] = {
		{ "", "not JSON" },
		{ "<html>", "not JSON" },
		{ "[]", "not JSON" },
		{ "{}", "without \"accessToken\"" },
		{ TOKEN_REPLY(TOKEN, "3599"), "without \"accessToken\"" },
		{ "{\"accessToken\":\"x\"}", "without \"expireTime\"" },
		{ "{\"accessToken\":5,\"expireTime\":" NOW_PLUS_HOUR "}",
		    "without \"accessToken\"" },
		{ IAM_REPLY("", NOW_PLUS_HOUR), "characters" },
		{ IAM_REPLY("a b", NOW_PLUS_HOUR), "characters" },
		{ IAM_REPLY("a\\r\\nX: y", NOW_PLUS_HOUR), "characters" },
		{ IAM_REPLY("x", "\"2027-01-15T07:59:59Z\""),
		    "expired already" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loopback_answer script[] = { SOURCE_REPLY,
			REPLY(cases[i].body) };
		struct google          g;

		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g, FROM_USER);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
		assert_holds(g.err.message, "the IAM Credentials API");
		assert_holds(g.err.message, cases[i].message);
		assert_int_equal(loopback_count(g.peer), 2);
		google_end(&g);
	}
}

#define ERROR(status) "{\"error\":{\"status\":\"" status "\"}}"

static void
a_refusal_says_what_to_do(void **state)
{
	static const struct {
		int              http_status;
		gcpsecret_status status;
		const char      *body, *message;
	} cases[] = {
		{ 403, GCPSECRET_ERR_FORBIDDEN, ERROR("PERMISSION_DENIED"),
		    "grant roles/iam.serviceAccountTokenCreator on " TARGET
		    ", if that exists, to ana@example.org (" },
		{ 403, GCPSECRET_ERR_FORBIDDEN, "<html>",
		    "ana@example.org may not impersonate " TARGET },
		{ 403, GCPSECRET_ERR_DISABLED,
		    "{\"error\":{\"status\":\"PERMISSION_DENIED\",\"details\":"
		    "[{\"reason\":\"SERVICE_DISABLED\",\"metadata\":"
		    "{\"consumer\":\"projects/1\"}}]}}",
		    "switch the IAM Service Account Credentials API on" },
		{ 401, GCPSECRET_ERR_REFUSED, ERROR("UNAUTHENTICATED"),
		    "does not accept the token of ana@example.org" },
		{ 404, GCPSECRET_ERR_CREDENTIALS, ERROR("NOT_FOUND"),
		    "the service account " TARGET " does not exist" },
		{ 404, GCPSECRET_ERR_CREDENTIALS, "",
		    TARGET " does not exist, or the impersonation URL" },
		{ 400, GCPSECRET_ERR_CREDENTIALS, ERROR("INVALID_ARGUMENT"),
		    "delegates, scopes and lifetime" },
		{ 429, GCPSECRET_ERR_RATE_LIMIT, ERROR("RESOURCE_EXHAUSTED"),
		    "the quota of the IAM Credentials API" },
		{ 500, GCPSECRET_ERR_SERVER, ERROR("INTERNAL"), "try again" },
		{ 302, GCPSECRET_ERR_FORMAT, "", "not an answer of Google's" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loopback_answer script[] = { SOURCE_REPLY,
			{ .status = cases[i].http_status,
			    .body = cases[i].body } };
		struct google          g;

		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g,
		    "\"source_credentials\":{\"type\":\"authorized_user\","
		    "\"client_id\":\"id\",\"client_secret\":\"" CLIENT_SECRET
		    "\",\"refresh_token\":\"" REFRESH_TOKEN
		    "\",\"account\":\"ana@example.org\"}");
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(google_access(&g, NAME), cases[i].status);
		assert_int_equal(g.err.http_status, cases[i].http_status);
		assert_holds(g.err.message, cases[i].message);
		assert_int_equal(loopback_count(g.peer), 2);
		google_end(&g);
	}
}

static void
with_delegates_any_of_them_may_lack_the_role(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		{ .status = 403, .body = ERROR("PERMISSION_DENIED") } };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(
	    &g, "\"delegates\":[\"a@p.example\",\"b@p.example\"]," FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message,
	    "on " TARGET ", if that exists, to b@p.example, and on each "
	    "delegate to the account before it, the user who logged in first");
	google_end(&g);
}

static void
a_failure_that_passes_is_repeated(void **state)
{
	static const int statuses[] = { 500, 502, 503, 504 };

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		struct loopback_answer script[] = { SOURCE_REPLY,
			{ .status = statuses[i],
			    .headers = "Retry-After: 0\r\n" },
			TARGET_REPLY, SECRET_REPLY };
		struct google          g;

		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g, FROM_USER);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(loopback_count(g.peer), 4);
		assert_string_equal(loopback_request(g.peer, 1)->body,
		    loopback_request(g.peer, 2)->body);
		google_end(&g);
	}
}

static void
a_source_that_is_refused_is_not_traded(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
	};
	struct google g;

	(void)state;
	google_start(&g, no, 1);
	google_use_impersonated(&g, FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_REFUSED);
	assert_holds(g.err.message, "the token endpoint");
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

static void
a_source_that_gives_no_access_token_is_refused_unsent(void **state)
{
	static const char *const members[] = {
		"\"delegates\":[]",
		"\"source_credentials\":null",
		"\"source_credentials\":\"user\"",
		"\"source_credentials\":{}",
		"\"source_credentials\":{\"type\":\"gdch_service_account\"}",
		"\"source_credentials\":{\"type\":\"id_token\"}",
		"\"source_credentials\":{\"type\":\"authorized_user\"}",
	};
	static const struct loopback_answer no[] = { { .status = 500 } };

	(void)state;
	for (size_t i = 0; i < COUNT(members); i++) {
		struct google g;

		google_start(&g, no, 1);
		google_use_impersonated(&g, members[i]);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
		assert_holds(g.err.message, "source_credentials");
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

static void
a_server_that_repeats_the_sources_token_is_not_quoted(void **state)
{
	static const struct loopback_answer script[] = { SOURCE_REPLY,
		{ .status = 403,
		    .body = "{\"error\":{\"status\":\"PERMISSION_DENIED\","
			    "\"message\":\"no: " SOURCE_TOKEN "\"}}" } };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(&g, FROM_USER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_null(strstr(g.err.message, SOURCE_TOKEN));
	google_end(&g);
}

static void
each_scope_is_an_element(void **state)
{
	static const struct {
		const char *scope, *body;
	} cases[] = {
		{ "a", "[\"a\"]" },
		{ "a b", "[\"a\",\"b\"]" },
		{ "  a   b ", "[\"a\",\"b\"]" },
		{ "", "[]" },
	};
	static const struct loopback_answer script[] = { TARGET_REPLY };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wanted wanted = { .scope = cases[i].scope };
		struct grant  grant;
		struct google g;
		char          body[128];

		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g, FROM_USER);
		assert_int_equal(trade(&g, &wanted, &grant), GCPSECRET_OK);
		assert_string_equal(grant.text.data, TOKEN);
		assert_int_equal(grant.lifetime_s, 3600);
		snprintf(body, sizeof(body),
		    "{\"delegates\":[],\"scope\":%s,\"lifetime\":\"3600s\"}",
		    cases[i].body);
		assert_string_equal(loopback_request(g.peer, 0)->body, body);
		buf_free(&grant.text);
		google_end(&g);
	}
}

static void
an_external_accounts_lifetime_is_asked_for(void **state)
{
	static const struct loopback_answer script[] = { TARGET_REPLY };
	static const struct wanted          wanted = { .scope = GS_SCOPE };
	struct grant                        grant;
	struct google                       g;
	char                               *text;

	(void)state;
	google_start(&g, script, COUNT(script));
	assert_true(asprintf(&text,
			"{\"type\":\"external_account\",\"audience\":\"//x\","
			"\"subject_token_type\":\"t\",\"credential_source\":"
			"{\"file\":\"/nowhere\"},"
			"\"service_account_impersonation_url\":"
			"\"%s" IMPERSONATION_PATH ":generateAccessToken\","
			"\"service_account_impersonation\":"
			"{\"token_lifetime_seconds\":600}}",
			loopback_url(g.peer)) > 0);
	google_write(&g, "external.json", text);
	assert_int_equal(trade(&g, &wanted, &grant), GCPSECRET_OK);
	assert_holds(
	    loopback_request(g.peer, 0)->body, "\"lifetime\":\"600s\"}");
	buf_free(&grant.text);
	google_end(&g);
	free(text);
}

/* {"token":"HEADER.CLAIMS.SIGNATURE"}; to be freed. */
static char *
id_token_reply(const char *claims)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_add_text(&text, "{\"token\":\"eyJhbGciOiJSUzI1NiJ9.");
	base64_encode(&text, claims, strlen(claims), BASE64_URL);
	assert_true(buf_add_text(&text, ".c2lnbmF0dXJl\"}"));
	return text.data;
}

static void
an_id_token_is_asked_for_at_its_own_url(void **state)
{
	static const struct wanted wanted = {
		.audience = "https://a.example/?x=1&y=\"2\" \\",
	};
	char                  *reply = id_token_reply("{\"exp\":1800001234}");
	struct loopback_answer script[] = { REPLY(reply) };
	struct grant           grant;
	struct google          g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_impersonated(
	    &g, "\"delegates\":[\"a@p.example\"]," FROM_USER);
	assert_int_equal(trade(&g, &wanted, &grant), GCPSECRET_OK);
	assert_impersonates(&g, 0, IMPERSONATION_PATH ":generateIdToken",
	    SOURCE_TOKEN,
	    "{\"delegates\":[\"projects/-/serviceAccounts/a@p.example\"],"
	    "\"audience\":\"https://a.example/?x=1&y=\\u00222\\u0022 \\u005c\","
	    "\"includeEmail\":true}");
	assert_memory_equal(grant.text.data, "eyJhbGciOiJSUzI1NiJ9.", 21);
	assert_int_equal(grant.lifetime_s, 1234);
	buf_free(&grant.text);
	google_end(&g);
	free(reply);
}

static void
an_answer_without_a_usable_id_token_is_refused(void **state)
{
	static const struct wanted wanted = { .audience = "a" };
	char                      *old = id_token_reply("{\"exp\":1800000000}");
	char                      *endless = id_token_reply("{}");
	const char *const          bodies[] = { "{}", "{\"token\":\"\"}",
			 "{\"token\":\"x\"}", "{\"token\":\"x.y.z\"}",
			 IAM_REPLY(TOKEN, NOW_PLUS_HOUR), old, endless };

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct loopback_answer script[] = { REPLY(bodies[i]) };
		struct grant           grant;
		struct google          g;

		google_start(&g, script, COUNT(script));
		google_use_impersonated(&g, FROM_USER);
		assert_int_equal(
		    trade(&g, &wanted, &grant), GCPSECRET_ERR_FORMAT);
		assert_int_equal(grant.text.len, 0);
		buf_free(&grant.text);
		google_end(&g);
	}
	free(old);
	free(endless);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_users_token_is_traded_for_the_service_accounts),
		cmocka_unit_test(a_service_account_signs_what_it_trades),
		cmocka_unit_test(an_external_users_token_is_traded),
		cmocka_unit_test(delegates_are_named_in_full),
		cmocka_unit_test(a_chain_of_two_trades_twice),
		cmocka_unit_test(the_message_names_who_asks_in_a_chain),
		cmocka_unit_test(
		    a_traded_token_is_renewed_with_a_new_one_of_the_source),
		cmocka_unit_test(
		    the_end_of_a_token_may_be_written_in_many_ways),
		cmocka_unit_test(an_answer_without_a_usable_token_is_refused),
		cmocka_unit_test(a_refusal_says_what_to_do),
		cmocka_unit_test(with_delegates_any_of_them_may_lack_the_role),
		cmocka_unit_test(a_failure_that_passes_is_repeated),
		cmocka_unit_test(a_source_that_is_refused_is_not_traded),
		cmocka_unit_test(
		    a_source_that_gives_no_access_token_is_refused_unsent),
		cmocka_unit_test(
		    a_server_that_repeats_the_sources_token_is_not_quoted),
		cmocka_unit_test(each_scope_is_an_element),
		cmocka_unit_test(an_external_accounts_lifetime_is_asked_for),
		cmocka_unit_test(an_id_token_is_asked_for_at_its_own_url),
		cmocka_unit_test(
		    an_answer_without_a_usable_id_token_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret impersonate", tests, NULL, NULL);
}
