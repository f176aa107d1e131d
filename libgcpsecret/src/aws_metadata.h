/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_AWS_METADATA_H
#define GCPSECRET_SRC_AWS_METADATA_H

#include "key_file.h"

/* Where a machine of AWS learns where it is and what it may do. */
struct aws_metadata {
	gcpsecret_client            *client;
	const struct subject_source *source;  /* its addresses */
	struct buf                   session; /* header; empty until needed */
};

struct aws_keys {
	struct json_object *document; /* owns the texts, unless it is NULL */
	const char         *id, *secret, *session_token;
};

/* Zeroed, it may be ended too. */
void gs_aws_metadata_init(struct aws_metadata *metadata,
    gcpsecret_client *client, const struct subject_source *source);
void gs_aws_metadata_free(struct aws_metadata *metadata);

/* Whether all its addresses are where such a service can be. */
gcpsecret_status gs_aws_metadata_check(
    const struct aws_metadata *metadata, gcpsecret_error *err);

/* Each asks, in a session that is opened for the first question. */
gcpsecret_status gs_aws_metadata_region(
    struct aws_metadata *metadata, struct buf *region, gcpsecret_error *err);
gcpsecret_status gs_aws_metadata_keys(
    struct aws_metadata *metadata, struct aws_keys *keys, gcpsecret_error *err);

/* "us-east-2": fit to be a part of a host's name. */
bool gs_is_aws_region(const char *text);

/* One of a pair of keys or a session token: fit for a header. */
bool gs_is_aws_key(const char *text);

#endif
