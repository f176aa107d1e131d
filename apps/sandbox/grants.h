/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_GRANTS_H
#define SANDBOX_GRANTS_H

/*
 * Who has allowed the application what: codes, access tokens, refresh tokens,
 * by Strava's rules.  An athlete has one grant; it holds one refresh token that
 * lives and any number of access tokens that have not expired.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "known.h"

enum scope {
	SCOPE_READ = 1,
	SCOPE_READ_ALL = 2,
	SCOPE_PROFILE_READ_ALL = 4,
	SCOPE_PROFILE_WRITE = 8,
	SCOPE_ACTIVITY_READ = 16,
	SCOPE_ACTIVITY_READ_ALL = 32,
	SCOPE_ACTIVITY_WRITE = 64
};
#define SCOPE_COUNT 7
#define SCOPE_SIZE 128

/* The name of the i-th bit. */
const char *scope_name(size_t i);

/* Commas or spaces between names; false when one is unknown. */
bool scope_parse(const char *text, unsigned *scope);
void scope_format(unsigned scope, char text[SCOPE_SIZE]);

/* Whether a refresh answers with another refresh token. */
enum rotation { ROTATION_SOMETIMES, ROTATION_ALWAYS, ROTATION_NEVER };
bool rotation_parse(const char *text, enum rotation *rotation);

#define TOKEN_SIZE 41

struct access {
	char     text[TOKEN_SIZE];
	int64_t  expires_at;
	unsigned scope;
};

struct athlete {
	char           refresh[TOKEN_SIZE]; /* "": no grant */
	unsigned       scope;
	struct access *access; /* the newest is the last */
	size_t         access_count;
	bool           revoked;
	int64_t        issued;      /* tokens so far: numbers the next one */
	int64_t        refreshes;   /* answers with a new access token */
	int64_t        token_posts; /* refresh requests that arrived */
	int64_t        in_flight, overlaps;
	int64_t        refresh_used; /* how often the refresh token was good */
};

struct code {
	char     text[TOKEN_SIZE];
	size_t   athlete;
	unsigned scope;
	int64_t  expires_at;
	bool     tried;
};

struct grants {
	const struct known *known;
	uint64_t            seed;
	enum rotation       rotation;
	struct athlete     *athletes;
	size_t              count;
	struct code        *codes; /* not used and not expired */
	size_t              code_count;
	int64_t             codes_issued;
};

void grants_free(struct grants *grants);

/* `more` athletes who have not consented to anything.  False: no memory. */
bool grants_add(struct grants *grants, size_t more);

/* What a token request yields; points into the grants. */
struct grant {
	size_t      athlete;
	const char *access, *refresh;
	int64_t     expires_at;
	unsigned    scope;
};

/* The athlete consents.  NULL: no memory. */
const char *grants_consent(
    struct grants *grants, size_t athlete, unsigned scope, int64_t now);

/* True the first time that a good code is tried, which it survives. */
bool grants_try_code(struct grants *grants, const char *code);

/* How many athletes there are whose grant lives. */
size_t grants_alive(const struct grants *grants);

/* False when the code or token is used, dead, too old or not ours. */
bool grants_exchange(
    struct grants *grants, const char *code, int64_t now, struct grant *grant);
bool grants_refresh(struct grants *grants, const char *refresh, int64_t now,
    struct grant *grant);

/* Grants without a code in between.  False: no memory. */
bool grants_issue(struct grants *grants, size_t athlete, unsigned scope,
    int64_t now, struct grant *grant);

/* Fills *grant but for the refresh token; false when the token is no good. */
bool grants_find_access(const struct grants *grants, const char *access,
    int64_t now, struct grant *grant);

/* The athlete whose live token, of either kind, this is. */
bool grants_find(const struct grants *grants, const char *token, int64_t now,
    size_t *athlete);

/* Ends every token of the athlete; false when there was no grant. */
bool grants_revoke(struct grants *grants, size_t athlete);

/* The athlete to whom a token, dead or alive, was issued; false: nobody. */
bool grants_owner(
    const struct grants *grants, const char *token, size_t *athlete);

#endif
