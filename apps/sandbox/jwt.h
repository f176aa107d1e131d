/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_JWT_H
#define SANDBOX_JWT_H

/* JSON Web Tokens, signed with RS256. */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "keyring.h"

#define JWT_MAX 16384

/* Adds a token with these claims, signed by that key; NULL adds none. */
bool jwt_add(const struct key *key, const char *claims, struct buf *out);

/* The same with a header of the caller's. */
bool jwt_add_with(const struct key *key, const char *header, const char *claims,
    struct buf *out);

/* The claims of a token that a key of that use signed, to be ended with
 * json_object_put(); NULL when it is no such thing.  Times are not checked. */
struct json_object *jwt_claims(
    struct keyring *ring, enum key_use use, const char *jwt);

/* True when the times of the claims are sound: not over, not in the future, not
 * longer than `life_s`. */
bool jwt_times_hold(struct json_object *claims, int64_t life_s, int64_t now);

/* Are they sound but for being over? */
bool jwt_is_over(struct json_object *claims, int64_t now);

#endif
