/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_bad_option_is_named(void **state)
{
	static const tokenstore_options good = {
		.conninfo = "host=/nowhere",
		.keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
	};
	static const char  with_tab[] = "a\tb";
	tokenstore_options o[8];
	const char *names[] = { "conninfo:", "keys:", "provider:", "client_id:",
		"actor:", "connect_timeout_ms:", "call_timeout_ms:",
		"clock_offset_s:" };
	tokenstore *store;
	tokenstore_error err;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		o[i] = good;
	o[0].conninfo = "host=db.example.org password=hunter2";
	o[1].keys = NULL;
	o[2].provider = NULL;
	o[3].client_id = with_tab;
	o[4].actor = "";
	o[5].connect_timeout_ms = -1;
	o[6].call_timeout_ms = INT64_MAX;
	o[7].clock_offset_s = INT64_MIN;
	for (size_t i = 0; i < 8; i++) {
		store = (tokenstore *)&err;
		assert_int_equal(tokenstore_open(&o[i], &store, &err),
		    TOKENSTORE_ERR_ARGUMENT);
		assert_null(store);
		assert_int_equal(err.status, TOKENSTORE_ERR_ARGUMENT);
		assert_ptr_equal(strstr(err.message, names[i]), err.message);
		assert_null(strstr(err.message, "hunter2"));
	}
	assert_int_equal(
	    tokenstore_open(NULL, &store, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_open(&good, &store, NULL), TOKENSTORE_OK);
	tokenstore_close(store);
	tokenstore_close(NULL);
}

static void
without_a_server_every_call_says_so(void **state)
{
	tokenstore_options     o = { .conninfo = "host=/nowhere",
		    .keys = KEY_1,
		    .provider = "strava",
		    .client_id = "4711",
		    .actor = "test",
		    .call_timeout_ms = 300 };
	tokenstore_grant       grant = { .refresh_token = "r" };
	tokenstore            *store;
	tokenstore_account    *account;
	tokenstore_claim_list *list;
	tokenstore_stats       stats;
	tokenstore_error       err;
	int64_t                now;

	(void)state;
	assert_int_equal(tokenstore_open(&o, &store, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_migrate(store, &err), TOKENSTORE_ERR_CONNECTION);
	assert_non_null(strstr(err.message, "/nowhere"));
	assert_int_equal(
	    tokenstore_check(store, NULL), TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(tokenstore_put(store, "1", &grant, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(tokenstore_get(store, "1", &account, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_null(account);
	assert_int_equal(
	    tokenstore_touch(store, "1", NULL), TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(
	    claim_due(store, 1, 1, &list), TOKENSTORE_ERR_CONNECTION);
	assert_null(list);
	assert_int_equal(tokenstore_claim_one(store, "1", 1, &list, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(tokenstore_revoke(store, "1", 0, NULL, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(tokenstore_delete(store, "1", 0, NULL, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(tokenstore_stats_get(store, &stats, NULL),
	    TOKENSTORE_ERR_CONNECTION);
	assert_int_equal(
	    tokenstore_now(store, &now, NULL), TOKENSTORE_ERR_CONNECTION);
	tokenstore_close(store);
}

/* D-01 */
static void
an_empty_database_asks_for_a_migration(void **state)
{
	struct fixture     *f = *state;
	tokenstore         *store;
	tokenstore_account *account;
	tokenstore_error    err;

	postgres_new_database(f->pg);
	store = open_store(f, KEY_1, 0);
	assert_int_equal(tokenstore_check(store, &err), TOKENSTORE_ERR_SCHEMA);
	assert_non_null(strstr(err.message, "tokenstore_migrate()"));
	assert_int_equal(
	    tokenstore_get(store, "1", &account, &err), TOKENSTORE_ERR_SCHEMA);
	assert_string_equal(err.sqlstate, "42P01");
	assert_int_equal(tokenstore_migrate(store, NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_check(store, NULL), TOKENSTORE_OK);
	tokenstore_close(store);
}

/* D-03 */
static void
newer_tables_are_left_alone(void **state)
{
	struct fixture  *f = *state;
	tokenstore_error err;

	postgres_sql(f->pg, "INSERT INTO tokenstore.schema_version"
			    " SELECT max(version) + 1, 'of a later day'"
			    " FROM tokenstore.schema_version");
	assert_int_equal(
	    tokenstore_migrate(f->store, &err), TOKENSTORE_ERR_NEWER);
	assert_non_null(strstr(err.message, "update the program"));
	assert_int_equal(
	    tokenstore_check(f->store, NULL), TOKENSTORE_ERR_NEWER);
}

static void
ten_processes_migrate_and_register_at_once(void **state)
{
	struct fixture *f = *state;
	pid_t           pids[10];
	int             status;

	postgres_new_database(f->pg);
	for (int i = 0; i < 10; i++) {
		if ((pids[i] = fork()) == 0) {
			char client_id[2] = { (char)('0' + i / 2) };
			tokenstore_options o = { .keys = KEY_1,
				.provider = "strava",
				.client_id = client_id,
				.actor = "test" };
			tokenstore        *store = open_with(f, &o);

			_exit(tokenstore_migrate(store, NULL) ||
			      tokenstore_check(store, NULL));
		}
	}
	for (int i = 0; i < 10; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	/* Each of the five applications has one number, without gaps. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) || ':' || max(app_id)"
				  " FROM tokenstore.app"),
	    "5:5");
}

/* D-30, PG-9 */
static void
a_key_that_is_missing_is_found_by_the_check(void **state)
{
	struct fixture     *f = *state;
	tokenstore         *other;
	tokenstore_account *account;
	tokenstore_error    err;

	put(f->store, "1", "access", "refresh");
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
	other = open_store(f, KEY_2, 0);
	assert_int_equal(tokenstore_check(other, &err), TOKENSTORE_ERR_KEY);
	assert_non_null(strstr(err.message, "the key 1"));
	assert_int_equal(
	    tokenstore_get(other, "1", &account, NULL), TOKENSTORE_ERR_KEY);
	tokenstore_close(other);
	/* The right number, but not the right key. */
	other =
	    open_store(f, "1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=", 0);
	assert_int_equal(tokenstore_check(other, &err), TOKENSTORE_ERR_KEY);
	assert_non_null(strstr(err.message, "the key 1"));
	tokenstore_close(other);
}

/* A row names one key; its two tokens and those beside them may have others. */
static void
every_token_is_looked_at_by_the_check(void **state)
{
	static const char *const under_key_2[] = {
		"UPDATE tokenstore.account SET access_ct =",
		"UPDATE tokenstore.account SET refresh_ct =",
		"UPDATE tokenstore.spill SET refresh_ct =",
	};
	struct fixture  *f = *state;
	tokenstore_error err;
	char             sql[256];

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    tokenstore_check(f->store, NULL), TOKENSTORE_OK);
		for (int key = 2; key >= 1; key--) {
			snprintf(sql, sizeof(sql),
			    "%s overlay(%s placing '\\x0000000%d' from 3)",
			    under_key_2[i], i == 0 ? "access_ct" : "refresh_ct",
			    key);
			postgres_sql(f->pg, sql);
			assert_int_equal(tokenstore_check(f->store, &err),
			    key == 2 ? TOKENSTORE_ERR_KEY : TOKENSTORE_OK);
		}
		assert_non_null(strstr(err.message, "the key 2"));
	}
}

static void
a_new_key_takes_over_while_the_old_one_still_opens(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *both, *after;
	tokenstore_claim_list *list;
	tokenstore_account    *account;

	put(f->store, "1", "access-1", "refresh-1");
	both = open_store(f, KEY_2 "," KEY_1, 0);
	assert_int_equal(tokenstore_check(both, NULL), TOKENSTORE_OK);
	list = claim_one(both, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-1");
	assert_int_equal(
	    save(both, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT (SELECT count(*) FROM tokenstore.spill) || ':'"
		" || key_id FROM tokenstore.account"),
	    "0:2");
	after = open_store(f, KEY_2, 0);
	assert_int_equal(tokenstore_check(after, NULL), TOKENSTORE_OK);
	account = get(after, "1");
	assert_string_equal(account->access_token, "access-2");
	tokenstore_account_free(account);
	tokenstore_close(both);
	tokenstore_close(after);
}

static void
a_claim_made_under_one_keyring_is_saved_under_another(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *other = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	/* Meanwhile the row is sealed anew, its token unchanged. */
	put(other, "1", "access-1", "refresh-1");
	assert_int_equal(
	    save(other, list->items[0], "access-2", "refresh-2"), 1);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "0");
	tokenstore_claim_list_free(list);
	tokenstore_close(other);
}

static void
stats_count_what_is_there(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *later = open_store(f, KEY_1, 30000);
	tokenstore_claim_list *list;
	tokenstore_stats       stats;
	int64_t                now = now_of(f->store);
	int                    more;

	assert_int_equal(
	    tokenstore_stats_get(f->store, &stats, NULL), TOKENSTORE_OK);
	assert_number(stats.active + stats.due + stats.oldest_due_at, 0);
	for (char subject[] = "1"; subject[0] < '6'; subject[0]++)
		put(f->store, subject, "access", subject);
	assert_int_equal(
	    tokenstore_revoke(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	list = claim_one(f->store, "2");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	list = claim_one(f->store, "3");
	tokenstore_claim_list_free(list);
	assert_int_equal(
	    tokenstore_stats_get(f->store, &stats, NULL), TOKENSTORE_OK);
	assert_number(stats.active, 3);
	assert_number(stats.needs_consent, 1);
	assert_number(stats.revoked, 1);
	assert_number(stats.due, 0);
	assert_number(stats.leased, 1);
	assert_number(stats.in_doubt, 1);
	assert_int_equal(
	    tokenstore_stats_get(later, &stats, NULL), TOKENSTORE_OK);
	assert_number(stats.due, 3);
	assert_number(stats.leased, 0);
	assert_in_range(stats.oldest_due_at, now + 21600 - 3300, now + 21600);
	tokenstore_close(later);
}

static void
the_clock_is_the_databases_with_the_offset(void **state)
{
	struct fixture *f = *state;
	tokenstore     *later = open_store(f, KEY_1, 1000000);
	int64_t         a = now_of(f->store), b = now_of(later);

	assert_in_range(b - a, 1000000, 1000002);
	tokenstore_close(later);
}

static void
every_status_has_a_name(void **state)
{
	(void)state;
	for (int i = TOKENSTORE_OK; i <= TOKENSTORE_ERR_DATABASE; i++)
		assert_string_not_equal(
		    tokenstore_status_name((tokenstore_status)i),
		    "unknown status");
	assert_string_equal(
	    tokenstore_status_name((tokenstore_status)99), "unknown status");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_option_is_named),
		cmocka_unit_test(without_a_server_every_call_says_so),
		STORE_TEST(an_empty_database_asks_for_a_migration),
		STORE_TEST(newer_tables_are_left_alone),
		STORE_TEST(ten_processes_migrate_and_register_at_once),
		STORE_TEST(a_key_that_is_missing_is_found_by_the_check),
		STORE_TEST(every_token_is_looked_at_by_the_check),
		STORE_TEST(a_new_key_takes_over_while_the_old_one_still_opens),
		STORE_TEST(
		    a_claim_made_under_one_keyring_is_saved_under_another),
		STORE_TEST(stats_count_what_is_there),
		STORE_TEST(the_clock_is_the_databases_with_the_offset),
		cmocka_unit_test(every_status_has_a_name),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
