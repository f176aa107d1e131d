/* SPDX-License-Identifier: MIT */

/* An athlete's totals. */

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "diary.h"
#include "handlers.h"
#include "members.h"
#include "number.h"

#define RECENT_S (INT64_C(28) * 86400)

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
		if (strcmp(activity->caption.type, kind_types[kind]) == 0)
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
	struct totals   totals = { .longest_ride_m = 0 };
	struct activity activity;
	struct diary    diary;
	int64_t         id;
	size_t          i;

	if (!number_read(call->part, 1, INT64_MAX, &id) ||
	    id != call->person.id) {
		call_not_found(call, "Athlete");
		return;
	}
	if (!diary_open(call, &diary))
		return;
	for (i = 0; i < diary.count; i++) {
		if (diary.entries[i].only_me ||
		    !diary_read(call, diary.entries[i].number, &activity))
			continue;
		count_in(&totals, &activity, call->now);
		activity_free(&activity);
	}
	diary_close(&diary);
	emit_totals(call, &totals);
}
