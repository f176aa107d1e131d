/* SPDX-License-Identifier: MIT */

/* PG-9: keys are changed while everything goes on, and a wrong key changes
 * nothing. */

#include "fixture.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRONG_KEY_1 "1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

static tokenstore_reseal_report
reseal(tokenstore *store, int limit)
{
	tokenstore_reseal_report report;
	tokenstore_error         err;

	if (tokenstore_reseal(store, limit, &report, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return report;
}

/* "id:access+refresh" for each key, "?" behind one that the ring lacks. */
static void
expect_usage(tokenstore *store, const char *expected)
{
	tokenstore_key_use_list *list;
	char                     text[200] = "";
	size_t                   n = 0;

	assert_int_equal(
	    tokenstore_key_usage(store, &list, NULL), TOKENSTORE_OK);
	for (size_t i = 0; i < list->count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s%d%s:%d+%d", i > 0 ? " " : "", list->items[i]->key_id,
		    list->items[i]->in_keyring ? "" : "?",
		    (int)list->items[i]->access_tokens,
		    (int)list->items[i]->refresh_tokens);
	tokenstore_key_use_list_free(list);
	assert_string_equal(text, expected);
}

static void
read_hash(struct fixture *f, char hash[40])
{
	snprintf(hash, 40, "%s",
	    postgres_value(f->pg,
		"SELECT md5(string_agg(r, ',' ORDER BY r)) FROM ("
		" SELECT a::text AS r FROM tokenstore.account a"
		" UNION ALL SELECT s::text FROM tokenstore.spill s) t"));
}

/* Four accounts: one with two tokens beside the main one, one withdrawn, one
 * that needs consent. */
static void
fill(tokenstore *store)
{
	tokenstore_claim_list *list;
	int                    more;

	put(store, "1", "access-1", "refresh-1a");
	put(store, "1", "access-1", "refresh-1b");
	put(store, "1", "access-1", "refresh-1c");
	put(store, "2", "access-2", "refresh-2");
	put(store, "3", "access-3", "refresh-3");
	put(store, "4", "access-4", "refresh-4");
	assert_int_equal(
	    tokenstore_revoke(store, "3", 0, NULL, NULL), TOKENSTORE_OK);
	list = claim_one(store, "4");
	assert_int_equal(tokenstore_refuse(store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
}

static void
every_token_comes_under_the_first_key(void **state)
{
	struct fixture          *f = *state;
	tokenstore              *both = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore              *after = open_store(f, KEY_2, 0);
	tokenstore_reseal_report report;
	tokenstore_claim_list   *list;
	tokenstore_account      *account;
	int                      more;

	fill(f->store);
	expect_usage(f->store, "1:3+4");
	expect_usage(after, "1?:3+4 2:0+0");
	assert_int_equal(tokenstore_check(after, NULL), TOKENSTORE_ERR_KEY);
	/* In small steps, each of which goes on where work is left. */
	report = reseal(both, 1);
	assert_number(report.resealed, 1);
	assert_number(report.left, 4);
	report = reseal(both, 1000);
	assert_number(report.resealed, 4);
	assert_number(report.left + report.changed + report.unreadable, 0);
	report = reseal(both, 1000);
	assert_number(report.resealed, 0);
	expect_usage(both, "1:0+0 2:3+4");
	assert_int_equal(tokenstore_check(after, NULL), TOKENSTORE_OK);
	account = get(after, "4");
	assert_string_equal(account->access_token, "access-4");
	tokenstore_account_free(account);
	list = claim_one(after, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-1c");
	assert_int_equal(tokenstore_refuse(after, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_string_equal(list->items[0]->refresh_token, "refresh-1b");
	assert_int_equal(tokenstore_refuse(after, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_string_equal(list->items[0]->refresh_token, "refresh-1a");
	tokenstore_claim_list_free(list);
	tokenstore_close(both);
	tokenstore_close(after);
}

static void
a_claim_under_way_is_saved_all_the_same(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *both = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore            *old = open_store(f, KEY_1 "," KEY_2, 0);
	tokenstore_claim_list *list, *list_old;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "2", "access-1", "refresh-1");
	list = claim_one(both, "1");
	list_old = claim_one(old, "2");
	assert_number(reseal(both, 10).resealed, 2);
	assert_int_equal(
	    save(both, list->items[0], "access-2", "refresh-2"), 1);
	assert_int_equal(
	    save(old, list_old->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(list_old);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "0");
	expect_usage(both, "1:1+1 2:1+1");
	tokenstore_close(both);
	tokenstore_close(old);
}

static void
a_row_whose_two_tokens_have_different_keys_needs_both(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *both = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore            *back = open_store(f, KEY_1 "," KEY_2, 0);
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(both, "1");
	/* No access token comes with it: the old one stays. */
	assert_int_equal(save(both, list->items[0], NULL, "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	expect_usage(both, "1:1+0 2:0+1");
	assert_number(reseal(back, 10).resealed, 1);
	expect_usage(both, "1:1+1 2:0+0");
	list = claim_one(f->store, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	tokenstore_claim_list_free(list);
	tokenstore_close(both);
	tokenstore_close(back);
}

static void
a_wrong_key_changes_nothing(void **state)
{
	struct fixture          *f = *state;
	tokenstore              *wrong, *missing;
	tokenstore_reseal_report report;
	tokenstore_claim_list   *list;
	tokenstore_account      *account;
	char                     before[40], after[40];

	fill(f->store);
	read_hash(f, before);
	wrong = open_store(f, KEY_2 "," WRONG_KEY_1, 0);
	missing = open_store(f, KEY_2, 0);
	report = reseal(wrong, 1000);
	assert_number(report.resealed, 0);
	assert_number(report.unreadable, 5);
	assert_number(report.left, 5);
	report = reseal(missing, 1000);
	assert_number(report.unreadable, 5);
	assert_int_equal(tokenstore_check(wrong, NULL), TOKENSTORE_ERR_KEY);
	assert_int_equal(tokenstore_check(missing, NULL), TOKENSTORE_ERR_KEY);
	assert_int_equal(
	    tokenstore_get(missing, "1", &account, NULL), TOKENSTORE_ERR_KEY);
	assert_int_equal(
	    tokenstore_claim_one(wrong, "1", 120, &list, NULL), TOKENSTORE_OK);
	assert_int_equal(list->count, 0);
	tokenstore_claim_list_free(list);
	read_hash(f, after);
	assert_string_equal(before, after);
	tokenstore_close(wrong);
	tokenstore_close(missing);
}

/* Refreshes every account, over and over, until `stop` is a byte. */
static void
refresh_until(struct fixture *f, const char *keys, int stop)
{
	tokenstore            *store = open_store(f, keys, 0);
	tokenstore_claim_list *list;
	char                   subject[16], token[64], byte;
	int                    round = 0;

	while (read(stop, &byte, 1) < 0) {
		snprintf(subject, sizeof(subject), "%d", round % 40);
		snprintf(token, sizeof(token), "r%d-%d", round % 40, round);
		round++;
		if (tokenstore_claim_one(store, subject, 120, &list, NULL) !=
		    TOKENSTORE_OK)
			_exit(1);
		if (list->count == 1 &&
		    save(store, list->items[0], token, token) != 1)
			_exit(2);
		tokenstore_claim_list_free(list);
	}
	tokenstore_close(store);
	_exit(0);
}

static void
keys_are_changed_under_load(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *both = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore_account    *account;
	tokenstore_claim_list *list;
	char                   subject[16];
	int                    fds[2], status;
	pid_t                  pid;

	for (int i = 0; i < 40; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		put(f->store, subject, "first", "first");
	}
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	if ((pid = fork()) == 0)
		refresh_until(f, KEY_1 "," KEY_2, fds[0]);
	/* The other side seals under the old key all the time. */
	for (int i = 0; i < 20; i++)
		reseal(both, 1000);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Then it has the new key in front, and one pass is enough. */
	assert_number(reseal(both, 1000).left, 0);
	expect_usage(both, "1:0+0 2:40+40");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "0");
	/* What was saved last is what is there, both of it. */
	for (int i = 0; i < 40; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		account = get(both, subject);
		list = claim_one(both, subject);
		assert_string_equal(
		    account->access_token, list->items[0]->refresh_token);
		tokenstore_claim_list_free(list);
		tokenstore_account_free(account);
	}
	close(fds[0]);
	close(fds[1]);
	tokenstore_close(both);
}

/* Strava hands out a new access token with the same refresh token: nothing but
 * the sequence tells that somebody wrote between our reading and writing. */
static void
what_was_written_meanwhile_stays(void **state)
{
	struct fixture          *f = *state;
	tokenstore_reseal_report report;
	PGconn                  *conn;
	int                      status;
	pid_t                    pid;

	put(f->store, "1", "access-1", "refresh-1");
	conn = PQconnectdb(postgres_superuser(f->pg));
	PQclear(PQexec(conn, "BEGIN"));
	PQclear(PQexec(conn, "UPDATE tokenstore.account SET"
			     " access_ct = 'new', token_seq = token_seq + 1"));
	if ((pid = fork()) == 0) {
		tokenstore *both = open_store(f, KEY_2 "," KEY_1, 0);

		report = reseal(both, 1);
		_exit(report.changed != 1 || report.resealed != 0);
	}
	while (strcmp(postgres_value(f->pg,
			  "SELECT count(*) FROM pg_locks WHERE NOT granted"),
		   "0") == 0)
		continue;
	PQclear(PQexec(conn, "COMMIT"));
	PQfinish(conn);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT encode(access_ct, 'escape') FROM tokenstore.account"),
	    "new");
}

static void
bad_arguments_are_refused(void **state)
{
	struct fixture          *f = *state;
	tokenstore_reseal_report report;
	tokenstore_key_use_list *list;

	assert_int_equal(tokenstore_reseal(f->store, 0, &report, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_reseal(f->store, 1, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_reseal(NULL, 1, &report, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_key_usage(NULL, &list, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_key_usage(f->store, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	tokenstore_key_use_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_token_comes_under_the_first_key),
		STORE_TEST(a_claim_under_way_is_saved_all_the_same),
		STORE_TEST(
		    a_row_whose_two_tokens_have_different_keys_needs_both),
		STORE_TEST(a_wrong_key_changes_nothing),
		STORE_TEST(keys_are_changed_under_load),
		STORE_TEST(what_was_written_meanwhile_stays),
		STORE_TEST(bad_arguments_are_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
