/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Refuses and says whether the claim goes on. */
static int
refuse(tokenstore *store, tokenstore_claim *claim)
{
	tokenstore_error err;
	int              more = -1;

	if (tokenstore_refuse(store, claim, &more, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return more;
}

/* The refresh tokens of subject 1, best first, found as a refresher would. */
static void
check_set(struct fixture *f, const char *expected)
{
	tokenstore            *later = open_store(f, KEY_1, 1000000);
	tokenstore_claim_list *list = claim_one(later, "1");
	char                   text[256] = "";
	size_t                 n = 0;

	do
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    n > 0 ? " " : "", list->items[0]->refresh_token);
	while (refuse(later, list->items[0]));
	assert_string_equal(text, expected);
	tokenstore_claim_list_free(list);
	tokenstore_close(later);
}

static void
a_save_replaces_both_tokens(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store), sequence;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	sequence = sequence_of(f->store, "1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access-2");
	assert_number(a->leased_until, 0);
	assert_number(a->in_doubt_since, 0);
	assert_number(a->total_refreshes, 1);
	assert_number(a->sequence, sequence + 1);
	assert_in_range(a->due_at, now + 21600, now + 21605);
	tokenstore_account_free(a);
	check_set(f, "refresh-2");
}

static void
a_save_may_keep_token_and_scope(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store);
	tokenstore_grant       grant = { .refresh_token = "refresh-2" };
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(tokenstore_save(f->store, list->items[0], &grant,
			     now + 20000, NULL, NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access-1");
	assert_in_range(a->expires_at, now + 21600, now + 21605);
	assert_number(a->expires_in, 21600);
	assert_string_equal(a->scope, "read,activity:read_all");
	/* The access token is missing, so the next refresh is soon. */
	assert_in_range(a->due_at, now, now + 65);
	tokenstore_account_free(a);
	check_set(f, "refresh-2");
}

static void
a_save_may_be_repeated(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_number(a->total_refreshes, 1);
	tokenstore_account_free(a);
	check_set(f, "refresh-2");
}

static void
a_refresh_token_that_stays_the_same_is_saved(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-1"), 1);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-1");
}

static void
a_late_save_is_stored_although_the_lease_is_lost(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list, *theirs;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	theirs = claim_one(late, "1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	a = get(f->store, "1");
	assert_string_equal(a->access_token, "access-2");
	/* The other one's lease is not ours to end. */
	assert_true(a->leased_until > 0);
	tokenstore_account_free(a);
	/* It learns that its token is dead, and goes on with the new one. */
	assert_int_equal(refuse(late, theirs->items[0]), 1);
	assert_string_equal(theirs->items[0]->refresh_token, "refresh-2");
	assert_int_equal(
	    save(late, theirs->items[0], "access-3", "refresh-3"), 1);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
	check_set(f, "refresh-3");
}

static void
two_saves_of_one_parent_are_both_kept(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list, *theirs;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	theirs = claim_one(late, "1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	assert_int_equal(
	    save(late, theirs->items[0], "access-3", "refresh-3"), 1);
	a = get(f->store, "1");
	/* The one that lives longer. */
	assert_string_equal(a->access_token, "access-3");
	assert_number(a->leased_until, 0);
	assert_number(a->total_refreshes, 2);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
	check_set(f, "refresh-2 refresh-3");
}

static void
a_login_during_a_refresh_costs_neither_token(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	put(f->store, "1", "access-2", "refresh-2");
	a = get(f->store, "1");
	/* Somebody is refreshing, still. */
	assert_true(a->leased_until > 0 && a->in_doubt_since > 0);
	tokenstore_account_free(a);
	assert_int_equal(
	    save(f->store, list->items[0], "access-3", "refresh-3"), 1);
	a = get(f->store, "1");
	assert_number(a->leased_until, 0);
	assert_number(a->in_doubt_since, 0);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
	/* What was spent for refresh-3 is gone. */
	check_set(f, "refresh-2 refresh-3");
}

static void
a_save_after_a_revocation_is_dropped(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_revoke(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_REVOKED);
	assert_null(a->access_token);
	assert_true(a->leased_until > 0);
	tokenstore_account_free(a);
	/* Not even after a new consent. */
	put(f->store, "1", "access-3", "refresh-3");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-3");
	assert_string_equal(
	    postgres_value(f->pg, "SELECT string_agg(kind, ',' ORDER BY at)"
				  " FROM tokenstore.event"),
	    "consent,revoked,dropped,consent,dropped,needs_consent");
}

static void
a_save_into_an_account_made_anew_is_dropped(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_delete(f->store, "1", 0, NULL, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	put(f->store, "1", "access-3", "refresh-1");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 0);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-1");
}

static void
a_refused_token_without_another_needs_consent(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(refuse(f->store, list->items[0]), 0);
	/* A repetition finds nothing more to do. */
	assert_int_equal(refuse(f->store, list->items[0]), 0);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_NEEDS_CONSENT);
	assert_string_equal(a->last_error, "refused");
	assert_number(a->leased_until, 0);
	assert_number(a->in_doubt_since, 0);
	tokenstore_account_free(a);
}

static void
a_token_refused_after_a_doubt_was_perhaps_lost(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	/* Somebody claims and is never heard of again. */
	tokenstore_claim_list_free(claim_one(f->store, "1"));
	list = claim_one(late, "1");
	assert_int_equal(refuse(late, list->items[0]), 0);
	a = get(late, "1");
	assert_string_equal(a->last_error, "maybe_lost");
	tokenstore_account_free(a);
	/* It was not lost: the reply comes after all. */
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_ACTIVE);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
	tokenstore_close(late);
	check_set(f, "refresh-2");
}

static void
a_refusal_goes_on_with_the_next_token(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_account    *a;
	int64_t                now;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	list = claim_one(f->store, "1");
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	now = now_of(f->store);
	assert_int_equal(refuse(f->store, list->items[0]), 1);
	assert_string_equal(list->items[0]->refresh_token, "refresh-1");
	a = get(f->store, "1");
	assert_in_range(a->leased_until, now + 120, now + 125);
	assert_true(a->in_doubt_since > 0);
	tokenstore_account_free(a);
	assert_int_equal(
	    save(f->store, list->items[0], "access-3", "refresh-3"), 1);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-3");
}

static void
a_refusal_does_not_touch_the_token_of_a_login(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	put(f->store, "1", "access-2", "refresh-2");
	assert_int_equal(refuse(f->store, list->items[0]), 1);
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	assert_int_equal(
	    tokenstore_release(f->store, list->items[0], NULL), TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-2");
}

static void
a_refusal_under_another_ones_lease_ends_the_claim(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list, *theirs;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	list = claim_one(f->store, "1");
	theirs = claim_one(late, "1");
	assert_int_equal(refuse(late, list->items[0]), 0);
	tokenstore_account_free(get(f->store, "1"));
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
	check_set(f, "refresh-1");
}

static void
a_spare_token_that_does_not_open_stops_a_refusal(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	tokenstore_error       err;
	int                    more;

	put(f->store, "1", "access-1", "refresh-1");
	put(f->store, "1", "access-2", "refresh-2");
	postgres_sql(f->pg,
	    "UPDATE tokenstore.spill SET refresh_ct ="
	    " set_byte(refresh_ct, 40, get_byte(refresh_ct, 40) # 1)");
	list = claim_one(f->store, "1");
	assert_int_equal(
	    tokenstore_refuse(f->store, list->items[0], &more, &err),
	    TOKENSTORE_ERR_KEY);
	assert_string_equal(list->items[0]->refresh_token, "refresh-2");
	tokenstore_claim_list_free(list);
	assert_string_equal(
	    postgres_value(f->pg, "SELECT state || ':' || (SELECT count(*)"
				  " FROM tokenstore.spill)"
				  " FROM tokenstore.account"),
	    "0:1");
}

static void
a_claim_that_is_put_off_keeps_its_doubt(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store), doubt;
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(tokenstore_defer(f->store, list->items[0], now + 50, 1,
			     "network", NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_number(a->due_at, now + 50);
	assert_number(a->leased_until, 0);
	assert_in_range(doubt = a->in_doubt_since, now, now + 5);
	assert_number(a->failures, 1);
	assert_string_equal(a->last_error, "network");
	tokenstore_account_free(a);
	/* A try that certainly did nothing leaves the earlier doubt. */
	list = claim_one(f->store, "1");
	assert_number(list->items[0]->in_doubt_since, doubt);
	assert_int_equal(tokenstore_defer(f->store, list->items[0], now + 60, 0,
			     "rate_limit", NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_number(a->in_doubt_since, doubt);
	assert_number(a->failures, 2);
	tokenstore_account_free(a);
}

static void
a_claim_put_off_without_doubt_has_none(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store);
	tokenstore_claim_list *list;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(tokenstore_defer(f->store, list->items[0], now, 0,
			     "rate_limit", NULL),
	    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_number(a->in_doubt_since, 0);
	tokenstore_account_free(a);
}

static void
a_released_claim_leaves_no_trace(void **state)
{
	static const char row[] =
	    "SELECT md5(a::text) FROM tokenstore.account a";
	struct fixture        *f = *state;
	tokenstore_claim_list *list;
	char                   before[64];

	put(f->store, "1", "access-1", "refresh-1");
	snprintf(before, sizeof(before), "%s", postgres_value(f->pg, row));
	list = claim_one(f->store, "1");
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    tokenstore_release(f->store, list->items[0], NULL),
		    TOKENSTORE_OK);
	tokenstore_claim_list_free(list);
	assert_string_equal(postgres_value(f->pg, row), before);
}

/* The answer of a save gets lost, somebody else spends the same token without an
 * answer, and the save is repeated. */
static void
a_repeated_save_leaves_the_doubt_of_others(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store);
	tokenstore_claim_list *list, *theirs;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	save(f->store, list->items[0], "access-2", "refresh-1");
	theirs = claim_one(f->store, "1");
	assert_int_equal(tokenstore_defer(f->store, theirs->items[0], now + 50,
			     1, "network", NULL),
	    TOKENSTORE_OK);
	save(f->store, list->items[0], "access-2", "refresh-1");
	a = get(f->store, "1");
	assert_in_range(a->in_doubt_since, now, now + 5);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
}

/* The answer of a refusal gets lost, a new consent comes and is spent without an
 * answer, and the refusal is repeated: it goes on with a token in doubt. */
static void
a_repeated_refusal_takes_over_the_doubt_of_others(void **state)
{
	struct fixture        *f = *state;
	int64_t                now = now_of(f->store);
	tokenstore_claim_list *list, *theirs;
	tokenstore_account    *a;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	assert_int_equal(refuse(f->store, list->items[0]), 0);
	put(f->store, "1", "access-2", "refresh-2");
	theirs = claim_one(f->store, "1");
	assert_int_equal(tokenstore_defer(f->store, theirs->items[0], now + 50,
			     1, "network", NULL),
	    TOKENSTORE_OK);
	assert_int_equal(refuse(f->store, list->items[0]), 1);
	assert_in_range(list->items[0]->in_doubt_since, now, now + 5);
	assert_int_equal(
	    tokenstore_release(f->store, list->items[0], NULL), TOKENSTORE_OK);
	a = get(f->store, "1");
	assert_in_range(a->in_doubt_since, now, now + 5);
	tokenstore_account_free(a);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
}

static void
a_lost_lease_is_neither_released_nor_put_off(void **state)
{
	struct fixture        *f = *state;
	tokenstore            *late = open_store(f, KEY_1, 122);
	tokenstore_claim_list *list, *theirs;
	tokenstore_account    *a, *b;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	theirs = claim_one(late, "1");
	a = get(f->store, "1");
	assert_int_equal(
	    tokenstore_release(f->store, list->items[0], NULL), TOKENSTORE_OK);
	assert_int_equal(
	    tokenstore_defer(f->store, list->items[0], 7, 0, "late", NULL),
	    TOKENSTORE_OK);
	b = get(f->store, "1");
	assert_number(a->leased_until, b->leased_until);
	assert_number(a->due_at, b->due_at);
	assert_number(a->in_doubt_since, b->in_doubt_since);
	tokenstore_account_free(a);
	tokenstore_account_free(b);
	tokenstore_claim_list_free(list);
	tokenstore_claim_list_free(theirs);
	tokenstore_close(late);
}

static void
an_outcome_survives_a_killed_connection(void **state)
{
	struct fixture        *f = *state;
	tokenstore_claim_list *list;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	postgres_sql(f->pg, "SELECT pg_terminate_backend(pid, 5000)"
			    " FROM pg_stat_activity"
			    " WHERE application_name = 'test'");
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	postgres_sql(f->pg, "SELECT pg_terminate_backend(pid, 5000)"
			    " FROM pg_stat_activity"
			    " WHERE application_name = 'test'");
	put(f->store, "1", "access-3", "refresh-3");
	check_set(f, "refresh-3 refresh-2");
}

static void
an_outcome_survives_a_crash_of_the_server(void **state)
{
	struct fixture  *f = *state;
	tokenstore_grant grant = grant_of(f->store, "access-2", "refresh-2");
	tokenstore_claim_list *list;
	tokenstore_status      status;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	postgres_crash(f->pg);
	status = tokenstore_save(
	    f->store, list->items[0], &grant, grant.expires_at, NULL, NULL);
	/* A pooler in between waits for its server. */
	assert_true(status == TOKENSTORE_ERR_CONNECTION ||
		    status == TOKENSTORE_ERR_TIMEOUT);
	postgres_restart(f->pg);
	assert_int_equal(
	    save(f->store, list->items[0], "access-2", "refresh-2"), 1);
	tokenstore_claim_list_free(list);
	check_set(f, "refresh-2");
}

/*
 * A provider of the strict kind, in memory that processes share: each refresh
 * and each login hands out a new refresh token and ends the one before.
 */
struct provider {
	pthread_mutex_t mutex;
	int             live, refused;
};

/* Trades a token, or issues one when `token` is NULL.  False: it is dead. */
static bool
issue(struct provider *provider, const char *token, char issued[32])
{
	long number = 0;
	bool good;

	if (token != NULL)
		number = strtol(token + strlen("refresh-"), NULL, 10);
	pthread_mutex_lock(&provider->mutex);
	good = token == NULL || number == provider->live;
	if (good)
		snprintf(issued, 32, "refresh-%d", ++provider->live);
	else
		provider->refused++;
	pthread_mutex_unlock(&provider->mutex);
	/* The reply takes its time, so that replies overtake each other. */
	usleep((useconds_t)(random() % 3000));
	return good;
}

/* Spends a claim as a refresher does. */
static void
spend(tokenstore *store, struct provider *provider, tokenstore_claim *claim)
{
	char issued[32];
	int  more = 1;

	while (more) {
		if (issue(provider, claim->refresh_token, issued)) {
			save(store, claim, "access", issued);
			return;
		}
		more = refuse(store, claim);
	}
}

/* One process: the first logs in now and then, all of them refresh. */
static void
take_part(struct fixture *f, struct provider *provider, int p)
{
	tokenstore            *store = open_store(f, KEY_1, 0);
	tokenstore_claim_list *list;
	char                   issued[32];

	srandom((unsigned)p);
	for (int i = 0; i < 60; i++) {
		if (p == 0 && i % 6 == 0) {
			issue(provider, NULL, issued);
			put(store, "1", "access", issued);
		}
		if (tokenstore_claim_one(store, "1", 60, &list, NULL) !=
		    TOKENSTORE_OK)
			_exit(1);
		if (list->count == 1)
			spend(store, provider, list->items[0]);
		tokenstore_claim_list_free(list);
		usleep((useconds_t)(random() % 2000));
	}
	_exit(0);
}

/* Lets every lease run out, over and over, until the processes are done. */
static void
expire_leases_during(struct fixture *f, const pid_t *pids, int count)
{
	int status;

	for (int p = 0; p < count; p++) {
		while (waitpid(pids[p], &status, WNOHANG) == 0)
			postgres_sql(f->pg, "UPDATE tokenstore.account"
					    " SET lease_until = 'epoch'");
		assert_int_equal(status, 0);
	}
}

/* Leases run out at the worst moments, replies overtake each other, logins come
 * in between: when all is quiet, the live token is still in the set. */
static void
no_storm_loses_the_live_token(void **state)
{
	struct fixture        *f = *state;
	struct provider       *provider;
	pthread_mutexattr_t    attr;
	tokenstore_claim_list *list;
	tokenstore_account    *a;
	pid_t                  pids[4];

	provider = mmap(NULL, sizeof(*provider), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(provider, MAP_FAILED);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&provider->mutex, &attr);
	provider->live = 1;
	put(f->store, "1", "access", "refresh-1");
	for (int p = 0; p < 4; p++)
		if ((pids[p] = fork()) == 0)
			take_part(f, provider, p);
	expire_leases_during(f, pids, 4);
	/* It was a storm: two processes spent one token, more than once. */
	assert_true(provider->live > 20);
	assert_true(provider->refused > 0);
	postgres_sql(f->pg, "UPDATE tokenstore.account"
			    " SET lease_until = 'epoch'");
	list = claim_one(f->store, "1");
	spend(f->store, provider, list->items[0]);
	tokenstore_claim_list_free(list);
	a = get(f->store, "1");
	assert_int_equal(a->state, TOKENSTORE_ACTIVE);
	tokenstore_account_free(a);
	munmap(provider, sizeof(*provider));
}

static void
what_is_out_of_contract_is_refused(void **state)
{
	struct fixture        *f = *state;
	tokenstore_grant       grant = grant_of(f->store, "access", "refresh");
	tokenstore_claim_list *list;
	tokenstore_claim      *claim;

	put(f->store, "1", "access-1", "refresh-1");
	list = claim_one(f->store, "1");
	claim = list->items[0];
	assert_int_equal(tokenstore_save(f->store, NULL, &grant, 1, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_save(f->store, claim, NULL, 1, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_save(f->store, claim, &grant, -1, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_defer(f->store, claim, -1, 0, "network", NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_defer(f->store, claim, 1, 0, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_defer(f->store, claim, 1, 0, "a sentence", NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(tokenstore_refuse(f->store, claim, NULL, NULL),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_int_equal(
	    tokenstore_release(f->store, NULL, NULL), TOKENSTORE_ERR_ARGUMENT);
	tokenstore_claim_list_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_save_replaces_both_tokens),
		STORE_TEST(a_save_may_keep_token_and_scope),
		STORE_TEST(a_save_may_be_repeated),
		STORE_TEST(a_refresh_token_that_stays_the_same_is_saved),
		STORE_TEST(a_late_save_is_stored_although_the_lease_is_lost),
		STORE_TEST(two_saves_of_one_parent_are_both_kept),
		STORE_TEST(a_login_during_a_refresh_costs_neither_token),
		STORE_TEST(a_save_after_a_revocation_is_dropped),
		STORE_TEST(a_save_into_an_account_made_anew_is_dropped),
		STORE_TEST(a_refused_token_without_another_needs_consent),
		STORE_TEST(a_token_refused_after_a_doubt_was_perhaps_lost),
		STORE_TEST(a_refusal_goes_on_with_the_next_token),
		STORE_TEST(a_refusal_does_not_touch_the_token_of_a_login),
		STORE_TEST(a_refusal_under_another_ones_lease_ends_the_claim),
		STORE_TEST(a_spare_token_that_does_not_open_stops_a_refusal),
		STORE_TEST(a_claim_that_is_put_off_keeps_its_doubt),
		STORE_TEST(a_claim_put_off_without_doubt_has_none),
		STORE_TEST(a_released_claim_leaves_no_trace),
		STORE_TEST(a_repeated_save_leaves_the_doubt_of_others),
		STORE_TEST(a_repeated_refusal_takes_over_the_doubt_of_others),
		STORE_TEST(a_lost_lease_is_neither_released_nor_put_off),
		STORE_TEST(an_outcome_survives_a_killed_connection),
		STORE_TEST(an_outcome_survives_a_crash_of_the_server),
		STORE_TEST(no_storm_loses_the_live_token),
		STORE_TEST(what_is_out_of_contract_is_refused),
	};

	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
