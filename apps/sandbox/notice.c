/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <stdio.h>

#include "activity.h"
#include "emit.h"

static bool
is_covered(const struct world *world, const struct notice *notice)
{
	const struct athlete *athlete =
	    &world->grants.athletes[notice->athlete];
	unsigned wanted = notice->only_me
			      ? SCOPE_ACTIVITY_READ_ALL
			      : SCOPE_ACTIVITY_READ | SCOPE_ACTIVITY_READ_ALL;

	return athlete->refresh[0] != '\0' && (athlete->scope & wanted) != 0;
}

static void
write_updates(const struct notice *notice, char text[EVENT_UPDATES_SIZE])
{
	struct emit e;
	struct buf  out;

	buf_init(&out, EVENT_UPDATES_SIZE - 1);
	emit_start(&e, &out);
	emit_object(&e, NULL);
	if (notice->title != NULL)
		emit_text(&e, "title", notice->title);
	if (notice->type != NULL)
		emit_text(&e, "type", notice->type);
	if (notice->is_private != NULL)
		emit_text(&e, "private", notice->is_private);
	emit_end(&e);
	snprintf(text, EVENT_UPDATES_SIZE, "%s",
	    buf_ok(&out) ? buf_text(&out) : "{}");
	buf_free(&out);
}

void
notice_send(struct world *world, const struct notice *notice)
{
	struct person person;
	struct event  event = {
		 .object_type = "activity",
		 .aspect_type = notice->aspect_type,
		 .time = world_now(world) + notice->delay_ms / 1000,
		 .delay_ms = notice->delay_ms,
	};

	if (!is_covered(world, notice))
		return;
	person_make(world->options.seed, notice->athlete, &person);
	event.owner_id = person.id;
	event.object_id = activity_id(&person, notice->number);
	write_updates(notice, event.updates);
	webhook_tell(world->webhook, &event);
}
