/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "grant.h"
#include "jwt.h"

/* Google refuses a JWT that lives longer than an hour or was issued in the
 * future; a clock that is a little fast is made up for. */
#define JWT_LIFE_S 3600
#define SKEW_S 10

/* A JWT of one's own making is a token: no request is needed. */
gcpsecret_status
gs_grant_service_account(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	int64_t    now = client->clock(client->clock_ctx);
	struct jwt jwt = {
		.key_id = file->private_key_id,
		.issuer = file->client_email,
		.scope = wanted->scope,
		.issued_at = now - SKEW_S,
		.expires_at = now - SKEW_S + JWT_LIFE_S,
	};

	if (!gs_jwt_sign(&grant->text, &jwt, file->key))
		return gs_no_memory(err);
	grant->lifetime_s = JWT_LIFE_S - SKEW_S;
	return GCPSECRET_OK;
}
