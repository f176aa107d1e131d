/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SHAPE_H
#define SANDBOX_SHAPE_H

/*
 * What Google's JSON looks like: the members of a message, as a table.  A body
 * with a member that is not in it, or of another type, is refused; each name may
 * be spelt in camelCase or in snake_case.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "emit.h"

enum shape_kind {
	SHAPE_TEXT,
	SHAPE_BOOL,
	SHAPE_ENUM,  /* a name, or its number */
	SHAPE_INT64, /* a number, or its digits as text */
	SHAPE_TIME,  /* RFC 3339 */
	SHAPE_SPAN,  /* "3600s" */
	SHAPE_TEXTS, /* an array of texts */
	SHAPE_TEXT_MAP,
	SHAPE_INT64_MAP,
	SHAPE_OBJECT,
	SHAPE_LIST /* an array of objects */
};

struct shape {
	const char         *name; /* in camelCase; NULL ends a table */
	enum shape_kind     kind;
	const struct shape *members; /* of SHAPE_OBJECT and SHAPE_LIST */
};

/* Where a body is wrong, "secret.rotation", and how. */
struct shape_fault {
	char field[256];
	char text[512];
};

/* True when `object` has only such members; `field` is its own name, "" for the
 * whole body. */
bool shape_check(const struct shape *members, struct json_object *object,
    const char *field, struct shape_fault *fault);

/* The member of that name in either spelling; NULL when absent or null. */
struct json_object *shape_get(struct json_object *object, const char *name);
const char *shape_get_text(struct json_object *object, const char *name);

/* "versionAliases" as "version_aliases". */
#define SHAPE_NAME_SIZE 64
void shape_make_snake(const char *name, char snake[SHAPE_NAME_SIZE]);

/* Is `given` that name, in either spelling? */
bool shape_is_name(const char *name, const char *given, size_t len);

/* What holds nothing: NULL, "", {} and []. */
bool shape_is_empty(struct json_object *value);

/* The seconds of "3600s"; a fraction is dropped. */
bool shape_read_span(struct json_object *value, int64_t *seconds);

/* A value as Google writes it: camelCase, numbers of 64 bits as text. */
void shape_emit(struct emit *e, const char *key, const struct shape *shape,
    struct json_object *value);

#endif
