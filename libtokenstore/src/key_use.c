/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "internal.h"

/* What tokenstore_key_use_list points into. */
struct list {
	tokenstore_key_use_list    shown;
	const tokenstore_key_use **items;
	tokenstore_key_use        *uses;
};

void
tokenstore_key_use_list_free(tokenstore_key_use_list *list)
{
	struct list *mine = (struct list *)list;

	if (mine == NULL)
		return;
	free(mine->items);
	free(mine->uses);
	free(mine);
}

/* Room for `max` of them; NULL when memory is short. */
static struct list *
list_new(size_t max)
{
	struct list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return NULL;
	list->items = calloc(max, sizeof(*list->items));
	list->uses = calloc(max, sizeof(*list->uses));
	list->shown.items = list->items;
	if (list->items != NULL && list->uses != NULL)
		return list;
	tokenstore_key_use_list_free(&list->shown);
	return NULL;
}

static tokenstore_key_use *
list_add(struct list *list, const tokenstore *store, int32_t id)
{
	tokenstore_key_use *use = &list->uses[list->shown.count];

	use->key_id = id;
	use->in_keyring = ts_keyring_find(&store->ring, id) != NULL;
	list->items[list->shown.count++] = use;
	return use;
}

static bool
list_has(const struct list *list, int32_t id)
{
	for (size_t i = 0; i < list->shown.count; i++)
		if (list->uses[i].key_id == id)
			return true;
	return false;
}

static int
compare_ids(const void *a, const void *b)
{
	const tokenstore_key_use *x = *(const tokenstore_key_use *const *)a;
	const tokenstore_key_use *y = *(const tokenstore_key_use *const *)b;

	return (x->key_id > y->key_id) - (x->key_id < y->key_id);
}

/* NULL when memory is short. */
static struct list *
read_uses(const tokenstore *store, const struct pg_result *result)
{
	size_t       rows = (size_t)pg_result_rows(result);
	struct list *list = list_new(rows + store->ring.count);

	if (list == NULL)
		return NULL;
	for (int row = 0; row < (int)rows; row++) {
		size_t      len;
		const void *header = pg_result_bytes(result, row, 0, &len);
		tokenstore_key_use *use =
		    list_add(list, store, len < 6 ? 0 : ts_seal_key_id(header));

		use->access_tokens = pg_result_int(result, row, 1);
		use->refresh_tokens = pg_result_int(result, row, 2);
	}
	for (size_t i = 0; i < store->ring.count; i++)
		if (!list_has(list, store->ring.keys[i].id))
			list_add(list, store, store->ring.keys[i].id);
	qsort(
	    list->items, list->shown.count, sizeof(*list->items), compare_ids);
	return list;
}

/* The key's id is in the record's first six bytes. */
static const char count_tokens[] =
    "SELECT substring(ct from 1 for 6), sum(access), sum(refresh) FROM ("
    " SELECT access_ct AS ct, 1 AS access, 0 AS refresh"
    "  FROM tokenstore.account WHERE app_id = $1::int4 AND access_ct <> ''"
    " UNION ALL SELECT refresh_ct, 0, 1"
    "  FROM tokenstore.account WHERE app_id = $1::int4 AND refresh_ct <> ''"
    " UNION ALL SELECT refresh_ct, 0, 1"
    "  FROM tokenstore.spill WHERE app_id = $1::int4) t GROUP BY 1";

tokenstore_status
tokenstore_key_usage(
    tokenstore *store, tokenstore_key_use_list **out, tokenstore_error *err)
{
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	struct list      *list;
	tokenstore_status status;

	if (store == NULL || out == NULL)
		return ts_fail(err, TOKENSTORE_ERR_ARGUMENT,
		    "store and out: are required");
	*out = NULL;
	if ((status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	ts_add_int(&params, store->app_id);
	status = ts_run_again(store, count_tokens, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if ((list = read_uses(store, result)) == NULL)
		status = ts_no_memory(err);
	else
		*out = &list->shown;
	pg_result_free(result);
	return status;
}
