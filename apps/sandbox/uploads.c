/* SPDX-License-Identifier: MIT */

/* Files that an athlete sends, and what became of them. */

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diary.h"
#include "gunzip.h"
#include "handlers.h"
#include "members.h"
#include "notice.h"
#include "number.h"
#include "recording.h"
#include "upload_form.h"

#define UNPACKED_MAX ((size_t)64 * 1024 * 1024)

_Static_assert(UPLOAD_DIGEST_SIZE == SHA256_DIGEST_LENGTH, "SHA-256");

static const struct data_type {
	const char  *name;
	bool         packed;
	recording_fn read;
} data_types[] = {
	{ "fit", false, recording_read_fit },
	{ "fit.gz", true, recording_read_fit },
	{ "tcx", false, recording_read_tcx },
	{ "tcx.gz", true, recording_read_tcx },
	{ "gpx", false, recording_read_gpx },
	{ "gpx.gz", true, recording_read_gpx },
	{ "json", false, recording_read_json },
};

/* One file on its way to an activity. */
struct arrival {
	const struct data_type *type;
	struct upload_form      form;
	struct buf              file; /* unpacked */
	char                    external_id[160];
	unsigned char           digest[UPLOAD_DIGEST_SIZE];
	struct recording        recording;
	struct caption          caption;
	const char             *error; /* what processing will find; or NULL */
};

static const struct data_type *
find_type(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(data_types); i++)
		if (strcasecmp(data_types[i].name, name) == 0)
			return &data_types[i];
	return NULL;
}

/* False after an answer of 400: what Strava sees at first glance. */
static bool
receive(struct call *call, struct arrival *a)
{
	const struct buf *file = &a->form.values[FIELD_FILE];
	const char       *type;

	if (!upload_form_read(&a->form, call->request) || file->len == 0) {
		call_refuse(call, "Upload", "data", "empty");
		return false;
	}
	type = upload_form_text(&a->form, FIELD_DATA_TYPE);
	a->type = type != NULL ? find_type(type) : NULL;
	if (a->type == NULL) {
		call_refuse(call, "Upload", "data_type",
		    type == NULL ? "missing" : "invalid");
		return false;
	}
	if (a->type->packed ? !gunzip(&a->file, file->data, file->len)
			    : !buf_add(&a->file, file->data, file->len)) {
		call_refuse(call, "upload", "gzip", "invalid encoding");
		return false;
	}
	SHA256(
	    (const unsigned char *)buf_text(&a->file), a->file.len, a->digest);
	return true;
}

/* Strava adds the extension to an id that it was given. */
static void
name_externally(struct arrival *a)
{
	const char *given = upload_form_text(&a->form, FIELD_EXTERNAL_ID);

	if (given != NULL && given[0] != '\0')
		snprintf(a->external_id, sizeof(a->external_id), "%.120s.%s",
		    given, a->type->name);
	else if (a->form.file_name[0] != '\0')
		snprintf(a->external_id, sizeof(a->external_id), "%s",
		    a->form.file_name);
	else
		snprintf(a->external_id, sizeof(a->external_id), "upload.%s",
		    a->type->name);
}

static enum flag
flag_of(const struct arrival *a, enum upload_field field)
{
	const char *text = upload_form_text(&a->form, field);

	if (text == NULL)
		return FLAG_STAYS;
	return strcmp(text, "1") == 0 || strcmp(text, "true") == 0 ? FLAG_ON
								   : FLAG_OFF;
}

/* What the athlete says of it counts for more than what the file says. */
static bool
describe(struct call *call, struct arrival *a)
{
	const struct recording *r = &a->recording;
	struct caption_change   change = {
		  .name = upload_form_text(&a->form, FIELD_NAME),
		  .description = upload_form_text(&a->form, FIELD_DESCRIPTION),
		  .sport_type = upload_form_text(&a->form, FIELD_SPORT_TYPE),
		  .type = upload_form_text(&a->form, FIELD_ACTIVITY_TYPE),
		  .trainer = flag_of(a, FIELD_TRAINER),
		  .commute = flag_of(a, FIELD_COMMUTE),
	};
	const char *field;

	if (change.sport_type == NULL && change.type == NULL)
		change.sport_type =
		    r->sport_type != NULL ? r->sport_type : "Ride";
	if (change.name == NULL && r->name[0] != '\0')
		change.name = r->name;
	if (!caption_apply(&a->caption, &call->person, &change, &field)) {
		call_refuse(call, "Upload", field, "invalid");
		return false;
	}
	if (change.name == NULL)
		caption_name_by_time(&a->caption,
		    r->start_utc + call->person.home->utc_offset_s, NULL);
	caption_give_gear(&a->caption, &call->person);
	return true;
}

/* Sets are for these sports alone. */
static bool
sport_fits(const struct arrival *a)
{
	static const char *const sports[] = { "WeightTraining",
		"HighIntensityIntervalTraining", "Workout", "Crossfit" };
	size_t                   i;

	if (a->type->read != recording_read_json)
		return true;
	for (i = 0; i < COUNT(sports); i++)
		if (strcmp(sports[i], a->caption.sport_type) == 0)
			return true;
	return false;
}

/* An activity of the same file or of the same external id. */
static const struct note *
find_twin(const struct journal *journal, const struct arrival *a)
{
	const struct outing *outing;
	size_t               i;

	for (i = 0; i < journal->note_count; i++) {
		outing = journal->notes[i].outing;
		if (outing == NULL || outing->manual ||
		    journal->notes[i].deleted)
			continue;
		if (strcmp(outing->external_id, a->external_id) == 0 ||
		    memcmp(outing->digest, a->digest, sizeof(a->digest)) == 0)
			return &journal->notes[i];
	}
	return NULL;
}

/* Strava's words, with a link now and then, whose markup may be escaped. */
static void
say_duplicate(struct upload *upload, const char *external_id, size_t form,
    int64_t activity)
{
	static const char *const links[][2] = {
		{ "", "" },
		{ "<a href='/activities/", "' target='_blank'>Ride</a>" },
		{ "&lt;a href=&quot;/activities/", "&quot;&gt;Ride&lt;/a&gt;" },
	};
	const char *const *link = links[form % COUNT(links)];

	snprintf(upload->error, sizeof(upload->error),
	    "%s duplicate of activity %s%" PRId64 "%s", external_id, link[0],
	    activity, link[1]);
}

static struct outing *
make_outing(struct arrival *a, int64_t id)
{
	struct outing *outing = calloc(1, sizeof(*outing));
	struct track  *t = &a->recording.track;
	struct sample *samples;

	if (outing == NULL)
		return NULL;
	samples = reallocarray(t->samples, t->count, sizeof(*samples));
	if (samples != NULL)
		t->samples = samples;
	outing->start_utc = a->recording.start_utc;
	outing->upload_id = id;
	memcpy(outing->external_id, a->external_id, sizeof(a->external_id));
	memcpy(outing->digest, a->digest, sizeof(a->digest));
	outing->track = *t;
	memset(t, 0, sizeof(*t));
	return outing;
}

/* Makes an activity of the file; false when there is no room. */
static bool
add(struct call *call, struct journal *journal, struct arrival *a,
    struct upload *upload)
{
	struct world  *world = call->world;
	struct outing *outing = make_outing(a, upload->id);
	struct note   *note;
	struct notice  notice = {
		 .athlete = call->person.number,
		 .aspect_type = "create",
		 .delay_ms = call->oddities.upload_s * 1000,
	};

	if (outing == NULL)
		return false;
	note = journal_add(&world->journals, journal, &a->caption, outing);
	if (note == NULL)
		return false;
	note->ready_at = upload->ready_at;
	upload->number = notice.number = note->number;
	notice_send(world, &notice);
	return true;
}

/* Wants the mutex; NULL when there is no room. */
static struct upload *
keep(struct call *call, struct arrival *a)
{
	struct journal *journal =
	    journals_open(&call->world->journals, call->person.number);
	const struct note *twin;
	struct upload     *upload;

	if (journal == NULL ||
	    (upload = journal_upload(journal, call->person.number)) == NULL)
		return NULL;
	memcpy(upload->external_id, a->external_id, sizeof(a->external_id));
	upload->ready_at = call->now + call->oddities.upload_s;
	upload->polls = call->oddities.upload_polls;
	twin = find_twin(journal, a);
	if (twin != NULL)
		say_duplicate(upload, a->external_id, journal->duplicates++,
		    activity_id(&call->person, twin->number));
	else if (a->error != NULL)
		snprintf(upload->error, sizeof(upload->error), "%s", a->error);
	else if (!add(call, journal, a, upload)) {
		journal->upload_count--;
		return NULL;
	}
	return upload;
}

static void
accept(struct call *call, struct arrival *a)
{
	struct upload *upload;

	name_externally(a);
	a->error = a->type->read(&a->recording, &a->file);
	if (!describe(call, a))
		return;
	if (a->error == NULL && !sport_fits(a))
		a->error = recording_malformed;
	world_lock(call->world);
	upload = keep(call, a);
	if (upload != NULL)
		upload_emit(call_json(call, 201), upload, UPLOAD_PROCESSING, 0);
	world_unlock(call->world);
	if (upload == NULL)
		call_full(call);
}

void
api_upload_create(struct call *call)
{
	struct arrival *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		call->response->failed = true;
		return;
	}
	buf_init(&a->file, UNPACKED_MAX);
	if (receive(call, a))
		accept(call, a);
	track_free(&a->recording.track);
	buf_free(&a->file);
	upload_form_free(&a->form);
	free(a);
}

static struct upload *
find(struct journal *journal, int64_t id)
{
	size_t i;

	for (i = 0; journal != NULL && i < journal->upload_count; i++)
		if (journal->uploads[i].id == id)
			return &journal->uploads[i];
	return NULL;
}

/* How far it is at this question, which brings it forward. */
static enum upload_state
poll(const struct call *call, struct journal *journal, struct upload *upload)
{
	struct note *note;

	if (upload->polls > 0 && call->now < upload->ready_at) {
		upload->polls--;
		return UPLOAD_PROCESSING;
	}
	if (upload->error[0] != '\0')
		return UPLOAD_FAILED;
	note = journal_note(journal, upload->number);
	if (note == NULL || note->deleted)
		return UPLOAD_DELETED;
	if (note->ready_at > call->now)
		note->ready_at = call->now;
	return UPLOAD_READY;
}

void
api_upload(struct call *call)
{
	struct world     *world = call->world;
	struct journal   *journal;
	struct upload    *upload;
	enum upload_state state;
	int64_t           id;

	if (!number_read(call->part, 1, INT64_MAX, &id))
		id = 0;
	world_lock(world);
	journal = journals_find(&world->journals, call->person.number);
	upload = find(journal, id);
	if (upload != NULL) {
		state = poll(call, journal, upload);
		upload_emit(call_json(call, 200), upload, state,
		    activity_id(&call->person, upload->number));
	}
	world_unlock(world);
	if (upload == NULL)
		call_not_found(call, "Upload");
}
