/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SECRET_INPUT_H
#define GCPSECRET_SRC_SECRET_INPUT_H

#include "internal.h"

/* What is wrong with an input, or NULL. */
const char *gs_fault_of_creation(
    const gcpsecret_secret_input *input, bool regional);
const char *gs_fault_of_update(const gcpsecret_secret_input *input);

/* The body, which buf_free() ends in any case. */
void gs_write_creation(
    struct buf *body, const gcpsecret_secret_input *input, bool regional);
void gs_write_update(struct buf *body, const gcpsecret_secret_input *input);

/* Adds updateMask=... */
void gs_write_mask(struct buf *query, const gcpsecret_secret_input *input);

#endif
