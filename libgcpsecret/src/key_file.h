/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_KEY_FILE_H
#define GCPSECRET_SRC_KEY_FILE_H

#include "internal.h"

/* A JSON file with credentials. */
enum source {
	SOURCE_UNKNOWN, /* not looked for yet */
	SOURCE_EMULATOR,
	SOURCE_SERVICE_ACCOUNT,
	SOURCE_USER,
	SOURCE_METADATA
};

struct key_file {
	struct json_object *document; /* owns the texts */
	enum source         source;
	const char         *type, *universe_domain;
	const char         *project_id, *quota_project_id;       /* or NULL */
	const char *client_email, *private_key, *private_key_id; /* service */
	const char *client_id, *client_secret, *refresh_token;   /* user */
	const char *account;                                     /* or NULL */
	EVP_PKEY   *key; /* of a service account */
};

/* `label` stands for the file in messages. */
gcpsecret_status gs_key_file_load(struct key_file *file, const char *path,
    const char *label, gcpsecret_error *err);
void             gs_key_file_free(struct key_file *file);

#endif
