/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "json.h"
#include "members.h"
#include "utf8.h"

void
gs_json_free(struct json_object *document)
{
	json_wipe(document);
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

const char *
gs_variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

bool
gs_read_duration(const char *text, int64_t *out)
{
	int64_t s = 0;
	size_t  digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 12)
		return false;
	for (size_t i = 0; i < digits; i++)
		s = s * 10 + (text[i] - '0');
	text += digits;
	if (*text == '.') {
		digits = strspn(++text, "0123456789");
		s += strspn(text, "0") < digits;
		text += digits;
	}
	if (strcmp(text, "s") != 0)
		return false;
	*out = s;
	return true;
}

bool
gs_put_duration(struct json_object *value, void *at)
{
	const char *text;

	return put_string(value, &text) && gs_read_duration(text, at);
}

bool
gs_is_utf8(const char *text, size_t max)
{
	size_t len = text != NULL ? strnlen(text, max + 1) : 0;

	return text != NULL && len <= max && utf8_valid(text, len);
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

/* A label of RFC 1123, in lower case. */
static bool
is_label(const char *text, size_t len)
{
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return len > 0 && len <= 63 && strspn(text, rest) == len &&
	       text[0] != '-' && text[len - 1] != '-';
}

bool
gs_is_domain(const char *text)
{
	size_t len, labels = 0;

	if (strlen(text) > 253)
		return false;
	for (;; text += len + 1) {
		len = strcspn(text, ".");
		if (!is_label(text, len))
			return false;
		labels++;
		if (text[len] == '\0')
			return labels > 1;
	}
}
