/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "internal.h"
#include "utf8.h"

#define MILLION INT64_C(1000000)

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

bool
sv_is_text(const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);

	return len <= max && utf8_valid(text, len);
}

bool
sv_is_time(int64_t utc_s)
{
	return utc_s >= 0 && utc_s <= INT64_C(253402300799);
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

const char *
sv_read_digits(const char *text, int64_t *out)
{
	int64_t n = 0, digit;

	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		digit = *text - '0';
		if (n > (INT64_MAX - digit) / 10)
			return NULL;
		n = n * 10 + digit;
	}
	*out = n;
	return text;
}

void
sv_add_number(struct buf *b, double value)
{
	int64_t millionths = llround(fabs(value) * (double)MILLION);

	buf_addf(b, "%s%" PRId64, value < 0 && millionths > 0 ? "-" : "",
	    millionths / MILLION);
	if (millionths % MILLION == 0)
		return;
	buf_addf(b, ".%06" PRId64, millionths % MILLION);
	while (buf_ok(b) && b->data[b->len - 1] == '0')
		b->data[--b->len] = '\0';
}
