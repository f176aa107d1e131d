/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GUNZIP_H
#define SANDBOX_GUNZIP_H

#include "buf.h"

/* Adds what a gzip file holds.  False when it is none, breaks off, or holds more
 * than fits. */
bool gunzip(struct buf *out, const void *data, size_t len);

#endif
