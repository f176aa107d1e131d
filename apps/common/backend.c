/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "iam_login.h"
#include "log.h"

#define CONNECT_TIMEOUT_MS 3000
#define CALL_TIMEOUT_MS 5000

int64_t
backend_clock(const struct settings *settings)
{
	return clock_utc_s(NULL) + settings->clock_offset_s;
}

/* strava_clock_fn; `ctx` is the backend. */
static int64_t
tell_time(void *ctx)
{
	const struct backend *backend = ctx;

	return backend_clock(backend->settings);
}

static void
log_strava(void *ctx, strava_log_level level, const char *message)
{
	(void)ctx, (void)level;
	log_line(LOG_WARNING, message, NULL);
}

static strava_status
make_strava(struct backend *backend, const char *actor, strava_error *err)
{
	const struct settings *settings = backend->settings;
	strava_status          status;
	char                   user_agent[64];

	snprintf(user_agent, sizeof(user_agent), "%s libstrava/%s", actor,
	    STRAVA_VERSION);
	status = strava_client_new(&backend->strava, err);
	if (status == STRAVA_OK)
		status = strava_client_set_oauth_base(
		    backend->strava, settings->strava_oauth_base, err);
	if (status == STRAVA_OK)
		status = strava_client_set_api_base(
		    backend->strava, settings->strava_api_base, err);
	if (status == STRAVA_OK)
		status = strava_client_set_user_agent(
		    backend->strava, user_agent, err);
	if (status != STRAVA_OK)
		return status;
	strava_client_set_clock(backend->strava, tell_time, backend);
	strava_client_set_log(
	    backend->strava, log_strava, NULL, STRAVA_LOG_ERROR);
	backend->app.client_id = settings->strava_client_id;
	backend->app.client_secret = settings->strava_client_secret;
	return STRAVA_OK;
}

/* tokenstore_password_fn; `ctx` is the client of iam_login_new(). */
static int
ask_password(void *ctx, char *password, size_t password_size, char *message,
    size_t message_size)
{
	return iam_login_password(
		   ctx, password, password_size, message, message_size)
		   ? 0
		   : -1;
}

static tokenstore_status
make_store(struct backend *backend, const char *actor, tokenstore_error *err)
{
	const struct settings   *settings = backend->settings;
	const tokenstore_options options = {
		.conninfo = settings->database_url,
		.password = settings->database_password,
		.keys = settings->token_keys,
		.provider = "strava",
		.client_id = settings->strava_client_id,
		.actor = actor,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
		.call_timeout_ms = CALL_TIMEOUT_MS,
		.clock_offset_s = settings->clock_offset_s,
		.password_fn = backend->google != NULL ? ask_password : NULL,
		.password_ctx = backend->google,
	};

	return tokenstore_open(&options, &backend->store, err);
}

static bool
make_pg(struct backend *backend, const char *actor)
{
	const struct settings *settings = backend->settings;

	backend->pg =
	    pg_new(settings->database_url, settings->database_password, actor,
		CONNECT_TIMEOUT_MS, CALL_TIMEOUT_MS);
	if (backend->pg != NULL && backend->google != NULL)
		pg_set_password_fn(
		    backend->pg, iam_login_password, backend->google);
	return backend->pg != NULL;
}

/* A token that has to be asked for takes its share of what connecting may. */
static bool
make_login(struct backend *backend, gcpsecret_client *with, char *message,
    size_t message_size)
{
	if (!backend->settings->database_iam_auth)
		return true;
	backend->google =
	    iam_login_new(with, CONNECT_TIMEOUT_MS, message, message_size);
	if (backend->google == NULL)
		return false;
	gcpsecret_client_set_clock(backend->google, tell_time, backend);
	return true;
}

/* `with`: a backend whose logins this one shares, or NULL. */
static struct backend *
make_backend(const struct settings *settings, const char *actor,
    const struct backend *with, char *message, size_t message_size)
{
	struct backend  *backend = calloc(1, sizeof(*backend));
	strava_error     strava_err;
	tokenstore_error store_err;

	snprintf(message, message_size, "out of memory");
	if (backend == NULL)
		return NULL;
	backend->settings = settings;
	atomic_init(&backend->hurry, false);
	if (!make_login(backend, with != NULL ? with->google : NULL, message,
		message_size))
		goto failed;
	if (make_strava(backend, actor, &strava_err) != STRAVA_OK) {
		snprintf(message, message_size, "%s", strava_err.message);
		goto failed;
	}
	if (make_store(backend, actor, &store_err) != TOKENSTORE_OK) {
		snprintf(message, message_size, "%s", store_err.message);
		goto failed;
	}
	if (make_pg(backend, actor))
		return backend;
failed:
	backend_free(backend);
	return NULL;
}

struct backend *
backend_new(const struct settings *settings, const char *actor, char *message,
    size_t message_size)
{
	return make_backend(settings, actor, NULL, message, message_size);
}

void
backend_free(struct backend *backend)
{
	if (backend == NULL)
		return;
	pg_free(backend->pg);
	tokenstore_close(backend->store);
	gcpsecret_client_free(backend->google);
	strava_client_free(backend->strava);
	free(backend);
}

static bool
told(tokenstore_status status, const tokenstore_error *err, char *message,
    size_t message_size)
{
	if (status == TOKENSTORE_ERR_SCHEMA)
		snprintf(message, message_size,
		    "database: the token store's tables are missing or old: "
		    "strava-web and update_tokens make them when they start");
	else if (status != TOKENSTORE_OK)
		snprintf(message, message_size, "database: %s", err->message);
	return status == TOKENSTORE_OK;
}

tokenstore_status
backend_prepare(struct backend *backend, char *message, size_t message_size)
{
	tokenstore_error  err;
	tokenstore_status status = tokenstore_migrate(backend->store, &err);

	told(status, &err, message, message_size);
	return status;
}

bool
backend_check(struct backend *backend, char *message, size_t message_size)
{
	tokenstore_error err;

	return told(tokenstore_check(backend->store, &err), &err, message,
	    message_size);
}

void
backend_hurry(struct backend *backend)
{
	atomic_store(&backend->hurry, true);
	strava_client_cancel(backend->strava);
}

struct pool {
	const struct settings *settings;
	const char            *actor;
	pthread_mutex_t        lock;
	pthread_cond_t         given_back;
	bool                   hurry;
	size_t                 size, made, idle_count;
	size_t                 lent, most; /* now, and at once */
	struct backend       **idle;       /* the first idle_count are there */
	struct backend       **all;        /* the first `made` */
};

struct pool *
pool_new(const struct settings *settings, const char *actor, size_t size,
    char *message, size_t message_size)
{
	struct pool       *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attr;

	snprintf(message, message_size, "out of memory");
	if (pool == NULL)
		return NULL;
	pool->settings = settings;
	pool->actor = actor;
	pool->size = size;
	pool->most = size;
	pool->idle = calloc(size, sizeof(struct backend *));
	pool->all = calloc(size, sizeof(struct backend *));
	if (pool->idle == NULL || pool->all == NULL ||
	    pthread_condattr_init(&attr) != 0) {
		free(pool->idle);
		free(pool->all);
		free(pool);
		return NULL;
	}
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->given_back, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	for (size_t i = 0; i < pool->made; i++)
		backend_free(pool->all[i]);
	pthread_cond_destroy(&pool->given_back);
	pthread_mutex_destroy(&pool->lock);
	free(pool->idle);
	free(pool->all);
	free(pool);
}

/* Makes one more; called with the lock held, which is short: it connects to
 * nothing. */
static struct backend *
make_one(struct pool *pool)
{
	char            message[512];
	struct backend *backend;

	backend = make_backend(pool->settings, pool->actor,
	    pool->made > 0 ? pool->all[0] : NULL, message, sizeof(message));
	if (backend == NULL) {
		log_line(LOG_ERROR, message, NULL);
		return NULL;
	}
	if (pool->hurry)
		backend_hurry(backend);
	pool->all[pool->made++] = backend;
	return backend;
}

struct backend *
pool_take(struct pool *pool, int64_t wait_ms)
{
	int64_t         until_ms = clock_steady_ms() + wait_ms;
	struct timespec until = { .tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000 };
	struct backend *backend = NULL;
	int             waited = 0;

	pthread_mutex_lock(&pool->lock);
	while (pool->lent >= pool->most && waited == 0)
		waited = pthread_cond_timedwait(
		    &pool->given_back, &pool->lock, &until);
	if (pool->lent < pool->most)
		backend = pool->idle_count > 0 ? pool->idle[--pool->idle_count]
					       : make_one(pool);
	pool->lent += backend != NULL;
	pthread_mutex_unlock(&pool->lock);
	return backend;
}

void
pool_give(struct pool *pool, struct backend *backend)
{
	if (backend == NULL)
		return;
	/* The next borrower must not act for this one's athlete. */
	strava_client_set_access_token(backend->strava, NULL, NULL);
	backend->sequence = 0;
	pthread_mutex_lock(&pool->lock);
	pool->idle[pool->idle_count++] = backend;
	pool->lent--;
	pthread_cond_signal(&pool->given_back);
	pthread_mutex_unlock(&pool->lock);
}

void
pool_limit(struct pool *pool, size_t size)
{
	pthread_mutex_lock(&pool->lock);
	pool->most = size < 1 ? 1 : size < pool->size ? size : pool->size;
	pthread_mutex_unlock(&pool->lock);
}

void
pool_hurry(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->hurry = true;
	for (size_t i = 0; i < pool->made; i++)
		backend_hurry(pool->all[i]);
	pthread_mutex_unlock(&pool->lock);
}
