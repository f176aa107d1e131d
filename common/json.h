/* SPDX-License-Identifier: MIT */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stddef.h>

struct buf;
struct json_object;

#define JSON_DEPTH_MAX 32

/*
 * Reads one object or array of RFC 8259, and nothing else, into json-c's tree.
 * json-c has a reader of its own, which lets through what is no JSON, changes
 * numbers, and loses members or crashes when memory is short.
 *
 * Nothing is lost and nothing changed: an integer is an int64_t or, where that
 * is too small (or it is -0), a double that remembers its text like every other
 * number does; 1e999 is an infinite one.  Numbers do not depend on the locale.
 * Half of a surrogate pair becomes U+FFFD: the grammar allows it, and one odd
 * text must not cost a whole page.
 *
 * Refused are also malformed UTF-8, an object that has a name twice, a name with
 * a NUL, which json-c cannot hold, nesting deeper than JSON_DEPTH_MAX, and more
 * than INT32_MAX bytes.
 *
 * The tree is to be ended with json_object_put().  Its objects share their
 * names; each holds on to them through json-c's userdata, which is taken
 * therefore: an object may be kept beyond the document, but it can have no other
 * userdata or serializer, and json_object_deep_copy() refuses it.
 *
 * NULL when there is none; errno is ENOMEM then if memory was short, else
 * EINVAL.
 */
struct json_object *json_read(const char *text, size_t len);

/* Overwrites every text in a tree of json_read(); names stay. */
void json_wipe(struct json_object *document);

/* Adds a text as a JSON string, quotes included. */
void json_add_text(struct buf *b, const char *text);

#endif
