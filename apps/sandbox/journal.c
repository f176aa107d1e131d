/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <stdlib.h>
#include <string.h>

void
outing_free(struct outing *outing)
{
	if (outing == NULL)
		return;
	track_free(&outing->track);
	free(outing);
}

static void
free_one(struct journal *journal)
{
	size_t i;

	if (journal == NULL)
		return;
	for (i = 0; i < journal->note_count; i++)
		outing_free(journal->notes[i].outing);
	free(journal->notes);
	free(journal->uploads);
	free(journal);
}

void
journals_free(struct journals *journals)
{
	size_t i;

	for (i = 0; i < journals->count; i++)
		free_one(journals->list[i]);
	free(journals->list);
}

struct journal *
journals_find(const struct journals *journals, size_t athlete)
{
	return athlete < journals->count ? journals->list[athlete] : NULL;
}

struct journal *
journals_open(struct journals *journals, size_t athlete)
{
	struct journal **list = journals->list;

	if (athlete >= journals->count) {
		list =
		    reallocarray(list, athlete + 1, sizeof(struct journal *));
		if (list == NULL)
			return NULL;
		memset(list + journals->count, 0,
		    (athlete + 1 - journals->count) * sizeof(struct journal *));
		journals->list = list;
		journals->count = athlete + 1;
	}
	if (list[athlete] == NULL)
		list[athlete] = calloc(1, sizeof(struct journal));
	return list[athlete];
}

struct note *
journal_note(struct journal *journal, size_t number)
{
	size_t i;

	for (i = 0; journal != NULL && i < journal->note_count; i++)
		if (journal->notes[i].number == number)
			return &journal->notes[i];
	return NULL;
}

static struct note *
begin(struct journal *journal, size_t number)
{
	struct note *note;

	if (journal->note_count == NOTES_MAX)
		return NULL;
	note = reallocarray(
	    journal->notes, journal->note_count + 1, sizeof(*note));
	if (note == NULL)
		return NULL;
	journal->notes = note;
	note += journal->note_count++;
	memset(note, 0, sizeof(*note));
	note->number = number;
	return note;
}

struct note *
journal_change(struct journal *journal, const struct activity *activity)
{
	struct note *note = journal_note(journal, activity->number);

	if (note != NULL || (note = begin(journal, activity->number)) == NULL)
		return note;
	note->only_me = activity->only_me;
	note->caption = activity->caption;
	return note;
}

struct note *
journal_add(struct journals *journals, struct journal *journal,
    const struct caption *caption, struct outing *outing)
{
	struct note *note = NULL;

	if (journal->added < ADDED_MAX &&
	    outing->track.count <= SAMPLES_MAX - journals->samples)
		note = begin(journal, ADDED_FIRST + journal->added);
	if (note == NULL) {
		outing_free(outing);
		return NULL;
	}
	journal->added++;
	journals->samples += outing->track.count;
	note->caption = *caption;
	note->outing = outing;
	return note;
}

struct upload *
journal_upload(struct journal *journal, size_t athlete)
{
	struct upload *upload;

	if (journal->upload_count == UPLOADS_MAX)
		return NULL;
	upload = reallocarray(
	    journal->uploads, journal->upload_count + 1, sizeof(*upload));
	if (upload == NULL)
		return NULL;
	journal->uploads = upload;
	upload += journal->upload_count;
	memset(upload, 0, sizeof(*upload));
	upload->id = upload_id(athlete, journal->upload_count++);
	return upload;
}
