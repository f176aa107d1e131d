/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_OVERVIEW_H
#define TOKENSTORE_OVERVIEW_H

#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A number of accounts, and the same by how long they have been so. */
typedef struct tokenstore_ages {
	int64_t total; /* the sum of the others */
	int64_t under_5_min, under_1_h, under_6_h, under_1_d, older;
} tokenstore_ages;

#define TOKENSTORE_OVERVIEW_KEYS 8

/* The application's accounts at one moment, for the person in charge. */
typedef struct tokenstore_overview {
	int64_t at; /* that moment, by the database's clock */

	int64_t active, needs_consent, revoked; /* every account is one */
	int64_t leased; /* somebody is refreshing them now */

	tokenstore_ages due;      /* active and due, not counting leased ones */
	tokenstore_ages in_doubt; /* active, a refresh never reported back;
				   * not counting leased ones */

	/* Of those that need consent: the provider refused the last token; the
	 * same after a refresh that never reported back, whose token may have
	 * got lost; there never was a token. */
	tokenstore_ages refused, maybe_lost, never_had;

	int64_t         oldest_due_at; /* 0: none due */
	int64_t
	    last_refreshed_at; /* when an account that was refreshed at least
				    * once last got tokens; 0: never */

	/* Accounts and tokens beside them under a key that the keyring lacks,
	 * and the first of those keys' ids; 0 where there is no further one. */
	int64_t  unreadable;
	int32_t  unreadable_keys[TOKENSTORE_OVERVIEW_KEYS];

	uint64_t reserved[16];
} tokenstore_overview;

/*
 * Reads every account of the application, some seconds for some million of
 * them: for a page or a minute's check, not for each request.  Needs no right to
 * read a token.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_overview_get(
    tokenstore *store, tokenstore_overview *out, tokenstore_error *err);

#ifdef __cplusplus
}
#endif

#endif
