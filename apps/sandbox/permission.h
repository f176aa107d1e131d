/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_PERMISSION_H
#define SANDBOX_PERMISSION_H

/* What IAM refuses on purpose.  Everything else is allowed. */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "emit.h"

#define DENIALS_MAX 32

struct denials {
	struct denial {
		char permission[96]; /* or "secretmanager.versions.*" */
		char resource[600];  /* and what is below it; "": any */
	} list[DENIALS_MAX];
	size_t count;
};

/* Replaces the list by [{"permission", "resource"}].  On failure nothing is
 * changed and *why says in a few words what is wrong. */
bool denials_read(
    struct denials *denials, struct json_object *list, const char **why);

/* `resource` with the project's number: "projects/100000000001/secrets/s". */
bool denials_hit(const struct denials *denials, const char *permission,
    const char *resource);

void denials_emit(
    struct emit *e, const char *key, const struct denials *denials);

#endif
