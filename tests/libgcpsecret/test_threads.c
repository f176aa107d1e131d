/* SPDX-License-Identifier: MIT */

/* Many threads, a client each, and one set of credentials for all; made to be
 * run under the thread sanitizer too. */

#include <curl/curl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "google.h"

#define THREADS 50

#define SECOND "ya29.second"
#define REPLY(token)                               \
	{                                          \
		.status = 200, .headers = FLAVOR,  \
		.body = TOKEN_REPLY(token, "3600") \
	}
/* Slow enough for the others to come while it is under way. */
#define SLOW_REPLY(token)                                          \
	{                                                          \
		.status = 200, .headers = FLAVOR, .delay_ms = 200, \
		.body = TOKEN_REPLY(token, "3600")                 \
	}

static atomic_llong now_ms;

static int64_t
on_steady_clock(void *ctx)
{
	(void)ctx;
	return atomic_load(&now_ms);
}

struct worker {
	pthread_t          thread;
	gcpsecret_client  *client;
	pthread_barrier_t *start; /* or NULL */
	gcpsecret_status   status;
	gcpsecret_error    err;
	char               token[64];
};

static void *
get_token(void *ctx)
{
	struct worker   *w = ctx;
	gcpsecret_token *token;

	if (w->start != NULL)
		pthread_barrier_wait(w->start);
	w->status =
	    gcpsecret_access_token_get(w->client, NULL, &token, &w->err);
	if (w->status == GCPSECRET_OK)
		snprintf(w->token, sizeof(w->token), "%s", token->text);
	gcpsecret_token_free(token);
	return NULL;
}

/* A client that shares the credentials of `g`. */
static void
make_worker(struct worker *w, struct google *g)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(gcpsecret_client_new(&w->client, NULL), GCPSECRET_OK);
	gcpsecret_client_set_steady_clock(w->client, on_steady_clock, NULL);
	assert_int_equal(
	    gcpsecret_client_share_credentials(w->client, g->client, NULL),
	    GCPSECRET_OK);
}

static void
start(struct worker *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, get_token, w), 0);
}

static void
end(struct worker *w)
{
	assert_int_equal(pthread_join(w->thread, NULL), 0);
	gcpsecret_client_free(w->client);
	w->client = NULL;
}

/* All at once. */
static void
run_all(struct worker *workers, struct google *g)
{
	pthread_barrier_t barrier;

	assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++) {
		make_worker(&workers[i], g);
		workers[i].start = &barrier;
		start(&workers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		end(&workers[i]);
	pthread_barrier_destroy(&barrier);
}

static void
begin(struct google *g, const struct loopback_answer *script, size_t count)
{
	google_start(g, script, count);
	atomic_store(&now_ms, 0);
	gcpsecret_client_set_steady_clock(g->client, on_steady_clock, NULL);
}

/* The first token, by the client of `g` itself. */
static void
get_first(struct google *g)
{
	struct worker w = { .client = g->client };

	get_token(&w);
	assert_int_equal(w.status, GCPSECRET_OK);
	assert_string_equal(w.token, TOKEN);
}

static void
at_the_end_of_a_token_one_thread_asks_for_all(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN),
		SLOW_REPLY(SECOND) };
	static struct worker                workers[THREADS];
	struct google                       g;

	(void)state;
	begin(&g, script, COUNT(script));
	google_use_user(&g);
	get_first(&g);
	atomic_store(&now_ms, 3600000);
	run_all(workers, &g);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(workers[i].status, GCPSECRET_OK);
		assert_string_equal(workers[i].token, SECOND);
	}
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
one_thread_searches_for_all(void **state)
{
	/* A ping, and the token. */
	static const struct loopback_answer script[] = {
		{ .status = 200, .headers = FLAVOR, .delay_ms = 200 },
		SLOW_REPLY(TOKEN),
	};
	static struct worker workers[THREADS];
	struct google        g;
	char                 host[32];

	(void)state;
	begin(&g, script, COUNT(script));
	google_set("NO_GCE_CHECK", NULL);
	snprintf(host, sizeof(host), "127.0.0.1:%d", loopback_port(g.peer));
	google_set("GCE_METADATA_IP", host);
	run_all(workers, &g);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(workers[i].status, GCPSECRET_OK);
		assert_string_equal(workers[i].token, TOKEN);
	}
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
a_refusal_is_told_to_every_thread(void **state)
{
	static const struct loopback_answer no[] = {
		{ .status = 400,
		    .delay_ms = 100,
		    .body = "{\"error\":\"invalid_grant\"}" },
	};
	static struct worker workers[THREADS];
	struct google        g;

	(void)state;
	begin(&g, no, 1);
	google_use_user(&g);
	run_all(workers, &g);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(workers[i].status, GCPSECRET_ERR_REFUSED);
		assert_int_equal(workers[i].err.status, GCPSECRET_ERR_REFUSED);
		assert_int_equal(workers[i].err.http_status, 400);
		assert_holds(workers[i].err.message, "gcloud auth");
	}
	google_end(&g);
}

/* Another thread is on its way to the second token. */
static void
start_asking(struct google *g, struct worker *other)
{
	make_worker(other, g);
	start(other);
	while (loopback_count(g->peer) < 2)
		sched_yield();
}

static void
who_has_a_usable_token_does_not_wait(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN),
		SLOW_REPLY(SECOND) };
	struct worker                       other, w;
	struct google                       g;

	(void)state;
	begin(&g, script, COUNT(script));
	google_use_user(&g);
	get_first(&g);
	atomic_store(&now_ms, 3500000);
	start_asking(&g, &other);
	/* It would have the second one if it had waited. */
	w = (struct worker){ .client = g.client };
	get_token(&w);
	assert_string_equal(w.token, TOKEN);
	end(&other);
	assert_string_equal(other.token, SECOND);
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
who_waits_keeps_a_deadline_and_a_cancellation_of_its_own(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN),
		{ .status = 200,
		    .delay_ms = 1000,
		    .body = TOKEN_REPLY(SECOND, "3600") },
	};
	struct worker other, hasty, canceled;
	struct google g;

	(void)state;
	begin(&g, script, COUNT(script));
	google_use_user(&g);
	get_first(&g);
	atomic_store(&now_ms, 3600000);
	start_asking(&g, &other);

	make_worker(&hasty, &g);
	gcpsecret_client_set_timeout_ms(hasty.client, 1);
	get_token(&hasty);
	assert_int_equal(hasty.status, GCPSECRET_ERR_TIMEOUT);
	assert_holds(hasty.err.message, "within the deadline of the call");
	gcpsecret_client_free(hasty.client);

	make_worker(&canceled, &g);
	start(&canceled);
	gcpsecret_client_cancel(canceled.client);
	end(&canceled);
	assert_int_equal(canceled.status, GCPSECRET_ERR_CANCELED);

	end(&other);
	assert_string_equal(other.token, SECOND);
	assert_int_equal(loopback_count(g.peer), 2);
	google_end(&g);
}

static void
who_asked_in_vain_for_want_of_time_leaves_it_to_the_next(void **state)
{
	static const struct loopback_answer script[] = {
		REPLY(TOKEN),
		{ .status = 200,
		    .delay_ms = 500,
		    .body = TOKEN_REPLY("ya29.late", "3600") },
		REPLY(SECOND),
	};
	struct worker other, w;
	struct google g;

	(void)state;
	begin(&g, script, COUNT(script));
	google_use_user(&g);
	get_first(&g);
	atomic_store(&now_ms, 3600000);
	make_worker(&other, &g);
	gcpsecret_client_set_timeout_ms(other.client, 100);
	start(&other);
	while (loopback_count(g.peer) < 2)
		sched_yield();
	w = (struct worker){ .client = g.client };
	get_token(&w);
	end(&other);
	assert_int_equal(other.status, GCPSECRET_ERR_TIMEOUT);
	assert_int_equal(w.status, GCPSECRET_OK);
	assert_string_equal(w.token, SECOND);
	google_end(&g);
}

static void
shared_credentials_outlive_the_client_that_they_came_from(void **state)
{
	static const struct loopback_answer script[] = { REPLY(TOKEN) };
	struct google                       g;
	struct worker                       w;

	(void)state;
	begin(&g, script, COUNT(script));
	google_use_user(&g);
	get_first(&g);
	make_worker(&w, &g);
	gcpsecret_client_free(g.client);
	g.client = NULL;
	get_token(&w);
	assert_string_equal(w.token, TOKEN);
	assert_int_equal(loopback_count(g.peer), 1);
	gcpsecret_client_free(w.client);
	google_end(&g);
}

static void
settings_of_shared_credentials_are_fixed(void **state)
{
	static const struct loopback_answer unused[] = { { .status = 500 } };
	struct google                       g;
	struct worker                       w;
	gcpsecret_client                   *c;

	(void)state;
	begin(&g, unused, 1);
	make_worker(&w, &g);
	c = g.client;
	for (int i = 0; i < 2; i++, c = w.client) {
		const gcpsecret_status statuses[] = {
			gcpsecret_client_set_credentials_file(c, "/x", &g.err),
			gcpsecret_client_set_credentials_json(c, "{}", &g.err),
			gcpsecret_client_set_credential_types(c, 1, &g.err),
			gcpsecret_client_set_universe_domain(
			    c, "example.org", &g.err),
			gcpsecret_client_set_token_url(
			    c, "https://example.org", &g.err),
			gcpsecret_client_set_jwt_bearer(c, true, &g.err),
			gcpsecret_client_set_subject(c, "u@x", &g.err),
			gcpsecret_client_set_loopback(c, true, &g.err),
		};

		for (size_t k = 0; k < COUNT(statuses); k++)
			assert_int_equal(statuses[k], GCPSECRET_ERR_ARGUMENT);
		assert_holds(g.err.message, "shared with another client");
	}
	/* With itself is no sharing. */
	gcpsecret_client_free(w.client);
	assert_int_equal(
	    gcpsecret_client_share_credentials(g.client, g.client, NULL),
	    GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_client_set_subject(g.client, NULL, NULL), GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_client_share_credentials(g.client, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_client_share_credentials(NULL, g.client, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	google_end(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_the_end_of_a_token_one_thread_asks_for_all),
		cmocka_unit_test(one_thread_searches_for_all),
		cmocka_unit_test(a_refusal_is_told_to_every_thread),
		cmocka_unit_test(who_has_a_usable_token_does_not_wait),
		cmocka_unit_test(
		    who_waits_keeps_a_deadline_and_a_cancellation_of_its_own),
		cmocka_unit_test(
		    who_asked_in_vain_for_want_of_time_leaves_it_to_the_next),
		cmocka_unit_test(
		    shared_credentials_outlive_the_client_that_they_came_from),
		cmocka_unit_test(settings_of_shared_credentials_are_fixed),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests_name(
	    "libgcpsecret threads", tests, NULL, NULL);
}
