/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}

void
wipe_free(char *text)
{
	if (text != NULL)
		wipe(text, strlen(text));
	free(text);
}

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

/* Leaves a large reserve that was never written to untouched. */
static void
wipe_content(struct buf *b)
{
	if (b->data != NULL)
		wipe(b->data, b->high + 1);
	b->high = 0;
}

static void
grow(struct buf *b, size_t len)
{
	b->len += len;
	if (b->len > b->high)
		b->high = b->len;
}

/* Moves by hand, not with realloc(3), which could leave a secret behind. */
static bool
move_to(struct buf *b, size_t cap)
{
	char *data = malloc(cap);

	if (data == NULL)
		return false;
	data[0] = '\0';
	if (b->data != NULL) {
		memcpy(data, b->data, b->len + 1);
		wipe_content(b);
		free(b->data);
		b->high = b->len;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

bool
buf_reserve(struct buf *b, size_t len)
{
	size_t cap = b->cap != 0 ? b->cap : 128;

	if (b->failed)
		return false;
	/* Half of all memory is never to be had; doubling stays in range. */
	if (len > b->max || len >= SIZE_MAX / 2) {
		b->failed = true;
		return false;
	}
	while (cap < len + 1)
		cap *= 2;
	if (cap != b->cap && !move_to(b, cap))
		b->failed = true;
	return !b->failed;
}

bool
buf_add(struct buf *b, const void *data, size_t len)
{
	if (len > b->max - b->len)
		b->failed = true;
	if (b->failed || !buf_reserve(b, b->len + len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	grow(b, len);
	b->data[b->len] = '\0';
	return true;
}

bool
buf_add_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int     n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n > b->max - b->len)
		b->failed = true;
	if (b->failed || !buf_reserve(b, b->len + (size_t)n))
		return false;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	grow(b, (size_t)n);
	return true;
}

bool
buf_add_escaped(struct buf *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	size_t            n;

	while (*text != '\0') {
		n = strspn(text, plain);
		if (!buf_add(b, text, n))
			return false;
		text += n;
		if (*text != '\0' &&
		    !buf_addf(b, "%%%02X", (unsigned char)*text++))
			return false;
	}
	return !b->failed;
}

bool
buf_add_field(struct buf *b, const char *name, const char *value)
{
	if (b->len != 0 && b->data[b->len - 1] != '?' && !buf_add(b, "&", 1))
		return false;
	return buf_add_escaped(b, name) && buf_add(b, "=", 1) &&
	       buf_add_escaped(b, value);
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

void
buf_clear(struct buf *b)
{
	wipe_content(b);
	b->len = 0;
	b->failed = false;
}

void
buf_free(struct buf *b)
{
	wipe_content(b);
	free(b->data);
	buf_init(b, b->max);
}
