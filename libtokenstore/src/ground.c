/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "internal.h"

/*
 * What a store stands on: a server that is new enough and keeps text as it is,
 * tables that hold what is written into them and show all of it.  Anything else
 * would lose tokens without a word, so it is refused before the first one.
 */

#define OLDEST_SERVER 120000 /* as PostgreSQL counts: 12.0 */

/*
 * A row for each of our tables, or a single one without table.  Rules and
 * triggers that come before a row is written may change it; policies spare
 * superusers, and owners unless they are forced on them.
 */
static const char look[] =
    "SELECT current_setting('server_version_num')::int8,"
    " current_setting('server_encoding'), coalesce(c.relname::text, ''),"
    " coalesce(c.relkind IN ('r', 'p'), true),"
    " EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite r"
    "  WHERE r.ev_class = c.oid)"
    " OR EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t"
    "  WHERE t.tgrelid = c.oid AND NOT t.tgisinternal"
    "  AND t.tgenabled <> 'D' AND t.tgtype::int4 & 3 = 3),"
    " coalesce(c.relrowsecurity AND (c.relforcerowsecurity"
    "  OR NOT pg_has_role(c.relowner, 'USAGE'))"
    "  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles"
    "   WHERE rolname = current_user AND (rolsuper OR rolbypassrls)), false)"
    " FROM (SELECT 1) AS one LEFT JOIN (pg_catalog.pg_class c"
    "  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    "   AND n.nspname = 'tokenstore') ON c.relname IN ('app', 'account',"
    "   'spill', 'event', 'budget', 'schema_version', 'schema_lock')"
    "  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " ORDER BY 3";

tokenstore_status
ts_ground_judge(const struct ts_ground *ground, tokenstore_error *err)
{
	if (ground->version < OLDEST_SERVER)
		return ts_fail(err, TOKENSTORE_ERR_DATABASE,
		    "the server is PostgreSQL %" PRId64
		    ": version 12 or later is needed",
		    ground->version / 10000);
	if (strcmp(ground->encoding, "UTF8") != 0)
		return ts_fail(err, TOKENSTORE_ERR_DATABASE,
		    "the database's encoding is %s: make one with ENCODING "
		    "'UTF8'",
		    ground->encoding);
	if (!ground->is_table)
		return ts_fail(err, TOKENSTORE_ERR_DATABASE,
		    "tokenstore.%s is not a table: put the table back",
		    ground->table);
	if (ground->rewrites)
		return ts_fail(err, TOKENSTORE_ERR_DATABASE,
		    "a rule or a BEFORE trigger of tokenstore.%s may change "
		    "what is stored: drop it",
		    ground->table);
	if (ground->hides)
		return ts_fail(err, TOKENSTORE_ERR_DENIED,
		    "row level security of tokenstore.%s hides rows from this "
		    "role: give it BYPASSRLS, or disable the policies",
		    ground->table);
	return TOKENSTORE_OK;
}

/* In a transaction, since the store has need of them later. */
static tokenstore_status
read_ground(tokenstore *store, struct pg_result **result, tokenstore_error *err)
{
	static const struct ts_params none = { .count = 0 };
	struct pg_error               error;
	tokenstore_status             status;

	if (pg_begin(store->pg, &error) != PG_OK) {
		/* A server takes every BEGIN. */
		if (strcmp(error.sqlstate, "08P01") == 0)
			return ts_fail(err, TOKENSTORE_ERR_DATABASE,
			    "the pooler in front of the server takes no "
			    "transactions: set its pool_mode to transaction");
		return ts_fail_pg(err, &error);
	}
	status = ts_run(store, look, &none, result, err);
	if (status == TOKENSTORE_OK && pg_commit(store->pg, &error) != PG_OK)
		return ts_fail_pg(err, &error);
	if (status != TOKENSTORE_OK)
		pg_rollback(store->pg);
	return status;
}

tokenstore_status
ts_check_ground(tokenstore *store, tokenstore_error *err)
{
	struct pg_result *result = NULL;
	struct ts_ground  ground;
	tokenstore_status status;

	status = read_ground(store, &result, err);
	for (int row = 0;
	     status == TOKENSTORE_OK && row < pg_result_rows(result); row++) {
		ground = (struct ts_ground){
			.version = pg_result_int(result, row, 0),
			.encoding = pg_result_text(result, row, 1),
			.table = pg_result_text(result, row, 2),
			.is_table = pg_result_int(result, row, 3) != 0,
			.rewrites = pg_result_int(result, row, 4) != 0,
			.hides = pg_result_int(result, row, 5) != 0,
		};
		status = ts_ground_judge(&ground, err);
	}
	pg_result_free(result);
	return status;
}

tokenstore_status
ts_check_states(tokenstore *store, tokenstore_error *err)
{
	static const char sql[] =
	    "SELECT count(*) FROM tokenstore.account"
	    " WHERE app_id = $1::int4 AND state NOT IN (0, 1, 2)";
	struct ts_params  params = { .count = 0 };
	struct pg_result *result;
	tokenstore_status status;

	ts_add_int(&params, store->app_id);
	status = ts_run_again(store, sql, &params, &result, err);
	if (status != TOKENSTORE_OK)
		return status;
	if (pg_result_int(result, 0, 0) > 0)
		status = ts_fail(err, TOKENSTORE_ERR_DATABASE,
		    "accounts whose state is none, and which nobody refreshes: "
		    "%" PRId64 "; was tokenstore.account edited?",
		    pg_result_int(result, 0, 0));
	pg_result_free(result);
	return status;
}
