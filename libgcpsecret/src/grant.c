/* SPDX-License-Identifier: MIT */
#include "grant.h"

#include "client.h"

void
gs_grant_init(struct grant *grant)
{
	buf_init(&grant->text, GS_TOKEN_MAX);
	grant->lifetime_s = 0;
}

gcpsecret_status
gs_grant_file(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	static grant_fn *const grants[] = {
		[SOURCE_SERVICE_ACCOUNT] = gs_grant_service_account,
		[SOURCE_USER] = gs_grant_user,
		[SOURCE_EXTERNAL] = gs_grant_external,
		[SOURCE_EXTERNAL_USER] = gs_grant_user,
		[SOURCE_IMPERSONATED] = gs_grant_impersonated,
	};

	return grants[file->source](client, file, wanted, grant, err);
}

gcpsecret_status
gs_grant(gcpsecret_client *client, const struct wanted *wanted,
    struct grant *grant, gcpsecret_error *err)
{
	const struct found *found = &client->credentials->found;

	if (found->source == SOURCE_METADATA)
		return gs_grant_metadata(client, wanted, grant, err);
	return gs_grant_file(client, &found->file, wanted, grant, err);
}
