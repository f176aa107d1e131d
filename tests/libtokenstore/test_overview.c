/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static tokenstore_overview
overview_of(tokenstore *store)
{
	tokenstore_overview overview;
	tokenstore_error    err;

	memset(&overview, 0xff, sizeof(overview));
	if (tokenstore_overview_get(store, &overview, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return overview;
}

static void
expect_ages(const tokenstore_ages *ages, int under_5_min, int under_1_h,
    int under_6_h, int under_1_d, int older)
{
	assert_number(ages->under_5_min, under_5_min);
	assert_number(ages->under_1_h, under_1_h);
	assert_number(ages->under_6_h, under_6_h);
	assert_number(ages->under_1_d, under_1_d);
	assert_number(ages->older, older);
	assert_number(ages->total,
	    under_5_min + under_1_h + under_6_h + under_1_d + older);
}

static void
an_empty_store_has_nothing_to_show(void **state)
{
	struct fixture     *f = *state;
	tokenstore_overview overview = overview_of(f->store);
	tokenstore_overview expected = { .at = overview.at };

	assert_memory_equal(&overview, &expected, sizeof(expected));
	assert_in_range(now_of(f->store) - overview.at, 0, 5);
	assert_int_equal(tokenstore_overview_get(f->store, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_overview_get(NULL, &overview, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
}

/* One account for each age, due or otherwise since then. */
static void
set_ages(struct fixture *f, const char *what)
{
	static const char *const ages[] = { "4 minutes", "6 minutes",
		"61 minutes", "361 minutes", "25 hours" };
	char                     subject[] = "1", sql[400];

	for (int i = 0; i < 5; i++, subject[0]++) {
		put(f->store, subject, "access", subject);
		snprintf(sql, sizeof(sql),
		    "UPDATE tokenstore.account SET %s = date_trunc('second',"
		    " now()) - interval '%s' WHERE subject = '%s'",
		    what, ages[i], subject);
		postgres_sql(f->pg, sql);
	}
}

static void
what_is_overdue_is_counted_by_age(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_overview    overview;

	set_ages(f, "due_at");
	put(f->store, "9", "access", "not-due");
	overview = overview_of(f->store);
	assert_number(overview.active, 6);
	expect_ages(&overview.due, 1, 1, 1, 1, 1);
	assert_in_range(overview.at - overview.oldest_due_at, 90000, 90005);
	assert_number(overview.last_refreshed_at, 0);
	/* What somebody works on is not left lying. */
	list = claim_one(f->store, "5");
	overview = overview_of(f->store);
	assert_number(overview.leased, 1);
	expect_ages(&overview.due, 1, 1, 1, 1, 0);
	assert_number(overview.in_doubt.total, 0);
	assert_int_equal(
	    save(f->store, list->items[0], "access", "refresh"), 1);
	tokenstore_claim_list_free(list);
	overview = overview_of(f->store);
	assert_in_range(overview.at - overview.last_refreshed_at, 0, 5);
	assert_number(overview.leased, 0);
	assert_number(overview.active, 6);
}

static void
what_is_in_doubt_is_counted_by_age(void **state)
{
	struct fixture     *f = *state;
	tokenstore_overview overview;

	set_ages(f, "in_doubt_since");
	overview = overview_of(f->store);
	expect_ages(&overview.in_doubt, 1, 1, 1, 1, 1);
	assert_number(overview.due.total, 0);
}

/* Claims an account and has its only token refused. */
static void
refuse(tokenstore *store, const char *subject)
{
	tokenstore_claim_list *list = claim_one(store, subject);
	int                    more;

	assert_int_equal(tokenstore_refuse(store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 0);
	tokenstore_claim_list_free(list);
}

static void
what_needs_consent_is_counted_by_reason_and_age(void **state)
{
	struct fixture     *f = *state;
	tokenstore         *later = open_store(f, KEY_1, INT64_C(7) * 3600);
	tokenstore_overview overview;

	put(f->store, "1", "access", "1");
	put(f->store, "2", "access", "2");
	put(f->store, "3", "access", "3");
	put(f->store, "4", "access", "4");
	assert_int_equal(
	    tokenstore_revoke(f->store, "4", 0, NULL, NULL), TOKENSTORE_OK);
	refuse(f->store, "1");
	refuse(f->store, "2");
	postgres_sql(f->pg, "UPDATE tokenstore.account SET in_doubt_since ="
			    " now() WHERE subject = '3'");
	refuse(f->store, "3");
	postgres_sql(f->pg,
	    "CREATE TABLE public.strava_access_tokens AS"
	    " SELECT 7 AS athlete_id, ''::text AS refresh_token,"
	    "  now() - interval '1 day' AS last_updated;"
	    "GRANT SELECT ON public.strava_access_tokens TO app");
	{
		tokenstore_import_report report;

		assert_int_equal(
		    tokenstore_import(f->store, NULL, &report, NULL),
		    TOKENSTORE_OK);
	}
	overview = overview_of(f->store);
	assert_number(overview.active, 0);
	assert_number(overview.needs_consent, 4);
	assert_number(overview.revoked, 1);
	expect_ages(&overview.refused, 2, 0, 0, 0, 0);
	expect_ages(&overview.maybe_lost, 1, 0, 0, 0, 0);
	expect_ages(&overview.never_had, 0, 0, 0, 0, 1);
	overview = overview_of(later);
	expect_ages(&overview.refused, 0, 0, 0, 2, 0);
	tokenstore_close(later);
}

static void
keys_that_are_missing_are_named(void **state)
{
	struct fixture     *f = *state;
	tokenstore         *other = open_store(f, KEY_2, 0);
	tokenstore_overview overview;

	put(f->store, "1", "access", "1");
	put(f->store, "1", "access", "1b");
	put(f->store, "2", "access", "2");
	put(other, "3", "access", "3");
	overview = overview_of(other);
	assert_number(overview.unreadable, 3);
	assert_int_equal(overview.unreadable_keys[0], 1);
	assert_int_equal(overview.unreadable_keys[1], 0);
	overview = overview_of(f->store);
	assert_number(overview.unreadable, 1);
	assert_int_equal(overview.unreadable_keys[0], 2);
	tokenstore_close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(an_empty_store_has_nothing_to_show),
		STORE_TEST(what_is_overdue_is_counted_by_age),
		STORE_TEST(what_is_in_doubt_is_counted_by_age),
		STORE_TEST(what_needs_consent_is_counted_by_reason_and_age),
		STORE_TEST(keys_that_are_missing_are_named),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
