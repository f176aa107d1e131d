/* SPDX-License-Identifier: MIT */

/* The default transport against a server that behaves as servers do. */

#include <pthread.h>
#include <stdio.h>
#include <strava/strava.h>
#include <string.h>
#include <time.h>

#include "loopback.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

#define GRANT                                              \
	"{\"token_type\":\"Bearer\",\"expires_in\":21600," \
	"\"refresh_token\":\"REF\",\"access_token\":\"ACC\"}"

/* A client of `peer` for both bases. */
static strava_client *
client_of(struct loopback *peer)
{
	strava_client *client;
	char           base[128];

	assert_int_equal(strava_client_new(&client, NULL), STRAVA_OK);
	snprintf(base, sizeof(base), "%s/api/v3", loopback_url(peer));
	assert_int_equal(
	    strava_client_set_api_base(client, base, NULL), STRAVA_OK);
	snprintf(base, sizeof(base), "%s/oauth", loopback_url(peer));
	assert_int_equal(
	    strava_client_set_oauth_base(client, base, NULL), STRAVA_OK);
	strava_client_set_access_token(client, "T", NULL);
	strava_client_set_timeout_ms(client, 5000);
	strava_client_set_retries(client, 0);
	return client;
}

static void
expect_athlete(strava_client *client, strava_status status, strava_error *err)
{
	strava_athlete *athlete;

	assert_int_equal(strava_athlete_get(client, &athlete, err), status);
	if (status == STRAVA_OK)
		strava_athlete_free(athlete);
	else
		assert_null(athlete);
}

static void
a_call_arrives_as_it_should(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200,
		    .body = "{\"id\":1}",
		    .headers = "X-RateLimit-Limit: 200,2000\r\n"
			       "x-ratelimit-usage: 3,4\r\n" },
	};
	struct loopback               *peer = loopback_start(script, 1);
	strava_client                 *client = client_of(peer);
	const struct loopback_request *request;
	strava_rate_limit              limit;
	char                           value[256];

	(void)state;
	expect_athlete(client, STRAVA_OK, NULL);
	request = loopback_request(peer, 0);
	assert_string_equal(request->method, "GET");
	assert_string_equal(request->target, "/api/v3/athlete");
	assert_true(
	    loopback_header(request, "Authorization", value, sizeof(value)));
	assert_string_equal(value, "Bearer T");
	assert_true(
	    loopback_header(request, "User-Agent", value, sizeof(value)));
	assert_string_equal(value, "libstrava/" STRAVA_VERSION);
	strava_client_rate_limit(client, &limit);
	assert_true(limit.short_limit == 200 && limit.daily_used == 4);
	strava_client_free(client);
	loopback_stop(peer);
}

/* Two megabytes of every byte there is. */
static void
a_file_arrives_byte_for_byte(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 201, .body = "{\"id\":7}" },
	};
	static unsigned char           data[(size_t)2 * 1024 * 1024];
	struct loopback               *peer = loopback_start(script, 1);
	strava_client                 *client = client_of(peer);
	const struct loopback_request *request;
	strava_upload                 *upload;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i ^ i >> 8);
	assert_int_equal(
	    strava_upload_create(client,
		&(strava_upload_file){
		    .data = data, .len = sizeof(data), .data_type = "fit" },
		&upload, NULL),
	    STRAVA_OK);
	assert_true(upload->id == 7);
	strava_upload_free(upload);
	request = loopback_request(peer, 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, "/api/v3/uploads");
	assert_non_null(
	    memmem(request->body, request->body_len, data, sizeof(data)));
	strava_client_free(client);
	loopback_stop(peer);
}

/* libcurl would send a POST again on a connection that was used before. */
static void
a_token_post_is_seen_once_though_the_peer_closes(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"id\":1}" },
		{ .silent = true },
	};
	struct loopback               *peer = loopback_start(script, 2);
	strava_client                 *client = client_of(peer);
	const struct loopback_request *request;
	strava_token                  *token;
	strava_error                   err;
	char                           value[256];

	(void)state;
	strava_client_set_retries(client, 5);
	expect_athlete(client, STRAVA_OK, NULL);
	assert_int_equal(
	    strava_oauth_refresh(client, &app, "R/1", &token, &err),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(err.in_doubt, 1);
	assert_int_equal(loopback_count(peer), 2);
	request = loopback_request(peer, 1);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, "/oauth/token");
	assert_string_equal(request->body,
	    "client_id=42&client_secret=s3cret&grant_type=refresh_token&"
	    "refresh_token=R%2F1");
	/* On a connection that was there already, and all the same once. */
	assert_int_equal(
	    request->connection, loopback_request(peer, 0)->connection);
	assert_true(
	    loopback_header(request, "Content-Type", value, sizeof(value)));
	assert_string_equal(value, "application/x-www-form-urlencoded");
	assert_false(
	    loopback_header(request, "Authorization", value, sizeof(value)));
	assert_false(
	    loopback_header(request, "Accept-Encoding", value, sizeof(value)));
	strava_client_free(client);
	loopback_stop(peer);
}

static void
nobody_at_home_is_no_doubt(void **state)
{
	static const struct loopback_answer script[] = { { .silent = true } };
	struct loopback                    *peer = loopback_start(script, 1);
	strava_client                      *client = client_of(peer);
	strava_token                       *token;
	strava_error                        err;

	(void)state;
	loopback_stop(peer); /* nobody listens there any more */
	assert_int_equal(strava_oauth_refresh(client, &app, "R", &token, &err),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(err.in_doubt, 0);
	assert_int_equal(err.http_status, 0);
	strava_client_free(client);
}

/* The whole way an answer takes, cut at every byte of its body. */
static void
a_reply_cut_at_any_byte_keeps_its_refresh_token(void **state)
{
	char                   reply[512];
	size_t                 given, len;
	struct loopback_answer answer;
	strava_status          status;
	strava_token          *token;
	strava_error           err;

	(void)state;
	snprintf(reply, sizeof(reply),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n" GRANT,
	    strlen(GRANT));
	len = strlen(reply);
	given = (size_t)(strstr(reply, "REF\"") + 4 - reply);
	for (size_t cut = len - strlen(GRANT); cut < len; cut++) {
		struct loopback *peer;
		strava_client   *client;

		answer = (struct loopback_answer){
			.raw = reply, .cut = true, .cut_at = cut
		};
		peer = loopback_start(&answer, 1);
		client = client_of(peer);
		status = strava_oauth_refresh(client, &app, "R", &token, &err);
		if (cut < given) {
			assert_int_equal(status, STRAVA_ERR_NETWORK);
			assert_int_equal(err.in_doubt, 1);
			assert_int_equal(err.http_status, 200);
			assert_null(token);
		} else {
			assert_int_equal(status, STRAVA_OK);
			assert_string_equal(token->refresh_token, "REF");
			assert_null(token->access_token);
			assert_true(token->expires_at == 0);
			strava_token_free(token);
		}
		strava_client_free(client);
		loopback_stop(peer);
	}
}

static void
a_redirect_is_not_followed(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 307, .headers = "Location: /elsewhere\r\n" },
		{ .status = 302,
		    .headers = "Location: https://example.org/\r\n" },
		{ .status = 200, .body = "{\"id\":1}" },
	};
	struct loopback *peer = loopback_start(script, 3);
	strava_client   *client = client_of(peer);
	strava_token    *token;
	strava_error     err;

	(void)state;
	assert_int_equal(strava_oauth_refresh(client, &app, "R", &token, &err),
	    STRAVA_ERR_FORMAT);
	assert_int_equal(err.http_status, 307);
	assert_int_equal(err.in_doubt, 1);
	expect_athlete(client, STRAVA_ERR_FORMAT, &err);
	assert_int_equal(err.http_status, 302);
	assert_int_equal(loopback_count(peer), 2);
	strava_client_free(client);
	loopback_stop(peer);
}

static void
a_get_survives_a_server_that_stumbles(void **state)
{
	static const struct loopback_answer script[] = {
		{ .silent = true },
		{ .status = 503, .headers = "Retry-After: 0\r\n" },
		{ .status = 200, .body = "{\"id\":1}" },
	};
	struct loopback *peer = loopback_start(script, 3);
	strava_client   *client = client_of(peer);

	(void)state;
	strava_client_set_retries(client, 2);
	expect_athlete(client, STRAVA_OK, NULL);
	assert_int_equal(loopback_count(peer), 3);
	strava_client_free(client);
	loopback_stop(peer);
}

static void
a_revocation_signs_in_with_basic(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = "Retry-After: 0\r\n" },
		{ .status = 200 },
	};
	struct loopback               *peer = loopback_start(script, 2);
	strava_client                 *client = client_of(peer);
	const struct loopback_request *request;
	char                           value[256];

	(void)state;
	strava_client_set_retries(client, 1);
	assert_int_equal(
	    strava_oauth_revoke(client, &app, "REF", NULL), STRAVA_OK);
	assert_int_equal(loopback_count(peer), 2);
	request = loopback_request(peer, 1);
	assert_string_equal(request->target, "/oauth/revoke");
	assert_string_equal(request->body, "token=REF");
	assert_true(
	    loopback_header(request, "Authorization", value, sizeof(value)));
	assert_string_equal(value, "Basic NDI6czNjcmV0");
	strava_client_free(client);
	loopback_stop(peer);
}

static void
a_deauthorization_has_an_empty_body(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"access_token\":\"T\"}" },
	};
	struct loopback               *peer = loopback_start(script, 1);
	strava_client                 *client = client_of(peer);
	const struct loopback_request *request;
	char                           value[256];

	(void)state;
	assert_int_equal(strava_oauth_deauthorize(client, NULL), STRAVA_OK);
	request = loopback_request(peer, 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->target, "/oauth/deauthorize");
	assert_true(
	    loopback_header(request, "Content-Length", value, sizeof(value)));
	assert_string_equal(value, "0");
	assert_true(
	    loopback_header(request, "Authorization", value, sizeof(value)));
	assert_string_equal(value, "Bearer T");
	strava_client_free(client);
	loopback_stop(peer);
}

static void
silence_ends_at_the_deadline(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"id\":1}", .delay_ms = 1500 },
	};
	struct loopback *peer = loopback_start(script, 1);
	strava_client   *client = client_of(peer);
	strava_error     err;

	(void)state;
	strava_client_set_timeout_ms(client, 300);
	strava_client_set_retries(client, 5);
	expect_athlete(client, STRAVA_ERR_TIMEOUT, &err);
	assert_int_equal(err.in_doubt, 1);
	strava_client_free(client);
	loopback_stop(peer);
}

static void *
cancel_soon(void *client)
{
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	strava_client_cancel(client);
	return NULL;
}

static void
a_running_call_is_canceled_from_another_thread(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "{\"id\":1}", .delay_ms = 3000 },
	};
	struct loopback *peer = loopback_start(script, 1);
	strava_client   *client = client_of(peer);
	strava_error     err;
	struct timespec  before, after;
	pthread_t        thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, cancel_soon, client), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	expect_athlete(client, STRAVA_ERR_CANCELED, &err);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec <= 2);
	assert_int_equal(err.in_doubt, 1);
	pthread_join(thread, NULL);
	strava_client_free(client);
	loopback_stop(peer);
}

/* A server that never stops talking, and one that talks nonsense. */
static void
an_answer_beyond_all_bounds_is_given_up(void **state)
{
	static char                  large[70000];
	const struct loopback_answer script[] = {
		{ .status = 200, .body = large, .body_len = sizeof(large) },
		{ .raw = "not HTTP at all\r\n\r\n", .close = true },
	};
	struct loopback *peer = loopback_start(script, 2);
	strava_client   *client = client_of(peer);
	strava_token    *token;
	strava_error     err;

	(void)state;
	memset(large, ' ', sizeof(large));
	assert_int_equal(strava_oauth_refresh(client, &app, "R", &token, &err),
	    STRAVA_ERR_FORMAT);
	assert_int_equal(err.in_doubt, 1);
	assert_int_equal(strava_oauth_refresh(client, &app, "R", &token, &err),
	    STRAVA_ERR_NETWORK);
	assert_int_equal(err.in_doubt, 1);
	assert_int_equal(loopback_count(peer), 2);
	strava_client_free(client);
	loopback_stop(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_arrives_as_it_should),
		cmocka_unit_test(a_file_arrives_byte_for_byte),
		cmocka_unit_test(
		    a_token_post_is_seen_once_though_the_peer_closes),
		cmocka_unit_test(nobody_at_home_is_no_doubt),
		cmocka_unit_test(
		    a_reply_cut_at_any_byte_keeps_its_refresh_token),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(a_get_survives_a_server_that_stumbles),
		cmocka_unit_test(a_revocation_signs_in_with_basic),
		cmocka_unit_test(a_deauthorization_has_an_empty_body),
		cmocka_unit_test(silence_ends_at_the_deadline),
		cmocka_unit_test(
		    a_running_call_is_canceled_from_another_thread),
		cmocka_unit_test(an_answer_beyond_all_bounds_is_given_up),
	};

	return cmocka_run_group_tests_name("libstrava wire", tests, NULL, NULL);
}
