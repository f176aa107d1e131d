/* SPDX-License-Identifier: MIT */

/* Efforts: those on one segment, one of them, its streams. */

#include <string.h>

#include "clock.h"
#include "diary.h"
#include "effort_json.h"
#include "handlers.h"
#include "number.h"
#include "page.h"
#include "segment_star.h"
#include "stream.h"

struct span {
	size_t  segment;
	int64_t from, to; /* local time */
	int64_t per_page;
};

static bool
read_time(struct call *call, const char *name, int64_t *local)
{
	const char *text = request_query(call->request, name);

	if (text == NULL || clock_parse(text, local))
		return true;
	call_refuse(call, "SegmentEffort", name, "invalid");
	return false;
}

/* False after an answer. */
static bool
read_span(struct call *call, struct span *span)
{
	const char *text = request_query(call->request, "segment_id");
	int64_t     id;

	*span = (struct span){ .to = INT64_MAX, .per_page = PER_PAGE };
	if (text == NULL) {
		call_refuse(call, "SegmentEffort", "segment_id", "missing");
		return false;
	}
	if (!number_read(text, 1, INT64_MAX, &id)) {
		call_refuse(call, "SegmentEffort", "segment_id", "invalid");
		return false;
	}
	if (!segment_find(id, &span->segment)) {
		call_not_found(call, "Segment");
		return false;
	}
	return read_time(call, "start_date_local", &span->from) &&
	       read_time(call, "end_date_local", &span->to) &&
	       page_number(call, "SegmentEffort", "per_page", PER_PAGE_MAX,
		   &span->per_page);
}

/* Emits the activity's effort on the segment, if it has one; false when out of
 * memory. */
static bool
emit_on(struct call *call, const struct activity *a, const struct span *span,
    int64_t *emitted)
{
	struct effort efforts[EFFORTS];
	int64_t       local;
	size_t        i;

	if (!effort_is_there(a))
		return true;
	if (!efforts_make(call->world->options.seed, a, efforts))
		return false;
	for (i = 0; i < EFFORTS; i++) {
		local = a->start_utc +
			a->track.samples[efforts[i].first].time_s +
			call->person.home->utc_offset_s;
		if (efforts[i].segment.number != span->segment ||
		    local < span->from || local > span->to)
			continue;
		effort_emit(&call->out, &efforts[i], NULL);
		++*emitted;
	}
	efforts_free(efforts);
	return true;
}

static void
emit_efforts(
    struct call *call, const struct diary *diary, const struct span *span)
{
	struct activity activity;
	int64_t         emitted = 0;
	size_t          i;

	call_json(call, 200);
	emit_array(&call->out, NULL);
	for (i = 0; i < diary->count && emitted < span->per_page; i++) {
		if (diary->entries[i].number >= EFFORT_ACTIVITIES ||
		    !diary_shows(call, diary->entries[i].only_me) ||
		    !diary_read(call, diary->entries[i].number, &activity))
			continue;
		if (!emit_on(call, &activity, span, &emitted))
			call->response->failed = true;
		activity_free(&activity);
	}
	emit_end(&call->out);
}

void
api_efforts(struct call *call)
{
	struct diary diary;
	struct span  span;

	if (!read_span(call, &span) || !diary_open(call, &diary))
		return;
	if (span.per_page == 0)
		span.per_page = PER_PAGE;
	emit_efforts(call, &diary, &span);
	diary_close(&diary);
}

/* The effort that the path names, all four of its activity with it; else false
 * after an answer. */
static bool
find(struct call *call, struct activity *activity,
    struct effort efforts[EFFORTS], size_t *i)
{
	int64_t id;
	size_t  person, number;
	bool    there = false;

	if (number_read(call->part, 1, INT64_MAX, &id) &&
	    effort_find(id, &person, &number, i) &&
	    person == call->person.number &&
	    diary_read(call, number, activity)) {
		there = effort_is_there(activity) &&
			diary_shows(call, activity->only_me);
		if (there &&
		    efforts_make(call->world->options.seed, activity, efforts))
			return true;
		call->response->failed = call->response->failed || there;
		activity_free(activity);
	}
	if (!call->response->failed)
		call_not_found(call, "SegmentEffort");
	return false;
}

void
api_effort(struct call *call)
{
	struct effort       efforts[EFFORTS];
	struct activity     activity;
	struct segment_ties ties;
	size_t              i;

	if (!find(call, &activity, efforts, &i))
		return;
	if (segment_star_ties(call, &efforts[i].segment, &ties))
		effort_emit(call_json(call, 200), &efforts[i], &ties);
	efforts_free(efforts);
	activity_free(&activity);
}

void
api_effort_streams(struct call *call)
{
	struct stream_wish wish = stream_wish_of(call);
	struct effort      efforts[EFFORTS];
	struct activity    activity;
	struct track       part;
	size_t             i;

	if (!find(call, &activity, efforts, &i))
		return;
	if (track_cut(
		&activity.track, efforts[i].first, efforts[i].last, &part)) {
		stream_emit(call_json(call, 200), &part, &wish);
		track_free(&part);
	} else {
		call->response->failed = true;
	}
	efforts_free(efforts);
	activity_free(&activity);
}
