/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_UPLOAD_H
#define SANDBOX_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "emit.h"

#define UPLOAD_DIGEST_SIZE 32
#define UPLOADS_MAX 300 /* an athlete */

/* A file that was sent, and what became of it. */
struct upload {
	int64_t id;
	char    external_id[160];
	char    error[640]; /* "": none */
	size_t  number;     /* of the activity, if there is no error */
	int64_t ready_at;
	int64_t polls; /* that still say "processing" */
};

int64_t upload_id(size_t person, size_t number);

enum upload_state {
	UPLOAD_PROCESSING,
	UPLOAD_READY,
	UPLOAD_DELETED, /* its activity was */
	UPLOAD_FAILED
};

/* `activity` is the id if it is ready. */
void upload_emit(struct emit *e, const struct upload *upload,
    enum upload_state state, int64_t activity);

#endif
