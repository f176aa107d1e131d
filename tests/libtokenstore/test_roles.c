/* SPDX-License-Identifier: MIT */

/* PG-7: the roles of sql/roles.sql do what they are for and nothing else. */

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLES SOURCE_DIR "/libtokenstore/sql/roles.sql"

/* The roles are the cluster's, the grants the database's; the logins have the
 * role "app" so that they may connect without a password. */
static void
make_roles(struct fixture *f)
{
	char  text[16384];
	FILE *file = fopen(ROLES, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	postgres_sql(f->pg, text);
	postgres_sql(f->pg, text);
}

/* A store whose statements run with the rights of one role only. */
static tokenstore *
open_as(struct fixture *f, const char *role)
{
	char               conninfo[512];
	tokenstore        *store;
	tokenstore_options options = { .conninfo = conninfo,
		.keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test" };

	snprintf(conninfo, sizeof(conninfo),
	    "%s options='-c role=tokenstore_%s'", postgres_superuser(f->pg),
	    role);
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_OK);
	return store;
}

static void
expect_denied(struct fixture *f, const char *role, const char *sql)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "DO $$ BEGIN SET LOCAL ROLE tokenstore_%s; %s;"
	    " RAISE 'it was allowed';"
	    "EXCEPTION WHEN insufficient_privilege THEN RESET ROLE; END $$",
	    role, sql);
	postgres_sql(f->pg, text);
}

/* Takes one request, says that it was sent, and looks. */
static void
spend_budget(tokenstore *store)
{
	static const tokenstore_window window = {
		.window_s = 900, .limit = 9, .share_percent = 100
	};
	tokenstore_usage  usage = { .window_s = 900, .used = -1 };
	tokenstore_permit permit;
	tokenstore_budget budget;
	tokenstore_error  err;

	if (tokenstore_budget_take(store, "refresh", &window, 1, 1, &permit,
		&err) != TOKENSTORE_OK ||
	    tokenstore_budget_learn(store, "refresh", &usage, 1, 1, 0, &err) !=
		TOKENSTORE_OK ||
	    tokenstore_budget_get(store, "refresh", &budget, &err) !=
		TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_int_equal(budget.count, 1);
}

static void
the_web_keeps_consents_and_never_sees_a_refresh_token(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *web;
	tokenstore_claim_list *list;
	tokenstore_account    *account;

	put(f->store, "1", "access-1", "refresh-1");
	make_roles(f);
	web = open_as(f, "web");
	assert_int_equal(tokenstore_migrate(web, NULL), TOKENSTORE_OK);
	put(web, "1", "access-2", "refresh-2");
	put(web, "1", "access-3", "refresh-3");
	put(web, "2", "access", "refresh");
	account = get(web, "1");
	assert_string_equal(account->access_token, "access-3");
	tokenstore_account_free(account);
	assert_int_equal(tokenstore_touch(web, "1", NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_revoke(web, "2", 0, NULL, NULL), TOKENSTORE_OK);
	put(web, "3", "access", "refresh");
	assert_int_equal(
	    tokenstore_delete(web, "3", 0, NULL, NULL), TOKENSTORE_OK);
	spend_budget(web);
	spend_budget(web);
	expect_denied(f, "web", "PERFORM refresh_ct FROM tokenstore.account");
	expect_denied(f, "web", "PERFORM * FROM tokenstore.account");
	expect_denied(f, "web", "PERFORM refresh_ct FROM tokenstore.spill");
	expect_denied(f, "web",
	    "UPDATE tokenstore.account SET scope = encode(refresh_ct, 'hex')");
	expect_denied(f, "web", "UPDATE tokenstore.account SET lease_id = 1");
	expect_denied(f, "web", "DROP TABLE tokenstore.spill");
	tokenstore_close(web);
	/* All three tokens are there for those who may read them. */
	list = claim_one(f->store, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-3");
	tokenstore_claim_list_free(list);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "2");
}

static void
a_claim_of_the_web_is_denied_and_leaves_the_account_alone(void **state)
{
	struct fixture                *f = *state;
	const tokenstore_claim_options options = { .limit = 1, .lease_s = 120 };
	tokenstore                    *web;
	tokenstore_claim_list         *list;
	tokenstore_error               err;
	char                           before[64];
	static const char              hash[] =
	    "SELECT md5(string_agg(a::text, ',')) FROM tokenstore.account a";

	put(f->store, "1", "access", "refresh");
	make_roles(f);
	snprintf(before, sizeof(before), "%s", postgres_value(f->pg, hash));
	web = open_as(f, "web");
	assert_int_equal(tokenstore_claim_one(web, "1", 120, &list, &err),
	    TOKENSTORE_ERR_DENIED);
	assert_null(list);
	assert_string_equal(err.sqlstate, "42501");
	assert_int_equal(tokenstore_claim_due(web, &options, &list, NULL),
	    TOKENSTORE_ERR_DENIED);
	assert_string_equal(postgres_value(f->pg, hash), before);
	tokenstore_close(web);
	list = claim_one(f->store, "1");
	tokenstore_claim_list_free(list);
}

static void
the_function_refreshes_and_changes_no_table(void **state)
{
	struct fixture          *f = *state;
	tokenstore              *function;
	tokenstore_claim_list   *list;
	tokenstore_reseal_report report;
	int                      more;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	make_roles(f);
	function = open_as(f, "function");
	assert_int_equal(tokenstore_check(function, NULL), TOKENSTORE_OK);
	list = claim_one(function, "1");
	assert_int_equal(
	    tokenstore_refuse(function, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 1);
	assert_int_equal(
	    save(function, list->items[0], "access-3", "refresh-3"), 1);
	/* Again, after a login: the slow way. */
	put(f->store, "1", "access-4", "refresh-4");
	assert_int_equal(
	    save(function, list->items[0], "access-5", "refresh-5"), 1);
	tokenstore_claim_list_free(list);
	assert_int_equal(
	    tokenstore_reseal(function, 10, &report, NULL), TOKENSTORE_OK);
	spend_budget(function);
	spend_budget(function);
	tokenstore_close(function);
	expect_denied(f, "function", "DROP TABLE tokenstore.account");
	expect_denied(
	    f, "function", "ALTER TABLE tokenstore.account ADD COLUMN x int");
	expect_denied(f, "function", "DELETE FROM tokenstore.account");
	expect_denied(f, "function", "TRUNCATE tokenstore.spill");
	expect_denied(f, "function", "DELETE FROM tokenstore.event");
	expect_denied(f, "function", "CREATE TABLE tokenstore.x (n int)");
}

static void
the_admin_sees_the_state_and_no_token(void **state)
{
	struct fixture     *f = *state;
	tokenstore         *admin;
	tokenstore_overview overview;
	tokenstore_stats    stats;
	tokenstore_budget   budget;
	tokenstore_error    err;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	spend_budget(f->store);
	make_roles(f);
	admin = open_as(f, "admin");
	if (tokenstore_overview_get(admin, &overview, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_number(overview.active, 1);
	assert_int_equal(
	    tokenstore_stats_get(admin, &stats, NULL), TOKENSTORE_OK);
	if (tokenstore_budget_get(admin, "refresh", &budget, &err) !=
	    TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_int_equal(budget.count, 1);
	assert_int_equal(
	    tokenstore_touch(admin, "1", NULL), TOKENSTORE_ERR_DENIED);
	assert_int_equal(tokenstore_revoke(admin, "1", 0, NULL, NULL),
	    TOKENSTORE_ERR_DENIED);
	tokenstore_close(admin);
	expect_denied(f, "admin", "PERFORM access_ct FROM tokenstore.account");
	expect_denied(f, "admin", "PERFORM refresh_ct FROM tokenstore.account");
	expect_denied(f, "admin", "PERFORM refresh_ct FROM tokenstore.spill");
	expect_denied(f, "admin", "PERFORM tokenstore.keep_main(1, '1')");
	expect_denied(f, "admin", "DELETE FROM tokenstore.event");
	expect_denied(f, "admin", "UPDATE tokenstore.budget SET used = 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(
		    the_web_keeps_consents_and_never_sees_a_refresh_token),
		STORE_TEST(
		    a_claim_of_the_web_is_denied_and_leaves_the_account_alone),
		STORE_TEST(the_function_refreshes_and_changes_no_table),
		STORE_TEST(the_admin_sees_the_state_and_no_token),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
