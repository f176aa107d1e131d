/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"
#include "members.h"

/* Overwrites json-c's own copies; members_parse() bounds the depth. */
static void
wipe_texts(struct json_object *value)
{
	if (json_object_is_type(value, json_type_string)) {
		/* The text is const only for those who do not own it. */
		wipe((void *)(uintptr_t) /* NOLINT(performance-no-int-to-ptr) */
		    json_object_get_string(value),
		    (size_t)json_object_get_string_len(value));
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			wipe_texts(json_object_array_get_idx(value, i));
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			(void)key;
			wipe_texts(member);
		}
	}
}

void
gs_json_free(struct json_object *document)
{
	wipe_texts(document);
	json_object_put(document);
}

bool
gs_json_number(struct json_object *value, int64_t *out)
{
	const char *text;
	int64_t     n = 0;

	if (json_object_is_type(value, json_type_int))
		return put_int64(value, out) && *out >= 0;
	if (!put_string(value, &text) || *text == '\0' || strlen(text) > 18)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (*text - '0');
	}
	*out = n;
	return true;
}

bool
gs_is_plain(const char *text)
{
	size_t n = 0;

	for (; text[n] != '\0'; n++)
		if (text[n] <= ' ' || text[n] > '~' || text[n] == '"' ||
		    text[n] == '\\')
			return false;
	return n > 0;
}
