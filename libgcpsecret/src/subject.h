/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SUBJECT_H
#define GCPSECRET_SRC_SUBJECT_H

#include "key_file.h"

#define GS_SUBJECT_MAX 65536

/* What an external account shows of itself, to be traded for a token. */
struct proof {
	struct buf token;                        /* the subject token */
	struct buf certificate, certificate_key; /* PEM, for TLS; or empty */
};

void gs_proof_init(struct proof *proof);
void gs_proof_free(struct proof *proof);

/*
 * Gets it from where the file says, anew with each call: whoever keeps it there
 * replaces it before it ends.
 */
gcpsecret_status gs_subject(gcpsecret_client *client,
    const struct key_file *file, struct proof *proof, gcpsecret_error *err);

/* The sources that are more than a file or a URL. */
gcpsecret_status gs_subject_program(gcpsecret_client *client,
    const struct key_file *file, struct buf *token, gcpsecret_error *err);
gcpsecret_status gs_subject_aws(gcpsecret_client *client,
    const struct key_file *file, struct buf *token, gcpsecret_error *err);
gcpsecret_status gs_subject_certificate(const struct subject_source *source,
    struct proof *proof, gcpsecret_error *err);

#endif
