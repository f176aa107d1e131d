/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cached.h"

#define MONTH_S ((int64_t)30 * 86400)
#define REFUSAL(status) "{\"error\":{\"status\":\"" status "\"}}"

static const struct loopback_answer good[] = { { .status = 200,
    .body = GOOD } };

/* A value, then another one. */
static const struct loopback_answer rotated[] = {
	{ .status = 200, .body = GOOD },
	{ .status = 200, .body = ROTATED_BODY },
};

/* A value, then nothing but failures. */
static const struct loopback_answer failing[] = {
	{ .status = 200, .body = GOOD },
	{ .status = 503 },
};

static void
a_secret_is_fetched_once_and_handed_out_from_memory(void **state)
{
	struct cached c;
	const char   *data;

	(void)state;
	cached_start(&c, good, 1, NULL);
	assert_cached(&c, PAYLOAD, 1);
	assert_int_equal(c.g.secret->len, 7);
	assert_string_equal(c.g.secret->version, VERSION);
	data = c.g.secret->data;
	c.steady_ms += 7999;
	assert_cached(&c, PAYLOAD, 1);
	assert_ptr_equal(c.g.secret->data, data);
	assert_int_equal(c.info.age_s, 7);
	assert_int_equal(c.info.stale, 0);
	assert_int_equal(c.info.error.status, GCPSECRET_OK);
	assert_int_equal(gcpsecret_cache_get(c.cache, c.g.client, NAME,
			     &c.g.secret, NULL, NULL),
	    GCPSECRET_OK);
	gcpsecret_payload_free(c.g.secret);
	cached_end(&c);
}

static void
a_rotated_secret_is_seen_in_the_last_fifth_of_the_lifetime(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, rotated, COUNT(rotated), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 79999;
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 1;
	assert_cached(&c, ROTATED, 2);
	assert_int_equal(c.info.age_s, 0);
	cached_end(&c);
}

static void
a_value_whose_lifetime_is_over_is_fetched_anew(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, rotated, COUNT(rotated), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += (int64_t)100 * 86400 * 1000;
	assert_cached(&c, ROTATED, 2);
	cached_end(&c);
}

static void
without_options_a_value_lives_five_minutes_and_a_day(void **state)
{
	static const gcpsecret_cache_options none;
	struct cached                        c;

	(void)state;
	cached_start(&c, failing, COUNT(failing), &none);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 239999;
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 60000;
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.stale, 0);
	c.steady_ms += 1;
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.stale, 1);
	c.steady_ms += 86399999;
	assert_cached(&c, PAYLOAD, 3);
	c.steady_ms += 1;
	assert_uncached(&c, GCPSECRET_ERR_SERVER, 3);
	cached_end(&c);
}

static void
a_failing_service_is_borne_and_told_of(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, failing, COUNT(failing), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 85000;
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.stale, 0);
	assert_int_equal(c.info.age_s, 85);
	assert_int_equal(c.info.error.status, GCPSECRET_ERR_SERVER);
	assert_int_equal(c.info.error.http_status, 503);
	c.steady_ms += 15000;
	assert_cached(&c, PAYLOAD, 3);
	assert_int_equal(c.info.stale, 1);
	assert_int_equal(c.info.age_s, 100);
	assert_int_equal(c.info.error.status, GCPSECRET_ERR_SERVER);
	/* The last moment. */
	c.steady_ms += STALE_S * 1000 - 1;
	assert_cached(&c, PAYLOAD, 4);
	c.steady_ms += 1;
	assert_uncached(&c, GCPSECRET_ERR_SERVER, 4);
	/* Gone for good. */
	c.steady_ms -= 2;
	assert_uncached(&c, GCPSECRET_ERR_SERVER, 4);
	cached_end(&c);
}

/* What a request may bring that says nothing of the secret. */
static const struct {
	struct loopback_answer answer;
	gcpsecret_status       status;
} failures[] = {
	{ { .silent = true }, GCPSECRET_ERR_NETWORK },
	{ { .status = 500 }, GCPSECRET_ERR_SERVER },
	{ { .status = 503 }, GCPSECRET_ERR_SERVER },
	{ { .status = 429 }, GCPSECRET_ERR_RATE_LIMIT },
	{ { .status = 302 }, GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = "<html>" }, GCPSECRET_ERR_FORMAT },
	{ { .status = 200, .body = SECRET("\"" BASE64 "\"", "1") },
	    GCPSECRET_ERR_CHECKSUM },
};

static void
whatever_fails_is_borne(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(failures); i++) {
		const struct loopback_answer script[] = { good[0],
			failures[i].answer };
		struct cached                c;

		cached_start(&c, script, COUNT(script), NULL);
		assert_int_equal(cached_get(&c, NAME), GCPSECRET_OK);
		c.steady_ms += 100000;
		assert_int_equal(cached_get(&c, NAME), GCPSECRET_OK);
		assert_string_equal(c.g.secret->data, PAYLOAD);
		assert_int_equal(c.info.stale, 1);
		assert_int_equal(c.info.error.status, failures[i].status);
		cached_end(&c);
	}
}

/* What Google may refuse for good. */
static const struct {
	struct loopback_answer answer;
	gcpsecret_status       status;
} refusals[] = {
	{ { .status = 404 }, GCPSECRET_ERR_NOT_FOUND },
	{ { .status = 403 }, GCPSECRET_ERR_FORBIDDEN },
	{ { .status = 401 }, GCPSECRET_ERR_REFUSED },
	{ { .status = 400, .body = REFUSAL("FAILED_PRECONDITION") },
	    GCPSECRET_ERR_STATE },
	{ { .status = 403,
	      .body = "{\"error\":{\"status\":\"PERMISSION_DENIED\","
		      "\"details\":[{\"@type\":\"type.googleapis.com/"
		      "google.rpc.ErrorInfo\",\"reason\":\"SERVICE_DISABLED\""
		      "}]}}" },
	    GCPSECRET_ERR_DISABLED },
	{ { .status = 400 }, GCPSECRET_ERR_REQUEST },
};

static void
what_google_refuses_ends_with_its_lifetime(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct loopback_answer script[] = { good[0],
			refusals[i].answer, { .status = 503 } };
		struct cached                c;

		cached_start(&c, script, COUNT(script), NULL);
		assert_cached(&c, PAYLOAD, 1);
		c.steady_ms += 99999;
		assert_cached(&c, PAYLOAD, 2);
		assert_int_equal(c.info.stale, 0);
		assert_int_equal(c.info.error.status, refusals[i].status);
		c.steady_ms += 1;
		assert_uncached(&c, refusals[i].status, 2);
		/* That nobody answers now does not bring it back. */
		c.steady_ms += 999;
		assert_uncached(&c, GCPSECRET_ERR_SERVER, 3);
		cached_end(&c);
	}
}

static void
a_refusal_is_not_forgotten_over_a_later_failure(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 400, .body = REFUSAL("FAILED_PRECONDITION") },
		{ .status = 503 },
		{ .status = 200, .body = ROTATED_BODY },
		{ .status = 503 },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 90000;
	assert_cached(&c, PAYLOAD, 2);
	c.steady_ms += 1000;
	assert_cached(&c, PAYLOAD, 3);
	assert_int_equal(c.info.error.status, GCPSECRET_ERR_SERVER);
	c.steady_ms += 9000;
	assert_cached(&c, ROTATED, 4);
	/* A new value is borne again. */
	c.steady_ms += 100000;
	assert_cached(&c, ROTATED, 5);
	assert_int_equal(c.info.stale, 1);
	cached_end(&c);
}

static void
a_refusal_followed_by_a_failure_ends_the_value_too(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 403 },
		{ .status = 503 },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 90000;
	assert_cached(&c, PAYLOAD, 2);
	c.steady_ms += 10000;
	assert_uncached(&c, GCPSECRET_ERR_SERVER, 3);
	cached_end(&c);
}

static void
a_value_is_never_stale_if_that_is_wished(void **state)
{
	static const gcpsecret_cache_options never = { .lifetime_s = LIFETIME_S,
		.stale_s = -1 };
	struct cached                        c;

	(void)state;
	cached_start(&c, failing, COUNT(failing), &never);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 99999;
	assert_cached(&c, PAYLOAD, 2);
	c.steady_ms += 1;
	assert_uncached(&c, GCPSECRET_ERR_SERVER, 2);
	cached_end(&c);
}

static void
pauses_between_failures_grow_from_1_to_30_s(void **state)
{
	static const int pauses_s[] = { 1, 2, 4, 8, 16, 30, 30 };
	struct cached    c;
	size_t           requests = 2;

	(void)state;
	cached_start(&c, failing, COUNT(failing), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 100000;
	assert_cached(&c, PAYLOAD, requests);
	for (size_t i = 0; i < COUNT(pauses_s); i++) {
		c.steady_ms += pauses_s[i] * 1000 - 1;
		assert_cached(&c, PAYLOAD, requests);
		assert_int_equal(c.info.error.retry_after_s, 1);
		assert_int_equal(c.info.error.attempts, 0);
		c.steady_ms += 1;
		assert_cached(&c, PAYLOAD, ++requests);
	}
	cached_end(&c);
}

static void
a_pause_that_google_asks_for_is_made(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 429, .headers = "Retry-After: 40\r\n" },
		{ .status = 429, .headers = "Retry-After: 1\r\n" },
		{ .status = 200, .body = GOOD },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_uncached(&c, GCPSECRET_ERR_RATE_LIMIT, 1);
	assert_int_equal(c.g.err.retry_after_s, 40);
	c.steady_ms += 39999;
	assert_uncached(&c, GCPSECRET_ERR_RATE_LIMIT, 1);
	c.steady_ms += 1;
	/* The second pause is longer than what is asked for. */
	assert_uncached(&c, GCPSECRET_ERR_RATE_LIMIT, 2);
	c.steady_ms += 1999;
	assert_uncached(&c, GCPSECRET_ERR_RATE_LIMIT, 2);
	c.steady_ms += 1;
	assert_cached(&c, PAYLOAD, 3);
	cached_end(&c);
}

static void
a_failure_without_a_value_is_remembered_for_its_pause(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 404 },
		{ .status = 200, .body = GOOD },
		{ .status = 503 },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_uncached(&c, GCPSECRET_ERR_NOT_FOUND, 1);
	c.steady_ms += 999;
	assert_uncached(&c, GCPSECRET_ERR_NOT_FOUND, 1);
	assert_int_equal(c.g.err.attempts, 0);
	assert_int_equal(c.g.err.retry_after_s, 1);
	assert_int_equal(c.g.err.http_status, 404);
	c.steady_ms += 1;
	assert_cached(&c, PAYLOAD, 2);
	/* It was not refused for good. */
	c.steady_ms += 100000;
	assert_cached(&c, PAYLOAD, 3);
	assert_int_equal(c.info.stale, 1);
	cached_end(&c);
}

static void
a_deadline_without_a_value_is_the_callers_own(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD, .delay_ms = 500 },
		{ .status = 200, .body = GOOD },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	gcpsecret_client_set_timeout_ms(c.g.client, 100);
	assert_uncached(&c, GCPSECRET_ERR_TIMEOUT, 1);
	gcpsecret_client_set_timeout_ms(c.g.client, 0);
	assert_cached(&c, PAYLOAD, 2);
	cached_end(&c);
}

static void
a_renewal_that_nobody_needs_yet_takes_3_seconds_at_most(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = ROTATED_BODY, .delay_ms = 8000 },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 80000;
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(c.info.error.status, GCPSECRET_ERR_TIMEOUT);
	cached_end(&c);
}

static int64_t
on_leap(void *ctx)
{
	return *(int64_t *)ctx += 1000000;
}

static void
a_value_that_is_old_when_it_comes_is_handed_out(void **state)
{
	int64_t                 now = 0;
	gcpsecret_cache_options options = {
		.lifetime_s = 1, .steady = on_leap, .steady_ctx = &now
	};
	struct cached c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	gcpsecret_cache_free(c.cache);
	assert_int_equal(
	    gcpsecret_cache_new(&c.cache, &options, NULL), GCPSECRET_OK);
	assert_cached(&c, PAYLOAD, 1);
	assert_cached(&c, PAYLOAD, 2);
	assert_int_equal(
	    gcpsecret_cache_renew(c.cache, c.g.client, NULL), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 3);
	cached_end(&c);
}

static void
the_systems_clock_is_the_default(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	gcpsecret_cache_free(c.cache);
	assert_int_equal(
	    gcpsecret_cache_new(&c.cache, NULL, NULL), GCPSECRET_OK);
	assert_cached(&c, PAYLOAD, 1);
	assert_cached(&c, PAYLOAD, 1);
	assert_in_range(c.info.age_s, 0, 200);
	cached_end(&c);
}

static void
null_arguments_are_refused_not_followed(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, good, 1, NULL);
	assert_int_equal(
	    gcpsecret_cache_new(NULL, NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(cached_get(&c, NULL), GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_cache_get(c.cache, NULL, NAME, &c.g.secret, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_cache_get(
			     NULL, c.g.client, NAME, &c.g.secret, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_null(c.g.secret);
	assert_int_equal(
	    gcpsecret_cache_get(c.cache, c.g.client, NAME, NULL, NULL, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(gcpsecret_cache_renew(NULL, c.g.client, NULL),
	    GCPSECRET_ERR_ARGUMENT);
	assert_int_equal(
	    gcpsecret_cache_renew(c.cache, NULL, NULL), GCPSECRET_ERR_ARGUMENT);
	gcpsecret_cache_forget(NULL, NAME);
	gcpsecret_cache_forget(c.cache, NULL);
	gcpsecret_cache_free(NULL);
	assert_int_equal(loopback_count(c.g.peer), 0);
	cached_end(&c);
}

static void
options_out_of_bounds_are_refused(void **state)
{
	static const struct {
		gcpsecret_cache_options options;
		bool                    good;
	} all[] = {
		{ { .lifetime_s = -1 }, false },
		{ { .lifetime_s = INT64_MIN }, false },
		{ { .lifetime_s = MONTH_S }, true },
		{ { .lifetime_s = MONTH_S + 1 }, false },
		{ { .lifetime_s = INT64_MAX }, false },
		{ { .stale_s = -1 }, true },
		{ { .stale_s = -2 }, false },
		{ { .stale_s = MONTH_S }, true },
		{ { .stale_s = MONTH_S + 1 }, false },
		{ { .stale_s = INT64_MAX }, false },
		{ { .secrets_max = 1 }, true },
		{ { .secrets_max = 65536 }, true },
		{ { .secrets_max = 65537 }, false },
		{ { .secrets_max = SIZE_MAX }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		gcpsecret_cache *cache = (gcpsecret_cache *)&cache;
		gcpsecret_error  err;
		gcpsecret_status status =
		    gcpsecret_cache_new(&cache, &all[i].options, &err);

		if (all[i].good) {
			assert_int_equal(status, GCPSECRET_OK);
			gcpsecret_cache_free(cache);
			continue;
		}
		assert_int_equal(status, GCPSECRET_ERR_ARGUMENT);
		assert_null(cache);
		assert_holds(err.message, "must be");
	}
}

static void
a_payload_outlives_renewal_and_cache(void **state)
{
	struct cached      c;
	gcpsecret_payload *held;

	(void)state;
	cached_start(&c, rotated, COUNT(rotated), NULL);
	assert_cached(&c, PAYLOAD, 1);
	held = c.g.secret;
	c.g.secret = NULL;
	c.steady_ms += 100000;
	assert_cached(&c, ROTATED, 2);
	assert_string_equal(held->data, PAYLOAD);
	gcpsecret_cache_free(c.cache);
	c.cache = NULL;
	assert_string_equal(held->data, PAYLOAD);
	assert_string_equal(held->version, VERSION);
	assert_string_equal(c.g.secret->data, ROTATED);
	gcpsecret_payload_free(held);
	cached_end(&c);
}

static gcpsecret_status
renew(struct cached *c)
{
	memset(&c->g.err, 0x5a, sizeof(c->g.err));
	return gcpsecret_cache_renew(c->cache, c->g.client, &c->g.err);
}

static void
what_is_renewed_in_time_is_never_waited_for(void **state)
{
	struct cached c;

	(void)state;
	cached_start(&c, rotated, COUNT(rotated), NULL);
	assert_int_equal(renew(&c), GCPSECRET_OK);
	assert_cached(&c, PAYLOAD, 1);
	c.steady_ms += 59999;
	assert_int_equal(renew(&c), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 1);
	c.steady_ms += 1;
	assert_int_equal(renew(&c), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 2);
	assert_int_equal(c.g.err.message[0], 0x5a);
	for (size_t i = 0; i < 20; i++) {
		c.steady_ms += 20000;
		assert_int_equal(renew(&c), GCPSECRET_OK);
		assert_cached(&c, ROTATED, 2 + (i + 1) / 3);
	}
	cached_end(&c);
}

static void
renewing_tries_all_and_tells_of_the_first_failure(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = BODY_OF("a") },
		{ .status = 200, .body = BODY_OF("b") },
		{ .status = 200, .body = BODY_OF("c") },
		{ .status = 404 }, /* of c, the newest */
		{ .status = 503 }, /* of b */
		{ .status = 200, .body = BODY_OF("a") },
		{ .status = 200, .body = BODY_OF("b") },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_int_equal(cached_get(&c, NAME_OF("a")), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("b")), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("c")), GCPSECRET_OK);
	c.steady_ms += 100000;
	assert_int_equal(renew(&c), GCPSECRET_ERR_NOT_FOUND);
	assert_int_equal(c.g.err.http_status, 404);
	assert_int_equal(loopback_count(c.g.peer), 6);
	/* What failed has a pause. */
	assert_int_equal(renew(&c), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("c")), GCPSECRET_ERR_NOT_FOUND);
	assert_int_equal(loopback_count(c.g.peer), 6);
	/* After it, c has no value that could be renewed. */
	c.steady_ms += 1000;
	assert_int_equal(renew(&c), GCPSECRET_OK);
	assert_int_equal(loopback_count(c.g.peer), 7);
	cached_end(&c);
}

static void
renewing_ends_with_its_deadline(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = BODY_OF("a") },
		{ .status = 200, .body = BODY_OF("b") },
		{ .status = 200, .body = BODY_OF("b"), .delay_ms = 500 },
	};
	struct cached c;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_int_equal(cached_get(&c, NAME_OF("a")), GCPSECRET_OK);
	assert_int_equal(cached_get(&c, NAME_OF("b")), GCPSECRET_OK);
	c.steady_ms += 60000;
	gcpsecret_client_set_timeout_ms(c.g.client, 100);
	assert_int_equal(renew(&c), GCPSECRET_ERR_TIMEOUT);
	assert_int_equal(loopback_count(c.g.peer), 3);
	/* a was not tried, so it has no pause. */
	gcpsecret_cache_forget(c.cache, NAME_OF("b"));
	gcpsecret_client_set_timeout_ms(c.g.client, 0);
	assert_int_equal(renew(&c), GCPSECRET_ERR_FORMAT);
	assert_int_equal(loopback_count(c.g.peer), 4);
	cached_end(&c);
}

static void
a_canceled_client_gets_nothing_and_changes_nothing(void **state)
{
	struct cached     c;
	gcpsecret_client *other;

	(void)state;
	cached_start(&c, rotated, COUNT(rotated), NULL);
	assert_cached(&c, PAYLOAD, 1);
	gcpsecret_client_cancel(c.g.client);
	assert_uncached(&c, GCPSECRET_ERR_CANCELED, 1);
	c.steady_ms += 100000;
	assert_uncached(&c, GCPSECRET_ERR_CANCELED, 1);
	assert_int_equal(renew(&c), GCPSECRET_ERR_CANCELED);
	other = c.g.client;
	c.g.client = cached_client();
	assert_cached(&c, ROTATED, 2);
	gcpsecret_client_free(other);
	cached_end(&c);
}

static void
a_client_of_another_identity_is_refused(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = GOOD },
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct cached     c;
	gcpsecret_client *emulated;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	assert_cached(&c, PAYLOAD, 1);
	emulated = c.g.client;
	c.g.client = cached_client();
	google_use_user(&c.g);
	assert_uncached(&c, GCPSECRET_ERR_ARGUMENT, 1);
	assert_holds(c.g.err.message, "emulator at 127.0.0.1");
	assert_holds(c.g.err.message, "a cache of its own");
	assert_int_equal(renew(&c), GCPSECRET_ERR_ARGUMENT);
	/* With a cache of its own, or outside, it is welcome. */
	assert_int_equal(google_access(&c.g, NAME), GCPSECRET_OK);
	gcpsecret_client_free(c.g.client);
	c.g.client = emulated;
	assert_cached(&c, PAYLOAD, 3);
	cached_end(&c);
}

#define DOCUMENT_OF(token)                                                   \
	"{\"type\":\"authorized_user\",\"client_id\":\"id\","                \
	"\"client_secret\":\"" CLIENT_SECRET "\",\"refresh_token\":\"" token \
	"\"}"

/* Another client, with that document. */
static gcpsecret_client *
client_of(struct cached *c, const char *json)
{
	gcpsecret_client *client = cached_client();
	char              url[64];

	snprintf(url, sizeof(url), "%s/token", loopback_url(c->g.peer));
	assert_int_equal(gcpsecret_client_set_endpoint(
			     client, loopback_url(c->g.peer), NULL),
	    GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_client_set_token_url(client, url, NULL), GCPSECRET_OK);
	assert_int_equal(
	    gcpsecret_client_set_credentials_json(client, json, NULL),
	    GCPSECRET_OK);
	return client;
}

static void
credentials_are_compared_by_what_they_hold(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	static const struct {
		const char      *json;
		gcpsecret_status status;
	} others[] = {
		{ DOCUMENT_OF(REFRESH_TOKEN), GCPSECRET_OK },
		{ DOCUMENT_OF("1//of-another-user"), GCPSECRET_ERR_ARGUMENT },
	};
	struct cached     c;
	gcpsecret_client *first;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	first = c.g.client;
	c.g.client = client_of(&c, DOCUMENT_OF(REFRESH_TOKEN));
	gcpsecret_client_free(first);
	assert_cached(&c, PAYLOAD, 2);
	for (size_t i = 0; i < COUNT(others); i++) {
		gcpsecret_client_free(c.g.client);
		c.g.client = client_of(&c, others[i].json);
		assert_int_equal(cached_get(&c, NAME), others[i].status);
	}
	assert_int_equal(loopback_count(c.g.peer), 2);
	cached_end(&c);
}

static void
clients_that_share_credentials_share_a_cache(void **state)
{
	struct cached     c;
	gcpsecret_client *first;

	(void)state;
	cached_start(&c, good, 1, NULL);
	assert_cached(&c, PAYLOAD, 1);
	first = c.g.client;
	c.g.client = cached_client();
	assert_int_equal(
	    gcpsecret_client_share_credentials(c.g.client, first, NULL),
	    GCPSECRET_OK);
	gcpsecret_client_free(first);
	assert_cached(&c, PAYLOAD, 1);
	cached_end(&c);
}

static void
a_client_of_another_endpoint_is_refused(void **state)
{
	static const struct loopback_answer script[] = {
		{ .status = 200, .body = TOKEN_REPLY(TOKEN, "3599") },
		{ .status = 200, .body = GOOD },
	};
	struct cached     c;
	gcpsecret_client *first;

	(void)state;
	cached_start(&c, script, COUNT(script), NULL);
	google_use_user(&c.g);
	assert_cached(&c, PAYLOAD, 2);
	first = c.g.client;
	c.g.client = cached_client();
	assert_int_equal(gcpsecret_client_set_endpoint(
			     c.g.client, "https://secrets.example", NULL),
	    GCPSECRET_OK);
	assert_uncached(&c, GCPSECRET_ERR_ARGUMENT, 2);
	gcpsecret_client_free(c.g.client);
	c.g.client = first;
	assert_cached(&c, PAYLOAD, 2);
	cached_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_secret_is_fetched_once_and_handed_out_from_memory),
		cmocka_unit_test(
		    a_rotated_secret_is_seen_in_the_last_fifth_of_the_lifetime),
		cmocka_unit_test(
		    a_value_whose_lifetime_is_over_is_fetched_anew),
		cmocka_unit_test(
		    without_options_a_value_lives_five_minutes_and_a_day),
		cmocka_unit_test(a_failing_service_is_borne_and_told_of),
		cmocka_unit_test(whatever_fails_is_borne),
		cmocka_unit_test(what_google_refuses_ends_with_its_lifetime),
		cmocka_unit_test(
		    a_refusal_is_not_forgotten_over_a_later_failure),
		cmocka_unit_test(
		    a_refusal_followed_by_a_failure_ends_the_value_too),
		cmocka_unit_test(a_value_is_never_stale_if_that_is_wished),
		cmocka_unit_test(pauses_between_failures_grow_from_1_to_30_s),
		cmocka_unit_test(a_pause_that_google_asks_for_is_made),
		cmocka_unit_test(
		    a_failure_without_a_value_is_remembered_for_its_pause),
		cmocka_unit_test(a_deadline_without_a_value_is_the_callers_own),
		cmocka_unit_test(
		    a_renewal_that_nobody_needs_yet_takes_3_seconds_at_most),
		cmocka_unit_test(
		    a_value_that_is_old_when_it_comes_is_handed_out),
		cmocka_unit_test(the_systems_clock_is_the_default),
		cmocka_unit_test(null_arguments_are_refused_not_followed),
		cmocka_unit_test(options_out_of_bounds_are_refused),
		cmocka_unit_test(a_payload_outlives_renewal_and_cache),
		cmocka_unit_test(what_is_renewed_in_time_is_never_waited_for),
		cmocka_unit_test(
		    renewing_tries_all_and_tells_of_the_first_failure),
		cmocka_unit_test(renewing_ends_with_its_deadline),
		cmocka_unit_test(
		    a_canceled_client_gets_nothing_and_changes_nothing),
		cmocka_unit_test(a_client_of_another_identity_is_refused),
		cmocka_unit_test(credentials_are_compared_by_what_they_hold),
		cmocka_unit_test(clients_that_share_credentials_share_a_cache),
		cmocka_unit_test(a_client_of_another_endpoint_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret cache", tests, NULL, NULL);
}
