/* SPDX-License-Identifier: MIT */

/* Strength training: sets of exercises, since May 2026. */

#include <string.h>

#include "clock.h"
#include "members.h"
#include "recording.h"

struct strength {
	const char *version, *start_time;
	int64_t     utc_offset, elapsed_time;
};

static const struct member strength_members[] = {
	MEMBER_REQUIRED(struct strength, version, put_string, NULL, "version"),
	MEMBER_REQUIRED(
	    struct strength, start_time, put_string, NULL, "start_time"),
	MEMBER_REQUIRED(
	    struct strength, utc_offset, put_int64, NULL, "utc_offset"),
	MEMBER_REQUIRED(
	    struct strength, elapsed_time, put_int64, NULL, "elapsed_time"),
};

static bool
is_exercise(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return name != NULL && name[0] != '\0' &&
	       name[strspn(name, letters)] == '\0';
}

static bool
sets_are_good(struct json_object *sets)
{
	size_t i, count;

	if (!json_object_is_type(sets, json_type_array))
		return false;
	count = json_object_array_length(sets);
	for (i = 0; i < count; i++)
		if (!is_exercise(members_get_string(
			json_object_array_get_idx(sets, i), "exercise_type")))
			return false;
	return count > 0;
}

/* They may be missing, but those that are there are of one length. */
static bool
streams_are_good(struct json_object *streams)
{
	static const char *const names[] = { "time", "active", "heartrate" };
	struct json_object      *one;
	size_t                   i, count = 0, length;
	bool                     any = false;

	for (i = 0; i < COUNT(names); i++) {
		one = members_get(streams, names[i]);
		if (one == NULL)
			continue;
		if (!json_object_is_type(one, json_type_array))
			return false;
		length = json_object_array_length(one);
		if (any && length != count)
			return false;
		count = length;
		any = true;
	}
	return true;
}

static bool
read_strength(struct recording *recording, struct json_object *object)
{
	struct strength s;
	struct sample   still = { .moving = false };
	const char     *missing;
	int64_t         start;

	return members_decode(object, strength_members, COUNT(strength_members),
		   &s, &missing) &&
	       strcmp(s.version, "1.0") == 0 && s.elapsed_time > 0 &&
	       s.elapsed_time < 1000000 && clock_parse(s.start_time, &start) &&
	       sets_are_good(members_get(object, "sets")) &&
	       streams_are_good(members_get(object, "streams")) &&
	       recording_add(recording, start, &still) &&
	       recording_add(recording, start + s.elapsed_time, &still);
}

const char *
recording_read_json(struct recording *recording, const struct buf *file)
{
	struct json_object *object = members_parse(buf_text(file), file->len);
	bool                good = read_strength(recording, object);

	json_object_put(object);
	recording->sport_type = "WeightTraining";
	return good ? recording_end(recording) : recording_malformed;
}
