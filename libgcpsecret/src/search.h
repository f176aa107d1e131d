/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SEARCH_H
#define GCPSECRET_SRC_SEARCH_H

#include "key_file.h"

/* Every gcpsecret_credential_type. */
#define GS_CREDENTIAL_TYPES 0x1fU

/* What the program says about credentials; a NULL text is the default. */
struct search_settings {
	char    *file;
	char    *json;     /* a document, wiped when it is freed */
	unsigned types;    /* gcpsecret_credential_type; 0: the default */
	bool     loopback; /* documents may name plain http there */
	char    *universe_domain;
	char    *subject;    /* of domain-wide delegation */
	bool     jwt_bearer; /* ask for a service account's token */
	char    *token_url;
};

void gs_search_settings_free(struct search_settings *settings);

/* Where tokens come from, and whom they speak for. */
struct found {
	enum source     source;
	struct key_file file; /* when the source is one */
	char           *base; /* "http://HOST" of emulator or metadata server */
	char           *description;
	char           *universe_domain; /* whose APIs are called */
	char           *quota_project;   /* who pays; or NULL */
};

/* Looks in each place, in Google's order; *found is filled or left empty.
 * Fails with: CREDENTIALS, NOMEM. */
gcpsecret_status gs_search(
    gcpsecret_client *client, struct found *found, gcpsecret_error *err);
void gs_found_free(struct found *found);

/* The path of a file of gcloud's, to be freed; "" when nobody says where to look,
 * NULL when out of memory. */
char *gs_gcloud_path(const char *name);

#endif
