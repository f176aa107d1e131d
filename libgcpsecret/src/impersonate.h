/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_IMPERSONATE_H
#define GCPSECRET_SRC_IMPERSONATE_H

#include "grant.h"

/* Trades a token of one account for one of the service account in `url`, an
 * access token or, with an audience, an ID token. */
gcpsecret_status gs_impersonate(gcpsecret_client *client,
    const char *source_token, const char *url, struct json_object *delegates,
    int64_t lifetime_s, const struct wanted *wanted, struct grant *grant,
    gcpsecret_error *err);

#endif
