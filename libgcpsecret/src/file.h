/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_FILE_H
#define GCPSECRET_SRC_FILE_H

#include "internal.h"

/*
 * Adds all of a regular file to `text`, whose ceiling bounds it.  `label` stands
 * for the file in messages, and "larger than N KiB, so no THING" says what it
 * should have been.  Fails with: CREDENTIALS, NOMEM.
 */
gcpsecret_status gs_file_read(const char *path, const char *label,
    const char *thing, struct buf *text, gcpsecret_error *err);

#endif
