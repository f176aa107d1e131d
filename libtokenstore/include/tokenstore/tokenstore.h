/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_TOKENSTORE_H
#define TOKENSTORE_TOKENSTORE_H

/*
 * OAuth tokens in PostgreSQL, encrypted, one account for each person and
 * application.  Knows nothing of any provider; knows how not to lose a refresh
 * token when many processes refresh, log in and revoke at the same time.
 * tokenstore(3) is the guide, tokenstore_schema(7) describes the tables.
 *
 * The rule that keeps tokens safe: the store holds a set of refresh tokens for
 * each account, nearly always of one.  Every token that a provider hands out is
 * added; a token leaves the set only when a newer one came in exchange for it,
 * when the provider refused it, or when the person withdrew consent; of those
 * that more consents left over, the eight youngest are kept.  A claim keeps two
 * processes from refreshing one account at once; it makes things cheap, and
 * nothing depends on it for safety.
 */

#include <tokenstore/account.h>
#include <tokenstore/api.h>
#include <tokenstore/budget.h>
#include <tokenstore/claim.h>
#include <tokenstore/error.h>
#include <tokenstore/outcome.h>
#include <tokenstore/store.h>

#endif
