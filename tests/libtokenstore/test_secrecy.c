/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The calls for many, and the budget. */
static void
use_many(tokenstore *store)
{
	const tokenstore_claim_options options = { .limit = 5,
		.lease_s = 120,
		.used_within_s = 1,
		.keep_alive_s = 1000000 };
	const tokenstore_window        window = { 900, 10, 50, { 0 } };
	const tokenstore_usage         usage = { 900, 10, 1, 0, 0, { 0 } };
	tokenstore_grant               grant =
	    grant_of(store, "SECRET-access-8", "SECRET-refresh-8");
	tokenstore_claim_list *list;
	tokenstore_save_item   item = { .grant = &grant };
	tokenstore_deferral    deferral = { .reason = "network" };
	tokenstore_permit      permit;
	tokenstore_budget      budget;

	assert_int_equal(
	    tokenstore_claim_due(store, &options, &list, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_release_many(store, list->items, list->count, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	list = claim_one(store, "1");
	deferral.claim = item.claim = list->items[0];
	assert_int_equal(
	    tokenstore_save_many(store, &item, 1, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_defer_many(store, &deferral, 1, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_release_many(store, list->items, list->count, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	assert_int_equal(tokenstore_budget_take(
			     store, "overall", &window, 1, 9, &permit, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(tokenstore_budget_learn(store, "overall", &usage, 1, 1,
			     permit.granted - 1, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(tokenstore_budget_get(store, "overall", &budget, NULL),
	    TOKENSTORE_OK);
}

/* Uses every call once or more, with tokens that are easy to find. */
static void
use_everything(struct fixture *f)
{
	tokenstore_claim_list *list;
	tokenstore_stats       stats;
	int                    more;

	put(f->store, "1", "SECRET-access-1", "SECRET-refresh-1");
	put(f->store, "1", "SECRET-access-2", "SECRET-refresh-2");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	put(f->store, "1", "SECRET-access-3", "SECRET-refresh-3");
	save(f->store, list->items[0], "SECRET-access-4", "SECRET-refresh-4");
	save(f->store, list->items[0], "SECRET-access-5", "SECRET-refresh-5");
	tokenstore_claim_list_free(list);
	assert_int_equal(claim_due(f->store, 5, 120, &list), TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_defer(f->store, list->items[0], 9, 1, "network", NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_release(f->store, list->items[0], NULL), TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	use_many(f->store);
	put(f->store, "2", "SECRET-access-6", "SECRET-refresh-6");
	put(f->store, "3", "SECRET-access-7", "SECRET-refresh-7");
	assert_int_equal(tokenstore_touch(f->store, "2", NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_revoke(f->store, "2", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_delete(f->store, "3", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_stats_get(f->store, &stats, NULL), TOKENSTORE_OK);
	tokenstore_account_free(get(f->store, "1"));
}

static void
check_absent(const char *where, const char *text, const char *needle)
{
	if (strcasestr(text, needle) != NULL)
		fail_msg("%s holds \"%s\"", where, needle);
}

static void
no_token_is_found_in_a_dump(void **state)
{
	struct fixture *f = *state;
	char           *dump;

	use_everything(f);
	dump = postgres_dump(f->pg);
	assert_non_null(strstr(dump, "tokenstore.account"));
	check_absent("the dump", dump, "SECRET");
	/* "SECRET" as pg_dump writes bytes. */
	check_absent("the dump", dump, "534543524554");
	free(dump);
}

/* PG-2: every statement is sent with its values as parameters.  PG-11 */
static void
no_statement_needs_a_session(void **state)
{
	static const char *const banned[] = { "SECRET", "534543524554",
		"LISTEN", "NOTIFY", "PREPARE", "DECLARE", "advisory", "TEMP",
		"WITH HOLD", "SET SESSION", "statement: SET search_path",
		"DISCARD", "COPY" };
	struct fixture          *f = *state;
	char                    *log, *ours, *p;

	postgres_sql(f->pg, "ALTER SYSTEM SET log_statement = 'all'");
	/* Parameters included. */
	postgres_sql(f->pg, "ALTER SYSTEM SET log_error_verbosity = 'default'");
	postgres_sql(f->pg, "SELECT pg_reload_conf(), pg_sleep(0.3)");
	log = postgres_log(f->pg);
	ours = strdup(log);
	free(log);
	tokenstore_close(f->store);
	postgres_new_database(f->pg);
	f->store = open_store(f, KEY_1, 0);
	assert_int_equal(tokenstore_migrate(f->store, NULL), TOKENSTORE_OK);
	use_everything(f);
	log = postgres_log(f->pg);
	p = log + strlen(ours);
	assert_non_null(strstr(p, "execute <unnamed>: UPDATE tokenstore"));
	assert_non_null(strstr(p, "DETAIL:  parameters: $1 = '0'"));
	assert_non_null(strstr(p, "SELECT id FROM tokenstore.schema_lock"));
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
		check_absent("the log", p, banned[i]);
	/* Every SET is local to its transaction, or part of an UPDATE. */
	while ((p = strstr(p, "statement: SET ")) != NULL) {
		assert_int_equal(strncmp(p, "statement: SET LOCAL", 20), 0);
		p++;
	}
	free(ours);
	free(log);
}

/* PG-10: the server writes down whole rows that it refuses, and with these
 * settings all that it was sent. */
static void
a_refused_row_gives_no_token_away(void **state)
{
	static const char *const settings[] = {
		"log_error_verbosity = 'verbose'",
		"log_parameter_max_length_on_error = -1",
		"log_min_error_statement = 'error'",
	};
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_grant       grant;
	tokenstore_error       err;
	char                   sql[128], *log;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(sql, sizeof(sql), "ALTER SYSTEM SET %s", settings[i]);
		postgres_sql(f->pg, sql);
	}
	postgres_sql(f->pg, "SELECT pg_reload_conf(), pg_sleep(0.3)");
	put(f->store, "1", "SECRET-access-1", "SECRET-refresh-1");
	list = claim_one(f->store, "1");
	postgres_sql(f->pg, "ALTER TABLE tokenstore.account ADD CONSTRAINT"
			    " narrow CHECK (expires_in < 7) NOT VALID");
	grant = grant_of(f->store, "SECRET-access-2", "SECRET-refresh-2");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    i == 0 ? tokenstore_put(f->store, "2", &grant, &err)
			   : tokenstore_save(f->store, list->items[0], &grant,
				 grant.expires_at, NULL, &err),
		    TOKENSTORE_ERR_DATABASE);
		assert_string_equal(err.sqlstate, "23514");
		check_absent("the message", err.message, "SECRET");
		check_absent("the message", err.message, "failing row");
	}
	tokenstore_claim_list_free(list);
	log = postgres_log(f->pg);
	assert_non_null(strstr(log, "Failing row contains"));
	check_absent("the log", log, "SECRET");
	check_absent("the log", log, "534543524554");
	free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(no_token_is_found_in_a_dump),
		STORE_TEST(no_statement_needs_a_session),
		STORE_TEST(a_refused_row_gives_no_token_away),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
