/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"
#define SECRET "0123456789abcdef0123456789abcdef01234567"

static const strava_app app = { .client_id = "42", .client_secret = SECRET };

/* Everything that the library logs. */
struct log {
	char text[4096];
};

static void
keep_line(void *ctx, strava_log_level level, const char *message)
{
	struct log *log = ctx;
	size_t      len = strlen(log->text);

	(void)level;
	snprintf(log->text + len, sizeof(log->text) - len, "%s\n", message);
}

static void
a_subscription_is_created_with_a_form(void **state)
{
	char                *text = fixture("subscription.json");
	struct fake          fake;
	strava_subscription *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, text);
	assert_int_equal(
	    strava_subscription_create(fake.client, &app,
		"https://example.org/webhook?a=1&b=2", "v3rify", &s, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(fake.requests[0].url, API "/push_subscriptions");
	assert_string_equal(fake.requests[0].authorization, "");
	assert_string_equal(
	    fake.requests[0].content_type, "application/x-www-form-urlencoded");
	assert_string_equal(fake.requests[0].body,
	    "client_id=42&client_secret=" SECRET
	    "&callback_url=https%3A%2F%2Fexample.org%2Fwebhook%3Fa%3D1%26b%3D2"
	    "&verify_token=v3rify");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	assert_true(s->id == 131300);
	assert_true(s->resource_state == STRAVA_RESOURCE_SUMMARY);
	assert_true(s->application_id == 24523);
	assert_string_equal(s->callback_url, "https://example.org/webhook");
	assert_true(s->created_at == 1543527981);
	assert_true(s->updated_at == 1543527982);
	assert_non_null(strstr(strava_subscription_json(s), "24523"));
	strava_subscription_free(s);
	fake_stop(&fake);
}

static void
an_id_alone_is_a_subscription(void **state)
{
	struct fake          fake;
	strava_subscription *s;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(strava_subscription_create(fake.client, &app,
			     "http://example.org/", "v", &s, NULL),
	    STRAVA_OK);
	assert_true(s->id == 1);
	assert_null(s->callback_url);
	strava_subscription_free(s);
	fake_stop(&fake);
}

/* No access token is needed: it is the application that asks. */
static void
what_there_is_is_listed(void **state)
{
	struct fake               fake;
	strava_subscription_list *list;

	(void)state;
	fake_start(&fake);
	strava_client_set_access_token(fake.client, NULL, NULL);
	fake.answers[0] = fake_answer(200, "[{\"id\":131300},{}]");
	fake.answers[1] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_subscription_list_get(fake.client, &app, &list, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "GET");
	assert_string_equal(fake.requests[0].url,
	    API "/push_subscriptions?client_id=42&client_secret=" SECRET);
	assert_false(fake.requests[0].has_body);
	assert_int_equal(list->count, 1);
	assert_int_equal(list->skipped, 1);
	assert_true(list->items[0]->id == 131300);
	assert_non_null(strstr(strava_subscription_list_json(list), "131300"));
	strava_subscription_list_free(list);
	assert_int_equal(
	    strava_subscription_list_get(fake.client, &app, &list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 0);
	strava_subscription_list_free(list);
	fake_stop(&fake);
}

static void
a_subscription_is_ended(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(204, NULL);
	fake.answers[1] = fake_answer(404, NULL);
	assert_int_equal(
	    strava_subscription_delete(fake.client, &app, 131300, NULL),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "DELETE");
	assert_string_equal(fake.requests[0].url, API
	    "/push_subscriptions/131300?client_id=42&client_secret=" SECRET);
	assert_int_equal(fake.requests[0].at_most_once, 1);
	assert_int_equal(
	    strava_subscription_delete(fake.client, &app, 131300, &err),
	    STRAVA_ERR_NOT_FOUND);
	assert_int_equal(strava_subscription_delete(fake.client, &app, 0, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 2);
	fake_stop(&fake);
}

/* The secret travels in a query; nobody gets to read that. */
static void
no_secret_is_logged_or_told(void **state)
{
	static const char fault[] =
	    "{\"message\":\"Authorization Error\","
	    "\"errors\":[{\"resource\":"
	    "\"Application\",\"field\":\"" SECRET "\",\"code\":\"invalid\"}]}";
	struct log                log = { "" };
	struct fake               fake;
	strava_subscription_list *list;
	strava_subscription      *subscription;
	strava_error              err;

	(void)state;
	fake_start(&fake);
	strava_client_set_log(fake.client, keep_line, &log, STRAVA_LOG_DEBUG);
	fake.answers[0] = fake_answer(401, fault);
	assert_int_equal(
	    strava_subscription_list_get(fake.client, &app, &list, &err),
	    STRAVA_ERR_APPLICATION);
	assert_null(strstr(err.message, SECRET));
	assert_int_equal(strava_subscription_delete(fake.client, &app, 1, &err),
	    STRAVA_ERR_APPLICATION);
	assert_null(strstr(err.message, SECRET));
	assert_int_equal(
	    strava_subscription_create(fake.client, &app,
		"https://example.org/", SECRET, &subscription, &err),
	    STRAVA_ERR_APPLICATION);
	assert_null(strstr(err.message, SECRET));
	assert_non_null(strstr(log.text, "GET /api/v3/push_subscriptions:"));
	assert_non_null(
	    strstr(log.text, "DELETE /api/v3/push_subscriptions/1:"));
	assert_null(strstr(log.text, SECRET));
	assert_null(strstr(log.text, "client_"));
	fake_stop(&fake);
}

/* In Strava's own words, since only the listener's owner can do something. */
static void
a_callback_that_failed_is_said(void **state)
{
	static const char *const codes[] = {
		"GET to callback URL does not return 200", "already exists"
	};
	char                 body[256];
	struct fake          fake;
	strava_subscription *s;
	strava_error         err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(codes); i++) {
		snprintf(body, sizeof(body),
		    "{\"message\":\"Bad Request\",\"errors\":[{\"resource\":"
		    "\"PushSubscription\",\"field\":\"callback url\","
		    "\"code\":\"%s\"}]}",
		    codes[i]);
		fake.answers[0] = fake_answer(400, body);
		fake.calls = 0;
		assert_int_equal(strava_subscription_create(fake.client, &app,
				     "https://example.org/", "v", &s, &err),
		    STRAVA_ERR_REQUEST);
		assert_null(s);
		assert_non_null(strstr(err.message, codes[i]));
		assert_int_equal(err.in_doubt, 0);
	}
	fake_stop(&fake);
}

static void
a_lost_answer_leaves_a_doubt(void **state)
{
	struct fake          fake;
	strava_subscription *s;
	strava_error         err;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 3);
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_NETWORK };
	assert_int_equal(strava_subscription_create(fake.client, &app,
			     "https://example.org/", "v", &s, &err),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(err.in_doubt, 1);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
what_cannot_be_subscribed_is_refused(void **state)
{
	static const strava_app no_id = { .client_secret = SECRET };
	static const strava_app no_secret = { .client_id = "42" };
	char                    url[257] = "https://example.org/";
	struct fake             fake;
	strava_subscription    *s;
	const struct {
		const strava_app *app;
		const char       *url, *token;
	} bad[] = {
		{ NULL, "https://example.org/", "v" },
		{ &no_id, "https://example.org/", "v" },
		{ &no_secret, "https://example.org/", "v" },
		{ &app, NULL, "v" },
		{ &app, "", "v" },
		{ &app, "ftp://example.org/", "v" },
		{ &app, "https://example.org/a b", "v" },
		{ &app, "https://example.org/\n", "v" },
		{ &app, "https://\xc3\xa9.org/", "v" },
		{ &app, "https://example.org/", NULL },
		{ &app, "https://example.org/", "" },
		{ &app, "https://example.org/", "a b" },
	};

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    strava_subscription_create(fake.client, bad[i].app,
			bad[i].url, bad[i].token, &s, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(s);
	}
	memset(url + strlen(url), 'x', 256 - strlen(url));
	assert_int_equal(
	    strava_subscription_create(fake.client, &app, url, "v", &s, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	url[255] = '\0';
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	assert_int_equal(
	    strava_subscription_create(fake.client, &app, url, "v", &s, NULL),
	    STRAVA_OK);
	strava_subscription_free(s);
	assert_int_equal(strava_subscription_list_get(fake.client, &no_secret,
			     &(strava_subscription_list *){ NULL }, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_subscription_delete(fake.client, NULL, 1, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_subscription_delete(NULL, &app, 1, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
subscriptions_bear_what_is_odd(void **state)
{
	(void)state;
	bears_everything(&sv_subscription_model, "subscription.json", NULL);
	skips_bad_items(&sv_subscription_model, "subscription.json", NULL);
	assert_int_equal(strava_subscription_parse(
			     "{}", 2, &(strava_subscription *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	assert_int_equal(strava_subscription_list_parse("{}", 2,
			     &(strava_subscription_list *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	strava_subscription_free(NULL);
	strava_subscription_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_subscription_is_created_with_a_form),
		cmocka_unit_test(an_id_alone_is_a_subscription),
		cmocka_unit_test(what_there_is_is_listed),
		cmocka_unit_test(a_subscription_is_ended),
		cmocka_unit_test(no_secret_is_logged_or_told),
		cmocka_unit_test(a_callback_that_failed_is_said),
		cmocka_unit_test(a_lost_answer_leaves_a_doubt),
		cmocka_unit_test(what_cannot_be_subscribed_is_refused),
		cmocka_unit_test(subscriptions_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava subscription", tests, NULL, NULL);
}
