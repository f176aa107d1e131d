/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 600
#define LATER_S 30000

/* A claim on each of so many accounts, and what a provider gave for it. */
struct exchange {
	tokenstore            *store;
	tokenstore_claim_list *list;
	tokenstore_save_item   items[MANY];
	tokenstore_grant       grants[MANY];
	char                   access[MANY][24], refresh[MANY][24];
	size_t                 count;
};

/* Names what comes in exchange: "access-SUBJECT-n", "refresh-SUBJECT-n". */
static void
fill(struct exchange *e, int n)
{
	int64_t now = now_of(e->store);

	for (size_t i = 0; i < e->count; i++) {
		const char *subject = e->list->items[i]->subject;

		snprintf(e->access[i], 24, "access-%s-%d", subject, n);
		snprintf(e->refresh[i], 24, "refresh-%s-%d", subject, n);
		e->grants[i] = (tokenstore_grant){ e->access[i], e->refresh[i],
			now + 21600, 21600, NULL, { 0 } };
		e->items[i] =
		    (tokenstore_save_item){ .claim = e->list->items[i],
			    .grant = &e->grants[i],
			    .due_at = now + 18000 };
	}
}

/* Makes each sequence 1, so that a test sees how often it grew. */
static void
restart_sequences(struct fixture *f)
{
	postgres_value(f->pg,
	    "WITH a AS (UPDATE tokenstore.account SET token_seq = 1"
	    " RETURNING 1) SELECT count(*) FROM a");
}

static struct exchange *
claim_many(struct fixture *f, int count)
{
	struct exchange *e = calloc(1, sizeof(*e));
	char             subject[16], refresh[24];

	assert_non_null(e);
	for (int i = 0; i < count; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		snprintf(refresh, sizeof(refresh), "refresh-%d", i);
		put(f->store, subject, "access", refresh);
	}
	e->store = open_store(f, KEY_1, LATER_S);
	assert_int_equal(
	    claim_due(e->store, count, 120, &e->list), TOKENSTORE_OK);
	e->count = e->list->count;
	assert_int_equal(e->count, count);
	restart_sequences(f);
	fill(e, 1);
	return e;
}

static void
end(struct exchange *e)
{
	tokenstore_claim_list_free(e->list);
	tokenstore_close(e->store);
	free(e);
}

static tokenstore_status
save_all(struct exchange *e, tokenstore_error *err)
{
	return tokenstore_save_many(e->store, e->items, e->count, err);
}

static void
check_number_of(struct fixture *f, const char *condition, const char *expected)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM tokenstore.account WHERE %s", condition);
	assert_string_equal(postgres_value(f->pg, sql), expected);
}

/* Every account's set is its token of the n-th exchange, and nothing else. */
static void
check_stored(struct fixture *f, struct exchange *e)
{
	tokenstore            *later = open_store(f, KEY_1, LATER_S + 1000);
	tokenstore_claim_list *list;
	int                    more;

	for (size_t i = 0; i < e->count; i += 97) {
		list = claim_one(later, e->list->items[i]->subject);
		assert_string_equal(
		    list->items[0]->refresh_token, e->refresh[i]);
		assert_string_equal(list->items[0]->access_token, e->access[i]);
		assert_int_equal(
		    tokenstore_refuse(later, list->items[0], &more, NULL),
		    TOKENSTORE_OK);
		assert_int_equal(more, 0);
		tokenstore_claim_list_free(list);
	}
	tokenstore_close(later);
}

static void
many_are_stored_in_few_statements(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, MANY);

	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	for (size_t i = 0; i < e->count; i++) {
		assert_int_equal(e->items[i].status, TOKENSTORE_OK);
		assert_int_equal(e->items[i].stored, 1);
	}
	check_number_of(f,
	    "total_refreshes = 1 AND token_seq = 2 AND lease_id = 0 AND"
	    " lease_until = 'epoch' AND in_doubt_since = 'epoch' AND"
	    " scope = 'read,activity:read_all'",
	    "600");
	/* One transaction writes the rows of one statement. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(DISTINCT xmin::text)"
				  " FROM tokenstore.account"),
	    "3");
	check_stored(f, e);
	end(e);
}

static void
saving_many_may_be_repeated(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, MANY / 2);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
		for (size_t k = 0; k < e->count; k++)
			assert_int_equal(e->items[k].stored, 1);
	}
	check_number_of(f, "total_refreshes = 1 AND token_seq = 2", "300");
	check_stored(f, e);
	end(e);
}

static void
nothing_is_saved_of_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    tokenstore_save_many(f->store, NULL, 0, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_defer_many(f->store, NULL, 0, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_release_many(f->store, NULL, 0, NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_save_many(f->store, NULL, 1, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_save_many(NULL, NULL, 0, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_defer_many(f->store, NULL, 1, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_release_many(f->store, NULL, 1, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
}

/* FN-6: one athlete's failure never stops the others. */
static void
one_bad_row_does_not_stop_the_others(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, 300);
	tokenstore_error err;
	int              failed = 0;

	postgres_sql(f->pg, "ALTER TABLE tokenstore.account ADD CHECK"
			    " (subject NOT IN ('7', '250') OR"
			    " total_refreshes = 0)");
	assert_int_equal(save_all(e, &err), TOKENSTORE_ERR_DATABASE);
	assert_string_equal(err.sqlstate, "23514");
	for (size_t i = 0; i < e->count; i++) {
		bool bad = strcmp(e->items[i].claim->subject, "7") == 0 ||
			   strcmp(e->items[i].claim->subject, "250") == 0;

		assert_int_equal(e->items[i].status,
		    bad ? TOKENSTORE_ERR_DATABASE : TOKENSTORE_OK);
		assert_int_equal(e->items[i].stored, !bad);
		failed += bad;
	}
	assert_int_equal(failed, 2);
	check_number_of(f, "total_refreshes = 1", "298");
	end(e);
}

static void
one_bad_item_does_not_stop_the_others(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, 6);
	tokenstore_error err;

	e->items[0].claim = NULL;
	e->grants[1].refresh_token = "two words";
	e->items[2].grant = NULL;
	e->items[3].due_at = -1;
	assert_int_equal(save_all(e, &err), TOKENSTORE_ERR_ARGUMENT);
	assert_string_equal(err.message, "claim: is required");
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(e->items[i].status,
		    i < 4 ? TOKENSTORE_ERR_ARGUMENT : TOKENSTORE_OK);
	check_number_of(f, "total_refreshes = 1", "2");
	end(e);
}

static void
logins_revocations_and_others_take_the_slow_way(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, 5);
	const char      *subject[5];

	for (int i = 0; i < 5; i++)
		subject[i] = e->items[i].claim->subject;
	put(f->store, subject[0], "access-login", "refresh-login");
	assert_int_equal(tokenstore_revoke(f->store, subject[1], 0, NULL, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(tokenstore_delete(f->store, subject[2], 0, NULL, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(e->items[i].stored, i != 1 && i != 2);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "1");
	check_number_of(f, "total_refreshes = 1", "3");
	end(e);
}

/* One account may be in a list twice, from two claims of one token. */
static void
two_saves_of_one_account_are_both_kept(void **state)
{
	struct fixture        *f = *state;
	struct exchange       *e = claim_many(f, 1);
	tokenstore            *late = open_store(f, KEY_1, LATER_S + 122);
	tokenstore_claim_list *theirs = claim_one(late, "0");

	e->items[1] = e->items[0];
	e->items[1].claim = theirs->items[0];
	e->grants[1] = e->grants[0];
	e->grants[1].refresh_token = "refresh-of-another";
	e->items[1].grant = &e->grants[1];
	e->count = 2;
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	assert_int_equal(e->items[0].stored + e->items[1].stored, 2);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "1");
	check_number_of(f, "total_refreshes = 2 AND lease_id = 0", "1");
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
	end(e);
}

/* Somebody else was refused meanwhile, and flagged the account. */
static void
what_comes_late_for_a_flagged_account_leaves_it_in_doubt(void **state)
{
	struct fixture        *f = *state;
	struct exchange       *e = claim_many(f, 1);
	tokenstore            *late = open_store(f, KEY_1, LATER_S + 122);
	tokenstore_claim_list *theirs = claim_one(late, "0");
	int                    more;

	assert_int_equal(tokenstore_refuse(late, theirs->items[0], &more, NULL),
	    TOKENSTORE_OK);
	check_number_of(f, "state = 1 AND in_doubt_since = 'epoch'", "1");
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	assert_int_equal(e->items[0].stored, 1);
	check_number_of(f, "state = 0 AND in_doubt_since > 'epoch'", "1");
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
	end(e);
}

/* Sealed under a new key meanwhile, the row has another fingerprint of the same
 * token. */
static void
a_row_under_another_key_is_recognized(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *both = open_store(f, KEY_2 "," KEY_1, 0);
	tokenstore_claim_list *list;
	tokenstore_account    *a;
	int                    more;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(both, "1");
	/* The same token again, but by a program whose first key is the new one. */
	put(both, "1", "access-1", "refresh-1");
	assert_int_equal(
	    save(both, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	a = get(both, "1");
	assert_string_equal(a->access_token, "access-2");
	tokenstore_account_free(a);
	list = claim_one(both, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	assert_int_equal(tokenstore_refuse(both, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 0);
	tokenstore_claim_list_free(list);
	tokenstore_close(both);
}

static void
large_tokens_are_spread_over_statements(void **state)
{
	static char      large[8193];
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, 40);

	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < e->count; i++)
		e->grants[i].access_token = large;
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	/* 330 kB of ciphertext and some. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(DISTINCT xmin::text)"
				  " FROM tokenstore.account"),
	    "2");
	check_number_of(f, "length(access_ct) = 8192 + 46", "40");
	end(e);
}

struct saver {
	struct exchange *exchange;
	pthread_t        thread;
	int              rounds;
};

static void *
save_often(void *ctx)
{
	struct saver *saver = ctx;

	for (int i = 0; i < saver->rounds; i++)
		if (save_all(saver->exchange, NULL) != TOKENSTORE_OK)
			return saver;
	return NULL;
}

/* Four savers have the same accounts in different order; none of them ends in a
 * deadlock, and each one's token is kept. */
static void
savers_of_the_same_accounts_do_not_lock_each_other_out(void **state)
{
	struct fixture  *f = *state;
	struct exchange *e = claim_many(f, 60), *others[4];
	struct saver     savers[4];
	void            *failed;

	for (int s = 0; s < 4; s++) {
		others[s] = calloc(1, sizeof(*e));
		*others[s] = *e;
		others[s]->store = open_store(f, KEY_1, LATER_S);
		fill(others[s], 10 + s);
		for (size_t i = 0; i < e->count / 2 && s % 2 == 1; i++) {
			tokenstore_save_item item = others[s]->items[i];

			others[s]->items[i] =
			    others[s]->items[e->count - 1 - i];
			others[s]->items[e->count - 1 - i] = item;
		}
		savers[s] = (struct saver){ others[s], 0, 3 };
		assert_int_equal(pthread_create(&savers[s].thread, NULL,
				     save_often, &savers[s]),
		    0);
	}
	for (int s = 0; s < 4; s++) {
		pthread_join(savers[s].thread, &failed);
		assert_null(failed);
		tokenstore_close(others[s]->store);
		free(others[s]);
	}
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "180");
	end(e);
}

/* A session that somebody forgot costs the one token that it stands on. */
static void
a_locked_row_does_not_keep_the_others_from_being_stored(void **state)
{
	struct fixture    *f = *state;
	struct exchange   *e = claim_many(f, 300);
	tokenstore_options options = { .keys = KEY_1,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
		.call_timeout_ms = 500 };
	PGconn            *other = PQconnectdb(postgres_superuser(f->pg));

	tokenstore_close(e->store);
	e->store = open_with(f, &options);
	PQclear(PQexec(other, "BEGIN; SELECT 1 FROM tokenstore.account"
			      " WHERE subject = '7' FOR UPDATE"));
	assert_int_equal(save_all(e, NULL), TOKENSTORE_ERR_TIMEOUT);
	for (size_t i = 0; i < e->count; i++)
		assert_int_equal(e->items[i].status,
		    strcmp(e->items[i].claim->subject, "7") == 0
			? TOKENSTORE_ERR_TIMEOUT
			: TOKENSTORE_OK);
	check_number_of(f, "total_refreshes = 1", "299");
	PQfinish(other);
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	check_number_of(f, "total_refreshes = 1 AND lease_id = 0", "300");
	end(e);
}

static void
many_are_put_off_and_given_back_at_once(void **state)
{
	static tokenstore_deferral off[MANY];
	struct fixture            *f = *state;
	struct exchange           *e = claim_many(f, MANY);
	int64_t                    now = now_of(f->store);

	for (size_t i = 0; i < 400; i++)
		off[i] = (tokenstore_deferral){ .claim = e->list->items[i],
			.due_at = now + 900,
			.in_doubt = i < 100,
			.reason = "rate_limit" };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    tokenstore_defer_many(e->store, off, 400, NULL),
		    TOKENSTORE_OK);
		assert_int_equal(tokenstore_release_many(
				     e->store, e->list->items + 400, 200, NULL),
		    TOKENSTORE_OK);
	}
	check_number_of(f,
	    "fail_count = 1 AND last_error = 'rate_limit' AND"
	    " total_refresh_checks = 1 AND lease_id = 0",
	    "400");
	check_number_of(f, "in_doubt_since > 'epoch'", "100");
	check_number_of(f,
	    "fail_count = 0 AND total_refresh_checks = 0 AND lease_id = 0",
	    "200");
	off[399].reason = "a sentence";
	assert_int_equal(tokenstore_defer_many(e->store, off, 400, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	end(e);
}

static void
without_a_database_all_fail_alike_and_none_is_tried_twice(void **state)
{
	struct fixture   *f = *state;
	struct exchange  *e = claim_many(f, 300);
	tokenstore_error  err;
	tokenstore_status status;

	postgres_crash(f->pg);
	status = save_all(e, &err);
	/* A pooler in between waits for its server. */
	assert_true(status == TOKENSTORE_ERR_CONNECTION ||
		    status == TOKENSTORE_ERR_TIMEOUT);
	for (size_t i = 0; i < e->count; i++) {
		assert_int_equal(e->items[i].status, status);
		assert_int_equal(e->items[i].stored, 0);
	}
	postgres_restart(f->pg);
	assert_int_equal(save_all(e, NULL), TOKENSTORE_OK);
	check_number_of(f, "total_refreshes = 1 AND token_seq = 2", "300");
	end(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(many_are_stored_in_few_statements),
		STORE_TEST(saving_many_may_be_repeated),
		STORE_TEST(nothing_is_saved_of_nothing),
		STORE_TEST(one_bad_row_does_not_stop_the_others),
		STORE_TEST(one_bad_item_does_not_stop_the_others),
		STORE_TEST(logins_revocations_and_others_take_the_slow_way),
		STORE_TEST(two_saves_of_one_account_are_both_kept),
		STORE_TEST(
		    what_comes_late_for_a_flagged_account_leaves_it_in_doubt),
		STORE_TEST(a_row_under_another_key_is_recognized),
		STORE_TEST(large_tokens_are_spread_over_statements),
		STORE_TEST(
		    savers_of_the_same_accounts_do_not_lock_each_other_out),
		STORE_TEST(
		    a_locked_row_does_not_keep_the_others_from_being_stored),
		STORE_TEST(many_are_put_off_and_given_back_at_once),
		STORE_TEST(
		    without_a_database_all_fail_alike_and_none_is_tried_twice),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
