/* SPDX-License-Identifier: MIT */
#ifndef COMMON_MEMBERS_H
#define COMMON_MEMBERS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON into structs, by a table of members.  A struct is described once:
 *
 *	static const struct member members[] = {
 *		MEMBER_REQUIRED(struct ride, id, put_int64, NULL, "id"),
 *		MEMBER(struct ride, name, put_string, NULL, "name"),
 *		MEMBER(struct ride, line, put_string, "map", "polyline"),
 *	};
 *
 * Strings are borrowed from the JSON document, which must live as long.
 */

/*
 * Stores `value`, which is never JSON null, at `at`.  False when it has another
 * type or is out of range; then nothing is stored.
 */
typedef bool (*put_fn)(struct json_object *value, void *at);

bool put_string(struct json_object *value, void *at); /* const char * */
bool put_int64(struct json_object *value, void *at);  /* int64_t, exact */
bool put_double(struct json_object *value, void *at); /* double, finite */
bool put_bool(struct json_object *value, void *at);   /* bool */
bool put_time(struct json_object *value, void *at);   /* int64_t, RFC 3339 */

/* const char *: a text, or a boolean or a number as text. */
bool put_scalar(struct json_object *value, void *at);

/* A number or a boolean: of those put_scalar() fails for want of memory alone. */
bool is_unquoted(struct json_object *value);

struct member {
	const char *in;  /* the object that holds it, or NULL: the top one */
	const char *key; /* its name there */
	put_fn      put;
	size_t      offset;
	bool        required;
};
#define MEMBER(type, name, put, in, key)                  \
	{                                                 \
		in, key, put, offsetof(type, name), false \
	}
#define MEMBER_REQUIRED(type, name, put, in, key)        \
	{                                                \
		in, key, put, offsetof(type, name), true \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Parses a whole document, an object or an array, as json_read() does, strictly
 * and without loss; a byte order mark in front is passed over.  NULL when it is
 * none, and errno then tells: ENOMEM, memory was short; EINVAL, the text is at
 * fault.  The caller ends it with json_object_put().
 */
struct json_object *members_parse(const char *text, size_t len);

/*
 * Fills the struct at `out`, row after row.  A member that is absent, null or of
 * another type stays as it was, since one odd value must not cost the rest; only
 * a required one makes the call fail, and *missing then names it.  It is fastest
 * when the rows stand in the order in which the members come.
 */
bool members_decode(struct json_object *object, const struct member *members,
    size_t count, void *out, const char **missing);

/* One member of an object, if `object` is one and has it, not null; else NULL. */
struct json_object *members_get(struct json_object *object, const char *key);

/* The same as text; NULL unless it is a string without a NUL inside. */
const char *members_get_string(struct json_object *object, const char *key);

#endif
