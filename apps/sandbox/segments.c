/* SPDX-License-Identifier: MIT */

/* Segments: one of them, the starred ones, to star and to unstar. */

#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "number.h"
#include "page.h"
#include "segment_json.h"
#include "segment_star.h"
#include "stream.h"

/* The segment that the path names, with what it is to the athlete; else false
 * after an answer.  Ends with segment_free(). */
static bool
find(struct call *call, struct segment *segment, struct segment_ties *ties)
{
	int64_t id;
	size_t  number;

	if (!number_read(call->part, 1, INT64_MAX, &id) ||
	    !segment_find(id, &number) ||
	    (segment_is_private(number) &&
		(call->scope & SCOPE_READ_ALL) == 0)) {
		call_not_found(call, "Segment");
		return false;
	}
	if (!segment_make(call->world->options.seed, number, segment)) {
		call->response->failed = true;
		return false;
	}
	if (segment_star_ties(call, segment, ties))
		return true;
	segment_free(segment);
	return false;
}

void
api_segment(struct call *call)
{
	struct segment      segment;
	struct segment_ties ties;

	if (!find(call, &segment, &ties))
		return;
	segment_emit_detail(call_json(call, 200), &segment, &ties);
	segment_free(&segment);
}

void
api_segment_streams(struct call *call)
{
	struct stream_wish  wish = stream_wish_of(call);
	struct segment      segment;
	struct segment_ties ties;

	if (!find(call, &segment, &ties))
		return;
	wish.among = "distance,latlng,altitude";
	stream_emit(call_json(call, 200), &segment.track, &wish);
	segment_free(&segment);
}

void
api_star(struct call *call)
{
	const char         *text = request_form(call->request, "starred");
	struct segment      segment;
	struct segment_ties ties;
	bool                on;

	if (text == NULL ||
	    (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)) {
		call_refuse(call, "Segment", "starred",
		    text == NULL ? "missing" : "invalid");
		return;
	}
	if (!find(call, &segment, &ties))
		return;
	on = text[0] == 't';
	if (on != (ties.starred_at != 0))
		ties.starred_at = on ? call->now : 0;
	if (segment_star_keep(call, segment.number, ties.starred_at))
		segment_emit_detail(call_json(call, 200), &segment, &ties);
	else
		call_full(call);
	segment_free(&segment);
}

/* Emits one of the starred list; false when out of memory. */
static bool
emit_starred(struct call *call, size_t number)
{
	struct segment      segment;
	struct segment_ties ties;
	bool                done;

	if (!segment_make(call->world->options.seed, number, &segment))
		return false;
	done = segment_star_ties(call, &segment, &ties);
	if (done)
		segment_emit(&call->out, NULL, &segment, &ties);
	segment_free(&segment);
	return done;
}

void
api_starred(struct call *call)
{
	struct star stars[SEGMENT_COUNT];
	struct page page;
	size_t      i, count, place = 0;

	if (!page_read(call, "Segment", &page))
		return;
	count = segment_star_list(call, stars);
	call_json(call, 200);
	emit_array(&call->out, NULL);
	for (i = 0; i < count; i++)
		if (page_holds(&page, place++) &&
		    !emit_starred(call, stars[i].segment)) {
			call->response->failed = true;
			return;
		}
	emit_end(&call->out);
}
