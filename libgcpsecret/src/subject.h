/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SUBJECT_H
#define GCPSECRET_SRC_SUBJECT_H

#include "key_file.h"

/*
 * Adds the subject token, with which an external account proves itself, to
 * `token`.
 */
gcpsecret_status gs_subject_aws(gcpsecret_client *client,
    const struct key_file *file, struct buf *token, gcpsecret_error *err);

#endif
