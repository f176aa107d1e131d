/* SPDX-License-Identifier: MIT */

/* PG-7: the roles of sql/roles.sql do what they are for and nothing else. */

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A store whose statements run with the rights of one role only. */
static tokenstore *
open_as(struct fixture *f, const char *role, const char *keys)
{
	char               conninfo[POSTGRES_CONNINFO_SIZE], name[64];
	tokenstore        *store;
	tokenstore_options options = { .conninfo = conninfo,
		.keys = keys,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test" };

	snprintf(name, sizeof(name), "tokenstore_%s", role);
	postgres_conninfo_as(f->pg, name, conninfo);
	assert_int_equal(
	    tokenstore_open(&options, &store, NULL), TOKENSTORE_OK);
	return store;
}

#define WRONG_KEY_1 "1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

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
	tokenstore_budget budget = { .count = 0 };
	tokenstore_error  err = { .message = "" };

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
	postgres_make_roles(f->pg);
	/* A second time it does no harm. */
	postgres_make_roles(f->pg);
	web = open_as(f, "web", KEY_1);
	assert_int_equal(tokenstore_migrate(web, NULL), TOKENSTORE_OK);
	put(web, "1", "access-2", "refresh-2");
	put(web, "1", "access-3", "refresh-3");
	put(web, "2", "access", "refresh");
	account = get(web, "1");
	assert_string_equal(account->access_token, "access-3");
	tokenstore_account_free(account);
	assert_int_equal(tokenstore_touch(web, "1", NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_distrust(web, "1", 1, NULL), TOKENSTORE_OK);
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
	postgres_make_roles(f->pg);
	snprintf(before, sizeof(before), "%s", postgres_value(f->pg, hash));
	web = open_as(f, "web", KEY_1);
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
	postgres_make_roles(f->pg);
	function = open_as(f, "function", KEY_1);
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
	postgres_make_roles(f->pg);
	admin = open_as(f, "admin", KEY_1);
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

static void
check_as(struct fixture *f, const char *role, const char *keys,
    tokenstore_status expected, const char *says)
{
	tokenstore       *store = open_as(f, role, keys);
	tokenstore_error  err = { .message = "" };
	tokenstore_status status = tokenstore_check(store, &err);

	if (status != expected || strstr(err.message, says) == NULL)
		fail_msg("%s with %.2s: %s", role, keys, err.message);
	tokenstore_close(store);
}

/* The key that is seen is that of the record, or else that of the row. */
static void
each_role_checks_the_keys_of_what_it_may_read(void **state)
{
	static const char *const roles[] = { "web", "function", "admin" };
	struct fixture          *f = *state;

	put(f->store, "1", "access-1", "refresh-1");
	postgres_make_roles(f->pg);
	for (size_t i = 0; i < 3; i++) {
		check_as(f, roles[i], KEY_1, TOKENSTORE_OK, "");
		check_as(f, roles[i], KEY_2 "," KEY_1, TOKENSTORE_OK, "");
		check_as(f, roles[i], KEY_2, TOKENSTORE_ERR_KEY, "the key 1");
	}
	/* The right number, but not the right key: the admin cannot tell. */
	check_as(f, "web", WRONG_KEY_1, TOKENSTORE_ERR_KEY, "not open");
	check_as(f, "function", WRONG_KEY_1, TOKENSTORE_ERR_KEY, "not open");
	check_as(f, "admin", WRONG_KEY_1, TOKENSTORE_OK, "");
	/* Without an access token the refresh token is all there is. */
	postgres_sql(f->pg, "UPDATE tokenstore.account SET access_ct = ''");
	check_as(f, "web", WRONG_KEY_1, TOKENSTORE_OK, "");
	check_as(f, "web", KEY_2, TOKENSTORE_ERR_KEY, "the key 1");
	check_as(f, "function", WRONG_KEY_1, TOKENSTORE_ERR_KEY, "not open");
	/* Who may not even read the rows' keys is told so. */
	postgres_sql(f->pg, "REVOKE ALL ON tokenstore.spill FROM"
			    " tokenstore_admin");
	check_as(f, "admin", KEY_1, TOKENSTORE_ERR_DENIED, "spill");
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
		STORE_TEST(each_role_checks_the_keys_of_what_it_may_read),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
