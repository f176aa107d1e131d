/* SPDX-License-Identifier: MIT */

/*
 * Every call with another allocation that fails, each in turn: it fails with a
 * status, leaks nothing, and succeeds when it is repeated.  The linker's --wrap
 * catches the allocations of the library, not those inside libpq and libcrypto.
 */

#include "fixture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Allocations until the one that fails; below 0: none does. */
static long left = -1;
static bool failed;
static long tried;

static bool
is_due(void)
{
	if (left < 0 || left-- > 0)
		return false;
	failed = true;
	return true;
}

/* The linker gives these names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return is_due() ? NULL : __real_realloc(block, size);
}

char *
__wrap_strdup(const char *text)
{
	return is_due() ? NULL : __real_strdup(text);
}
/* NOLINTEND(bugprone-reserved-identifier) */

typedef tokenstore_status (*task)(struct fixture *f, tokenstore_error *err);

static tokenstore_status
open_it(struct fixture *f, tokenstore_error *err)
{
	const tokenstore_options options = {
		.conninfo = postgres_conninfo(f->pg),
		.keys = KEY_1 "," KEY_2,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
	};
	tokenstore       *store;
	tokenstore_status status = tokenstore_open(&options, &store, err);

	/* With memory again: what it is worth is tried by the others. */
	tokenstore_close(store);
	return status;
}

static tokenstore_status
migrate_it(struct fixture *f, tokenstore_error *err)
{
	return tokenstore_migrate(f->store, err);
}

static tokenstore_status
check_it(struct fixture *f, tokenstore_error *err)
{
	return tokenstore_check(f->store, err);
}

static tokenstore_status
put_it(struct fixture *f, tokenstore_error *err)
{
	const tokenstore_grant grant = { .access_token = "access",
		.refresh_token = "refresh",
		.expires_at = 4102444800 };

	return tokenstore_put(f->store, "1", &grant, err);
}

static tokenstore_status
get_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_account *account;
	tokenstore_status status = tokenstore_get(f->store, "1", &account, err);

	tokenstore_account_free(account);
	return status;
}

static tokenstore_status
stats_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_stats stats;

	return tokenstore_stats_get(f->store, &stats, err);
}

static tokenstore_status
overview_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_overview overview;

	return tokenstore_overview_get(f->store, &overview, err);
}

static tokenstore_status
save_it(struct fixture *f, tokenstore_error *err)
{
	const tokenstore_grant grant = { .access_token = "access",
		.refresh_token = "refresh",
		.expires_at = 4102444800 };
	tokenstore_claim_list *list;
	tokenstore_status      status;

	postgres_sql(f->pg, "UPDATE tokenstore.account SET lease_until ="
			    " 'epoch' WHERE subject = '1'");
	status = tokenstore_claim_one(f->store, "1", 120, &list, err);
	if (status == TOKENSTORE_OK && list->count == 1)
		status = tokenstore_save(
		    f->store, list->items[0], &grant, 4102444800, NULL, err);
	tokenstore_claim_list_free(list);
	return status;
}

static tokenstore_status
import_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_import_report report;

	return tokenstore_import(f->store, NULL, &report, err);
}

static tokenstore_status
usage_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_key_use_list *list;
	tokenstore_status status = tokenstore_key_usage(f->store, &list, err);

	tokenstore_key_use_list_free(list);
	return status;
}

static tokenstore_status
reseal_it(struct fixture *f, tokenstore_error *err)
{
	tokenstore_reseal_report report;

	return tokenstore_reseal(f->store, 1000, &report, err);
}

static const struct {
	const char *name;
	task        run;
} tasks[] = {
	{ "open", open_it },
	{ "migrate", migrate_it },
	{ "put", put_it },
	{ "put again", put_it },
	{ "import", import_it },
	{ "check", check_it },
	{ "get", get_it },
	{ "stats", stats_it },
	{ "overview", overview_it },
	{ "claim and save", save_it },
	{ "key usage", usage_it },
	{ "reseal", reseal_it },
};

/* Fails one allocation after the other until none is left to fail. */
static void
starve(struct fixture *f, size_t which)
{
	tokenstore_status status = TOKENSTORE_OK;
	tokenstore_error  err;
	long              n = 0;

	do {
		failed = false;
		left = n++;
		status = tasks[which].run(f, &err);
		left = -1;
		if (status == TOKENSTORE_OK)
			continue;
		assert_true(failed);
		assert_int_equal(err.status, status);
		/* What cannot be opened for want of memory counts as that. */
		if (status != TOKENSTORE_ERR_NOMEM &&
		    status != TOKENSTORE_ERR_KEY)
			fail_msg("%s, allocation %ld: %s", tasks[which].name, n,
			    err.message);
	} while (failed);
	assert_int_equal(status, TOKENSTORE_OK);
	tried += n - 1;
}

static void
without_memory_every_call_says_so(void **state)
{
	struct fixture *f = *state;
	tokenstore     *old = f->store;

	postgres_sql(f->pg,
	    "CREATE TABLE public.strava_access_tokens AS SELECT n % 3 AS"
	    " athlete_id, 'r' || n AS refresh_token, 'a' || n AS access_token,"
	    " 4102444800 AS expires_at, now() - interval '1 day' AS"
	    " last_updated FROM generate_series(1, 6) n;"
	    "GRANT SELECT ON public.strava_access_tokens TO app");
	f->store = open_store(f, KEY_2 "," KEY_1, 0);
	put(old, "1", "access", "old");
	put(old, "1", "access", "older");
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		starve(f, i);
	assert_true(tried > 50);
	/* And nothing went wrong on the way. */
	assert_string_equal(
	    postgres_value(f->pg,
		"SELECT count(*) || ':' || max(key_id) || ':' || min(key_id)"
		" FROM tokenstore.account"),
	    "3:2:2");
	assert_int_equal(tokenstore_check(f->store, NULL), TOKENSTORE_OK);
	tokenstore_close(old);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(without_memory_every_call_says_so),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
