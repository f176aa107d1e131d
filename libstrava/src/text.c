/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include "utf8.h"

static bool
is_ascii(const char *text, size_t max, char first)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++)
		if (len == max || text[len] < first || text[len] > '~')
			return false;
	return len > 0;
}

bool
sv_is_secret(const char *text)
{
	return is_ascii(text, SECRET_MAX, '!');
}

bool
sv_is_line(const char *text, size_t max)
{
	return is_ascii(text, max, ' ');
}

void
sv_utf8_repair(char *text, size_t len)
{
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = utf8_sequence(text + i, len - i);
		if (step == 0) {
			text[i] = '?';
			step = 1;
		}
	}
}
