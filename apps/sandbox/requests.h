/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_REQUESTS_H
#define SANDBOX_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "emit.h"

#define REQUESTS_MAX 1024

/* What was asked for, without queries: each path once, with a count. */
struct requests {
	struct {
		char    method[8];
		char    path[160]; /* the beginning of a longer one */
		int64_t count;
	} list[REQUESTS_MAX];
	size_t  count;
	int64_t more; /* calls of paths for which there was no room */
};

void requests_note(
    struct requests *requests, const char *method, const char *path);
void requests_emit(struct emit *e, const struct requests *requests);

#endif
