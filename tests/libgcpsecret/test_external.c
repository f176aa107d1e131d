/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "google.h"
#include "grant.h"

#define AUDIENCE_MEMBER "\"audience\":\"" AUDIENCE "\""
#define WORKFORCE                                                              \
	"\"audience\":\"//iam.googleapis.com/locations/global/workforcePools/" \
	"pool/providers/oidc\",\"workforce_pool_user_project\":\"who-pays\""

#define STS_TOKEN "ya29.d.of-the-pool"
#define STS_REPLY TOKEN_REPLY(STS_TOKEN, "3599")

#define FORM                                                                   \
	"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange" \
	"&audience=%2F%2Fiam.googleapis.com%2Fprojects%2F1%2Flocations%2F"     \
	"global%2FworkloadIdentityPools%2Fpool%2Fproviders%2Foidc"             \
	"&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"      \
	"&requested_token_type="                                               \
	"urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"              \
	"&subject_token=eyJhbGciOi.subject.token"                              \
	"&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"

static const struct loopback_answer good[] = {
	{ .status = 200, .body = STS_REPLY },
	{ .status = 200, .body = GOOD },
};

/* The subject token stands in a file of the folder. */
static void
use_file(struct google *g, const char *members)
{
	char source[200];

	google_write(g, "subject", SUBJECT_TOKEN "\n");
	snprintf(source, sizeof(source), "{\"file\":\"%s\"}", g->file);
	google_use_external(g, source, members);
}

static const char *
body_of(struct google *g, size_t i)
{
	return loopback_request(g->peer, i)->body;
}

static void
a_subject_token_is_traded_for_a_token(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, good, COUNT(good));
	use_file(&g, AUDIENCE_MEMBER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->method, "POST");
	assert_string_equal(loopback_request(g.peer, 0)->target, "/v1/token");
	assert_header(
	    &g, 0, "Content-Type", "application/x-www-form-urlencoded");
	assert_header(&g, 0, "Authorization", NULL);
	assert_string_equal(body_of(&g, 0), FORM);
	assert_header(&g, 1, "Authorization", "Bearer " STS_TOKEN);
	/* It is kept. */
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 3);
	google_end(&g);
}

static void
a_subject_token_is_read_again_for_each_trade(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = STS_REPLY },
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = TOKEN_REPLY("ya29.2", "3599") },
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = TOKEN_REPLY("ya29.3", "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_file(&g, AUDIENCE_MEMBER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	/* Kubernetes renames a new file over the old one. */
	google_write(&g, "subject", "eyJhbGciOi.rotated");
	g.now += 3600;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(body_of(&g, 2), "&subject_token=eyJhbGciOi.rotated&");
	assert_header(&g, 3, "Authorization", "Bearer ya29.2");
	/* While it is away there is no token, and then there is again. */
	assert_int_equal(unlink(g.file), 0);
	g.now += 3600;
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "the subject token in ");
	assert_holds(g.err.message, "/subject: No such file or directory");
	google_write(&g, "subject", "eyJhbGciOi.back");
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(body_of(&g, 4), "&subject_token=eyJhbGciOi.back&");
	google_end(&g);
}

static void
a_token_that_google_refuses_is_traded_anew_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = STS_REPLY },
		{ .status = 401, .body = "{}" },
		{ .status = 200, .body = TOKEN_REPLY("ya29.2", "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_file(&g, AUDIENCE_MEMBER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 3, "Authorization", "Bearer ya29.2");
	google_end(&g);
}

static void
a_client_names_itself_by_basic_authentication(void **state)
{
	static const struct {
		const char *members, *authorization;
	} rows[] = {
		{ AUDIENCE_MEMBER ",\"client_id\":\"id\","
				  "\"client_secret\":\"" CLIENT_SECRET "\"",
		    "Basic aWQ6R09DU1BYLWNsaWVudC1zZWNyZXQ=" },
		{ AUDIENCE_MEMBER ",\"client_id\":\"id\"", "Basic aWQ6" },
		{ AUDIENCE_MEMBER ",\"client_id\":\"id\","
				  "\"client_secret\":\"\"",
		    "Basic aWQ6" },
		{ AUDIENCE_MEMBER ",\"client_id\":\"\"", NULL },
		{ WORKFORCE ",\"client_id\":\"id\"", "Basic aWQ6" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;

		google_start(&g, good, COUNT(good));
		use_file(&g, rows[i].members);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_header(&g, 0, "Authorization", rows[i].authorization);
		assert_null(strstr(body_of(&g, 0), "options="));
		assert_null(strstr(body_of(&g, 0), "client"));
		google_end(&g);
	}
}

static void
a_workforce_names_the_project_that_pays(void **state)
{
	static const char options[] =
	    "&options=%257B%2522userProject%2522%253A%2522who-pays%2522%257D";
	struct google g;
	const char   *found;

	(void)state;
	google_start(&g, good, COUNT(good));
	use_file(&g, WORKFORCE);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	found = strstr(body_of(&g, 0), "&options=");
	assert_non_null(found);
	assert_string_equal(found, options);
	google_end(&g);
}

/* The account CLIENT_EMAIL is impersonated with the pool's token. */
static void
use_impersonation(struct google *g)
{
	char members[500];

	snprintf(members, sizeof(members),
	    AUDIENCE_MEMBER
	    ",\"service_account_impersonation_url\":\"%s/v1/projects/-/"
	    "serviceAccounts/" CLIENT_EMAIL ":generateAccessToken\","
	    "\"service_account_impersonation\":"
	    "{\"token_lifetime_seconds\":1800}",
	    loopback_url(g->peer));
	use_file(g, members);
}

static void
a_service_account_is_impersonated_with_the_token_of_the_pool(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = STS_REPLY },
		{ .status = 200,
		    .body = "{\"accessToken\":\"" TOKEN "\",\"expireTime\":"
			    "\"2027-01-15T08:50:00.5Z\"}" },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_impersonation(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(body_of(&g, 0), FORM);
	assert_string_equal(loopback_request(g.peer, 1)->target,
	    "/v1/projects/-/serviceAccounts/" CLIENT_EMAIL
	    ":generateAccessToken");
	assert_header(&g, 1, "Authorization", "Bearer " STS_TOKEN);
	assert_holds(body_of(&g, 1), "\"lifetime\":\"1800s\"");
	assert_header(&g, 2, "Authorization", "Bearer " TOKEN);
	google_end(&g);
}

static void
an_impersonation_that_is_refused_names_who_and_whom(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = STS_REPLY },
		{ .status = 403,
		    .body = "{\"error\":{\"status\":\"PERMISSION_DENIED\","
			    "\"message\":\"no: " STS_TOKEN "\"}}" },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_impersonation(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORBIDDEN);
	assert_holds(g.err.message,
	    "grant roles/iam.serviceAccountTokenCreator on " CLIENT_EMAIL);
	assert_holds(g.err.message, "to " AUDIENCE);
	google_end(&g);
}

#define NO(error) "{\"error\":\"" error "\",\"error_description\":\"why\"}"

static void
a_refusal_says_what_to_do(void **state)
{
	static const struct {
		int              status;
		gcpsecret_status outcome;
		const char      *body, *message;
	} rows[] = {
		{ 400, GCPSECRET_ERR_REFUSED, NO("invalid_grant"),
		    "attribute condition" },
		{ 400, GCPSECRET_ERR_REFUSED, NO("invalid_target"),
		    "\"audience\" of the credentials" },
		{ 401, GCPSECRET_ERR_REFUSED, NO("invalid_client"),
		    "client_id and client_secret" },
		{ 400, GCPSECRET_ERR_REFUSED, NO("unauthorized_client"),
		    "turns this identity away" },
		{ 400, GCPSECRET_ERR_REFUSED, NO("invalid_scope"), "scope" },
		{ 400, GCPSECRET_ERR_REFUSED, NO("invalid_request"),
		    "the external account is not accepted (the Security Token "
		    "Service, HTTP 400 invalid_request: why)" },
		{ 403, GCPSECRET_ERR_REFUSED, "<html>",
		    "the external account is not accepted" },
		{ 404, GCPSECRET_ERR_REQUEST, "", "HTTP 404" },
		{ 429, GCPSECRET_ERR_RATE_LIMIT, NO("x"), "wait" },
		{ 500, GCPSECRET_ERR_SERVER, "{}", "try again later" },
		{ 400, GCPSECRET_ERR_SERVER, NO("temporarily_unavailable"),
		    "try again later" },
		{ 302, GCPSECRET_ERR_FORMAT, "", "something in between" },
		/* One that repeats what it was sent is not quoted. */
		{ 400, GCPSECRET_ERR_REFUSED,
		    "{\"error\":\"invalid_grant\",\"error_description\":"
		    "\"no: " SUBJECT_TOKEN "\"}",
		    "(the Security Token Service" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct loopback_answer no[] = {
			{ .status = rows[i].status, .body = rows[i].body },
		};
		struct google g;

		google_start(&g, no, COUNT(no));
		use_file(&g, AUDIENCE_MEMBER);
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(google_access(&g, NAME), rows[i].outcome);
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(g.err.http_status, rows[i].status);
		google_end(&g);
	}
}

static void
an_answer_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *body, *message;
	} rows[] = {
		{ "", "is not JSON" },
		{ "<html>", "is not JSON" },
		{ "[]", "is not JSON" },
		{ "{\"expires_in\":3599}", "is without \"access_token\"" },
		{ "{\"access_token\":\"ya29.x\"}",
		    "is without \"expires_in\"" },
		{ "{\"access_token\":\"ya29.x\",\"expires_in\":3599,"
		  "\"token_type\":\"N_A\"}",
		    "another type than Bearer" },
		{ TOKEN_REPLY("ya29 x", "3599"), "characters that no token" },
		{ TOKEN_REPLY("ya29.x", "0"), "expired already" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct loopback_answer odd[] = {
			{ .status = 200, .body = rows[i].body },
		};
		struct google g;

		google_start(&g, odd, COUNT(odd));
		use_file(&g, AUDIENCE_MEMBER);
		assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
		assert_holds(g.err.message,
		    "the answer of the Security Token Service is");
		assert_holds(g.err.message, rows[i].message);
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
a_service_that_fails_for_a_moment_is_asked_again(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = "Retry-After: 0\r\n" },
		{ .status = 200, .body = STS_REPLY },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_file(&g, AUDIENCE_MEMBER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(body_of(&g, 0), FORM);
	assert_string_equal(body_of(&g, 1), FORM);
	google_end(&g);
}

/* The host that is asked when the file names none, as a proxy sees it. */
static void
the_service_is_that_of_the_universe(void **state)
{
	static const struct loopback_answer no[] = { { .status = 403 } };
	static const struct {
		const char *universe, *target;
	} rows[] = {
		{ "googleapis.com", "sts.googleapis.com:443" },
		{ "example-cloud.org", "sts.example-cloud.org:443" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct google g;
		char          text[1000], source[200];

		google_start(&g, no, COUNT(no));
		google_write(&g, "subject", SUBJECT_TOKEN);
		snprintf(source, sizeof(source), "{\"file\":\"%s\"}", g.file);
		snprintf(text, sizeof(text),
		    "{\"type\":\"external_account\"," AUDIENCE_MEMBER
		    ",\"subject_token_type\":\"t\",\"universe_domain\":\"%s\","
		    "\"credential_source\":%s}",
		    rows[i].universe, source);
		google_set("GOOGLE_APPLICATION_CREDENTIALS",
		    google_write(&g, "external.json", text));
		google_set("GOOGLE_CLOUD_UNIVERSE_DOMAIN", rows[i].universe);
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(gcpsecret_client_set_proxy(
				     g.client, loopback_url(g.peer), NULL),
		    GCPSECRET_OK);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_NETWORK);
		assert_string_equal(
		    loopback_request(g.peer, 0)->method, "CONNECT");
		assert_string_equal(
		    loopback_request(g.peer, 0)->target, rows[i].target);
		google_end(&g);
	}
}

static void
an_external_account_has_no_id_token_of_its_own(void **state)
{
	static const struct wanted wanted = { .audience = "https://a" };
	struct key_file            file = { .audience = AUDIENCE };
	struct google              g;
	struct grant               grant;

	(void)state;
	google_start(&g, good, COUNT(good));
	assert_int_equal(gs_begin(g.client, NULL), GCPSECRET_OK);
	gs_grant_init(&grant);
	assert_int_equal(
	    gs_grant_external(g.client, &file, &wanted, &grant, &g.err),
	    GCPSECRET_ERR_CREDENTIALS);
	assert_holds(g.err.message, "\"service_account_impersonation_url\"");
	assert_int_equal(grant.text.len, 0);
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subject_token_is_traded_for_a_token),
		cmocka_unit_test(a_subject_token_is_read_again_for_each_trade),
		cmocka_unit_test(
		    a_token_that_google_refuses_is_traded_anew_once),
		cmocka_unit_test(a_client_names_itself_by_basic_authentication),
		cmocka_unit_test(a_workforce_names_the_project_that_pays),
		cmocka_unit_test(
		    a_service_account_is_impersonated_with_the_token_of_the_pool),
		cmocka_unit_test(
		    an_impersonation_that_is_refused_names_who_and_whom),
		cmocka_unit_test(a_refusal_says_what_to_do),
		cmocka_unit_test(an_answer_that_is_none_is_refused),
		cmocka_unit_test(
		    a_service_that_fails_for_a_moment_is_asked_again),
		cmocka_unit_test(the_service_is_that_of_the_universe),
		cmocka_unit_test(
		    an_external_account_has_no_id_token_of_its_own),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret external", tests, NULL, NULL);
}
