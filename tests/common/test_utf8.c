/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "test.h"
#include "utf8.h"

static void
the_bounds_of_each_length_are_right(void **state)
{
	static const struct {
		const char *text;
		size_t      len;
	} sequences[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\x80", 0 },
		{ "\xbf", 0 },
		{ "\xc0\xaf", 0 },
		{ "\xc1\xbf", 0 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\x80\xaf", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 0 },
		{ "\xed\xbf\xbf", 0 },
		{ "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xf8\x88\x80\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xc3", 0 },
		{ "\xc3(", 0 },
		{ "\xe2\x82", 0 },
		{ "\xf0\x9f\x9a", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		assert_int_equal(
		    utf8_sequence(sequences[i].text, strlen(sequences[i].text)),
		    sequences[i].len);
	assert_int_equal(utf8_sequence("\0", 1), 1);
}

/* Every code point, as two functions see it. */
static void
a_code_point_has_one_form(void **state)
{
	(void)state;
	for (unsigned long c = 0x800; c < 0x10000; c++) {
		const char text[3] = { (char)(0xe0 | c >> 12),
			(char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)) };
		bool       surrogate = c >= 0xd800 && c <= 0xdfff;

		assert_int_equal(
		    utf8_sequence(text, sizeof(text)), surrogate ? 0 : 3);
	}
}

static void
a_text_is_valid_as_a_whole(void **state)
{
	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("R\xc3\xa4tikon \xf0\x9f\x9a\xb4", 13));
	assert_false(utf8_valid("R\xc3\xa4tikon \xf0\x9f\x9a\xb4", 12));
	assert_false(utf8_valid("abc\xff", 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bounds_of_each_length_are_right),
		cmocka_unit_test(a_code_point_has_one_form),
		cmocka_unit_test(a_text_is_valid_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
