/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "internal.h"

#define MINUTE_S INT64_C(60)
#define HOUR_S INT64_C(3600)
#define DAY_S INT64_C(86400)

/* The years 1000 to 9999, which take four digits. */
#define TIME_MIN (-30610224000)
#define TIME_MAX 253402300799

/* The clocks of the world are off by these, in steps of a quarter hour. */
#define OFFSET_MIN_S (-12 * HOUR_S)
#define OFFSET_MAX_S (14 * HOUR_S)
#define OFFSET_STEP_S (15 * MINUTE_S)

_Static_assert(
    STRAVA_TIME_TEXT_SIZE >= CLOCK_TEXT_SIZE, "clock_format() fills it");

static bool
is_told(int64_t time)
{
	return time != 0 && time >= TIME_MIN && time <= TIME_MAX;
}

/* Writes "+01:00" for a clock's offset, nothing for any other number. */
static void
put_offset(char *at, size_t size, int64_t offset_s)
{
	int minutes = (int)(offset_s / MINUTE_S);

	*at = '\0';
	if (offset_s < OFFSET_MIN_S || offset_s > OFFSET_MAX_S ||
	    offset_s % OFFSET_STEP_S != 0)
		return;
	if (minutes < 0)
		minutes = -minutes;
	snprintf(at, size, "%c%02d:%02d", offset_s < 0 ? '-' : '+',
	    minutes / 60 % 100, minutes % 60);
}

char *
strava_time_text(int64_t start_time, int64_t start_time_local,
    char text[STRAVA_TIME_TEXT_SIZE])
{
	char *z;

	if (text == NULL)
		return NULL;
	text[0] = '\0';
	if (is_told(start_time_local)) {
		clock_format(start_time_local, text);
		z = text + strcspn(text, "Z");
		*z = '\0';
		if (is_told(start_time))
			put_offset(z,
			    STRAVA_TIME_TEXT_SIZE - (size_t)(z - text),
			    start_time_local - start_time);
	} else if (is_told(start_time)) {
		clock_format(start_time, text);
	}
	return text;
}

bool
strava_time_is_hidden(int64_t start_time_local)
{
	return start_time_local % DAY_S == 1;
}

/* Reads "-05:00" and passes it; false when that is not there. */
static bool
read_offset(const char **text, int64_t *offset_s)
{
	static const char layout[] = "+00:00";
	const char       *at = *text;
	int               minutes;

	if (*at != '+' && *at != '-')
		return false;
	for (size_t i = 1; layout[i] != '\0'; i++)
		if (layout[i] == '0' ? at[i] < '0' || at[i] > '9'
				     : at[i] != layout[i])
			return false;
	minutes = (at[1] - '0') * 600 + (at[2] - '0') * 60 +
		  (at[4] - '0') * 10 + (at[5] - '0');
	*offset_s = (*at == '-' ? -minutes : minutes) * MINUTE_S;
	*text = at + strlen(layout);
	return at[4] < '6' && minutes < 24 * 60;
}

strava_status
strava_timezone_parse(const char *timezone, int64_t *offset_s_out,
    const char **zone_out, strava_error *err)
{
	static const char begin[] = "(GMT", end[] = ")";
	const char       *at = timezone;

	if (offset_s_out != NULL)
		*offset_s_out = 0;
	if (zone_out != NULL)
		*zone_out = NULL;
	if (timezone == NULL || offset_s_out == NULL || zone_out == NULL)
		return sv_fail_argument(
		    err, "timezone, offset_s_out or zone_out is NULL");
	if (strncmp(at, begin, strlen(begin)) == 0) {
		at += strlen(begin);
		if (read_offset(&at, offset_s_out) &&
		    strncmp(at, end, strlen(end)) == 0) {
			at += strlen(end);
			at += strspn(at, " ");
			*zone_out = *at != '\0' ? at : NULL;
			return STRAVA_OK;
		}
	}
	*offset_s_out = 0;
	return sv_fail(err, STRAVA_ERR_FORMAT,
	    "\"%.40s\" is no time zone of Strava's", timezone);
}
