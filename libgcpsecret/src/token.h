/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_TOKEN_H
#define GCPSECRET_SRC_TOKEN_H

#include "grant.h"

/* Times are those of the client's calendar. */
struct token {
	struct buf text;
	int64_t    stale_at;   /* from here on a new one is wanted */
	int64_t    expires_at; /* from here on this one is no good */
	int64_t    retry_at;   /* no early renewal before this */
	int64_t    backoff_s;
};

/* Adds the token to `text`, which the caller initialised with GS_TOKEN_MAX and
 * frees; nothing when the source needs none. */
gcpsecret_status gs_token(gcpsecret_client *client, const struct wanted *wanted,
    struct buf *text, gcpsecret_error *err);

/* Forgets a token that Google refused, unless another has its place by now. */
void gs_token_forget(
    gcpsecret_client *client, const struct wanted *wanted, const char *text);

void gs_token_free(struct token *token);

#endif
