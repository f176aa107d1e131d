/* SPDX-License-Identifier: MIT */
#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char *const alphabets[] = {
	[BASE64_STANDARD] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789+/",
	[BASE64_URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		       "abcdefghijklmnopqrstuvwxyz0123456789-_",
};

bool
base64_encode(struct buf *out, const void *data, size_t len,
    enum base64_alphabet alphabet)
{
	const unsigned char *p = data;
	const char          *digits = alphabets[alphabet];
	size_t               whole = len / 3 * 4, tail = len % 3;

	if (tail != 0)
		tail = alphabet == BASE64_URL ? tail + 1 : 4;
	if (len > SIZE_MAX / 2 || !buf_reserve(out, out->len + whole + tail))
		return false;
	for (size_t i = 0; i < len; i += 3) {
		size_t        n = len - i < 3 ? len - i : 3;
		unsigned long v = (unsigned long)p[i] << 16;
		char          group[4];

		v |= n > 1 ? (unsigned long)p[i + 1] << 8 : 0;
		v |= n > 2 ? (unsigned long)p[i + 2] : 0;
		for (size_t k = 0; k < 4; k++)
			group[k] = digits[v >> (18 - 6 * k) & 63];
		memset(group + n + 1, '=', 3 - n);
		buf_add(out, group, alphabet == BASE64_URL ? n + 1 : 4);
	}
	return buf_ok(out);
}

/* What a character stands for, and in which alphabet; 0: in none. */
#define IN_STANDARD 0x40
#define IN_URL 0x80
#define BOTH (IN_STANDARD | IN_URL)

#define FIVE(c, v)                                                  \
	[(c)] = BOTH | (v), [(c) + 1] = BOTH | ((v) + 1),           \
	[(c) + 2] = BOTH | ((v) + 2), [(c) + 3] = BOTH | ((v) + 3), \
	[(c) + 4] = BOTH | ((v) + 4)

static const unsigned char values[256] = {
	FIVE('A', 0),
	FIVE('F', 5),
	FIVE('K', 10),
	FIVE('P', 15),
	FIVE('U', 20),
	['Z'] = BOTH | 25,
	FIVE('a', 26),
	FIVE('f', 31),
	FIVE('k', 36),
	FIVE('p', 41),
	FIVE('u', 46),
	['z'] = BOTH | 51,
	FIVE('0', 52),
	FIVE('5', 57),
	['+'] = IN_STANDARD | 62,
	['/'] = IN_STANDARD | 63,
	['-'] = IN_URL | 62,
	['_'] = IN_URL | 63,
};

/* Digits that are decoded at once: whole groups, but for the last ones. */
#define CHUNK 256

/* Adds a digit to `v`, and to `common` what all have in common. */
static unsigned
push_digit(unsigned v, char digit, unsigned *common)
{
	unsigned d = values[(unsigned char)digit];

	*common &= d;
	return v << 6 | (d & 63);
}

/* Decodes up to CHUNK digits into three bytes for each group of four. */
static bool
decode_chunk(const char *text, size_t len, unsigned in, unsigned char *bytes)
{
	unsigned v, spare = 0, common = in;

	for (; len >= 4; text += 4, len -= 4) {
		v = push_digit(0, text[0], &common);
		v = push_digit(v, text[1], &common);
		v = push_digit(v, text[2], &common);
		v = push_digit(v, text[3], &common);
		*bytes++ = v >> 16 & 255;
		*bytes++ = v >> 8 & 255;
		*bytes++ = v & 255;
	}
	if (len > 0) {
		v = push_digit(0, text[0], &common);
		v = push_digit(v, text[1], &common);
		v = len > 2 ? push_digit(v, text[2], &common) : v << 6;
		*bytes++ = v >> 10 & 255;
		*bytes = v >> 2 & 255;
		/* The bits that no byte takes must be zero. */
		spare = v & (len > 2 ? 0x3 : 0x3ff);
	}
	return common != 0 && spare == 0;
}

bool
base64_decode(struct buf *out, const char *text, size_t len,
    enum base64_alphabet alphabet)
{
	const unsigned in = alphabet == BASE64_URL ? IN_URL : IN_STANDARD;
	size_t         before = out->len, tail, n;
	unsigned char  bytes[CHUNK / 4 * 3];
	bool           good = true;

	if (alphabet == BASE64_STANDARD) {
		if (len % 4 != 0)
			return false;
		for (n = 0; n < 2 && len > 0 && text[len - 1] == '='; n++)
			len--;
	}
	tail = len % 4;
	if (tail == 1 ||
	    !buf_reserve(out, before + len / 4 * 3 + (tail > 0 ? tail - 1 : 0)))
		return false;
	for (size_t i = 0; i < len && good; i += n) {
		n = len - i < CHUNK ? len - i : CHUNK;
		good = decode_chunk(text + i, n, in, bytes) &&
		       buf_add(out, bytes, n * 3 / 4);
	}
	wipe(bytes, sizeof(bytes));
	if (!good) {
		wipe(out->data + before, out->len - before);
		out->len = before;
	}
	return good;
}
