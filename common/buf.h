/* SPDX-License-Identifier: MIT */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A growing byte string with a ceiling, always NUL-terminated once something
 * was added.  It may hold a secret, so what it gives back to the allocator is
 * wiped first.
 *
 * Failure is sticky: after an allocation failed or the ceiling was met, nothing
 * is added any more and buf_ok() is false, so a caller may add many pieces and
 * ask once.  A buffer that is only zeroed has no ceiling set and takes nothing.
 */
struct buf {
	char  *data; /* NULL until something is added */
	size_t len, cap, max;
	size_t high; /* what `len` was at most: so much is to be wiped */
	bool   failed;
};

/* `max` counts the bytes that may be added, without the NUL. */
void buf_init(struct buf *b, size_t max);

/* Makes room for `len` bytes in all, so that later additions allocate nothing. */
bool buf_reserve(struct buf *b, size_t len);

bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_add_text(struct buf *b, const char *text);
bool buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds with every byte outside A-Z a-z 0-9 - . _ ~ written as %XX. */
bool buf_add_escaped(struct buf *b, const char *text);

/* Adds "name=value", escaped, after a "&" unless the buffer is empty or ends
 * in "?".  The same form serves a query and a form body. */
bool buf_add_field(struct buf *b, const char *name, const char *value);

bool buf_ok(const struct buf *b);

/* The text so far, "" when there is none.  Valid until the next addition. */
const char *buf_text(const struct buf *b);

/* Forgets the content (wiped) and the failure, keeps the memory. */
void buf_clear(struct buf *b);

/* Wipes and frees.  The buffer may be used again: its ceiling stays. */
void buf_free(struct buf *b);

/* Overwrites memory in a way that the compiler must not leave out. */
void wipe(void *data, size_t len);

/* Wipes up to the NUL and frees; NULL is ignored. */
void wipe_free(char *text);

#endif
