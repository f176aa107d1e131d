/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_ACCOUNT_H
#define TOKENSTORE_ACCOUNT_H

#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a provider handed out.  Filled by the caller, only read. */
typedef struct tokenstore_grant {
	const char *access_token;  /* NULL or "": none came with it */
	const char *refresh_token; /* required */
	int64_t     expires_at;    /* of the access token, epoch seconds */
	int64_t     expires_in;    /* as the provider said */
	const char *scope;         /* NULL: unknown; on a save: unchanged */
	uint64_t    reserved[4];
} tokenstore_grant;

/*
 * Keeps what a person's consent brought.  `subject` is the provider's id of the
 * person.  A new account is made, or the grant is added to the one that is
 * there; an older refresh token stays in the set until the provider refuses it.
 * Safe to repeat.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_put(
    tokenstore *store, const char *subject, const tokenstore_grant *grant,
    tokenstore_error *err);

typedef enum tokenstore_state {
	TOKENSTORE_ACTIVE = 0,
	TOKENSTORE_NEEDS_CONSENT = 1, /* the provider refused every token */
	TOKENSTORE_REVOKED = 2        /* the person withdrew consent */
} tokenstore_state;

/*
 * An account without its refresh tokens, which only claims carry.  Allocated
 * and owned by the library until tokenstore_account_free(), which wipes it.
 * Times are epoch seconds, 0 for never.
 */
typedef struct tokenstore_account {
	const char      *subject;
	tokenstore_state state;
	const char      *access_token; /* NULL when there is none */
	int64_t          expires_at, expires_in;
	const char      *scope;
	int64_t          due_at; /* when the next refresh is worth trying */
	int64_t leased_until;    /* somebody is refreshing it until then */
	int64_t in_doubt_since;  /* a refresh began and never reported back */
	int64_t created_at, updated_at, last_used_at, revoked_at;
	int64_t sequence; /* another one whenever a token is stored: it grows,
			   * also when the account is deleted and made anew */
	int64_t total_refreshes, total_refresh_checks, failures;
	const char *last_refreshed_by;
	const char *last_error; /* a class such as "network", never a message */
} tokenstore_account;

/* Worth acting on: NOT_FOUND, KEY. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_get(
    tokenstore *store, const char *subject, tokenstore_account **out,
    tokenstore_error *err);
TOKENSTORE_API void tokenstore_account_free(tokenstore_account *account);

/*
 * Notes that the person used the account now, which is what keeps it fresh: it
 * is due when its access token ends, at the latest, unless its last refresh
 * failed.  Worth acting on: NOT_FOUND.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_touch(
    tokenstore *store, const char *subject, tokenstore_error *err);

/*
 * The provider refused an access token before its end: it ended a minute ago then,
 * for clocks differ, and the account is due, unless its last refresh failed.  For programs that may not
 * refresh by themselves.  `sequence` is that of the account that was looked at;
 * if tokens were stored since, or there is no account, nothing is changed.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_distrust(
    tokenstore *store, const char *subject, int64_t sequence,
    tokenstore_error *err);

/*
 * The person withdrew consent: wipes the tokens and leaves a mark, so that a
 * refresh under way cannot bring them back.  No account: OK.
 *
 * `sequence` is that of the account that the caller looked at.  If tokens were
 * stored since, perhaps those of a new consent, nothing is changed and
 * *newer_out, unless NULL, is 1; else it is 0.  So it is safe to repeat.
 * `sequence` 0 wipes whatever is there, a new consent too.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_revoke(
    tokenstore *store, const char *subject, int64_t sequence, int *newer_out,
    tokenstore_error *err);

/* Forgets an account and everything about it, on the same condition.  No
 * account: OK. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_delete(
    tokenstore *store, const char *subject, int64_t sequence, int *newer_out,
    tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
