/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"

/*
 * A token is stale this long before its end, or in the last quarter of a short
 * life: the metadata server hands out a new one four to five minutes before the
 * old one ends, so asking earlier would bring the same again.
 */
#define STALE_MS 225000

/* So long before its end it is used no more, or in the last eighth of a short
 * life: it must arrive, and clocks differ. */
#define END_MS 10000

/* Between early renewals that fail. */
#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 30000

/* How long an early renewal, which nobody needs yet, may hold up a call. */
#define EARLY_MS 3000

static int64_t
steady_ms(const gcpsecret_client *client)
{
	return client->steady(client->steady_ctx);
}

static bool
is_usable(const struct token *token, int64_t now_ms)
{
	return token->text.len > 0 && now_ms < token->end_ms;
}

/* It is time for an early renewal. */
static bool
is_due(const struct token *token, int64_t now_ms)
{
	return now_ms >= token->stale_ms && now_ms >= token->retry_ms;
}

static bool
is_for(const struct token *token, const struct wanted *wanted)
{
	bool        is_id = wanted->audience != NULL;
	const char *name = is_id ? wanted->audience : wanted->scope;

	return token->name != NULL && token->is_id == is_id &&
	       strcmp(token->name, name) == 0;
}

static struct token *
find(struct credentials *c, const struct wanted *wanted)
{
	for (size_t i = 0; i < TOKENS_MAX; i++)
		if (is_for(&c->tokens[i], wanted))
			return &c->tokens[i];
	return NULL;
}

/* A free place, or that of the token not used for the longest time; NULL when
 * threads hold on to all of them. */
static struct token *
find_place(struct credentials *c)
{
	struct token *oldest = NULL;

	for (struct token *t = c->tokens; t < c->tokens + TOKENS_MAX; t++)
		if (t->holders == 0 &&
		    (oldest == NULL || t->used < oldest->used))
			oldest = t;
	return oldest;
}

/* Holds on to the place of a token, which may be empty yet. */
static gcpsecret_status
hold(gcpsecret_client *client, const struct wanted *wanted,
    struct token **token, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	bool                is_id = wanted->audience != NULL;
	struct token       *place;
	gcpsecret_status    status = GCPSECRET_OK;

	while ((place = find(c, wanted)) == NULL &&
	       (place = find_place(c)) == NULL) {
		status = gs_credentials_wait(client, err);
		if (status != GCPSECRET_OK)
			return status;
	}
	if (!is_for(place, wanted)) {
		gs_token_free(place);
		place->name = strdup(is_id ? wanted->audience : wanted->scope);
		place->is_id = is_id;
	}
	if (place->name == NULL)
		return gs_no_memory(err);
	place->holders++;
	place->used = ++c->uses;
	*token = place;
	return GCPSECRET_OK;
}

/* Takes the text of a grant that was asked for at that moment. */
static void
store(struct token *token, const struct grant *grant, int64_t now_ms,
    int64_t now_s)
{
	int64_t life_ms = grant->lifetime_s * 1000;

	buf_free(&token->text);
	token->text = grant->text;
	token->stale_ms = now_ms + life_ms -
			  (life_ms / 4 < STALE_MS ? life_ms / 4 : STALE_MS);
	token->end_ms =
	    now_ms + life_ms - (life_ms / 8 < END_MS ? life_ms / 8 : END_MS);
	token->expires_at_s = now_s + grant->lifetime_s;
	token->retry_ms = now_ms;
	token->backoff_ms = BACKOFF_MS;
}

static void
postpone(struct token *token, int64_t now_ms)
{
	token->retry_ms = now_ms + token->backoff_ms;
	token->backoff_ms = token->backoff_ms * 2 < BACKOFF_MAX_MS
				? token->backoff_ms * 2
				: BACKOFF_MAX_MS;
}

/* Without the lock. */
static gcpsecret_status
ask(gcpsecret_client *client, const struct wanted *wanted, bool early,
    struct grant *grant, gcpsecret_error *err)
{
	int64_t          deadline_ms = client->deadline_ms;
	int64_t          soon_ms = clock_steady_ms() + EARLY_MS;
	gcpsecret_status status;

	if (early && soon_ms < deadline_ms)
		client->deadline_ms = soon_ms;
	status = gs_grant(client, wanted, grant, err);
	client->deadline_ms = deadline_ms;
	if (early && status != GCPSECRET_OK)
		gs_log(client, GCPSECRET_LOG_ERROR,
		    "the token is not renewed yet: %s", err->message);
	return status;
}

/* With the lock, which it gives away while it asks; nobody is busy before and
 * after.  What went wrong is in `token`. */
static gcpsecret_status
renew(
    gcpsecret_client *client, struct token *token, const struct wanted *wanted)
{
	struct credentials *c = client->credentials;
	/* Read before the request: a token ages while it is under way. */
	int64_t          now_ms = steady_ms(client);
	int64_t          now_s = client->clock(client->clock_ctx);
	bool             early = is_usable(token, now_ms);
	gcpsecret_error  failure = { 0 };
	struct grant     grant;
	gcpsecret_status status;

	c->busy = true;
	pthread_mutex_unlock(&c->lock);
	gs_grant_init(&grant);
	status = ask(client, wanted, early, &grant, &failure);
	pthread_mutex_lock(&c->lock);
	if (status == GCPSECRET_OK) {
		store(token, &grant, now_ms, now_s);
	} else {
		buf_free(&grant.text);
		postpone(token, now_ms);
	}
	token->failure = failure;
	token->asked++;
	gs_credentials_idle(c);
	return status;
}

/* Whether a failure is everybody's and not of the one call that met it. */
static bool
is_common(gcpsecret_status status)
{
	return status != GCPSECRET_OK && status != GCPSECRET_ERR_CANCELED &&
	       status != GCPSECRET_ERR_TIMEOUT && status != GCPSECRET_ERR_NOMEM;
}

static gcpsecret_status
failure_of(const struct token *token, gcpsecret_error *err)
{
	if (token->failure.status != GCPSECRET_OK && err != NULL)
		*err = token->failure;
	return token->failure.status;
}

/* Waits for whoever is busy.  *done: that brought this token. */
static gcpsecret_status
await(gcpsecret_client *client, struct token *token, bool *done,
    gcpsecret_error *err)
{
	uint64_t         asked = token->asked;
	gcpsecret_status status = gs_credentials_wait(client, err);

	if (status != GCPSECRET_OK || token->asked == asked)
		return status;
	if (is_common(token->failure.status))
		return failure_of(token, err);
	*done = token->failure.status == GCPSECRET_OK && token->text.len > 0;
	return GCPSECRET_OK;
}

/* With the lock: sees to it that there is a token. */
static gcpsecret_status
obtain(gcpsecret_client *client, struct token *token,
    const struct wanted *wanted, gcpsecret_error *err)
{
	const struct credentials *c = client->credentials;
	gcpsecret_status          status = GCPSECRET_OK;
	bool                      done = false;

	while (!done && status == GCPSECRET_OK) {
		int64_t now_ms = steady_ms(client);
		bool    usable = is_usable(token, now_ms);

		if (usable && (c->busy || !is_due(token, now_ms)))
			return GCPSECRET_OK;
		if (c->busy) {
			status = await(client, token, &done, err);
			continue;
		}
		done = renew(client, token, wanted) == GCPSECRET_OK;
		/* When an early renewal fails the old one goes on serving. */
		if (!done && !is_usable(token, steady_ms(client)))
			status = failure_of(token, err);
	}
	return status;
}

gcpsecret_status
gs_token_dated(gcpsecret_client *client, const struct wanted *wanted,
    struct buf *text, int64_t *expires_at_s, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	struct token       *token = NULL;
	gcpsecret_status    status;

	if (gs_emulator(client) != NULL)
		return GCPSECRET_OK;
	pthread_mutex_lock(&c->lock);
	status = hold(client, wanted, &token, err);
	if (token != NULL) {
		status = obtain(client, token, wanted, err);
		if (status == GCPSECRET_OK &&
		    !buf_add(text, token->text.data, token->text.len))
			status = gs_no_memory(err);
		*expires_at_s = token->expires_at_s;
		token->holders--;
	}
	pthread_mutex_unlock(&c->lock);
	return status;
}

gcpsecret_status
gs_token(gcpsecret_client *client, const struct wanted *wanted,
    struct buf *text, gcpsecret_error *err)
{
	int64_t expires_at_s;

	return gs_token_dated(client, wanted, text, &expires_at_s, err);
}

void
gs_token_forget(
    gcpsecret_client *client, const struct wanted *wanted, const char *text)
{
	struct credentials *c = client->credentials;
	struct token       *token;

	pthread_mutex_lock(&c->lock);
	token = find(c, wanted);
	if (token != NULL && strcmp(buf_text(&token->text), text) == 0)
		buf_free(&token->text);
	pthread_mutex_unlock(&c->lock);
}

void
gs_token_free(struct token *token)
{
	free(token->name);
	buf_free(&token->text);
	memset(token, 0, sizeof(*token));
}
