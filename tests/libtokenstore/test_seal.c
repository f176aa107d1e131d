/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include "test.h"

#include <string.h>

#define KEYS "7:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define OTHER_KEYS "7:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="

static const struct ts_place place = { "strava", "4711", "1234567" };

static int
make_ring(void **state)
{
	static struct ts_keyring ring;

	assert_int_equal(ts_keyring_parse(&ring, KEYS, NULL), TOKENSTORE_OK);
	*state = &ring;
	return 0;
}

static int
free_ring(void **state)
{
	ts_keyring_free(*state);
	return 0;
}

static void
check_vector(unsigned char key_byte, const char *aad_text, const char *hex)
{
	static const unsigned char nonce[] = "ABCDEFGHIJKLMNOPQRSTUVWX";
	unsigned char              key[32], sealed[28], back[12];
	char                       got[57];
	struct ts_xaes             xaes;
	struct buf                 aad;
	bool                       right;

	memset(key, key_byte, sizeof(key));
	buf_init(&aad, 64);
	buf_add_text(&aad, aad_text);
	assert_true(ts_xaes_init(&xaes, key));
	assert_true(
	    ts_xaes_seal(&xaes, nonce, &aad, "XAES-256-GCM", 12, sealed));
	for (size_t i = 0; i < sizeof(sealed); i++)
		snprintf(got + 2 * i, 3, "%02x", sealed[i]);
	assert_string_equal(got, hex);
	assert_true(ts_xaes_open(&xaes, nonce, &aad, sealed, 28, back, &right));
	assert_true(right);
	assert_memory_equal(back, "XAES-256-GCM", 12);
	ts_xaes_free(&xaes);
	buf_free(&aad);
}

static void
the_published_vectors_hold(void **state)
{
	(void)state;
	check_vector(
	    1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
	check_vector(3, "c2sp.org/XAES-256-GCM",
	    "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
}

static void
what_is_sealed_opens_again(void **state)
{
	static char longest[TS_TOKEN_MAX + 1];
	const char *tokens[] = { "x", "a-refresh-token", longest };
	struct buf  record;
	char       *token;

	memset(longest, 'L', TS_TOKEN_MAX);
	buf_init(&record, TS_TOKEN_MAX + 64);
	for (size_t i = 0; i < 3; i++) {
		assert_true(
		    ts_seal(*state, TS_REFRESH, &place, tokens[i], &record));
		assert_int_equal(record.len, strlen(tokens[i]) + 46);
		assert_true(ts_unseal(*state, TS_REFRESH, &place, record.data,
		    record.len, &token));
		assert_string_equal(token, tokens[i]);
		wipe_free(token);
	}
	buf_free(&record);
}

/* For a record that no key opens, which is no want of memory. */
static void
check_closed(const struct ts_keyring *ring, enum ts_purpose purpose,
    const struct ts_place *where, const struct buf *record, size_t len)
{
	char *token;

	assert_true(ts_unseal(ring, purpose, where, record->data, len, &token));
	assert_null(token);
}

/* D-35: whoever has the key may seal anything; what is no token is not sent. */
static void
what_is_no_token_does_not_open(void **state)
{
	static const char *const texts[] = { "", "a b", "token\r\nX: y",
		"token\n", "\x7f", "t\xc3\xb6ken", "\x1b[31m" };
	struct buf               record;

	buf_init(&record, 256);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(
		    ts_seal(*state, TS_REFRESH, &place, texts[i], &record));
		check_closed(*state, TS_REFRESH, &place, &record, record.len);
	}
	buf_free(&record);
}

static void
a_record_tells_its_key_and_no_two_are_alike(void **state)
{
	struct buf a, b;

	buf_init(&a, 256);
	buf_init(&b, 256);
	assert_true(ts_seal(*state, TS_ACCESS, &place, "token", &a));
	assert_true(ts_seal(*state, TS_ACCESS, &place, "token", &b));
	assert_memory_equal(a.data, "\x54\x01\0\0\0\x07", 6);
	assert_memory_not_equal(a.data + 6, b.data + 6, 24);
	assert_memory_not_equal(a.data + 30, b.data + 30, 5);
	buf_free(&a);
	buf_free(&b);
}

static void
flip(struct buf *record, size_t bit)
{
	unsigned char *at = (unsigned char *)record->data + bit / 8;

	*at = (unsigned char)(*at ^ 1U << bit % 8);
}

/* PG-8 */
static void
a_change_of_any_bit_is_noticed(void **state)
{
	struct buf record;

	buf_init(&record, 256);
	assert_true(ts_seal(*state, TS_ACCESS, &place, "token", &record));
	for (size_t i = 0; i < 8 * record.len; i++) {
		flip(&record, i);
		check_closed(*state, TS_ACCESS, &place, &record, record.len);
		flip(&record, i);
	}
	for (size_t len = 0; len < record.len; len++)
		check_closed(*state, TS_ACCESS, &place, &record, len);
	buf_free(&record);
}

/* A row that others wrote: longer than any subject that was sealed. */
static void
a_subject_that_is_too_long_is_no_want_of_memory(void **state)
{
	static char     subject[4096];
	struct ts_place odd = { "strava", "4711", subject };
	struct buf      record;

	memset(subject, '1', sizeof(subject) - 1);
	buf_init(&record, 256);
	assert_true(ts_seal(*state, TS_ACCESS, &place, "token", &record));
	check_closed(*state, TS_ACCESS, &odd, &record, record.len);
	buf_free(&record);
}

/* D-31, D-32, D-33, PG-8 */
static void
a_record_opens_nowhere_else(void **state)
{
	static const struct ts_place others[] = {
		{ "strava", "4711", "1234568" },
		{ "strava", "4712", "1234567" },
		{ "garmin", "4711", "1234567" },
		/* The same bytes, divided in another way. */
		{ "strava", "47111", "234567" },
		{ "strava4", "711", "1234567" },
	};
	struct ts_keyring other;
	struct buf        record;

	buf_init(&record, 256);
	assert_true(ts_seal(*state, TS_ACCESS, &place, "token", &record));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check_closed(
		    *state, TS_ACCESS, &others[i], &record, record.len);
	check_closed(*state, TS_REFRESH, &place, &record, record.len);
	assert_int_equal(
	    ts_keyring_parse(&other, OTHER_KEYS, NULL), TOKENSTORE_OK);
	check_closed(&other, TS_ACCESS, &place, &record, record.len);
	ts_keyring_free(&other);
	buf_free(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_hold),
		cmocka_unit_test(what_is_sealed_opens_again),
		cmocka_unit_test(what_is_no_token_does_not_open),
		cmocka_unit_test(a_record_tells_its_key_and_no_two_are_alike),
		cmocka_unit_test(a_change_of_any_bit_is_noticed),
		cmocka_unit_test(a_record_opens_nowhere_else),
		cmocka_unit_test(
		    a_subject_that_is_too_long_is_no_want_of_memory),
	};

	return cmocka_run_group_tests(tests, make_ring, free_ring);
}
