/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>

/* By the first byte: how long, and from which code point on. */
static const struct {
	size_t        len;
	uint32_t      least;
	unsigned char mask, lead;
} forms[] = {
	{ 1, 0x0, 0x80, 0x00 },
	{ 2, 0x80, 0xe0, 0xc0 },
	{ 3, 0x800, 0xf0, 0xe0 },
	{ 4, 0x10000, 0xf8, 0xf0 },
};

size_t
utf8_sequence(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t             point;
	size_t               i = 0, n;

	if (len == 0)
		return 0;
	while (i < 4 && (p[0] & forms[i].mask) != forms[i].lead)
		i++;
	if (i == 4 || forms[i].len > len)
		return 0;
	point = p[0] & (unsigned char)~forms[i].mask;
	for (n = 1; n < forms[i].len; n++) {
		if ((p[n] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[n] & 0x3fU);
	}
	if (point < forms[i].least || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return n;
}

bool
utf8_valid(const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n)
		if ((n = utf8_sequence(text, len)) == 0)
			return false;
	return true;
}
