/* SPDX-License-Identifier: MIT */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The length of the well-formed UTF-8 sequence (RFC 3629) that `text` begins
 * with, 1 to 4; 0 when it begins with none: a stray or missing continuation, an
 * overlong form, a surrogate, or beyond U+10FFFF.
 */
size_t utf8_sequence(const char *text, size_t len);

/* True when all of it is UTF-8. */
bool utf8_valid(const char *text, size_t len);

#endif
