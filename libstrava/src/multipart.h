/* SPDX-License-Identifier: MIT */
#ifndef STRAVA_MULTIPART_H
#define STRAVA_MULTIPART_H

/* multipart/form-data of RFC 7578, as browsers write it. */

#include "internal.h"

#define MULTIPART_TYPE_SIZE 80

struct part {
	const char *name;
	const char *file_name; /* NULL: a field and no file */
	const void *data;
	size_t      len;
};

/*
 * Writes the parts to `body`, which was initialised, and what they are to
 * `type`, for Content-Type.  The boundary between the parts is random and occurs
 * in none of them.
 * Fails with: NOMEM, also when `body` has no room left.
 */
strava_status sv_multipart_write(struct buf *body,
    char type[MULTIPART_TYPE_SIZE], const struct part *parts, size_t count,
    strava_error *err);

#endif
