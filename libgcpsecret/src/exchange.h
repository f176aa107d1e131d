/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_EXCHANGE_H
#define GCPSECRET_SRC_EXCHANGE_H

#include "http.h"
#include "internal.h"

enum peer {
	PEER_API,
	PEER_TOKEN,    /* of OAuth, for users */
	PEER_KEY,      /* the same, for keys of service accounts */
	PEER_METADATA, /* of the machine */
	PEER_STS,      /* external accounts */
	PEER_IAM,      /* impersonation */
	PEER_SUBJECT,  /* whoever gives an external account's subject token */
	PEER_AWS,
	PEER_CERTS /* keys that check ID tokens */
};

/* After what a request may be sent again. */
enum repeat {
	REPEAT_ANY,     /* whatever may pass by itself */
	REPEAT_REFUSED, /* what certainly had no effect: a 429, nothing sent */
	REPEAT_UNSENT,  /* when certainly nothing was sent */
	REPEAT_NOT
};

struct exchange {
	enum peer            peer;
	enum repeat          repeat;
	bool                 only_busy; /* of its failures only "try again" */
	struct http_request  request;
	struct http_response response;

	/* For messages; each may be NULL. */
	const char *resource;   /* what is asked for */
	const char *permission; /* what that takes */
	const char *actor;      /* who asks for a token */
	bool        of_version; /* the resource is a version of a secret */
	bool        has_etag;   /* the request says what it expects */

	/* What was sent and no message may hold, though the answer repeats it or
	 * its beginning; ends with NULL; or NULL. */
	const char *const *secrets;
	const char        *secret; /* one more, which may have NULs inside */
	size_t             secret_len;

	bool               busy; /* the last refusal said that it will pass */
	int                attempts; /* how often it was sent */
};

/* Prepares a GET; gs_exchange_free() ends it. */
void gs_exchange_init(struct exchange *x, enum peer peer, const char *url);
void gs_exchange_free(struct exchange *x);

/* Sends until there is an answer of 200, as often as the settings allow. */
gcpsecret_status gs_exchange(
    gcpsecret_client *client, struct exchange *x, gcpsecret_error *err);

/* Sends once, for `most_ms` at most. */
enum http_outcome gs_exchange_once(
    gcpsecret_client *client, struct exchange *x, int64_t most_ms);

/* Whether an answer is really the metadata server's: it says so in a header
 * that nobody else sends by chance. */
bool gs_exchange_is_metadata(const struct http_response *response);

/* "Secret Manager", "the token endpoint", ... */
const char *gs_peer_name(enum peer peer);

/* refusal.c: turns an answer that is not 200 into a status and a message. */
gcpsecret_status gs_refusal(
    gcpsecret_client *client, struct exchange *x, gcpsecret_error *err);

/* Whether a metadata server answers at `base`, quickly. */
bool gs_metadata_ping(gcpsecret_client *client, const char *base);

/* GETs `path` below /computeMetadata/v1/ of the credentials' base URL.  *body
 * is to be freed with buf_free() in any case. */
gcpsecret_status gs_metadata_get(gcpsecret_client *client, const char *path,
    struct buf *body, gcpsecret_error *err);

#endif
