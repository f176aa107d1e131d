/* SPDX-License-Identifier: MIT */

/* D-23: behind a PgBouncer in statement mode, which takes no transactions, a
 * store does not start.  That one in transaction mode does no harm is what the
 * tests called pgbouncer.* show. */

#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static void
a_pooler_in_statement_mode_is_refused(void **state)
{
	struct fixture     *f = *state;
	tokenstore_options  options = { .keys = KEY_1,
		 .provider = "strava",
		 .client_id = "4711",
		 .actor = "test" };
	tokenstore         *store = open_with(f, &options);
	tokenstore_error    err;
	tokenstore_account *account;

	assert_int_equal(
	    tokenstore_migrate(store, &err), TOKENSTORE_ERR_DATABASE);
	assert_non_null(strstr(err.message, "set its pool_mode"));
	assert_string_equal(
	    postgres_value(f->pg, "SELECT count(*) FROM pg_namespace"
				  " WHERE nspname = 'tokenstore'"),
	    "0");
	assert_int_equal(
	    tokenstore_get(store, "1", &account, NULL), TOKENSTORE_ERR_SCHEMA);
	tokenstore_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_in_statement_mode_is_refused),
	};

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread */
	setenv("POSTGRES_PGBOUNCER", "statement", 1);
	return cmocka_run_group_tests(tests, start_cluster, end_cluster);
}
