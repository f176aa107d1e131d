/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "members.h"

#define SPAN_MAX_S INT64_C(315576000000) /* of google.protobuf.Duration */

void
shape_make_snake(const char *name, char snake[SHAPE_NAME_SIZE])
{
	size_t n = 0;

	for (; *name != '\0' && n + 2 < SHAPE_NAME_SIZE; name++) {
		if (isupper((unsigned char)*name) != 0)
			snake[n++] = '_';
		snake[n++] = (char)tolower((unsigned char)*name);
	}
	snake[n] = '\0';
}

bool
shape_is_name(const char *name, const char *given, size_t len)
{
	char snake[SHAPE_NAME_SIZE];

	shape_make_snake(name, snake);
	return (strlen(name) == len && memcmp(name, given, len) == 0) ||
	       (strlen(snake) == len && memcmp(snake, given, len) == 0);
}

struct json_object *
shape_get(struct json_object *object, const char *name)
{
	struct json_object *value = members_get(object, name);
	char                snake[SHAPE_NAME_SIZE];

	if (value != NULL)
		return value;
	shape_make_snake(name, snake);
	return members_get(object, snake);
}

const char *
shape_get_text(struct json_object *object, const char *name)
{
	struct json_object *value = shape_get(object, name);
	const char         *text;

	return value != NULL && put_string(value, &text) ? text : NULL;
}

bool
shape_is_empty(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null: return true;
	case json_type_object: return json_object_object_length(value) == 0;
	case json_type_array: return json_object_array_length(value) == 0;
	case json_type_string: return json_object_get_string_len(value) == 0;
	default: return false;
	}
}

bool
shape_read_span(struct json_object *value, int64_t *seconds)
{
	const char *text;
	char       *end;

	if (!put_string(value, &text))
		return false;
	errno = 0;
	*seconds = strtoll(text, &end, 10);
	if (end == text || errno != 0)
		return false;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	return strcmp(end, "s") == 0 && *seconds >= -SPAN_MAX_S &&
	       *seconds <= SPAN_MAX_S;
}

static bool
read_int64(struct json_object *value, int64_t *number)
{
	const char *text;
	char       *end;

	if (!put_string(value, &text))
		return put_int64(value, number);
	errno = 0;
	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0' && errno == 0;
}

/* A value that is neither an object nor an array. */
static bool
is_scalar(enum shape_kind kind, struct json_object *value)
{
	int64_t number;

	switch (kind) {
	case SHAPE_BOOL: return json_object_is_type(value, json_type_boolean);
	case SHAPE_ENUM:
		return json_object_is_type(value, json_type_string) ||
		       put_int64(value, &number);
	case SHAPE_INT64: return read_int64(value, &number);
	case SHAPE_TIME: return put_time(value, &number);
	case SHAPE_SPAN: return shape_read_span(value, &number);
	default: return json_object_is_type(value, json_type_string);
	}
}

static bool
is_map(enum shape_kind kind, struct json_object *map)
{
	if (!json_object_is_type(map, json_type_object))
		return false;
	json_object_object_foreach(map, key, value)
	{
		(void)key;
		if (!is_scalar(kind, value))
			return false;
	}
	return true;
}

static bool
is_list(struct json_object *list, enum json_type type)
{
	size_t i, n;

	if (!json_object_is_type(list, json_type_array))
		return false;
	n = json_object_array_length(list);
	for (i = 0; i < n; i++)
		if (!json_object_is_type(
			json_object_array_get_idx(list, i), type))
			return false;
	return true;
}

static bool
has_kind(const struct shape *shape, struct json_object *value)
{
	switch (shape->kind) {
	case SHAPE_TEXTS: return is_list(value, json_type_string);
	case SHAPE_LIST: return is_list(value, json_type_object);
	case SHAPE_OBJECT: return json_object_is_type(value, json_type_object);
	case SHAPE_TEXT_MAP: return is_map(SHAPE_TEXT, value);
	case SHAPE_INT64_MAP: return is_map(SHAPE_INT64, value);
	default: return is_scalar(shape->kind, value);
	}
}

static const struct shape *
find_member(const struct shape *members, const char *key)
{
	for (; members->name != NULL; members++)
		if (shape_is_name(members->name, key, strlen(key)))
			return members;
	return NULL;
}

static bool
refuse_name(struct shape_fault *fault, const char *field, const char *key)
{
	snprintf(fault->field, sizeof(fault->field), "%s", field);
	snprintf(fault->text, sizeof(fault->text),
	    "Invalid JSON payload received. Unknown name \"%.64s\"%s%.200s%s: "
	    "Cannot find field.",
	    key, field[0] != '\0' ? " at '" : "", field,
	    field[0] != '\0' ? "'" : "");
	return false;
}

static bool
refuse_value(struct shape_fault *fault, const char *field)
{
	snprintf(fault->field, sizeof(fault->field), "%s", field);
	snprintf(fault->text, sizeof(fault->text), "Invalid value at '%.200s'.",
	    field);
	return false;
}

static bool
check_inside(const struct shape *shape, struct json_object *value,
    const char *field, struct shape_fault *fault)
{
	char   item[256];
	size_t i, n;

	if (shape->kind == SHAPE_OBJECT)
		return shape_check(shape->members, value, field, fault);
	n = shape->kind == SHAPE_LIST ? json_object_array_length(value) : 0;
	for (i = 0; i < n; i++) {
		snprintf(item, sizeof(item), "%.200s[%zu]", field, i);
		if (!shape_check(shape->members,
			json_object_array_get_idx(value, i), item, fault))
			return false;
	}
	return true;
}

bool
shape_check(const struct shape *members, struct json_object *object,
    const char *field, struct shape_fault *fault)
{
	const struct shape *shape;
	char                inner[256];

	json_object_object_foreach(object, key, value)
	{
		shape = find_member(members, key);
		if (shape == NULL)
			return refuse_name(fault, field, key);
		snprintf(inner, sizeof(inner), "%.180s%s%.64s", field,
		    field[0] != '\0' ? "." : "", shape->name);
		if (value == NULL)
			continue;
		if (!has_kind(shape, value))
			return refuse_value(fault, inner);
		if (!check_inside(shape, value, inner, fault))
			return false;
	}
	return true;
}

static void
emit_members(
    struct emit *e, const struct shape *members, struct json_object *object)
{
	struct json_object *value;

	for (; members->name != NULL; members++)
		if ((value = shape_get(object, members->name)) != NULL)
			shape_emit(e, members->name, members, value);
}

static void
emit_list(struct emit *e, const struct shape *shape, struct json_object *list)
{
	struct json_object *item;
	size_t              i, n = json_object_array_length(list);

	for (i = 0; i < n; i++) {
		item = json_object_array_get_idx(list, i);
		if (shape->kind == SHAPE_TEXTS) {
			emit_text(e, NULL, json_object_get_string(item));
			continue;
		}
		emit_object(e, NULL);
		emit_members(e, shape->members, item);
		emit_end(e);
	}
}

void
shape_emit(struct emit *e, const char *key, const struct shape *shape,
    struct json_object *value)
{
	switch (shape->kind) {
	case SHAPE_BOOL:
		emit_bool(e, key, json_object_get_boolean(value) != 0);
		return;
	case SHAPE_ENUM:
		if (json_object_is_type(value, json_type_int))
			emit_int(e, key, json_object_get_int64(value));
		else
			emit_text(e, key, json_object_get_string(value));
		return;
	case SHAPE_TEXTS:
	case SHAPE_LIST:
		emit_array(e, key);
		emit_list(e, shape, value);
		break;
	case SHAPE_TEXT_MAP:
	case SHAPE_INT64_MAP:
		emit_object(e, key);
		json_object_object_foreach(value, name, text)
		    emit_text(e, name, json_object_get_string(text));
		break;
	case SHAPE_OBJECT:
		emit_object(e, key);
		emit_members(e, shape->members, value);
		break;
	default: emit_text(e, key, json_object_get_string(value)); return;
	}
	emit_end(e);
}
