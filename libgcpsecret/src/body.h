/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_BODY_H
#define GCPSECRET_SRC_BODY_H

#include "internal.h"

/* Bodies of requests: JSON, written front to back.  Each adds a comma where one
 * belongs. */
void gs_body_init(struct buf *body, size_t max); /* and opens the object */
void gs_body_key(struct buf *body, const char *key);
void gs_body_item(struct buf *body, const char *text);
void gs_body_text(struct buf *body, const char *key, const char *text);
void gs_body_time(struct buf *body, const char *key, int64_t utc_s);
void gs_body_duration(struct buf *body, const char *key, int64_t s);
void gs_body_entries(
    struct buf *body, const char *key, const gcpsecret_entries *entries);

/* A change of state: {} or {"etag":...}. */
void gs_body_etag(struct buf *body, const char *etag);

/* What is wrong with an etag, or NULL; NULL is none. */
const char *gs_fault_of_etag(const char *etag);

#endif
