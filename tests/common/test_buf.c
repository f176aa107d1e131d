/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "test.h"

static void
pieces_add_up(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_string_equal(buf_text(&b), "");
	assert_true(buf_add(&b, "abc\0def", 7));
	assert_true(buf_add_text(&b, "-"));
	assert_true(buf_addf(&b, "%d %s", 42, "rides"));
	assert_int_equal(b.len, 16);
	assert_memory_equal(b.data, "abc\0def-42 rides", 17);
	buf_free(&b);
}

static void
the_ceiling_itself_is_reached(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	assert_true(buf_add_text(&b, "abcd"));
	assert_true(buf_add(&b, "", 0));
	assert_true(buf_addf(&b, "%s", ""));
	assert_true(buf_ok(&b));
	assert_string_equal(buf_text(&b), "abcd");
	buf_free(&b);
}

static void
nothing_is_added_after_a_failure(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	assert_true(buf_add_text(&b, "abc"));
	assert_false(buf_add_text(&b, "de"));
	assert_false(buf_add_text(&b, "d"));
	assert_false(buf_addf(&b, "%s", "d"));
	assert_false(buf_add_escaped(&b, "d"));
	assert_false(buf_add_field(&b, "d", "e"));
	assert_false(buf_reserve(&b, 1));
	assert_false(buf_ok(&b));
	assert_string_equal(buf_text(&b), "abc");
	buf_free(&b);
}

static void
a_formatted_piece_that_is_too_long_fails_whole(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	assert_false(buf_addf(&b, "%d", 12345));
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
}

static void
a_zeroed_buffer_takes_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_false(buf_add_text(&b, "a"));
	assert_string_equal(buf_text(&b), "");
	buf_free(&b);
}

static void
a_size_beyond_all_memory_fails(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	assert_false(buf_reserve(&b, SIZE_MAX - 1));
	buf_clear(&b);
	assert_false(buf_reserve(&b, SIZE_MAX / 2));
	buf_free(&b);
}

static void
reserved_memory_does_not_move(void **state)
{
	struct buf  b;
	const char *data;

	(void)state;
	buf_init(&b, 10000);
	assert_true(buf_reserve(&b, 5000));
	data = b.data;
	for (int i = 0; i < 5000; i++)
		assert_true(buf_add(&b, "x", 1));
	assert_ptr_equal(b.data, data);
	assert_true(buf_add(&b, "x", 1));
	assert_int_equal(strlen(buf_text(&b)), 5001);
	buf_free(&b);
}

static void
clearing_wipes_and_keeps_the_memory(void **state)
{
	static const char zeros[9];
	struct buf        b;
	const char       *data;

	(void)state;
	buf_init(&b, 20);
	buf_add_text(&b, "a secret");
	b.len = 1; /* what was cut off is wiped too */
	buf_add_text(&b, "that is too long for it");
	data = b.data;
	buf_clear(&b);
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, 0);
	assert_ptr_equal(b.data, data);
	assert_memory_equal(b.data, zeros, sizeof(zeros));
	buf_free(&b);
	assert_null(b.data);
	assert_true(buf_add_text(&b, "again"));
	buf_free(&b);
}

static void
what_is_not_unreserved_is_escaped(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_true(buf_add_escaped(&b, "aZ09-._~ /?&=+%\n\xc3\xa9"));
	assert_string_equal(
	    buf_text(&b), "aZ09-._~%20%2F%3F%26%3D%2B%25%0A%C3%A9");
	buf_free(&b);
}

static void
fields_are_joined_for_a_query_and_for_a_form(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_true(buf_add_field(&b, "a", "1&b"));
	assert_true(buf_add_field(&b, "c d", ""));
	assert_string_equal(buf_text(&b), "a=1%26b&c%20d=");
	buf_clear(&b);
	buf_add_text(&b, "https://example.org/?");
	assert_true(buf_add_field(&b, "a", "1"));
	assert_true(buf_add_field(&b, "b", "2"));
	assert_string_equal(buf_text(&b), "https://example.org/?a=1&b=2");
	buf_free(&b);
}

static void
wiping_leaves_nothing(void **state)
{
	static const char zeros[8];
	char              secret[] = "s3cr3t!";

	(void)state;
	wipe(secret, sizeof(secret));
	assert_memory_equal(secret, zeros, sizeof(secret));
	wipe_free(NULL);
	wipe_free(strdup("on the heap"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_add_up),
		cmocka_unit_test(the_ceiling_itself_is_reached),
		cmocka_unit_test(nothing_is_added_after_a_failure),
		cmocka_unit_test(
		    a_formatted_piece_that_is_too_long_fails_whole),
		cmocka_unit_test(a_zeroed_buffer_takes_nothing),
		cmocka_unit_test(a_size_beyond_all_memory_fails),
		cmocka_unit_test(reserved_memory_does_not_move),
		cmocka_unit_test(clearing_wipes_and_keeps_the_memory),
		cmocka_unit_test(what_is_not_unreserved_is_escaped),
		cmocka_unit_test(fields_are_joined_for_a_query_and_for_a_form),
		cmocka_unit_test(wiping_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
