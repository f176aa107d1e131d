/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <string.h>

#include "members.h"

#define SILENT_EVERY 50 /* samples */

/* Where the values of one stream stand in a sample, and what it takes. */
static const struct stream {
	const char *key;
	enum { VALUE_INT, VALUE_REAL, VALUE_BOOL, VALUE_LATLNG } kind;
	size_t   offset;
	unsigned has; /* of a track */
	bool     sensor;
} streams[] = {
	{ "time", VALUE_INT, offsetof(struct sample, time_s), 0, false },
	{ "distance", VALUE_REAL, offsetof(struct sample, distance_m),
	    TRACK_DISTANCE, false },
	{ "latlng", VALUE_LATLNG, offsetof(struct sample, lat), TRACK_POSITION,
	    false },
	{ "altitude", VALUE_REAL, offsetof(struct sample, altitude_m),
	    TRACK_ALTITUDE, false },
	{ "velocity_smooth", VALUE_REAL, offsetof(struct sample, speed_mps),
	    TRACK_DISTANCE, false },
	{ "heartrate", VALUE_INT, offsetof(struct sample, heartrate_bpm),
	    TRACK_HEART, true },
	{ "cadence", VALUE_INT, offsetof(struct sample, cadence_rpm),
	    TRACK_CADENCE, true },
	{ "watts", VALUE_INT, offsetof(struct sample, power_w), TRACK_POWER,
	    true },
	{ "temp", VALUE_INT, offsetof(struct sample, temperature_c),
	    TRACK_WARMTH, true },
	{ "moving", VALUE_BOOL, offsetof(struct sample, moving), TRACK_DISTANCE,
	    false },
	{ "grade_smooth", VALUE_REAL, offsetof(struct sample, grade_percent),
	    TRACK_ALTITUDE, false },
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
emit_stream(struct emit *e, const struct track *track,
    const struct stream *stream, const struct stream_wish *wish)
{
	size_t i;

	emit_object(e, wish->form == STREAM_BY_TYPE ? stream->key : NULL);
	if (wish->form != STREAM_BY_TYPE)
		emit_text(e, "type", stream->key);
	emit_array(e, "data");
	for (i = 0; i < track->count; i++)
		if (wish->gaps && stream->sensor && i % SILENT_EVERY == 7)
			emit_null(e, NULL);
		else
			emit_value(e, stream, &track->samples[i]);
	emit_end(e);
	if (wish->form != STREAM_BARE) {
		emit_text(e, "series_type", "distance");
		emit_int(e, "original_size", (int64_t)track->count);
		emit_text(e, "resolution", "high");
	}
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

struct stream_wish
stream_wish_of(const struct call *call)
{
	const char *by_type = request_query(call->request, "key_by_type");
	struct stream_wish wish = {
		.keys = request_query(call->request, "keys"),
		.form = by_type != NULL && strcmp(by_type, "true") == 0
			    ? STREAM_BY_TYPE
			    : STREAM_ARRAY,
	};

	return wish;
}

void
stream_emit(
    struct emit *e, const struct track *track, const struct stream_wish *wish)
{
	const char *keys = wish->keys != NULL ? wish->keys : "distance";
	size_t      i;

	if (wish->form == STREAM_BY_TYPE)
		emit_object(e, NULL);
	else
		emit_array(e, NULL);
	for (i = 0; i < COUNT(streams); i++)
		if ((streams[i].has & ~track->has) == 0 &&
		    is_listed(keys, streams[i].key) &&
		    (wish->among == NULL ||
			is_listed(wish->among, streams[i].key)))
			emit_stream(e, track, &streams[i], wish);
	emit_end(e);
}
