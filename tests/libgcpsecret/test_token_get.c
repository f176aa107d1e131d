/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "client.h"
#include "google.h"
#include "members.h"

#define LOGIN_SCOPE "https://www.googleapis.com/auth/sqlservice.login"
#define SERVICE_URL "https://svc-1.europe-west1.run.app"
#define ASSERTION "&assertion="

#define REPLY(token)                               \
	{                                          \
		.status = 200, .headers = FLAVOR,  \
		.body = TOKEN_REPLY(token, "3600") \
	}

static const struct loopback_answer unused[] = { { .status = 500 } };

/* An ID token with these claims, bare or as a reply; to be freed. */
static char *
id_token(const char *claims)
{
	struct buf text;

	buf_init(&text, 4096);
	buf_add_text(&text, "eyJhbGciOiJSUzI1NiJ9.");
	assert_true(base64_encode(&text, claims, strlen(claims), BASE64_URL));
	assert_true(buf_add_text(&text, ".c2lnbmF0dXJl"));
	return text.data;
}

static char *
id_reply(const char *claims)
{
	char *token = id_token(claims), *reply;

	assert_true(asprintf(&reply, "{\"id_token\":\"%s\"}", token) > 0);
	free(token);
	return reply;
}

/* Gets an access token or, if `audience` is one, an ID token. */
static gcpsecret_status
get(struct google *g, const char *scope, const char *audience, char *text,
    int64_t *expires_at_s)
{
	gcpsecret_token *token = (gcpsecret_token *)g;
	gcpsecret_status status;

	memset(&g->err, 0x5a, sizeof(g->err));
	status =
	    audience != NULL
		? gcpsecret_id_token_get(g->client, audience, &token, &g->err)
		: gcpsecret_access_token_get(g->client, scope, &token, &g->err);
	if (status != GCPSECRET_OK) {
		assert_null(token);
		assert_int_equal(g->err.status, status);
		return status;
	}
	assert_int_equal(g->err.message[0], 0x5a);
	snprintf(text, 4096, "%s", token->text);
	*expires_at_s = token->expires_at_s;
	gcpsecret_token_free(token);
	return status;
}

static void
assert_access(struct google *g, const char *scope, const char *want)
{
	char    text[4096] = "";
	int64_t expires_at_s = 0;

	assert_int_equal(
	    get(g, scope, NULL, text, &expires_at_s), GCPSECRET_OK);
	assert_string_equal(text, want);
	assert_int_equal(expires_at_s, g->now + 3600);
}

static void
assert_fails(struct google *g, const char *scope, const char *audience,
    gcpsecret_status status, const char *part)
{
	char    text[4096] = "";
	int64_t expires_at_s = 0;

	assert_int_equal(get(g, scope, audience, text, &expires_at_s), status);
	assert_holds(g->err.message, part);
}

/* The claims of the assertion that the i-th request posted. */
static struct json_object *
assertion_of(struct google *g, size_t i)
{
	const char         *body = loopback_request(g->peer, i)->body;
	const char         *claims = strchr(strstr(body, ASSERTION), '.') + 1;
	struct buf          text;
	struct json_object *object;

	buf_init(&text, 8192);
	assert_true(
	    base64_decode(&text, claims, strcspn(claims, "."), BASE64_URL));
	object = members_parse(text.data, text.len);
	assert_non_null(object);
	buf_free(&text);
	return object;
}

static void
assert_claim(struct json_object *claims, const char *name, const char *want)
{
	const char *text = members_get_string(claims, name);

	if (want == NULL)
		assert_null(members_get(claims, name));
	else if (text == NULL || strcmp(text, want) != 0)
		fail_msg("%s is %s", name, text != NULL ? text : "absent");
}

static void
a_token_is_kept_for_its_scope(void **state)
{
	static const struct loopback_answer script[] = { REPLY("ya29.all"),
		REPLY("ya29.login") };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_access(&g, NULL, "ya29.all");
	assert_null(strstr(loopback_request(g.peer, 0)->body, "scope="));
	assert_access(&g, LOGIN_SCOPE, "ya29.login");
	assert_holds(loopback_request(g.peer, 1)->body,
	    "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2F"
	    "sqlservice.login");
	assert_access(&g, GS_SCOPE, "ya29.all");
	assert_access(&g, LOGIN_SCOPE, "ya29.login");
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
the_token_used_longest_ago_makes_room(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN) };
	struct google                       g;
	char                                scope[32];

	(void)state;
	google_start(&g, script, 1);
	google_use_user(&g);
	for (int i = 0; i < TOKENS_MAX; i++) {
		snprintf(scope, sizeof(scope), "scope-%d", i);
		assert_access(&g, scope, TOKEN);
	}
	/* The first one is fresh in memory, the second one is not. */
	assert_access(&g, "scope-0", TOKEN);
	assert_int_equal(loopback_count(g.peer), TOKENS_MAX);
	assert_access(&g, "one-more", TOKEN);
	assert_access(&g, "scope-0", TOKEN);
	assert_int_equal(loopback_count(g.peer), TOKENS_MAX + 1);
	assert_access(&g, "scope-1", TOKEN);
	assert_int_equal(loopback_count(g.peer), TOKENS_MAX + 2);
	google_end(&g);
}

static void
a_refused_token_is_forgotten_if_it_is_still_the_same(void **state)
{
	static const struct loopback_answer script[] = { REPLY("ya29.old"),
		REPLY("ya29.new") };
	static const struct wanted          wanted = { .scope = GS_SCOPE };
	struct google                       g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_user(&g);
	assert_access(&g, NULL, "ya29.old");
	gs_token_forget(g.client, &wanted, "ya29.older");
	assert_access(&g, NULL, "ya29.old");
	gs_token_forget(g.client, &wanted, "ya29.old");
	assert_access(&g, NULL, "ya29.new");
	gs_token_forget(g.client, &wanted, "ya29.old");
	assert_access(&g, NULL, "ya29.new");
	google_end(&g);
}

static void
the_metadata_server_is_asked_for_scopes_and_audiences(void **state)
{
	char                        *jwt = id_token("{\"exp\":1800003000}");
	const struct loopback_answer script[] = {
		REPLY(TOKEN),
		{ .status = 200, .headers = FLAVOR, .body = jwt },
	};
	struct google g;
	char          text[4096] = "";
	int64_t       expires_at_s = 0;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_access(&g, LOGIN_SCOPE " " GS_SCOPE, TOKEN);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/computeMetadata/v1/instance/service-accounts/default/token?"
	    "scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2F"
	    "sqlservice.login,"
	    "https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform");
	/* Nothing of the audience may pass for another field. */
	assert_int_equal(
	    get(&g, NULL, SERVICE_URL "/?a=b c&format=x#", text, &expires_at_s),
	    GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 1)->target,
	    "/computeMetadata/v1/instance/service-accounts/default/identity?"
	    "audience=https%3A%2F%2Fsvc-1.europe-west1.run.app%2F%3Fa%3Db%20c"
	    "%26format%3Dx%23&format=full");
	assert_string_equal(text, jwt);
	assert_int_equal(expires_at_s, 1800003000);
	google_end(&g);
	free(jwt);
}

static void
a_key_is_traded_for_an_id_token(void **state)
{
	char                        *first = id_reply("{\"exp\":1800003600}");
	const struct loopback_answer script[] = {
		{ .status = 200, .body = first },
	};
	struct google       g;
	struct json_object *claims;
	char                text[4096] = "";
	int64_t             expires_at_s = 0;

	(void)state;
	google_start(&g, script, 1);
	google_use_service_account(&g);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    get(&g, NULL, SERVICE_URL, text, &expires_at_s),
		    GCPSECRET_OK);
		assert_holds(first, text);
		assert_int_equal(expires_at_s, 1800003600);
	}
	assert_int_equal(loopback_count(g.peer), 1);
	assert_string_equal(loopback_request(g.peer, 0)->target, "/token");
	assert_holds(loopback_request(g.peer, 0)->body,
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
	    "&assertion=eyJ");
	claims = assertion_of(&g, 0);
	assert_claim(claims, "iss", CLIENT_EMAIL);
	assert_claim(claims, "aud", "https://oauth2.googleapis.com/token");
	assert_claim(claims, "target_audience", SERVICE_URL);
	assert_claim(claims, "scope", NULL);
	assert_claim(claims, "sub", NULL);
	json_object_put(claims);
	google_end(&g);
	free(first);
}

static void
an_odd_id_token_is_refused(void **state)
{
	static const struct {
		const char *claims, *message;
	} cases[] = {
		{ "{\"exp\":1800000000}", "expired already" },
		{ "{\"exp\":-1}", "no ID token" },
		{ "{\"exp\":\"soon\"}", "no ID token" },
		{ "{}", "no ID token" },
		{ "[]", "no ID token" },
		{ "x", "no ID token" },
	};
	static const char *const bodies[] = { "", "x", "{}", "a.b", "a.!.c",
		"<html>a.b.c</html>" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char                        *reply = id_reply(cases[i].claims);
		const struct loopback_answer answer = { .status = 200,
			.body = reply };
		struct google                g;

		google_start(&g, &answer, 1);
		google_use_service_account(&g);
		assert_fails(&g, NULL, SERVICE_URL, GCPSECRET_ERR_FORMAT,
		    cases[i].message);
		google_end(&g);
		free(reply);
	}
	for (size_t i = 0; i < COUNT(bodies); i++) {
		const struct loopback_answer answer = {
			.status = 200, .headers = FLAVOR, .body = bodies[i]
		};
		struct google g;

		google_start(&g, &answer, 1);
		google_use_metadata(&g);
		assert_fails(&g, NULL, SERVICE_URL, GCPSECRET_ERR_FORMAT,
		    "the answer of the metadata server is no ID token");
		google_end(&g);
	}
}

static void
a_login_gives_no_id_token(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, unused, 1);
	google_use_user(&g);
	assert_fails(&g, NULL, SERVICE_URL, GCPSECRET_ERR_CREDENTIALS,
	    "a user's login gives no ID token");
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
an_emulator_gives_no_token(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, unused, 1);
	google_use_emulator(&g);
	assert_fails(&g, NULL, NULL, GCPSECRET_ERR_CREDENTIALS,
	    "an emulator needs no token");
	assert_fails(&g, NULL, "a", GCPSECRET_ERR_CREDENTIALS,
	    "an emulator needs no token");
	assert_int_equal(loopback_count(g.peer), 0);
	google_end(&g);
}

static void
odd_scopes_and_audiences_are_refused(void **state)
{
	char              long_text[2050];
	const char *const bad[] = { "", "a\nb", "a\"b", "a\\b", "\xc3\xa4",
		"\x7f", long_text };
	struct google     g;
	gcpsecret_token  *token;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[2049] = '\0';
	google_start(&g, unused, 1);
	google_use_user(&g);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_fails(&g, bad[i], NULL, GCPSECRET_ERR_ARGUMENT,
		    "the scope must be");
		assert_fails(&g, NULL, bad[i], GCPSECRET_ERR_ARGUMENT,
		    "the audience must be");
	}
	assert_int_equal(gcpsecret_id_token_get(g.client, NULL, &token, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_id_token_get(g.client, "a", NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_access_token_get(g.client, NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_access_token_get(NULL, NULL, &token, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_id_token_get(NULL, "a", &token, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(loopback_count(g.peer), 0);
	gcpsecret_token_free(NULL);
	google_end(&g);
}

static void
a_service_accounts_token_may_be_asked_for(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN) };
	struct google                       g;
	struct json_object                 *claims;

	(void)state;
	google_start(&g, script, 1);
	google_use_service_account(&g);
	assert_int_equal(gcpsecret_client_set_jwt_bearer(g.client, true, NULL),
	    GCPSECRET_OK);
	assert_access(&g, LOGIN_SCOPE, TOKEN);
	claims = assertion_of(&g, 0);
	assert_int_equal(json_object_object_length(claims), 5);
	assert_claim(claims, "iss", CLIENT_EMAIL);
	assert_claim(claims, "aud", "https://oauth2.googleapis.com/token");
	assert_claim(claims, "scope", LOGIN_SCOPE);
	json_object_put(claims);
	google_end(&g);
}

static void
a_service_account_may_speak_for_a_user(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN) };
	struct google                       g;
	struct json_object                 *claims;

	(void)state;
	google_start(&g, script, 1);
	google_use_service_account(&g);
	assert_int_equal(
	    gcpsecret_client_set_subject(g.client, "user@example.org", NULL),
	    GCPSECRET_OK);
	assert_access(&g, NULL, TOKEN);
	claims = assertion_of(&g, 0);
	assert_claim(claims, "sub", "user@example.org");
	assert_claim(claims, "scope", GS_SCOPE);
	json_object_put(claims);
	google_end(&g);
}

static void
nobody_else_speaks_for_a_user(void **state)
{
	static void (*const sources[])(
	    struct google *) = { google_use_user, google_use_metadata };

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct google g;

		google_start(&g, unused, 1);
		sources[i](&g);
		assert_int_equal(
		    gcpsecret_client_set_subject(g.client, "u@x", NULL),
		    GCPSECRET_OK);
		assert_fails(&g, NULL, NULL, GCPSECRET_ERR_CREDENTIALS,
		    "only the key of a service account can speak for a user");
		assert_int_equal(loopback_count(g.peer), 0);
		google_end(&g);
	}
}

/* Refusals of the token endpoint, and what is said about a key. */
static void
a_refused_key_is_explained(void **state)
{
	static const struct {
		const char      *body;
		gcpsecret_status status;
		const char      *message;
	} cases[] = {
		{ "{\"error\":\"invalid_grant\",\"error_description\":"
		  "\"Invalid JWT Signature.\"}",
		    GCPSECRET_ERR_REFUSED,
		    "does not accept the key of " CLIENT_EMAIL
		    ": check this machine's clock" },
		{ "{\"error\":\"unauthorized_client\"}", GCPSECRET_ERR_REFUSED,
		    "under domain-wide delegation in the Admin console" },
		{ "{\"error\":\"invalid_scope\"}", GCPSECRET_ERR_REFUSED,
		    "does not grant this scope to " CLIENT_EMAIL },
		{ "{\"error\":\"server_error\"}", GCPSECRET_ERR_SERVER,
		    "try again later" },
		{ "<html>", GCPSECRET_ERR_REFUSED,
		    "the key of " CLIENT_EMAIL " is not accepted" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct loopback_answer answer = { .status = 400,
			.body = cases[i].body };
		struct google                g;

		google_start(&g, &answer, 1);
		google_use_service_account(&g);
		gcpsecret_client_set_retries(g.client, 0);
		assert_fails(
		    &g, NULL, SERVICE_URL, cases[i].status, cases[i].message);
		google_end(&g);
	}
}

/* Not the account that is impersonated: nothing is wrong with that one. */
static void
a_refused_source_is_named(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
	};
	static const char user[] =
	    "{\"type\":\"authorized_user\",\"client_id\":\"i\","
	    "\"client_secret\":\"s\",\"refresh_token\":\"r\"%s}";
	static const char *const cases[][2] = {
		{ "", "the login of the user in source_credentials has ended" },
		{ ",\"account\":\"me@example.org\"",
		    "the login of me@example.org has ended" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct google g;
		char          source[256], members[512], url[64];

		google_start(&g, no, 1);
		snprintf(source, sizeof(source), user, cases[i][0]);
		snprintf(members, sizeof(members), "\"source_credentials\":%s",
		    source);
		google_use_impersonated(&g, members);
		snprintf(url, sizeof(url), "%s/token", loopback_url(g.peer));
		assert_int_equal(
		    gcpsecret_client_set_token_url(g.client, url, NULL),
		    GCPSECRET_OK);
		assert_fails(
		    &g, NULL, NULL, GCPSECRET_ERR_REFUSED, cases[i][1]);
		google_end(&g);
	}
}

static void
a_repeated_assertion_is_not_quoted(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 400,
		    .body = "{\"error\":\"invalid_grant\","
			    "\"error_description\":\"bad "
			    "eyJhbGciOiJSUzI1NiIsInR5cCI6Ikp...\"}" },
	};
	struct google g;

	(void)state;
	google_start(&g, no, 1);
	google_use_service_account(&g);
	assert_fails(&g, NULL, SERVICE_URL, GCPSECRET_ERR_REFUSED,
	    "(the token endpoint, HTTP 400)");
	assert_null(strstr(g.err.message, "eyJ"));
	google_end(&g);
}

static void
use_workforce(struct google *g)
{
	char *text;

	assert_true(
	    asprintf(&text,
		"{\"type\":\"external_account_authorized_user\","
		"\"token_url\":\"%s/v1/oauthtoken\",\"client_id\":\"id\","
		"\"client_secret\":\"" CLIENT_SECRET "\","
		"\"refresh_token\":\"" REFRESH_TOKEN "\"}",
		loopback_url(g->peer)) > 0);
	google_set("GOOGLE_APPLICATION_CREDENTIALS",
	    google_write(g, "workforce.json", text));
	free(text);
	assert_int_equal(
	    gcpsecret_client_set_loopback(g->client, true, NULL), GCPSECRET_OK);
}

static void
a_workforces_login_keeps_its_newest_refresh_token(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "{\"access_token\":\"" TOKEN
			    "\",\"expires_in\":3600,\"refresh_token\":"
			    "\"1//refresh-token-2\"}" },
		REPLY("ya29.second"),
		REPLY("ya29.third"),
	};
	static const char form[] = "grant_type=refresh_token&refresh_token="
				   "1%2F%2Frefresh-token";
	struct google     g;

	(void)state;
	google_start(&g, script, COUNT(script));
	use_workforce(&g);
	assert_access(&g, NULL, TOKEN);
	assert_string_equal(
	    loopback_request(g.peer, 0)->target, "/v1/oauthtoken");
	assert_header(
	    &g, 0, "Authorization", "Basic aWQ6R09DU1BYLWNsaWVudC1zZWNyZXQ=");
	assert_string_equal(loopback_request(g.peer, 0)->body, form);
	for (int i = 1; i < 3; i++) {
		g.now += 3600;
		assert_access(&g, NULL, i == 1 ? "ya29.second" : "ya29.third");
		assert_holds(loopback_request(g.peer, (size_t)i)->body,
		    "refresh-token-2");
	}
	assert_fails(&g, NULL, SERVICE_URL, GCPSECRET_ERR_CREDENTIALS,
	    "a user's login gives no ID token");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_kept_for_its_scope),
		cmocka_unit_test(the_token_used_longest_ago_makes_room),
		cmocka_unit_test(
		    a_refused_token_is_forgotten_if_it_is_still_the_same),
		cmocka_unit_test(
		    the_metadata_server_is_asked_for_scopes_and_audiences),
		cmocka_unit_test(a_key_is_traded_for_an_id_token),
		cmocka_unit_test(an_odd_id_token_is_refused),
		cmocka_unit_test(a_login_gives_no_id_token),
		cmocka_unit_test(an_emulator_gives_no_token),
		cmocka_unit_test(odd_scopes_and_audiences_are_refused),
		cmocka_unit_test(a_service_accounts_token_may_be_asked_for),
		cmocka_unit_test(a_service_account_may_speak_for_a_user),
		cmocka_unit_test(nobody_else_speaks_for_a_user),
		cmocka_unit_test(a_refused_key_is_explained),
		cmocka_unit_test(a_refused_source_is_named),
		cmocka_unit_test(a_repeated_assertion_is_not_quoted),
		cmocka_unit_test(
		    a_workforces_login_keeps_its_newest_refresh_token),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret token get", tests, NULL, NULL);
}
