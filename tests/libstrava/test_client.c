/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

#define ATHLETE fake_answer(200, "{\"id\":1}")

static strava_status
ask(struct fake *fake, strava_error *err)
{
	strava_athlete *athlete;
	strava_status   status;

	status = strava_athlete_get(fake->client, &athlete, err);
	if (status == STRAVA_OK)
		strava_athlete_free(athlete);
	else
		assert_null(athlete);
	return status;
}

static void
a_call_goes_to_the_api_with_the_bearer(void **state)
{
	struct fake fake;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = ATHLETE;
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "GET");
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/api/v3/athlete");
	assert_string_equal(fake.requests[0].authorization, "Bearer T");
	assert_string_equal(
	    fake.requests[0].user_agent, "libstrava/" STRAVA_VERSION);
	assert_string_equal(fake.requests[0].content_type, "");
	assert_false(fake.requests[0].has_body);
	assert_int_equal(fake.requests[0].at_most_once, 0);
	assert_true(fake.requests[0].timeout_ms > 29000);
	assert_true(fake.requests[0].timeout_ms <= 30000);
	fake_stop(&fake);
}

static void
settings_change_the_request(void **state)
{
	struct fake    fake;
	strava_client *c;

	(void)state;
	fake_start(&fake);
	c = fake.client;
	fake.answers[0] = ATHLETE;
	assert_int_equal(
	    strava_client_set_access_token(c, "U~!", NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_api_base(c, "https://api.example.org/", NULL),
	    STRAVA_OK);
	assert_int_equal(
	    strava_client_set_user_agent(c, "me/1 (x)", NULL), STRAVA_OK);
	strava_client_set_timeout_ms(c, 1000);
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, "https://api.example.org/athlete");
	assert_string_equal(fake.requests[0].authorization, "Bearer U~!");
	assert_string_equal(fake.requests[0].user_agent, "me/1 (x)");
	assert_true(fake.requests[0].timeout_ms <= 1000);

	/* And NULL brings the defaults back. */
	fake.calls = 0;
	assert_int_equal(strava_client_set_api_base(c, NULL, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_user_agent(c, NULL, NULL), STRAVA_OK);
	assert_int_equal(strava_client_set_ca_file(c, NULL, NULL), STRAVA_OK);
	assert_int_equal(strava_client_set_proxy(c, NULL, NULL), STRAVA_OK);
	strava_client_set_timeout_ms(c, 0);
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/api/v3/athlete");
	assert_string_equal(
	    fake.requests[0].user_agent, "libstrava/" STRAVA_VERSION);
	assert_true(fake.requests[0].timeout_ms > 29000);
	fake_stop(&fake);
}

static void
a_bad_setting_is_refused_and_the_old_one_stays(void **state)
{
	static const char *const tokens[] = { "", "a b", "a\r\nX: y",
		"\xc3\xa9", "\x7f" };
	static const char *const bases[] = { "", "www.strava.com",
		"http://www.strava.com/api/v3", "ftp://127.0.0.1/",
		"https://user:pw@www.strava.com/", "https://www.strava.com/?a",
		"https://www.strava.com/#a", "file:///etc/passwd",
		"http://127.0.0.1.example.org/", "https://www.str ava.com/" };
	static const char *const agents[] = { "", "a\nb", "\xc3\xa9" };
	static const char *const proxies[] = { "", "proxy:8080",
		"socks5://proxy", "http://a b/", "http://a\n/" };
	struct fake              fake;
	strava_error             err;
	char                     text[3000];

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		assert_int_equal(strava_client_set_access_token(
				     fake.client, tokens[i], &err),
		    STRAVA_ERR_ARGUMENT);
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		assert_int_equal(
		    strava_client_set_api_base(fake.client, bases[i], &err),
		    STRAVA_ERR_ARGUMENT);
		assert_int_equal(
		    strava_client_set_oauth_base(fake.client, bases[i], &err),
		    STRAVA_ERR_ARGUMENT);
	}
	for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
		assert_int_equal(
		    strava_client_set_user_agent(fake.client, agents[i], &err),
		    STRAVA_ERR_ARGUMENT);
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
		assert_int_equal(
		    strava_client_set_proxy(fake.client, proxies[i], &err),
		    STRAVA_ERR_ARGUMENT);
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://", 8);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(strava_client_set_api_base(fake.client, text, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_client_set_ca_file(fake.client, "", &err),
	    STRAVA_ERR_ARGUMENT);
	fake.answers[0] = ATHLETE;
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/api/v3/athlete");
	assert_string_equal(fake.requests[0].authorization, "Bearer T");
	fake_stop(&fake);
}

static void
null_is_an_argument_and_no_crash(void **state)
{
	strava_client    *client = NULL;
	strava_athlete   *athlete = (strava_athlete *)1;
	strava_error      err;
	strava_rate_limit limit;

	(void)state;
	assert_int_equal(strava_client_new(NULL, &err), STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_client_set_access_token(NULL, "T", NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_client_set_api_base(NULL, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_athlete_get(NULL, &athlete, &err), STRAVA_ERR_ARGUMENT);
	assert_null(athlete);
	assert_int_equal(strava_client_new(&client, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_athlete_get(client, NULL, &err), STRAVA_ERR_ARGUMENT);
	strava_client_free(client);
	strava_client_cancel(NULL);
	strava_client_set_timeout_ms(NULL, 1);
	strava_client_set_retries(NULL, 1);
	strava_client_set_transport(NULL, NULL);
	strava_client_set_log(NULL, NULL, NULL, STRAVA_LOG_DEBUG);
	strava_client_set_clock(NULL, NULL, NULL);
	strava_client_rate_limit(NULL, &limit);
	strava_client_free(NULL);
	strava_athlete_free(NULL);
	strava_activity_free(NULL);
	strava_activity_list_free(NULL);
	strava_activity_each_free(NULL);
	strava_streams_free(NULL);
	strava_polyline_free(NULL);
	strava_token_free(NULL);
	strava_string_free(NULL);
}

static void
without_a_token_nothing_is_sent(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	strava_client_set_access_token(fake.client, NULL, NULL);
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_UNAUTHORIZED);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(err.in_doubt, 0);
	fake_stop(&fake);
}

static void
a_get_is_repeated_after_a_passing_failure(void **state)
{
	struct fake  fake;
	strava_error err = { .status = STRAVA_ERR_NOMEM };

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 2);
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_NETWORK };
	fake.answers[1] = (struct fake_answer){ .http_status = 502,
		.headers = { "Retry-After", "0" } };
	fake.answers[2] = ATHLETE;
	assert_int_equal(ask(&fake, &err), STRAVA_OK);
	assert_int_equal(fake.calls, 3);
	assert_int_equal(err.status, STRAVA_ERR_NOMEM); /* left alone */
	fake_stop(&fake);
}

static void
repetitions_end(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 2);
	fake.answers[0] = (struct fake_answer){ .http_status = 503,
		.headers = { "Retry-After", "0" } };
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_SERVER);
	assert_int_equal(fake.calls, 3);
	fake_stop(&fake);
}

static void
a_refusal_is_not_repeated(void **state)
{
	static const int statuses[] = { 400, 401, 403, 404, 429 };
	struct fake      fake;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 5);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		fake.calls = 0;
		fake.answers[0] =
		    (struct fake_answer){ .http_status = statuses[i] };
		assert_int_not_equal(ask(&fake, NULL), STRAVA_OK);
		assert_int_equal(fake.calls, 1);
	}
	fake.calls = 0;
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_TIMEOUT };
	assert_int_equal(ask(&fake, NULL), STRAVA_ERR_TIMEOUT);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

/* A wait that would end behind the deadline is not begun. */
static void
the_deadline_covers_repetitions(void **state)
{
	struct fake fake;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 5);
	strava_client_set_timeout_ms(fake.client, 5000);
	fake.answers[0] = (struct fake_answer){ .http_status = 503,
		.headers = { "Retry-After", "6" } };
	assert_int_equal(ask(&fake, NULL), STRAVA_ERR_SERVER);
	assert_int_equal(fake.calls, 1);

	fake.calls = 0;
	fake.answers[0].headers[1] = "1";
	fake.answers[1] = ATHLETE;
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_int_equal(fake.calls, 2);
	assert_true(
	    fake.requests[1].timeout_ms <= fake.requests[0].timeout_ms - 1000);
	fake_stop(&fake);
}

static void
cancel(struct fake *fake)
{
	strava_client_cancel(fake->client);
}

static void
a_canceled_client_stays_canceled(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	strava_client_set_retries(fake.client, 5);
	fake.on_send = cancel;
	fake.answers[0] = (struct fake_answer){ .http_status = 503,
		.headers = { "Retry-After", "20" } };
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_CANCELED);
	assert_int_equal(fake.calls, 1);
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_CANCELED);
	assert_int_equal(fake.calls, 1);
	assert_int_equal(err.in_doubt, 0);
	fake_stop(&fake);
}

/* A transport of the caller's may say what it likes, or nothing at all. */
static void
a_transport_may_be_silent_about_its_failure(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] =
	    (struct fake_answer){ .failure = STRAVA_ERR_TLS, .unsent = true };
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_TLS);
	assert_string_equal(err.message, "certificate not trusted");
	assert_int_equal(err.in_doubt, 0);
	assert_true(err.retry_after_s == -1);
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_NETWORK,
		.message = "no\nroute" };
	assert_int_equal(ask(&fake, &err), STRAVA_ERR_NETWORK);
	assert_string_equal(err.message, "no route");
	assert_int_equal(err.in_doubt, 1);
	fake_stop(&fake);
}

struct log {
	int              count;
	char             first[256], last[256];
	strava_log_level level;
};

static void
keep(void *ctx, strava_log_level level, const char *message)
{
	struct log *log = ctx;

	log->count++;
	log->level = level;
	if (log->count == 1)
		snprintf(log->first, sizeof(log->first), "%s", message);
	snprintf(log->last, sizeof(log->last), "%s", message);
}

static void
a_call_is_logged_without_its_query(void **state)
{
	struct fake           fake;
	struct log            log = { 0 };
	strava_activity_list *list;

	(void)state;
	fake_start(&fake);
	strava_client_set_log(fake.client, keep, &log, STRAVA_LOG_INFO);
	fake.answers[0] = fake_answer(200, "[]");
	assert_int_equal(
	    strava_activity_list_get(fake.client,
		&(strava_activity_query){ .page = 2 }, &list, NULL),
	    STRAVA_OK);
	strava_activity_list_free(list);
	assert_int_equal(log.count, 1);
	assert_int_equal(log.level, STRAVA_LOG_INFO);
	assert_ptr_equal(
	    strstr(log.last, "GET /api/v3/athlete/activities: ok, HTTP 200, "),
	    log.last);
	assert_null(strchr(log.last, '?'));
	assert_null(strchr(log.last, '\n'));

	/* A failure is an error, and that is all there is at that level. */
	strava_client_set_log(fake.client, keep, &log, STRAVA_LOG_ERROR);
	assert_int_equal(
	    strava_activity_list_get(fake.client, NULL, &list, NULL),
	    STRAVA_OK);
	strava_activity_list_free(list);
	assert_int_equal(log.count, 1);
	fake.answers[0] = fake_answer(404, "{}");
	fake.calls = 0;
	assert_int_equal(ask(&fake, NULL), STRAVA_ERR_NOT_FOUND);
	assert_int_equal(log.count, 2);
	assert_int_equal(log.level, STRAVA_LOG_ERROR);
	assert_ptr_equal(
	    strstr(log.last, "GET /api/v3/athlete: not found, HTTP 404, "),
	    log.last);
	fake_stop(&fake);
}

/* At the finest level a call that hangs is seen too. */
static void
a_request_is_announced_at_the_finest_level(void **state)
{
	struct fake fake;
	struct log  log = { 0 };

	(void)state;
	fake_start(&fake);
	strava_client_set_log(fake.client, keep, &log, STRAVA_LOG_DEBUG);
	fake.answers[0] = ATHLETE;
	assert_int_equal(ask(&fake, NULL), STRAVA_OK);
	assert_int_equal(log.count, 2);
	assert_string_equal(log.first, "GET /api/v3/athlete: sending");
	fake_stop(&fake);
}

static void
no_secret_is_logged(void **state)
{
	static const strava_app app = { .client_id = "42",
		.client_secret = "s3cret" };
	struct fake             fake;
	struct log              log = { 0 };
	strava_token           *token;
	strava_error            err;

	(void)state;
	fake_start(&fake);
	strava_client_set_log(fake.client, keep, &log, STRAVA_LOG_DEBUG);
	fake.answers[0] = fake_answer(400, "{\"message\":\"no such thing\"}");
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "REFRESH", &token, &err),
	    STRAVA_ERR_REQUEST);
	assert_int_equal(log.count, 2);
	assert_non_null(strstr(log.last, "POST /oauth/token: "));
	assert_null(strstr(log.last, "REFRESH"));
	assert_null(strstr(log.last, "s3cret"));
	assert_null(strstr(err.message, "REFRESH"));
	fake_stop(&fake);
}

/* The limiter of a client whose budgets are those. */
static strava_limiter *
limit(struct fake *fake, int64_t overall, int64_t read)
{
	const strava_limiter_options options = { .short_limit = overall,
		.daily_limit = 1000,
		.read_short_limit = read,
		.read_daily_limit = 1000,
		.reserve_percent = 50,
		.clock = fake_clock,
		.clock_ctx = fake };
	strava_limiter              *limiter;

	assert_int_equal(
	    strava_limiter_new(&options, &limiter, NULL), STRAVA_OK);
	assert_int_equal(strava_client_set_limiter(
			     fake->client, limiter, STRAVA_INTERACTIVE, NULL),
	    STRAVA_OK);
	return limiter;
}

static strava_status
ask_once(
    struct fake *fake, const char *method, const char *path, strava_error *err)
{
	const char   *type = strcmp(method, "POST") == 0 ? "text/plain" : NULL;
	char         *text;
	strava_status status;

	fake->calls = 0;
	fake->answers[0] = fake_answer(200, "[]");
	status = strava_request(fake->client, method, path, type,
	    type != NULL ? "x" : NULL, &text, err);
	strava_string_free(text);
	return status;
}

static void
a_limiter_is_asked_before_anything_is_sent(void **state)
{
	struct fake     fake;
	strava_limiter *limiter;
	strava_error    err;

	(void)state;
	fake_start(&fake);
	limiter = limit(&fake, 4, 2);
	assert_int_equal(ask_once(&fake, "GET", "/a", NULL), STRAVA_OK);
	assert_int_equal(ask_once(&fake, "PUT", "/a", NULL), STRAVA_OK);
	assert_int_equal(
	    ask_once(&fake, "GET", "/a", &err), STRAVA_ERR_RATE_LIMIT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(err.http_status, 0);
	assert_int_equal(err.in_doubt, 0);
	assert_in_range(err.retry_after_s, 1, 910);

	/* Uploads are no reading. */
	assert_int_equal(
	    ask_once(&fake, "POST", "/uploads?a=1", NULL), STRAVA_OK);
	assert_int_equal(
	    ask_once(&fake, "POST", "/activities", NULL), STRAVA_OK);
	assert_int_equal(
	    ask_once(&fake, "POST", "/uploads", &err), STRAVA_ERR_RATE_LIMIT);

	strava_client_set_limiter(fake.client, NULL, STRAVA_INTERACTIVE, NULL);
	assert_int_equal(ask_once(&fake, "GET", "/a", NULL), STRAVA_OK);
	strava_limiter_free(limiter);
	fake_stop(&fake);
}

static void
a_background_client_leaves_the_reserve(void **state)
{
	struct fake     fake;
	strava_limiter *limiter;

	(void)state;
	fake_start(&fake);
	limiter = limit(&fake, 100, 2);
	strava_client_set_limiter(
	    fake.client, limiter, STRAVA_BACKGROUND, NULL);
	assert_int_equal(ask_once(&fake, "GET", "/a", NULL), STRAVA_OK);
	assert_int_equal(
	    ask_once(&fake, "GET", "/a", NULL), STRAVA_ERR_RATE_LIMIT);
	strava_client_set_limiter(
	    fake.client, limiter, STRAVA_INTERACTIVE, NULL);
	assert_int_equal(ask_once(&fake, "GET", "/a", NULL), STRAVA_OK);
	strava_limiter_free(limiter);
	fake_stop(&fake);
}

static void
a_limiter_is_told_what_came(void **state)
{
	static const strava_app app = { .client_id = "1",
		.client_secret = "s" };
	struct fake             fake;
	strava_limiter         *limiter;
	strava_limiter_usage    usage;
	strava_token           *token;
	strava_athlete         *athlete;

	(void)state;
	fake_start(&fake);
	limiter = limit(&fake, 100, 50);
	fake.answers[0] = (struct fake_answer){ .http_status = 404,
		.headers = { "X-ReadRateLimit-Usage", "30,40" } };
	assert_int_equal(strava_athlete_get(fake.client, &athlete, NULL),
	    STRAVA_ERR_NOT_FOUND);
	strava_limiter_usage_get(limiter, &usage);
	assert_true(usage.rate.read_short_used == 30);
	assert_true(usage.rate.short_used == 1);
	assert_true(usage.in_flight == 0);

	/* What never left is not counted, nor is a call about tokens. */
	fake.calls = 0;
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_NETWORK,
		.unsent = true };
	assert_int_equal(strava_athlete_get(fake.client, &athlete, NULL),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "R", &token, NULL),
	    STRAVA_ERR_NETWORK);
	strava_limiter_usage_get(limiter, &usage);
	assert_true(usage.rate.short_used == 1);

	fake.calls = 0;
	fake.answers[0] = fake_answer(429, NULL);
	assert_int_equal(strava_athlete_get(fake.client, &athlete, NULL),
	    STRAVA_ERR_RATE_LIMIT);
	fake.answers[0] = fake_answer(200, "{\"id\":1}");
	assert_int_equal(strava_athlete_get(fake.client, &athlete, NULL),
	    STRAVA_ERR_RATE_LIMIT);
	assert_int_equal(fake.calls, 1);
	strava_limiter_free(limiter);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_goes_to_the_api_with_the_bearer),
		cmocka_unit_test(settings_change_the_request),
		cmocka_unit_test(
		    a_bad_setting_is_refused_and_the_old_one_stays),
		cmocka_unit_test(null_is_an_argument_and_no_crash),
		cmocka_unit_test(without_a_token_nothing_is_sent),
		cmocka_unit_test(a_get_is_repeated_after_a_passing_failure),
		cmocka_unit_test(repetitions_end),
		cmocka_unit_test(a_refusal_is_not_repeated),
		cmocka_unit_test(the_deadline_covers_repetitions),
		cmocka_unit_test(a_canceled_client_stays_canceled),
		cmocka_unit_test(a_transport_may_be_silent_about_its_failure),
		cmocka_unit_test(a_call_is_logged_without_its_query),
		cmocka_unit_test(a_request_is_announced_at_the_finest_level),
		cmocka_unit_test(no_secret_is_logged),
		cmocka_unit_test(a_limiter_is_asked_before_anything_is_sent),
		cmocka_unit_test(a_background_client_leaves_the_reserve),
		cmocka_unit_test(a_limiter_is_told_what_came),
	};

	return cmocka_run_group_tests_name(
	    "libstrava client", tests, NULL, NULL);
}
