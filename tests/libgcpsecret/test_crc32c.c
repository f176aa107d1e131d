/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"
#include "test.h"

static void
published_vectors_are_met(void **state)
{
	char block[32];

	(void)state;
	assert_int_equal(gs_crc32c("", 0), 0);
	assert_int_equal(gs_crc32c("a", 1), 3251651376);
	assert_int_equal(gs_crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(gs_crc32c("hunter2", 7), 1736498283);
	memset(block, 0, sizeof(block));
	assert_int_equal(gs_crc32c(block, 32), 0x8a9136aa);
	memset(block, 0xff, sizeof(block));
	assert_int_equal(gs_crc32c(block, 32), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		block[i] = (char)i;
	assert_int_equal(gs_crc32c(block, 32), 0x46dd794e);
}

/* Bit by bit, as the polynomial is defined. */
static uint32_t
divide(const unsigned char *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
every_length_agrees_with_the_division(void **state)
{
	unsigned char block[128];

	(void)state;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (unsigned char)(i * 151 + 17);
	for (size_t at = 0; at < 4; at++)
		for (size_t len = 0; len <= sizeof(block) - at; len++)
			assert_int_equal(gs_crc32c(block + at, len),
			    divide(block + at, len));
}

static void
every_flipped_bit_is_noticed(void **state)
{
	unsigned char block[64] = { 0 };
	uint32_t      right = gs_crc32c(block, sizeof(block));

	(void)state;
	for (size_t i = 0; i < sizeof(block) * 8; i++) {
		block[i / 8] = (unsigned char)(1U << i % 8);
		assert_int_not_equal(gs_crc32c(block, sizeof(block)), right);
		block[i / 8] = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_are_met),
		cmocka_unit_test(every_length_agrees_with_the_division),
		cmocka_unit_test(every_flipped_bit_is_noticed),
	};

	return cmocka_run_group_tests_name(
	    "libgcpsecret crc32c", tests, NULL, NULL);
}
