/* SPDX-License-Identifier: MIT */
#include "members.h"

#include <json-c/printbuf.h>
#include <math.h>
#include <string.h>

#include "buf.h"
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

/*
 * json-c saturates without a word: a number above INT64_MAX is kept as uint64
 * and one below INT64_MIN becomes INT64_MIN, which is refused for that reason.
 * Strava sends some integers as floats ("19.0"); whole ones are accepted.
 */
bool
put_int64(struct json_object *value, void *at)
{
	int64_t n;
	double  d;

	if (json_object_is_type(value, json_type_double)) {
		d = json_object_get_double(value);
		if (!(fabs(d) <= DOUBLE_EXACT) || d != floor(d))
			return false;
		*(int64_t *)at = (int64_t)d;
		return true;
	}
	if (!json_object_is_type(value, json_type_int))
		return false;
	n = json_object_get_int64(value);
	if (n == INT64_MIN ||
	    (n == INT64_MAX &&
		json_object_get_uint64(value) != (uint64_t)INT64_MAX))
		return false;
	*(int64_t *)at = n;
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

/* How many values a document holds, itself included. */
static size_t
count_values(struct json_object *value)
{
	struct json_object_iterator it, end;
	size_t                      count = 1, len;

	if (json_object_is_type(value, json_type_array)) {
		len = json_object_array_length(value);
		for (size_t i = 0; i < len; i++)
			count +=
			    count_values(json_object_array_get_idx(value, i));
	} else if (json_object_is_type(value, json_type_object)) {
		it = json_object_iter_begin(value);
		end = json_object_iter_end(value);
		for (; !json_object_iter_equal(&it, &end);
		     json_object_iter_next(&it))
			count += count_values(json_object_iter_peek_value(&it));
	}
	return count;
}

struct json_object *
members_parse(const char *text, size_t len)
{
	static const char    mark[] = "\xef\xbb\xbf";
	struct json_tokener *tokener;
	struct json_object  *document;
	size_t               values;

	if (len >= 3 && memcmp(text, mark, 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len > INT32_MAX || !json_check(text, len, &values) ||
	    (tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1)) == NULL)
		return NULL;
	document = json_tokener_parse_ex(tokener, text, (int)len);
	/* Its scratch buffer still holds the longest text, maybe a secret. */
	wipe(tokener->pb->buf, (size_t)tokener->pb->size);
	json_tokener_free(tokener);
	/* Of a name given twice json-c keeps one value, and short of memory it
	 * may leave out more without a word. */
	if (document != NULL && count_values(document) != values) {
		json_object_put(document);
		document = NULL;
	}
	return document;
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

bool
members_decode(struct json_object *object, const struct member *members,
    size_t count, void *out, const char **missing)
{
	struct json_object *value, *holder;

	for (const struct member *m = members; m < members + count; m++) {
		holder = m->in != NULL ? members_get(object, m->in) : object;
		value = members_get(holder, m->key);
		if (value != NULL && m->put(value, (char *)out + m->offset))
			continue;
		if (m->required) {
			*missing = m->key;
			return false;
		}
	}
	return true;
}
