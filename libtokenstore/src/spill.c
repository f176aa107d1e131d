/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "internal.h"

/*
 * At most TS_SPILL_MAX tokens are kept beside the main one: a person who
 * consents again and again leaves a dead one each time, and each would be tried
 * before the account counts as needing consent.  The oldest go first.
 */
static tokenstore_status
trim(tokenstore *store, const char *subject, tokenstore_error *err)
{
	static const char sql[] =
	    "DELETE FROM tokenstore.spill WHERE app_id = $1::int4"
	    " AND subject = $2 AND rt_mac IN (SELECT rt_mac"
	    "  FROM tokenstore.spill WHERE app_id = $1::int4 AND subject = $2"
	    "  ORDER BY obtained_at DESC, rt_mac OFFSET $3::int4)";
	struct ts_params params;

	ts_params_plain(&params, store, subject);
	ts_add_int(&params, TS_SPILL_MAX);
	return ts_run(store, sql, &params, NULL, err);
}

tokenstore_status
ts_spill_main(tokenstore *store, const char *subject, tokenstore_error *err)
{
	static const char sql[] = "SELECT tokenstore.keep_main($1::int4, $2)";
	struct ts_params  params;
	tokenstore_status status;

	ts_params_plain(&params, store, subject);
	status = ts_run(store, sql, &params, NULL, err);
	return status == TOKENSTORE_OK ? trim(store, subject, err) : status;
}

tokenstore_status
ts_spill_find(tokenstore *store, const char *subject,
    const struct ts_prints *prints, bool *found, tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT 1 FROM tokenstore.spill WHERE app_id = $1::int4"
	    " AND subject = $2 AND rt_mac = ANY ($3::int8[])";
	struct ts_params  params;
	struct pg_result *result;
	tokenstore_status status;
	char              text[TS_INTS_SIZE];

	ts_params_plain(&params, store, subject);
	ts_add_ints(&params, prints->values, prints->count, text);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	*found = pg_result_rows(result) > 0;
	pg_result_free(result);
	return TOKENSTORE_OK;
}

/* `obtained_at` 0: now. */
static tokenstore_status
add(tokenstore *store, const char *subject, const struct ts_sealed *sealed,
    int64_t obtained_at, const char *source, tokenstore_error *err)
{
	static const char sql[] =
	    "INSERT INTO tokenstore.spill (app_id, subject, rt_mac, refresh_ct,"
	    " key_id, obtained_at, source)"
	    " VALUES ($2::int4, $3, $4::int8, $5, $6::int4,"
	    " CASE WHEN $7::int8 = 0 THEN " TS_NOW_EXACT
	    "  ELSE to_timestamp($7::int8) END, $8)"
	    " ON CONFLICT DO NOTHING";
	struct ts_params  params;
	tokenstore_status status;

	ts_params_timed(&params, store, subject);
	ts_add_int(&params, sealed->prints.values[0]);
	ts_add_bytes(&params, &sealed->refresh);
	ts_add_int(&params, store->ring.keys[0].id);
	ts_add_int(&params, obtained_at);
	ts_add_text(&params, source);
	status = ts_run(store, sql, &params, NULL, err);
	return status == TOKENSTORE_OK ? trim(store, subject, err) : status;
}

tokenstore_status
ts_spill_add(tokenstore *store, const char *subject,
    const struct ts_sealed *sealed, tokenstore_error *err)
{
	return add(store, subject, sealed, 0, "save", err);
}

tokenstore_status
ts_spill_add_old(tokenstore *store, const char *subject,
    const struct ts_sealed *sealed, int64_t obtained_at, tokenstore_error *err)
{
	/* A time that is not known is older than any that is. */
	return add(store, subject, sealed, obtained_at > 0 ? obtained_at : 1,
	    "import", err);
}

tokenstore_status
ts_spill_remove(tokenstore *store, const char *subject,
    const struct ts_prints *prints, tokenstore_error *err)
{
	static const char sql[] =
	    "DELETE FROM tokenstore.spill WHERE app_id = $1::int4"
	    " AND subject = $2 AND rt_mac = ANY ($3::int8[])";
	struct ts_params params;
	char             text[TS_INTS_SIZE];

	ts_params_plain(&params, store, subject);
	ts_add_ints(&params, prints->values, prints->count, text);
	return ts_run(store, sql, &params, NULL, err);
}

tokenstore_status
ts_spill_clear(tokenstore *store, const char *subject, tokenstore_error *err)
{
	static const char sql[] = "DELETE FROM tokenstore.spill"
				  " WHERE app_id = $1::int4 AND subject = $2";
	struct ts_params  params;

	ts_params_plain(&params, store, subject);
	return ts_run(store, sql, &params, NULL, err);
}

tokenstore_status
ts_spill_newest(
    tokenstore *store, const char *subject, char **token, tokenstore_error *err)
{
	static const char sql[] = "SELECT refresh_ct FROM tokenstore.spill"
				  " WHERE app_id = $1::int4 AND subject = $2"
				  " ORDER BY obtained_at DESC, rt_mac LIMIT 1";
	struct ts_params  params;
	struct ts_place   place = ts_place_of(store, subject);
	struct pg_result *result;
	tokenstore_status status;
	const void       *record;
	size_t            len;

	*token = NULL;
	ts_params_plain(&params, store, subject);
	status = ts_run(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_rows(result) > 0) {
		record = pg_result_bytes(result, 0, 0, &len);
		if (!ts_unseal(
			&store->ring, TS_REFRESH, &place, record, len, token))
			status = ts_no_memory(err);
		else if (*token == NULL)
			status = ts_fail(err, TOKENSTORE_ERR_KEY,
			    "no key of the keyring opens a spare refresh "
			    "token; nothing was changed");
	}
	pg_result_free(result);
	return status;
}
