/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"

#define DELAY_MAX_MS 600000

static const struct {
	const char       *name; /* ends in ":" when a number follows */
	enum fault_action action;
	int64_t           least, most; /* of that number */
} actions[] = {
	{ "status:", FAULT_STATUS, 200, 599 },
	{ "empty:", FAULT_EMPTY, 200, 599 },
	{ "null-errors:", FAULT_NULL_ERRORS, 400, 599 },
	{ "text-errors:", FAULT_TEXT_ERRORS, 400, 599 },
	{ "delay:", FAULT_DELAY, 0, DELAY_MAX_MS },
	{ "drop-before", FAULT_DROP_BEFORE, 0, 0 },
	{ "drop-after", FAULT_DROP_AFTER, 0, 0 },
	{ "truncate", FAULT_TRUNCATE, 0, 0 },
	{ "garbage", FAULT_GARBAGE, 0, 0 },
	{ "rate-limit", FAULT_RATE_LIMIT, 0, 0 },
};

static bool
read_action(struct fault *fault, const char *text)
{
	size_t i, n;
	char  *end;

	for (i = 0; i < COUNT(actions); i++) {
		n = strlen(actions[i].name);
		if (strncmp(text, actions[i].name, n) != 0)
			continue;
		fault->action = actions[i].action;
		if (actions[i].most == 0)
			return text[n] == '\0';
		fault->value = strtoll(text + n, &end, 10);
		return end != text + n && *end == '\0' &&
		       fault->value >= actions[i].least &&
		       fault->value <= actions[i].most;
	}
	return false;
}

struct wish {
	const char *path, *action;
	int64_t     after, times;
};

static const struct member wish_members[] = {
	MEMBER_REQUIRED(struct wish, path, put_string, NULL, "path"),
	MEMBER_REQUIRED(struct wish, action, put_string, NULL, "action"),
	MEMBER(struct wish, after, put_int64, NULL, "after"),
	MEMBER(struct wish, times, put_int64, NULL, "times"),
};

static bool
read_fault(struct fault *fault, struct json_object *object, const char **why)
{
	struct wish wish = { .times = -1 };
	const char *missing;

	*why = "each fault needs a path and an action";
	if (!members_decode(
		object, wish_members, COUNT(wish_members), &wish, &missing))
		return false;
	*why = "a path is one of the sandbox's, shorter than 128 bytes";
	if (wish.path[0] != '/' || strlen(wish.path) >= sizeof(fault->path))
		return false;
	*why = "after and times are not negative";
	if (wish.after < 0 || wish.times < -1)
		return false;
	*why = "actions are status:N empty:N null-errors:N text-errors:N "
	       "delay:MS drop-before drop-after truncate garbage rate-limit";
	memset(fault, 0, sizeof(*fault));
	snprintf(fault->path, sizeof(fault->path), "%s", wish.path);
	fault->after = wish.after;
	fault->times = wish.times;
	return read_action(fault, wish.action);
}

bool
faults_read(struct faults *faults, struct json_object *list, const char **why)
{
	struct faults fresh = { .count = 0 };
	size_t        i, n;

	*why = "an array of at most 32 faults is wanted";
	if (!json_object_is_type(list, json_type_array))
		return false;
	n = json_object_array_length(list);
	if (n > FAULTS_MAX)
		return false;
	for (i = 0; i < n; i++)
		if (!read_fault(&fresh.list[fresh.count++],
			json_object_array_get_idx(list, i), why))
			return false;
	*faults = fresh;
	return true;
}

struct fault
faults_take(struct faults *faults, const char *path)
{
	struct fault none = { .action = FAULT_NONE };
	size_t       i;

	for (i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->list[i];

		if (fault->times == 0 ||
		    strncmp(path, fault->path, strlen(fault->path)) != 0)
			continue;
		if (fault->after > 0) {
			fault->after--;
			continue;
		}
		if (fault->times > 0)
			fault->times--;
		return *fault;
	}
	return none;
}
