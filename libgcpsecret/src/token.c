/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <string.h>

#include "client.h"

/*
 * A token is stale this long before its end, or in the last quarter of a short
 * life: the metadata server hands out a new one four to five minutes before the
 * old one ends, so asking earlier would bring the same again.
 */
#define STALE_S 225

/* Between early renewals that fail. */
#define BACKOFF_S 1
#define BACKOFF_MAX_S 30

/* How long an early renewal, which nobody needs yet, may hold up a call. */
#define EARLY_MS 3000

static gcpsecret_status
renew(gcpsecret_client *client, const struct wanted *wanted, int64_t now,
    gcpsecret_error *err)
{
	struct token    *token = &client->token;
	struct grant     grant;
	int64_t          margin;
	gcpsecret_status status;

	gs_grant_init(&grant);
	status = gs_grant(client, wanted, &grant, err);
	if (status != GCPSECRET_OK) {
		buf_free(&grant.text);
		return status;
	}
	margin =
	    grant.lifetime_s / 4 < STALE_S ? grant.lifetime_s / 4 : STALE_S;
	buf_free(&token->text);
	*token = (struct token){ .text = grant.text,
		.expires_at = now + grant.lifetime_s,
		.stale_at = now + grant.lifetime_s - margin,
		.backoff_s = BACKOFF_S };
	return GCPSECRET_OK;
}

/* Tries for a new token; when that fails the old one goes on serving. */
static void
renew_early(gcpsecret_client *client, const struct wanted *wanted, int64_t now)
{
	struct token   *token = &client->token;
	int64_t         deadline_ms = client->deadline_ms;
	int64_t         soon_ms = clock_steady_ms() + EARLY_MS;
	gcpsecret_error err;

	if (soon_ms < deadline_ms)
		client->deadline_ms = soon_ms;
	if (renew(client, wanted, now, &err) != GCPSECRET_OK) {
		gs_log(client, GCPSECRET_LOG_ERROR,
		    "the token is not renewed yet: %s", err.message);
		token->retry_at = now + token->backoff_s;
		token->backoff_s = token->backoff_s * 2 < BACKOFF_MAX_S
				       ? token->backoff_s * 2
				       : BACKOFF_MAX_S;
	}
	client->deadline_ms = deadline_ms;
}

gcpsecret_status
gs_token(gcpsecret_client *client, const struct wanted *wanted,
    struct buf *text, gcpsecret_error *err)
{
	struct token *token = &client->token;
	/* Read before the request: a token ages while it is under way. */
	int64_t          now = client->clock(client->clock_ctx);
	gcpsecret_status status = GCPSECRET_OK;

	if (client->credentials.source == SOURCE_EMULATOR)
		return GCPSECRET_OK;
	if (token->text.data == NULL || now >= token->expires_at)
		status = renew(client, wanted, now, err);
	else if (now >= token->stale_at && now >= token->retry_at)
		renew_early(client, wanted, now);
	if (status == GCPSECRET_OK && !buf_add_text(text, token->text.data))
		status = gs_no_memory(err);
	return status;
}

void
gs_token_forget(
    gcpsecret_client *client, const struct wanted *wanted, const char *text)
{
	(void)wanted;
	if (strcmp(buf_text(&client->token.text), text) == 0)
		gs_token_free(&client->token);
}

void
gs_token_free(struct token *token)
{
	buf_free(&token->text);
	*token = (struct token){ 0 };
}
