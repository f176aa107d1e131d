/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_GRANT_H
#define GCPSECRET_SRC_GRANT_H

#include "internal.h"

/* The one scope that Secret Manager knows. */
#define GS_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* A new token, added to `text`, and how long it lives. */
gcpsecret_status gs_grant(gcpsecret_client *client, struct buf *text,
    int64_t *lifetime_s, gcpsecret_error *err);

/* Times are those of the client's calendar. */
struct token {
	struct buf text;
	int64_t    stale_at;   /* from here on a new one is wanted */
	int64_t    expires_at; /* from here on this one is no good */
	int64_t    retry_at;   /* no early renewal before this */
	int64_t    backoff_s;
};

/* *text belongs to the client; NULL when the source needs none. */
gcpsecret_status gs_token(
    gcpsecret_client *client, const char **text, gcpsecret_error *err);

/* Forgets a token that Google refused. */
void gs_token_forget(gcpsecret_client *client);

#endif
