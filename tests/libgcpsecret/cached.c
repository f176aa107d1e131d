/* SPDX-License-Identifier: MIT */
#include "cached.h"

#include <string.h>

static int64_t
on_steady(void *ctx)
{
	struct cached *c = ctx;

	atomic_fetch_add(&c->readings, 1);
	return atomic_load(&c->steady_ms);
}

void
cached_start(struct cached *c, const struct loopback_answer *script,
    size_t count, const gcpsecret_cache_options *options)
{
	gcpsecret_cache_options with = { .lifetime_s = LIFETIME_S,
		.stale_s = STALE_S };

	google_start(&c->g, script, count);
	google_use_emulator(&c->g);
	gcpsecret_client_set_retries(c->g.client, 0);
	if (options != NULL)
		with = *options;
	with.steady = on_steady;
	with.steady_ctx = c;
	atomic_init(&c->steady_ms, 5000);
	atomic_init(&c->readings, 0);
	assert_int_equal(
	    gcpsecret_cache_new(&c->cache, &with, NULL), GCPSECRET_OK);
}

void
cached_end(struct cached *c)
{
	gcpsecret_cache_free(c->cache);
	google_end(&c->g);
}

gcpsecret_client *
cached_client(void)
{
	gcpsecret_client *client;

	assert_int_equal(gcpsecret_client_new(&client, NULL), GCPSECRET_OK);
	gcpsecret_client_set_retries(client, 0);
	return client;
}

gcpsecret_status
cached_get(struct cached *c, const char *name)
{
	gcpsecret_status status;

	gcpsecret_payload_free(c->g.secret);
	memset(&c->g.err, 0x5a, sizeof(c->g.err));
	memset(&c->info, 0x5a, sizeof(c->info));
	c->g.secret = (gcpsecret_payload *)c;
	status = gcpsecret_cache_get(
	    c->cache, c->g.client, name, &c->g.secret, &c->info, &c->g.err);
	if (status == GCPSECRET_OK) {
		assert_non_null(c->g.secret);
		/* An error is written if, and only if, there is one. */
		assert_int_equal(c->g.err.message[0], 0x5a);
		if (c->info.error.status == GCPSECRET_OK)
			assert_int_equal(c->info.stale, 0);
		else
			assert_null(strstr(c->info.error.message, PAYLOAD));
		return status;
	}
	assert_null(c->g.secret);
	assert_int_equal(c->g.err.status, status);
	assert_true(strlen(c->g.err.message) > 0);
	assert_null(strstr(c->g.err.message, PAYLOAD));
	return status;
}

void
assert_cached(struct cached *c, const char *value, size_t requests)
{
	if (cached_get(c, NAME) != GCPSECRET_OK)
		fail_msg("%s", c->g.err.message);
	assert_string_equal(c->g.secret->data, value);
	assert_int_equal(loopback_count(c->g.peer), requests);
}

void
assert_uncached(struct cached *c, gcpsecret_status status, size_t requests)
{
	assert_int_equal(cached_get(c, NAME), status);
	assert_int_equal(loopback_count(c->g.peer), requests);
}
