/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_IMPERSONATE_H
#define GCPSECRET_SRC_IMPERSONATE_H

#include "grant.h"

/*
 * Trades a token of one account for one of the service account that `file`
 * names in its impersonation URL: an access token or, with an audience, an ID
 * token.  `source_token` is an access token for GS_SCOPE.
 */
gcpsecret_status gs_impersonate(gcpsecret_client *client,
    const struct key_file *file, const char *source_token,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err);

#endif
