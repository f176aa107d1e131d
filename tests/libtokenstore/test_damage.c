/* SPDX-License-Identifier: MIT */

/*
 * Rows that somebody edited, restored or swapped.  Whatever became of one, the
 * others are served, a consent heals it, and what does not belong together is
 * neither sent nor written over.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LATER_S 30000 /* everything is due by then */

enum fate {
	SERVED,     /* claimed and refreshed as if nothing had been */
	UNREADABLE, /* told, and left as it is */
	ASLEEP      /* not claimed */
};

/* `sql` is the SET of an UPDATE of athlete 1's row, a.  Beside it there are an
 * older token of the same athlete, athlete 2, and athlete 1 of another
 * application. */
static const struct {
	const char *id, *sql;
	enum fate   fate;
} damages[] = {
	{ "D-24", "refresh_ct = '', rt_mac = 0", UNREADABLE },
	{ "D-25", "refresh_ct = ''", UNREADABLE },
	{ "D-29", "refresh_ct = set_byte(refresh_ct, 0, 9)", UNREADABLE },
	{ "D-29", "refresh_ct = set_byte(refresh_ct, 1, 9)", UNREADABLE },
	{ "D-29", "refresh_ct = set_byte(refresh_ct, 5, 99)", UNREADABLE },
	{ "D-31",
	    "(refresh_ct, rt_mac) = (SELECT refresh_ct, rt_mac FROM"
	    " tokenstore.account o WHERE o.subject = '2')",
	    UNREADABLE },
	{ "D-32", "refresh_ct = access_ct, access_ct = refresh_ct",
	    UNREADABLE },
	{ "D-33",
	    "(refresh_ct, rt_mac) = (SELECT refresh_ct, rt_mac FROM"
	    " tokenstore.account o WHERE o.subject = '1'"
	    " AND o.app_id <> a.app_id)",
	    UNREADABLE },
	{ "D-36", "rt_mac = rt_mac # 1", UNREADABLE },
	/* Opens, but is not what was stored last. */
	{ "D-36",
	    "refresh_ct = (SELECT refresh_ct FROM tokenstore.spill s"
	    " WHERE s.subject = '1')",
	    UNREADABLE },
	{ "D-43", "state = 9", ASLEEP },
	{ "D-43", "state = -1", ASLEEP },
	{ "D-44", "state = 1, last_error = 'refused'", ASLEEP },
	{ "D-46", "expires_at = 'epoch', due_at = 'epoch'", SERVED },
	{ "D-46",
	    "expires_at = '1969-12-31 23:59:59+00',"
	    " due_at = '1969-12-31 23:59:59+00'",
	    SERVED },
	{ "D-46", "expires_at = 'infinity'", SERVED },
	{ "D-46", "expires_at = '-infinity'", SERVED },
	{ "D-46", "expires_at = '294000-01-01'", SERVED },
	{ "D-46", "updated_at = 'infinity', last_used_at = '-infinity'",
	    SERVED },
	{ "D-51", "lease_id = 7, lease_until = 'epoch'", SERVED },
	{ "D-51", "lease_id = 7, lease_until = '-infinity'", SERVED },
	{ "D-53", "grant_epoch = 0", SERVED },
	{ "D-53", "grant_epoch = -9223372036854775808", SERVED },
	{ "D-53", "grant_epoch = 9223372036854775807", SERVED },
	{ "D-54", "in_doubt_since = now() + interval '100 years'", SERVED },
	{ "D-54", "in_doubt_since = 'infinity'", SERVED },
	{ "D-55", "total_refreshes = 2147483647, fail_count = 32767", SERVED },
	{ "D-55", "total_refreshes = -1, total_refresh_checks = -1", SERVED },
	{ "D-56", "scope = ''", SERVED },
	{ "D-56", "scope = 'read,,'", SERVED },
	{ "D-56", "scope = 'read_all;x'", SERVED },
	{ "D-56", "scope = '<script>alert(1)</script>'", SERVED },
	{ "D-57", "last_refreshed_by = E'<b>\\n\\x1b[31m'", SERVED },
};

static void
damage(struct fixture *f, size_t i)
{
	tokenstore_options options = { .keys = KEY_1,
		.provider = "strava",
		.client_id = "4712",
		.actor = "test" };
	tokenstore        *other = open_with(f, &options);
	char               sql[512];

	postgres_sql(f->pg, "TRUNCATE tokenstore.account, tokenstore.spill,"
			    " tokenstore.event");
	put(f->store, "1", "access-0", "refresh-0");
	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "2", "access-2", "refresh-2");
	put(other, "1", "access-3", "refresh-3");
	tokenstore_close(other);
	snprintf(sql, sizeof(sql),
	    "UPDATE tokenstore.account a SET %s"
	    " WHERE subject = '1' AND app_id = 1",
	    damages[i].sql);
	postgres_sql(f->pg, sql);
}

static const char *
row_hash(struct fixture *f)
{
	return postgres_value(f->pg,
	    "SELECT md5(a::text) FROM tokenstore.account a"
	    " WHERE subject = '1' AND app_id = 1");
}

/* Claims all that is due; the claim on a subject, or NULL. */
static const tokenstore_claim *
find_claim(const tokenstore_claim_list *list, const char *subject)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i]->subject, subject) == 0)
			return list->items[i];
	return NULL;
}

/* What a run of refreshes makes of it. */
static void
expect_fate(struct fixture *f, size_t i)
{
	tokenstore             *later = open_store(f, KEY_1, LATER_S);
	tokenstore_claim_list  *list;
	const tokenstore_claim *claim;
	char                    before[64];

	snprintf(before, sizeof(before), "%s", row_hash(f));
	if (claim_due(later, 10, 120, &list) != TOKENSTORE_OK)
		fail_msg("%s: %s", damages[i].id, damages[i].sql);
	assert_non_null(find_claim(list, "2"));
	claim = find_claim(list, "1");
	if ((claim != NULL) != (damages[i].fate == SERVED) ||
	    list->unreadable != (damages[i].fate == UNREADABLE))
		fail_msg("%s: %s: %s", damages[i].id, damages[i].sql,
		    claim != NULL ? "claimed" : "not claimed");
	if (claim != NULL) {
		assert_string_equal(claim->refresh_token, "refresh-1");
		assert_int_equal(
		    save(later, claim, "access-9", "refresh-9"), 1);
	} else {
		assert_string_equal(row_hash(f), before);
	}
	tokenstore_claim_list_free(list);
	tokenstore_close(later);
}

static void
a_damaged_row_harms_nobody_and_a_consent_heals_it(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	for (size_t i = 0; i < COUNT(damages); i++) {
		damage(f, i);
		expect_fate(f, i);
		put(f->store, "1", "access-5", "refresh-5");
		tokenstore_account_free(get(f->store, "1"));
		list = claim_one(f->store, "1");
		assert_string_equal(list->items[0]->refresh_token, "refresh-5");
		tokenstore_claim_list_free(list);
		if (tokenstore_revoke(f->store, "1", 0, NULL, NULL) !=
		    TOKENSTORE_OK)
			fail_msg("%s: %s", damages[i].id, damages[i].sql);
	}
}

/* D-36: the row changes under a claim; a refused token must not be handed out
 * again, and again. */
static void
a_refused_token_does_not_come_back(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_error       err;
	int                    more;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	postgres_sql(
	    f->pg, "UPDATE tokenstore.account SET rt_mac = rt_mac # 1");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, &err),
	    TOKENSTORE_ERR_KEY);
	assert_non_null(strstr(err.message, "nothing was changed"));
	tokenstore_claim_list_free(list);
}

/* D-53: a revocation moves on from every epoch, so that what was claimed before
 * is not stored after. */
static void
an_epoch_has_no_end(void **state)
{
	static const char *const epochs[] = { "9223372036854775807",
		"-9223372036854775808", "0", "-1" };
	struct fixture          *f = *state;
	tokenstore_claim_list   *list;
	char                     sql[128];

	for (size_t i = 0; i < COUNT(epochs); i++) {
		put(f->store, "1", "access-1", "refresh-1");
		snprintf(sql, sizeof(sql),
		    "UPDATE tokenstore.account SET grant_epoch = %s,"
		    " lease_until = 'epoch'",
		    epochs[i]);
		postgres_sql(f->pg, sql);
		list = claim_one(f->store, "1");
		assert_int_equal(
		    tokenstore_revoke(f->store, "1", 0, NULL, NULL),
		    TOKENSTORE_OK);
		put(f->store, "1", "access-2", "refresh-2");
		assert_int_equal(
		    save(f->store, list->items[0], "access-3", "refresh-3"), 0);
		tokenstore_claim_list_free(list);
	}
}

/* D-24, D-25: as the original left them. */
static void
a_row_that_came_without_a_token_needs_consent(void **state)
{
	const tokenstore_import_options options = { .force = 1 };
	struct fixture                 *f = *state;
	tokenstore_import_report        report;
	tokenstore_account             *account;

	postgres_sql(f->pg,
	    "CREATE TABLE public.strava_access_tokens (athlete_id text,"
	    " refresh_token text, expires_at timestamptz);"
	    "GRANT SELECT ON public.strava_access_tokens TO app;"
	    "INSERT INTO public.strava_access_tokens VALUES"
	    " ('1', NULL, now()), ('2', '', 'infinity'),"
	    " ('3', 'refresh-3', '-infinity')");
	assert_int_equal(tokenstore_import(f->store, &options, &report, NULL),
	    TOKENSTORE_OK);
	assert_number(report.needs_consent, 2);
	assert_number(report.created, 1);
	for (char subject[] = "1"; subject[0] < '3'; subject[0]++) {
		account = get(f->store, subject);
		assert_int_equal(account->state, TOKENSTORE_NEEDS_CONSENT);
		assert_string_equal(account->last_error, "no_token");
		tokenstore_account_free(account);
	}
}

/* D-26: what was plain is sealed; the table it came from is its owner's, who
 * drops it. */
static void
a_plain_token_is_sealed_and_its_table_can_go(void **state)
{
	const tokenstore_import_options options = { .force = 1 };
	struct fixture                 *f = *state;
	tokenstore_import_report        report;
	tokenstore_claim_list          *list;
	char                           *dump;

	postgres_sql(f->pg,
	    "CREATE TABLE public.strava_access_tokens (athlete_id bigint,"
	    " access_token text, refresh_token text);"
	    "GRANT SELECT ON public.strava_access_tokens TO app;"
	    "INSERT INTO public.strava_access_tokens VALUES"
	    " (1, 'SECRET-access', 'SECRET-refresh'),"
	    " (1, 'SECRET-older', 'SECRET-refresh-2')");
	assert_int_equal(tokenstore_import(f->store, &options, &report, NULL),
	    TOKENSTORE_OK);
	/* Only read: no program may write there. */
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM"
				  " public.strava_access_tokens"),
	    "2");
	postgres_sql(f->pg, "DROP TABLE public.strava_access_tokens");
	dump = postgres_dump(f->pg);
	assert_null(strstr(dump, "SECRET"));
	assert_null(strstr(dump, "534543524554"));
	free(dump);
	list = claim_one(f->store, "1");
	assert_memory_equal(list->items[0]->refresh_token, "SECRET", 6);
	tokenstore_claim_list_free(list);
}

/* D-60: the row is gone when the answer comes. */
static void
a_save_for_a_deleted_row_inserts_nothing(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	int                    more = -1;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	postgres_sql(f->pg, "DELETE FROM tokenstore.account");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 0);
	assert_int_equal(
	    tokenstore_release(f->store, list->items[0], NULL), TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT (SELECT count(*) FROM tokenstore.account)"
		" + (SELECT count(*) FROM tokenstore.spill)"),
	    "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_damaged_row_harms_nobody_and_a_consent_heals_it),
		STORE_TEST(a_refused_token_does_not_come_back),
		STORE_TEST(an_epoch_has_no_end),
		STORE_TEST(a_row_that_came_without_a_token_needs_consent),
		STORE_TEST(a_plain_token_is_sealed_and_its_table_can_go),
		STORE_TEST(a_save_for_a_deleted_row_inserts_nothing),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
