/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything that was put is due by then, no lease of 120 s is over twice. */
#define LATER_S 30000

static void
put_many(tokenstore *store, int count)
{
	char subject[16], refresh[32];

	for (int i = 0; i < count; i++) {
		snprintf(subject, sizeof(subject), "%d", i);
		snprintf(refresh, sizeof(refresh), "refresh-%d", i);
		put(store, subject, "access", refresh);
	}
}

/* Claims until nothing is left; marks what it got. */
static int
claim_all(tokenstore *store, int limit, unsigned char *seen)
{
	tokenstore_claim_list *list;
	char                   refresh[32];
	int                    total = 0, n;

	for (;;) {
		if (claim_due(store, limit, 120, &list) != TOKENSTORE_OK)
			return -1;
		if (list->count == 0)
			break;
		if (list->count > (size_t)limit || list->unreadable > 0)
			return -1;
		for (size_t i = 0; i < list->count; i++) {
			n = (int)strtol(list->items[i]->subject, NULL, 10);
			snprintf(refresh, sizeof(refresh), "refresh-%d", n);
			if (strcmp(list->items[i]->refresh_token, refresh) != 0)
				return -1;
			seen[n]++;
		}
		total += (int)list->count;
		tokenstore_claim_list_free(list);
	}
	tokenstore_claim_list_free(list);
	return total;
}

static void
what_is_not_due_is_not_claimed(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	put_many(f->store, 3);
	assert_int_equal(claim_due(f->store, 10, 120, &list), TOKENSTORE_OK);
	assert_int_equal(list->count, 0);
	assert_int_equal(list->unreadable, 0);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(NULL);
}

static void
everything_due_is_claimed_once(void **state)
{
	const int       limits[] = { 1, 7, 1000 };
	struct fixture *f = *state;
	tokenstore     *store;
	unsigned char   seen[150];

	put_many(f->store, 150);
	for (int i = 0; i < 3; i++) {
		/* Each later than the leases of the one before. */
		store = open_store(f, KEY_1, (int64_t)LATER_S * (i + 1));
		memset(seen, 0, sizeof(seen));
		assert_int_equal(claim_all(store, limits[i], seen), 150);
		for (size_t k = 0; k < 150; k++)
			assert_int_equal(seen[k], 1);
		tokenstore_close(store);
	}
}

/* D-47 */
static void
the_longest_due_comes_first(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *store = open_store(f, KEY_1, LATER_S);
	tokenstore_claim_list *list;
	tokenstore_account    *a;
	int64_t                last = 0;

	put_many(f->store, 50);
	assert_int_equal(claim_due(store, 100, 120, &list), TOKENSTORE_OK);
	assert_int_equal(list->count, 50);
	for (size_t i = 0; i < list->count; i++) {
		a = get(store, list->items[i]->subject);
		assert_true(a->due_at >= last);
		last = a->due_at;
		tokenstore_account_free(a);
	}
	tokenstore_claim_list_free(list);
	tokenstore_close(store);
}

static void
a_claim_carries_what_a_refresh_needs(void **state)
{
	struct fixture        *f = *state;
	tokenstore_grant       grant = grant_of(f->store, "access", "refresh");
	int64_t                now = now_of(f->store);
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	assert_int_equal(
	    tokenstore_put(f->store, "1", &grant, NULL), TOKENSTORE_OK);
	list = claim_one(f->store, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh");
	assert_string_equal(list->items[0]->access_token, "access");
	assert_number(list->items[0]->expires_at, grant.expires_at);
	assert_number(list->items[0]->in_doubt_since, 0);
	a = get(f->store, "1");
	assert_in_range(a->leased_until, now + 120, now + 125);
	assert_in_range(a->in_doubt_since, now, now + 5);
	assert_number(a->total_refresh_checks, 1);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
}

static void
what_is_leased_is_nobody_elses(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *other = open_store(f, KEY_1, 0);
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list, *none;

	put(f->store, "1", "access", "refresh");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_claim_one(other, "1", 120, &none, NULL), TOKENSTORE_OK);
	assert_int_equal(none->count, 0);
	tokenstore_claim_list_free(none);
	assert_int_equal(tokenstore_claim_one(other, "2", 120, &none, NULL),
	    TOKENSTORE_ERR_NOT_FOUND);
	assert_null(none);
	tokenstore_claim_list_free(list);
	/* Its holder died: the lease ends, the doubt stays. */
	list = claim_one(late, "1");
	assert_true(list->items[0]->in_doubt_since > 0);
	tokenstore_claim_list_free(list);
	tokenstore_close(other);
	tokenstore_close(late);
}

/* D-44 */
static void
only_active_accounts_are_claimed(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *later = open_store(f, KEY_1, LATER_S);
	tokenstore_claim_list *list;

	put(f->store, "1", "access", "refresh");
	assert_int_equal(
	    tokenstore_revoke(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_claim_one(f->store, "1", 120, &list, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(list->count, 0);
	tokenstore_claim_list_free(list);
	assert_int_equal(claim_due(later, 5, 120, &list), TOKENSTORE_OK);
	assert_int_equal(list->count, 0);
	tokenstore_claim_list_free(list);
	tokenstore_close(later);
}

#define ACCOUNTS 300
#define WORKERS 4

static void
processes_share_the_work_without_overlap(void **state)
{
	struct fixture *f = *state;
	unsigned char   seen[ACCOUNTS], sum[ACCOUNTS] = { 0 };
	int             fds[WORKERS][2], status;
	pid_t           pids[WORKERS];

	put_many(f->store, ACCOUNTS);
	for (int w = 0; w < WORKERS; w++) {
		assert_int_equal(pipe(fds[w]), 0);
		if ((pids[w] = fork()) == 0) {
			memset(seen, 0, sizeof(seen));
			_exit(claim_all(
				  open_store(f, KEY_1, LATER_S), 8, seen) < 0 ||
			      write(fds[w][1], seen, sizeof(seen)) != ACCOUNTS);
		}
	}
	for (int w = 0; w < WORKERS; w++) {
		assert_int_equal(read(fds[w][0], seen, sizeof(seen)), ACCOUNTS);
		close(fds[w][0]);
		close(fds[w][1]);
		assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
		assert_int_equal(status, 0);
		for (int i = 0; i < ACCOUNTS; i++)
			sum[i] = (unsigned char)(sum[i] + seen[i]);
	}
	for (int i = 0; i < ACCOUNTS; i++)
		assert_int_equal(sum[i], 1);
}

struct worker {
	tokenstore   *store;
	unsigned char seen[ACCOUNTS];
	int           total;
};

static void *
work(void *ctx)
{
	struct worker *worker = ctx;

	worker->total = claim_all(worker->store, 5, worker->seen);
	return NULL;
}

static void
threads_share_the_work_without_overlap(void **state)
{
	static struct worker workers[WORKERS];
	struct fixture      *f = *state;
	pthread_t            threads[WORKERS];
	int                  sum;

	put_many(f->store, ACCOUNTS);
	for (int w = 0; w < WORKERS; w++) {
		workers[w].store = open_store(f, KEY_1, LATER_S);
		assert_int_equal(
		    pthread_create(&threads[w], NULL, work, &workers[w]), 0);
	}
	for (int w = 0; w < WORKERS; w++) {
		pthread_join(threads[w], NULL);
		assert_true(workers[w].total >= 0);
		tokenstore_close(workers[w].store);
	}
	for (int i = 0; i < ACCOUNTS; i++) {
		sum = 0;
		for (int w = 0; w < WORKERS; w++)
			sum += workers[w].seen[i];
		assert_int_equal(sum, 1);
	}
}

/* The state of every row but what a claim itself counts. */
static const char everything[] =
    "SELECT md5(string_agg(a::text, '|' ORDER BY subject))"
    " FROM tokenstore.account a";

/* D-30, PG-9 */
static void
a_wrong_key_changes_nothing(void **state)
{
	static const char wrong[] =
	    "1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
	const char            *keys[] = { wrong, KEY_2 };
	struct fixture        *f = *state;
	tokenstore            *store;
	tokenstore_claim_list *list;
	char                   before[64];

	put_many(f->store, 20);
	snprintf(
	    before, sizeof(before), "%s", postgres_value(f->pg, everything));
	for (int i = 0; i < 2; i++) {
		store = open_store(f, keys[i], LATER_S);
		assert_int_equal(
		    claim_due(store, 5, 120, &list), TOKENSTORE_OK);
		assert_int_equal(list->count, 0);
		assert_int_equal(list->unreadable, 20);
		tokenstore_claim_list_free(list);
		assert_int_equal(
		    tokenstore_claim_one(store, "3", 120, &list, NULL),
		    TOKENSTORE_OK);
		assert_int_equal(list->count, 0);
		assert_int_equal(list->unreadable, 1);
		tokenstore_claim_list_free(list);
		tokenstore_close(store);
		assert_string_equal(postgres_value(f->pg, everything), before);
	}
}

/* PG-8 */
static void
a_damaged_row_does_not_stop_the_others(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *later = open_store(f, KEY_1, LATER_S);
	tokenstore_claim_list *list;
	size_t                 count = 0, unreadable = 0;

	put_many(f->store, 20);
	postgres_sql(f->pg,
	    "UPDATE tokenstore.account SET refresh_ct ="
	    " set_byte(refresh_ct, 40, get_byte(refresh_ct, 40) # 1)"
	    " WHERE subject IN ('3', '4')");
	for (int i = 0; i < 10; i++) {
		assert_int_equal(
		    claim_due(later, 4, 120, &list), TOKENSTORE_OK);
		count += list->count;
		if (list->unreadable > unreadable)
			unreadable = list->unreadable;
		tokenstore_claim_list_free(list);
	}
	assert_int_equal(count, 18);
	assert_in_range(unreadable, 1, 2);
	tokenstore_close(later);
}

/* Claims with a say in everything; how many, and the first one's subject. */
static size_t
claim_with(tokenstore *store, const tokenstore_claim_options *options,
    char subject[16])
{
	tokenstore_claim_list *list;
	tokenstore_error       err;
	size_t                 count;

	if (tokenstore_claim_due(store, options, &list, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	count = list->count;
	snprintf(
	    subject, 16, "%s", count > 0 ? list->items[0]->subject : "none");
	tokenstore_claim_list_free(list);
	return count;
}

#define DAY_S INT64_C(86400)

static void
those_in_use_come_first(void **state)
{
	static const tokenstore_claim_options options = {
		.limit = 1, .lease_s = 120, .used_within_s = 7 * DAY_S
	};
	struct fixture *f = *state;
	tokenstore     *later = open_store(f, KEY_1, 8 * DAY_S);
	char            subject[16];

	put_many(f->store, 40);
	assert_int_equal(tokenstore_touch(later, "17", NULL), TOKENSTORE_OK);
	assert_int_equal(tokenstore_touch(later, "23", NULL), TOKENSTORE_OK);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(claim_with(later, &options, subject), 1);
		assert_int_equal(
		    strcmp(subject, "17") == 0 || strcmp(subject, "23") == 0,
		    i < 2);
	}
	assert_int_equal(claim_with(later, &options, subject), 0);
	tokenstore_close(later);
}

static void
idle_accounts_are_kept_alive_and_else_left_asleep(void **state)
{
	static const tokenstore_claim_options options = { .limit = 100,
		.lease_s = 120,
		.used_within_s = 7 * DAY_S,
		.keep_alive_s = 30 * DAY_S };
	struct fixture                       *f = *state;
	tokenstore      *soon = open_store(f, KEY_1, 8 * DAY_S);
	tokenstore      *late = open_store(f, KEY_1, 30 * DAY_S + 60);
	tokenstore_stats stats;
	char             subject[16];

	put_many(f->store, 40);
	assert_int_equal(tokenstore_touch(soon, "17", NULL), TOKENSTORE_OK);
	assert_int_equal(claim_with(soon, &options, subject), 1);
	assert_string_equal(subject, "17");
	/* A round to the end puts the others to sleep, so that none is due. */
	assert_int_equal(claim_with(soon, &options, subject), 0);
	assert_int_equal(
	    tokenstore_stats_get(soon, &stats, NULL), TOKENSTORE_OK);
	assert_number(stats.due, 1);
	/* Whoever comes back is served at once. */
	tokenstore_claim_list_free(claim_one(soon, "5"));
	assert_int_equal(claim_with(late, &options, subject), 40);
	tokenstore_close(soon);
	tokenstore_close(late);
}

/* Whether its token is still alive has to be found out, by whoever it may be. */
static void
what_is_in_doubt_does_not_rest(void **state)
{
	static const tokenstore_claim_options options = { .limit = 100,
		.lease_s = 120,
		.used_within_s = 7 * DAY_S,
		.keep_alive_s = 30 * DAY_S };
	struct fixture                       *f = *state;
	tokenstore *soon = open_store(f, KEY_1, 8 * DAY_S);
	char        subject[16];

	put_many(f->store, 40);
	postgres_sql(f->pg, "UPDATE tokenstore.account SET"
			    " in_doubt_since = now() WHERE subject = '9'");
	assert_int_equal(claim_with(soon, &options, subject), 1);
	assert_string_equal(subject, "9");
	assert_int_equal(claim_with(soon, &options, subject), 0);
	tokenstore_close(soon);
}

/* Each begins with its own part, and helps the others when it is through. */
static void
programs_that_share_the_work_begin_apart(void **state)
{
	struct fixture          *f = *state;
	tokenstore              *later = open_store(f, KEY_1, LATER_S);
	char                     subject[16];
	tokenstore_claim_options options = {
		.limit = 20, .lease_s = 120, .part = 1, .parts = 4
	};

	put_many(f->store, 200);
	assert_int_equal(claim_with(later, &options, subject), 20);
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) FROM tokenstore.account"
		" WHERE lease_id <> 0 AND slot BETWEEN 16 AND 31"),
	    "20");
	options.limit = 1000;
	assert_int_equal(claim_with(later, &options, subject), 180);
	tokenstore_close(later);
}

/* A row that is locked for a moment is passed over and found the next time. */
static void
what_is_locked_is_passed_over(void **state)
{
	struct fixture *f = *state;
	PGconn         *other = PQconnectdb(postgres_superuser(f->pg));
	tokenstore     *later = open_store(f, KEY_1, LATER_S);
	unsigned char   seen[20] = { 0 };

	put_many(f->store, 20);
	PQclear(PQexec(other, "BEGIN; SELECT 1 FROM tokenstore.account"
			      " WHERE subject = '7' FOR UPDATE"));
	assert_int_equal(claim_all(later, 50, seen), 19);
	assert_int_equal(seen[7], 0);
	PQclear(PQexec(other, "ROLLBACK"));
	assert_int_equal(claim_all(later, 50, seen), 1);
	assert_int_equal(seen[7], 1);
	PQfinish(other);
	tokenstore_close(later);
}

/* While a forgotten transaction keeps the dead from being removed, a claim goes
 * on from its mark, and finds what became due behind it in the next round. */
static void
what_is_due_behind_the_mark_is_found_next_time(void **state)
{
	struct fixture *f = *state;
	tokenstore     *later = open_store(f, KEY_1, LATER_S);
	unsigned char   seen[60] = { 0 };
	char            subject[16];
	static const tokenstore_claim_options options = { .limit = 1,
		.lease_s = 120 };

	put_many(f->store, 60);
	assert_int_equal(claim_with(later, &options, subject), 1);
	postgres_sql(f->pg, "UPDATE tokenstore.account SET due_at = 'epoch'"
			    " WHERE lease_id = 0 AND subject < '3'");
	assert_int_equal(claim_all(later, 1, seen), 59);
	tokenstore_close(later);
}

static const tokenstore_claim_options keeping_alive = { .limit = 8,
	.lease_s = 120,
	.used_within_s = 7 * DAY_S,
	.keep_alive_s = 30 * DAY_S };

/* How often a text stands in the server's log. */
static int
count_in_log(struct fixture *f, const char *text)
{
	char *log = postgres_log(f->pg);
	int   count = 0;

	for (char *p = log; (p = strstr(p, text)) != NULL; p++)
		count++;
	free(log);
	return count;
}

/* Four rounds of 64 slots: two of those in use, two of the others. */
static void
a_claim_that_finds_nothing_takes_few_statements(void **state)
{
	static const char begin[] = "execute <unnamed>: WITH c AS MATERIALIZED";
	struct fixture   *f = *state;
	char              subject[16];
	int               before, count;

	put_many(f->store, 10);
	postgres_sql(f->pg, "ALTER SYSTEM SET log_statement = 'all'");
	postgres_sql(f->pg, "SELECT pg_reload_conf(), pg_sleep(0.3)");
	before = count_in_log(f, begin);
	assert_int_equal(claim_with(f->store, &keeping_alive, subject), 0);
	count = count_in_log(f, begin) - before;
	postgres_sql(f->pg, "ALTER SYSTEM RESET log_statement");
	postgres_sql(f->pg, "SELECT pg_reload_conf()");
	assert_in_range(count, 4, 128);
}

/* More than one statement puts to sleep, in every slot. */
static void
many_idle_accounts_fall_asleep_in_one_claim(void **state)
{
	struct fixture  *f = *state;
	tokenstore      *later = open_store(f, KEY_1, 8 * DAY_S);
	tokenstore_stats stats;
	char             subject[16];

	put(f->store, "1", "access", "refresh");
	postgres_sql(f->pg,
	    "INSERT INTO tokenstore.account (due_at, grant_epoch, rt_mac,"
	    " created_at, updated_at, app_id, key_id, slot, subject, "
	    "refresh_ct)"
	    " SELECT due_at, 1, rt_mac, now(), now(), app_id, key_id, n % 64,"
	    "  'x' || n, refresh_ct"
	    " FROM tokenstore.account, generate_series(1, 12800) AS n");
	assert_int_equal(claim_with(later, &keeping_alive, subject), 0);
	assert_int_equal(
	    tokenstore_stats_get(later, &stats, NULL), TOKENSTORE_OK);
	assert_number(stats.due, 0);
	tokenstore_close(later);
}

/* Three of 64 slots, over and over, from wherever a store begins. */
static void
claims_of_any_size_go_on_where_the_last_one_stopped(void **state)
{
	struct fixture *f = *state;
	tokenstore     *later = open_store(f, KEY_1, LATER_S);
	unsigned char   seen[90] = { 0 };

	put_many(f->store, 90);
	postgres_sql(f->pg, "UPDATE tokenstore.account SET slot ="
			    " (ARRAY[0, 31, 63])[1 + subject::int % 3]");
	assert_int_equal(claim_all(later, 7, seen), 90);
	for (size_t i = 0; i < sizeof(seen); i++)
		assert_int_equal(seen[i], 1);
	tokenstore_close(later);
}

static void
what_is_out_of_contract_is_refused(void **state)
{
	static const tokenstore_claim_options bad[] = {
		{ .limit = 1, .lease_s = 1, .part = 1 },
		{ .limit = 1, .lease_s = 1, .part = 2, .parts = 2 },
		{ .limit = 1, .lease_s = 1, .part = -1, .parts = 2 },
		{ .limit = 1, .lease_s = 1, .parts = 65 },
		{ .limit = 1, .lease_s = 1, .parts = -1 },
		{ .limit = 1, .lease_s = 1, .used_within_s = -1 },
		{ .limit = 1,
		    .lease_s = 1,
		    .used_within_s = 1,
		    .keep_alive_s = -1 },
		{ .limit = 1, .lease_s = 1, .keep_alive_s = 1 },
		{ .limit = 1,
		    .lease_s = 1,
		    .used_within_s = INT64_MAX,
		    .keep_alive_s = 1 },
	};
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	const int              limits[] = { 0, -1, 10001 };
	const int64_t          leases[] = { 0, -5, 86401 };

	put(f->store, "1", "access", "refresh");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claim_due(f->store, limits[i], 120, &list),
		    TOKENSTORE_ERR_ARGUMENT);
		assert_null(list);
		assert_int_equal(claim_due(f->store, 1, leases[i], &list),
		    TOKENSTORE_ERR_ARGUMENT);
		assert_int_equal(
		    tokenstore_claim_one(f->store, "1", leases[i], &list, NULL),
		    TOKENSTORE_ERR_ARGUMENT);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    tokenstore_claim_due(f->store, &bad[i], &list, NULL),
		    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_claim_due(f->store, NULL, &list, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    claim_due(f->store, 1, 1, NULL), TOKENSTORE_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_is_not_due_is_not_claimed),
		STORE_TEST(everything_due_is_claimed_once),
		STORE_TEST(the_longest_due_comes_first),
		STORE_TEST(a_claim_carries_what_a_refresh_needs),
		STORE_TEST(what_is_leased_is_nobody_elses),
		STORE_TEST(only_active_accounts_are_claimed),
		STORE_TEST(processes_share_the_work_without_overlap),
		STORE_TEST(threads_share_the_work_without_overlap),
		STORE_TEST(a_wrong_key_changes_nothing),
		STORE_TEST(a_damaged_row_does_not_stop_the_others),
		STORE_TEST(those_in_use_come_first),
		STORE_TEST(idle_accounts_are_kept_alive_and_else_left_asleep),
		STORE_TEST(what_is_in_doubt_does_not_rest),
		STORE_TEST(programs_that_share_the_work_begin_apart),
		STORE_TEST(what_is_locked_is_passed_over),
		STORE_TEST(what_is_due_behind_the_mark_is_found_next_time),
		STORE_TEST(a_claim_that_finds_nothing_takes_few_statements),
		STORE_TEST(many_idle_accounts_fall_asleep_in_one_claim),
		STORE_TEST(claims_of_any_size_go_on_where_the_last_one_stopped),
		STORE_TEST(what_is_out_of_contract_is_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
