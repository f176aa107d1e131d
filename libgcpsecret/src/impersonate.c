/* SPDX-License-Identifier: MIT */
#include "impersonate.h"

gcpsecret_status
gs_grant_impersonated(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	(void)client, (void)file, (void)wanted, (void)grant;
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "credentials of type impersonated_service_account give no token");
}
