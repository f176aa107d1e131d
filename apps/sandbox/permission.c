/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include <stdio.h>
#include <string.h>

#include "members.h"

static bool
read_denial(struct json_object *object, struct denial *denial)
{
	const char *permission = members_get_string(object, "permission");
	const char *resource = members_get_string(object, "resource");

	if (permission == NULL || permission[0] == '\0' ||
	    strlen(permission) >= sizeof(denial->permission) ||
	    (resource != NULL && strlen(resource) >= sizeof(denial->resource)))
		return false;
	snprintf(
	    denial->permission, sizeof(denial->permission), "%s", permission);
	snprintf(denial->resource, sizeof(denial->resource), "%s",
	    resource != NULL ? resource : "");
	return true;
}

bool
denials_read(
    struct denials *denials, struct json_object *list, const char **why)
{
	struct denials next = { .count = 0 };
	size_t         n;

	*why = "the body is an array of at most 32 objects";
	if (!json_object_is_type(list, json_type_array))
		return false;
	n = json_object_array_length(list);
	if (n > DENIALS_MAX)
		return false;
	*why = "each has a permission, and a resource if it is about one";
	for (; next.count < n; next.count++)
		if (!read_denial(json_object_array_get_idx(list, next.count),
			&next.list[next.count]))
			return false;
	*denials = next;
	return true;
}

static bool
is_permission(const char *pattern, const char *permission)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] == '*')
		return strncmp(pattern, permission, n - 1) == 0;
	return strcmp(pattern, permission) == 0;
}

static bool
is_below(const char *holder, const char *resource)
{
	size_t n = strlen(holder);

	return strncmp(holder, resource, n) == 0 &&
	       (n == 0 || resource[n] == '\0' || resource[n] == '/');
}

bool
denials_hit(
    const struct denials *denials, const char *permission, const char *resource)
{
	size_t i;

	for (i = 0; i < denials->count; i++)
		if (is_permission(denials->list[i].permission, permission) &&
		    is_below(denials->list[i].resource, resource))
			return true;
	return false;
}

void
denials_emit(struct emit *e, const char *key, const struct denials *denials)
{
	size_t i;

	emit_array(e, key);
	for (i = 0; i < denials->count; i++) {
		emit_object(e, NULL);
		emit_text(e, "permission", denials->list[i].permission);
		if (denials->list[i].resource[0] != '\0')
			emit_text(e, "resource", denials->list[i].resource);
		emit_end(e);
	}
	emit_end(e);
}
