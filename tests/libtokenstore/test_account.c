/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void
what_is_put_comes_back(void **state)
{
	struct fixture     *f = *state;
	tokenstore_grant    grant = grant_of(f->store, "access", "refresh");
	int64_t             now = now_of(f->store);
	tokenstore_account *a;

	assert_int_equal(
	    tokenstore_put(f->store, "9007199254740993", &grant, NULL),
	    TOKENSTORE_OK);
	a = get(f->store, "9007199254740993");
	assert_string_equal(a->subject, "9007199254740993");
	assert_int_equal(a->state, TOKENSTORE_ACTIVE);
	assert_string_equal(a->access_token, "access");
	assert_string_equal(a->scope, "read,activity:read_all");
	assert_string_equal(a->last_refreshed_by, "test");
	assert_string_equal(a->last_error, "");
	assert_number(a->expires_at, grant.expires_at);
	assert_number(a->expires_in, 21600);
	/* At least half an hour before the end, at most 55 minutes. */
	assert_in_range(
	    a->due_at, grant.expires_at - 3300, grant.expires_at - 1800);
	assert_in_range(a->created_at, now, now + 5);
	assert_number(a->updated_at, a->created_at);
	assert_number(a->leased_until, 0);
	assert_number(a->in_doubt_since, 0);
	assert_in_range(a->last_used_at, a->created_at, a->created_at + 5);
	assert_number(a->revoked_at, 0);
	assert_true(a->sequence > 0);
	assert_number(a->total_refreshes, 0);
	tokenstore_account_free(a);
}

static void
a_grant_without_access_token_is_due_at_once(void **state)
{
	struct fixture     *f = *state;
	tokenstore_grant    grant = { .refresh_token = "refresh" };
	tokenstore_account *a;

	assert_int_equal(
	    tokenstore_put(f->store, "1", &grant, NULL), TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_null(a->access_token);
	assert_string_equal(a->scope, "");
	assert_number(a->expires_at, 0);
	assert_true(a->due_at <= now_of(f->store));
	tokenstore_account_free(a);
}

static void
putting_the_same_grant_twice_changes_little(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;
	int64_t             sequence;

	put(f->store, "1", "access", "refresh");
	sequence = sequence_of(f->store, "1");
	put(f->store, "1", "access", "refresh");
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access");
	assert_number(a->sequence, sequence + 1);
	tokenstore_account_free(a);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "0");
}

static void
a_second_consent_keeps_the_older_token(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access-2");
	tokenstore_account_free(a);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "1");
	/* The first one again: still one of each. */
	put(f->store, "1", "access-1", "refresh-1");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "1");
}

static void
the_number_of_older_tokens_has_a_ceiling(void **state)
{
	struct fixture *f = *state;
	char            token[] = "refresh-a";

	for (; token[8] <= 't'; token[8]++)
		put(f->store, "1", "access", token);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "8");
}

static void
an_account_belongs_to_one_application(void **state)
{
	struct fixture     *f = *state;
	tokenstore_options  o = { .keys = KEY_1,
		 .provider = "strava",
		 .client_id = "4712",
		 .actor = "test" };
	tokenstore         *other = open_with(f, &o);
	tokenstore_account *a;
	tokenstore_error    err;

	put(f->store, "1", "access", "refresh");
	assert_int_equal(
	    tokenstore_get(other, "1", &a, &err), TOKENSTORE_ERR_NOT_FOUND);
	assert_string_equal(err.message, "no such account");
	put(other, "1", "their-access", "their-refresh");
	tokenstore_close(other);
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access");
	tokenstore_account_free(a);
}

static void
a_touch_notes_the_time(void **state)
{
	struct fixture     *f = *state;
	int64_t             now = now_of(f->store);
	int64_t             sequence;
	tokenstore_account *a;

	assert_int_equal(
	    tokenstore_touch(f->store, "1", NULL), TOKENSTORE_ERR_NOT_FOUND);
	put(f->store, "1", "access", "refresh");
	sequence = sequence_of(f->store, "1");
	assert_int_equal(tokenstore_touch(f->store, "1", NULL), TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_in_range(a->last_used_at, now, now + 5);
	assert_number(a->sequence, sequence);
	tokenstore_account_free(a);
}

/* Sets columns of account 1. */
static void
set(struct fixture *f, const char *columns)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "UPDATE tokenstore.account SET %s", columns);
	postgres_sql(f->pg, sql);
}

static void
check_due(struct fixture *f, const char *when)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "SELECT due_at BETWEEN %s - interval '9 s' AND %s"
	    " FROM tokenstore.account",
	    when, when);
	if (strcmp(postgres_value(f->pg, sql), "t") != 0)
		fail_msg("due at %s instead of %s",
		    postgres_value(
			f->pg, "SELECT due_at FROM tokenstore.account"),
		    when);
}

/* One that slept, and whose access token may have ended meanwhile. */
static void
a_use_wakes_an_account_unless_it_rests_after_a_failure(void **state)
{
	struct fixture *f = *state;

	put(f->store, "1", "access", "refresh");
	set(f, "due_at = now() + interval '9 days'");
	assert_int_equal(tokenstore_touch(f->store, "1", NULL), TOKENSTORE_OK);
	check_due(f, "expires_at");
	set(f, "due_at = now() + interval '1 hour', last_error = 'network',"
	       " expires_at = now() - interval '1 hour'");
	assert_int_equal(tokenstore_touch(f->store, "1", NULL), TOKENSTORE_OK);
	check_due(f, "now() + interval '1 hour'");
	set(f, "last_error = '', due_at = now() - interval '2 hours'");
	assert_int_equal(tokenstore_touch(f->store, "1", NULL), TOKENSTORE_OK);
	check_due(f, "now() - interval '2 hours'");
}

static void
a_token_that_is_distrusted_ends_and_is_due(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;
	int64_t             sequence, now = now_of(f->store);

	put(f->store, "1", "access-1", "refresh");
	sequence = sequence_of(f->store, "1");
	put(f->store, "1", "access-2", "refresh");
	assert_int_equal(tokenstore_distrust(f->store, "1", 0, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	/* It was another one that the provider refused. */
	assert_int_equal(
	    tokenstore_distrust(f->store, "1", sequence, NULL), TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_true(a->expires_at > now + 3600);
	assert_true(a->due_at > now + 3600);
	sequence = a->sequence;
	tokenstore_account_free(a);
	assert_int_equal(
	    tokenstore_distrust(f->store, "1", sequence, NULL), TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_in_range(a->expires_at, now - 60, now - 55);
	assert_number(a->sequence, sequence);
	tokenstore_account_free(a);
	check_due(f, "now()");
	set(f, "due_at = now() + interval '1 hour', last_error = 'network'");
	assert_int_equal(
	    tokenstore_distrust(f->store, "1", sequence, NULL), TOKENSTORE_OK);
	check_due(f, "now() + interval '1 hour'");
	assert_int_equal(
	    tokenstore_distrust(f->store, "2", sequence, NULL), TOKENSTORE_OK);
}

static void
a_revocation_wipes_the_tokens_and_leaves_a_mark(void **state)
{
	struct fixture     *f = *state;
	int64_t             now = now_of(f->store);
	tokenstore_account *a;

	assert_int_equal(
	    tokenstore_revoke(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    tokenstore_revoke(f->store, "1", 0, NULL, NULL),
		    TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_REVOKED);
	assert_null(a->access_token);
	assert_in_range(a->revoked_at, now, now + 5);
	tokenstore_account_free(a);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT octet_length(access_ct) + octet_length(refresh_ct)"
		" + (SELECT count(*) FROM tokenstore.spill)"
		" FROM tokenstore.account"),
	    "0");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT string_agg(kind, ',' ORDER BY at)"
				  " FROM tokenstore.event"),
	    "consent,consent,revoked");
}

static void
a_new_consent_ends_a_revocation(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;

	put(f->store, "1", "access-1", "refresh-1");
	assert_int_equal(
	    tokenstore_revoke(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	put(f->store, "1", "access-2", "refresh-2");
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_ACTIVE);
	assert_string_equal(a->access_token, "access-2");
	assert_number(a->revoked_at, 0);
	tokenstore_account_free(a);
	/* The token of before is not taken up again. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.spill"),
	    "0");
}

static void
a_deletion_leaves_nothing(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	put(f->store, "2", "access", "refresh");
	assert_int_equal(
	    tokenstore_delete(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_delete(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_get(f->store, "1", &a, NULL), TOKENSTORE_ERR_NOT_FOUND);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT (SELECT count(*) FROM tokenstore.account"
		"  WHERE subject = '1') || ':' || (SELECT count(*)"
		"  FROM tokenstore.spill) || ':' || (SELECT count(*)"
		"  FROM tokenstore.event WHERE subject = '1')"),
	    "0:0:0");
	tokenstore_account_free(get(f->store, "2"));
}

static void
what_is_out_of_contract_is_refused(void **state)
{
	static char       long_token[8194], long_subject[130];
	struct fixture   *f = *state;
	tokenstore_grant  good = grant_of(f->store, "access", "refresh");
	tokenstore_grant  bad[9];
	tokenstore_error  err;
	const char *const subjects[] = { NULL, "", "a b", "a\n", "\xc3\xa9",
		long_subject };

	memset(long_token, 'x', sizeof(long_token) - 1);
	memset(long_subject, '1', sizeof(long_subject) - 1);
	for (size_t i = 0; i < 9; i++)
		bad[i] = good;
	bad[0].refresh_token = NULL;
	bad[1].refresh_token = "";
	bad[2].refresh_token = "inject\r\nHost: x";
	bad[3].refresh_token = long_token;
	bad[4].access_token = "a b";
	bad[5].expires_at = -1;
	bad[6].expires_at = INT64_MAX;
	bad[7].expires_in = -1;
	bad[8].scope = "read\n";
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(tokenstore_put(f->store, "1", &bad[i], &err),
		    TOKENSTORE_ERR_ARGUMENT);
		assert_null(strstr(err.message, "inject"));
	}
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(
		    tokenstore_put(f->store, subjects[i], &good, NULL),
		    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_put(f->store, "1", NULL, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_put(NULL, "1", &good, NULL), TOKENSTORE_ERR_ARGUMENT);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.account"),
	    "0");
}

/* D-31, D-32, PG-8 */
static void
rows_and_columns_cannot_be_swapped(void **state)
{
	struct fixture     *f = *state;
	tokenstore_account *a;
	tokenstore_error    err;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "2", "access-2", "refresh-2");
	postgres_sql(f->pg,
	    "UPDATE tokenstore.account SET access_ct = (SELECT access_ct"
	    " FROM tokenstore.account WHERE subject = '2') WHERE subject = "
	    "'1'");
	assert_int_equal(
	    tokenstore_get(f->store, "1", &a, &err), TOKENSTORE_ERR_KEY);
	assert_null(a);
	postgres_sql(f->pg, "UPDATE tokenstore.account SET access_ct ="
			    " refresh_ct WHERE subject = '2'");
	assert_int_equal(
	    tokenstore_get(f->store, "2", &a, NULL), TOKENSTORE_ERR_KEY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_is_put_comes_back),
		STORE_TEST(a_grant_without_access_token_is_due_at_once),
		STORE_TEST(putting_the_same_grant_twice_changes_little),
		STORE_TEST(a_second_consent_keeps_the_older_token),
		STORE_TEST(the_number_of_older_tokens_has_a_ceiling),
		STORE_TEST(an_account_belongs_to_one_application),
		STORE_TEST(a_touch_notes_the_time),
		STORE_TEST(
		    a_use_wakes_an_account_unless_it_rests_after_a_failure),
		STORE_TEST(a_token_that_is_distrusted_ends_and_is_due),
		STORE_TEST(a_revocation_wipes_the_tokens_and_leaves_a_mark),
		STORE_TEST(a_new_consent_ends_a_revocation),
		STORE_TEST(a_deletion_leaves_nothing),
		STORE_TEST(what_is_out_of_contract_is_refused),
		STORE_TEST(rows_and_columns_cannot_be_swapped),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
