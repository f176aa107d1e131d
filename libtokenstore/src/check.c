/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * Whether the keyring opens what is stored.  A record tells which key it is
 * under; of those under one key one is opened, an access token if there is one.
 * Where the role may not read the records, the columns key_id have to do, which
 * name only one key where the two tokens of a row have different ones.
 */

#define HEAD_SIZE 6
#define HEAD(column) "substring(" column " from 1 for 6)"

/* clang-format off */

/* Which keys the records of a column are under, and one record under a key. */
#define COLUMN(purpose, table, column) { purpose, \
	"SELECT DISTINCT " HEAD(column) " FROM tokenstore." table \
	" WHERE app_id = $1::int4 AND " column " <> ''", \
	"SELECT subject, " column " FROM tokenstore." table \
	" WHERE app_id = $1::int4 AND " HEAD(column) " = $2::bytea LIMIT 1" }

/* clang-format on */

static const struct column {
	enum ts_purpose purpose;
	const char     *heads, *record;
} columns[] = {
	COLUMN(TS_ACCESS, "account", "access_ct"),
	COLUMN(TS_REFRESH, "account", "refresh_ct"),
	COLUMN(TS_REFRESH, "spill", "refresh_ct"),
};

static const char key_ids[] =
    "SELECT key_id FROM tokenstore.account WHERE app_id = $1::int4"
    " AND key_id <> 0 UNION SELECT key_id FROM tokenstore.spill"
    " WHERE app_id = $1::int4";

struct check {
	tokenstore *store;
	bool        tried[TS_KEYS_MAX]; /* that key of the ring */
};

static tokenstore_status
missing(int64_t id, tokenstore_error *err)
{
	return ts_fail(err, TOKENSTORE_ERR_KEY,
	    "tokens are sealed under the key %lld, which is not in the "
	    "keyring: add it",
	    (long long)id);
}

/* `head`: the second parameter, NULL for none. */
static tokenstore_status
run(const struct check *check, const char *sql, const struct buf *head,
    struct pg_result **result, tokenstore_error *err)
{
	struct ts_params params = { .count = 0 };

	ts_add_int(&params, check->store->app_id);
	if (head != NULL)
		ts_add_bytes(&params, head);
	return ts_run_again(check->store, sql, &params, result, err);
}

/* Opens the record in the only row, unless that has gone meanwhile. */
static tokenstore_status
open_record(const struct check *check, enum ts_purpose purpose, int32_t id,
    const struct pg_result *result, tokenstore_error *err)
{
	struct ts_place place;
	const void     *record;
	size_t          len;
	char           *token;

	if (pg_result_rows(result) == 0)
		return TOKENSTORE_OK;
	place = ts_place_of(check->store, pg_result_text(result, 0, 0));
	record = pg_result_bytes(result, 0, 1, &len);
	if (!ts_unseal(
		&check->store->ring, purpose, &place, record, len, &token))
		return ts_no_memory(err);
	if (token == NULL)
		return ts_fail(err, TOKENSTORE_ERR_KEY,
		    "the key %d of the keyring does not open a token that was "
		    "sealed under this id",
		    (int)id);
	wipe_free(token);
	return TOKENSTORE_OK;
}

/* Does that key open what is under it? */
static tokenstore_status
try_key(const struct check *check, const struct column *column, int32_t id,
    tokenstore_error *err)
{
	struct buf        head;
	struct pg_result *result = NULL;
	tokenstore_status status;

	buf_init(&head, HEAD_SIZE);
	if (ts_seal_header(id, &head))
		status = run(check, column->record, &head, &result, err);
	else
		status = ts_no_memory(err);
	buf_free(&head);
	if (status != TOKENSTORE_OK)
		return status;
	status = open_record(check, column->purpose, id, result, err);
	pg_result_free(result);
	return status;
}

/* One key that records of a column are under. */
static tokenstore_status
check_key(struct check *check, const struct column *column, int32_t id,
    tokenstore_error *err)
{
	const struct ts_keyring *ring = &check->store->ring;
	const struct ts_key     *key = ts_keyring_find(ring, id);

	if (key == NULL)
		return missing(id, err);
	if (check->tried[key - ring->keys])
		return TOKENSTORE_OK;
	check->tried[key - ring->keys] = true;
	return try_key(check, column, id, err);
}

/* *hidden: the role may not read that column. */
static tokenstore_status
check_column(struct check *check, const struct column *column, bool *hidden,
    tokenstore_error *err)
{
	struct pg_result *result;
	tokenstore_error  error;
	tokenstore_status status;
	const void       *head;
	size_t            len;

	status = run(check, column->heads, NULL, &result, &error);
	*hidden =
	    status != TOKENSTORE_OK && strcmp(error.sqlstate, "42501") == 0;
	if (*hidden)
		return TOKENSTORE_OK;
	if (status != TOKENSTORE_OK) {
		if (err != NULL)
			*err = error;
		return status;
	}
	for (int row = 0;
	     row < pg_result_rows(result) && status == TOKENSTORE_OK; row++) {
		head = pg_result_bytes(result, row, 0, &len);
		status = check_key(check, column,
		    len < HEAD_SIZE ? 0 : ts_seal_key_id(head), err);
	}
	pg_result_free(result);
	return status;
}

/* Does every row name a key that we have? */
static tokenstore_status
check_key_ids(const struct check *check, tokenstore_error *err)
{
	struct pg_result *result;
	tokenstore_status status = run(check, key_ids, NULL, &result, err);
	int64_t           id;

	if (status != TOKENSTORE_OK)
		return status;
	for (int row = 0;
	     row < pg_result_rows(result) && status == TOKENSTORE_OK; row++) {
		id = pg_result_int(result, row, 0);
		if (ts_keyring_find(&check->store->ring, (int32_t)id) == NULL)
			status = missing(id, err);
	}
	pg_result_free(result);
	return status;
}

tokenstore_status
tokenstore_check(tokenstore *store, tokenstore_error *err)
{
	struct check      check = { .store = store };
	tokenstore_status status;
	bool              hidden, any_hidden = false;

	if (store == NULL)
		return ts_fail(
		    err, TOKENSTORE_ERR_ARGUMENT, "store: is required");
	if ((status = ts_check_version(store, err)) != TOKENSTORE_OK ||
	    (status = ts_check_ground(store, err)) != TOKENSTORE_OK ||
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK ||
	    (status = ts_check_states(store, err)) != TOKENSTORE_OK)
		return status;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		status = check_column(&check, &columns[i], &hidden, err);
		if (status != TOKENSTORE_OK)
			return status;
		any_hidden = any_hidden || hidden;
	}
	return any_hidden ? check_key_ids(&check, err) : TOKENSTORE_OK;
}
