/* SPDX-License-Identifier: MIT */

/* PG-13: the original's table becomes accounts, and no token is lost. */

#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define TABLE                                                           \
	"CREATE TABLE public.strava_access_tokens ("                    \
	" pk_id serial PRIMARY KEY, client_id text, athlete_id bigint," \
	" access_token text, refresh_token text, expires_at bigint,"    \
	" expires_in integer, total_refreshes integer DEFAULT 0,"       \
	" total_refresh_checks integer DEFAULT 0,"                      \
	" last_refreshed_by text, scope text,"                          \
	" last_updated timestamp DEFAULT now() - interval '1 hour');"   \
	"GRANT SELECT ON public.strava_access_tokens TO app;"

static tokenstore_import_report
import(tokenstore *store, const tokenstore_import_options *options)
{
	tokenstore_import_report report;
	tokenstore_error         err;

	if (tokenstore_import(store, options, &report, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return report;
}

/* Everything that is stored, in one number. */
static void
read_hash(struct fixture *f, char hash[40])
{
	snprintf(hash, 40, "%s",
	    postgres_value(f->pg,
		"SELECT md5(string_agg(r, ',' ORDER BY r)) FROM ("
		" SELECT a::text AS r FROM tokenstore.account a"
		" UNION ALL SELECT s::text FROM tokenstore.spill s"
		" UNION ALL SELECT e::text FROM tokenstore.event e) t"));
}

/* The refresh tokens of an account in the order in which claims would bring
 * them, separated by blanks. */
static void
read_tokens(tokenstore *store, const char *subject, char *text, size_t size)
{
	tokenstore_claim_list *list = claim_one(store, subject);
	int                    more = 1;
	size_t                 n = 0;

	while (more) {
		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "",
		    list->items[0]->refresh_token);
		assert_int_equal(
		    tokenstore_refuse(store, list->items[0], &more, NULL),
		    TOKENSTORE_OK);
	}
	tokenstore_claim_list_free(list);
}

static void
expect_tokens(tokenstore *store, const char *subject, const char *expected)
{
	char text[512];

	read_tokens(store, subject, text, sizeof(text));
	assert_string_equal(text, expected);
}

/* Athlete 1 has one row; 2 three with two tokens; 3 none; 4 is somebody
 * else's; 5 has a token with a line break; 6 is not an athlete. */
static void
fill_table(struct fixture *f)
{
	postgres_sql(f->pg, TABLE
	    "INSERT INTO public.strava_access_tokens (client_id, athlete_id,"
	    " access_token, refresh_token, expires_at, expires_in,"
	    " total_refreshes, total_refresh_checks, last_refreshed_by, scope,"
	    " last_updated) VALUES"
	    " ('4711', 1, 'a1', 'r1', 4102444800, 21600, 7, 9,"
	    "  'google_cloud_function', 'read,activity:read',"
	    "  '2023-08-09 10:00'),"
	    " ('4711', 2, 'a2-old', 'r2-old', 1691575200, 21600, 1, 1, 'x',"
	    "  NULL, '2023-08-09 10:00'),"
	    " (' 4711 ', 2, 'a2-new', 'r2-new', 4102444800, 21600, 3, 4, NULL,"
	    "  NULL, '2023-08-09 12:00'),"
	    " (NULL, 2, 'a2-new', 'r2-new', 4102444800, 21600, 3, 4, NULL,"
	    "  NULL, '2023-08-09 11:00'),"
	    " ('4711', 3, 'a3', NULL, 4102444800, NULL, NULL, NULL, NULL, NULL,"
	    "  NULL),"
	    " ('9999', 4, 'a4', 'r4', 4102444800, 21600, 0, 0, '', '', now()),"
	    " ('4711', 5, 'a5', E'r5\\n', 4102444800, 21600, 0, 0, '', '',"
	    "  '2023-08-09 10:00'),"
	    " ('4711', NULL, 'a6', 'r6', 4102444800, 21600, 0, 0, '', '',"
	    "  '2023-08-09 10:00')");
	postgres_sql(f->pg, "UPDATE public.strava_access_tokens"
			    " SET last_updated = '2023-08-09'"
			    " WHERE client_id = '9999'");
}

static void
expect_counts(const tokenstore_import_report *report)
{
	assert_number(report->rows, 8);
	assert_number(report->foreign, 1);
	assert_number(report->without_token, 1);
	assert_number(report->unreadable, 2);
	assert_number(report->unreadable_rows[0], 8);
	assert_number(report->unreadable_rows[1], 7);
	assert_number(report->unreadable_rows[2], 0);
	assert_number(report->skipped, 1);
	assert_number(report->surplus, 0);
}

static void
the_youngest_row_makes_the_account_the_others_stay_in_the_set(void **state)
{
	struct fixture          *f = *state;
	tokenstore_import_report report;
	tokenstore_account      *account;
	char                     before[40], after[40];

	fill_table(f);
	report = import(f->store, NULL);
	expect_counts(&report);
	assert_number(report.created, 2);
	assert_number(report.needs_consent, 1);
	assert_number(report.spilled, 1);
	assert_number(report.joined + report.unchanged, 0);
	account = get(f->store, "1");
	assert_string_equal(account->access_token, "a1");
	assert_number(account->expires_at, 4102444800);
	assert_number(account->expires_in, 21600);
	assert_number(account->total_refreshes, 7);
	assert_number(account->total_refresh_checks, 9);
	assert_string_equal(
	    account->last_refreshed_by, "google_cloud_function");
	assert_string_equal(account->scope, "read,activity:read");
	assert_number(account->updated_at, 1691575200);
	tokenstore_account_free(account);
	account = get(f->store, "3");
	assert_int_equal(account->state, TOKENSTORE_NEEDS_CONSENT);
	assert_string_equal(account->last_error, "no_token");
	tokenstore_account_free(account);
	/* Nothing changes when it is done again. */
	read_hash(f, before);
	report = import(f->store, NULL);
	expect_counts(&report);
	assert_number(report.created + report.needs_consent + report.joined, 0);
	assert_number(report.unchanged, 3);
	assert_number(report.spilled, 0);
	read_hash(f, after);
	assert_string_equal(before, after);
	expect_tokens(f->store, "1", "r1");
	expect_tokens(f->store, "2", "r2-new r2-old");
	/* Not even after the tokens were spent. */
	read_hash(f, before);
	import(f->store, NULL);
	read_hash(f, after);
	assert_string_equal(before, after);
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
}

static void
a_dry_run_counts_the_same_and_writes_nothing(void **state)
{
	const tokenstore_import_options dry = { .dry_run = 1 };
	struct fixture                 *f = *state;
	tokenstore_import_report        counted, report;

	fill_table(f);
	put(f->store, "2", "a2-newest", "r2-newest");
	counted = import(f->store, &dry);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.account"),
	    "1");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.event"),
	    "1");
	assert_number(counted.joined, 1);
	report = import(f->store, NULL);
	assert_memory_equal(&counted, &report, sizeof(report));
}

static void
an_account_that_is_there_keeps_its_token_in_front(void **state)
{
	struct fixture          *f = *state;
	tokenstore_import_report report;
	tokenstore_claim_list   *list;
	int                      more;

	fill_table(f);
	put(f->store, "2", "a2-newest", "r2-newest");
	put(f->store, "3", "a3", "r3");
	assert_int_equal(
	    tokenstore_revoke(f->store, "3", 0, NULL, NULL), TOKENSTORE_OK);
	put(f->store, "1", "a1", "r1-dead");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(more, 0);
	tokenstore_claim_list_free(list);
	report = import(f->store, NULL);
	assert_number(report.joined, 2);
	assert_number(report.unchanged, 1);
	assert_number(report.spilled, 2);
	expect_tokens(f->store, "2", "r2-newest r2-new r2-old");
	/* It needed consent, and the table had a token. */
	expect_tokens(f->store, "1", "r1");
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT state FROM tokenstore.account WHERE subject = '3'"),
	    "2");
}

static void
odd_types_and_missing_columns_are_put_up_with(void **state)
{
	const tokenstore_import_options options = {
		.table = "old.tokens", .force = 1, .batch = 1
	};
	struct fixture          *f = *state;
	tokenstore_import_report report;
	tokenstore_account      *account;

	postgres_sql(f->pg,
	    "CREATE SCHEMA old; GRANT USAGE ON SCHEMA old TO app;"
	    "CREATE TABLE old.tokens (athlete_id varchar(20),"
	    " refresh_token varchar(80), access_token varchar(80),"
	    " expires_at timestamptz, expires_in text, total_refreshes numeric,"
	    " current_scope text);"
	    "GRANT SELECT ON old.tokens TO app;"
	    "INSERT INTO old.tokens VALUES"
	    " (' 12 ', 'r12', 'a12', '2100-01-01 00:00+00', '21600', 5.0, "
	    "'read'),"
	    " ('13', 'r13-a', 'a13', NULL, 'soon', -1, ''),"
	    " ('13', 'r13-b', 'a13', '2100-01-01 00:00+00', NULL, NULL, NULL),"
	    " ('bob', 'r14', '', NULL, NULL, NULL, NULL)");
	report = import(f->store, &options);
	assert_number(report.rows, 4);
	assert_number(report.created, 2);
	assert_number(report.spilled, 1);
	assert_number(report.unreadable, 1);
	account = get(f->store, "12");
	assert_number(account->expires_at, 4102444800);
	assert_number(account->expires_in, 21600);
	assert_number(account->total_refreshes, 5);
	assert_string_equal(account->scope, "read");
	tokenstore_account_free(account);
	expect_tokens(f->store, "13", "r13-b r13-a");
}

static void
more_tokens_than_a_set_holds_are_counted(void **state)
{
	const tokenstore_import_options options = { .batch = 3 };
	struct fixture                 *f = *state;
	tokenstore_import_report        report;

	postgres_sql(f->pg,
	    TABLE "INSERT INTO public.strava_access_tokens (client_id,"
		  " athlete_id, refresh_token, last_updated)"
		  " SELECT '4711', 1, 'r' || n, '2023-08-09'::timestamp"
		  "  + n * interval '1 day' FROM generate_series(1, 11) n");
	report = import(f->store, &options);
	assert_number(report.spilled, 8);
	assert_number(report.surplus, 2);
	expect_tokens(f->store, "1", "r11 r10 r9 r8 r7 r6 r5 r4 r3");
}

static void
a_table_in_use_is_refused_unless_forced(void **state)
{
	const tokenstore_import_options force = { .force = 1 };
	struct fixture                 *f = *state;
	tokenstore_import_report        report;
	tokenstore_error                err;

	fill_table(f);
	postgres_sql(f->pg, "UPDATE public.strava_access_tokens"
			    " SET last_updated = now() - interval '9 minutes'"
			    " WHERE pk_id = 4");
	assert_int_equal(tokenstore_import(f->store, NULL, &report, &err),
	    TOKENSTORE_ERR_BUSY);
	assert_non_null(strstr(err.message, "ten minutes"));
	assert_number(report.rows, 8);
	postgres_sql(f->pg, "ALTER TABLE public.strava_access_tokens"
			    " DROP COLUMN last_updated");
	assert_int_equal(tokenstore_import(f->store, NULL, &report, &err),
	    TOKENSTORE_ERR_BUSY);
	assert_non_null(strstr(err.message, "when it last changed"));
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM tokenstore.account"),
	    "0");
	assert_number(import(f->store, &force).created, 2);
}

static void
a_bad_table_is_named(void **state)
{
	static const char *const  names[] = { "", ".", "a.", ".a", "a b", "a;b",
		 "a\"b", "1a", "a.b.c" };
	struct fixture           *f = *state;
	tokenstore_import_options options = { .batch = 10001 };
	tokenstore_import_report  report;
	tokenstore_error          err;

	assert_int_equal(tokenstore_import(f->store, NULL, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_import(f->store, &options, &report, &err),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_non_null(strstr(err.message, "batch:"));
	options.batch = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		options.table = names[i];
		assert_int_equal(
		    tokenstore_import(f->store, &options, &report, &err),
		    TOKENSTORE_ERR_ARGUMENT);
		assert_non_null(strstr(err.message, "table:"));
	}
	assert_int_equal(tokenstore_import(f->store, NULL, &report, &err),
	    TOKENSTORE_ERR_NOT_FOUND);
	postgres_sql(f->pg, "CREATE TABLE public.strava_access_tokens"
			    " (athlete_id int); GRANT SELECT ON"
			    " public.strava_access_tokens TO app");
	assert_int_equal(tokenstore_import(f->store, NULL, &report, &err),
	    TOKENSTORE_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "refresh_token"));
}

static void
five_thousand_rows_arrive(void **state)
{
	struct fixture          *f = *state;
	tokenstore_import_report report;

	/* 4,000 athletes; every fourth has a second row with another token,
	 * every tenth of them without one. */
	postgres_sql(f->pg,
	    TABLE "INSERT INTO public.strava_access_tokens (client_id,"
		  " athlete_id, access_token, refresh_token, expires_at,"
		  " expires_in, last_updated)"
		  " SELECT '4711', n % 4000, 'access' || n,"
		  " CASE WHEN n >= 4000 AND n % 40 = 0 THEN NULL"
		  "  ELSE 'refresh' || n END, 4102444800, 21600,"
		  " '2023-08-09'::timestamp + n * interval '1 second'"
		  " FROM (SELECT generate_series(0, 3999) UNION ALL"
		  "  SELECT 4000 + 4 * generate_series(0, 999)) t(n)");
	report = import(f->store, NULL);
	assert_number(report.rows, 5000);
	assert_number(report.without_token, 100);
	assert_number(report.created, 4000);
	assert_number(report.spilled, 900);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) || ':' || count(DISTINCT slot) || ':'"
		" || count(DISTINCT rt_mac) FROM tokenstore.account"
		" WHERE state = 0"),
	    "4000:64:4000");
	/* PG-8: no two records have the same nonce. */
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) - count(DISTINCT substring(ct FROM 7 FOR 24))"
		" FROM (SELECT access_ct AS ct FROM tokenstore.account"
		"  UNION ALL SELECT refresh_ct FROM tokenstore.account"
		"  UNION ALL SELECT refresh_ct FROM tokenstore.spill) t"),
	    "0");
	expect_tokens(f->store, "4", "refresh4004 refresh4");
	expect_tokens(f->store, "0", "refresh0");
	expect_tokens(f->store, "3999", "refresh3999");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(
		    the_youngest_row_makes_the_account_the_others_stay_in_the_set),
		STORE_TEST(a_dry_run_counts_the_same_and_writes_nothing),
		STORE_TEST(an_account_that_is_there_keeps_its_token_in_front),
		STORE_TEST(odd_types_and_missing_columns_are_put_up_with),
		STORE_TEST(more_tokens_than_a_set_holds_are_counted),
		STORE_TEST(a_table_in_use_is_refused_unless_forced),
		STORE_TEST(a_bad_table_is_named),
		STORE_TEST(five_thousand_rows_arrive),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
