/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture fixture;

int
start_cluster(void **state)
{
	const char *isolation = secure_getenv("TEST_ISOLATION");
	char        sql[128];

	fixture.pg = postgres_start();
	*state = &fixture;
	if (isolation == NULL)
		return 0;
	snprintf(sql, sizeof(sql),
	    "ALTER ROLE app SET default_transaction_isolation = '%s'",
	    isolation);
	postgres_sql(fixture.pg, sql);
	return 0;
}

int
end_cluster(void **state)
{
	(void)state;
	postgres_end(fixture.pg);
	return 0;
}

tokenstore *
open_with(struct fixture *f, tokenstore_options *options)
{
	tokenstore      *store = NULL;
	tokenstore_error err;

	options->conninfo = postgres_conninfo(f->pg);
	if (tokenstore_open(options, &store, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return store;
}

tokenstore *
open_store(struct fixture *f, const char *keys, int64_t clock_offset_s)
{
	tokenstore_options options = {
		.keys = keys,
		.provider = "strava",
		.client_id = "4711",
		.actor = "test",
		.clock_offset_s = clock_offset_s,
	};

	return open_with(f, &options);
}

int
start_store(void **state)
{
	postgres_new_database(fixture.pg);
	fixture.store = open_store(&fixture, KEY_1, 0);
	assert_int_equal(
	    tokenstore_migrate(fixture.store, NULL), TOKENSTORE_OK);
	*state = &fixture;
	return 0;
}

int
end_store(void **state)
{
	(void)state;
	tokenstore_close(fixture.store);
	return 0;
}

int64_t
now_of(tokenstore *store)
{
	int64_t now;

	assert_int_equal(tokenstore_now(store, &now, NULL), TOKENSTORE_OK);
	return now;
}

tokenstore_grant
grant_of(tokenstore *store, const char *access, const char *refresh)
{
	return (tokenstore_grant){
		.access_token = access,
		.refresh_token = refresh,
		.expires_at = now_of(store) + 21600,
		.expires_in = 21600,
		.scope = "read,activity:read_all",
	};
}

void
put(tokenstore *store, const char *subject, const char *access,
    const char *refresh)
{
	tokenstore_grant grant = grant_of(store, access, refresh);
	tokenstore_error err;

	if (tokenstore_put(store, subject, &grant, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
}

tokenstore_status
claim_due(
    tokenstore *store, int limit, int64_t lease_s, tokenstore_claim_list **list)
{
	const tokenstore_claim_options options = { .limit = limit,
		.lease_s = lease_s };

	return tokenstore_claim_due(store, &options, list, NULL);
}

tokenstore_claim_list *
claim_one(tokenstore *store, const char *subject)
{
	tokenstore_claim_list *list;
	tokenstore_error       err;

	if (tokenstore_claim_one(store, subject, 120, &list, &err) !=
	    TOKENSTORE_OK)
		fail_msg("%s", err.message);
	assert_int_equal(list->count, 1);
	assert_string_equal(list->items[0]->subject, subject);
	return list;
}

int
save(tokenstore *store, const tokenstore_claim *claim, const char *access,
    const char *refresh)
{
	tokenstore_grant grant = grant_of(store, access, refresh);
	tokenstore_error err;
	int              stored = -1;

	if (tokenstore_save(store, claim, &grant, grant.expires_at, &stored,
		&err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return stored;
}

tokenstore_account *
get(tokenstore *store, const char *subject)
{
	tokenstore_account *account;
	tokenstore_error    err;

	if (tokenstore_get(store, subject, &account, &err) != TOKENSTORE_OK)
		fail_msg("%s", err.message);
	return account;
}
