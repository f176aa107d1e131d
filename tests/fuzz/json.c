/* SPDX-License-Identifier: MIT */

/*
 * The reader of JSON against json-c's own: what ours takes the other one takes
 * too, and finds the same, as far as it can hold it.
 */

#include "json.h"

#include <json-c/json.h>
#include <string.h>

#include "fuzz.h"
#include "utf8.h"

/* json-c as strict as it can be; NULL when it refuses the text. */
static struct json_object *
read_other(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
	struct json_object  *doc;

	MUST(tokener != NULL);
	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	doc = json_tokener_parse_ex(tokener, text, (int)len);
	json_tokener_free(tokener);
	return doc;
}

static bool
is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static bool alike(struct json_object *a, struct json_object *b);

static bool
alike_objects(struct json_object *a, struct json_object *b)
{
	struct json_object *other;

	if (json_object_object_length(a) != json_object_object_length(b))
		return false;
	json_object_object_foreach(a, name, value)
	{
		MUST(utf8_valid(name, strlen(name)));
		if (!json_object_object_get_ex(b, name, &other) ||
		    !alike(value, other))
			return false;
	}
	return true;
}

static bool
alike_arrays(struct json_object *a, struct json_object *b)
{
	size_t len = json_object_array_length(a);

	if (len != json_object_array_length(b))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!alike(json_object_array_get_idx(a, i),
			json_object_array_get_idx(b, i)))
			return false;
	return true;
}

/* json-c cuts integers that are too large for it, and loses the sign of -0. */
static bool
alike(struct json_object *a, struct json_object *b)
{
	enum json_type type = json_object_get_type(a);

	if (is_number(a) && is_number(b) && type != json_object_get_type(b))
		return true;
	if (type != json_object_get_type(b))
		return false;
	if (type == json_type_object)
		return alike_objects(a, b);
	if (type == json_type_array)
		return alike_arrays(a, b);
	return json_object_equal(a, b) != 0;
}

/* Written out and read again it is the same. */
static void
check_again(struct json_object *doc)
{
	const char *text = json_object_to_json_string_ext(
	    doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct json_object *again;

	MUST(text != NULL);
	MUST((again = json_read(text, strlen(text))) != NULL);
	MUST(alike(doc, again));
	json_wipe(again);
	json_object_put(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char         *text = (const char *)data;
	struct json_object *doc = json_read(text, size), *other;

	if (doc == NULL)
		return 0;
	MUST(utf8_valid(text, size));
	MUST((other = read_other(text, size)) != NULL);
	MUST(alike(doc, other));
	json_object_put(other);
	check_again(doc);
	json_object_put(doc);
	return 0;
}
