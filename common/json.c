/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <ctype.h>
#include <string.h>

#include "utf8.h"

/* What is left of the text.  Each reader moves on behind what it read. */
struct scan {
	const char *p, *end;
	size_t      values;
};

static bool read_value(struct scan *s, int depth);

static void
skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
				    *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
read_char(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
read_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return false;
	s->p += len;
	return true;
}

/* How many digits there are; reads them. */
static size_t
read_digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - start);
}

static bool
read_number(struct scan *s)
{
	read_char(s, '-');
	if (!read_char(s, '0') && read_digits(s) == 0)
		return false;
	if (read_char(s, '.') && read_digits(s) == 0)
		return false;
	if (!read_char(s, 'e') && !read_char(s, 'E'))
		return true;
	if (!read_char(s, '+'))
		read_char(s, '-');
	return read_digits(s) > 0;
}

/* Four hexadecimal digits. */
static bool
read_unit(struct scan *s)
{
	for (int i = 0; i < 4; i++, s->p++)
		if (s->p == s->end || !isxdigit((unsigned char)*s->p))
			return false;
	return true;
}

/* Behind a backslash.  Half of a surrogate pair may stand alone: the grammar
 * allows it, json-c puts U+FFFD in its place, and one odd name must not cost a
 * whole page. */
static bool
read_escape(struct scan *s)
{
	if (s->p == s->end)
		return false;
	if (*s->p != 'u')
		return *s->p != '\0' && strchr("\"\\/bfnrt", *s->p++) != NULL;
	s->p++;
	return read_unit(s);
}

static bool
read_string(struct scan *s)
{
	size_t n;

	if (!read_char(s, '"'))
		return false;
	while (s->p < s->end && *s->p != '"') {
		if ((unsigned char)*s->p < 0x20)
			return false;
		if (read_char(s, '\\')) {
			if (!read_escape(s))
				return false;
			continue;
		}
		n = utf8_sequence(s->p, (size_t)(s->end - s->p));
		if (n == 0)
			return false;
		s->p += n;
	}
	return read_char(s, '"');
}

/* Behind the opening bracket: up to and with the closing one. */
static bool
read_list(struct scan *s, bool named, int depth)
{
	char closing = named ? '}' : ']';

	skip_space(s);
	if (read_char(s, closing))
		return true;
	do {
		skip_space(s);
		if (named) {
			if (!read_string(s))
				return false;
			skip_space(s);
			if (!read_char(s, ':'))
				return false;
		}
		if (!read_value(s, depth))
			return false;
		skip_space(s);
	} while (read_char(s, ','));
	return read_char(s, closing);
}

/* `depth`: how many more levels may follow. */
static bool
read_value(struct scan *s, int depth)
{
	skip_space(s);
	s->values++;
	if (s->p == s->end)
		return false;
	switch (*s->p) {
	case '{':
	case '[': return depth > 0 && read_list(s, *s->p++ == '{', depth - 1);
	case '"': return read_string(s);
	case 't': return read_word(s, "true");
	case 'f': return read_word(s, "false");
	case 'n': return read_word(s, "null");
	default: return read_number(s);
	}
}

bool
json_check(const char *text, size_t len, size_t *values)
{
	struct scan s = { .p = text, .end = text + len };

	skip_space(&s);
	if (s.p == s.end || (*s.p != '{' && *s.p != '[') ||
	    !read_value(&s, JSON_DEPTH_MAX))
		return false;
	skip_space(&s);
	*values = s.values;
	return s.p == s.end;
}
