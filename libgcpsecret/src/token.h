/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_TOKEN_H
#define GCPSECRET_SRC_TOKEN_H

#include "grant.h"

/* One token, kept for the scope or the audience that it was asked for.  Times
 * are of the client's steady clock. */
struct token {
	char      *name;  /* the scope or the audience; NULL: a free place */
	bool       is_id; /* which of the two */
	struct buf text;
	int64_t    stale_ms; /* from here on a new one is wanted */
	int64_t    end_ms;   /* from here on this one is no good */
	int64_t    retry_ms; /* no early renewal before this */
	int64_t    backoff_ms;
	int64_t    expires_at_s; /* of the calendar, as Google said */
	uint64_t   used;         /* when last, counted in uses */

	unsigned   holders;      /* threads that need it in its place */
	uint64_t   asked;        /* requests that have ended */
	gcpsecret_error failure; /* of the last one; its status is OK if none */
};

/* Adds the token to `text`, which the caller initialised with GS_TOKEN_MAX and
 * frees; nothing when the source needs none. */
gcpsecret_status gs_token(gcpsecret_client *client, const struct wanted *wanted,
    struct buf *text, gcpsecret_error *err);

/* The same, and when it ends. */
gcpsecret_status gs_token_dated(gcpsecret_client *client,
    const struct wanted *wanted, struct buf *text, int64_t *expires_at_s,
    gcpsecret_error *err);

/* Forgets a token that Google refused, unless another has its place by now. */
void gs_token_forget(
    gcpsecret_client *client, const struct wanted *wanted, const char *text);

void gs_token_free(struct token *token);

#endif
