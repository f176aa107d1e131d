/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * Whether the keyring opens what is stored.  A record tells which key it is
 * under; of those under one key one is opened, an access token if there is one.
 * Where the role may not read the records, the columns key_id have to do, which
 * name only one key where the two tokens of a row have different ones.
 */

/* A record for each key that the records of a column are under. */
#define SAMPLE(table, column)                                                 \
	"WITH used AS MATERIALIZED (SELECT min(subject) AS who,"              \
	"  substring(" column " from 1 for 6) AS head FROM tokenstore." table \
	" WHERE app_id = $1::int4 AND " column " <> '' GROUP BY 2)"           \
	" SELECT t.subject, t." column " FROM used JOIN tokenstore." table    \
	"  t ON t.subject = used.who AND t.app_id = $1::int4"                 \
	"  AND substring(t." column " from 1 for 6) = used.head"

static const struct {
	enum ts_purpose purpose;
	const char     *sample;
} columns[] = {
	{ TS_ACCESS, SAMPLE("account", "access_ct") },
	{ TS_REFRESH, SAMPLE("account", "refresh_ct") },
	{ TS_REFRESH, SAMPLE("spill", "refresh_ct") },
};

static const char key_ids[] =
    "SELECT key_id FROM tokenstore.account WHERE app_id = $1::int4"
    " AND key_id <> 0 UNION SELECT key_id FROM tokenstore.spill"
    " WHERE app_id = $1::int4";

struct check {
	tokenstore *store;
	bool opened[TS_KEYS_MAX]; /* a record under that key of the ring */
};

static tokenstore_status
missing(int64_t id, tokenstore_error *err)
{
	return ts_fail(err, TOKENSTORE_ERR_KEY,
	    "tokens are sealed under the key %lld, which is not in the "
	    "keyring: add it",
	    (long long)id);
}

static tokenstore_status
run(const struct check *check, const char *sql, struct pg_result **result,
    tokenstore_error *err)
{
	struct ts_params params = { .count = 0 };

	ts_add_int(&params, check->store->app_id);
	return ts_run_again(check->store, sql, &params, result, err);
}

/* One row of a sample. */
static tokenstore_status
try_record(struct check *check, enum ts_purpose purpose,
    const struct pg_result *result, int row, tokenstore_error *err)
{
	const struct ts_keyring *ring = &check->store->ring;
	struct ts_place          place =
	    ts_place_of(check->store, pg_result_text(result, row, 0));
	size_t               len;
	const void          *record = pg_result_bytes(result, row, 1, &len);
	int32_t              id = len < 6 ? 0 : ts_seal_key_id(record);
	const struct ts_key *key = ts_keyring_find(ring, id);
	char                *token;

	if (key == NULL)
		return missing(id, err);
	if (check->opened[key - ring->keys])
		return TOKENSTORE_OK;
	if (!ts_unseal(ring, purpose, &place, record, len, &token))
		return ts_no_memory(err);
	if (token == NULL)
		return ts_fail(err, TOKENSTORE_ERR_KEY,
		    "the key %d of the keyring does not open a token that was "
		    "sealed under this id",
		    (int)id);
	check->opened[key - ring->keys] = true;
	wipe_free(token);
	return TOKENSTORE_OK;
}

/* *hidden: the role may not read that column. */
static tokenstore_status
check_column(
    struct check *check, size_t column, bool *hidden, tokenstore_error *err)
{
	struct pg_result *result;
	tokenstore_error  error;
	tokenstore_status status;

	status = run(check, columns[column].sample, &result, &error);
	if (status != TOKENSTORE_OK) {
		*hidden = strcmp(error.sqlstate, "42501") == 0;
		if (!*hidden && err != NULL)
			*err = error;
		return *hidden ? TOKENSTORE_OK : status;
	}
	*hidden = false;
	for (int row = 0;
	     row < pg_result_rows(result) && status == TOKENSTORE_OK; row++)
		status = try_record(
		    check, columns[column].purpose, result, row, err);
	pg_result_free(result);
	return status;
}

/* Does every row name a key that we have? */
static tokenstore_status
check_key_ids(const struct check *check, tokenstore_error *err)
{
	struct pg_result *result;
	tokenstore_status status = run(check, key_ids, &result, err);
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
	    (status = ts_know_app(store, err)) != TOKENSTORE_OK)
		return status;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		status = check_column(&check, i, &hidden, err);
		if (status != TOKENSTORE_OK)
			return status;
		any_hidden = any_hidden || hidden;
	}
	return any_hidden ? check_key_ids(&check, err) : TOKENSTORE_OK;
}
