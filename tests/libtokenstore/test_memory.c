/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The n-th allocation fails, for every n: alone, and with all that follow.
 * Wrapped by the linker, so that only the library's own are counted: those of
 * libpq and libcrypto happen inside shared objects.
 */
static long left = -1; /* < 0: none fails */
static bool persistent;

static bool
fails(void)
{
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (!persistent)
		left = -1;
	return true;
}

/* The names are the linker's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : __real_realloc(block, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* An account with two tokens, claimed; what a call leaves here is freed. */
struct world {
	struct fixture        *f;
	tokenstore            *store, *later, *made;
	tokenstore            *other; /* another key comes first */
	char                   subject[16];
	tokenstore_claim_list *list, *found;
	tokenstore_account    *account;
	tokenstore_grant       grant;
};

static tokenstore_status
call_open(struct world *w)
{
	const tokenstore_options options = { .conninfo =
						 postgres_conninfo(w->f->pg),
		.keys = KEY_1 "," KEY_2,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
		.password = "none" };

	return tokenstore_open(&options, &w->made, NULL);
}

static tokenstore_status
call_migrate(struct world *w)
{
	return tokenstore_migrate(w->store, NULL);
}

static tokenstore_status
call_check(struct world *w)
{
	return tokenstore_check(w->store, NULL);
}

static tokenstore_status
call_stats(struct world *w)
{
	tokenstore_stats stats;

	return tokenstore_stats_get(w->store, &stats, NULL);
}

static tokenstore_status
call_put(struct world *w)
{
	return tokenstore_put(w->store, w->subject, &w->grant, NULL);
}

static tokenstore_status
call_get(struct world *w)
{
	return tokenstore_get(w->store, w->subject, &w->account, NULL);
}

static tokenstore_status
call_touch(struct world *w)
{
	return tokenstore_touch(w->store, w->subject, NULL);
}

static tokenstore_status
call_distrust(struct world *w)
{
	return tokenstore_distrust(w->store, w->subject, 1, NULL);
}

static tokenstore_status
call_claim_due(struct world *w)
{
	return claim_due(w->later, 3, 1, &w->found);
}

static tokenstore_status
call_claim_one(struct world *w)
{
	return tokenstore_claim_one(w->later, w->subject, 1, &w->found, NULL);
}

static tokenstore_status
call_save(struct world *w)
{
	return tokenstore_save(
	    w->store, w->list->items[0], &w->grant, 1, NULL, NULL);
}

/* The second item takes the slow way. */
static tokenstore_status
call_save_many(struct world *w)
{
	tokenstore_save_item items[2] = {
		{ .claim = w->list->items[0], .grant = &w->grant },
		{ .claim = w->list->items[0], .grant = &w->grant },
	};
	tokenstore_grant  other = w->grant;
	tokenstore_status status;

	other.refresh_token = "refresh-of-another";
	items[1].grant = &other;
	status = tokenstore_save_many(w->store, items, 2, NULL);
	if (status == TOKENSTORE_OK)
		assert_int_equal(items[0].stored + items[1].stored, 2);
	return status;
}

static tokenstore_status
call_refuse(struct world *w)
{
	int more;

	return tokenstore_refuse(w->store, w->list->items[0], &more, NULL);
}

static tokenstore_status
call_defer(struct world *w)
{
	return tokenstore_defer(
	    w->store, w->list->items[0], 1, 1, "network", NULL);
}

static tokenstore_status
call_release(struct world *w)
{
	return tokenstore_release_many(
	    w->store, w->list->items, w->list->count, NULL);
}

static tokenstore_status
call_budget(struct world *w)
{
	static const tokenstore_window window = { 900, 100, 100, { 0 } };
	static const tokenstore_usage  usage = { 900, 100, 1, 0, 0, { 0 } };
	tokenstore_permit              permit;
	tokenstore_budget              budget;
	tokenstore_status              status;

	status = tokenstore_budget_take(
	    w->store, "overall", &window, 1, 1, &permit, NULL);
	if (status == TOKENSTORE_OK)
		status = tokenstore_budget_learn(
		    w->store, "overall", &usage, 1, permit.granted, 0, NULL);
	if (status == TOKENSTORE_OK)
		status =
		    tokenstore_budget_get(w->store, "overall", &budget, NULL);
	return status;
}

static tokenstore_status
call_revoke(struct world *w)
{
	return tokenstore_revoke(w->store, w->subject, 0, NULL, NULL);
}

static tokenstore_status
call_delete(struct world *w)
{
	return tokenstore_delete(w->store, w->subject, 0, NULL, NULL);
}

static tokenstore_status
call_import(struct world *w)
{
	tokenstore_import_report report;

	return tokenstore_import(w->store, NULL, &report, NULL);
}

static tokenstore_status
call_reseal(struct world *w)
{
	tokenstore_reseal_report report;
	tokenstore_status        status;

	status = tokenstore_reseal(w->other, 1000, &report, NULL);
	assert_number(report.unreadable, 0);
	return status;
}

static tokenstore_status
call_key_usage(struct world *w)
{
	tokenstore_key_use_list *list;
	tokenstore_status        status;

	status = tokenstore_key_usage(w->store, &list, NULL);
	tokenstore_key_use_list_free(list);
	return status;
}

static tokenstore_status
call_overview(struct world *w)
{
	tokenstore_overview overview;

	return tokenstore_overview_get(w->store, &overview, NULL);
}

static tokenstore_status (*const calls[])(struct world *) = { call_open,
	call_migrate, call_check, call_stats, call_put, call_get, call_touch,
	call_distrust, call_claim_due, call_claim_one, call_save,
	call_save_many, call_refuse, call_defer, call_release, call_budget,
	call_revoke, call_delete, call_import, call_reseal, call_key_usage,
	call_overview };

static void
prepare(struct world *w)
{
	static int number;

	snprintf(w->subject, sizeof(w->subject), "%d", ++number);
	put(w->store, w->subject, "access-1", "refresh-1");
	put(w->store, w->subject, "access-2", "refresh-2");
	w->list = claim_one(w->store, w->subject);
	w->grant = grant_of(w->store, "access-3", "refresh-3");
}

static void
clear(struct world *w)
{
	tokenstore_close(w->made);
	tokenstore_claim_list_free(w->found);
	tokenstore_account_free(w->account);
	w->made = NULL;
	w->found = NULL;
	w->account = NULL;
}

/* Want of memory is called so, and never a key that is missing. */
static void
check_status(const struct world *w, tokenstore_status status)
{
	assert_true(status == TOKENSTORE_OK || status == TOKENSTORE_ERR_NOMEM);
	assert_true(w->found == NULL || w->found->unreadable == 0);
}

/* Makes a call with each allocation failing; afterwards the same call does what
 * it should, on the same claim. */
static void
fail_each(struct world *w, tokenstore_status (*call)(struct world *))
{
	tokenstore_status status;
	bool              reached = true;

	for (long n = 0; reached; n++) {
		prepare(w);
		left = n;
		status = call(w);
		reached = left <= 0 && (persistent ? left == 0 : left < 0);
		left = -1;
		check_status(w, status);
		clear(w);
		assert_int_equal(call(w), TOKENSTORE_OK);
		clear(w);
		tokenstore_claim_list_free(w->list);
		postgres_sql(w->f->pg, "DELETE FROM tokenstore.account;"
				       "DELETE FROM tokenstore.spill");
	}
	assert_int_equal(status, TOKENSTORE_OK);
}

static void
every_failed_allocation_is_survived(void **state)
{
	struct fixture *f = *state;
	struct world    w = { .f = f, .store = f->store };

	/* A subject with two tokens. */
	postgres_sql(f->pg,
	    "CREATE TABLE public.strava_access_tokens AS SELECT 7000 AS"
	    " athlete_id, 'r' || n AS refresh_token, 'a' || n AS access_token,"
	    " now() - interval '1 day' AS last_updated"
	    " FROM generate_series(1, 2) n;"
	    "GRANT SELECT ON public.strava_access_tokens TO app");
	w.other = open_store(f, KEY_2 "," KEY_1, 0);
	w.later = open_store(f, KEY_1, 1000000);
	for (int mode = 0; mode < 2; mode++) {
		persistent = mode == 1;
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			fail_each(&w, calls[i]);
	}
	tokenstore_close(w.later);
	tokenstore_close(w.other);
}

/* The last allocations are those that open the tokens. */
static void
a_claim_that_no_memory_can_open_is_given_back(void **state)
{
	static const long      plenty = 1000000;
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	long                   all;

	put(f->store, "1", "access", "refresh");
	left = plenty;
	list = claim_one(f->store, "1");
	all = plenty - left;
	left = -1;
	assert_int_equal(
	    tokenstore_release_many(f->store, list->items, list->count, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	persistent = false;
	for (long n = 1; n <= 2; n++) {
		left = all - n;
		assert_int_equal(
		    tokenstore_claim_one(f->store, "1", 100, &list, NULL),
		    TOKENSTORE_ERR_NOMEM);
		assert_int_equal(left, -1);
		assert_string_equal(
		    postgres_value(f->pg, "SELECT lease_id || ':' || state"
					  " FROM tokenstore.account"),
		    "0:0");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(every_failed_allocation_is_survived),
		STORE_TEST(a_claim_that_no_memory_can_open_is_given_back),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
