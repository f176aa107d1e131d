/* SPDX-License-Identifier: MIT */
#include "diary.h"

#include <stdlib.h>
#include <string.h>

#include "notice.h"
#include "number.h"

bool
diary_shows(const struct call *call, bool only_me)
{
	return !only_me || (call->scope & SCOPE_ACTIVITY_READ_ALL) != 0;
}

static bool
is_there(const struct note *note, int64_t now)
{
	return !note->deleted && note->ready_at <= now;
}

static struct journal *
journal_of(const struct call *call)
{
	return journals_find(&call->world->journals, call->person.number);
}

static void
append(struct diary *diary, size_t number, int64_t start_utc, bool only_me)
{
	diary->entries[diary->count++] =
	    (struct diary_entry){ number, start_utc, only_me };
}

static void
fill(struct diary *diary, const struct call *call)
{
	const struct person *person = &call->person;
	uint64_t             seed = call->world->options.seed;
	struct journal      *journal = journal_of(call);
	const struct note   *note;
	size_t               i;

	for (i = 0; i < person->activities; i++) {
		note = journal_note(journal, i);
		if (note == NULL || !note->deleted)
			append(diary, i, activity_start(seed, person, i),
			    note != NULL ? note->only_me : activity_only_me(i));
	}
	for (i = 0; journal != NULL && i < journal->note_count; i++) {
		note = &journal->notes[i];
		if (note->outing != NULL && is_there(note, call->now))
			append(diary, note->number, note->outing->start_utc,
			    note->only_me);
	}
}

static int
newest_first(const void *left, const void *right)
{
	const struct diary_entry *a = left, *b = right;

	if (a->start_utc != b->start_utc)
		return a->start_utc > b->start_utc ? -1 : 1;
	return a->number < b->number ? 1 : -1;
}

bool
diary_open(struct call *call, struct diary *diary)
{
	diary->count = 0;
	diary->entries = calloc(ACTIVITIES_MAX, sizeof(*diary->entries));
	if (diary->entries == NULL) {
		call->response->failed = true;
		return false;
	}
	world_lock(call->world);
	fill(diary, call);
	world_unlock(call->world);
	qsort(diary->entries, diary->count, sizeof(*diary->entries),
	    newest_first);
	return true;
}

void
diary_close(struct diary *diary)
{
	free(diary->entries);
}

/* One that is in the journal alone.  Its track stays the journal's, where it
 * never changes. */
static void
borrow(const struct call *call, const struct note *note, struct activity *a)
{
	const struct outing *outing = note->outing;

	memset(a, 0, sizeof(*a));
	a->person = &call->person;
	a->number = note->number;
	a->id = activity_id(&call->person, note->number);
	a->start_utc = outing->start_utc;
	a->upload_id = outing->upload_id;
	memcpy(a->external_id, outing->external_id, sizeof(a->external_id));
	a->manual = outing->manual;
	a->borrowed = true;
	a->track = outing->track;
}

bool
diary_read(struct call *call, size_t number, struct activity *activity)
{
	struct world      *world = call->world;
	struct note        note = { .number = number };
	const struct note *kept;

	world_lock(world);
	kept = journal_note(journal_of(call), number);
	if (kept != NULL)
		note = *kept;
	world_unlock(world);
	if (note.outing != NULL)
		borrow(call, &note, activity);
	else if (number >= call->person.activities)
		return false;
	if (!is_there(&note, call->now))
		return false;
	if (note.outing == NULL && !activity_make(world->options.seed,
				       &call->person, number, activity)) {
		call->response->failed = true;
		return false;
	}
	if (kept != NULL) {
		activity->caption = note.caption;
		activity->only_me = note.only_me;
	}
	return true;
}

bool
diary_find(struct call *call, struct activity *activity)
{
	int64_t id;
	size_t  person, number;

	if (!number_read(call->part, 1, INT64_MAX, &id) ||
	    !activity_find(id, &person, &number) ||
	    person != call->person.number ||
	    !diary_read(call, number, activity)) {
		if (!call->response->failed)
			call_not_found(call, "Activity");
		return false;
	}
	if (diary_shows(call, activity->only_me))
		return true;
	activity_free(activity);
	call_not_found(call, "Activity");
	return false;
}

bool
diary_add(struct call *call, const struct caption *caption,
    struct outing *outing, size_t *number)
{
	struct world   *world = call->world;
	struct journal *journal;
	struct note    *note = NULL;
	struct notice   notice = { .athlete = call->person.number,
		  .aspect_type = "create" };

	world_lock(world);
	journal = journals_open(&world->journals, call->person.number);
	if (journal != NULL)
		note = journal_add(&world->journals, journal, caption, outing);
	else
		outing_free(outing);
	if (note != NULL) {
		*number = notice.number = note->number;
		notice_send(world, &notice);
	}
	world_unlock(world);
	if (note == NULL)
		call_full(call);
	return note != NULL;
}
