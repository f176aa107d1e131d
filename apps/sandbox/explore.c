/* SPDX-License-Identifier: MIT */

/* The segment explorer, which since September 2026 few may ask. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "page.h"
#include "segment_json.h"
#include "segment_star.h"

#define FOUND_MAX 10
#define HIGHEST_CATEGORY 5

struct search {
	double      bounds[4]; /* south, west, north, east */
	const char *activity_type;
	int64_t     min_cat, max_cat;
};

/* Four numbers and three commas, the south-west corner first. */
static bool
read_bounds(const char *text, double bounds[4])
{
	char  *end;
	size_t i;

	for (i = 0; i < 4; i++, text = end + 1) {
		bounds[i] = strtod(text, &end);
		if (end == text || *end != (i < 3 ? ',' : '\0') ||
		    !isfinite(bounds[i]) ||
		    fabs(bounds[i]) > (i % 2 == 0 ? 90 : 180))
			return false;
	}
	return bounds[0] < bounds[2] && bounds[1] < bounds[3];
}

/* False after an answer of 400. */
static bool
read_search(struct call *call, struct search *search)
{
	const char *bounds = request_query(call->request, "bounds");
	const char *type = request_query(call->request, "activity_type");

	*search = (struct search){ .activity_type = "Ride",
		.max_cat = HIGHEST_CATEGORY };
	if (bounds == NULL || !read_bounds(bounds, search->bounds)) {
		call_refuse(call, "Segment", "bounds",
		    bounds == NULL ? "missing" : "invalid");
		return false;
	}
	if (type != NULL && strcmp(type, "running") == 0) {
		search->activity_type = "Run";
	} else if (type != NULL && strcmp(type, "riding") != 0) {
		call_refuse(call, "Segment", "activity_type", "invalid");
		return false;
	}
	return page_number(call, "Segment", "min_cat", HIGHEST_CATEGORY,
		   &search->min_cat) &&
	       page_number(call, "Segment", "max_cat", HIGHEST_CATEGORY,
		   &search->max_cat);
}

static bool
is_found(const struct search *search, const struct segment *segment)
{
	const struct sample *s = segment->track.samples;

	return s->lat >= search->bounds[0] && s->lat <= search->bounds[2] &&
	       s->lng >= search->bounds[1] && s->lng <= search->bounds[3] &&
	       segment->climb_category >= search->min_cat &&
	       segment->climb_category <= search->max_cat;
}

/* Emits those of one place; false when out of memory. */
static bool
search_place(struct call *call, const struct search *search, size_t place,
    const bool starred[SEGMENT_COUNT], size_t *found)
{
	struct segment segment;
	size_t         i = place * SEGMENTS_A_PLACE;

	for (; i < (place + 1) * SEGMENTS_A_PLACE && *found < FOUND_MAX; i++) {
		if (segment_is_private(i) || strcmp(segment_activity_type(i),
						 search->activity_type) != 0)
			continue;
		if (!segment_make(call->world->options.seed, i, &segment))
			return false;
		if (is_found(search, &segment)) {
			segment_emit_found(&call->out, &segment, starred[i]);
			++*found;
		}
		segment_free(&segment);
	}
	return true;
}

static void
explore(struct call *call, const struct search *search)
{
	struct star stars[SEGMENT_COUNT];
	bool        starred[SEGMENT_COUNT] = { false };
	size_t      i, count = segment_star_list(call, stars), found = 0;

	for (i = 0; i < count; i++)
		starred[stars[i].segment] = true;
	call_json(call, 200);
	emit_object(&call->out, NULL);
	emit_array(&call->out, "segments");
	for (i = 0; i < PLACE_COUNT; i++)
		if (!search_place(call, search, i, starred, &found))
			call->response->failed = true;
	emit_end(&call->out);
	emit_end(&call->out);
}

void
api_explore(struct call *call)
{
	struct search search;

	if (call->oddities.extended_access == 0)
		call_fault(call, 403, "Forbidden", "Application",
		    "extended_access", "missing");
	else if (read_search(call, &search))
		explore(call, &search);
}
