/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "test.h"

/* Is the text one JSON value and nothing else?  It is read from a copy without
 * a NUL, so that a byte too far is noticed. */
static bool
is_json(const char *text)
{
	size_t      len = strlen(text);
	char       *copy = malloc(len + (len == 0));
	struct scan s;
	bool        ok;

	assert_non_null(copy);
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i];
	s = (struct scan){ .at = copy, .end = copy + len };
	ok = sv_scan_skip(&s) && sv_scan_end(&s);
	assert_int_equal(s.depth, 0);
	free(copy);
	return ok;
}

static void
json_is_accepted(void **state)
{
	static const char *const texts[] = { "null", "true", "false", "0", "-0",
		"12", "-1.5", "1e5", "1E-5", "1.25e+10", "\"\"",
		"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\xc3\xa9\"",
		"\"\\uD800\"", "[]", " [ ] ", "[1,2]", "[[],{}]", "{}",
		"{ \"a\" : 1 , \"b\" : [ null ] }\r\n", "{\"\":{}}",
		"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (!is_json(texts[i]))
			fail_msg("refused: %s", texts[i]);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const texts[] = { "", " ", "nul", "nulll", "True",
		"NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e",
		"1e+", "0x1", "1 2", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"",
		"\"\\u123\"", "\"\\", "\"a\nb\"", "\"a\tb\"", "\"\x01\"", "[",
		"]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}",
		"{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{a:1}",
		"{1:1}", "{\"a\" 1}", "{\"a\":1]", "{}{}", "// x\n1",
		"/* x */1", "\xef\xbb\xbf{}", "\x0c{}", "\xc2\xa0{}",
		"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (is_json(texts[i]))
			fail_msg("accepted: %s", texts[i]);
}

static void
integers_are_exact(void **state)
{
	static const struct {
		const char *text;
		bool        ok;
		int64_t     value;
	} rows[] = {
		{ "0,", true, 0 }, { " -0,", true, 0 },
		{ "9007199254740993,", true, INT64_C(9007199254740993) },
		{ "9223372036854775807}", true, INT64_MAX },
		{ "-9223372036854775807 ", true, -INT64_MAX },
		{ "9223372036854775808,", false, 0 },
		{ "99999999999999999999999999999,", false, 0 },
		{ "1.0,", false, 0 }, { "1e3,", false, 0 },
		{ "\"1\",", false, 0 }, { "true,", false, 0 },
		{ "-,", false, 0 }, { "", false, 0 },
		{ "17", false, 0 }, /* more digits may have been cut off */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scan s = { .at = rows[i].text,
			.end = rows[i].text + strlen(rows[i].text) };
		int64_t     n = -5;

		if (sv_scan_int64(&s, &n) != rows[i].ok)
			fail_msg("%s", rows[i].text);
		assert_true(n == (rows[i].ok ? rows[i].value : -5));
	}
}

static void
a_string_is_the_bytes_between_the_quotes(void **state)
{
	static const char text[] = " \"a\\nb\" \"c\"";
	struct scan       s = { .at = text, .end = text + sizeof(text) - 1 };
	struct slice      slice;

	(void)state;
	assert_true(sv_scan_string(&s, &slice));
	assert_int_equal(slice.len, 4);
	assert_memory_equal(slice.data, "a\\nb", 4);
	assert_true(slice.escaped);
	assert_true(sv_scan_string(&s, &slice));
	assert_int_equal(slice.len, 1);
	assert_false(slice.escaped);
	assert_true(sv_scan_end(&s));
	assert_false(sv_scan_string(&s, &slice));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_accepted),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(a_string_is_the_bytes_between_the_quotes),
	};

	return cmocka_run_group_tests_name("libstrava scan", tests, NULL, NULL);
}
