/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_RESEAL_H
#define TOKENSTORE_RESEAL_H

#include <stddef.h>
#include <stdint.h>
#include <tokenstore/api.h>
#include <tokenstore/error.h>
#include <tokenstore/store.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tokenstore_reseal_report {
	int64_t  resealed;   /* accounts, this time */
	int64_t  changed;    /* accounts that somebody else wrote meanwhile */
	int64_t  unreadable; /* accounts that no key opens: left as they are */
	int64_t  left;       /* accounts with a token under another key */
	uint64_t reserved[4];
} tokenstore_reseal_report;

/*
 * Seals the tokens of up to `limit` accounts anew that are under another key of
 * the keyring than the first.  Refreshes, logins and withdrawals go on
 * meanwhile: an account that one of them wrote is left for the next call.  May
 * be ended at any time and called again, until `left` is 0.  *report is filled
 * as far as it went, also when it fails, but for `left`.
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_reseal(
    tokenstore *store, int limit, tokenstore_reseal_report *report,
    tokenstore_error *err);

/* How many tokens are sealed under one key. */
typedef struct tokenstore_key_use {
	int32_t key_id;
	int     in_keyring; /* 1: the store has a key of this id */
	int64_t access_tokens, refresh_tokens;
} tokenstore_key_use;

typedef struct tokenstore_key_use_list {
	size_t                           count;
	const tokenstore_key_use *const *items; /* by id */
} tokenstore_key_use_list;

/*
 * Which keys the tokens of the application need, each token counted, those kept
 * beside the main ones too.  A key of the keyring that is not in the list, or
 * has two zeros there, is used by none: it may be removed, if no program has it
 * in front.  Backups may need it still.
 *
 * *out is to be freed with tokenstore_key_use_list_free().
 */
TOKENSTORE_API TOKENSTORE_CHECK tokenstore_status tokenstore_key_usage(
    tokenstore *store, tokenstore_key_use_list **out, tokenstore_error *err);
TOKENSTORE_API void tokenstore_key_use_list_free(tokenstore_key_use_list *list);

#ifdef __cplusplus
}
#endif

#endif
