/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GOOGLE_H
#define SANDBOX_GOOGLE_H

/*
 * Google as far as credentials go: one service account, one user, one pool of
 * workloads and one of a workforce, and the access tokens that they get.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "keyring.h"
#include "known.h"

#define GOOGLE_USER_ID "sandbox-user.apps.googleusercontent.com"
#define GOOGLE_USER_SECRET "sandbox-user-secret"
#define GOOGLE_USER_REFRESH "1//sandbox-user-refresh-token"
#define GOOGLE_USER_EMAIL "user@sandbox.example"
#define GOOGLE_WORKFORCE_ID "sandbox-workforce-client"
#define GOOGLE_WORKFORCE_SECRET "sandbox-workforce-secret"
#define GOOGLE_ACCOUNT_ID "100000000000000000001"
#define GOOGLE_USER_NUMBER "100000000000000000002"
#define GOOGLE_SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define GOOGLE_SCOPE_IAM "https://www.googleapis.com/auth/iam"
#define GOOGLE_SCOPE_SQL "https://www.googleapis.com/auth/sqlservice.login"
#define GOOGLE_TOKEN_URI "https://oauth2.googleapis.com/token"
#define GOOGLE_LIFE_S 3599
#define GOOGLE_JWT_LIFE_S 3600

/* What a token opens. */
enum google_scope {
	GOOGLE_OPENS_SECRETS = 1,
	GOOGLE_OPENS_IAM = 2,
	GOOGLE_OPENS_SQL = 4 /* a login to a database */
};
#define GOOGLE_OPENS_SETS 8 /* of these */

/* How the next refresh by the user ends. */
enum google_user {
	USER_GOOD,
	USER_REVOKED,
	USER_INVALID_RAPT, /* the organisation wants a new login */
	USER_RAPT_REQUIRED
};

struct google {
	struct keyring      keys;
	char                email[128]; /* of the service account */
	uint64_t            seed;
	const struct known *known;
	unsigned            issued;
	enum google_user    user;
	unsigned            workforce_refreshes; /* each changes the token */

	/* Of the answers with keys. */
	int64_t certs_max_age_s, certs_age_s;

	/* Of the metadata server; for each set of scopes the token that it
	 * gives out until shortly before its end. */
	char universe[64]; /* "": it does not say */
	bool has_account, has_flavor;
	struct {
		int64_t  expires_at;
		unsigned number;
	} metadata[GOOGLE_OPENS_SETS];
};

void google_init(struct google *google, const char *project, uint64_t seed,
    const struct known *known);
void google_free(struct google *google);

/* What scopes open, separated by spaces or commas; a set of google_scope. */
unsigned google_scopes(const char *scopes);

/* Adds an access token: opaque, a kilobyte long as Google's often are. */
bool google_add_access(struct google *google, int64_t expires_at,
    unsigned scopes, struct buf *out);

/* The metadata server's, which is the same for most of its life. */
bool google_add_metadata_access(struct google *google, int64_t now,
    unsigned scopes, int64_t *expires_in, struct buf *out);

enum google_verdict {
	GOOGLE_GOOD,
	GOOGLE_ABSENT,
	GOOGLE_EXPIRED,
	GOOGLE_UNKNOWN,
	GOOGLE_NARROW /* good, but for something else */
};

/* Judges what came as a bearer token, or NULL: one of ours, or a JWT that the
 * service account signed by itself. */
enum google_verdict google_judge(struct google *google, const char *bearer,
    enum google_scope wanted, int64_t now);

/* The token that external_account_authorized_user holds now. */
#define WORKFORCE_REFRESH_SIZE 64
void google_workforce_refresh(
    const struct google *google, char text[WORKFORCE_REFRESH_SIZE]);

#endif
