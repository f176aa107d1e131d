/* SPDX-License-Identifier: MIT */

/* What the API tells of athletes and their activities. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "activity.h"
#include "athlete_json.h"
#include "handlers.h"

#define PER_PAGE 30
#define PER_PAGE_MAX 200
#define SHORT_PAGE 10 /* from this size on, every second page is one short */

/* A decimal number, all of the text. */
static bool
read_number(const char *text, int64_t low, int64_t high, int64_t *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *number >= low && *number <= high;
}

/* Leaves *number as it is when the query lacks it; false after an answer of
 * 400. */
static bool
query_number(struct call *call, const char *name, int64_t most, int64_t *number)
{
	const char *text = request_query(call->request, name);

	if (text == NULL || read_number(text, 0, most, number))
		return true;
	call_fault(call, 400, "Bad Request", "Activity", name, "invalid");
	return false;
}

static void
out_of_memory(struct call *call)
{
	call->response->failed = true;
}

void
api_athlete(struct call *call)
{
	struct emit *e = call_json(call, 200);

	athlete_emit(e, NULL, &call->person,
	    (call->scope & SCOPE_PROFILE_READ_ALL) != 0);
}

void
api_gear(struct call *call)
{
	char id[GEAR_ID_SIZE];
	bool bike = call->part[0] == 'b';

	person_gear_id(&call->person, bike, id);
	if (strcmp(call->part, id) != 0)
		call_not_found(call, "Gear");
	else
		athlete_emit_gear(
		    call_json(call, 200), &call->person, bike, true);
}

/* May the token that was sent show this activity? */
static bool
is_visible(const struct call *call, size_t number)
{
	return (call->scope & SCOPE_ACTIVITY_READ_ALL) != 0 ||
	       !activity_only_me(number);
}

struct page {
	int64_t before, after, page, per_page;
};

static bool
read_page(struct call *call, struct page *page)
{
	*page = (struct page){ INT64_MAX, 0, 1, PER_PAGE };
	if (!query_number(call, "before", INT64_MAX, &page->before) ||
	    !query_number(call, "after", INT64_MAX, &page->after) ||
	    !query_number(call, "page", INT_MAX, &page->page) ||
	    !query_number(call, "per_page", PER_PAGE_MAX, &page->per_page))
		return false;
	if (page->page < 1)
		page->page = 1;
	if (page->per_page < 1)
		page->per_page = PER_PAGE;
	return true;
}

/* Where in the list the page begins and ends: no page loses or repeats one. */
static void
page_bounds(const struct page *page, int64_t *first, int64_t *end)
{
	int64_t before = page->page - 1;
	bool    is_short = page->per_page >= SHORT_PAGE;

	*first = before * page->per_page - (is_short ? before / 2 : 0);
	*end = *first + page->per_page - (is_short && before % 2 == 1);
}

void
api_activities(struct call *call)
{
	const struct person *person = &call->person;
	uint64_t             seed = call->world->options.seed;
	int64_t              first, end, start, place = 0;
	struct activity      activity;
	struct page          page;
	struct emit         *e;
	size_t               i;

	if (!read_page(call, &page))
		return;
	page_bounds(&page, &first, &end);
	e = call_json(call, 200);
	emit_array(e, NULL);
	for (i = 0; i < person->activities && place < end; i++) {
		start = activity_start(seed, person, i);
		if (!is_visible(call, i) || start >= page.before ||
		    start <= page.after || place++ < first)
			continue;
		if (!activity_make(seed, person, i, &activity)) {
			out_of_memory(call);
			return;
		}
		activity_emit(e, &activity, false);
		activity_free(&activity);
	}
	emit_end(e);
}

/* The activity that the path names, if the token may see it; else false after
 * an answer.  Ends with activity_free(). */
static bool
find_activity(struct call *call, struct activity *activity)
{
	int64_t id;
	size_t  person, number;

	if (!read_number(call->part, 1, INT64_MAX, &id) ||
	    !activity_find(id, &person, &number) ||
	    person != call->person.number ||
	    number >= call->person.activities || !is_visible(call, number)) {
		call_not_found(call, "Activity");
		return false;
	}
	if (!activity_make(
		call->world->options.seed, &call->person, number, activity)) {
		out_of_memory(call);
		return false;
	}
	return true;
}

void
api_activity(struct call *call)
{
	struct activity activity;

	if (!find_activity(call, &activity))
		return;
	activity_emit(call_json(call, 200), &activity, true);
	activity_free(&activity);
}

void
api_streams(struct call *call)
{
	const char     *by_type = request_query(call->request, "key_by_type");
	struct activity activity;

	if (!find_activity(call, &activity))
		return;
	if (activity.manual)
		call_not_found(call, "Stream");
	else
		activity_emit_streams(call_json(call, 200), &activity,
		    request_query(call->request, "keys"),
		    by_type != NULL && strcmp(by_type, "true") == 0);
	activity_free(&activity);
}
