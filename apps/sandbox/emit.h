/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_EMIT_H
#define SANDBOX_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/*
 * Writes JSON into a buffer.  `key` is the member's name inside an object and
 * NULL inside an array and at the top.  Failure stays in the buffer, so nobody
 * asks before the end.
 */
struct emit {
	struct buf *out;
	uint64_t    arrays; /* one bit a level: 1 is an array */
	bool        comma;
};

void emit_start(struct emit *e, struct buf *out);

void emit_object(struct emit *e, const char *key);
void emit_array(struct emit *e, const char *key);
void emit_end(struct emit *e); /* of the innermost object or array */

void emit_text(struct emit *e, const char *key, const char *text); /* or null */
void emit_int(struct emit *e, const char *key, int64_t value);
void emit_fixed(struct emit *e, const char *key, double value, int decimals);
void emit_bool(struct emit *e, const char *key, bool value);
void emit_null(struct emit *e, const char *key);

/* "2018-02-16T14:52:54Z" */
void emit_utc(struct emit *e, const char *key, int64_t utc_s);

/* "3600s", as Google writes a duration. */
void emit_span(struct emit *e, const char *key, int64_t seconds);

/* "start_date", and "start_date_local" with its false Z. */
void emit_start_dates(struct emit *e, int64_t utc_s, int offset_s);

/* [latitude, longitude] in degrees. */
void emit_latlng(struct emit *e, const char *key, double lat, double lng);

#endif
