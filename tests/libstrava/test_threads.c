/* SPDX-License-Identifier: MIT */

/* Many threads, a client each, and one limiter for all; made to be run under the
 * thread sanitizer too. */

#include <curl/curl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <strava/strava.h>
#include <string.h>

#include "loopback.h"
#include "test.h"

#define THREADS 16
#define CANCELED 4 /* of them, by another thread, at any time */
#define ROUNDS 2
#define BATCH 3

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"expires_in\":21600}"
#define PAGE "[{\"id\":7}]"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

static strava_limiter  *limiter;
static atomic_int       under_way, granted;

struct worker {
	pthread_t      thread;
	strava_client *client;
	bool           may_be_canceled;
	const char    *fault; /* what went wrong first */
};

/* Notes a call that neither succeeded nor was canceled as it may be. */
static bool
went(struct worker *w, strava_status status, const char *what)
{
	if (status == STRAVA_OK)
		return true;
	if ((status != STRAVA_ERR_CANCELED || !w->may_be_canceled) &&
	    w->fault == NULL)
		w->fault = what;
	return false;
}

static void
get(struct worker *w)
{
	strava_limiter_usage usage;
	char                *text;

	if (went(w,
		strava_request(w->client, "GET", "/a", NULL, NULL, &text, NULL),
		"get") &&
	    strcmp(text, PAGE) != 0)
		w->fault = "another answer";
	strava_string_free(text);
	strava_limiter_usage_get(limiter, &usage);
}

static void
refresh(struct worker *w)
{
	strava_token *token;

	if (went(w, strava_oauth_refresh(w->client, &app, "old", &token, NULL),
		"refresh"))
		atomic_fetch_add(&granted, 1);
	strava_token_free(token);
}

static void
run_batch(struct worker *w)
{
	strava_batch        *batch;
	strava_batch_result *result;
	strava_status        status = STRAVA_OK;

	if (!went(w, strava_batch_new(w->client, NULL, &batch, NULL), "batch"))
		return;
	for (int i = 0; i < BATCH && status == STRAVA_OK; i++)
		status = strava_batch_add_refresh(batch, &app, "o", NULL, NULL);
	went(w, status, "add");
	while (strava_batch_next(batch, -1, &result, NULL) == STRAVA_OK &&
	       result != NULL) {
		if (went(w, result->status, "result"))
			atomic_fetch_add(&granted, 1);
		strava_batch_result_free(result);
	}
	strava_batch_free(batch);
}

static void
read_pages(struct worker *w)
{
	static const strava_activity_query query = { .read_ahead = 2 };
	strava_activity_each              *each;
	const strava_activity             *activity;
	strava_status                      status;
	int                                n = 0;

	status = strava_activity_each_new(w->client, &query, &each, NULL);
	while (status == STRAVA_OK && n < 8) {
		status = strava_activity_each_next(each, &activity, NULL);
		if (went(w, status, "next") && activity->id != 7)
			w->fault = "another activity";
		n++;
	}
	strava_activity_each_free(each);
}

static void *
work(void *ctx)
{
	struct worker *w = ctx;

	for (int i = 0; i < ROUNDS; i++) {
		get(w);
		if (i == 0)
			atomic_fetch_add(&under_way, 1);
		refresh(w);
		run_batch(w);
		read_pages(w);
	}
	return NULL;
}

static void
start(struct worker *w, const char *api, const char *oauth)
{
	assert_int_equal(strava_client_new(&w->client, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_api_base(w->client, api, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_oauth_base(w->client, oauth, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_client_set_access_token(w->client, "T", NULL), STRAVA_OK);
	assert_int_equal(strava_client_set_limiter(
			     w->client, limiter, STRAVA_INTERACTIVE, NULL),
	    STRAVA_OK);
	assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
}

/* Ends the threads, some of them before they are done. */
static void
finish(struct worker *workers)
{
	for (size_t i = 0; i < CANCELED; i++)
		strava_client_cancel(workers[i].client);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		if (workers[i].fault != NULL)
			fail_msg("thread %zu: %s", i, workers[i].fault);
		strava_client_free(workers[i].client);
	}
}

static void
threads_do_not_meet(void **state)
{
	static const struct loopback_answer pages = { .status = 200,
		.body = PAGE };
	static const struct loopback_answer grants = { .status = 200,
		.body = GRANT };
	static struct worker                workers[THREADS];
	const strava_limiter_options        room = { .short_limit = 10000,
		       .daily_limit = 10000,
		       .read_short_limit = 10000,
		       .read_daily_limit = 10000 };
	struct loopback                    *api = loopback_start(&pages, 1);
	struct loopback                    *oauth = loopback_start(&grants, 1);
	strava_limiter_usage                usage;

	(void)state;
	assert_int_equal(strava_limiter_new(&room, &limiter, NULL), STRAVA_OK);
	for (size_t i = 0; i < THREADS; i++) {
		workers[i].may_be_canceled = i < CANCELED;
		start(&workers[i], loopback_url(api), loopback_url(oauth));
	}
	while (atomic_load(&under_way) < THREADS)
		sched_yield();
	finish(workers);
	assert_in_range(atomic_load(&granted),
	    (THREADS - CANCELED) * ROUNDS * (1 + BATCH),
	    THREADS * ROUNDS * (1 + BATCH));
	strava_limiter_usage_get(limiter, &usage);
	assert_int_equal(usage.in_flight, 0);
	strava_limiter_free(limiter);
	loopback_stop(api);
	loopback_stop(oauth);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_meet),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
