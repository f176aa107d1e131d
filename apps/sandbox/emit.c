/* SPDX-License-Identifier: MIT */
#include "emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

void
emit_start(struct emit *e, struct buf *out)
{
	memset(e, 0, sizeof(*e));
	e->out = out;
}

static void
quote(struct buf *out, const char *text)
{
	size_t n;

	buf_add(out, "\"", 1);
	while (*text != '\0') {
		for (n = 0; (unsigned char)text[n] >= ' ' && text[n] != '"' &&
			    text[n] != '\\';
		     n++)
			continue;
		buf_add(out, text, n);
		text += n;
		if (*text != '\0')
			buf_addf(out, "\\u%04x", (unsigned char)*text++);
	}
	buf_add(out, "\"", 1);
}

/* What stands before a value: a comma, the member's name. */
static void
lead(struct emit *e, const char *key)
{
	if (e->comma)
		buf_add(e->out, ",", 1);
	e->comma = true;
	if (key != NULL) {
		quote(e->out, key);
		buf_add(e->out, ":", 1);
	}
}

static void
begin(struct emit *e, const char *key, bool array)
{
	lead(e, key);
	buf_add(e->out, array ? "[" : "{", 1);
	e->arrays = e->arrays << 1 | (array ? 1 : 0);
	e->comma = false;
}

void
emit_object(struct emit *e, const char *key)
{
	begin(e, key, false);
}

void
emit_array(struct emit *e, const char *key)
{
	begin(e, key, true);
}

void
emit_end(struct emit *e)
{
	buf_add(e->out, (e->arrays & 1) != 0 ? "]" : "}", 1);
	e->arrays >>= 1;
	e->comma = true;
}

void
emit_text(struct emit *e, const char *key, const char *text)
{
	lead(e, key);
	if (text != NULL)
		quote(e->out, text);
	else
		buf_add_text(e->out, "null");
}

void
emit_int(struct emit *e, const char *key, int64_t value)
{
	lead(e, key);
	buf_addf(e->out, "%" PRId64, value);
}

void
emit_fixed(struct emit *e, const char *key, double value, int decimals)
{
	lead(e, key);
	buf_addf(e->out, "%.*f", decimals, value);
}

void
emit_bool(struct emit *e, const char *key, bool value)
{
	lead(e, key);
	buf_add_text(e->out, value ? "true" : "false");
}

void
emit_null(struct emit *e, const char *key)
{
	emit_text(e, key, NULL);
}

void
emit_utc(struct emit *e, const char *key, int64_t utc_s)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(utc_s, text);
	emit_text(e, key, text);
}

void
emit_span(struct emit *e, const char *key, int64_t seconds)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64 "s", seconds);
	emit_text(e, key, text);
}

void
emit_start_dates(struct emit *e, int64_t utc_s, int offset_s)
{
	emit_utc(e, "start_date", utc_s);
	emit_utc(e, "start_date_local", utc_s + offset_s);
}

void
emit_latlng(struct emit *e, const char *key, double lat, double lng)
{
	emit_array(e, key);
	emit_fixed(e, NULL, lat, 6);
	emit_fixed(e, NULL, lng, 6);
	emit_end(e);
}
