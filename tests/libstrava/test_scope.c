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
a_list_becomes_bits(void **state)
{
	static const struct {
		const char *list;
		unsigned    bits;
	} rows[] = {
		{ "", 0 },
		{ NULL, 0 },
		{ "read", STRAVA_SCOPE_READ },
		{ "read_all", STRAVA_SCOPE_READ_ALL | STRAVA_SCOPE_READ },
		{ "profile:read_all", STRAVA_SCOPE_PROFILE_READ_ALL },
		{ "profile:write", STRAVA_SCOPE_PROFILE_WRITE },
		{ "activity:read", STRAVA_SCOPE_ACTIVITY_READ },
		{ "activity:read_all", STRAVA_SCOPE_ACTIVITY_READ_ALL |
					   STRAVA_SCOPE_ACTIVITY_READ },
		{ "activity:write", STRAVA_SCOPE_ACTIVITY_WRITE },
		{ " read,,activity:write profile:write",
		    STRAVA_SCOPE_READ | STRAVA_SCOPE_ACTIVITY_WRITE |
			STRAVA_SCOPE_PROFILE_WRITE },
		{ "READ reads rea telepathy:read", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    strava_scope_parse(rows[i].list), rows[i].bits);
}

static void
a_bit_has_the_name_that_it_came_from(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 7; bit++)
		assert_true((strava_scope_parse(strava_scope_name(1U << bit)) &
				1U << bit) != 0);
	assert_string_equal(strava_scope_name(STRAVA_SCOPE_ACTIVITY_READ_ALL),
	    "activity:read_all");
	assert_null(strava_scope_name(0));
	assert_null(strava_scope_name(3));
	assert_null(strava_scope_name(1U << 7));
}

static void
a_list_is_asked_for_one(void **state)
{
	(void)state;
	assert_true(strava_scope_has("read,activity:read", "activity:read"));
	assert_true(strava_scope_has("activity:read_all", "activity:read"));
	assert_false(strava_scope_has("activity:read", "activity:read_all"));
	assert_false(strava_scope_has("", "read"));
	assert_false(strava_scope_has("read", ""));
	assert_false(strava_scope_has("read activity:write",
	    "read activity:write")); /* a list is not one scope */
	assert_true(strava_scope_has("read telepathy", "telepathy"));
	assert_false(strava_scope_has("read", "telepathy"));
	assert_false(strava_scope_has(NULL, "read"));
	assert_false(strava_scope_has("read", NULL));
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
		cmocka_unit_test(a_list_becomes_bits),
		cmocka_unit_test(a_bit_has_the_name_that_it_came_from),
		cmocka_unit_test(a_list_is_asked_for_one),
		cmocka_unit_test(null_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "libstrava scope", tests, NULL, NULL);
}
