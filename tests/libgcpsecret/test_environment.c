/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

/* Ends the test unless the environment is these, in their order. */
static void
assert_items(const struct environment *environment, const char *const *items)
{
	size_t i;

	for (i = 0; items[i] != NULL; i++) {
		assert_non_null(environment->items[i]);
		assert_string_equal(environment->items[i], items[i]);
	}
	assert_null(environment->items[i]);
}

static void
changes_take_the_place_of_what_is_inherited(void **state)
{
	static const struct variable changes[] = {
		{ "B", "new" },
		{ "C", NULL },
		{ "D", "" },
		{ "E", NULL },
	};
	char   a[] = "A=1", b[] = "B=old", bb[] = "BB=2", c[] = "C=3";
	char   odd[] = "B", last[] = "B=again";
	char  *items[] = { a, b, bb, c, odd, last, NULL };
	char **saved = environ;
	struct environment environment;

	(void)state;
	environ = items;
	assert_true(gs_environment_make(&environment, changes, 4));
	assert_items(&environment,
	    (const char *const[]){ "A=1", "BB=2", "B", "B=new", "D=", NULL });
	gs_environment_free(&environment);
	assert_null(environment.items);
	environ = saved;
}

static void
an_environment_that_was_cleared_is_empty(void **state)
{
	static const struct variable changes[] = { { "B", "new" } };
	char                       **saved = environ;
	struct environment           environment;

	(void)state;
	environ = NULL;
	assert_true(gs_environment_make(&environment, changes, 1));
	environ = saved;
	assert_items(&environment, (const char *const[]){ "B=new", NULL });
	gs_environment_free(&environment);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_take_the_place_of_what_is_inherited),
		cmocka_unit_test(an_environment_that_was_cleared_is_empty),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret environment", tests, NULL, NULL);
}
