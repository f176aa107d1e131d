/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include "test.h"

#include <string.h>

#define A "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define B "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

static void
a_good_keyring_is_read_in_order(void **state)
{
	struct ts_keyring ring;

	(void)state;
	assert_int_equal(ts_keyring_parse(&ring, "7:" A ",2147483647:" B, NULL),
	    TOKENSTORE_OK);
	assert_int_equal(ring.count, 2);
	assert_int_equal(ring.keys[0].id, 7);
	assert_int_equal(ring.keys[1].id, 2147483647);
	assert_ptr_equal(ts_keyring_find(&ring, 7), &ring.keys[0]);
	assert_null(ts_keyring_find(&ring, 1));
	ts_keyring_free(&ring);
}

static void
a_bad_keyring_is_refused_without_showing_it(void **state)
{
	static const struct {
		const char *keys, *message;
	} cases[] = {
		{ NULL, "keys: is required" },
		{ "", "keys: is required" },
		{ A, "keys: entry 1 is not of the form id:base64" },
		{ "1:" A ",", "keys: entry 2 is not of the form id:base64" },
		{ ",1:" A, "keys: entry 1 is not of the form id:base64" },
		{ ":" A, "keys: the id of entry 1 is not a number" },
		{ "0:" A, "keys: the id of entry 1 is not a number" },
		{ "-1:" A, "keys: the id of entry 1 is not a number" },
		{ "01:" A, "keys: the id of entry 1 is not a number" },
		{ " 1:" A, "keys: the id of entry 1 is not a number" },
		{ "1x:" A, "keys: the id of entry 1 is not a number" },
		{ "2147483648:" A, "keys: the id of entry 1 is not a number" },
		{ "99999999999:" A, "keys: the id of entry 1 is not a number" },
		{ "1:" A ",1:" B, "keys: entry 2 has the id of an earlier" },
		{ "1:", "keys: the key of entry 1 has 0 bytes instead of 32" },
		{ "1:AQEB", "keys: the key of entry 1 has 3 bytes instead" },
		{ "1:" A "AQEB", "keys: the key of entry 1 is not base64" },
		{ "1: " A, "keys: the key of entry 1 is not base64" },
		{ "1:" A "\n", "keys: the key of entry 1 is not base64" },
		{ "1:" A ",2:AQEBAQ", "keys: the key of entry 2 is not base" },
		/* Spare bits that are not zero. */
		{ "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=",
		    "keys: the key of entry 1 is not base64" },
	};
	struct ts_keyring ring;
	tokenstore_error  err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ts_keyring_parse(&ring, cases[i].keys, &err),
		    TOKENSTORE_ERR_ARGUMENT);
		if (strncmp(err.message, cases[i].message,
			strlen(cases[i].message)) != 0)
			fail_msg("case %zu: %s", i, err.message);
		assert_null(strstr(err.message, "AQEB"));
		assert_int_equal(ring.count, 0);
	}
}

static void
a_keyring_has_a_ceiling(void **state)
{
	struct ts_keyring ring;
	struct buf        text;
	tokenstore_error  err;

	(void)state;
	buf_init(&text, 4096);
	for (int i = 1; i <= TS_KEYS_MAX; i++)
		buf_addf(&text, "%s%d:%s", i > 1 ? "," : "", i, A);
	assert_int_equal(
	    ts_keyring_parse(&ring, buf_text(&text), NULL), TOKENSTORE_OK);
	ts_keyring_free(&ring);
	buf_addf(&text, ",%d:%s", TS_KEYS_MAX + 1, A);
	assert_int_equal(ts_keyring_parse(&ring, buf_text(&text), &err),
	    TOKENSTORE_ERR_ARGUMENT);
	assert_string_equal(err.message, "keys: more than 16 entries");
	buf_free(&text);
}

static void
a_fingerprint_belongs_to_a_token_and_a_key(void **state)
{
	struct ts_keyring one, two;
	struct ts_prints  a, b;

	(void)state;
	assert_int_equal(ts_keyring_parse(&one, "1:" A, NULL), TOKENSTORE_OK);
	assert_int_equal(
	    ts_keyring_parse(&two, "2:" B ",1:" A, NULL), TOKENSTORE_OK);
	assert_true(ts_prints_make(&a, &one, "token"));
	assert_true(ts_prints_make(&b, &two, "token"));
	assert_int_equal(b.count, 2);
	assert_false(b.values[0] == b.values[1]);
	/* After a rotation the row's fingerprint is still found. */
	assert_true(ts_prints_have(&b, a.values[0]));
	assert_true(ts_prints_make(&b, &two, "tokem"));
	assert_false(ts_prints_have(&b, a.values[0]));
	assert_false(ts_prints_have(&b, 0));
	ts_keyring_free(&one);
	ts_keyring_free(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_keyring_is_read_in_order),
		cmocka_unit_test(a_bad_keyring_is_refused_without_showing_it),
		cmocka_unit_test(a_keyring_has_a_ceiling),
		cmocka_unit_test(a_fingerprint_belongs_to_a_token_and_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
