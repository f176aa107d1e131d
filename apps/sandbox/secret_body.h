/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_BODY_H
#define SANDBOX_SECRET_BODY_H

/* A secret as JSON: what clients may write into it, and what they read. */

#include <json-c/json.h>

#include "emit.h"
#include "shape.h"
#include "vault.h"

/* All members of a Secret, those of the answers too. */
extern const struct shape secret_shape[];

/* A set of members: bit SECRET_LABELS and so on. */
#define SECRET_BIT(member) (1U << (member))
#define SECRET_ALL (SECRET_BIT(SECRET_MEMBER_COUNT) - 1)

/* Adds what a path such as "labels" or "rotation.next_rotation_time" names; false
 * when it names nothing of a secret. */
bool secret_body_name(const char *path, size_t len, unsigned *members);

/*
 * Writes these members of the body into the secret: those that the body lacks are
 * taken away.  Returns NULL when it is done, else what is wrong; then nothing was
 * changed.  `is_new` lets through what is fixed once the secret exists.
 */
const char *secret_body_apply(struct secret *secret, struct json_object *body,
    unsigned members, bool is_new, int64_t now);

/* "\"16151a2f0e8b3f\"": an etag holds its quotes. */
#define ETAG_SIZE 24
void secret_etag(uint64_t etag, char text[ETAG_SIZE]);

void secret_body_emit(struct emit *e, const struct secret *secret);

#endif
