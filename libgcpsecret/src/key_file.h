/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_KEY_FILE_H
#define GCPSECRET_SRC_KEY_FILE_H

#include "subject_source.h"

#define GS_UNIVERSE "googleapis.com"

#define GS_KEY_FILE_MAX 65536

/* Where tokens come from. */
enum source {
	SOURCE_UNKNOWN, /* not looked for yet */
	SOURCE_EMULATOR,
	SOURCE_SERVICE_ACCOUNT,
	SOURCE_USER,
	SOURCE_EXTERNAL,
	SOURCE_EXTERNAL_USER,
	SOURCE_IMPERSONATED,
	SOURCE_METADATA
};

/*
 * One JSON document with credentials, checked whole when it is read: what is in
 * here may go into headers, URLs and messages.  Members that may be absent are
 * NULL then, and so are those of other types.
 */
struct key_file {
	struct json_object *document; /* owns the texts */
	enum source         source;
	const char  *type, *universe_domain, *project_id, *quota_project_id;

	const char  *client_email, *private_key, *private_key_id; /* service */
	EVP_PKEY    *key;

	const char  *client_id, *client_secret; /* users; external: or NULL */
	const char  *refresh_token, *account;   /* users */

	const char  *audience, *subject_token_type; /* external */
	const char  *token_url;                     /* or NULL */
	const char  *workforce_pool_user_project;   /* or NULL */
	enum subject subject;
	struct subject_source subject_source;

	const char           *impersonation_url; /* external: or NULL */
	char                 *impersonated;      /* the e-mail in that URL */
	int64_t               impersonation_lifetime_s;
	struct json_object   *delegates; /* array of texts, or NULL */
	struct key_file      *nested;    /* "source_credentials" */
};

/* What the one who loads a document says about it. */
struct key_file_origin {
	const char *label;    /* stands for it in messages */
	bool        loopback; /* plain http to this machine is let through */
};

/* Each leaves `file` empty when it fails.  Fails with: CREDENTIALS, NOMEM. */
gcpsecret_status gs_key_file_load(struct key_file *file, const char *path,
    const struct key_file_origin *origin, gcpsecret_error *err);
gcpsecret_status gs_key_file_parse(struct key_file *file, const char *text,
    size_t len, const struct key_file_origin *origin, gcpsecret_error *err);
void             gs_key_file_free(struct key_file *file);

/* Whose tokens a document gives, as an e-mail address; NULL: it does not say. */
const char *gs_key_file_account(const struct key_file *file);

#endif
