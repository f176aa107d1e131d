/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "internal.h"

#define CONNECT_TIMEOUT_MS 3000
#define CALL_TIMEOUT_MS 5000
#define TIMEOUT_MAX_MS INT64_C(3600000)
#define OFFSET_MAX_S INT64_C(3153600000) /* a hundred years */

struct ts_place
ts_place_of(const tokenstore *store, const char *subject)
{
	return (struct ts_place){ store->provider, store->client_id, subject };
}

uint32_t
ts_hash(const char *subject)
{
	uint32_t h = 2166136261;

	for (; *subject != '\0'; subject++)
		h = (h ^ (unsigned char)*subject) * 16777619;
	return h;
}

/* Of the kernel: a generator of the process's own would say the same twice where
 * a machine is copied while it runs. */
bool
ts_random_bytes(void *bytes, size_t len)
{
	return getrandom(bytes, len, 0) == (ssize_t)len;
}

int64_t
ts_random(void)
{
	uint64_t n;

	if (!ts_random_bytes(&n, sizeof(n)))
		return 0;
	n &= INT64_MAX;
	return n != 0 ? (int64_t)n : 1;
}

static tokenstore_status
check_timeout(const char *name, int64_t ms, tokenstore_error *err)
{
	if (ms >= 0 && ms <= TIMEOUT_MAX_MS)
		return TOKENSTORE_OK;
	return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
	    "%s: must be from 0 (the default) to %" PRId64, name,
	    TIMEOUT_MAX_MS);
}

static tokenstore_status
check_options(const tokenstore_options *o, tokenstore_error *err)
{
	const struct {
		const char *name, *text;
	} required[] = { { "provider", o->provider },
		{ "client_id", o->client_id }, { "actor", o->actor } };
	tokenstore_status status;
	char              message[200];

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		status = ts_check_text(
		    required[i].name, required[i].text, TS_TEXT_MAX, err);
		if (status != TOKENSTORE_OK)
			return status;
	}
	status =
	    check_timeout("connect_timeout_ms", o->connect_timeout_ms, err);
	if (status == TOKENSTORE_OK)
		status =
		    check_timeout("call_timeout_ms", o->call_timeout_ms, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (o->clock_offset_s < -OFFSET_MAX_S ||
	    o->clock_offset_s > OFFSET_MAX_S)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "clock_offset_s: is out of range");
	if (o->password != NULL && o->password_fn != NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "password and password_fn: give one of them");
	if (!pg_check_conninfo(o->conninfo != NULL ? o->conninfo : "", message,
		sizeof(message)))
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "conninfo: %s", message);
	return TOKENSTORE_OK;
}

/* pg_password_fn; `ctx` is the store. */
static bool
ask_password(void *ctx, char *password, size_t password_size, char *message,
    size_t message_size)
{
	const tokenstore *store = ctx;

	return store->password_fn(store->password_ctx, password, password_size,
		   message, message_size) == 0;
}

/* Copies what the options say; false when memory is short. */
static bool
set_up(tokenstore *store, const tokenstore_options *o)
{
	int64_t connect_ms = o->connect_timeout_ms, start = ts_random();

	store->call_timeout_ms = o->call_timeout_ms;
	if (connect_ms == 0)
		connect_ms = CONNECT_TIMEOUT_MS;
	if (store->call_timeout_ms == 0)
		store->call_timeout_ms = CALL_TIMEOUT_MS;
	store->clock_offset_s = o->clock_offset_s;
	for (size_t i = 0; i < 2; i++)
		store->scans[i].slot = (int)(start % TS_SLOTS);
	store->width = TS_WIDTH;
	store->provider = strdup(o->provider);
	store->client_id = strdup(o->client_id);
	store->actor = strdup(o->actor);
	store->pg = pg_new(o->conninfo != NULL ? o->conninfo : "", o->password,
	    o->actor, connect_ms, store->call_timeout_ms);
	store->password_fn = o->password_fn;
	store->password_ctx = o->password_ctx;
	if (store->pg != NULL && o->password_fn != NULL)
		pg_set_password_fn(store->pg, ask_password, store);
	return start != 0 && store->provider != NULL &&
	       store->client_id != NULL && store->actor != NULL &&
	       store->pg != NULL;
}

tokenstore_status
tokenstore_open(
    const tokenstore_options *options, tokenstore **out, tokenstore_error *err)
{
	tokenstore_status status;
	tokenstore       *store;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	*out = NULL;
	if (options == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "options: is required");
	if ((status = check_options(options, err)) != TOKENSTORE_OK)
		return status;
	if ((store = calloc(1, sizeof(*store))) == NULL)
		return ts_no_memory(err);
	status = ts_keyring_parse(&store->ring, options->keys, err);
	if (status == TOKENSTORE_OK && !set_up(store, options))
		status = ts_no_memory(err);
	if (status != TOKENSTORE_OK) {
		tokenstore_close(store);
		return status;
	}
	*out = store;
	return TOKENSTORE_OK;
}

void
tokenstore_close(tokenstore *store)
{
	if (store == NULL)
		return;
	pg_free(store->pg);
	ts_keyring_free(&store->ring);
	free(store->provider);
	free(store->client_id);
	free(store->actor);
	free(store);
}

tokenstore_status
ts_begin_call(tokenstore *store, const char *subject, tokenstore_error *err)
{
	tokenstore_status status;

	if (store == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "store: is required");
	status = ts_check_text("subject", subject, TS_TEXT_MAX, err);
	return status == TOKENSTORE_OK ? ts_know_app(store, err) : status;
}

static tokenstore_status
newer(int64_t version, tokenstore_error *err)
{
	return ts_fail(err, TOKENSTORE_ERR_NEWER,
	    "the store's tables are of version %" PRId64
	    ", this program knows %d: update the program",
	    version, TS_SCHEMA_VERSION);
}

tokenstore_status
tokenstore_migrate(tokenstore *store, tokenstore_error *err)
{
	tokenstore_status status;
	struct pg_error   error;
	int64_t           version;

	if (store == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "store: is required");
	if (pg_schema_version(store->pg, TS_SCHEMA, &version, &error) != PG_OK)
		return ts_fail_pg(err, &error);
	if (version > TS_SCHEMA_VERSION)
		return newer(version, err);
	if ((status = ts_check_ground(store, err)) != TOKENSTORE_OK)
		return status;
	if (pg_migrate(store->pg, TS_SCHEMA, ts_migrations, TS_SCHEMA_VERSION,
		&error) != PG_OK)
		return ts_fail_pg(err, &error);
	return TOKENSTORE_OK;
}

tokenstore_status
ts_check_version(tokenstore *store, tokenstore_error *err)
{
	struct pg_error error;
	int64_t         version;

	if (pg_schema_version(store->pg, TS_SCHEMA, &version, &error) != PG_OK)
		return ts_fail_pg(err, &error);
	if (version > TS_SCHEMA_VERSION)
		return newer(version, err);
	if (version < TS_SCHEMA_VERSION)
		return ts_fail(err, TOKENSTORE_ERR_SCHEMA,
		    "the store's tables are %s: run tokenstore_migrate()",
		    version == 0 ? "not there" : "older than this program");
	return TOKENSTORE_OK;
}

tokenstore_status
tokenstore_now(tokenstore *store, int64_t *out, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	ts_add_int(&params, store->clock_offset_s);
	status = ts_run_again(
	    store, "SELECT " TS_EPOCH(TS_NOW), &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*out = pg_result_int(result, 0, 0);
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* clang-format off */
static const char count_accounts[] =
    "SELECT count(*) FILTER (WHERE state = 0),"
    " count(*) FILTER (WHERE state = 1),"
    " count(*) FILTER (WHERE state = 2),"
    " count(*) FILTER (WHERE state = 0 AND due_at <= " TS_NOW "),"
    " count(*) FILTER (WHERE lease_until > " TS_NOW "),"
    " count(*) FILTER (WHERE state = 0 AND in_doubt_since > 'epoch'),"
    " coalesce(" TS_EPOCH("min(due_at) FILTER (WHERE state = 0"
    "  AND due_at <= " TS_NOW ")") ", 0)"
    " FROM tokenstore.account WHERE app_id = $2::int4";
/* clang-format on */

tokenstore_status
tokenstore_stats_get(
    tokenstore *store, tokenstore_stats *out, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	if ((status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	ts_add_int(&params, store->clock_offset_s);
	ts_add_int(&params, store->app_id);
	status = ts_run_again(store, count_accounts, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*out = (tokenstore_stats){
		.active = pg_result_int(result, 0, 0),
		.needs_consent = pg_result_int(result, 0, 1),
		.revoked = pg_result_int(result, 0, 2),
		.due = pg_result_int(result, 0, 3),
		.leased = pg_result_int(result, 0, 4),
		.in_doubt = pg_result_int(result, 0, 5),
		.oldest_due_at = pg_result_int(result, 0, 6),
	};
	pg_result_free(result);
	return TOKENSTORE_OK;
}
