/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GOOGLE_H
#define SANDBOX_GOOGLE_H

/*
 * Google as far as credentials go: one service account with one RSA key, one
 * user, and the tokens that either of them gets.
 */

#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "known.h"

#define GOOGLE_USER_ID "sandbox-user.apps.googleusercontent.com"
#define GOOGLE_USER_SECRET "sandbox-user-secret"
#define GOOGLE_USER_REFRESH "1//sandbox-user-refresh-token"
#define GOOGLE_ACCOUNT_ID "100000000000000000001"
#define GOOGLE_SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define GOOGLE_TOKEN_URI "https://oauth2.googleapis.com/token"

struct google {
	EVP_PKEY           *key;
	char                kid[41];
	char                email[128]; /* of the service account */
	uint64_t            seed;
	const struct known *known;
	atomic_uint         issued;
};

/* False when there can be no key. */
bool google_init(struct google *google, const char *project, uint64_t seed,
    const struct known *known);
void google_free(struct google *google);

/* Adds an access token: opaque, a kilobyte long as Google's often are. */
bool google_add_access(
    struct google *google, int64_t expires_at, struct buf *out);

enum google_verdict { GOOGLE_GOOD, GOOGLE_EXPIRED, GOOGLE_UNKNOWN };

/* Judges what came as a bearer token for Secret Manager: one of ours, or a JWT
 * that the service account signed by itself. */
enum google_verdict google_judge(
    const struct google *google, const char *bearer, int64_t now);

/* Adds a JWT with these claims, signed with RS256. */
bool google_add_jwt(
    const struct google *google, const char *claims, struct buf *out);

/* Adds an identity token; `full` with the e-mail address. */
bool google_add_identity(const struct google *google, const char *audience,
    bool full, int64_t now, struct buf *out);

/* The claims of a JWT that this account's key signed, to be ended with
 * json_object_put(); NULL when it is no such thing.  Times are not checked. */
struct json_object *google_claims(const struct google *google, const char *jwt);

/* True when the times of the claims are sound: not over, not in the future, not
 * longer than an hour. */
bool google_claims_hold(struct json_object *claims, int64_t now);

/* The key in the forms in which people are given it. */
bool google_add_pem(const struct google *google, struct buf *out);
bool google_add_jwks(const struct google *google, struct buf *out);

#endif
