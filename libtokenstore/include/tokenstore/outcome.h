/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_OUTCOME_H
#define TOKENSTORE_OUTCOME_H

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/account.h>
#include <tokenstore/api.h>
#include <tokenstore/claim.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Stores what came in exchange for the claim's refresh token, even when the
 * lease is over; never in an account whose consent was withdrawn meanwhile.
 * `due_at` is when the next refresh is worth trying; without an access token the
 * stored one stays, and a minute from now is the latest.  Safe to repeat: do so
 * until it is OK, since a token that is not stored is lost.
 *
 * *stored_out, unless NULL: 0 when consent was withdrawn, else 1.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_save(
    tokenstore *store, const tokenstore_claim *claim,
    const tokenstore_grant *grant, int64_t due_at, int *stored_out,
    tokenstore_error *err);

/* One claim for tokenstore_save_many(). */
typedef struct tokenstore_save_item {
	/* What tokenstore_save() takes. */
	const tokenstore_claim *claim;
	const tokenstore_grant *grant;
	int64_t                 due_at;

	/* What became of it; written by every call. */
	int               stored; /* 0 when consent was withdrawn */
	tokenstore_status status; /* not OK: save it again */
	uint64_t          reserved[2];
} tokenstore_save_item;

/*
 * tokenstore_save() for many claims, in statements of up to 250: the cost of a
 * statement and its commit is shared.  Each item has its own status, and one
 * that fails keeps none of the others from being stored; but when the database
 * itself fails, the items that are left are not tried and have the status of
 * the failure.  Returns OK when all items are, else the first failure, which
 * *err describes.  Safe to repeat, with all items or with those that failed.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_save_many(
    tokenstore *store, tokenstore_save_item *items, size_t count,
    tokenstore_error *err);

/*
 * The provider said that the claim's refresh token is dead.  It leaves the set.
 * If the set holds another one, the claim is changed to it, *more_out is 1 and
 * the claim goes on with a lease that starts anew.  Else *more_out is 0 and the
 * claim is over: the account needs consent, unless it was revoked or claimed by
 * another process meanwhile.
 *
 * Worth acting on: KEY, nothing was changed since no key opens the other token.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_refuse(
    tokenstore *store, tokenstore_claim *claim, int *more_out,
    tokenstore_error *err);

/*
 * Gives the claim back without a new token, to be due again at `due_at`.
 * `in_doubt` 1 when the refresh token may have been spent.  `reason` is a short
 * class, never a message.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_defer(
    tokenstore *store, const tokenstore_claim *claim, int64_t due_at,
    int in_doubt, const char *reason, tokenstore_error *err);

/* One claim for tokenstore_defer_many(): what tokenstore_defer() takes. */
typedef struct tokenstore_deferral {
	const tokenstore_claim *claim;
	int64_t                 due_at;
	int                     in_doubt;
	const char             *reason;
	uint64_t                reserved[2];
} tokenstore_deferral;

/* The same for many claims, in statements of up to 250.  Not OK: any of them
 * may have been given back, and all may be given back again. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_defer_many(
    tokenstore *store, const tokenstore_deferral *items, size_t count,
    tokenstore_error *err);

/* Gives a claim back whose token was not spent: all is as if never claimed. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_release(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err);

/* The same for many claims, such as the items of a list. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_release_many(
    tokenstore *store, tokenstore_claim *const *claims, size_t count,
    tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
