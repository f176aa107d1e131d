/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "exchange.h"

/* How long the search for a name may hold up the report of an error. */
#define ACCOUNT_MS 2000

/* How late a waiting thread may notice that it was canceled. */
#define SLICE_MS 50

static bool
init_locks(struct credentials *c)
{
	pthread_condattr_t steady;
	bool               ok;

	if (pthread_condattr_init(&steady) != 0)
		return false;
	ok = pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 &&
	     pthread_cond_init(&c->changed, &steady) == 0;
	pthread_condattr_destroy(&steady);
	if (ok && pthread_mutex_init(&c->lock, NULL) != 0) {
		pthread_cond_destroy(&c->changed);
		ok = false;
	}
	return ok;
}

struct credentials *
gs_credentials_new(void)
{
	struct credentials *c = calloc(1, sizeof(*c));

	if (c != NULL && !init_locks(c)) {
		free(c);
		return NULL;
	}
	if (c != NULL)
		c->users = 1;
	return c;
}

void
gs_credentials_hold(struct credentials *c)
{
	pthread_mutex_lock(&c->lock);
	c->users++;
	pthread_mutex_unlock(&c->lock);
}

void
gs_credentials_release(struct credentials *c)
{
	bool last;

	pthread_mutex_lock(&c->lock);
	last = --c->users == 0;
	pthread_mutex_unlock(&c->lock);
	if (!last)
		return;
	for (size_t i = 0; i < TOKENS_MAX; i++)
		gs_token_free(&c->tokens[i]);
	gs_found_free(&c->found);
	gs_search_settings_free(&c->settings);
	free(c->account);
	wipe_free(c->refresh_token);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

bool
gs_credentials_are_shared(struct credentials *c)
{
	bool shared;

	pthread_mutex_lock(&c->lock);
	shared = c->users > 1;
	pthread_mutex_unlock(&c->lock);
	return shared;
}

gcpsecret_status
gs_credentials_wait(gcpsecret_client *client, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	int64_t             now_ms = clock_steady_ms();
	int64_t             until_ms = now_ms + SLICE_MS;
	struct timespec     until;

	if (atomic_load(&client->canceled))
		return gs_fail(err, GCPSECRET_ERR_CANCELED, "canceled");
	if (now_ms >= client->deadline_ms)
		return gs_fail(err, GCPSECRET_ERR_TIMEOUT,
		    "another thread found no credentials or token within the "
		    "deadline of the call");
	if (until_ms > client->deadline_ms)
		until_ms = client->deadline_ms;
	until.tv_sec = (time_t)(until_ms / 1000);
	until.tv_nsec = (long)(until_ms % 1000) * 1000000;
	pthread_cond_timedwait(&c->changed, &c->lock, &until);
	return GCPSECRET_OK;
}

void
gs_credentials_idle(struct credentials *c)
{
	c->busy = false;
	pthread_cond_broadcast(&c->changed);
}

/* With the lock, which it gives away while it searches. */
static gcpsecret_status
search(gcpsecret_client *client, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	struct found        found = { 0 };
	gcpsecret_status    status;

	c->busy = true;
	pthread_mutex_unlock(&c->lock);
	status = gs_search(client, &found, err);
	if (status == GCPSECRET_OK)
		gs_log(client, GCPSECRET_LOG_INFO, "credentials: %s",
		    found.description);
	pthread_mutex_lock(&c->lock);
	c->found = found;
	gs_credentials_idle(c);
	return status;
}

gcpsecret_status
gs_credentials(gcpsecret_client *client, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	gcpsecret_status    status = GCPSECRET_OK;

	pthread_mutex_lock(&c->lock);
	while (status == GCPSECRET_OK && c->found.source == SOURCE_UNKNOWN)
		status = c->busy ? gs_credentials_wait(client, err)
				 : search(client, err);
	pthread_mutex_unlock(&c->lock);
	return status;
}

const char *
gs_universe(const gcpsecret_client *client)
{
	return client->credentials->found.universe_domain;
}

const char *
gs_emulator(const gcpsecret_client *client)
{
	const struct found *found = &client->credentials->found;

	return found->source == SOURCE_EMULATOR ? found->base : NULL;
}

const char *
gs_quota_project(const gcpsecret_client *client)
{
	return client->quota_project != NULL
		   ? client->quota_project
		   : client->credentials->found.quota_project;
}

/* The e-mail address of the attached account, or NULL. */
static char *
ask_account(gcpsecret_client *client)
{
	static const char path[] = "instance/service-accounts/default/email";
	int64_t           deadline_ms = client->deadline_ms;
	int64_t           soon_ms = clock_steady_ms() + ACCOUNT_MS;
	struct buf        body;
	char             *account = NULL;

	if (soon_ms < deadline_ms)
		client->deadline_ms = soon_ms;
	if (gs_metadata_get(client, path, &body, NULL) == GCPSECRET_OK &&
	    gs_is_plain(buf_text(&body)))
		account = strdup(body.data);
	client->deadline_ms = deadline_ms;
	buf_free(&body);
	return account;
}

/* The same, asked for once; it lives as long as the credentials. */
static const char *
attached_account(gcpsecret_client *client)
{
	struct credentials *c = client->credentials;
	char               *asked = NULL;
	const char         *account;

	pthread_mutex_lock(&c->lock);
	account = c->account;
	pthread_mutex_unlock(&c->lock);
	if (account == NULL)
		asked = ask_account(client);
	pthread_mutex_lock(&c->lock);
	if (c->account == NULL)
		c->account = asked;
	else
		free(asked);
	account = c->account;
	pthread_mutex_unlock(&c->lock);
	return account;
}

const char *
gs_credentials_account(gcpsecret_client *client)
{
	const struct found *found = &client->credentials->found;
	const char         *account = found->source == SOURCE_METADATA
					  ? attached_account(client)
					  : gs_key_file_account(&found->file);

	return account != NULL ? account : found->description;
}

gcpsecret_status
gcpsecret_credentials_describe(
    gcpsecret_client *client, const char **text_out, gcpsecret_error *err)
{
	gcpsecret_status status;

	if (text_out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "text_out is NULL");
	*text_out = NULL;
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = gs_credentials(client, err)) != GCPSECRET_OK)
		return status;
	*text_out = client->credentials->found.description;
	return GCPSECRET_OK;
}
