/* SPDX-License-Identifier: MIT */
#include "oddities.h"

#include <stddef.h>

#include "members.h"

static const struct oddity {
	const char *name;
	size_t      offset;
	int64_t     most, usual;
} known[] = {
	{ "extended_access", offsetof(struct oddities, extended_access), 1, 0 },
	{ "broken_items", offsetof(struct oddities, broken_items), 1, 0 },
	{ "late_codes", offsetof(struct oddities, late_codes), 1, 0 },
	{ "capacity", offsetof(struct oddities, capacity), 1000000, 0 },
	{ "upload_polls", offsetof(struct oddities, upload_polls), 1000, 1 },
	{ "upload_s", offsetof(struct oddities, upload_s), 86400, 2 },
};

static int64_t *
value_of(struct oddities *oddities, size_t i)
{
	return (int64_t *)(void *)((char *)oddities + known[i].offset);
}

void
oddities_init(struct oddities *oddities)
{
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		*value_of(oddities, i) = known[i].usual;
}

/* A number, or true and false for 1 and 0. */
static bool
read_value(struct json_object *value, int64_t *number)
{
	bool flag;

	if (!put_bool(value, &flag))
		return put_int64(value, number);
	*number = flag;
	return true;
}

bool
oddities_read(
    struct oddities *oddities, struct json_object *object, const char **why)
{
	struct oddities     fresh = *oddities;
	struct json_object *value;
	size_t              i;

	*why = "an object is wanted";
	if (!json_object_is_type(object, json_type_object))
		return false;
	*why = "extended_access, broken_items and late_codes are true or "
	       "false, capacity, upload_polls and upload_s numbers";
	for (i = 0; i < COUNT(known); i++) {
		value = members_get(object, known[i].name);
		if (value == NULL)
			continue;
		if (!read_value(value, value_of(&fresh, i)) ||
		    *value_of(&fresh, i) < 0 ||
		    *value_of(&fresh, i) > known[i].most)
			return false;
	}
	*oddities = fresh;
	return true;
}

void
oddities_emit(struct emit *e, const struct oddities *oddities)
{
	struct oddities all = *oddities;
	size_t          i;

	emit_object(e, NULL);
	for (i = 0; i < COUNT(known); i++)
		emit_int(e, known[i].name, *value_of(&all, i));
	emit_end(e);
}
