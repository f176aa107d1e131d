/* SPDX-License-Identifier: MIT */
#include "activity_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "polyline.h"

#define DAY_S 86400

void
activity_emit_whole(
    struct emit *e, const struct activity *a, const char *key, int64_t value)
{
	if ((a->quirks & QUIRK_FLOATS) != 0)
		emit_fixed(e, key, (double)value, 1);
	else
		emit_int(e, key, value);
}

static bool
has_position(const struct activity *a)
{
	return activity_is_recorded(a) && (a->track.has & TRACK_POSITION) != 0;
}

/* A line, "" without positions. */
static void
emit_line(
    struct emit *e, const char *key, const struct activity *a, size_t step)
{
	if (has_position(a))
		polyline_emit(e, key, &a->track, step);
	else
		emit_text(e, key, "");
}

static void
emit_map(struct emit *e, const struct activity *a, bool detail)
{
	char id[32];

	if ((a->quirks & QUIRK_SPARSE) != 0)
		return;
	snprintf(
	    id, sizeof(id), "a%" PRId64, activity_id(a->person, a->number));
	emit_object(e, "map");
	emit_text(e, "id", id);
	emit_line(e, "summary_polyline", a, POLYLINE_SHORT);
	if (detail)
		emit_line(e, "polyline", a, 1);
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_end(e);
}

static void
emit_position(struct emit *e, const struct activity *a)
{
	const struct sample *first = a->track.samples, *last;

	if ((a->quirks & QUIRK_SPARSE) != 0)
		return;
	if (has_position(a)) {
		last = first + a->track.count - 1;
		emit_latlng(e, "start_latlng", first->lat, first->lng);
		emit_latlng(e, "end_latlng", last->lat, last->lng);
		emit_fixed(e, "start_latitude", first->lat, 6);
		emit_fixed(e, "start_longitude", first->lng, 6);
		return;
	}
	emit_array(e, "start_latlng");
	emit_end(e);
	emit_array(e, "end_latlng");
	emit_end(e);
}

static void
emit_times(struct emit *e, const struct activity *a)
{
	int     offset_s = a->person->home->utc_offset_s;
	int64_t local = a->start_utc + offset_s;

	if ((a->quirks & QUIRK_HIDDEN) != 0)
		local = local / DAY_S * DAY_S + 1;
	emit_start_dates(e, local - offset_s, offset_s);
	emit_text(e, "timezone", a->person->home->timezone);
	emit_fixed(e, "utc_offset", offset_s, 1);
	activity_emit_whole(e, a, "moving_time", a->track.moving_s);
	activity_emit_whole(e, a, "elapsed_time", a->track.elapsed_s);
}

static void
emit_identity(struct emit *e, const struct activity *a, bool detail)
{
	char text[32];

	emit_int(e, "resource_state", detail ? 3 : 2);
	if (a->id != 0)
		emit_int(e, "id", a->id);
	emit_object(e, "athlete");
	emit_int(e, "id", a->person->id);
	emit_int(e, "resource_state", 1);
	emit_end(e);
	emit_text(e, "name", a->caption.name);
	emit_text(e, "sport_type", a->caption.sport_type);
	emit_text(e, "type", a->caption.type);
	snprintf(text, sizeof(text), "%" PRId64, a->upload_id);
	if (a->upload_id != 0) {
		emit_int(e, "upload_id", a->upload_id);
		emit_text(e, "upload_id_str", text);
	} else {
		emit_null(e, "upload_id");
	}
	emit_text(e, "external_id",
	    a->external_id[0] != '\0' ? a->external_id : NULL);
	if (!a->manual)
		emit_text(e, "device_name", "Garmin Edge 540");
}

/* 0 to 3 of a run, 10 to 12 of a ride; mostly nobody has said. */
static void
emit_workout(struct emit *e, const struct activity *a)
{
	if (a->number % 4 == 1 && strcmp(a->caption.type, "Run") == 0)
		emit_int(e, "workout_type", (int64_t)(a->number / 4 % 4));
	else if (a->number % 4 == 1 && strcmp(a->caption.type, "Ride") == 0)
		emit_int(e, "workout_type", (int64_t)(10 + a->number / 4 % 3));
	else
		emit_null(e, "workout_type");
}

static void
emit_flags(struct emit *e, const struct activity *a)
{
	emit_bool(e, "trainer", a->caption.trainer);
	emit_bool(e, "commute", a->caption.commute);
	emit_bool(e, "manual", a->manual);
	emit_bool(e, "private", a->only_me);
	emit_text(e, "visibility", a->only_me ? "only_me" : "everyone");
	emit_bool(e, "flagged", false);
	emit_bool(e, "has_kudoed", false);
	emit_bool(e, "from_accepted_tag", false);
	emit_bool(e, "heartrate_opt_out", false);
	emit_bool(e, "display_hide_heartrate_option", activity_is_recorded(a));
	emit_int(e, "achievement_count",
	    a->kind != NULL ? (int64_t)(a->number % 5) : 0);
	emit_int(e, "pr_count", a->kind != NULL ? (int64_t)(a->number % 3) : 0);
	emit_int(e, "kudos_count", (int64_t)a->kudos);
	emit_int(e, "comment_count", (int64_t)a->comments);
	emit_int(e, "athlete_count", 1);
	emit_int(e, "photo_count", 0);
	emit_int(e, "total_photo_count", (int64_t)a->photos);
	emit_workout(e, a);
	emit_null(e, "location_city");
	emit_null(e, "location_state");
	emit_text(e, "location_country",
	    a->number % 2 == 0 ? a->person->home->country : NULL);
}

/* What a sensor on the body says. */
static void
emit_heart(struct emit *e, const struct activity *a)
{
	const struct track *t = &a->track;
	bool heart = activity_is_recorded(a) && (t->has & TRACK_HEART) != 0;

	emit_bool(e, "has_heartrate", heart);
	if ((a->quirks & QUIRK_NULLS) != 0) {
		emit_null(e, "average_heartrate");
		emit_null(e, "max_heartrate");
		emit_null(e, "suffer_score");
	} else if (heart) {
		emit_fixed(e, "average_heartrate", t->average_heartrate_bpm, 1);
		emit_fixed(e, "max_heartrate", t->max_heartrate_bpm, 1);
		emit_fixed(e, "suffer_score", floor(t->moving_s / 60.0), 1);
	}
}

/* The legs' and the hills' numbers. */
static void
emit_effort(struct emit *e, const struct activity *a)
{
	const struct track *t = &a->track;

	if (!activity_is_recorded(a))
		return;
	if ((t->has & TRACK_CADENCE) != 0 && (a->quirks & QUIRK_NULLS) == 0)
		emit_fixed(e, "average_cadence", t->average_cadence_rpm, 1);
	if ((t->has & TRACK_WARMTH) != 0)
		activity_emit_whole(
		    e, a, "average_temp", t->samples[0].temperature_c);
	if ((t->has & TRACK_ALTITUDE) != 0) {
		emit_fixed(e, "elev_high", t->high_m, 1);
		emit_fixed(e, "elev_low", t->low_m, 1);
	}
	if ((t->has & TRACK_POWER) == 0)
		return;
	emit_bool(e, "device_watts", true);
	emit_fixed(e, "average_watts", t->average_power_w, 1);
	activity_emit_whole(e, a, "max_watts", t->max_power_w);
	activity_emit_whole(e, a, "weighted_average_watts",
	    (int64_t)(t->average_power_w * 1.07));
	emit_fixed(e, "kilojoules", t->average_power_w * t->moving_s / 1000, 1);
}

static void
emit_members(struct emit *e, const struct activity *a, bool detail)
{
	const struct track *t = &a->track;
	const char         *gear = a->caption.gear_id;

	emit_identity(e, a, detail);
	emit_fixed(e, "distance", t->distance_m, 1);
	emit_times(e, a);
	emit_fixed(e, "total_elevation_gain",
	    activity_is_recorded(a) ? t->gain_m : 0, 1);
	emit_fixed(e, "average_speed",
	    t->moving_s > 0 ? t->distance_m / t->moving_s : 0, 3);
	emit_fixed(e, "max_speed", t->max_speed_mps, 3);
	emit_flags(e, a);
	emit_map(e, a, detail);
	emit_position(e, a);
	emit_heart(e, a);
	emit_effort(e, a);
	emit_text(e, "gear_id", gear[0] != '\0' ? gear : NULL);
}

void
activity_emit(struct emit *e, const struct activity *a)
{
	emit_object(e, NULL);
	emit_members(e, a, false);
	emit_end(e);
}

void
activity_emit_detail(
    struct emit *e, const struct activity *a, const struct detail_wish *wish)
{
	emit_object(e, NULL);
	emit_members(e, a, true);
	activity_emit_rest(e, a, wish);
	emit_end(e);
}
