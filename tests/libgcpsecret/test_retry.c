/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "google.h"

#define AGAIN "Retry-After: 0\r\n"

static void
a_read_is_repeated_until_it_succeeds(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = AGAIN },
		{ .status = 429, .headers = AGAIN },
		{ .status = 500, .headers = AGAIN },
		{ .status = 502, .headers = AGAIN },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_emulator(&g);
	gcpsecret_client_set_retry_on(
	    g.client, GCPSECRET_RETRY_ACCESS | GCPSECRET_RETRY_SERVER);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(loopback_count(g.peer), 5);
	google_end(&g);
}

#define S "projects/p/secrets/s"
#define UNAVAILABLE "{\"error\":{\"status\":\"UNAVAILABLE\"}}"
#define INTERNAL "{\"error\":{\"status\":\"INTERNAL\"}}"
#define DEADLINE "{\"error\":{\"status\":\"DEADLINE_EXCEEDED\"}}"

/* What Google's own clients repeat, and what they do not. */
static const struct {
	struct loopback_answer answer;
	size_t                 requests;
} defaults[] = {
	{ { .status = 503, .headers = AGAIN, .body = UNAVAILABLE }, 2 },
	{ { .status = 503, .headers = AGAIN }, 2 },
	{ { .status = 502, .headers = AGAIN, .body = "<html>" }, 2 },
	{ { .status = 504, .headers = AGAIN, .body = "<html>" }, 2 },
	{ { .status = 429, .headers = AGAIN }, 2 },
	{ { .silent = true }, 2 },
	{ { .status = 500, .headers = AGAIN, .body = INTERNAL }, 1 },
	{ { .status = 500, .headers = AGAIN }, 1 },
	{ { .status = 504, .headers = AGAIN, .body = DEADLINE }, 1 },
	{ { .status = 408, .headers = AGAIN }, 1 },
	{ { .status = 409, .headers = AGAIN }, 1 },
};

static void
by_default_access_is_repeated_as_google_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(defaults); i++) {
		struct google g;

		google_start(&g, &defaults[i].answer, 1);
		google_use_emulator(&g);
		gcpsecret_client_set_retries(g.client, 1);
		assert_int_not_equal(google_access(&g, NAME), GCPSECRET_OK);
		if (loopback_count(g.peer) != defaults[i].requests)
			fail_msg("%zu: %zu", i, loopback_count(g.peer));
		assert_int_equal(g.err.attempts, defaults[i].requests);
		google_end(&g);
	}
}

/* Calls of every kind of method. */
static gcpsecret_status
read_payload(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_payload *out;

	return gcpsecret_access(client, S, &out, err);
}

static gcpsecret_status
read_secret(gcpsecret_client *client, gcpsecret_error *err)
{
	gcpsecret_secret *out;

	return gcpsecret_secret_get(client, S, &out, err);
}

static gcpsecret_status
disable(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_version_disable(
	    client, S "/versions/1", NULL, NULL, err);
}

static gcpsecret_status
update_with_etag(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_update(client, S,
	    &(gcpsecret_secret_input){
		.fields = GCPSECRET_SECRET_LABELS, .etag = "\"1\"" },
	    NULL, err);
}

static gcpsecret_status
update_without_etag(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_update(client, S,
	    &(gcpsecret_secret_input){ .fields = GCPSECRET_SECRET_LABELS },
	    NULL, err);
}

static gcpsecret_status
create(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_secret_create(
	    client, "projects/p", "s", NULL, NULL, err);
}

static gcpsecret_status
add(gcpsecret_client *client, gcpsecret_error *err)
{
	return gcpsecret_version_add(client, S, PAYLOAD, 7, NULL, err);
}

#define A GCPSECRET_RETRY_ACCESS
#define R GCPSECRET_RETRY_READ
#define W GCPSECRET_RETRY_WRITE
#define V GCPSECRET_RETRY_SERVER

static const struct loopback_answer busy = { .status = 503, .headers = AGAIN };
static const struct loopback_answer failed = { .status = 500,
	.headers = AGAIN };
static const struct loopback_answer quota = { .status = 429, .headers = AGAIN };
static const struct loopback_answer lost = { .silent = true };

/* How often each is sent, of two times at most. */
static const struct {
	const char *what;
	gcpsecret_status (*call)(gcpsecret_client *, gcpsecret_error *);
	unsigned mask;
	int      busy, failed, quota, lost, unsent;
} repetitions[] = {
	{ "access, nothing", read_payload, 0, 1, 1, 1, 1, 1 },
	{ "access", read_payload, A, 2, 1, 2, 2, 2 },
	{ "access, other bits", read_payload, R | W | V, 1, 1, 1, 1, 1 },
	{ "access, server", read_payload, A | V, 2, 2, 2, 2, 2 },
	{ "read, other bits", read_secret, A | W | V, 1, 1, 1, 1, 1 },
	{ "read", read_secret, R, 2, 1, 2, 2, 2 },
	{ "disable, other bits", disable, A | R | V, 1, 1, 1, 1, 1 },
	{ "disable", disable, W, 2, 1, 2, 2, 2 },
	{ "disable, server", disable, W | V, 2, 2, 2, 2, 2 },
	{ "update with etag", update_with_etag, W, 2, 1, 2, 2, 2 },
	{ "update", update_without_etag, W | V, 1, 1, 2, 1, 2 },
	{ "create", create, W | V, 1, 1, 2, 1, 2 },
	{ "add, other bits", add, A | R | V, 1, 1, 1, 1, 1 },
	{ "add", add, W | V, 1, 1, 1, 1, 2 },
};

static void
check_repetition(size_t i, const struct loopback_answer *answer, int times)
{
	struct google   g;
	gcpsecret_error err;

	google_start(&g, answer != NULL ? answer : &lost, 1);
	google_use_emulator(&g);
	if (answer == NULL) /* bound by nobody */
		google_set("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1");
	gcpsecret_client_set_retries(g.client, 1);
	gcpsecret_client_set_retry_on(g.client, repetitions[i].mask);
	google_remember(&g, &err, repetitions[i].call(g.client, &err));
	if (err.attempts != times)
		fail_msg("%s: %d times, not %d: %s", repetitions[i].what,
		    err.attempts, times, err.message);
	assert_int_equal(
	    loopback_count(g.peer), answer != NULL ? (size_t)times : 0);
	google_end(&g);
}

static void
a_request_is_repeated_only_where_that_does_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(repetitions); i++) {
		check_repetition(i, &busy, repetitions[i].busy);
		check_repetition(i, &failed, repetitions[i].failed);
		check_repetition(i, &quota, repetitions[i].quota);
		check_repetition(i, &lost, repetitions[i].lost);
		check_repetition(i, NULL, repetitions[i].unsent);
	}
}

static void
a_version_is_added_once_though_the_answer_is_lost(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .raw = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
		    .close = true },
		{ .status = 200,
		    .body = "{\"name\":\"projects/1/secrets/s/versions/1\"}" },
	};
	struct google   g;
	gcpsecret_error err;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_emulator(&g);
	gcpsecret_client_set_retry_on(g.client, A | R | W | V);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	assert_int_equal(add(g.client, &err), GCPSECRET_ERR_NETWORK);
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

#undef A
#undef R
#undef W
#undef V

static void
a_lost_connection_is_made_again(void **state)
{
	static const struct loopback_answer script[] = {
		{ .silent = true },
		{ .raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
		    .close = true },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	google_end(&g);
}

static void
the_last_error_tells_how_often_it_was_tried(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 503, .headers = AGAIN, .body = "" },
	};
	struct google g;

	(void)state;
	google_start(&g, no, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_SERVER);
	assert_holds(g.err.message, "HTTP 503");
	assert_holds(g.err.message, "(tried 5 times)");
	assert_int_equal(g.err.http_status, 503);
	assert_int_equal(g.err.retry_after_s, 0);
	assert_int_equal(loopback_count(g.peer), 5);

	gcpsecret_client_set_retries(g.client, 1);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_SERVER);
	assert_int_equal(loopback_count(g.peer), 7);

	gcpsecret_client_set_retries(g.client, 0);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_SERVER);
	assert_null(strstr(g.err.message, "tried"));
	assert_int_equal(loopback_count(g.peer), 8);
	gcpsecret_client_set_retries(g.client, -1);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_SERVER);
	assert_int_equal(loopback_count(g.peer), 9);
	google_end(&g);
}

static void
what_cannot_pass_is_not_repeated(void **state)
{
	static const int statuses[] = { 302, 400, 401, 403, 404, 409 };

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		struct loopback_answer no = { .status = statuses[i] };
		struct google          g;

		google_start(&g, &no, 1);
		google_use_emulator(&g);
		assert_int_not_equal(google_access(&g, NAME), GCPSECRET_OK);
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
a_wait_beyond_the_deadline_is_left_to_the_caller(void **state)
{
	static const struct {
		const char *headers, *body;
		int64_t     wait_s;
	} cases[] = {
		{ "Retry-After: 3600\r\n", NULL, 3600 },
		{ NULL,
		    "{\"error\":{\"status\":\"RESOURCE_EXHAUSTED\",\"details\":"
		    "[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\","
		    "\"retryDelay\":\"99.2s\"}]}}",
		    100 },
		{ "Retry-After: 70\r\n",
		    "{\"error\":{\"details\":[{\"retryDelay\":\"99s\"}]}}",
		    70 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loopback_answer no = { .status = 429,
			.headers = cases[i].headers,
			.body = cases[i].body };
		struct google          g;
		int64_t                start = clock_steady_ms();

		google_start(&g, &no, 1);
		google_use_emulator(&g);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_RATE_LIMIT);
		assert_int_equal(g.err.retry_after_s, cases[i].wait_s);
		assert_int_equal(loopback_count(g.peer), 1);
		assert_true(clock_steady_ms() - start < 5000);
		google_end(&g);
	}
}

static void
an_unreadable_wait_is_as_good_as_none(void **state)
{
	static const char *const delays[] = { "", "s", "5", "5m", "-5s", "5.s5",
		"1e3s", "123456s", "5s " };

	(void)state;
	for (size_t i = 0; i < COUNT(delays); i++) {
		char                   body[160];
		struct loopback_answer no = { .status = 429, .body = body };
		struct google          g;

		snprintf(body, sizeof(body),
		    "{\"error\":{\"details\":[{\"retryDelay\":\"%s\"}]}}",
		    delays[i]);
		google_start(&g, &no, 1);
		google_use_emulator(&g);
		gcpsecret_client_set_retries(g.client, 0);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_RATE_LIMIT);
		assert_int_equal(g.err.retry_after_s, -1);
		google_end(&g);
	}
}

static void
the_deadline_ends_a_call_without_an_answer(void **state)
{
	static const struct loopback_answer late[] = {
		{ .status = 200, .body = GOOD, .delay_ms = 10000 },
	};
	struct google g;
	int64_t       start, took;

	(void)state;
	google_start(&g, late, 1);
	google_use_emulator(&g);
	gcpsecret_client_set_timeout_ms(g.client, 300);
	start = clock_steady_ms();
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_TIMEOUT);
	took = clock_steady_ms() - start;
	assert_in_range(took, 300, 3000);
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

static void
a_metadata_server_that_hangs_is_asked_again(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .delay_ms = 3600, .close = true },
		{ .status = 200,
		    .headers = FLAVOR,
		    .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	google_end(&g);
}

static void
a_metadata_server_that_starts_is_waited_for(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = FLAVOR AGAIN },
		{ .status = 500, .headers = FLAVOR AGAIN },
		{ .status = 200,
		    .headers = FLAVOR,
		    .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct google g;

	(void)state;
	google_start(&g, script, COUNT(script));
	google_use_metadata(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_OK);
	google_end(&g);
}

static void
nobody_listening_is_a_network_failure(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;

	(void)state;
	google_start(&g, unused, 1);
	/* Bound by nobody: below 1024 and of no service. */
	google_set("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1");
	gcpsecret_client_set_retries(g.client, 1);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_NETWORK);
	assert_holds(g.err.message, "Secret Manager: ");
	assert_holds(g.err.message, "(tried 2 times)");
	assert_int_equal(g.err.http_status, 0);
	assert_int_equal(g.err.retry_after_s, -1);
	google_end(&g);
}

static void *
cancel_soon(void *client)
{
	struct timespec pause = { 0, 200000000 };

	nanosleep(&pause, NULL);
	gcpsecret_client_cancel(client);
	return NULL;
}

static void
a_call_ends_when_it_is_canceled(void **state)
{
	/* While it waits for an answer, and while it waits to repeat. */
	static const struct loopback_answer answers[] = {
		{ .status = 200, .body = GOOD, .delay_ms = 20000 },
		{ .status = 503, .headers = "Retry-After: 20\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct google g;
		pthread_t     thread;
		int64_t       start = clock_steady_ms();

		google_start(&g, &answers[i], 1);
		google_use_emulator(&g);
		assert_int_equal(
		    pthread_create(&thread, NULL, cancel_soon, g.client), 0);
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CANCELED);
		pthread_join(thread, NULL);
		assert_true(clock_steady_ms() - start < 10000);
		/* There is no way back. */
		assert_int_equal(
		    google_access(&g, NAME), GCPSECRET_ERR_CANCELED);
		assert_int_equal(loopback_count(g.peer), 1);
		google_end(&g);
	}
}

static void
an_answer_without_end_is_cut_off(void **state)
{
	static const struct loopback_answer flood[] = {
		{ .raw = "HTTP/1.1 200 OK\r\nContent-Length: "
			 "99999999\r\n\r\n{" },
	};
	struct google g;

	(void)state;
	google_start(&g, flood, 1);
	google_use_emulator(&g);
	assert_int_equal(google_access(&g, NAME), GCPSECRET_ERR_FORMAT);
	assert_int_equal(loopback_count(g.peer), 1);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_read_is_repeated_until_it_succeeds),
		cmocka_unit_test(by_default_access_is_repeated_as_google_does),
		cmocka_unit_test(
		    a_request_is_repeated_only_where_that_does_no_harm),
		cmocka_unit_test(
		    a_version_is_added_once_though_the_answer_is_lost),
		cmocka_unit_test(a_lost_connection_is_made_again),
		cmocka_unit_test(the_last_error_tells_how_often_it_was_tried),
		cmocka_unit_test(what_cannot_pass_is_not_repeated),
		cmocka_unit_test(
		    a_wait_beyond_the_deadline_is_left_to_the_caller),
		cmocka_unit_test(an_unreadable_wait_is_as_good_as_none),
		cmocka_unit_test(the_deadline_ends_a_call_without_an_answer),
		cmocka_unit_test(a_metadata_server_that_hangs_is_asked_again),
		cmocka_unit_test(a_metadata_server_that_starts_is_waited_for),
		cmocka_unit_test(nobody_listening_is_a_network_failure),
		cmocka_unit_test(a_call_ends_when_it_is_canceled),
		cmocka_unit_test(an_answer_without_end_is_cut_off),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret retry", tests, NULL, NULL);
}
