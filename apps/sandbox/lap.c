/* SPDX-License-Identifier: MIT */
#include "lap.h"

#include <stdio.h>
#include <string.h>

#include "effort_json.h"

#define FIRST_ID INT64_C(4733000000)
#define LAPS_MAX 64 /* an activity */
#define LAP_RUN_M 5000.0
#define LAP_M 10000.0
#define KILOMETRE_M 1000.0
#define MILE_M 1609.344

static void
emit_lap(struct emit *e, const struct activity *a, const struct track *part,
    size_t first, size_t number)
{
	int64_t nth = (int64_t)(a->person->number * ACTIVITIES_MAX + a->number);
	char    name[32];

	snprintf(name, sizeof(name), "Lap %zu", number);
	emit_object(e, NULL);
	emit_int(e, "id", FIRST_ID + nth * LAPS_MAX + (int64_t)number);
	emit_int(e, "resource_state", 2);
	emit_text(e, "name", name);
	effort_emit_owner(e, a);
	emit_int(e, "elapsed_time", part->elapsed_s);
	emit_int(e, "moving_time", part->moving_s);
	emit_start_dates(e, a->start_utc + a->track.samples[first].time_s,
	    a->person->home->utc_offset_s);
	emit_fixed(e, "distance", part->distance_m, 1);
	emit_fixed(e, "average_speed",
	    part->moving_s > 0 ? part->distance_m / part->moving_s : 0, 2);
	emit_fixed(e, "max_speed", part->max_speed_mps, 2);
	emit_int(e, "lap_index", (int64_t)number);
	emit_int(e, "split", (int64_t)number);
	emit_int(e, "start_index", (int64_t)first);
	emit_int(e, "end_index", (int64_t)(first + part->count - 1));
	emit_fixed(e, "total_elevation_gain", part->gain_m, 1);
	emit_bool(e, "device_watts", (part->has & TRACK_POWER) != 0);
	if ((part->has & TRACK_POWER) != 0)
		emit_fixed(e, "average_watts", part->average_power_w, 1);
	if ((part->has & TRACK_CADENCE) != 0)
		emit_fixed(e, "average_cadence", part->average_cadence_rpm, 1);
	if ((part->has & TRACK_HEART) != 0)
		emit_fixed(
		    e, "average_heartrate", part->average_heartrate_bpm, 1);
	emit_int(e, "pace_zone", 0);
	emit_end(e);
}

void
lap_emit_all(struct emit *e, const char *key, const struct activity *activity)
{
	const struct track *t = &activity->track;
	bool                run = strcmp(activity->caption.type, "Run") == 0;
	struct track        part;
	size_t              first, last, number;

	emit_array(e, key);
	for (first = 0, number = 1;
	     activity_is_recorded(activity) && first + 1 < t->count;
	     first = last, number++) {
		last = number < LAPS_MAX
			   ? track_reach(t, first, run ? LAP_RUN_M : LAP_M)
			   : t->count - 1;
		if ((t->has & TRACK_DISTANCE) == 0)
			last = t->count - 1;
		if (!track_cut(t, first, last, &part)) {
			e->out->failed = true;
			break;
		}
		emit_lap(e, activity, &part, first, number);
		track_free(&part);
	}
	emit_end(e);
}

static void
emit_split(struct emit *e, const struct track *part, size_t number)
{
	const struct sample *s = part->samples;
	double               speed =
            part->moving_s > 0 ? part->distance_m / part->moving_s : 0;

	emit_object(e, NULL);
	emit_fixed(e, "distance", part->distance_m, 1);
	emit_int(e, "elapsed_time", part->elapsed_s);
	emit_fixed(e, "elevation_difference",
	    s[part->count - 1].altitude_m - s[0].altitude_m, 1);
	emit_int(e, "moving_time", part->moving_s);
	emit_int(e, "split", (int64_t)number);
	emit_fixed(e, "average_speed", speed, 2);
	if (number % 4 == 0)
		emit_null(e, "average_grade_adjusted_speed");
	else
		emit_fixed(e, "average_grade_adjusted_speed", speed * 1.02, 2);
	if ((part->has & TRACK_HEART) != 0)
		emit_fixed(
		    e, "average_heartrate", part->average_heartrate_bpm, 2);
	emit_int(e, "pace_zone", (int64_t)(number % 4));
	emit_end(e);
}

/* Each ends at the sample nearest to a multiple of the length. */
static void
emit_splits(
    struct emit *e, const char *key, const struct track *t, double length_m)
{
	struct track part;
	size_t       first = 0, last, number;

	emit_array(e, key);
	for (number = 1; first + 1 < t->count; number++, first = last) {
		last = track_reach(t, 0, (double)number * length_m);
		if (last > first + 1 &&
		    (double)number * length_m -
			    t->samples[last - 1].distance_m <
			t->samples[last].distance_m - (double)number * length_m)
			last--;
		if (last <= first)
			last = first + 1;
		if (!track_cut(t, first, last, &part)) {
			e->out->failed = true;
			break;
		}
		emit_split(e, &part, number);
		track_free(&part);
	}
	emit_end(e);
}

void
lap_emit_splits(struct emit *e, const struct activity *activity)
{
	const struct track *t = &activity->track;

	if (!activity_is_recorded(activity) || (t->has & TRACK_POSITION) == 0)
		return;
	emit_splits(e, "splits_metric", t, KILOMETRE_M);
	emit_splits(e, "splits_standard", t, MILE_M);
}
