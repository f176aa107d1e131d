/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "jwt.h"
#include "reply.h"

#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:jwt-bearer"

#define FORM_MAX 65536

/* Google refuses a JWT that lives longer than an hour or was issued in the
 * future; a clock that is a little fast is made up for. */
#define JWT_LIFE_S 3600
#define SKEW_S 10

static gcpsecret_status
sign(gcpsecret_client *client, const struct key_file *file, struct jwt *jwt,
    struct buf *out, gcpsecret_error *err)
{
	jwt->key_id = file->private_key_id;
	jwt->issuer = file->client_email;
	jwt->issued_at = client->clock(client->clock_ctx) - SKEW_S;
	jwt->expires_at = jwt->issued_at + JWT_LIFE_S;
	return gs_jwt_sign(out, jwt, file->key) ? GCPSECRET_OK
						: gs_no_memory(err);
}

/* A JWT of one's own making is a token: no request is needed. */
static gcpsecret_status
sign_token(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	struct jwt jwt = { .subject = file->client_email,
		.scope = wanted->scope };

	grant->lifetime_s = JWT_LIFE_S - SKEW_S;
	return sign(client, file, &jwt, &grant->text, err);
}

static const char *
token_url(const gcpsecret_client *client, const struct key_file *file)
{
	const char *url = client->credentials->settings.token_url;

	if (url == NULL)
		url = file->token_url;
	return url != NULL ? url : GS_TOKEN_URL;
}

/* Trades a JWT, the assertion, for a token of Google's.  Nothing is used up, so
 * that the request may be repeated as a read may. */
static gcpsecret_status
trade(gcpsecret_client *client, const struct key_file *file, struct jwt *jwt,
    struct grant *grant, gcpsecret_error *err)
{
	struct exchange x;
	struct buf      assertion, form;
	const char     *secrets[2] = { NULL };
	enum reply      reply =
            jwt->target_audience != NULL ? REPLY_ID_TOKEN : REPLY_ACCESS_TOKEN;
	gcpsecret_status status;

	jwt->audience = GS_TOKEN_URL;
	gs_exchange_init(&x, PEER_KEY, token_url(client, file));
	buf_init(&assertion, GS_TOKEN_MAX);
	buf_init(&form, FORM_MAX);
	status = sign(client, file, jwt, &assertion, err);
	if (status == GCPSECRET_OK) {
		secrets[0] = assertion.data;
		x.actor = file->client_email;
		x.secrets = secrets;
		buf_add_field(&form, "grant_type", GRANT_TYPE);
		buf_add_field(&form, "assertion", assertion.data);
		status = gs_post_form(client, &x, &form, reply, grant, err);
	}
	gs_exchange_free(&x);
	buf_free(&assertion);
	buf_free(&form);
	return status;
}

gcpsecret_status
gs_grant_service_account(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	const struct credentials *c = client->credentials;
	bool at_home = strcmp(gs_universe(client), GS_UNIVERSE) == 0;
	/* What the program says is about this account, not about one that
	 * only impersonates another. */
	bool        is_it = file == &c->found.file;
	const char *subject = is_it ? c->settings.subject : NULL;
	struct jwt  jwt = { .subject = subject };

	if (!at_home && (wanted->audience != NULL || subject != NULL))
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "only " GS_UNIVERSE " trades keys for ID tokens and "
		    "delegates; this client is of %s",
		    gs_universe(client));
	if (wanted->audience != NULL)
		jwt.target_audience = wanted->audience;
	else if (at_home &&
		 (subject != NULL || (is_it && c->settings.jwt_bearer)))
		jwt.scope = wanted->scope;
	else
		return sign_token(client, file, wanted, grant, err);
	return trade(client, file, &jwt, grant, err);
}
