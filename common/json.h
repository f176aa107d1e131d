/* SPDX-License-Identifier: MIT */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_MAX 32

/*
 * Checks that `text` is one object or array of RFC 8259 and nothing else: json-c
 * lets through single quotes, NaN, control characters in strings and malformed
 * UTF-8.  False also when it nests deeper than JSON_DEPTH_MAX.
 *
 * *values: how many values it holds, the outermost one included.
 */
bool json_check(const char *text, size_t len, size_t *values);

#endif
