/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fake_transport.h"
#include "loopback.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"expires_in\":21600}"
#define PAGE "[{\"id\":1},{\"id\":2}]"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

struct world {
	struct loopback *peer;
	strava_client   *client;
	strava_batch    *batch;
	strava_error     err;
};

static int64_t
fixed_clock(void *ctx)
{
	(void)ctx;
	return FAKE_NOW;
}

static void
start(struct world *w, const struct loopback_answer *script, size_t count,
    const strava_batch_options *options)
{
	char url[64];

	w->peer = loopback_start(script, count);
	assert_int_equal(strava_client_new(&w->client, &w->err), STRAVA_OK);
	snprintf(url, sizeof(url), "%s/oauth", loopback_url(w->peer));
	strava_client_set_oauth_base(w->client, url, NULL);
	snprintf(url, sizeof(url), "%s/api", loopback_url(w->peer));
	strava_client_set_api_base(w->client, url, NULL);
	strava_client_set_access_token(w->client, "T", NULL);
	strava_client_set_clock(w->client, fixed_clock, NULL);
	assert_int_equal(
	    strava_batch_new(w->client, options, &w->batch, &w->err),
	    STRAVA_OK);
}

static void
stop(struct world *w)
{
	strava_batch_free(w->batch);
	strava_client_free(w->client);
	loopback_stop(w->peer);
}

static void
add_refresh(struct world *w, const char *token, void *tag)
{
	assert_int_equal(
	    strava_batch_add_refresh(w->batch, &app, token, tag, &w->err),
	    STRAVA_OK);
}

static strava_batch_result *
next(struct world *w)
{
	strava_batch_result *result;

	assert_int_equal(
	    strava_batch_next(w->batch, -1, &result, &w->err), STRAVA_OK);
	return result;
}

/* What is there within that time. */
static strava_batch_result *
next_within(struct world *w, int64_t wait_ms)
{
	strava_batch_result *result;

	assert_int_equal(
	    strava_batch_next(w->batch, wait_ms, &result, &w->err), STRAVA_OK);
	return result;
}

static void
add_page(struct world *w)
{
	assert_int_equal(
	    strava_batch_add_activity_list(w->batch, NULL, NULL, NULL, &w->err),
	    STRAVA_OK);
}

static void
add_get(struct world *w, const char *path, void *tag)
{
	const strava_batch_request request = { .method = "GET", .path = path };

	assert_int_equal(
	    strava_batch_add_request(w->batch, &request, tag, &w->err),
	    STRAVA_OK);
}

#define MANY 200

static void
many_tokens_are_refreshed_each_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT },
	};
	static unsigned char       seen[MANY], sent[MANY];
	const strava_batch_options options = { .in_flight = 16 };
	strava_batch_result       *result;
	struct world               w;
	char                       token[16];
	const char                *field;

	(void)state;
	start(&w, script, 1, &options);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(token, sizeof(token), "R%zu", i);
		add_refresh(&w, token, &seen[i]);
	}
	assert_int_equal(strava_batch_pending(w.batch), MANY);
	while ((result = next(&w)) != NULL) {
		++*(unsigned char *)result->tag;
		assert_int_equal(result->status, STRAVA_OK);
		assert_int_equal(result->outcome, STRAVA_GRANTED);
		assert_string_equal(result->token->refresh_token, "REF");
		assert_null(result->activities);
		assert_null(result->text);
		strava_batch_result_free(result);
	}
	assert_int_equal(strava_batch_pending(w.batch), 0);
	assert_int_equal(loopback_count(w.peer), MANY);
	assert_in_range(loopback_connections(w.peer), 1, 16);
	for (size_t i = 0; i < MANY; i++) {
		field = strstr(
		    loopback_request(w.peer, i)->body, "&refresh_token=R");
		assert_non_null(field);
		sent[strtoul(field + 16, NULL, 10)]++;
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(seen[i], 1);
		assert_int_equal(sent[i], 1);
	}
	stop(&w);
}

/* One answer, and what a refresh comes to with it. */
static const struct {
	struct loopback_answer answer;
	strava_outcome         outcome;
	strava_status          status;
	const char            *refresh_token; /* NULL: none came */
} fates[] = {
	{ { .status = 200, .body = GRANT }, STRAVA_GRANTED, STRAVA_OK, "REF" },
	{ { .status = 200, .body = GRANT, .cut = true, .cut_at = 98 },
	    STRAVA_GRANTED, STRAVA_OK, "REF" },
	{ { .status = 200, .body = GRANT, .cut = true, .cut_at = 70 },
	    STRAVA_IN_DOUBT, STRAVA_ERR_NETWORK, NULL },
	{ { .silent = true }, STRAVA_IN_DOUBT, STRAVA_ERR_NETWORK, NULL },
	{ { .status = 503 }, STRAVA_IN_DOUBT, STRAVA_ERR_SERVER, NULL },
	{ { .status = 200, .body = "<html>" }, STRAVA_IN_DOUBT,
	    STRAVA_ERR_FORMAT, NULL },
	{ { .status = 400,
	      .body = "{\"message\":\"Bad Request\",\"errors\":[{\"resource\":"
		      "\"RefreshToken\",\"field\":\"refresh_token\","
		      "\"code\":\"invalid\"}]}" },
	    STRAVA_REFUSED, STRAVA_ERR_REVOKED, NULL },
	{ { .status = 401,
	      .body = "{\"message\":\"Authorization Error\",\"errors\":[{"
		      "\"resource\":\"Application\",\"field\":\"\","
		      "\"code\":\"invalid\"}]}" },
	    STRAVA_REFUSED, STRAVA_ERR_APPLICATION, NULL },
	{ { .status = 429 }, STRAVA_REFUSED, STRAVA_ERR_RATE_LIMIT, NULL },
};

static void
a_refresh_is_granted_refused_or_in_doubt(void **state)
{
	const strava_batch_options options = { .in_flight = 1 };
	struct loopback_answer     script[COUNT(fates)];
	strava_batch_result       *result;
	struct world               w;

	(void)state;
	for (size_t i = 0; i < COUNT(fates); i++)
		script[i] = fates[i].answer;
	start(&w, script, COUNT(script), &options);
	strava_client_set_retries(w.client, 5);
	for (size_t i = 0; i < COUNT(fates); i++)
		add_refresh(&w, "R", NULL);
	for (size_t i = 0; i < COUNT(fates); i++) {
		result = next(&w);
		assert_int_equal(result->status, fates[i].status);
		assert_int_equal(result->outcome, fates[i].outcome);
		assert_int_equal(
		    result->token != NULL, fates[i].refresh_token != NULL);
		if (result->token != NULL)
			assert_string_equal(result->token->refresh_token,
			    fates[i].refresh_token);
		else
			assert_int_equal(result->error.status, result->status);
		strava_batch_result_free(result);
	}
	assert_null(next(&w));
	assert_int_equal(loopback_count(w.peer), COUNT(fates));
	stop(&w);
}

static void
a_token_may_be_kept_beyond_its_result(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT },
	};
	strava_batch_result *result;
	strava_token        *token;
	struct world         w;

	(void)state;
	start(&w, script, 1, NULL);
	add_refresh(&w, "R", NULL);
	result = next(&w);
	token = result->token;
	result->token = NULL;
	strava_batch_result_free(result);
	stop(&w);
	assert_string_equal(token->access_token, "ACC");
	strava_token_free(token);
}

static void
pages_of_several_athletes_are_read_side_by_side(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = PAGE },
	};
	const strava_activity_query    query = { .page = 3, .per_page = 200 };
	const struct loopback_request *request;
	strava_batch_result           *result;
	struct world                   w;
	char                           value[64];

	(void)state;
	start(&w, script, 1, NULL);
	assert_int_equal(
	    strava_batch_add_activity_list(w.batch, NULL, &query, NULL, &w.err),
	    STRAVA_OK);
	result = next(&w);
	assert_int_equal(result->status, STRAVA_OK);
	assert_int_equal(result->activities->count, 2);
	assert_true(result->activities->items[1]->id == 2);
	strava_batch_result_free(result);
	request = loopback_request(w.peer, 0);
	assert_string_equal(
	    request->target, "/api/athlete/activities?page=3&per_page=200");
	loopback_header(request, "Authorization", value, sizeof(value));
	assert_string_equal(value, "Bearer T");

	assert_int_equal(strava_batch_add_activity_list(
			     w.batch, "OTHER", NULL, NULL, &w.err),
	    STRAVA_OK);
	strava_batch_result_free(next(&w));
	request = loopback_request(w.peer, 1);
	assert_string_equal(request->target, "/api/athlete/activities");
	loopback_header(request, "Authorization", value, sizeof(value));
	assert_string_equal(value, "Bearer OTHER");
	stop(&w);
}

static void
any_request_can_be_one_of_many(void **state)
{
	static const strava_batch_request   request = { .access_token = "T2",
		  .method = "PUT",
		  .path = "/x",
		  .content_type = "text/plain",
		  .body = "body" };
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = "a\0b", .body_len = 3 },
		{ .status = 404 },
	};
	const strava_batch_options options = { .in_flight = 1 };
	strava_batch_result       *result;
	struct world               w;

	(void)state;
	start(&w, script, 2, &options);
	assert_int_equal(
	    strava_batch_add_request(w.batch, &request, &w, &w.err), STRAVA_OK);
	add_get(&w, "/y", NULL);
	result = next(&w);
	assert_ptr_equal(result->tag, &w);
	assert_int_equal(result->text_len, 3);
	assert_memory_equal(result->text, "a\0b", 4);
	strava_batch_result_free(result);
	assert_string_equal(loopback_request(w.peer, 0)->body, "body");
	result = next(&w);
	assert_int_equal(result->status, STRAVA_ERR_NOT_FOUND);
	assert_int_equal(result->error.http_status, 404);
	assert_null(result->text);
	strava_batch_result_free(result);
	stop(&w);
}

/* The wait before a repetition is not the others' wait. */
static void
a_repetition_holds_nobody_up(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 503, .headers = "Retry-After: 1\r\n" },
		{ .status = 200, .body = "second" },
		{ .status = 200, .body = "third" },
	};
	const strava_batch_options options = { .in_flight = 2 };
	strava_batch_result       *result;
	struct world               w;
	int64_t                    began = clock_steady_ms();
	int                        first, second;

	(void)state;
	start(&w, script, 3, &options);
	add_get(&w, "/1", &first);
	while (loopback_count(w.peer) == 0)
		assert_int_equal(
		    strava_batch_next(w.batch, 10, &result, &w.err), STRAVA_OK);
	add_get(&w, "/2", &second);
	result = next(&w);
	assert_ptr_equal(result->tag, &second);
	assert_string_equal(result->text, "second");
	strava_batch_result_free(result);
	assert_in_range(clock_steady_ms() - began, 0, 900);
	result = next(&w);
	assert_ptr_equal(result->tag, &first);
	assert_string_equal(result->text, "third");
	strava_batch_result_free(result);
	assert_in_range(clock_steady_ms() - began, 1000, 20000);
	stop(&w);
}

static void
waiting_has_an_end(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 300 },
	};
	strava_batch_result *result;
	struct world         w;

	(void)state;
	start(&w, script, 1, NULL);
	assert_null(next(&w));
	add_refresh(&w, "R", NULL);
	assert_null(next_within(&w, 0));
	assert_null(next_within(&w, 50));
	assert_int_equal(strava_batch_pending(w.batch), 1);
	result = next(&w);
	assert_int_equal(result->status, STRAVA_OK);
	strava_batch_result_free(result);
	stop(&w);
}

static void
the_deadline_for_all_tells_sent_from_unsent(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 3000 },
	};
	const strava_batch_options options = { .in_flight = 2,
		.deadline_ms = 300 };
	strava_batch_result       *result;
	struct world               w;
	int                        doubts = 0;

	(void)state;
	start(&w, script, 1, &options);
	for (int i = 0; i < 5; i++)
		add_refresh(&w, "R", NULL);
	for (int i = 0; i < 5; i++) {
		result = next(&w);
		assert_int_equal(result->status, STRAVA_ERR_TIMEOUT);
		assert_int_equal(result->outcome,
		    result->error.in_doubt ? STRAVA_IN_DOUBT : STRAVA_REFUSED);
		doubts += result->error.in_doubt;
		strava_batch_result_free(result);
	}
	assert_int_equal(doubts, 2);
	assert_null(next(&w));
	stop(&w);
}

static void
each_has_a_deadline_of_its_own(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 2000 },
	};
	const strava_batch_options options = { .timeout_ms = 150 };
	strava_batch_result       *result;
	struct world               w;
	int64_t                    began = clock_steady_ms();

	(void)state;
	start(&w, script, 1, &options);
	add_refresh(&w, "R", NULL);
	result = next(&w);
	assert_int_equal(result->status, STRAVA_ERR_TIMEOUT);
	assert_int_equal(result->outcome, STRAVA_IN_DOUBT);
	strava_batch_result_free(result);
	assert_in_range(clock_steady_ms() - began, 140, 1900);
	stop(&w);
}

static void
a_stopped_batch_lands_what_is_in_the_air(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 100 },
	};
	const strava_batch_options options = { .in_flight = 1 };
	strava_batch_result       *result;
	struct world               w;
	int                        granted = 0, canceled = 0;

	(void)state;
	start(&w, script, 1, &options);
	for (int i = 0; i < 4; i++)
		add_refresh(&w, "R", NULL);
	assert_null(next_within(&w, 0));
	strava_batch_stop(w.batch);
	while ((result = next(&w)) != NULL) {
		granted += result->outcome == STRAVA_GRANTED;
		canceled += result->status == STRAVA_ERR_CANCELED;
		assert_int_not_equal(result->outcome, STRAVA_IN_DOUBT);
		strava_batch_result_free(result);
	}
	assert_int_equal(granted, 1);
	assert_int_equal(canceled, 3);
	assert_int_equal(loopback_count(w.peer), 1);
	stop(&w);
}

static void *
cancel_soon(void *client)
{
	clock_sleep_ms(100, NULL);
	strava_client_cancel(client);
	return NULL;
}

static void
a_cancel_of_the_client_ends_all_at_once(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 3000 },
	};
	const strava_batch_options options = { .in_flight = 1 };
	strava_batch_result       *result;
	struct world               w;
	pthread_t                  thread;
	int64_t                    began = clock_steady_ms();
	int                        doubts = 0, n = 0;

	(void)state;
	start(&w, script, 1, &options);
	for (int i = 0; i < 3; i++)
		add_refresh(&w, "R", NULL);
	assert_int_equal(
	    pthread_create(&thread, NULL, cancel_soon, w.client), 0);
	for (; (result = next(&w)) != NULL; n++) {
		assert_int_equal(result->status, STRAVA_ERR_CANCELED);
		doubts += result->outcome == STRAVA_IN_DOUBT;
		strava_batch_result_free(result);
	}
	pthread_join(thread, NULL);
	assert_int_equal(n, 3);
	assert_int_equal(doubts, 1);
	assert_in_range(clock_steady_ms() - began, 100, 2500);
	stop(&w);
}

static void
a_blocking_call_may_go_between(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = PAGE },
	};
	strava_activity_list *list;
	strava_batch_result  *result;
	struct world          w;

	(void)state;
	start(&w, script, 1, NULL);
	for (int i = 0; i < 5; i++)
		add_page(&w);
	strava_batch_result_free(next_within(&w, 0));
	assert_int_equal(
	    strava_activity_list_get(w.client, NULL, &list, &w.err), STRAVA_OK);
	assert_int_equal(list->count, 2);
	strava_activity_list_free(list);
	while ((result = next(&w)) != NULL) {
		assert_int_equal(result->status, STRAVA_OK);
		strava_batch_result_free(result);
	}
	assert_int_equal(loopback_count(w.peer), 6);
	stop(&w);
}

static void
a_batch_may_be_freed_in_mid_air(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GRANT, .delay_ms = 1000 },
	};
	const strava_batch_options options = { .in_flight = 2 };
	strava_athlete            *athlete;
	struct world               w;

	(void)state;
	start(&w, script, 1, &options);
	for (int i = 0; i < 4; i++)
		add_refresh(&w, "R", NULL);
	assert_null(next_within(&w, 50));
	strava_batch_free(w.batch);
	w.batch = NULL;
	/* The client goes on. */
	strava_client_set_timeout_ms(w.client, 100);
	assert_int_equal(
	    strava_athlete_get(w.client, &athlete, &w.err), STRAVA_ERR_TIMEOUT);
	stop(&w);
}

static void
another_transport_sends_one_after_the_other(void **state)
{
	struct fake          fake;
	strava_batch        *batch;
	strava_batch_result *result;
	int                  tags[3];

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, GRANT);
	fake.answers[1] = fake_answer(503, NULL);
	fake.answers[2] = fake_answer(200, GRANT);
	assert_int_equal(
	    strava_batch_new(fake.client, NULL, &batch, NULL), STRAVA_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    strava_batch_add_refresh(batch, &app, "R", &tags[i], NULL),
		    STRAVA_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    strava_batch_next(batch, -1, &result, NULL), STRAVA_OK);
		assert_ptr_equal(result->tag, &tags[i]);
		assert_int_equal(fake.calls, i + 1);
		assert_int_equal(
		    result->outcome, i == 1 ? STRAVA_IN_DOUBT : STRAVA_GRANTED);
		assert_int_equal(fake.requests[i].at_most_once, 1);
		strava_batch_result_free(result);
	}
	strava_batch_free(batch);
	fake_stop(&fake);
}

static void
bad_arguments_add_nothing(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	static const strava_batch_options   bad[] = {
		  { .in_flight = -1 },
		  { .in_flight = 257 },
		  { .timeout_ms = -1 },
		  { .deadline_ms = -1 },
	};
	static const strava_batch_request asked[] = {
		{ .method = "GET", .path = "/x" },
		{ .method = "GET", .path = "x" },
		{ .method = "get", .path = "/x" },
		{ .method = "GET", .path = "/x", .body = "b" },
		{ .method = "GET", .path = "/x", .access_token = "a b" },
	};
	const strava_activity_query query = { .per_page = 201 };
	strava_batch               *batch;
	strava_batch_result        *result;
	struct world                w;

	(void)state;
	start(&w, script, 1, NULL);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    strava_batch_new(w.client, &bad[i], &batch, &w.err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(batch);
	}
#define REFUSED(call) assert_int_equal(call, STRAVA_ERR_ARGUMENT)
	REFUSED(strava_batch_new(NULL, NULL, &batch, NULL));
	REFUSED(strava_batch_new(w.client, NULL, NULL, NULL));
	REFUSED(strava_batch_add_refresh(NULL, &app, "R", NULL, NULL));
	REFUSED(strava_batch_add_refresh(w.batch, NULL, "R", NULL, NULL));
	REFUSED(strava_batch_add_refresh(w.batch, &app, NULL, NULL, NULL));
	REFUSED(strava_batch_add_refresh(w.batch, &app, "a b", NULL, NULL));
	REFUSED(
	    strava_batch_add_activity_list(w.batch, "\n", NULL, NULL, NULL));
	REFUSED(
	    strava_batch_add_activity_list(w.batch, NULL, &query, NULL, NULL));
	REFUSED(strava_batch_add_activity_list(NULL, NULL, NULL, NULL, NULL));
	REFUSED(strava_batch_add_request(w.batch, NULL, NULL, NULL));
	REFUSED(strava_batch_add_request(NULL, &asked[0], NULL, NULL));
	for (size_t i = 1; i < COUNT(asked); i++)
		REFUSED(
		    strava_batch_add_request(w.batch, &asked[i], NULL, NULL));
	REFUSED(strava_batch_next(w.batch, 0, NULL, NULL));
	REFUSED(strava_batch_next(NULL, 0, &result, NULL));
	assert_int_equal(strava_batch_pending(w.batch), 0);
	assert_int_equal(strava_batch_pending(NULL), 0);
	strava_batch_stop(NULL);
	strava_batch_free(NULL);
	strava_batch_result_free(NULL);
	stop(&w);
}

static void
without_a_token_a_page_is_unauthorized(void **state)
{
	static const struct loopback_answer script[] = { { .status = 200 } };
	strava_batch_result                *result;
	struct world                        w;

	(void)state;
	start(&w, script, 1, NULL);
	strava_client_set_access_token(w.client, NULL, NULL);
	add_page(&w);
	result = next(&w);
	assert_int_equal(result->status, STRAVA_ERR_UNAUTHORIZED);
	strava_batch_result_free(result);
	assert_int_equal(loopback_count(w.peer), 0);
	stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_tokens_are_refreshed_each_once),
		cmocka_unit_test(a_refresh_is_granted_refused_or_in_doubt),
		cmocka_unit_test(a_token_may_be_kept_beyond_its_result),
		cmocka_unit_test(
		    pages_of_several_athletes_are_read_side_by_side),
		cmocka_unit_test(any_request_can_be_one_of_many),
		cmocka_unit_test(a_repetition_holds_nobody_up),
		cmocka_unit_test(waiting_has_an_end),
		cmocka_unit_test(the_deadline_for_all_tells_sent_from_unsent),
		cmocka_unit_test(each_has_a_deadline_of_its_own),
		cmocka_unit_test(a_stopped_batch_lands_what_is_in_the_air),
		cmocka_unit_test(a_cancel_of_the_client_ends_all_at_once),
		cmocka_unit_test(a_blocking_call_may_go_between),
		cmocka_unit_test(a_batch_may_be_freed_in_mid_air),
		cmocka_unit_test(another_transport_sends_one_after_the_other),
		cmocka_unit_test(bad_arguments_add_nothing),
		cmocka_unit_test(without_a_token_a_page_is_unauthorized),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
