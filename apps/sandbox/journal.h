/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

/*
 * What an athlete did since the sandbox was started: everything that does not
 * follow from the seed.  It is bounded, and gone with the sandbox.
 */

#include "activity.h"
#include "segment.h"
#include "upload.h"

#define ADDED_MAX (ACTIVITIES_MAX - ADDED_FIRST) /* an athlete */
#define NOTES_MAX 600                            /* changed ones too */
#define SAMPLES_MAX ((size_t)1024 * 1024)        /* of all athletes */

/* What an activity that was added has and no seed tells of. */
struct outing {
	int64_t       start_utc, upload_id;
	bool          manual;
	char          external_id[160];
	unsigned char digest[UPLOAD_DIGEST_SIZE]; /* of the file */
	struct track  track; /* without samples of a manual one */
};

/* One activity as its athlete left it. */
struct note {
	size_t         number;
	bool           deleted, only_me;
	int64_t        ready_at; /* until then it is being processed */
	struct caption caption;
	struct outing *outing; /* NULL: it follows from the seed */
};

struct journal {
	double         weight_kg; /* 0: as the seed has it */
	struct note   *notes;
	size_t         note_count, added;
	struct upload *uploads;
	size_t         upload_count, duplicates;

	/* When a segment was starred; -1: it was unstarred; 0: neither. */
	int64_t starred_at[SEGMENT_COUNT];
};

/* By the athlete's number; NULL of somebody who did nothing. */
struct journals {
	struct journal **list;
	size_t           count, samples;
};

void journals_free(struct journals *journals);

/* NULL when the athlete did nothing. */
struct journal *journals_find(const struct journals *journals, size_t athlete);

/* Begins one if need be.  NULL: no memory. */
struct journal *journals_open(struct journals *journals, size_t athlete);

/* The note of that number; NULL when there is none.  Valid until the next one
 * is added. */
struct note *journal_note(struct journal *journal, size_t number);

/* Keeps how the activity is now, to be changed.  NULL: no room. */
struct note *journal_change(
    struct journal *journal, const struct activity *activity);

/* Adds an activity, with a number of its own.  `outing`, from calloc(3), belongs
 * to the journal from here on, whatever the outcome.  NULL: no room. */
struct note *journal_add(struct journals *journals, struct journal *journal,
    const struct caption *caption, struct outing *outing);

void         outing_free(struct outing *outing); /* NULL is ignored */

/* Begins a file that was sent.  NULL: no room. */
struct upload *journal_upload(struct journal *journal, size_t athlete);

#endif
