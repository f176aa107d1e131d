/* SPDX-License-Identifier: MIT */

/* PUT of an activity: its owner changes what can be changed. */

#include <string.h>

#include "activity_json.h"
#include "diary.h"
#include "handlers.h"
#include "members.h"
#include "notice.h"

/* A text may stand in a JSON body, in a form or in the query. */
static const char *
text_of(const struct call *call, struct json_object *body, const char *name)
{
	const char *text = members_get_string(body, name);

	if (text == NULL)
		text = request_form(call->request, name);
	return text != NULL ? text : request_query(call->request, name);
}

/* A boolean that is no JSON boolean goes unnoticed. */
static enum flag
flag_of(struct json_object *body, const char *name)
{
	struct json_object *value = members_get(body, name);
	bool                flag;

	if (value == NULL || !put_bool(value, &flag))
		return FLAG_STAYS;
	return flag ? FLAG_ON : FLAG_OFF;
}

/* Members that nobody knows are passed over. */
static void
read_change(const struct call *call, struct json_object *body,
    struct caption_change *change)
{
	*change = (struct caption_change){
		.name = text_of(call, body, "name"),
		.description = text_of(call, body, "description"),
		.sport_type = text_of(call, body, "sport_type"),
		.type = text_of(call, body, "type"),
		.gear_id = text_of(call, body, "gear_id"),
		.trainer = flag_of(body, "trainer"),
		.commute = flag_of(body, "commute"),
		.hide_from_home = flag_of(body, "hide_from_home"),
	};
}

/* Keeps the caption and tells the callback; false when there is no room. */
static bool
keep(struct call *call, const struct activity *activity,
    const struct caption *caption)
{
	const struct caption *old = &activity->caption;
	struct world         *world = call->world;
	struct journal       *journal;
	struct note          *note = NULL;
	struct notice         notice = {
			.athlete = call->person.number,
			.number = activity->number,
			.only_me = activity->only_me,
			.aspect_type = "update",
	};

	if (strcmp(old->name, caption->name) != 0)
		notice.title = caption->name;
	if (strcmp(old->sport_type, caption->sport_type) != 0)
		notice.type = caption->type;
	world_lock(world);
	journal = journals_open(&world->journals, call->person.number);
	if (journal != NULL)
		note = journal_change(journal, activity);
	if (note != NULL) {
		note->caption = *caption;
		if (notice.title != NULL || notice.type != NULL)
			notice_send(world, &notice);
	}
	world_unlock(world);
	return note != NULL;
}

static void
update(struct call *call, struct activity *activity, struct json_object *body)
{
	struct detail_wish    wish = { .seed = call->world->options.seed };
	struct caption        caption = activity->caption;
	struct caption_change change;
	const char           *field;

	read_change(call, body, &change);
	if (!caption_apply(&caption, &call->person, &change, &field)) {
		call_refuse(call, "Activity", field, "invalid");
	} else if (!keep(call, activity, &caption)) {
		call_full(call);
	} else {
		activity->caption = caption;
		activity_emit_detail(call_json(call, 200), activity, &wish);
	}
}

/* Does the body claim to be JSON? */
static bool
is_json(const struct call *call)
{
	const char *type = request_header(call->request, "Content-Type");

	return type != NULL && strstr(type, "json") != NULL;
}

void
api_activity_update(struct call *call)
{
	struct json_object *body = NULL;
	struct activity     activity;
	const char         *text;
	size_t              len;

	text = request_body(call->request, &len);
	if (len > 0 && is_json(call) &&
	    !json_object_is_type(
		body = members_parse(text, len), json_type_object)) {
		json_object_put(body);
		call_refuse(call, "Activity", "body", "invalid");
		return;
	}
	if (diary_find(call, &activity)) {
		update(call, &activity, body);
		activity_free(&activity);
	}
	json_object_put(body);
}
