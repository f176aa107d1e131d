/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CREDENTIALS_H
#define GCPSECRET_SRC_CREDENTIALS_H

#include "key_file.h"

struct credentials {
	enum source     source;
	struct key_file file; /* when the source is one */
	char           *base; /* "http://HOST" of emulator or metadata server */
	char           *description;
	char           *account; /* who needs a role; NULL until asked for */
	char *quota_project;     /* who pays; NULL: the secret's project */
};

/* Finds them, once. */
gcpsecret_status gs_credentials(gcpsecret_client *client, gcpsecret_error *err);
void             gs_credentials_free(struct credentials *credentials);

/* The domain of Google's APIs for this client, once there are credentials:
 * "googleapis.com". */
const char *gs_universe(const gcpsecret_client *client);

/* The emulator's base URL, or NULL. */
const char *gs_emulator(const gcpsecret_client *client);

/* Who pays for calls of the API, or NULL: the secret's project. */
const char *gs_quota_project(const gcpsecret_client *client);

/* Whom to grant a role, for messages; asks the metadata server if need be. */
const char *gs_credentials_account(gcpsecret_client *client);

/* The same of the account that impersonates another. */
const char *gs_credentials_source_account(gcpsecret_client *client);

/* gcpsecret_project() inside a running call. */
gcpsecret_status gs_project(
    gcpsecret_client *client, const char **out, gcpsecret_error *err);

#endif
