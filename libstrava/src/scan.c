/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

#define DEPTH_MAX 16

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
pass_space(struct scan *s)
{
	while (s->at < s->end && is_one_of(*s->at, " \t\r\n"))
		s->at++;
}

bool
sv_scan_end(struct scan *s)
{
	pass_space(s);
	return s->at == s->end;
}

bool
sv_scan_char(struct scan *s, char c)
{
	if (sv_scan_end(s) || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* Passes what follows a backslash. */
static bool
pass_escape(struct scan *s)
{
	if (s->at == s->end)
		return false;
	if (*s->at++ != 'u')
		return is_one_of(s->at[-1], "\"\\/bfnrt");
	for (int i = 0; i < 4; i++, s->at++)
		if (s->at == s->end ||
		    !is_one_of(*s->at, "0123456789abcdefABCDEF"))
			return false;
	return true;
}

bool
sv_scan_string(struct scan *s, struct slice *out)
{
	unsigned char c;

	if (!sv_scan_char(s, '"'))
		return false;
	*out = (struct slice){ .data = s->at };
	while (s->at < s->end) {
		c = (unsigned char)*s->at++;
		if (c == '"') {
			out->len = (size_t)(s->at - 1 - out->data);
			return true;
		}
		if (c < 0x20)
			return false;
		if (c == '\\') {
			out->escaped = true;
			if (!pass_escape(s))
				return false;
		}
	}
	return false;
}

static size_t
pass_digits(struct scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - start);
}

static bool
pass_one_of(struct scan *s, const char *set)
{
	if (s->at == s->end || !is_one_of(*s->at, set))
		return false;
	s->at++;
	return true;
}

/* "-12", without a zero in front. */
static bool
pass_int(struct scan *s)
{
	pass_one_of(s, "-");
	return pass_one_of(s, "0") || pass_digits(s) > 0;
}

static bool
pass_number(struct scan *s)
{
	if (!pass_int(s) || (pass_one_of(s, ".") && pass_digits(s) == 0))
		return false;
	if (!pass_one_of(s, "eE"))
		return true;
	pass_one_of(s, "+-");
	return pass_digits(s) > 0;
}

bool
sv_scan_int64(struct scan *s, int64_t *out)
{
	const char *p;
	bool        negative;
	int64_t     n = 0, digit;

	pass_space(s);
	p = s->at;
	/* A digit at the end of the text may be the first half of a number. */
	if (!pass_int(s) || s->at == s->end || is_one_of(*s->at, ".eE"))
		return false;
	negative = *p == '-';
	for (p += negative; p < s->at; p++) {
		digit = *p - '0';
		if (n > (INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = negative ? -n : n;
	return true;
}

static bool
pass_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t                   len;

	for (size_t i = 0; i < COUNT(words); i++) {
		len = strlen(words[i]);
		if ((size_t)(s->end - s->at) >= len &&
		    memcmp(s->at, words[i], len) == 0) {
			s->at += len;
			return true;
		}
	}
	return false;
}

static bool
skip_member(void *ctx, struct scan *s, const struct slice *key)
{
	(void)ctx, (void)key;
	return sv_scan_skip(s);
}

static bool
skip_array(struct scan *s)
{
	if (!sv_scan_char(s, '['))
		return false;
	if (sv_scan_char(s, ']'))
		return true;
	do
		if (!sv_scan_skip(s))
			return false;
	while (sv_scan_char(s, ','));
	return sv_scan_char(s, ']');
}

bool
sv_scan_skip(struct scan *s)
{
	struct slice text;
	bool         ok;

	if (sv_scan_end(s))
		return false;
	switch (*s->at) {
	case '"': return sv_scan_string(s, &text);
	case '{': return sv_scan_object(s, skip_member, NULL);
	case '[':
		if (s->depth == DEPTH_MAX)
			return false;
		s->depth++;
		ok = skip_array(s);
		s->depth--;
		return ok;
	case 't':
	case 'f':
	case 'n': return pass_word(s);
	default: return pass_number(s);
	}
}

static bool
pass_members(struct scan *s, scan_member_fn member, void *ctx)
{
	struct slice key;

	if (!sv_scan_char(s, '{'))
		return false;
	if (sv_scan_char(s, '}'))
		return true;
	do
		if (!sv_scan_string(s, &key) || !sv_scan_char(s, ':') ||
		    !member(ctx, s, &key))
			return false;
	while (sv_scan_char(s, ','));
	return sv_scan_char(s, '}');
}

bool
sv_scan_object(struct scan *s, scan_member_fn member, void *ctx)
{
	bool ok;

	if (s->depth == DEPTH_MAX)
		return false;
	s->depth++;
	ok = pass_members(s, member, ctx);
	s->depth--;
	return ok;
}
