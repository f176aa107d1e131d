/* SPDX-License-Identifier: MIT */
#include "activity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "members.h"

#define DAY_S 86400
#define POLYLINE_MAX 65536
#define SUMMARY_STEP 8 /* samples between two points of the short line */

/* A whole number, which Strava sometimes writes as a float. */
static void
emit_whole(
    struct emit *e, const struct activity *a, const char *key, int64_t value)
{
	if ((a->quirks & QUIRK_FLOATS) != 0)
		emit_fixed(e, key, (double)value, 1);
	else
		emit_int(e, key, value);
}

/* What only a device could have recorded. */
static bool
is_recorded(const struct activity *a)
{
	return !a->manual && (a->quirks & QUIRK_SPARSE) == 0;
}

static bool
has_position(const struct activity *a)
{
	return is_recorded(a) && a->track.ground == GROUND_OUTDOORS;
}

/* One number of Google's polyline format. */
static void
add_number(struct buf *out, int64_t value)
{
	uint64_t bits = (uint64_t)value << 1;
	char     c;

	if (value < 0)
		bits = ~bits;
	while (bits >= 0x20) {
		c = (char)((0x20 | (bits & 0x1f)) + 63);
		buf_add(out, &c, 1);
		bits >>= 5;
	}
	c = (char)(bits + 63);
	buf_add(out, &c, 1);
}

static void
emit_polyline(
    struct emit *e, const char *key, const struct track *track, size_t step)
{
	struct buf line;
	int64_t    lat, lng, last_lat = 0, last_lng = 0;
	size_t     i;

	buf_init(&line, POLYLINE_MAX);
	for (i = 0; i < track->count; i += step) {
		lat = llround(track->samples[i].lat * 1e5);
		lng = llround(track->samples[i].lng * 1e5);
		add_number(&line, lat - last_lat);
		add_number(&line, lng - last_lng);
		last_lat = lat;
		last_lng = lng;
	}
	emit_text(e, key, buf_text(&line));
	if (!buf_ok(&line))
		e->out->failed = true;
	buf_free(&line);
}

static void
emit_map(struct emit *e, const struct activity *a, bool detail)
{
	char id[32];

	snprintf(id, sizeof(id), "a%" PRId64, a->id);
	emit_object(e, "map");
	emit_text(e, "id", id);
	if (has_position(a))
		emit_polyline(e, "summary_polyline", &a->track, SUMMARY_STEP);
	else
		emit_text(e, "summary_polyline", "");
	if (detail && has_position(a))
		emit_polyline(e, "polyline", &a->track, 1);
	else if (detail)
		emit_text(e, "polyline", "");
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_end(e);
}

static void
emit_position(struct emit *e, const struct activity *a)
{
	const struct sample *first = a->track.samples;
	const struct sample *last = first + a->track.count - 1;

	if ((a->quirks & QUIRK_SPARSE) != 0)
		return;
	if (has_position(a)) {
		emit_latlng(e, "start_latlng", first->lat, first->lng);
		emit_latlng(e, "end_latlng", last->lat, last->lng);
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
	char    text[CLOCK_TEXT_SIZE];
	int64_t local = a->start_utc + offset_s;

	if ((a->quirks & QUIRK_HIDDEN) != 0)
		local = local / DAY_S * DAY_S + 1;
	clock_format(local - offset_s, text);
	emit_text(e, "start_date", text);
	clock_format(local, text);
	emit_text(e, "start_date_local", text);
	emit_text(e, "timezone", a->person->home->timezone);
	emit_fixed(e, "utc_offset", offset_s, 1);
	emit_whole(e, a, "moving_time", a->track.moving_s);
	emit_whole(e, a, "elapsed_time", a->track.elapsed_s);
}

static void
emit_identity(struct emit *e, const struct activity *a, bool detail)
{
	char text[32];
	bool uploaded = !a->manual && (a->quirks & QUIRK_NULLS) == 0;

	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_int(e, "id", a->id);
	emit_object(e, "athlete");
	emit_int(e, "id", a->person->id);
	emit_int(e, "resource_state", 1);
	emit_end(e);
	emit_text(e, "name", a->name);
	emit_text(e, "sport_type", a->sport_type);
	emit_text(e, "type", a->type);
	snprintf(text, sizeof(text), "%" PRId64, a->id + 7);
	if (uploaded) {
		emit_int(e, "upload_id", a->id + 7);
		emit_text(e, "upload_id_str", text);
	} else {
		emit_null(e, "upload_id");
	}
	emit_text(e, "external_id", uploaded ? "garmin_push_1.fit" : NULL);
}

static void
emit_flags(struct emit *e, const struct activity *a)
{
	emit_bool(e, "trainer", a->trainer);
	emit_bool(e, "commute", a->commute);
	emit_bool(e, "manual", a->manual);
	emit_bool(e, "private", a->only_me);
	emit_text(e, "visibility", a->only_me ? "only_me" : "everyone");
	emit_bool(e, "flagged", false);
	emit_bool(e, "has_kudoed", false);
	emit_bool(e, "from_accepted_tag", false);
	emit_int(e, "achievement_count", (int64_t)(a->number % 5));
	emit_int(e, "kudos_count", (int64_t)(a->number % 31));
	emit_int(e, "comment_count", (int64_t)(a->number % 3));
	emit_int(e, "athlete_count", 1);
	emit_int(e, "photo_count", 0);
	emit_int(e, "total_photo_count", 0);
	emit_null(e, "workout_type");
}

/* The heart's, the legs' and the hills' numbers. */
static void
emit_effort(struct emit *e, const struct activity *a)
{
	const struct track *t = &a->track;

	emit_bool(e, "has_heartrate", is_recorded(a));
	if ((a->quirks & QUIRK_NULLS) != 0) {
		emit_null(e, "average_heartrate");
		emit_null(e, "max_heartrate");
	} else if (is_recorded(a)) {
		emit_fixed(e, "average_heartrate", t->average_heartrate_bpm, 1);
		emit_fixed(e, "max_heartrate", t->max_heartrate_bpm, 1);
		emit_fixed(e, "average_cadence", t->average_cadence_rpm, 1);
	}
	if (has_position(a)) {
		emit_fixed(e, "elev_high", t->high_m, 1);
		emit_fixed(e, "elev_low", t->low_m, 1);
	}
	if (!is_recorded(a) || !t->power)
		return;
	emit_bool(e, "device_watts", true);
	emit_fixed(e, "average_watts", t->average_power_w, 1);
	emit_whole(e, a, "max_watts", t->max_power_w);
	emit_whole(e, a, "weighted_average_watts",
	    (int64_t)(t->average_power_w * 1.07));
	emit_fixed(e, "kilojoules", t->average_power_w * t->moving_s / 1000, 1);
}

static void
emit_gear(struct emit *e, const struct activity *a, bool detail)
{
	char id[GEAR_ID_SIZE];
	bool bike = strstr(a->type, "Ride") != NULL;

	if ((a->quirks & QUIRK_NULLS) != 0 || a->trainer) {
		emit_null(e, "gear_id");
		return;
	}
	person_gear_id(a->person, bike, id);
	emit_text(e, "gear_id", id);
	if (!detail)
		return;
	emit_object(e, "gear");
	emit_text(e, "id", id);
	emit_bool(e, "primary", true);
	emit_text(e, "name", bike ? "Workhorse" : "Old shoes");
	emit_int(e, "resource_state", 2);
	emit_fixed(e, "distance", 1234567.0, 1);
	emit_end(e);
}

static void
emit_lap(struct emit *e, const struct activity *a)
{
	const struct track *t = &a->track;

	emit_object(e, NULL);
	emit_int(e, "id", a->id + 3);
	emit_int(e, "resource_state", 2);
	emit_text(e, "name", "Lap 1");
	emit_whole(e, a, "elapsed_time", t->elapsed_s);
	emit_whole(e, a, "moving_time", t->moving_s);
	emit_fixed(e, "distance", t->distance_m, 1);
	emit_int(e, "start_index", 0);
	emit_int(e, "end_index", (int64_t)t->count - 1);
	emit_int(e, "lap_index", 1);
	emit_int(e, "split", 1);
	emit_end(e);
}

static void
emit_detail(struct emit *e, const struct activity *a)
{
	emit_text(e, "description",
	    a->number % 3 == 0 ? "Legs: heavy. View: <great> & \"wide\"."
			       : NULL);
	emit_fixed(e, "calories", a->track.moving_s * 0.19, 1);
	emit_text(e, "device_name", a->manual ? NULL : "Garmin Edge 540");
	emit_text(e, "embed_token", "0000000000000000000000000000000000000000");
	emit_object(e, "photos");
	emit_null(e, "primary");
	emit_int(e, "count", 0);
	emit_end(e);
	emit_array(e, "segment_efforts");
	emit_end(e);
	emit_array(e, "laps");
	if (is_recorded(a))
		emit_lap(e, a);
	emit_end(e);
}

void
activity_emit(struct emit *e, const struct activity *a, bool detail)
{
	const struct track *t = &a->track;

	emit_object(e, NULL);
	emit_identity(e, a, detail);
	emit_fixed(e, "distance", t->distance_m, 1);
	emit_times(e, a);
	emit_fixed(
	    e, "total_elevation_gain", is_recorded(a) ? t->gain_m : 0, 1);
	emit_fixed(e, "average_speed", t->distance_m / t->moving_s, 3);
	emit_fixed(e, "max_speed", t->max_speed_mps, 3);
	emit_flags(e, a);
	if ((a->quirks & QUIRK_SPARSE) == 0)
		emit_map(e, a, detail);
	emit_position(e, a);
	emit_effort(e, a);
	emit_gear(e, a, detail);
	if (detail)
		emit_detail(e, a);
	emit_end(e);
}

/* Where the values of one stream stand in a sample, and what it takes. */
static const struct stream {
	const char *key;
	enum { VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_LATLNG } kind;
	size_t      offset;
	enum ground most; /* the last ground on which it exists */
	bool        power;
} streams[] = {
	{ "time", VALUE_INT, offsetof(struct sample, time_s), GROUND_STILL, 0 },
	{ "distance", VALUE_REAL, offsetof(struct sample, distance_m),
	    GROUND_INDOORS, 0 },
	{ "latlng", VALUE_LATLNG, offsetof(struct sample, lat), GROUND_OUTDOORS,
	    0 },
	{ "altitude", VALUE_REAL, offsetof(struct sample, altitude_m),
	    GROUND_OUTDOORS, 0 },
	{ "velocity_smooth", VALUE_REAL, offsetof(struct sample, speed_mps),
	    GROUND_INDOORS, 0 },
	{ "heartrate", VALUE_INT, offsetof(struct sample, heartrate_bpm),
	    GROUND_STILL, 0 },
	{ "cadence", VALUE_INT, offsetof(struct sample, cadence_rpm),
	    GROUND_INDOORS, 0 },
	{ "watts", VALUE_INT, offsetof(struct sample, power_w), GROUND_OUTDOORS,
	    1 },
	{ "temp", VALUE_INT, offsetof(struct sample, temperature_c),
	    GROUND_STILL, 0 },
	{ "moving", VALUE_BOOL, offsetof(struct sample, moving), GROUND_INDOORS,
	    0 },
	{ "grade_smooth", VALUE_REAL, offsetof(struct sample, grade_percent),
	    GROUND_OUTDOORS, 0 },
};

static void
emit_value(
    struct emit *e, const struct stream *stream, const struct sample *sample)
{
	const char *at = (const char *)sample + stream->offset;
	double      real;
	int         whole;

	switch (stream->kind) {
	case VALUE_INT:
		memcpy(&whole, at, sizeof(whole));
		emit_int(e, NULL, whole);
		break;
	case VALUE_REAL:
		memcpy(&real, at, sizeof(real));
		emit_fixed(e, NULL, real, 1);
		break;
	case VALUE_BOOL: emit_bool(e, NULL, sample->moving); break;
	case VALUE_LATLNG:
		emit_latlng(e, NULL, sample->lat, sample->lng);
		break;
	}
}

static void
emit_stream(struct emit *e, const struct activity *a,
    const struct stream *stream, bool by_type)
{
	size_t i;

	emit_object(e, by_type ? stream->key : NULL);
	if (!by_type)
		emit_text(e, "type", stream->key);
	emit_array(e, "data");
	for (i = 0; i < a->track.count; i++)
		emit_value(e, stream, &a->track.samples[i]);
	emit_end(e);
	emit_text(e, "series_type", "distance");
	emit_int(e, "original_size", (int64_t)a->track.count);
	emit_text(e, "resolution", "high");
	emit_end(e);
}

static bool
is_listed(const char *list, const char *name)
{
	size_t n, len = strlen(name);

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && memcmp(list, name, n) == 0)
			return true;
	}
	return false;
}

void
activity_emit_streams(
    struct emit *e, const struct activity *a, const char *keys, bool by_type)
{
	size_t i;

	if (keys == NULL)
		keys = "distance";
	if (by_type)
		emit_object(e, NULL);
	else
		emit_array(e, NULL);
	for (i = 0; i < COUNT(streams); i++) {
		if (a->track.ground > streams[i].most ||
		    (streams[i].power && !a->track.power) ||
		    !is_listed(keys, streams[i].key))
			continue;
		emit_stream(e, a, &streams[i], by_type);
	}
	emit_end(e);
}
