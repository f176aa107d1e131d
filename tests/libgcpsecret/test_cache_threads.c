/* SPDX-License-Identifier: MIT */

/* Many threads, a client each, and one cache for all; made to be run under the
 * thread sanitizer too.  An answer that is held back keeps a request under way
 * while others come; how long it really takes decides nothing. */

#include <curl/curl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "cached.h"

#define THREADS 20

struct worker {
	struct cached       *c;
	pthread_t            thread;
	gcpsecret_client    *client;
	const char          *name;
	gcpsecret_status     status;
	gcpsecret_payload   *payload;
	gcpsecret_cache_info info;
	gcpsecret_error      err;
	size_t               first; /* of the names that it asks for */
	const char          *fault;
};

static void *
work(void *ctx)
{
	struct worker *w = ctx;

	w->status = gcpsecret_cache_get(
	    w->c->cache, w->client, w->name, &w->payload, &w->info, &w->err);
	return NULL;
}

static void
prepare(struct worker *w, struct cached *c)
{
	memset(w, 0, sizeof(*w));
	w->c = c;
	w->client = cached_client();
}

static void
run(struct worker *w, void *(*what)(void *))
{
	assert_int_equal(pthread_create(&w->thread, NULL, what, w), 0);
}

static void
start(struct worker *w, struct cached *c, const char *name)
{
	prepare(w, c);
	w->name = name;
	run(w, work);
}

/* Waits for what it brought, which is to be ended with end(). */
static gcpsecret_status
join(struct worker *w)
{
	assert_int_equal(pthread_join(w->thread, NULL), 0);
	return w->status;
}

static void
end(struct worker *w)
{
	gcpsecret_payload_free(w->payload);
	gcpsecret_client_free(w->client);
}

static void
wait_for_requests(struct cached *c, size_t count)
{
	while (loopback_count(c->g.peer) < count)
		sched_yield();
}

/* Starts one that is inside when this returns: it has read the clock, and the
 * next thing is that it waits, or asks. */
static void
start_inside(struct worker *w, struct cached *c, const char *name)
{
	size_t before = atomic_load(&c->readings);

	start(w, c, name);
	while (atomic_load(&c->readings) == before)
		sched_yield();
}

static void
twenty_threads_make_one_request(void **state)
{
	static const struct loopback_answer slow = {
		.status = 200, .body = GOOD, .delay_ms = 300
	};
	static struct worker workers[THREADS];
	struct cached        c;

	(void)state;
	cached_start(&c, &slow, 1, NULL);
	for (size_t i = 0; i < THREADS; i++)
		start(&workers[i], &c, NAME);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(join(&workers[i]), GCPSECRET_OK);
		assert_string_equal(workers[i].payload->data, PAYLOAD);
		assert_ptr_equal(workers[i].payload, workers[0].payload);
	}
	for (size_t i = 0; i < THREADS; i++)
		end(&workers[i]);
	assert_int_equal(loopback_count(c.g.peer), 1);
	cached_end(&c);
}

static void
twenty_threads_share_one_refusal(void **state)
{
	static const struct loopback_answer no = { .status = 404,
		.delay_ms = 300 };
	static struct worker                workers[THREADS];
	struct cached                       c;

	(void)state;
	cached_start(&c, &no, 1, NULL);
	for (size_t i = 0; i < THREADS; i++)
		start(&workers[i], &c, NAME);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(join(&workers[i]), GCPSECRET_ERR_NOT_FOUND);
		assert_int_equal(workers[i].err.http_status, 404);
		end(&workers[i]);
	}
	assert_int_equal(loopback_count(c.g.peer), 1);
	cached_end(&c);
}

/* There are more of them than places for a while. */
static void
a_name_in_use_keeps_its_place(void **state)
{
	static const gcpsecret_cache_options one = { .secrets_max = 1 };
	static const struct loopback_answer  script[] = {
		 { .status = 200, .body = GOOD, .delay_ms = 300 },
		 { .status = 200, .body = GOOD },
	};
	static const char *const names[] = { "sm://a/strava", "sm://b/strava" };
	struct worker            a, b, again;
	struct cached            c;

	(void)state;
	cached_start(&c, script, COUNT(script), &one);
	start(&a, &c, names[0]);
	wait_for_requests(&c, 1);
	start_inside(&b, &c, names[1]);
	start_inside(&again, &c, names[0]);
	assert_int_equal(join(&a), GCPSECRET_OK);
	assert_int_equal(join(&b), GCPSECRET_OK);
	assert_int_equal(join(&again), GCPSECRET_OK);
	assert_ptr_equal(again.payload, a.payload);
	assert_int_equal(loopback_count(c.g.peer), 2);
	end(&a);
	end(&b);
	end(&again);
	/* Only one of them is kept, whichever it is. */
	assert_int_equal(cached_get(&c, names[0]), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, names[1]), GCPSECRET_OK);
	assert_in_range(loopback_count(c.g.peer), 3, 4);
	cached_end(&c);
}

static void
while_one_renews_the_others_go_on_with_the_old_value(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = ROTATED_BODY, .delay_ms = 500 },
	};
	struct worker renewer;
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 80000;
	start(&renewer, &c, NAME);
	wait_for_requests(&c, 2);
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.error.status, GCPSECRET_OK);
	assert_int_equal(join(&renewer), GCPSECRET_OK);
	assert_string_equal(renewer.payload->data, ROTATED);
	end(&renewer);
	assert_cached(&c, ROTATED, 2);
	cached_end(&c);
}

static void
while_one_tries_again_the_others_take_the_stale_value(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 503 },
		{ .status = 200, .body = ROTATED_BODY, .delay_ms = 500 },
	};
	struct worker renewer;
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 100000;
	assert_cached(&c, PAYLOAD, 2);
	c.steady_ms += 1000;
	start(&renewer, &c, NAME);
	wait_for_requests(&c, 3);
	assert_cached(&c, PAYLOAD, 3);
	assert_int_equal(c.info.stale, 1);
	assert_int_equal(c.info.error.http_status, 503);
	assert_int_equal(join(&renewer), GCPSECRET_OK);
	end(&renewer);
	assert_cached(&c, ROTATED, 3);
	cached_end(&c);
}

static void
who_waits_keeps_to_a_deadline_of_its_own(void **state)
{
	static const struct loopback_answer slow = {
		.status = 200, .body = GOOD, .delay_ms = 1000
	};
	struct worker first;
	struct cached c;

	(void)state;
	cached_start(&c, &slow, 1, NULL);
	start(&first, &c, NAME);
	wait_for_requests(&c, 1);
	gcpsecret_client_set_timeout_ms(c.g.client, 20);
	assert_uncached(&c, GCPSECRET_ERR_TIMEOUT, 1);
	assert_holds(c.g.err.message, "another thread");
	assert_int_equal(join(&first), GCPSECRET_OK);
	end(&first);
	assert_cached(&c, PAYLOAD, 1);
	cached_end(&c);
}

static void
who_waits_too_long_takes_the_stale_value(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = ROTATED_BODY, .delay_ms = 1000 },
	};
	struct worker first;
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 100000;
	start(&first, &c, NAME);
	wait_for_requests(&c, 2);
	gcpsecret_client_set_timeout_ms(c.g.client, 20);
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.stale, 1);
	assert_int_equal(c.info.error.status, GCPSECRET_ERR_TIMEOUT);
	assert_int_equal(join(&first), GCPSECRET_OK);
	end(&first);
	assert_cached(&c, ROTATED, 2);
	cached_end(&c);
}

static void
who_waits_can_be_canceled(void **state)
{
	static const struct loopback_answer slow = {
		.status = 200, .body = GOOD, .delay_ms = 1000
	};
	struct worker first, second;
	struct cached c;

	(void)state;
	cached_start(&c, &slow, 1, NULL);
	start(&first, &c, NAME);
	wait_for_requests(&c, 1);
	start_inside(&second, &c, NAME);
	gcpsecret_client_cancel(second.client);
	assert_int_equal(join(&second), GCPSECRET_ERR_CANCELED);
	assert_int_equal(join(&first), GCPSECRET_OK);
	end(&first);
	end(&second);
	assert_int_equal(loopback_count(c.g.peer), 1);
	cached_end(&c);
}

static void
when_one_is_canceled_another_asks_instead(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD, .delay_ms = 500 },
		{ .status = 200, .body = ROTATED_BODY },
	};
	struct worker first, others[3];
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	start(&first, &c, NAME);
	wait_for_requests(&c, 1);
	for (size_t i = 0; i < COUNT(others); i++)
		start_inside(&others[i], &c, NAME);
	gcpsecret_client_cancel(first.client);
	assert_int_equal(join(&first), GCPSECRET_ERR_CANCELED);
	end(&first);
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_int_equal(join(&others[i]), GCPSECRET_OK);
		assert_string_equal(others[i].payload->data, ROTATED);
		end(&others[i]);
	}
	assert_int_equal(loopback_count(c.g.peer), 2);
	cached_end(&c);
}

static void
what_is_forgotten_under_way_does_not_come_back(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD, .delay_ms = 500 },
		{ .status = 200, .body = ROTATED_BODY },
	};
	struct worker first;
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	start(&first, &c, NAME);
	wait_for_requests(&c, 1);
	gcpsecret_cache_forget(c.cache, NAME);
	assert_int_equal(join(&first), GCPSECRET_OK);
	assert_string_equal(first.payload->data, PAYLOAD);
	end(&first);
	assert_cached(&c, ROTATED, 2);
	cached_end(&c);
}

static atomic_bool over;

/* One round; NULL when all went well. */
static const char *
rush_once(struct worker *w, size_t i)
{
	static const char *const names[] = { NAME, "sm://my-project/strava#7",
		"sm://other/strava", "sm://third/strava" };
	const char              *name = names[(i + w->first) % COUNT(names)];

	w->status = gcpsecret_cache_get(
	    w->c->cache, w->client, name, &w->payload, &w->info, NULL);
	if (w->status != GCPSECRET_OK)
		return "no value";
	if (strcmp(w->payload->data, PAYLOAD) != 0)
		return "another value";
	gcpsecret_payload_free(w->payload);
	atomic_fetch_add(&w->c->steady_ms, 37);
	if (i % 64 == 0)
		gcpsecret_cache_forget(w->c->cache, name);
	if (i % 16 == 0 &&
	    gcpsecret_cache_renew(w->c->cache, w->client, NULL) != GCPSECRET_OK)
		return "not renewed";
	return NULL;
}

static void *
rush(void *ctx)
{
	struct worker *w = ctx;

	for (size_t i = 0; !atomic_load(&over); i++)
		if ((w->fault = rush_once(w, i)) != NULL)
			atomic_store(&over, true);
	return NULL;
}

static void
threads_do_not_meet(void **state)
{
	static const struct loopback_answer  good = { .status = 200,
		 .body = GOOD };
	static const gcpsecret_cache_options small = { .lifetime_s = 1,
		.secrets_max = 3 };
	static struct worker                 workers[8];
	struct cached                        c;

	(void)state;
	cached_start(&c, &good, 1, &small);
	for (size_t i = 0; i < COUNT(workers); i++) {
		prepare(&workers[i], &c);
		workers[i].first = i;
		run(&workers[i], rush);
	}
	while (loopback_count(c.g.peer) < 500 && !atomic_load(&over))
		sched_yield();
	atomic_store(&over, true);
	for (size_t i = 0; i < COUNT(workers); i++) {
		assert_int_equal(join(&workers[i]), GCPSECRET_OK);
		if (workers[i].fault != NULL)
			fail_msg("thread %zu: %s", i, workers[i].fault);
		gcpsecret_client_free(workers[i].client);
	}
	cached_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_threads_make_one_request),
		cmocka_unit_test(twenty_threads_share_one_refusal),
		cmocka_unit_test(a_name_in_use_keeps_its_place),
		cmocka_unit_test(
		    while_one_renews_the_others_go_on_with_the_old_value),
		cmocka_unit_test(
		    while_one_tries_again_the_others_take_the_stale_value),
		cmocka_unit_test(who_waits_keeps_to_a_deadline_of_its_own),
		cmocka_unit_test(who_waits_too_long_takes_the_stale_value),
		cmocka_unit_test(who_waits_can_be_canceled),
		cmocka_unit_test(when_one_is_canceled_another_asks_instead),
		cmocka_unit_test(
		    what_is_forgotten_under_way_does_not_come_back),
		cmocka_unit_test(threads_do_not_meet),
	};

	curl_global_init(CURL_GLOBAL_DEFAULT);
	return cmocka_run_group_tests_name(
	    "libgcpsecret cache threads", tests, NULL, NULL);
}
