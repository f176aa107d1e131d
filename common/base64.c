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

/* The value of one digit, or -1. */
static int
value_of(char c, const char *digits)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Decodes one group of two to four digits into one to three bytes. */
static bool
decode_group(
    const char *text, size_t digits_len, const char *digits, char bytes[3])
{
	unsigned long v = 0;

	for (size_t k = 0; k < digits_len; k++) {
		int d = value_of(text[k], digits);

		if (d < 0)
			return false;
		v |= (unsigned long)d << (18 - 6 * k);
	}
	for (size_t k = 0; k < 3; k++)
		bytes[k] = (char)(v >> (16 - 8 * k) & 255);
	/* The bits that no byte takes must be zero. */
	return digits_len == 4 ||
	       (v & (0xffffffUL >> 8 * (digits_len - 1))) == 0;
}

bool
base64_decode(struct buf *out, const char *text, size_t len,
    enum base64_alphabet alphabet)
{
	size_t before = out->len, tail, n;
	char   bytes[3];
	bool   good = true;

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
		n = len - i < 4 ? len - i : 4;
		good = decode_group(text + i, n, alphabets[alphabet], bytes) &&
		       buf_add(out, bytes, n - 1);
	}
	wipe(bytes, sizeof(bytes));
	if (!good) {
		wipe(out->data + before, out->len - before);
		out->len = before;
	}
	return good;
}
