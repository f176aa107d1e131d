/* SPDX-License-Identifier: MIT */
#include "xml.h"

#include <math.h>
#include <string.h>

#include "utf8.h"

/* Numbers from here on are left out: no measure of an activity is as large, and
 * with seven decimal places they would not fit into 64 bits. */
#define NUMBER_END 1e11
#define DECIMALS_MAX 7

/* What stands for an ASCII character; NULL: itself. */
static const char *
name_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	default: return (unsigned char)c < 0x20 || c == 0x7f ? " " : NULL;
	}
}

/* What stands for a sequence of more bytes; NULL: itself.  XML has neither
 * U+FFFE nor U+FFFF, and U+0080 to U+009F are control characters. */
static const char *
long_name_of(const char *text)
{
	if (memcmp(text, "\xef\xbf\xbe", 3) == 0 ||
	    memcmp(text, "\xef\xbf\xbf", 3) == 0)
		return "?";
	if (text[0] == '\xc2' && (unsigned char)text[1] < 0xa0)
		return " ";
	return NULL;
}

void
sv_xml_text(struct buf *out, const char *text)
{
	size_t      len = strlen(text), step;
	const char *name;

	for (; len > 0; text += step, len -= step) {
		step = utf8_sequence(text, len);
		if (step == 0) {
			name = "?";
			step = 1;
		} else {
			name = step == 1 ? name_of(*text) : long_name_of(text);
		}
		if (name != NULL)
			buf_add_text(out, name);
		else
			buf_add(out, text, step);
	}
}

bool
sv_xml_is_number(double value)
{
	return fabs(value) < NUMBER_END; /* and no NAN */
}

void
sv_xml_number(struct buf *out, double value, int decimals)
{
	char      digits[32], *at = digits + sizeof(digits);
	double    scale = 1;
	long long rest;
	bool      begun = false;

	for (int i = 0; i < decimals && i < DECIMALS_MAX; i++)
		scale *= 10;
	rest = llround(fabs(value) * scale);
	if (value < 0 && rest > 0)
		buf_add_text(out, "-");
	for (int i = 0; rest > 0 || i <= decimals; i++, rest /= 10) {
		if (i == decimals) {
			if (begun)
				*--at = '.';
			begun = true;
		}
		begun = begun || rest % 10 != 0;
		if (begun)
			*--at = (char)('0' + rest % 10);
	}
	buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

static void
add_tag(struct buf *out, const char *begin, const char *name)
{
	buf_add_text(out, begin);
	buf_add_text(out, name);
	buf_add_text(out, ">");
}

void
sv_xml_number_element(
    struct buf *out, const char *name, double value, int decimals)
{
	if (!sv_xml_is_number(value))
		return;
	add_tag(out, "<", name);
	sv_xml_number(out, value, decimals);
	add_tag(out, "</", name);
}

void
sv_xml_text_element(struct buf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	add_tag(out, "<", name);
	sv_xml_text(out, text);
	add_tag(out, "</", name);
}
