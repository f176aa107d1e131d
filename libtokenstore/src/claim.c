/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * What a claim is and how one account is claimed; scan.c claims those that are
 * due.
 */

#define LEASE_MAX_S INT64_C(86400)

static const char claim_subject[] = TS_CLAIM(TS_CLAIMABLE(" AND subject = $5"));

static void
claim_free(struct ts_claim *claim)
{
	if (claim == NULL)
		return;
	free(claim->subject);
	wipe_free(claim->refresh_token);
	wipe_free(claim->access_token);
	free(claim);
}

void
tokenstore_claim_list_free(tokenstore_claim_list *list)
{
	struct ts_list *mine = (struct ts_list *)list;

	if (mine == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		claim_free((struct ts_claim *)mine->items[i]);
	free(mine->items);
	free(mine);
}

/* Room for one more; false when memory is short. */
static bool
list_grow(struct ts_list *list)
{
	size_t             capacity = list->capacity ? 2 * list->capacity : 16;
	tokenstore_claim **items;

	if (list->shown.count < list->capacity)
		return true;
	items = realloc(list->items, capacity * sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	list->shown.items = items;
	list->capacity = capacity;
	return true;
}

/* A claim from a row, without its tokens.  NULL when memory is short. */
static struct ts_claim *
read_claim(const struct ts_list *list, const struct pg_result *result, int row)
{
	struct ts_claim *claim = calloc(1, sizeof(*claim));

	if (claim == NULL)
		return NULL;
	claim->subject = strdup(pg_result_text(result, row, 0));
	claim->grant_epoch = pg_result_int(result, row, 5);
	claim->due_at = pg_result_int(result, row, 6);
	claim->rt_mac = pg_result_int(result, row, 7);
	claim->lease_id = list->lease_id;
	claim->lease_s = list->lease_s;
	claim->shown = (tokenstore_claim){
		.subject = claim->subject,
		.expires_at = pg_result_int(result, row, 3),
		.in_doubt_since = pg_result_int(result, row, 4),
	};
	if (claim->subject != NULL)
		return claim;
	claim_free(claim);
	return NULL;
}

/* Opens the tokens of a claimed row; NULL is one that is not there or does not
 * open.  The refresh token last: without memory for both there is none. */
static bool
open_tokens(const tokenstore *store, struct ts_claim *claim,
    const struct pg_result *result, int row)
{
	struct ts_place place = ts_place_of(store, claim->subject);
	const void     *access, *refresh;
	size_t          access_len, refresh_len;
	bool            ok;

	access = pg_result_bytes(result, row, 2, &access_len);
	refresh = pg_result_bytes(result, row, 1, &refresh_len);
	ok = ts_unseal(&store->ring, TS_ACCESS, &place, access, access_len,
		 &claim->access_token) &&
	     ts_unseal_main(&store->ring, &place, refresh, refresh_len,
		 claim->rt_mac, &claim->refresh_token);
	claim->shown.access_token = claim->access_token;
	claim->shown.refresh_token = claim->refresh_token;
	return ok;
}

/* What memory is too short for is no fault of the row. */
tokenstore_status
ts_list_add(const tokenstore *store, struct ts_list *list,
    const struct pg_result *result, tokenstore_error *err)
{
	tokenstore_status status = TOKENSTORE_OK;
	struct ts_claim  *claim;

	for (int row = 0; row < pg_result_rows(result); row++) {
		if (!list_grow(list) ||
		    (claim = read_claim(list, result, row)) == NULL) {
			status = ts_no_memory(err);
			continue;
		}
		list->items[list->shown.count++] = &claim->shown;
		if (!open_tokens(store, claim, result, row))
			status = ts_no_memory(err);
		else if (claim->refresh_token == NULL)
			list->shown.unreadable++;
	}
	return status;
}

void
ts_list_finish(tokenstore *store, struct ts_list *list)
{
	size_t             count = list->shown.count, kept = 0;
	tokenstore_claim **items = list->items, *claim;

	/* Those that open come first, in their order. */
	for (size_t i = 0; i < count; i++) {
		if (items[i]->refresh_token == NULL)
			continue;
		claim = items[i];
		items[i] = items[kept];
		items[kept++] = claim;
	}
	ts_release_many(store, items + kept, count - kept, NULL);
	for (size_t i = kept; i < count; i++)
		claim_free((struct ts_claim *)items[i]);
	list->shown.count = kept;
}

tokenstore_status
ts_check_lease(int64_t lease_s, tokenstore_error *err)
{
	if (lease_s >= 1 && lease_s <= LEASE_MAX_S)
		return TOKENSTORE_OK;
	return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
	    "lease_s: must be from 1 to %d", (int)LEASE_MAX_S);
}

struct ts_list *
ts_list_new(int64_t lease_s)
{
	struct ts_list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->lease_s = lease_s;
	list->lease_id = ts_random();
	if (list->lease_id != 0)
		return list;
	free(list);
	return NULL;
}

/* OK when the account is there, although it could not be claimed. */
static tokenstore_status
find(tokenstore *store, const char *subject, tokenstore_error *err)
{
	static const char sql[] = "SELECT 1 FROM tokenstore.account"
				  " WHERE app_id = $1::int4 AND subject = $2";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;

	ts_params_plain(&params, store, subject);
	status = ts_run_again(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) == 0)
		status =
		    ts_fail(err, TOKENSTORE_ERR_NOT_FOUND, "no such account");
	pg_result_free(result);
	return status;
}

static tokenstore_status
claim_into(tokenstore *store, const char *subject, struct ts_list *list,
    tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, store->clock_offset_s);
	ts_add_int(&params, store->app_id);
	ts_add_int(&params, list->lease_s);
	ts_add_int(&params, list->lease_id);
	ts_add_text(&params, subject);
	status = ts_run(store, claim_subject, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) > 0)
		status = ts_list_add(store, list, result, err);
	else
		status = find(store, subject, err);
	pg_result_free(result);
	return status;
}

tokenstore_status
tokenstore_claim_one(tokenstore *store, const char *subject, int64_t lease_s,
    tokenstore_claim_list **out, tokenstore_error *err)
{
	struct ts_list   *list;
	tokenstore_status status;

	if (out == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "out: is required");
	*out = NULL;
	if ((status = ts_check_lease(lease_s, err)) != TOKENSTORE_OK ||
	    (status = ts_begin_call(store, subject, err)) != TOKENSTORE_OK)
		return status;
	if ((list = ts_list_new(lease_s)) == NULL)
		return ts_no_memory(err);
	status = claim_into(store, subject, list, err);
	ts_list_finish(store, list);
	if (status == TOKENSTORE_OK)
		*out = &list->shown;
	else
		tokenstore_claim_list_free(&list->shown);
	return status;
}
