/* SPDX-License-Identifier: MIT */

/* What the API tells of athletes and their activities. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity.h"
#include "athlete_json.h"
#include "clock.h"
#include "handlers.h"
#include "members.h"

#define PER_PAGE 30
#define PER_PAGE_MAX 200
#define SHORT_PAGE 10 /* from this size on, every second page is one short */
#define RECENT_S (INT64_C(28) * 86400)

/* A decimal number, all of the text. */
static bool
read_number(const char *text, int64_t low, int64_t high, int64_t *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *number >= low && *number <= high;
}

/* The number in the query, or `fallback`; false after an answer of 400. */
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

/* One ActivityTotal in the making. */
struct total {
	int64_t count;
	double  distance_m, gain_m;
	int64_t moving_s, elapsed_s;
};
static const char *const kinds[] = { "ride", "run", "swim" };
static const char *const kind_types[] = { "Ride", "Run", "Swim" };
enum { SPAN_RECENT, SPAN_YEAR, SPAN_ALL, SPAN_COUNT };
static const char *const spans[SPAN_COUNT] = { "recent", "ytd", "all" };

static void
add_to(struct total *total, const struct activity *activity)
{
	total->count++;
	total->distance_m += activity->track.distance_m;
	total->gain_m += activity->track.gain_m;
	total->moving_s += activity->track.moving_s;
	total->elapsed_s += activity->track.elapsed_s;
}

/* Strava writes these times as floats. */
static void
emit_total(struct emit *e, const char *span, const char *kind,
    const struct total *total)
{
	char key[48];

	snprintf(key, sizeof(key), "%s_%s_totals", span, kind);
	emit_object(e, key);
	emit_int(e, "count", total->count);
	emit_fixed(e, "distance", total->distance_m, 1);
	emit_fixed(e, "moving_time", (double)total->moving_s, 1);
	emit_fixed(e, "elapsed_time", (double)total->elapsed_s, 1);
	emit_fixed(e, "elevation_gain", total->gain_m, 1);
	emit_end(e);
}

struct totals {
	struct total of[SPAN_COUNT][COUNT(kinds)];
	double       longest_ride_m, biggest_climb_m;
};

/* The first second of the year, UTC. */
static int64_t
year_of(int64_t now)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(now, text);
	snprintf(text + 4, sizeof(text) - 4, "-01-01T00:00:00Z");
	return clock_parse(text, &now) ? now : 0;
}

static void
count_in(struct totals *totals, const struct activity *activity, int64_t now)
{
	size_t kind;

	for (kind = 0; kind < COUNT(kinds); kind++)
		if (strcmp(activity->type, kind_types[kind]) == 0)
			break;
	if (kind == COUNT(kinds))
		return;
	add_to(&totals->of[SPAN_ALL][kind], activity);
	if (activity->start_utc >= year_of(now))
		add_to(&totals->of[SPAN_YEAR][kind], activity);
	if (activity->start_utc >= now - RECENT_S)
		add_to(&totals->of[SPAN_RECENT][kind], activity);
	if (kind == 0 && activity->track.distance_m > totals->longest_ride_m)
		totals->longest_ride_m = activity->track.distance_m;
	if (activity->track.gain_m > totals->biggest_climb_m)
		totals->biggest_climb_m = activity->track.gain_m;
}

static void
emit_totals(struct call *call, const struct totals *totals)
{
	struct emit *e = call_json(call, 200);
	size_t       span, kind;

	emit_object(e, NULL);
	emit_fixed(e, "biggest_ride_distance", totals->longest_ride_m, 1);
	emit_fixed(
	    e, "biggest_climb_elevation_gain", totals->biggest_climb_m, 1);
	for (span = 0; span < SPAN_COUNT; span++)
		for (kind = 0; kind < COUNT(kinds); kind++)
			emit_total(e, spans[span], kinds[kind],
			    &totals->of[span][kind]);
	emit_end(e);
}

void
api_stats(struct call *call)
{
	const struct person *person = &call->person;
	struct totals        totals = { .longest_ride_m = 0 };
	struct activity      activity;
	int64_t              id, now;
	size_t               i;

	if (!read_number(call->part, 1, INT64_MAX, &id) || id != person->id) {
		call_not_found(call, "Athlete");
		return;
	}
	world_lock(call->world);
	now = world_now(call->world);
	world_unlock(call->world);
	for (i = 0; i < person->activities; i++) {
		if (activity_only_me(i))
			continue;
		if (!activity_make(
			call->world->options.seed, person, i, &activity)) {
			out_of_memory(call);
			return;
		}
		count_in(&totals, &activity, now);
		activity_free(&activity);
	}
	emit_totals(call, &totals);
}
