/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_CREDENTIALS_H
#define GCPSECRET_SRC_CREDENTIALS_H

#include <pthread.h>

#include "search.h"
#include "token.h"

/* More than one program asks for: one scope and a few audiences. */
#define TOKENS_MAX 8

/*
 * What the clients of several threads may share: how to search, what was found,
 * and the tokens.  At any time one thread at most is busy for all, with the
 * search or with a new token, and it does so without the lock; the others go on
 * with what there is, or wait.
 */
struct credentials {
	struct search_settings settings; /* not changed once shared */
	struct found           found;    /* not changed once found */

	pthread_mutex_t        lock; /* of all that follows */
	pthread_cond_t         changed;
	size_t                 users;
	bool                   busy;
	char                  *account; /* of the metadata server; or NULL */
	char        *refresh_token;     /* newer than the document's; or NULL */
	struct token tokens[TOKENS_MAX];
	uint64_t     uses; /* of tokens, so far */

	int64_t no_metadata_until_ms; /* of whoever is busy: after a ping */
};

/* NULL: out of memory. */
struct credentials *gs_credentials_new(void);

/* One more or one less client; the last one wipes and frees. */
void gs_credentials_hold(struct credentials *c);
void gs_credentials_release(struct credentials *c);

/* Whether another client has them too. */
bool gs_credentials_are_shared(struct credentials *c);

/* Finds them, once. */
gcpsecret_status gs_credentials(gcpsecret_client *client, gcpsecret_error *err);

/* With the lock: waits for a change, a moment or the deadline of the call.
 * Fails with: CANCELED, TIMEOUT. */
gcpsecret_status gs_credentials_wait(
    gcpsecret_client *client, gcpsecret_error *err);

/* With the lock: whoever is busy is so no more. */
void gs_credentials_idle(struct credentials *c);

/* Once there are credentials: the domain of Google's APIs, "googleapis.com". */
const char *gs_universe(const gcpsecret_client *client);

/* Likewise: the emulator's base URL, or NULL. */
const char *gs_emulator(const gcpsecret_client *client);

/* Who pays for calls of the API, or NULL: the secret's project. */
const char *gs_quota_project(const gcpsecret_client *client);

/* Whom to grant a role, for messages; asks the metadata server if need be. */
const char *gs_credentials_account(gcpsecret_client *client);

/* project.c: gcpsecret_project() inside a running call. */
gcpsecret_status gs_project(
    gcpsecret_client *client, const char **out, gcpsecret_error *err);

#endif
