/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_CLAIM_H
#define TOKENSTORE_CLAIM_H

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A right to refresh one account, for as long as the lease runs.  Made by the
 * library and owned by the list it is in.
 */
typedef struct tokenstore_claim {
	const char *subject;
	const char *refresh_token;  /* spend this one */
	const char *access_token;   /* the one in the store; NULL: none */
	int64_t     expires_at;     /* of that access token */
	int64_t     in_doubt_since; /* an earlier refresh never reported back:
				     * this token may be dead; 0: none */
} tokenstore_claim;

typedef struct tokenstore_claim_list {
	size_t                   count;
	tokenstore_claim *const *items;
	size_t unreadable; /* accounts claimed that no key opens: left alone */
} tokenstore_claim_list;

/* Which accounts to claim.  Members left zero make no difference. */
typedef struct tokenstore_claim_options {
	int     limit;   /* at most so many, 1 to 10000 */
	int64_t lease_s; /* nobody else gets them before it is over; to 86400 */

	/* Accounts that their people used (tokenstore_touch(), or consent) in
	 * the last `used_within_s` seconds come before all others.  0: all are
	 * alike. */
	int64_t used_within_s;

	/* The others are claimed only when no token was stored for so long,
	 * which keeps a grant alive that nobody uses, or when they are in doubt.
	 * Until then they are not due.  0: whenever they are due. */
	int64_t keep_alive_s;

	/* Of `parts` programs that share the work, 64 at most, the part-th, from
	 * 0 on: a store's first claim begins with that part of the groups, far
	 * from the others, and the claims after it go on from there, to all of
	 * them.  0 parts: it begins anywhere. */
	int      part, parts;
	uint64_t reserved[3];
} tokenstore_claim_options;

/*
 * Claims accounts that are due: in each of 64 groups the longest due first, the
 * groups in turn.  None due: an empty list, after two rounds that found none.
 * Nothing is held in the meantime: no transaction, no connection.
 *
 * For each claim spend its refresh token once, within the lease, and then say
 * what came of it with exactly one call of <tokenstore/outcome.h>.  A process
 * that dies in between leaves the account to the next claim after the lease,
 * with in_doubt_since set.
 *
 * *out is to be freed with tokenstore_claim_list_free(), which wipes it.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_claim_due(
    tokenstore *store, const tokenstore_claim_options *options,
    tokenstore_claim_list **out, tokenstore_error *err);

/* The same for one account, due or not; an empty list when somebody else has it
 * or it is not active.  NOT_FOUND: no such account. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_claim_one(
    tokenstore *store, const char *subject, int64_t lease_s,
    tokenstore_claim_list **out, tokenstore_error *err);
TOKENSTORE_API void tokenstore_claim_list_free(tokenstore_claim_list *list);

#ifdef __cplusplus
}
#endif

#endif
