/* SPDX-License-Identifier: MIT */

/*
 * FIT: a header, messages each of which was defined by an earlier one, a
 * checksum.  Read are the points, the sport and, where there are no points, the
 * session.
 */

#include <string.h>

#include "members.h"
#include "recording.h"

#define EPOCH_S INT64_C(631065600) /* 1989-12-31 */
#define LOCAL_TYPES 16
#define FIELDS_MAX 255
#define DEGREES_PER_SEMICIRCLE (180.0 / 2147483648.0)

enum { MESSAGE_SESSION = 18, MESSAGE_RECORD = 20 };

struct definition {
	bool     known, big_endian;
	unsigned message;
	size_t   field_count, extra; /* bytes of developers' fields */
	struct {
		unsigned char number, size, base_type;
	} fields[FIELDS_MAX];
};

struct cursor {
	const unsigned char *at, *end;
	bool                 failed;
};

struct fit {
	struct recording *recording;
	struct definition definitions[LOCAL_TYPES];
	int64_t           last_s; /* of a record, since FIT's epoch */
	int64_t           session_start_s, session_ms; /* 0: none */
};

static unsigned
crc_of(const unsigned char *at, size_t len)
{
	unsigned crc = 0;
	int      bit;

	for (; len > 0; len--) {
		crc ^= *at++;
		for (bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0xa001 : crc >> 1;
	}
	return crc;
}

static const unsigned char *
take(struct cursor *c, size_t len)
{
	const unsigned char *at = c->at;

	if ((size_t)(c->end - c->at) < len) {
		c->failed = true;
		return NULL;
	}
	c->at += len;
	return at;
}

static uint64_t
number_at(const unsigned char *at, size_t size, bool big_endian)
{
	uint64_t value = 0;
	size_t   i;

	for (i = 0; i < size; i++)
		value = value << 8 | at[big_endian ? i : size - 1 - i];
	return value;
}

static void
define(struct fit *fit, struct cursor *c, unsigned head)
{
	struct definition   *d = &fit->definitions[head & 0x0f];
	const unsigned char *at = take(c, 5);
	size_t               i, count;

	if (at == NULL)
		return;
	memset(d, 0, sizeof(*d));
	d->known = true;
	d->big_endian = at[1] == 1;
	d->message = (unsigned)number_at(at + 2, 2, d->big_endian);
	d->field_count = at[4];
	for (i = 0; i < d->field_count; i++) {
		if ((at = take(c, 3)) == NULL)
			return;
		d->fields[i].number = at[0];
		d->fields[i].size = at[1];
		d->fields[i].base_type = at[2];
	}
	if ((head & 0x20) == 0 || (at = take(c, 1)) == NULL)
		return;
	for (count = at[0]; count > 0; count--)
		if ((at = take(c, 3)) != NULL)
			d->extra += at[1];
}

/* Fields of a record, each a number; all ones, or for those with a sign the
 * largest, say "nothing". */
static const struct field {
	unsigned char number, size;
	bool          is_signed;
	enum { INTO_REAL, INTO_INT } into;
	size_t   offset;
	double   scale, shift;
	unsigned has; /* of a track */
} record_fields[] = {
	{ 0, 4, true, INTO_REAL, offsetof(struct sample, lat),
	    DEGREES_PER_SEMICIRCLE, 0, TRACK_POSITION },
	{ 1, 4, true, INTO_REAL, offsetof(struct sample, lng),
	    DEGREES_PER_SEMICIRCLE, 0, TRACK_POSITION },
	{ 2, 2, false, INTO_REAL, offsetof(struct sample, altitude_m), 0.2,
	    -500, TRACK_ALTITUDE },
	{ 78, 4, false, INTO_REAL, offsetof(struct sample, altitude_m), 0.2,
	    -500, TRACK_ALTITUDE },
	{ 3, 1, false, INTO_INT, offsetof(struct sample, heartrate_bpm), 1, 0,
	    TRACK_HEART },
	{ 4, 1, false, INTO_INT, offsetof(struct sample, cadence_rpm), 1, 0,
	    TRACK_CADENCE },
	{ 5, 4, false, INTO_REAL, offsetof(struct sample, distance_m), 0.01, 0,
	    TRACK_DISTANCE },
	{ 7, 2, false, INTO_INT, offsetof(struct sample, power_w), 1, 0,
	    TRACK_POWER },
	{ 13, 1, true, INTO_INT, offsetof(struct sample, temperature_c), 1, 0,
	    TRACK_WARMTH },
};

static void
take_field(struct fit *fit, struct sample *point, unsigned char number,
    size_t size, uint64_t raw)
{
	uint64_t            ones = ~UINT64_C(0) >> (64 - 8 * size);
	const struct field *f = record_fields;
	double              real;
	int                 whole;
	size_t              i;

	for (i = 0; i < COUNT(record_fields); i++, f++)
		if (f->number == number && f->size == size)
			break;
	if (i == COUNT(record_fields) ||
	    raw == (f->is_signed ? ones >> 1 : ones))
		return;
	real = f->is_signed && raw > ones >> 1 ? -(double)(ones - raw + 1)
					       : (double)raw;
	real = real * f->scale + f->shift;
	whole = (int)real;
	if (f->into == INTO_INT)
		memcpy((char *)point + f->offset, &whole, sizeof(whole));
	else
		memcpy((char *)point + f->offset, &real, sizeof(real));
	fit->recording->track.has |= f->has;
}

static void
take_session(struct fit *fit, unsigned char number, size_t size, uint64_t raw)
{
	static const struct {
		uint64_t    code;
		const char *sport_type;
	} sports[] = { { 1, "Run" }, { 2, "Ride" }, { 5, "Swim" },
		{ 11, "Walk" }, { 17, "Hike" }, { 10, "WeightTraining" } };
	size_t i;

	if (number == 2 && size == 4)
		fit->session_start_s = (int64_t)raw;
	if (number == 7 && size == 4)
		fit->session_ms = (int64_t)raw;
	for (i = 0; number == 5 && size == 1 && i < COUNT(sports); i++)
		if (sports[i].code == raw)
			fit->recording->sport_type = sports[i].sport_type;
}

/* One message; `offset_s` of a compressed time stamp, or -1. */
static bool
take_message(struct fit *fit, struct cursor *c, unsigned local, int offset_s)
{
	const struct definition *d = &fit->definitions[local];
	const unsigned char     *at;
	struct sample            point = { .time_s = 0 };
	bool                     timed = offset_s >= 0;
	uint64_t                 raw;
	size_t                   i, size;

	if (timed)
		fit->last_s += (offset_s - (int)(fit->last_s & 0x1f)) & 0x1f;
	for (i = 0; i < d->field_count; i++) {
		size = d->fields[i].size;
		if ((at = take(c, size)) == NULL)
			return false;
		if (size == 0 || size > 8)
			continue;
		raw = number_at(at, size, d->big_endian);
		if (d->fields[i].number == 253 && size == 4) {
			fit->last_s = (int64_t)raw;
			timed = true;
		} else if (d->message == MESSAGE_RECORD) {
			take_field(fit, &point, d->fields[i].number, size, raw);
		} else if (d->message == MESSAGE_SESSION) {
			take_session(fit, d->fields[i].number, size, raw);
		}
	}
	if (take(c, d->extra) == NULL)
		return false;
	return d->message != MESSAGE_RECORD || !timed ||
	       recording_add(fit->recording, fit->last_s + EPOCH_S, &point);
}

static bool
take_all(struct fit *fit, struct cursor *c)
{
	unsigned head, local;
	bool     compressed;

	while (c->at < c->end) {
		head = *c->at++;
		compressed = (head & 0x80) != 0;
		local = compressed ? head >> 5 & 0x03 : head & 0x0f;
		if (!compressed && (head & 0x40) != 0)
			define(fit, c, head);
		else if (!fit->definitions[local].known ||
			 !take_message(fit, c, local,
			     compressed ? (int)(head & 0x1f) : -1))
			return false;
		if (c->failed)
			return false;
	}
	return true;
}

/* Where the messages are; false when the frame around them is no good. */
static bool
open_frame(const struct buf *file, struct cursor *c)
{
	const unsigned char *at = (const unsigned char *)buf_text(file);
	size_t               head, len;

	if (file->len < 16 || (at[0] != 12 && at[0] != 14) ||
	    memcmp(at + 8, ".FIT", 4) != 0)
		return false;
	head = at[0];
	len = (size_t)number_at(at + 4, 4, false);
	if (len > file->len - head || file->len - head - len < 2 ||
	    crc_of(at, head + len) != number_at(at + head + len, 2, false))
		return false;
	*c = (struct cursor){ at + head, at + head + len, false };
	return true;
}

/* Of an hour with weights there are no points, only when it was. */
static bool
add_session(struct fit *fit)
{
	struct sample still = { .moving = false };
	int64_t       start = fit->session_start_s + EPOCH_S;

	return recording_add(fit->recording, start, &still) &&
	       recording_add(
		   fit->recording, start + fit->session_ms / 1000, &still);
}

const char *
recording_read_fit(struct recording *recording, const struct buf *file)
{
	struct fit    fit = { .recording = recording };
	struct cursor c;

	if (!open_frame(file, &c) || !take_all(&fit, &c))
		return recording_malformed;
	if (recording->track.count == 0 && fit.session_start_s != 0 &&
	    !add_session(&fit))
		return recording_malformed;
	return recording_end(recording);
}
