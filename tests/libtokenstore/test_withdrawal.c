/* SPDX-License-Identifier: MIT */

/* A person withdraws consent, and perhaps consents again at the same time: only
 * what was looked at goes. */

#include "fixture.h"

typedef tokenstore_status (*withdraw_fn)(tokenstore *store, const char *subject,
    int64_t sequence, int *newer_out, tokenstore_error *err);

/* What *newer_out said. */
static int
withdraw(withdraw_fn how, tokenstore *store, int64_t sequence)
{
	tokenstore_error err;
	int              newer = -1;

	if (how(store, "1", sequence, &newer, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return newer;
}

static void
assert_gone(struct fixture *f)
{
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT (SELECT count(*) FROM tokenstore.account) +"
		" (SELECT count(*) FROM tokenstore.spill) +"
		" (SELECT count(*) FROM tokenstore.event)"),
	    "0");
}

static void
assert_access(struct fixture *f, const char *access)
{
	tokenstore_account *a = get(f->store, "1");

	assert_int_equal(a->state, TOKENSTORE_ACTIVE);
	assert_string_equal(a->access_token, access);
	assert_number(a->revoked_at, 0);
	tokenstore_account_free(a);
}

static void
assert_revoked(struct fixture *f)
{
	tokenstore_account *a = get(f->store, "1");

	assert_int_equal(a->state, TOKENSTORE_REVOKED);
	assert_null(a->access_token);
	tokenstore_account_free(a);
}

static void
what_was_seen_goes(void **state)
{
	struct fixture *f = *state;
	int64_t         seen;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	seen = sequence_of(f->store, "1");
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    withdraw(tokenstore_revoke, f->store, seen), 0);
	assert_revoked(f);

	put(f->store, "1", "access-3", "refresh-3");
	seen = sequence_of(f->store, "1");
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    withdraw(tokenstore_delete, f->store, seen), 0);
	assert_gone(f);
}

static void
a_consent_that_came_after_the_look_stays(void **state)
{
	static const withdraw_fn how[] = { tokenstore_revoke,
		tokenstore_delete };
	struct fixture          *f = *state;
	int64_t                  seen;

	for (size_t i = 0; i < 2; i++) {
		put(f->store, "1", "access-1", "refresh-1");
		seen = sequence_of(f->store, "1");
		put(f->store, "1", "access-2", "refresh-2");
		assert_int_equal(withdraw(how[i], f->store, seen), 1);
		assert_access(f, "access-2");
	}
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "1");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT string_agg(kind, ',' ORDER BY at)"
				  " FROM tokenstore.event"),
	    "consent,consent,consent,consent");
}

/* The acknowledgement of the first was lost, and meanwhile the person came
 * back. */
static void
a_repetition_spares_a_consent_that_came_in_between(void **state)
{
	static const withdraw_fn how[] = { tokenstore_revoke,
		tokenstore_delete };
	struct fixture          *f = *state;
	int64_t                  seen;

	for (size_t i = 0; i < 2; i++) {
		withdraw(tokenstore_delete, f->store, 0);
		put(f->store, "1", "access-1", "refresh-1");
		seen = sequence_of(f->store, "1");
		assert_int_equal(withdraw(how[i], f->store, seen), 0);
		put(f->store, "1", "access-2", "refresh-2");
		assert_int_equal(withdraw(how[i], f->store, seen), 1);
		assert_access(f, "access-2");
	}
}

static void
a_sequence_is_never_used_twice(void **state)
{
	struct fixture *f = *state;
	int64_t         before = 0, after;

	for (int i = 0; i < 3; i++) {
		put(f->store, "1", "access-1", "refresh-1");
		put(f->store, "1", "access-2", "refresh-2");
		after = sequence_of(f->store, "1");
		assert_true(after > before);
		before = after;
		assert_int_equal(withdraw(tokenstore_delete, f->store, 0), 0);
	}
}

/* What a refresh brought meanwhile may be as dead as what was seen: it is the
 * caller who finds out. */
static void
a_refresh_after_the_look_is_told(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	int64_t                seen;

	put(f->store, "1", "access-1", "refresh-1");
	seen = sequence_of(f->store, "1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	assert_int_equal(withdraw(tokenstore_delete, f->store, seen), 1);
	assert_access(f, "access-2");
	seen = sequence_of(f->store, "1");
	assert_int_equal(withdraw(tokenstore_delete, f->store, seen), 0);
	assert_gone(f);
}

static void
a_refresh_that_ends_later_brings_nothing_back(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	int64_t                seen;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	seen = sequence_of(f->store, "1");
	assert_int_equal(withdraw(tokenstore_revoke, f->store, seen), 0);
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	assert_revoked(f);
	/* What is revoked holds nothing that could be newer. */
	assert_int_equal(withdraw(tokenstore_delete, f->store, seen), 0);
	assert_gone(f);
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	assert_gone(f);
	tokenstore_claim_list_free(list);
}

static void
an_account_that_was_flagged_since_goes(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	int64_t                seen;
	int                    more = 1;

	put(f->store, "1", "access-1", "refresh-1");
	seen = sequence_of(f->store, "1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 0);
	tokenstore_claim_list_free(list);
	assert_int_equal(withdraw(tokenstore_delete, f->store, seen), 0);
	assert_gone(f);
}

static void
a_sequence_that_no_account_has_is_refused(void **state)
{
	struct fixture *f = *state;
	int             newer = -1;

	put(f->store, "1", "access-1", "refresh-1");
	assert_int_equal(tokenstore_revoke(f->store, "1", -1, &newer, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_delete(f->store, "1", -1, &newer, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(newer, -1);
	assert_access(f, "access-1");
	/* Of an account that is not there any sequence will do. */
	assert_int_equal(
	    tokenstore_revoke(f->store, "2", 5, &newer, NULL), TOKENSTORE_OK);
	assert_int_equal(newer, 0);
	assert_int_equal(
	    tokenstore_delete(f->store, "2", 5, NULL, NULL), TOKENSTORE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_was_seen_goes),
		STORE_TEST(a_consent_that_came_after_the_look_stays),
		STORE_TEST(a_repetition_spares_a_consent_that_came_in_between),
		STORE_TEST(a_sequence_is_never_used_twice),
		STORE_TEST(a_refresh_after_the_look_is_told),
		STORE_TEST(a_refresh_that_ends_later_brings_nothing_back),
		STORE_TEST(an_account_that_was_flagged_since_goes),
		STORE_TEST(a_sequence_that_no_account_has_is_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
