/* SPDX-License-Identifier: MIT */

/* PG-13: a store of an earlier version is brought up to date, rows and all. */

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOLDEN SOURCE_DIR "/tests/libtokenstore/golden/store_0_1.sql"

/* An empty database, filled from the golden file as its owner would have. */
static void
load(struct fixture *f)
{
	static const char first[] = "SET ROLE app;";
	char              text[16384];
	size_t            n = sizeof(first) - 1;
	FILE             *file = fopen(GOLDEN, "r");

	assert_non_null(file);
	memcpy(text, first, n);
	n += fread(text + n, 1, sizeof(text) - n - 1, file);
	text[n] = '\0';
	fclose(file);
	tokenstore_close(f->store);
	postgres_new_database(f->pg);
	postgres_sql(f->pg, text);
	f->store = open_store(f, KEY_1, 0);
}

static void
expect_account(tokenstore *store, const char *subject, tokenstore_state state,
    const char *access, const char *error)
{
	tokenstore_account *account = get(store, subject);

	assert_int_equal(account->state, state);
	if (access == NULL)
		assert_null(account->access_token);
	else
		assert_string_equal(account->access_token, access);
	assert_string_equal(account->last_error, error);
	tokenstore_account_free(account);
}

/* D-02 */
static void
a_store_of_version_0_1_goes_on(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_error       err;
	int                    more;

	load(f);
	assert_int_equal(
	    tokenstore_check(f->store, &err), TOKENSTORE_ERR_SCHEMA);
	assert_non_null(strstr(err.message, "older"));
	if (tokenstore_migrate(f->store, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
	expect_account(f->store, "1", TOKENSTORE_ACTIVE, "access-1b", "");
	expect_account(f->store, "3", TOKENSTORE_REVOKED, NULL, "");
	expect_account(
	    f->store, "4", TOKENSTORE_NEEDS_CONSENT, "access-4", "refused");
	list = claim_one(f->store, "2");
	assert_string_equal(list->items[0]->refresh_token, "refresh-2b");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	assert_int_equal(save(f->store, list->items[0], "a", "r"), 1);
	tokenstore_claim_list_free(list);
	list = claim_one(f->store, "5");
	assert_string_equal(list->items[0]->refresh_token, "refresh-5");
	assert_true(list->items[0]->in_doubt_since > 0);
	tokenstore_claim_list_free(list);
}

static void
ten_programs_bring_it_up_to_date_at_once(void **state)
{
	struct fixture *f = *state;
	pid_t           pids[10];
	int             status;

	load(f);
	for (int i = 0; i < 10; i++)
		if ((pids[i] = fork()) == 0) {
			tokenstore *store = open_store(f, KEY_1, 0);

			_exit(tokenstore_migrate(store, NULL) ||
			      tokenstore_check(store, NULL));
		}
	for (int i = 0; i < 10; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) = max(version) AND max(version) > 1"
		" FROM tokenstore.schema_version"),
	    "t");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.account"),
	    "5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_store_of_version_0_1_goes_on),
		STORE_TEST(ten_programs_bring_it_up_to_date_at_once),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
