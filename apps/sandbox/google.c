/* SPDX-License-Identifier: MIT */
#include "google.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jwt.h"
#include "members.h"

#define TOKEN_LEN 1024
#define TOKEN_START "ya29.c."
#define CERTS_MAX_AGE_S 3600
#define METADATA_EARLY_S 300 /* so long before its end a token is replaced */

void
google_init(struct google *google, const char *project, uint64_t seed,
    const struct known *known)
{
	char refresh[WORKFORCE_REFRESH_SIZE];

	google->seed = seed;
	google->known = known;
	google->certs_max_age_s = CERTS_MAX_AGE_S;
	google->has_account = google->has_flavor = true;
	snprintf(google->email, sizeof(google->email),
	    "sandbox@%s.iam.gserviceaccount.com", project);
	snprintf(google->universe, sizeof(google->universe), "googleapis.com");
	keyring_init(&google->keys, seed, known);
	known_add_text(known, GOOGLE_USER_SECRET);
	known_add_text(known, GOOGLE_USER_REFRESH);
	known_add_text(known, GOOGLE_WORKFORCE_SECRET);
	google_workforce_refresh(google, refresh);
	known_add_text(known, refresh);
}

void
google_free(struct google *google)
{
	keyring_free(&google->keys);
}

unsigned
google_scopes(const char *scopes)
{
	static const struct {
		const char *scope;
		unsigned    opens;
	} known[] = {
		{ GOOGLE_SCOPE, GOOGLE_OPENS_SECRETS | GOOGLE_OPENS_IAM },
		{ GOOGLE_SCOPE_IAM, GOOGLE_OPENS_IAM },
		{ GOOGLE_SCOPE_SQL, GOOGLE_OPENS_SQL },
	};
	unsigned opened = 0;
	size_t   n;

	for (; *scopes != '\0'; scopes += n + (scopes[n] != '\0')) {
		n = strcspn(scopes, " ,");
		for (size_t i = 0; i < COUNT(known); i++)
			if (n == strlen(known[i].scope) &&
			    strncmp(scopes, known[i].scope, n) == 0)
				opened |= known[i].opens;
	}
	return opened;
}

/* What a token says of itself. */
struct access {
	int64_t  expires_at;
	unsigned number, scopes;
};

/* "ya29.c.EXPIRY.NUMBER.SCOPES.DIGEST......" */
static bool
make_access(
    const struct google *google, const struct access *access, struct buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char          from[96];
	size_t        i;

	snprintf(from, sizeof(from), "%" PRIu64 " %" PRId64 " %u %u",
	    google->seed, access->expires_at, access->number, access->scopes);
	if (EVP_Digest(from, strlen(from), digest, NULL, EVP_sha256(), NULL) !=
	    1)
		return false;
	buf_addf(out, TOKEN_START "%012" PRIx64 ".%08x.%x.",
	    (uint64_t)access->expires_at, access->number, access->scopes);
	for (i = 0; i < 32; i++)
		buf_addf(out, "%02x", digest[i]);
	while (buf_ok(out) && out->len < TOKEN_LEN)
		buf_add(out, ".", 1);
	return buf_ok(out);
}

static bool
add_access(
    const struct google *google, const struct access *access, struct buf *out)
{
	struct buf token;
	bool       ok;

	buf_init(&token, TOKEN_LEN);
	ok = make_access(google, access, &token) &&
	     buf_add(out, token.data, token.len);
	if (ok)
		known_add(google->known, token.data, token.len);
	buf_free(&token);
	return ok;
}

bool
google_add_access(
    struct google *google, int64_t expires_at, unsigned scopes, struct buf *out)
{
	struct access access = { expires_at, google->issued++, scopes };

	return add_access(google, &access, out);
}

bool
google_add_metadata_access(struct google *google, int64_t now, unsigned scopes,
    int64_t *expires_in, struct buf *out)
{
	struct access access = { google->metadata[scopes].expires_at,
		google->metadata[scopes].number, scopes };
	int64_t       left = access.expires_at - now;

	if (left < METADATA_EARLY_S || left > GOOGLE_LIFE_S) {
		left = GOOGLE_LIFE_S;
		access.expires_at = now + left;
		access.number = google->issued++;
		google->metadata[scopes].expires_at = access.expires_at;
		google->metadata[scopes].number = access.number;
	}
	*expires_in = left;
	return add_access(google, &access, out);
}

static enum google_verdict
judge_access(const struct google *google, const char *bearer,
    enum google_scope wanted, int64_t now)
{
	struct access access;
	struct buf    text;
	char         *end;
	bool          is_ours;

	access.expires_at = strtoll(bearer + strlen(TOKEN_START), &end, 16);
	if (*end != '.')
		return GOOGLE_UNKNOWN;
	access.number = (unsigned)strtoul(end + 1, &end, 16);
	if (*end != '.')
		return GOOGLE_UNKNOWN;
	access.scopes = (unsigned)strtoul(end + 1, NULL, 16);
	buf_init(&text, TOKEN_LEN);
	is_ours = make_access(google, &access, &text) &&
		  strcmp(text.data, bearer) == 0;
	buf_free(&text);
	if (!is_ours)
		return GOOGLE_UNKNOWN;
	if (access.expires_at <= now)
		return GOOGLE_EXPIRED;
	return (access.scopes & wanted) != 0 ? GOOGLE_GOOD : GOOGLE_NARROW;
}

/* "https://secretmanager.googleapis.com/", or that of a region. */
static bool
is_audience(const char *audience, enum google_scope wanted)
{
	size_t n = strlen(audience);

	if (wanted == GOOGLE_OPENS_IAM)
		return strcmp(audience,
			   "https://iamcredentials.googleapis.com/") == 0;
	return strcmp(audience, "https://secretmanager.googleapis.com/") == 0 ||
	       (strncmp(audience, "https://secretmanager.", 22) == 0 &&
		   n > 22 + 20 &&
		   strcmp(audience + n - 20, ".rep.googleapis.com/") == 0);
}

/* AIP-4111: signed for itself, for one list of scopes or one API. */
static enum google_verdict
judge_jwt(struct google *google, const char *bearer, enum google_scope wanted,
    int64_t now)
{
	struct json_object *claims =
	    jwt_claims(&google->keys, KEY_ACCOUNT, bearer);
	const char         *iss = members_get_string(claims, "iss");
	const char         *sub = members_get_string(claims, "sub");
	const char         *scope = members_get_string(claims, "scope");
	const char         *aud = members_get_string(claims, "aud");
	enum google_verdict verdict = GOOGLE_UNKNOWN;

	if (iss != NULL && sub != NULL && strcmp(iss, google->email) == 0 &&
	    strcmp(sub, iss) == 0 && (scope == NULL) != (aud == NULL) &&
	    (aud == NULL || is_audience(aud, wanted))) {
		verdict = GOOGLE_GOOD;
		if (!jwt_times_hold(claims, GOOGLE_JWT_LIFE_S, now))
			verdict = GOOGLE_EXPIRED;
		else if (scope != NULL && (google_scopes(scope) & wanted) == 0)
			verdict = GOOGLE_NARROW;
	}
	json_object_put(claims);
	return verdict;
}

enum google_verdict
google_judge(struct google *google, const char *bearer,
    enum google_scope wanted, int64_t now)
{
	if (bearer == NULL)
		return GOOGLE_ABSENT;
	if (strncmp(bearer, TOKEN_START, strlen(TOKEN_START)) == 0)
		return judge_access(google, bearer, wanted, now);
	return judge_jwt(google, bearer, wanted, now);
}

void
google_workforce_refresh(
    const struct google *google, char text[WORKFORCE_REFRESH_SIZE])
{
	snprintf(text, WORKFORCE_REFRESH_SIZE, "sandbox-workforce-refresh-%u",
	    google->workforce_refreshes + 1);
}
