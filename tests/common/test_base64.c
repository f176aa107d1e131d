/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <string.h>

#include "base64.h"
#include "test.h"

static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789-_";

/* Section 10 of RFC 4648. */
static const struct {
	const char *bytes, *standard, *url;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/", "-_-_" },
};

static void
the_vectors_of_the_rfc_hold_both_ways(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		size_t len = strlen(vectors[i].bytes);

		assert_true(
		    base64_encode(&b, vectors[i].bytes, len, BASE64_STANDARD));
		assert_string_equal(buf_text(&b), vectors[i].standard);
		buf_clear(&b);
		assert_true(
		    base64_encode(&b, vectors[i].bytes, len, BASE64_URL));
		assert_string_equal(buf_text(&b), vectors[i].url);
		buf_clear(&b);
		assert_true(base64_decode(&b, vectors[i].standard,
		    strlen(vectors[i].standard), BASE64_STANDARD));
		assert_string_equal(buf_text(&b), vectors[i].bytes);
		buf_clear(&b);
		assert_true(base64_decode(
		    &b, vectors[i].url, strlen(vectors[i].url), BASE64_URL));
		assert_string_equal(buf_text(&b), vectors[i].bytes);
		buf_clear(&b);
	}
	buf_free(&b);
}

static void
every_length_agrees_with_libcrypto(void **state)
{
	unsigned char bytes[300], expected[404];
	struct buf    text, back;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	buf_init(&text, 1000);
	buf_init(&back, 1000);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		EVP_EncodeBlock(expected, bytes, (int)len);
		assert_true(base64_encode(&text, bytes, len, BASE64_STANDARD));
		assert_string_equal(buf_text(&text), (char *)expected);
		assert_true(
		    base64_decode(&back, text.data, text.len, BASE64_STANDARD));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.data, bytes, len);
		buf_clear(&text);
		buf_clear(&back);
	}
	buf_free(&text);
	buf_free(&back);
}

static int
index_of(int c)
{
	const char *at = c != '\0' ? strchr(url_digits, c) : NULL;

	return at != NULL ? (int)(at - url_digits) : -1;
}

/* Of all two-byte and three-byte tails exactly the canonical ones pass. */
static void
every_tail_is_canonical_or_refused(void **state)
{
	struct buf b;
	size_t     accepted[2] = { 0 };

	(void)state;
	buf_init(&b, 10);
	for (int first = 0; first < 256; first++) {
		for (int second = 0; second < 256; second++) {
			char text[3] = { (char)first, (char)second, 'A' };
			bool good =
			    index_of(first) >= 0 && index_of(second) >= 0;

			for (size_t len = 2; len <= 3; len++) {
				bool fits =
				    len == 3 || (index_of(second) & 15) == 0;

				assert_int_equal(
				    base64_decode(&b, text, len, BASE64_URL),
				    good && fits);
				accepted[len - 2] += b.len == len - 1;
				buf_clear(&b);
			}
		}
	}
	assert_int_equal(accepted[0], 256);
	assert_int_equal(accepted[1], 4096);
	buf_free(&b);
}

static void
spare_bits_of_three_digits_are_zero(void **state)
{
	struct buf b;
	size_t     accepted = 0;

	(void)state;
	buf_init(&b, 10);
	for (int last = 0; last < 256; last++) {
		char text[4] = { 'A', 'A', (char)last, '=' };

		accepted +=
		    base64_decode(&b, text, 4, BASE64_STANDARD) && b.len == 2;
		buf_clear(&b);
	}
	assert_int_equal(accepted, 16);
	buf_free(&b);
}

static void
one_spelling_only_is_accepted(void **state)
{
	static const struct {
		const char          *text;
		enum base64_alphabet alphabet;
	} bad[] = {
		{ "Zg", BASE64_STANDARD },
		{ "Zg=", BASE64_STANDARD },
		{ "Zg===", BASE64_STANDARD },
		{ "Zm9v=", BASE64_STANDARD },
		{ "Zm9v====", BASE64_STANDARD },
		{ "=", BASE64_STANDARD },
		{ "====", BASE64_STANDARD },
		{ "Z===", BASE64_STANDARD },
		{ "Zg==Zg==", BASE64_STANDARD },
		{ "Zh==", BASE64_STANDARD },
		{ "Zm9=", BASE64_STANDARD },
		{ "Zm9v\n", BASE64_STANDARD },
		{ " Zm9v", BASE64_STANDARD },
		{ "Zm 9v", BASE64_STANDARD },
		{ "-_-_", BASE64_STANDARD },
		{ "+/+/", BASE64_URL },
		{ "Zg==", BASE64_URL },
		{ "Z", BASE64_URL },
		{ "Zm9vY", BASE64_URL },
		{ "Zh", BASE64_URL },
		{ "Zm9", BASE64_URL },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_add_text(&b, "kept");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(base64_decode(
		    &b, bad[i].text, strlen(bad[i].text), bad[i].alphabet));
		assert_true(buf_ok(&b));
		assert_string_equal(buf_text(&b), "kept");
	}
	assert_false(base64_decode(&b, "Zm9\0", 4, BASE64_STANDARD));
	buf_free(&b);
}

static void
a_failure_leaves_nothing_of_what_was_decoded(void **state)
{
	static const char zeros[300];
	struct buf        text, b;

	(void)state;
	buf_init(&text, 404);
	for (int i = 0; i < 50; i++)
		buf_add_text(&text, "c2VjcmV0");
	buf_add_text(&text, "***=");
	assert_true(buf_ok(&text));
	buf_init(&b, sizeof(zeros));
	assert_true(base64_decode(&b, text.data, 400, BASE64_STANDARD));
	assert_memory_equal(b.data, "secretsecret", 12);
	buf_clear(&b);
	assert_false(base64_decode(&b, text.data, 404, BASE64_STANDARD));
	assert_int_equal(b.len, 0);
	assert_memory_equal(b.data, zeros, sizeof(zeros));
	buf_free(&text);
	buf_free(&b);
}

static void
what_just_fits_fits(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 3);
	assert_true(base64_decode(&b, "Zm9v", 4, BASE64_STANDARD));
	buf_clear(&b);
	assert_true(base64_encode(&b, "fo", 2, BASE64_URL));
	buf_clear(&b);
	assert_false(base64_encode(&b, "foo", 3, BASE64_URL));
	buf_clear(&b);
	assert_false(base64_decode(&b, "Zm9vYg", 6, BASE64_URL));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_hold_both_ways),
		cmocka_unit_test(every_length_agrees_with_libcrypto),
		cmocka_unit_test(every_tail_is_canonical_or_refused),
		cmocka_unit_test(spare_bits_of_three_digits_are_zero),
		cmocka_unit_test(one_spelling_only_is_accepted),
		cmocka_unit_test(a_failure_leaves_nothing_of_what_was_decoded),
		cmocka_unit_test(what_just_fits_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
