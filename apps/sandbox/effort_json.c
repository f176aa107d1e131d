/* SPDX-License-Identifier: MIT */
#include "effort_json.h"

#include <string.h>

#include "members.h"

#define FASTEST_ID INT64_C(17368000000)

void
effort_emit_owner(struct emit *e, const struct activity *activity)
{
	emit_object(e, "activity");
	emit_int(e, "id", activity_id(activity->person, activity->number));
	emit_text(e, "visibility", activity->only_me ? "only_me" : "everyone");
	emit_int(e, "resource_state", 1);
	emit_end(e);
	emit_object(e, "athlete");
	emit_int(e, "id", activity->person->id);
	emit_int(e, "resource_state", 1);
	emit_end(e);
}

static void
emit_achievements(struct emit *e, int rank)
{
	emit_array(e, "achievements");
	if (rank != 0) {
		emit_object(e, NULL);
		emit_int(e, "type_id", 3);
		emit_text(e, "type", "pr");
		emit_int(e, "rank", rank);
		emit_end(e);
	}
	emit_end(e);
}

/* What the samples say of the passage. */
static void
emit_sums(struct emit *e, const struct track *part)
{
	emit_int(e, "moving_time", part->moving_s);
	emit_fixed(e, "distance", part->distance_m, 1);
	emit_bool(e, "device_watts", (part->has & TRACK_POWER) != 0);
	if ((part->has & TRACK_POWER) != 0)
		emit_fixed(e, "average_watts", part->average_power_w, 1);
	if ((part->has & TRACK_CADENCE) != 0)
		emit_fixed(e, "average_cadence", part->average_cadence_rpm, 1);
	if ((part->has & TRACK_HEART) != 0) {
		emit_fixed(
		    e, "average_heartrate", part->average_heartrate_bpm, 1);
		emit_fixed(e, "max_heartrate", part->max_heartrate_bpm, 1);
	}
}

void
effort_emit(struct emit *e, const struct effort *effort,
    const struct segment_ties *ties)
{
	const struct activity *a = effort->activity;
	struct track           part;

	if (!track_cut(&a->track, effort->first, effort->last, &part)) {
		e->out->failed = true;
		return;
	}
	emit_object(e, NULL);
	emit_int(e, "id", effort->id);
	emit_int(e, "resource_state", ties != NULL ? 3 : 2);
	emit_text(e, "name", effort->segment.name);
	effort_emit_owner(e, a);
	emit_int(e, "elapsed_time", effort->elapsed_s);
	emit_start_dates(e,
	    a->start_utc + a->track.samples[effort->first].time_s,
	    a->person->home->utc_offset_s);
	emit_int(e, "start_index", (int64_t)effort->first);
	emit_int(e, "end_index", (int64_t)effort->last);
	emit_sums(e, &part);
	segment_emit(e, "segment", &effort->segment, NULL);
	emit_null(e, "kom_rank");
	if (effort->rank != 0)
		emit_int(e, "pr_rank", effort->rank);
	else
		emit_null(e, "pr_rank");
	emit_achievements(e, effort->rank);
	emit_text(e, "visibility", a->only_me ? "only_me" : "everyone");
	emit_bool(e, "hidden", effort->hidden);
	if (ties != NULL)
		segment_emit_stats(e, ties);
	emit_end(e);
	track_free(&part);
}

static const struct {
	const char *name;
	int         length_m; /* as Strava writes it */
} lengths[] = {
	{ "400m", 400 },
	{ "1/2 mile", 805 },
	{ "1K", 1000 },
	{ "1 mile", 1609 },
	{ "2 mile", 3219 },
	{ "5K", 5000 },
	{ "10K", 10000 },
	{ "15K", 15000 },
	{ "10 mile", 16090 },
	{ "20K", 20000 },
	{ "Half-Marathon", 21097 },
};

/* The fastest part that is at least so long; false when the track is shorter. */
static bool
fastest(const struct track *t, double length_m, size_t *first, size_t *last)
{
	const struct sample *s = t->samples;
	size_t               i, k = 0;
	int                  took_s, best_s = -1;

	for (i = 0; i < t->count; i++) {
		while (k < t->count &&
		       s[k].distance_m - s[i].distance_m < length_m)
			k++;
		if (k == t->count)
			break;
		took_s = s[k].time_s - s[i].time_s;
		if (best_s >= 0 && took_s >= best_s)
			continue;
		best_s = took_s;
		*first = i;
		*last = k;
	}
	return best_s >= 0;
}

static void
emit_fastest(struct emit *e, const struct activity *a, size_t length,
    size_t first, size_t last)
{
	const struct sample *s = a->track.samples;
	int                  took_s = s[last].time_s - s[first].time_s;

	emit_object(e, NULL);
	emit_int(e, "id",
	    FASTEST_ID +
		(int64_t)((a->person->number * ACTIVITIES_MAX + a->number) *
			      COUNT(lengths) +
			  length));
	emit_int(e, "resource_state", 2);
	emit_text(e, "name", lengths[length].name);
	effort_emit_owner(e, a);
	emit_int(e, "elapsed_time", took_s);
	emit_int(e, "moving_time", took_s);
	emit_start_dates(
	    e, a->start_utc + s[first].time_s, a->person->home->utc_offset_s);
	emit_int(e, "distance", lengths[length].length_m);
	emit_null(e, "pr_rank");
	emit_achievements(e, 0);
	emit_int(e, "start_index", (int64_t)first);
	emit_int(e, "end_index", (int64_t)last);
	emit_end(e);
}

void
effort_emit_fastest(struct emit *e, const struct activity *activity)
{
	size_t i, first, last;

	emit_array(e, "best_efforts");
	if (strcmp(activity->caption.type, "Run") == 0 &&
	    activity_is_recorded(activity) &&
	    (activity->track.has & TRACK_DISTANCE) != 0)
		for (i = 0; i < COUNT(lengths); i++)
			if (fastest(&activity->track, lengths[i].length_m,
				&first, &last))
				emit_fastest(e, activity, i, first, last);
	emit_end(e);
}
