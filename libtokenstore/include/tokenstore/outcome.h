/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_OUTCOME_H
#define TOKENSTORE_OUTCOME_H

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

/* Gives a claim back whose token was not spent: all is as if never claimed. */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_release(
    tokenstore *store, const tokenstore_claim *claim, tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
