/* SPDX-License-Identifier: MIT */
#include "polyline.h"

#include <math.h>

#define POLYLINE_MAX 1048576

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

void
polyline_emit(
    struct emit *e, const char *key, const struct track *track, size_t step)
{
	struct buf line;
	int64_t    lat, lng, last_lat = 0, last_lng = 0;
	size_t i, count = (track->has & TRACK_POSITION) != 0 ? track->count : 0;

	buf_init(&line, POLYLINE_MAX);
	for (i = 0; i < count; i += step) {
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
