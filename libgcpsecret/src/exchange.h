/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_EXCHANGE_H
#define GCPSECRET_SRC_EXCHANGE_H

#include "http.h"
#include "internal.h"

enum peer { PEER_API, PEER_TOKEN, PEER_METADATA, PEER_CERTS };

struct exchange {
	enum peer            peer;
	const char          *resource; /* what is asked for; or NULL */
	struct http_request  request;
	struct http_response response;
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
    gcpsecret_client *client, const struct exchange *x, gcpsecret_error *err);

/* Whether a metadata server answers at `base`, quickly. */
bool gs_metadata_ping(gcpsecret_client *client, const char *base);

/* GETs `path` below /computeMetadata/v1/ of the credentials' base URL.  *body
 * is to be freed with buf_free() in any case. */
gcpsecret_status gs_metadata_get(gcpsecret_client *client, const char *path,
    struct buf *body, gcpsecret_error *err);

#endif
