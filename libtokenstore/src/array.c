/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"

/*
 * PostgreSQL's binary form of an array with one dimension, all numbers
 * big-endian: dimensions, "may hold null", the elements' type, their count, the
 * index of the first; then each element with its length in front.  Text would
 * double the size of what is encrypted.
 */

static void
add_number(struct buf *array, int64_t value, size_t size)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] =
		    (unsigned char)((uint64_t)value >> (8 * (size - 1 - i)));
	buf_add(array, bytes, size);
}

void
ts_array_start(struct buf *array, enum ts_type type, size_t count)
{
	buf_clear(array);
	add_number(array, 1, 4);
	add_number(array, 1, 4);
	add_number(array, type, 4);
	add_number(array, (int64_t)count, 4);
	add_number(array, 1, 4);
}

void
ts_array_int(struct buf *array, int64_t value)
{
	add_number(array, 8, 4);
	add_number(array, value, 8);
}

void
ts_array_bytes(struct buf *array, const struct buf *bytes)
{
	add_number(array, (int64_t)bytes->len, 4);
	buf_add(array, buf_text(bytes), bytes->len);
}

void
ts_array_text(struct buf *array, const char *text)
{
	if (text == NULL) {
		add_number(array, -1, 4);
		return;
	}
	add_number(array, (int64_t)strlen(text), 4);
	buf_add_text(array, text);
}
