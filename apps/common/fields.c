/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <string.h>

#include "utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
fields_unescape(char *text, bool plus_is_space)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++, out++) {
		if (*in == '%') {
			int high = hex_digit(in[1]);
			int low = high >= 0 ? hex_digit(in[2]) : -1;

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*out = (char)(high << 4 | low);
			in += 2;
		} else {
			*out = *in;
			if (*in == '+' && plus_is_space)
				*out = ' ';
		}
	}
	*out = '\0';
	return utf8_valid(text, (size_t)(out - text));
}

static bool
add(struct fields *fields, const char *name, const char *value)
{
	if (fields->count == FIELDS_MAX)
		return false;
	fields->items[fields->count].name = name;
	fields->items[fields->count].value = value;
	fields->count++;
	return true;
}

static bool
has(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->items[i].name, name) == 0)
			return true;
	return false;
}

/* Cuts the text at the first '='; what is behind it, or "". */
static char *
cut_value(char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL)
		return text + strlen(text);
	*equals = '\0';
	return equals + 1;
}

const char *
fields_read_query(struct fields *fields, char *text)
{
	char *rest = text, *name, *value;

	fields->count = 0;
	while ((name = strsep(&rest, "&")) != NULL) {
		if (*name == '\0')
			continue;
		value = cut_value(name);
		if (!fields_unescape(name, true) ||
		    !fields_unescape(value, true))
			return "a field is not percent-encoded UTF-8";
		if (has(fields, name))
			return "a field is given twice";
		if (!add(fields, name, value))
			return "there are too many fields";
	}
	return NULL;
}

/* Cuts off blanks and tabs on both sides. */
static char *
trimmed(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
	return text;
}

void
fields_read_cookies(struct fields *fields, char *text)
{
	char *rest = text, *name, *value;

	fields->count = 0;
	while ((name = strsep(&rest, ";")) != NULL) {
		value = trimmed(cut_value(name));
		name = trimmed(name);
		if (*name != '\0' && !add(fields, name, value)) {
			fields->count = 0;
			return;
		}
	}
}

const char *
fields_get(const struct fields *fields, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < fields->count; i++) {
		if (strcmp(fields->items[i].name, name) != 0)
			continue;
		if (value != NULL)
			return NULL;
		value = fields->items[i].value;
	}
	return value;
}
