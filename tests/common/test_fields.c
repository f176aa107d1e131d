/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
escapes_are_undone(void **state)
{
	static const struct {
		const char *text;
		bool        plus;
		const char *plain; /* NULL: refused */
	} texts[] = {
		{ "", false, "" },
		{ "abc", false, "abc" },
		{ "a%20b%2Fc", false, "a b/c" },
		{ "a+b", false, "a+b" },
		{ "a+b%2B", true, "a b+" },
		{ "%c3%A9", false, "\xc3\xa9" },
		{ "%25%32%35", false, "%25" },
		{ "%0a", false, "\n" },
		{ "%", false, NULL },
		{ "%4", false, NULL },
		{ "%zz", false, NULL },
		{ "%4z", false, NULL },
		{ "%z4", false, NULL },
		{ "a%00b", false, NULL },
		{ "%c3", false, NULL },
		{ "%c0%af", false, NULL },
		{ "%ed%a0%80", false, NULL },
		{ "\xff", false, NULL },
	};
	char text[40];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		snprintf(text, sizeof(text), "%s", texts[i].text);
		assert_int_equal(fields_unescape(text, texts[i].plus),
		    texts[i].plain != NULL);
		if (texts[i].plain != NULL)
			assert_string_equal(text, texts[i].plain);
	}
}

static void
a_query_is_taken_apart(void **state)
{
	char text[] = "a=1&b=x%3Dy%26z&c&d=&%24alt=json&&e=1=2&f+g=h+i";
	struct fields fields;

	(void)state;
	assert_null(fields_read_query(&fields, text));
	assert_int_equal(fields.count, 7);
	assert_string_equal(fields_get(&fields, "a"), "1");
	assert_string_equal(fields_get(&fields, "b"), "x=y&z");
	assert_string_equal(fields_get(&fields, "c"), "");
	assert_string_equal(fields_get(&fields, "d"), "");
	assert_string_equal(fields_get(&fields, "$alt"), "json");
	assert_string_equal(fields_get(&fields, "e"), "1=2");
	assert_string_equal(fields_get(&fields, "f g"), "h i");
	assert_null(fields_get(&fields, "A"));
	assert_null(fields_get(&fields, "g"));
}

static void
an_empty_query_has_no_fields(void **state)
{
	char          text[] = "";
	struct fields fields;

	(void)state;
	assert_null(fields_read_query(&fields, text));
	assert_int_equal(fields.count, 0);
}

static void
a_bad_query_is_explained(void **state)
{
	static const char *const bad[] = { "a=1&a=2", "a=1&b=2&a=1", "a&a",
		"a=1&%61=2", "a=%zz", "a=%", "%00=1", "a=b%00c", "a=%ff" };
	struct fields            fields;
	char                     text[40];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "%s", bad[i]);
		assert_non_null(fields_read_query(&fields, text));
	}
}

static void
fields_are_counted(void **state)
{
	struct fields fields;
	char          text[400];

	(void)state;
	for (int count = FIELDS_MAX; count <= FIELDS_MAX + 1; count++) {
		size_t len = 0;

		for (int i = 0; i < count; i++)
			len += (size_t)snprintf(
			    text + len, sizeof(text) - len, "f%d=1&", i);
		if (count == FIELDS_MAX)
			assert_null(fields_read_query(&fields, text));
		else
			assert_non_null(fields_read_query(&fields, text));
	}
}

static void
cookies_are_taken_apart(void **state)
{
	char          text[] = " sid=a=b%20c ;x=1; x=2;;y; =z;\tlast=\"q\"";
	struct fields fields;

	(void)state;
	fields_read_cookies(&fields, text);
	assert_string_equal(fields_get(&fields, "sid"), "a=b%20c");
	assert_null(fields_get(&fields, "x")); /* which of the two? */
	assert_string_equal(fields_get(&fields, "y"), "");
	assert_string_equal(fields_get(&fields, "last"), "\"q\"");
	assert_null(fields_get(&fields, ""));
}

static void
too_many_cookies_are_none(void **state)
{
	struct fields fields;
	char          text[400];
	size_t        len = 0;

	(void)state;
	for (int i = 0; i <= FIELDS_MAX; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "c%d=1;", i);
	fields_read_cookies(&fields, text);
	assert_int_equal(fields.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(a_query_is_taken_apart),
		cmocka_unit_test(an_empty_query_has_no_fields),
		cmocka_unit_test(a_bad_query_is_explained),
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(cookies_are_taken_apart),
		cmocka_unit_test(too_many_cookies_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
