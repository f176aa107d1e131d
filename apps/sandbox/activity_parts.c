/* SPDX-License-Identifier: MIT */

/* What hangs on one activity: comments, kudos, laps, zones, streams, photos. */

#include "activity_json.h"
#include "comment.h"
#include "diary.h"
#include "handlers.h"
#include "lap.h"
#include "page.h"
#include "photo.h"
#include "stream.h"
#include "zone.h"

#define PHOTO_SIZE_MAX 5000

/* By cursor, or by page as before 2022; false after an answer of 400. */
static bool
read_range(struct call *call, const struct activity *a, struct page *page)
{
	const char *cursor = request_query(call->request, "after_cursor");
	int64_t     size = PER_PAGE;
	size_t      last;

	if (cursor == NULL && request_query(call->request, "page_size") == NULL)
		return page_read(call, "Comment", page);
	if (!page_number(call, "Comment", "page_size", PER_PAGE_MAX, &size))
		return false;
	page->first = 0;
	if (cursor != NULL) {
		if (!comment_find(a, cursor, &last)) {
			call_refuse(call, "Comment", "after_cursor", "invalid");
			return false;
		}
		page->first = (int64_t)last + 1;
	}
	page->end = page->first + (size > 0 ? size : PER_PAGE);
	return true;
}

static void
answer_range(struct call *call, const struct activity *a,
    const struct page *page, size_t count,
    void (*emit)(
	struct emit *e, uint64_t seed, const struct activity *a, size_t i))
{
	struct emit *e = call_json(call, 200);
	size_t       i;

	emit_array(e, NULL);
	for (i = 0; i < count; i++)
		if (page_holds(page, i))
			emit(e, call->world->options.seed, a, i);
	emit_end(e);
}

void
api_comments(struct call *call)
{
	struct activity activity;
	struct page     page;

	if (!diary_find(call, &activity))
		return;
	if (read_range(call, &activity, &page))
		answer_range(
		    call, &activity, &page, activity.comments, comment_emit);
	activity_free(&activity);
}

void
api_kudos(struct call *call)
{
	struct activity activity;
	struct page     page;

	if (!diary_find(call, &activity))
		return;
	if (page_read(call, "Activity", &page))
		answer_range(call, &activity, &page, activity.kudos,
		    comment_emit_kudoer);
	activity_free(&activity);
}

void
api_laps(struct call *call)
{
	struct activity activity;

	if (!diary_find(call, &activity))
		return;
	lap_emit_all(call_json(call, 200), NULL, &activity);
	activity_free(&activity);
}

void
api_zones(struct call *call)
{
	struct activity activity;

	if (!diary_find(call, &activity))
		return;
	zone_emit_activity(call_json(call, 200), &activity);
	activity_free(&activity);
}

void
api_streams(struct call *call)
{
	struct stream_wish wish = stream_wish_of(call);
	struct activity    activity;

	if (!diary_find(call, &activity))
		return;
	wish.gaps = (activity.quirks & QUIRK_NULLS) != 0;
	if (activity.manual || activity.track.count == 0)
		call_not_found(call, "Stream");
	else
		stream_emit(call_json(call, 200), &activity.track, &wish);
	activity_free(&activity);
}

static void
answer_photos(struct call *call, const struct activity *a, int64_t size)
{
	struct emit *e = call_json(call, 200);
	size_t       i;

	emit_array(e, NULL);
	for (i = 0; i < a->photos; i++)
		photo_emit(e, call->world->options.seed, a, i, size);
	emit_end(e);
}

void
api_photos(struct call *call)
{
	struct activity activity;
	int64_t         size = 0;

	if (!diary_find(call, &activity))
		return;
	if (page_number(call, "Photo", "size", PHOTO_SIZE_MAX, &size))
		answer_photos(call, &activity, size);
	activity_free(&activity);
}
