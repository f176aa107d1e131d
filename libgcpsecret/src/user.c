/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "grant.h"
#include "reply.h"

#define TOKEN_URL "https://oauth2.googleapis.com/token"

#define FORM_MAX 262144 /* a credentials file, escaped */

/* Google's refresh tokens are not used up by their use, so that this request
 * may be repeated as a read may. */
gcpsecret_status
gs_grant_user(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	struct exchange  x;
	struct buf       form;
	gcpsecret_status status;

	(void)wanted;
	gs_exchange_init(&x, PEER_TOKEN,
	    client->token_url != NULL ? client->token_url : TOKEN_URL);
	buf_init(&form, FORM_MAX);
	buf_add_field(&form, "grant_type", "refresh_token");
	buf_add_field(&form, "client_id", file->client_id);
	buf_add_field(&form, "client_secret", file->client_secret);
	buf_add_field(&form, "refresh_token", file->refresh_token);
	status =
	    gs_post_form(client, &x, &form, REPLY_ACCESS_TOKEN, grant, err);
	gs_exchange_free(&x);
	buf_free(&form);
	return status;
}
