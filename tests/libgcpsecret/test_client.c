/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "google.h"

static const struct loopback_answer good[] = { { .status = 200,
    .body = GOOD } };

static void
null_arguments_are_refused_not_followed(void **state)
{
	gcpsecret_client  *client;
	gcpsecret_payload *secret;
	const char        *text;

	(void)state;
	assert_int_equal(
	    gcpsecret_client_new(NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_new(&client, NULL), GCPSECRET_OK);
	assert_int_equal(gcpsecret_access(NULL, NAME, &secret, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_access(client, NULL, &secret, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_access(client, NAME, NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_resolve(NULL, "sm://s", &secret, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_resolve(client, NULL, &secret, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_resolve(client, "sm://s", NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_project(NULL, &text, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_project(client, NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_credentials_describe(NULL, &text, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_credentials_describe(client, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_endpoint(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_token_url(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_ca_file(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_user_agent(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_proxy(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	gcpsecret_client_set_steady_clock(NULL, NULL, NULL);
	gcpsecret_client_set_timeout_ms(NULL, 1);
	gcpsecret_client_set_retries(NULL, 1);
	gcpsecret_client_set_log(NULL, NULL, NULL, GCPSECRET_LOG_ERROR);
	gcpsecret_client_set_clock(NULL, NULL, NULL);
	gcpsecret_client_cancel(NULL);
	gcpsecret_payload_free(NULL);
	gcpsecret_client_free(NULL);
	gcpsecret_client_free(client);
}

static void
settings_of_no_client_are_refused(void **state)
{
	(void)state;
	assert_int_equal(
	    gcpsecret_client_set_credentials_file(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_client_set_credentials_json(NULL, "{}", NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_universe_domain(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_jwt_bearer(NULL, true, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_subject(NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_client_set_loopback(NULL, true, NULL),
	    GCPSECRET_ERR_ARGUMENT);
}

/* Which URLs are fit for an endpoint and a token URL. */
static const struct {
	const char *url;
	bool        ok;
} urls[] = {
	{ "https://secretmanager.googleapis.com", true },
	{ "https://proxy.example/sm/", true },
	{ "http://127.0.0.1:8080", true },
	{ "http://localhost", true },
	{ "http://[::1]:1", true },
	{ "http://example.com", false },
	{ "http://127.0.0.1.example.com", false },
	{ "https://user:pw@example.com", false },
	{ "https://example.com/?key=1", false },
	{ "https://example.com/#x", false },
	{ "https://exa mple.com", false },
	{ "https://example.com/\r\nX: y", false },
	{ "ftp://example.com", false },
	{ "file:///etc/passwd", false },
	{ "example.com", false },
	{ "", false },
};

static void
urls_must_be_https_or_of_this_machine(void **state)
{
	gcpsecret_client *client;
	gcpsecret_error   err;

	(void)state;
	assert_int_equal(gcpsecret_client_new(&client, NULL), GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(urls); i++) {
		gcpsecret_status want =
		    urls[i].ok ? GCPSECRET_OK : GCPSECRET_ERR_ARGUMENT;

		if (gcpsecret_client_set_endpoint(client, urls[i].url, &err) !=
			want ||
		    gcpsecret_client_set_token_url(client, urls[i].url, &err) !=
			want)
			fail_msg("\"%s\"", urls[i].url);
		if (!urls[i].ok)
			assert_holds(err.message, "the token URL must be");
	}
	assert_int_equal(
	    gcpsecret_client_set_endpoint(client, NULL, NULL), GCPSECRET_OK);
	gcpsecret_client_free(client);
}

static void
settings_reach_the_wire(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, good, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 0, "User-Agent", "libgcpsecret/" GCPSECRET_VERSION);
	assert_header(&g, 0, "Accept", "application/json");
	assert_int_equal(
	    gcpsecret_client_set_user_agent(g.client, "mine/1", NULL),
	    GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 1, "User-Agent", "mine/1");
	assert_int_equal(gcpsecret_client_set_user_agent(g.client, NULL, NULL),
	    GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 2, "User-Agent", "libgcpsecret/" GCPSECRET_VERSION);
	google_end(&g);
}

static void
an_endpoint_may_have_a_path(void **state)
{
	struct google g;
	char          url[64];

	(void)state;
	google_start(&g, good, 1);
	google_use_service_account(&g);
	snprintf(url, sizeof(url), "%s/base//", loopback_url(g.peer));
	assert_int_equal(
	    gcpsecret_client_set_endpoint(g.client, url, NULL), GCPSECRET_OK);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(loopback_request(g.peer, 0)->target,
	    "/base/v1/projects/my-project/secrets/strava/versions/"
	    "latest:access");
	google_end(&g);
}

static void
bad_settings_leave_the_old_ones(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, good, 1);
	google_use_emulator(&g);
	assert_int_equal(
	    gcpsecret_client_set_user_agent(g.client, "mine/1", NULL),
	    GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_client_set_user_agent(g.client, "mine\r\nX: y", &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_client_set_ca_file(g.client, "/no/such/file", &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_holds(g.err.message, "/no/such/file");
	assert_int_equal(
	    gcpsecret_client_set_credentials_file(g.client, "", &g.err),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_header(&g, 0, "User-Agent", "mine/1");
	google_end(&g);
}

static void
a_proxy_is_asked_for_a_tunnel_and_told_nothing(void **state)
{
	static const struct loopback_answer no[] = { { .status = 502 } };
	static const char *const bad[] = { "", "host:1", "socks5://host:1",
		"http://", "http://a\nb" };
	struct google            g;

	(void)state;
	google_start(&g, no, 1);
	google_use_service_account(&g);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    gcpsecret_client_set_proxy(g.client, bad[i], NULL),
		    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_client_set_proxy(g.client, loopback_url(g.peer), NULL),
	    GCPSECRET_OK);
	assert_int_equal(gcpsecret_client_set_endpoint(
			     g.client, "https://localhost:1", NULL),
	    GCPSECRET_OK);
	gcpsecret_client_set_retries(g.client, 0);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NETWORK);
	assert_string_equal(loopback_request(g.peer, 0)->method, "CONNECT");
	assert_string_equal(loopback_request(g.peer, 0)->target, "localhost:1");
	assert_header(&g, 0, "Authorization", NULL);
	google_end(&g);
}

static void
a_subject_must_be_fit_for_a_claim(void **state)
{
	char              long_text[514];
	const char *const bad[] = { "", "a b", "a\nb", "a\"b", "a\\b",
		"\xc3\xa4@b", long_text };
	gcpsecret_client *client;
	gcpsecret_error   err;

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	long_text[513] = '\0';
	assert_int_equal(gcpsecret_client_new(&client, NULL), GCPSECRET_OK);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    gcpsecret_client_set_subject(client, bad[i], &err),
		    GCPSECRET_ERR_ARGUMENT);
		assert_holds(err.message, "the e-mail address of a user");
	}
	long_text[512] = '\0';
	assert_int_equal(gcpsecret_client_set_subject(client, long_text, NULL),
	    GCPSECRET_OK);
	gcpsecret_client_free(client);
}

static void
clocks_may_be_the_systems(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3600") },
	};
	struct google    g;
	gcpsecret_token *token;
	int64_t          before_s = time(NULL);

	(void)state;
	google_start(&g, script, 1);
	google_use_user(&g);
	gcpsecret_client_set_clock(g.client, NULL, NULL);
	gcpsecret_client_set_steady_clock(g.client, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    gcpsecret_access_token_get(g.client, NULL, &token, NULL),
		    GCPSECRET_OK);
		assert_true(token->expires_at_s >= before_s + 3600);
		assert_true(token->expires_at_s <= time(NULL) + 3600);
		gcpsecret_token_free(token);
	}
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

static void
every_status_has_a_name_of_its_own(void **state)
{
	const char *name;

	(void)state;
	for (int i = 0; i <= (int)GCPSECRET_ERR_IDENTITY; i++) {
		name = gcpsecret_status_name((gcpsecret_status)i);
		assert_string_not_equal(name, "unknown status");
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    name, gcpsecret_status_name((gcpsecret_status)k));
	}
	assert_string_equal(gcpsecret_status_name(
				(gcpsecret_status)(GCPSECRET_ERR_IDENTITY + 1)),
	    "unknown status");
}

static void
the_log_names_method_path_and_status(void **state)
{
	struct google g;

	(void)state;
	google_start(&g, good, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_holds(g.log, "credentials: emulator at 127.0.0.1:");
	assert_holds(g.log, "GET 127.0.0.1:");
	assert_holds(g.log,
	    "/v1/projects/my-project/secrets/strava/versions/latest:access: "
	    "200, ");
	g.log_len = 0;
	g.log[0] = '\0';
	gcpsecret_client_set_log(g.client, NULL, NULL, GCPSECRET_LOG_DEBUG);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_string_equal(g.log, "");
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_arguments_are_refused_not_followed),
		cmocka_unit_test(settings_of_no_client_are_refused),
		cmocka_unit_test(urls_must_be_https_or_of_this_machine),
		cmocka_unit_test(settings_reach_the_wire),
		cmocka_unit_test(an_endpoint_may_have_a_path),
		cmocka_unit_test(bad_settings_leave_the_old_ones),
		cmocka_unit_test(
		    a_proxy_is_asked_for_a_tunnel_and_told_nothing),
		cmocka_unit_test(a_subject_must_be_fit_for_a_claim),
		cmocka_unit_test(clocks_may_be_the_systems),
		cmocka_unit_test(every_status_has_a_name_of_its_own),
		cmocka_unit_test(the_log_names_method_path_and_status),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret client", tests, NULL, NULL);
}
