/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3+cret" };

#define REPLY                                                  \
	"{\"token_type\":\"Bearer\",\"access_token\":\"ACC\"," \
	"\"refresh_token\":\"REF\",\"expires_at\":1795440600," \
	"\"expires_in\":5400,\"athlete\":{\"id\":7}}"

static void
the_authorize_url_escapes_every_value(void **state)
{
	static const strava_authorize ask = {
		.redirect_uri = "https://example.org/back?a=b",
		.scope = "read,activity:read_all",
		.state = "a b&c=d",
	};
	static const strava_authorize forced = {
		.redirect_uri = "http://localhost:8080/exchange_token",
		.scope = "read",
		.state = "s",
		.force = 1,
		.mobile = 1,
	};
	/* No secret is needed, and none may get into a URL. */
	static const strava_app nameless = { .client_id = "42" };
	struct fake             fake;
	char                   *url;

	(void)state;
	fake_start(&fake);
	assert_int_equal(strava_oauth_authorize_url(
			     fake.client, &nameless, &ask, &url, NULL),
	    STRAVA_OK);
	assert_string_equal(url,
	    "https://www.strava.com/oauth/authorize?client_id=42"
	    "&redirect_uri=https%3A%2F%2Fexample.org%2Fback%3Fa%3Db"
	    "&response_type=code&scope=read%2Cactivity%3Aread_all"
	    "&state=a%20b%26c%3Dd");
	strava_string_free(url);
	assert_int_equal(strava_client_set_oauth_base(
			     fake.client, "http://127.0.0.1:9/oauth/", NULL),
	    STRAVA_OK);
	assert_int_equal(
	    strava_oauth_authorize_url(fake.client, &app, &forced, &url, NULL),
	    STRAVA_OK);
	assert_string_equal(url,
	    "http://127.0.0.1:9/oauth/mobile/authorize?client_id=42"
	    "&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fexchange_token"
	    "&response_type=code&approval_prompt=force&scope=read&state=s");
	strava_string_free(url);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
an_authorize_url_needs_its_parts(void **state)
{
	static const strava_authorize asks[] = {
		{ .scope = "read", .state = "s" },
		{ .redirect_uri = "/back", .scope = "read", .state = "s" },
		{ .redirect_uri = "https://e.org/\n",
		    .scope = "r",
		    .state = "s" },
		{ .redirect_uri = "https://e.org/", .state = "s" },
		{ .redirect_uri = "https://e.org/", .scope = "", .state = "s" },
		{ .redirect_uri = "https://e.org/", .scope = "read" },
		{ .redirect_uri = "https://e.org/",
		    .scope = "read",
		    .state = "" },
	};
	static const char *const      ids[] = { NULL, "", "4 2", "-1", "abc",
		     "123456789012345678901" };
	static const strava_authorize good = {
		.redirect_uri = "https://e.org/", .scope = "read", .state = "s"
	};
	struct fake  fake;
	strava_error err;
	char        *url = (char *)1;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		assert_int_equal(strava_oauth_authorize_url(
				     fake.client, &app, &asks[i], &url, &err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(url);
		assert_int_not_equal(strlen(err.message), 0);
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(strava_oauth_authorize_url(fake.client,
				     &(strava_app){ .client_id = ids[i] },
				     &good, &url, &err),
		    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_authorize_url(fake.client, &app, NULL, &url, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_authorize_url(fake.client, NULL, &good, &url, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_authorize_url(NULL, &app, &good, &url, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_authorize_url(fake.client, &app, &good, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

static void
an_exchange_posts_a_form_once(void **state)
{
	struct fake   fake;
	strava_token *token;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 5);
	fake.answers[0] = fake_answer(200, REPLY);
	assert_int_equal(
	    strava_oauth_exchange(fake.client, &app, "c/1", &token, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/oauth/token");
	assert_string_equal(fake.requests[0].body,
	    "client_id=42&client_secret=s3%2Bcret"
	    "&grant_type=authorization_code&code=c%2F1");
	assert_string_equal(
	    fake.requests[0].content_type, "application/x-www-form-urlencoded");
	assert_string_equal(fake.requests[0].authorization, "");
	assert_string_equal(fake.requests[0].basic, "");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	assert_int_equal(fake.calls, 1);
	assert_string_equal(token->access_token, "ACC");
	assert_null(token->scope);
	strava_token_free(token);
	fake_stop(&fake);
}

static void
a_refresh_posts_a_form_once(void **state)
{
	struct fake   fake;
	strava_token *token;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 5);
	fake.answers[0] = fake_answer(503, "busy");
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "old", &token, NULL),
	    STRAVA_ERR_SERVER);
	assert_int_equal(fake.calls, 1);
	assert_string_equal(fake.requests[0].body,
	    "client_id=42&client_secret=s3%2Bcret"
	    "&grant_type=refresh_token&refresh_token=old");
	assert_string_equal(fake.requests[0].authorization, "");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	fake_stop(&fake);
}

/* It comes from a browser, so it may be anything. */
static void
a_code_that_is_none_is_not_sent(void **state)
{
	static const char *const codes[] = { "", "a b", "a\r\nb", "\xc3\xa9" };
	struct fake              fake;
	strava_token            *token = (strava_token *)1;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_int_equal(strava_oauth_exchange(
				     fake.client, &app, codes[i], &token, NULL),
		    STRAVA_ERR_CODE);
		assert_null(token);
	}
	assert_int_equal(
	    strava_oauth_exchange(fake.client, &app, NULL, &token, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

/* A mistake of the program's must not look like a dead token. */
static void
a_refresh_token_that_is_none_is_an_argument(void **state)
{
	struct fake   fake;
	strava_token *token;
	char          long_one[1026];

	(void)state;
	fake_start(&fake);
	memset(long_one, 'x', sizeof(long_one));
	long_one[1025] = '\0';
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "", &token, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, long_one, &token, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, NULL, &token, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_oauth_refresh(fake.client,
		&(strava_app){ .client_id = "42" }, "old", &token, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
doubt_is_told_apart(void **state)
{
	static const struct {
		struct fake_answer answer;
		strava_status      status;
		int                in_doubt;
	} rows[] = {
		{ { .failure = STRAVA_ERR_NETWORK, .unsent = true },
		    STRAVA_ERR_NETWORK, 0 },
		{ { .failure = STRAVA_ERR_NETWORK }, STRAVA_ERR_NETWORK, 1 },
		{ { .failure = STRAVA_ERR_TLS, .unsent = true }, STRAVA_ERR_TLS,
		    0 },
		{ { .failure = STRAVA_ERR_TIMEOUT, .unsent = true },
		    STRAVA_ERR_TIMEOUT, 0 },
		{ { .failure = STRAVA_ERR_TIMEOUT }, STRAVA_ERR_TIMEOUT, 1 },
		{ { .failure = STRAVA_ERR_CANCELED }, STRAVA_ERR_CANCELED, 1 },
		{ { .failure = STRAVA_ERR_NOMEM }, STRAVA_ERR_NOMEM, 1 },
		{ { .failure = STRAVA_ERR_FORMAT }, STRAVA_ERR_FORMAT, 1 },
		{ { .failure = STRAVA_ERR_REVOKED }, STRAVA_ERR_NETWORK, 1 },
		{ { .http_status = 200, .body = "{}" }, STRAVA_ERR_FORMAT, 1 },
		{ { .http_status = 204, .body = NULL }, STRAVA_ERR_FORMAT, 1 },
		{ { .http_status = 302, .body = "" }, STRAVA_ERR_FORMAT, 1 },
		{ { .http_status = 500, .body = "" }, STRAVA_ERR_SERVER, 1 },
		{ { .http_status = 503, .body = "<html>" }, STRAVA_ERR_SERVER,
		    1 },
		{ { .http_status = 400, .body = "" }, STRAVA_ERR_REQUEST, 0 },
		{ { .http_status = 429, .body = "" }, STRAVA_ERR_RATE_LIMIT,
		    0 },
	};
	struct fake   fake;
	strava_token *token;
	strava_error  err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = rows[i].answer;
		assert_int_equal(strava_oauth_refresh(
				     fake.client, &app, "old", &token, &err),
		    rows[i].status);
		assert_int_equal(err.status, rows[i].status);
		assert_int_equal(err.in_doubt, rows[i].in_doubt);
		assert_int_equal(err.http_status, rows[i].answer.http_status);
		assert_int_not_equal(strlen(err.message), 0);
		assert_null(token);
	}
	fake_stop(&fake);
}

static void
a_revocation_signs_in_as_the_application(void **state)
{
	struct fake fake;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, NULL);
	assert_int_equal(
	    strava_oauth_revoke(fake.client, &app, "REF", NULL), STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/oauth/revoke");
	assert_string_equal(fake.requests[0].basic, "42:s3+cret");
	assert_string_equal(fake.requests[0].body, "token=REF");
	assert_string_equal(fake.requests[0].authorization, "");
	fake_stop(&fake);
}

static void
a_revocation_may_be_repeated(void **state)
{
	struct fake fake;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 1);
	fake.answers[0] = (struct fake_answer){ .http_status = 503,
		.headers = { "Retry-After", "0" } };
	fake.answers[1] = fake_answer(200, NULL);
	assert_int_equal(
	    strava_oauth_revoke(fake.client, &app, "REF", NULL), STRAVA_OK);
	assert_int_equal(fake.calls, 2);
	fake_stop(&fake);
}

static void
a_revocation_with_the_wrong_secret_says_so(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(401, NULL);
	assert_int_equal(strava_oauth_revoke(fake.client, &app, "REF", &err),
	    STRAVA_ERR_APPLICATION);
	assert_int_equal(strava_oauth_revoke(fake.client, &app, "a b", &err),
	    STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

static void
a_deauthorization_carries_the_bearer(void **state)
{
	struct fake fake;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"access_token\":\"T\"}");
	assert_int_equal(
	    strava_oauth_deauthorize(fake.client, NULL), STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/oauth/deauthorize");
	assert_string_equal(fake.requests[0].authorization, "Bearer T");
	assert_false(fake.requests[0].has_body);
	fake.answers[0] = fake_answer(401, NULL);
	fake.calls = 0;
	assert_int_equal(strava_oauth_deauthorize(fake.client, NULL),
	    STRAVA_ERR_UNAUTHORIZED);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_authorize_url_escapes_every_value),
		cmocka_unit_test(an_authorize_url_needs_its_parts),
		cmocka_unit_test(an_exchange_posts_a_form_once),
		cmocka_unit_test(a_refresh_posts_a_form_once),
		cmocka_unit_test(a_code_that_is_none_is_not_sent),
		cmocka_unit_test(a_refresh_token_that_is_none_is_an_argument),
		cmocka_unit_test(doubt_is_told_apart),
		cmocka_unit_test(a_revocation_signs_in_as_the_application),
		cmocka_unit_test(a_revocation_may_be_repeated),
		cmocka_unit_test(a_revocation_with_the_wrong_secret_says_so),
		cmocka_unit_test(a_deauthorization_carries_the_bearer),
	};

	return cmocka_run_group_tests_name(
	    "libstrava oauth", tests, NULL, NULL);
}
