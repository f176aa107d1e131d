/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "globe.h"

/* No sample takes more bytes, in either format; nor does what is around them,
 * without the caller's texts, in which a byte may take six. */
#define SAMPLE_BYTES 1024
#define FRAME_BYTES 4096
#define CHARACTER_BYTES 6

/* 9999-12-31T23:59:59Z */
#define TIME_MAX 253402300799

_Static_assert(EXPORT_TIME_SIZE >= CLOCK_TEXT_SIZE + 4,
    "a time has room for its thousandths");

static size_t
bytes_of(const char *text)
{
	return text != NULL ? strlen(text) * CHARACTER_BYTES : 0;
}

strava_status
sv_export_begin(struct draft *x, const strava_streams *streams,
    const strava_export_info *info, strava_error *err)
{
	static const strava_export_info nothing = { 0 };

	x->streams = streams;
	x->info = info = info != NULL ? info : &nothing;
	if (streams == NULL)
		return sv_fail_argument(err, "streams or text_out is NULL");
	if (info->start_time < 0 || info->start_time > TIME_MAX)
		return sv_fail_argument(
		    err, "start_time is not within the years 1970 to 9999");
	if (streams->count > SIZE_MAX / 2 / SAMPLE_BYTES)
		return sv_fail_memory(err);
	buf_init(&x->out,
	    streams->count * SAMPLE_BYTES + FRAME_BYTES + bytes_of(info->name) +
		bytes_of(info->sport_type) + bytes_of(info->creator));
	return STRAVA_OK;
}

strava_status
sv_export_end(struct draft *x, char **text_out, strava_error *err)
{
	if (!buf_ok(&x->out)) {
		buf_free(&x->out);
		return sv_fail_memory(err);
	}
	*text_out = x->out.data;
	return STRAVA_OK;
}

double
sv_export_sample(const double *samples, size_t i)
{
	return samples != NULL ? samples[i] : NAN;
}

double
sv_export_whole(const double *samples, size_t i, double least, double most)
{
	double value = round(sv_export_sample(samples, i));

	return value >= least && value <= most ? value : NAN;
}

double
sv_export_lng(double lng)
{
	/* What would be rounded to 180 is -180 too. */
	return lng < 180 - 0.5e-7 ? lng : -180;
}

bool
sv_export_has_place(const struct draft *x, size_t i)
{
	return x->streams->latlng != NULL &&
	       sv_is_on_globe(x->streams->latlng[i]);
}

bool
sv_export_has_time(const struct draft *x, size_t i)
{
	double time_s = sv_export_sample(x->streams->time_s, i);

	return x->info->start_time > 0 && time_s >= 0 &&
	       time_s <= (double)(TIME_MAX - x->info->start_time);
}

const char *
sv_export_time(
    const struct draft *x, double after_s, char text[EXPORT_TIME_SIZE])
{
	int64_t ms = llround(after_s * 1000);
	int     thousandths = (int)(ms % 1000);
	char   *z;

	clock_format(x->info->start_time + ms / 1000, text);
	if (thousandths > 0) {
		z = text + strcspn(text, "Z");
		snprintf(z, EXPORT_TIME_SIZE - (size_t)(z - text), ".%03dZ",
		    thousandths);
	}
	return text;
}
