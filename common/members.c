/* SPDX-License-Identifier: MIT */
#include "members.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "clock.h"
#include "json.h"

/* Integers in a double are exact up to here. */
#define DOUBLE_EXACT 9007199254740992.0

bool
put_string(struct json_object *value, void *at)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return false;
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return false;
	*(const char **)at = text;
	return true;
}

/* Strava sends some integers as floats ("19.0"); whole ones are accepted.  What
 * int64_t cannot hold is a double in a document, and beyond DOUBLE_EXACT. */
bool
put_int64(struct json_object *value, void *at)
{
	double d;

	if (json_object_is_type(value, json_type_int)) {
		*(int64_t *)at = json_object_get_int64(value);
		return true;
	}
	if (!json_object_is_type(value, json_type_double))
		return false;
	d = json_object_get_double(value);
	if (!(fabs(d) <= DOUBLE_EXACT) || d != floor(d))
		return false;
	*(int64_t *)at = (int64_t)d;
	return true;
}

bool
put_double(struct json_object *value, void *at)
{
	double d;

	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return false;
	d = json_object_get_double(value);
	if (!isfinite(d))
		return false;
	*(double *)at = d;
	return true;
}

bool
put_bool(struct json_object *value, void *at)
{
	if (!json_object_is_type(value, json_type_boolean))
		return false;
	*(bool *)at = json_object_get_boolean(value) != 0;
	return true;
}

bool
put_time(struct json_object *value, void *at)
{
	const char *text;

	return put_string(value, &text) && clock_parse(text, at);
}

bool
is_unquoted(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
	case json_type_int:
	case json_type_double: return true;
	default: return false;
	}
}

/* A service may send the value itself where it documents its text, and the other
 * way round: "false", false. */
bool
put_scalar(struct json_object *value, void *at)
{
	const char *text;

	if (json_object_is_type(value, json_type_string))
		return put_string(value, at);
	if (!is_unquoted(value) ||
	    (text = json_object_get_string(value)) == NULL)
		return false;
	*(const char **)at = text;
	return true;
}

struct json_object *
members_parse(const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (len == 0) {
		errno = EINVAL;
		return NULL;
	}
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		return json_read(text + 3, len - 3);
	return json_read(text, len);
}

struct json_object *
members_get(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value))
		return NULL;
	return value;
}

const char *
members_get_string(struct json_object *object, const char *key)
{
	struct json_object *value = members_get(object, key);
	const char         *text;

	return value != NULL && put_string(value, &text) ? text : NULL;
}

/* The members of an object, and which of them is probably asked for next. */
struct cursor {
	struct lh_table *members; /* NULL: there are none */
	struct lh_entry *next;    /* NULL: behind the last one */
};

static struct cursor
cursor_of(struct json_object *object)
{
	struct lh_table *members = json_object_get_object(object);

	return (
	    struct cursor){ members, members != NULL ? members->head : NULL };
}

/* NULL when it is absent or null.  Only what is missing or comes in another order
 * than in the table has to be searched for. */
static struct json_object *
find(struct cursor *c, const char *key)
{
	struct lh_entry *e = c->next;

	if (c->members == NULL)
		return NULL;
	if (e == NULL || strcmp(lh_entry_k(e), key) != 0)
		e = lh_table_lookup_entry(c->members, key);
	if (e == NULL)
		return NULL;
	c->next = e->next;
	return lh_entry_v(e);
}

bool
members_decode(struct json_object *object, const struct member *members,
    size_t count, void *out, const char **missing)
{
	struct cursor       top = cursor_of(object), inner = { 0 };
	const char         *in = NULL;
	struct json_object *value;

	for (const struct member *m = members; m < members + count; m++) {
		if (m->in != NULL && (in == NULL || strcmp(m->in, in) != 0)) {
			in = m->in;
			inner = cursor_of(find(&top, in));
		}
		value = find(m->in != NULL ? &inner : &top, m->key);
		if (value != NULL && m->put(value, (char *)out + m->offset))
			continue;
		if (m->required) {
			*missing = m->key;
			return false;
		}
	}
	return true;
}
