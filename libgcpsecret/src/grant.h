/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_GRANT_H
#define GCPSECRET_SRC_GRANT_H

#include "key_file.h"

/* The one scope that Secret Manager knows. */
#define GS_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* Where Google trades refresh tokens and assertions for tokens; also what an
 * assertion says that it is for. */
#define GS_TOKEN_URL "https://oauth2.googleapis.com/token"

#define GS_TOKEN_MAX 16384

/* The token that is asked for. */
struct wanted {
	const char *scope;    /* space-separated; of an access token */
	const char *audience; /* of an ID token; NULL: an access token */
};

/* A new token.  gs_grant_init() before, buf_free(&grant.text) at the end. */
struct grant {
	struct buf text;
	int64_t    lifetime_s; /* from the moment that it was asked for */
};

void                     gs_grant_init(struct grant *grant);

typedef gcpsecret_status grant_fn(gcpsecret_client *client,
    const struct key_file *file, const struct wanted *wanted,
    struct grant *grant, gcpsecret_error *err);

grant_fn                 gs_grant_service_account; /* service_account.c */
grant_fn                 gs_grant_user;            /* user.c: of either type */
grant_fn                 gs_grant_external;        /* external.c */
grant_fn                 gs_grant_impersonated;    /* impersonate.c */

gcpsecret_status         gs_grant_metadata(gcpsecret_client *client,
	    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err);

/* By the document's type; for nested ones too. */
grant_fn gs_grant_file;

/* From whatever source the client has. */
gcpsecret_status gs_grant(gcpsecret_client *client, const struct wanted *wanted,
    struct grant *grant, gcpsecret_error *err);

#endif
