/* SPDX-License-Identifier: MIT */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

/* A store on a database of its own, for each test. */

#include <tokenstore/tokenstore.h>

#include "postgres.h"
#include "test.h"

/* Two keys, base64 of 32 equal bytes. */
#define KEY_1 "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_2 "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

struct fixture {
	struct postgres *pg;
	tokenstore      *store;
};

/* For cmocka_run_group_tests(): the cluster.  TEST_ISOLATION in the environment
 * names the isolation of the store's transactions. */
int start_cluster(void **state);
int end_cluster(void **state);

/* For each test: an empty, migrated database and a store, opened with KEY_1. */
int start_store(void **state);
int end_store(void **state);
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, start_store, end_store)

/* Another store on the same database. */
tokenstore *open_store(
    struct fixture *f, const char *keys, int64_t clock_offset_s);

/* The same with a say in every option but conninfo, which it fills. */
tokenstore *open_with(struct fixture *f, tokenstore_options *options);

/* A grant that lasts six hours from now. */
tokenstore_grant grant_of(
    tokenstore *store, const char *access, const char *refresh);
void put(tokenstore *store, const char *subject, const char *access,
    const char *refresh);

/* What tokenstore_claim_due() says, for everybody alike. */
tokenstore_status claim_due(tokenstore *store, int limit, int64_t lease_s,
    tokenstore_claim_list **list);

/* The one claim on a subject, due or not; the list is to be freed. */
tokenstore_claim_list *claim_one(tokenstore *store, const char *subject);

/* Saves a grant of six hours, due at its end; what *stored_out said. */
int save(tokenstore *store, const tokenstore_claim *claim, const char *access,
    const char *refresh);

tokenstore_account *get(tokenstore *store, const char *subject);
int64_t             now_of(tokenstore *store);

/* Compares as the signed 64 bits that times and counts have. */
#define assert_number(a, b) assert_true((int64_t)(a) == (int64_t)(b))

#endif
