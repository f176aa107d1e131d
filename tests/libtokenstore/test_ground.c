/* SPDX-License-Identifier: MIT */

/* What a store stands on: the server, the database, and tables that hold what is
 * written into them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* D-16, and what the others come to.  No old server is to be had for a test:
 * this is what is made of the answer. */
static void
old_servers_are_refused_and_new_ones_are_not(void **state)
{
	static const struct {
		int64_t     version;
		const char *message; /* NULL: it will do */
	} cases[] = {
		{ 90624, "PostgreSQL 9: version 12" },
		{ 110022, "PostgreSQL 11: version 12" },
		{ 119999, "PostgreSQL 11: version 12" },
		{ 120000, NULL },
		{ 150018, NULL },
		{ 170000, NULL },
		{ 990000, NULL },
	};
	tokenstore_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct ts_ground ground = { .version = cases[i].version,
			.encoding = "UTF8",
			.table = "",
			.is_table = true };

		if (cases[i].message == NULL) {
			assert_int_equal(
			    ts_ground_judge(&ground, NULL), TOKENSTORE_OK);
			continue;
		}
		assert_int_equal(
		    ts_ground_judge(&ground, &err), TOKENSTORE_ERR_DATABASE);
		assert_non_null(strstr(err.message, cases[i].message));
	}
}

/* A store as another one than the owner: a role that the superuser takes on, or
 * the superuser; and in another database, unless that is NULL. */
static tokenstore *
open_as(struct fixture *f, const char *role, const char *database)
{
	char               conninfo[512];
	tokenstore        *store;
	tokenstore_options options = { .conninfo = conninfo,
		.keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test" };

	snprintf(conninfo, sizeof(conninfo), "%s options='-c role=%s'%s%s",
	    postgres_superuser(f->pg), role, database != NULL ? " dbname=" : "",
	    database != NULL ? database : "");
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_OK);
	return store;
}

/* Both say the same: to start is refused, and so is a look. */
static void
expect_from(tokenstore *store, tokenstore_status status, const char *message)
{
	tokenstore_error err = { 0 };

	if (tokenstore_migrate(store, &err) != status)
		fail_msg("wanted %s, got %s", message, err.message);
	assert_non_null(strstr(err.message, message));
	if (tokenstore_check(store, &err) != status)
		fail_msg("wanted %s, got %s", message, err.message);
	assert_non_null(strstr(err.message, message));
}

/* D-15 */
static void
a_database_that_is_not_utf8_is_refused(void **state)
{
	static const char *const encodings[] = { "SQL_ASCII", "LATIN1" };
	struct fixture          *f = *state;
	tokenstore              *store;
	tokenstore_error         err;
	char                     sql[200];

	for (size_t i = 0; i < COUNT(encodings); i++) {
		snprintf(sql, sizeof(sql),
		    "CREATE DATABASE odd%zu OWNER app ENCODING '%s'"
		    " LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
		    i, encodings[i]);
		postgres_sql(f->pg, sql);
		snprintf(sql, sizeof(sql), "odd%zu", i);
		store = open_as(f, "app", sql);
		assert_int_equal(
		    tokenstore_migrate(store, &err), TOKENSTORE_ERR_DATABASE);
		assert_non_null(strstr(err.message, encodings[i]));
		assert_non_null(strstr(err.message, "ENCODING 'UTF8'"));
		/* And nothing was made there. */
		assert_int_equal(
		    tokenstore_check(store, &err), TOKENSTORE_ERR_SCHEMA);
		tokenstore_close(store);
	}
}

#define HIDDEN_AWAY "ALTER TABLE tokenstore.account RENAME TO hidden;"
#define FUNCTION(returns)                                                  \
	"CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql" \
	" AS $$ BEGIN RETURN " returns "; END $$;"

/* D-06, D-09 */
static const struct {
	const char       *sql;
	tokenstore_status status;
	const char       *message;
} tables[] = {
	{ HIDDEN_AWAY "CREATE VIEW tokenstore.account AS"
		      " SELECT * FROM tokenstore.hidden;"
		      "ALTER VIEW tokenstore.account OWNER TO app",
	    TOKENSTORE_ERR_DATABASE, "tokenstore.account is not a table" },
	{ HIDDEN_AWAY "CREATE MATERIALIZED VIEW tokenstore.account AS"
		      " SELECT * FROM tokenstore.hidden;"
		      "ALTER TABLE tokenstore.account OWNER TO app",
	    TOKENSTORE_ERR_DATABASE, "tokenstore.account is not a table" },
	{ "CREATE RULE quiet AS ON UPDATE TO tokenstore.account"
	  " DO INSTEAD NOTHING",
	    TOKENSTORE_ERR_DATABASE, "rule or a BEFORE trigger" },
	{ "CREATE RULE quiet AS ON INSERT TO tokenstore.spill"
	  " DO INSTEAD NOTHING",
	    TOKENSTORE_ERR_DATABASE, "trigger of tokenstore.spill" },
	{ FUNCTION("NULL") "CREATE TRIGGER meddle BEFORE UPDATE ON"
			   " tokenstore.account FOR EACH ROW"
			   " EXECUTE FUNCTION public.meddle()",
	    TOKENSTORE_ERR_DATABASE, "trigger of tokenstore.account" },
	{ FUNCTION("NEW") "CREATE TRIGGER meddle BEFORE INSERT ON"
			  " tokenstore.account FOR EACH ROW"
			  " EXECUTE FUNCTION public.meddle()",
	    TOKENSTORE_ERR_DATABASE, "trigger of tokenstore.account" },
	{ "ALTER TABLE tokenstore.account ENABLE ROW LEVEL SECURITY;"
	  "ALTER TABLE tokenstore.account FORCE ROW LEVEL SECURITY",
	    TOKENSTORE_ERR_DENIED, "hides rows" },
	{ "ALTER TABLE tokenstore.spill ENABLE ROW LEVEL SECURITY;"
	  "ALTER TABLE tokenstore.spill FORCE ROW LEVEL SECURITY;"
	  "CREATE POLICY own ON tokenstore.spill USING (app_id = 2)",
	    TOKENSTORE_ERR_DENIED, "security of tokenstore.spill" },
	/* None of these changes or hides anything. */
	{ FUNCTION("NULL") "CREATE TRIGGER meddle AFTER UPDATE ON"
			   " tokenstore.account FOR EACH ROW"
			   " EXECUTE FUNCTION public.meddle()",
	    TOKENSTORE_OK, "" },
	{ FUNCTION("NULL") "CREATE TRIGGER meddle BEFORE UPDATE ON"
			   " tokenstore.account FOR EACH ROW"
			   " EXECUTE FUNCTION public.meddle();"
			   "ALTER TABLE tokenstore.account"
			   " DISABLE TRIGGER meddle",
	    TOKENSTORE_OK, "" },
	{ "ALTER TABLE tokenstore.account ENABLE ROW LEVEL SECURITY",
	    TOKENSTORE_OK, "" },
	{ "CREATE VIEW tokenstore.report AS SELECT 1", TOKENSTORE_OK, "" },
	/* D-10: of the same name, but not ours. */
	{ "CREATE SCHEMA app AUTHORIZATION app; CREATE VIEW app.account AS"
	  " SELECT 1; ALTER ROLE app SET search_path = app, tokenstore",
	    TOKENSTORE_OK, "" },
	/* D-05 */
	{ "ALTER TABLE tokenstore.account ADD COLUMN note text", TOKENSTORE_OK,
	    "" },
	{ HIDDEN_AWAY "CREATE TABLE tokenstore.account"
		      " (LIKE tokenstore.hidden INCLUDING ALL)"
		      " PARTITION BY HASH (subject);"
		      "CREATE TABLE tokenstore.account_0 PARTITION OF"
		      " tokenstore.account FOR VALUES WITH (MODULUS 1,"
		      " REMAINDER 0); ALTER TABLE tokenstore.account"
		      " OWNER TO app",
	    TOKENSTORE_OK, "" },
};

static void
tables_hold_what_is_written_and_show_it(void **state)
{
	struct fixture *f = *state;
	tokenstore     *store;

	for (size_t i = 0; i < COUNT(tables); i++) {
		postgres_new_database(f->pg);
		store = open_store(f, KEY_1, 0);
		assert_int_equal(
		    tokenstore_migrate(store, NULL), TOKENSTORE_OK);
		postgres_sql(f->pg, tables[i].sql);
		if (tables[i].status != TOKENSTORE_OK) {
			expect_from(store, tables[i].status, tables[i].message);
		} else {
			assert_int_equal(
			    tokenstore_migrate(store, NULL), TOKENSTORE_OK);
			assert_int_equal(
			    tokenstore_check(store, NULL), TOKENSTORE_OK);
			put(store, "1", "access", "refresh");
			tokenstore_claim_list_free(claim_one(store, "1"));
		}
		tokenstore_close(store);
	}
	postgres_sql(f->pg, "ALTER ROLE app RESET search_path");
}

/* D-09: policies that spare the owner hide rows from others. */
static void
policies_count_for_whoever_they_are_about(void **state)
{
	struct fixture *f = *state;
	tokenstore     *store;

	put(f->store, "1", "access", "refresh");
	postgres_sql(f->pg,
	    "CREATE ROLE guest; GRANT USAGE ON SCHEMA tokenstore TO guest;"
	    "GRANT ALL ON ALL TABLES IN SCHEMA tokenstore TO guest;"
	    "CREATE ROLE free BYPASSRLS; GRANT guest TO free;"
	    "ALTER TABLE tokenstore.account ENABLE ROW LEVEL SECURITY");
	store = open_as(f, "guest", NULL);
	expect_from(store, TOKENSTORE_ERR_DENIED, "hides rows from this role");
	tokenstore_close(store);
	store = open_as(f, "free", NULL);
	assert_int_equal(tokenstore_check(store, NULL), TOKENSTORE_OK);
	tokenstore_close(store);
	store = open_as(f, "postgres", NULL);
	assert_int_equal(tokenstore_check(store, NULL), TOKENSTORE_OK);
	tokenstore_close(store);
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
}

/* D-06: a trigger that comes while a program runs keeps tokens out, and is
 * found out each time. */
static void
a_token_that_the_database_does_not_take_is_not_called_stored(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_grant       grant;
	tokenstore_error       err;
	int                    stored;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	grant = grant_of(f->store, "access-2", "refresh-2");
	postgres_sql(f->pg,
	    FUNCTION("NULL") "CREATE TRIGGER meddle BEFORE UPDATE ON"
			     " tokenstore.account FOR EACH ROW"
			     " EXECUTE FUNCTION public.meddle()");
	assert_int_equal(tokenstore_save(f->store, list->items[0], &grant,
			     grant.expires_at, &stored, &err),
	    TOKENSTORE_ERR_BUSY);
	assert_non_null(strstr(err.message, "did not take a token"));
	assert_int_equal(
	    tokenstore_put(f->store, "1", &grant, &err), TOKENSTORE_ERR_BUSY);
	assert_non_null(strstr(err.message, "did not take a token"));
	postgres_sql(f->pg, "DROP TRIGGER meddle ON tokenstore.account");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	list = claim_one(f->store, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	tokenstore_claim_list_free(list);
}

/* D-07: what is missing is said by the server. */
static void
a_privilege_that_is_missing_names_the_table(void **state)
{
	static const struct {
		const char *revoke, *grant, *message;
	} cases[] = {
		{ "SELECT ON tokenstore.account",
		    "SELECT ON tokenstore.account", "table account" },
		{ "INSERT ON tokenstore.account",
		    "INSERT ON tokenstore.account", "table account" },
		{ "UPDATE ON tokenstore.account",
		    "UPDATE ON tokenstore.account", "table account" },
		{ "INSERT ON tokenstore.event", "INSERT ON tokenstore.event",
		    "table event" },
		{ "SELECT ON tokenstore.app", "SELECT ON tokenstore.app",
		    "table app" },
	};
	struct fixture  *f = *state;
	tokenstore      *store;
	tokenstore_grant grant;
	tokenstore_error err;
	char             sql[200];

	put(f->store, "1", "access", "refresh");
	grant = grant_of(f->store, "access-2", "refresh-2");
	postgres_sql(f->pg,
	    "CREATE ROLE limited; GRANT USAGE ON SCHEMA tokenstore TO limited;"
	    "GRANT ALL ON ALL TABLES IN SCHEMA tokenstore TO limited;"
	    "GRANT ALL ON ALL FUNCTIONS IN SCHEMA tokenstore TO limited");
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(sql, sizeof(sql), "REVOKE %s FROM limited",
		    cases[i].revoke);
		postgres_sql(f->pg, sql);
		store = open_as(f, "limited", NULL);
		assert_int_equal(tokenstore_put(store, "1", &grant, &err),
		    TOKENSTORE_ERR_DENIED);
		assert_non_null(strstr(err.message, cases[i].message));
		tokenstore_close(store);
		snprintf(
		    sql, sizeof(sql), "GRANT %s TO limited", cases[i].grant);
		postgres_sql(f->pg, sql);
	}
}

/* D-43 */
static void
a_state_that_is_none_is_found_by_the_check(void **state)
{
	struct fixture  *f = *state;
	tokenstore_error err;

	put(f->store, "1", "access", "refresh");
	postgres_sql(f->pg, "UPDATE tokenstore.account SET state = 9");
	assert_int_equal(
	    tokenstore_check(f->store, &err), TOKENSTORE_ERR_DATABASE);
	assert_non_null(strstr(err.message, "state is none"));
	assert_int_equal(tokenstore_migrate(f->store, NULL), TOKENSTORE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_servers_are_refused_and_new_ones_are_not),
		STORE_TEST(a_database_that_is_not_utf8_is_refused),
		STORE_TEST(tables_hold_what_is_written_and_show_it),
		STORE_TEST(policies_count_for_whoever_they_are_about),
		STORE_TEST(
		    a_token_that_the_database_does_not_take_is_not_called_stored),
		STORE_TEST(a_privilege_that_is_missing_names_the_table),
		STORE_TEST(a_state_that_is_none_is_found_by_the_check),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
