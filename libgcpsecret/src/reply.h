/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_REPLY_H
#define GCPSECRET_SRC_REPLY_H

#include "exchange.h"
#include "grant.h"

/* The forms in which a token comes. */
enum reply {
	REPLY_ACCESS_TOKEN,     /* access_token, expires_in, token_type */
	REPLY_ID_TOKEN,         /* id_token */
	REPLY_IAM_ACCESS_TOKEN, /* accessToken, expireTime */
	REPLY_IAM_ID_TOKEN,     /* token */
	REPLY_BARE_ID_TOKEN     /* nothing but the token */
};

/* Takes the token out of an answer.  Fails with: FORMAT, NOMEM. */
gcpsecret_status gs_reply_read(gcpsecret_client *client, enum reply form,
    const struct exchange *x, struct grant *grant, gcpsecret_error *err);

/* Posts a form, as often as gs_exchange() does, to the URL that `x` was made
 * with, and reads the reply.  `form` stays the caller's. */
gcpsecret_status gs_post_form(gcpsecret_client *client, struct exchange *x,
    const struct buf *form, enum reply reply, struct grant *grant,
    gcpsecret_error *err);

#endif
