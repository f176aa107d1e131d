/* SPDX-License-Identifier: MIT */
#include <strava/strava.h>

#include "test.h"

static void
what_is_missing_is_listed(void **state)
{
	static const struct {
		const char *granted, *wanted, *missing;
	} rows[] = {
		{ "read", "read", "" },
		{ "read,activity:read", "activity:read read", "" },
		{ "read activity:read", "read,activity:read", "" },
		{ "read", "read,activity:read_all", "activity:read_all" },
		{ "", "read,profile:read_all", "read,profile:read_all" },
		{ "", "", "" },
		{ "read", "", "" },
		/* A wide scope holds the narrow one, not the other way. */
		{ "activity:read_all", "activity:read", "" },
		{ "activity:read", "activity:read_all", "activity:read_all" },
		{ "read_all", "read", "" },
		{ "read", "read_all", "read_all" },
		{ "profile:read_all", "read", "read" },
		{ "activity:read_all", "read_all", "read_all" },
		/* Whole words count. */
		{ "activity:read_allx", "activity:read_all",
		    "activity:read_all" },
		{ "xread", "read", "read" },
		{ ", read ,,", " ,read,", "" },
		{ "", "a,b,a b", "a,b" },
	};
	char *missing;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(strava_scope_missing(rows[i].granted,
				     rows[i].wanted, &missing, NULL),
		    STRAVA_OK);
		assert_string_equal(missing, rows[i].missing);
		strava_string_free(missing);
	}
}

static void
null_is_refused(void **state)
{
	char        *missing = (char *)1;
	strava_error err;

	(void)state;
	assert_int_equal(strava_scope_missing(NULL, "read", &missing, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_null(missing);
	assert_int_equal(strava_scope_missing("read", NULL, &missing, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_scope_missing("read", "read", NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_is_listed),
		cmocka_unit_test(null_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "libstrava scope", tests, NULL, NULL);
}
