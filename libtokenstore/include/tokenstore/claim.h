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

/*
 * Claims up to `limit` accounts that are due: in each of 64 groups the longest
 * due first, the groups in turn.  No other process gets them before `lease_s`
 * seconds are over.  None due: an empty list.  Nothing is held in the meantime:
 * no transaction, no connection.
 *
 * For each claim spend its refresh token once, within the lease, and then call
 * exactly one of tokenstore_save(), tokenstore_refuse(), tokenstore_defer() or
 * tokenstore_release().  A process that dies in between leaves the account
 * to the next claim after the lease, with in_doubt_since set.
 *
 * *out is to be freed with tokenstore_claim_list_free(), which wipes it.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_claim_due(
    tokenstore *store, int limit, int64_t lease_s, tokenstore_claim_list **out,
    tokenstore_error *err);

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
