/* SPDX-License-Identifier: MIT */

/* What an athlete does on Strava itself, behind the application's back: records
 * an activity, names it anew, hides it, deletes it. */

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "diary.h"
#include "handlers.h"
#include "members.h"
#include "notice.h"

#define RIDE_M 30000
#define RIDE_MPS 7.5
#define RUN_M 10000
#define RUN_MPS 3

struct deed {
	int64_t     athlete, activity; /* 0: a new activity */
	const char *title, *sport_type;
	bool        is_private, deleted;

	/* Which of these were given. */
	bool hides;
};

static const struct member deed_members[] = {
	MEMBER_REQUIRED(struct deed, athlete, put_int64, NULL, "athlete"),
	MEMBER(struct deed, activity, put_int64, NULL, "activity"),
	MEMBER(struct deed, title, put_string, NULL, "title"),
	MEMBER(struct deed, sport_type, put_string, NULL, "sport_type"),
	MEMBER(struct deed, is_private, put_bool, NULL, "private"),
	MEMBER(struct deed, deleted, put_bool, NULL, "delete"),
};

static struct outing *
record(const struct call *call, const struct caption *caption)
{
	bool          run = strcmp(caption->type, "Run") == 0;
	struct course course = {
		.home = call->person.home,
		.ground = GROUND_OUTDOORS,
		.length_m = run ? RUN_M : RIDE_M,
		.speed_mps = run ? RUN_MPS : RIDE_MPS,
		.power = strcmp(caption->type, "Ride") == 0,
	};
	struct chance  c = chance_of(call->world->options.seed, "record",
	     (int64_t)call->person.number, call->now);
	struct outing *outing = calloc(1, sizeof(*outing));

	if (outing == NULL)
		return NULL;
	if (!track_make(&course, &c, &outing->track)) {
		free(outing);
		return NULL;
	}
	outing->start_utc = call->now - outing->track.elapsed_s;
	outing->upload_id = call->now;
	return outing;
}

static void
answer(struct call *call, size_t number)
{
	struct emit *e = call_json(call, 200);

	emit_object(e, NULL);
	emit_int(e, "activity", activity_id(&call->person, number));
	emit_end(e);
}

static void
begin(struct call *call, const struct caption *caption)
{
	struct outing *outing = record(call, caption);
	struct caption named = *caption;
	size_t         number;

	if (outing == NULL) {
		call->response->failed = true;
		return;
	}
	if (named.name[0] == '\0')
		caption_name_by_time(&named,
		    outing->start_utc + call->person.home->utc_offset_s, NULL);
	caption_give_gear(&named, &call->person);
	if (diary_add(call, &named, outing, &number))
		answer(call, number);
}

/* To an application that sees public activities alone, one that is hidden is
 * gone and one that is shown is new. */
static void
tell(struct world *world, const struct note *note, const struct notice *told,
    bool was_private)
{
	struct notice notice = *told;
	bool          sees_all = (world->grants.athletes[told->athlete].scope &
                            SCOPE_ACTIVITY_READ_ALL) != 0;

	if (note->deleted) {
		notice.aspect_type = "delete";
		notice.only_me = was_private;
	} else if (was_private != note->only_me && sees_all) {
		notice.is_private = note->only_me ? "true" : "false";
	} else if (was_private != note->only_me) {
		notice.aspect_type = note->only_me ? "delete" : "create";
		notice.title = notice.type = NULL;
		notice.only_me = false;
	}
	notice_send(world, &notice);
}

static void
change(struct call *call, const struct deed *deed, const struct activity *a,
    const struct caption *caption)
{
	struct world   *world = call->world;
	struct note    *note = NULL;
	struct journal *journal;
	struct notice   notice = {
		  .athlete = call->person.number,
		  .number = a->number,
		  .aspect_type = "update",
		  .title = deed->title,
		  .type = deed->sport_type != NULL ? caption->type : NULL,
	};

	world_lock(world);
	journal = journals_open(&world->journals, call->person.number);
	if (journal != NULL)
		note = journal_change(journal, a);
	if (note != NULL) {
		note->caption = *caption;
		note->deleted = deed->deleted;
		if (deed->hides)
			note->only_me = deed->is_private;
		notice.only_me = note->only_me;
		tell(world, note, &notice, a->only_me);
	}
	world_unlock(world);
	if (note != NULL)
		answer(call, a->number);
	else
		call_full(call);
}

/* Makes the call one of that athlete's; false when there is none. */
static bool
impersonate(struct call *call, int64_t id)
{
	struct world *world = call->world;
	size_t        number;
	bool          known;

	world_lock(world);
	known = person_number(id, &number) && number < world->grants.count;
	world_unlock(world);
	call->scope = SCOPE_ACTIVITY_READ_ALL;
	if (known)
		person_make(world->options.seed, number, &call->person);
	return known;
}

/* NULL, or why not. */
static const char *
perform(struct call *call, const struct deed *deed)
{
	struct caption_change wish = { .name = deed->title,
		.sport_type = deed->sport_type };
	struct caption        caption = { .trainer = false };
	struct activity       activity;
	const char           *field;
	size_t                person, number;

	if (!impersonate(call, deed->athlete))
		return "athlete is the id of one of the athletes";
	if (deed->activity == 0) {
		if (wish.sport_type == NULL)
			wish.sport_type = "Ride";
		if (!caption_apply(&caption, &call->person, &wish, &field))
			return "sport_type is one of Strava's";
		begin(call, &caption);
		return NULL;
	}
	if (!activity_find(deed->activity, &person, &number) ||
	    person != call->person.number ||
	    !diary_read(call, number, &activity))
		return "activity is the id of one of the athlete's activities";
	caption = activity.caption;
	if (caption_apply(&caption, &call->person, &wish, &field))
		change(call, deed, &activity, &caption);
	else
		call_misused(call, "sport_type is one of Strava's");
	activity_free(&activity);
	return NULL;
}

void
control_activity(struct call *call)
{
	struct json_object *body = call_body(call);
	struct deed         deed = { .athlete = 0 };
	const char         *missing, *why = "athlete is an id";

	if (body == NULL)
		return;
	deed.hides = members_get(body, "private") != NULL;
	if (members_decode(
		body, deed_members, COUNT(deed_members), &deed, &missing))
		why = perform(call, &deed);
	if (why != NULL)
		call_misused(call, why);
	json_object_put(body);
}
