/* SPDX-License-Identifier: MIT */
#include "units.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SLOWEST_PACE_MPS 0.1   /* below, a pace says nothing */
#define NOTHING "\xe2\x80\x93" /* an en dash */

/* Short distances in the small unit, so that 850 m is not 0.9 km. */
void
units_distance(struct buf *out, strava_unit_system units, double metres)
{
	strava_measure way =
	    strava_units_convert(STRAVA_QUANTITY_DISTANCE, metres, units);
	int decimals = units == STRAVA_IMPERIAL && way.value < 10 ? 2 : 1;

	if (units == STRAVA_METRIC && metres < 1000)
		units_elevation(out, units, metres);
	else
		buf_addf(out, "%.*f %s", decimals, way.value, way.unit);
}

void
units_elevation(struct buf *out, strava_unit_system units, double metres)
{
	strava_measure height =
	    strava_units_convert(STRAVA_QUANTITY_SHORT_DISTANCE, metres, units);

	buf_addf(out, "%.0f %s", height.value, height.unit);
}

void
units_duration(struct buf *out, int64_t seconds)
{
	char text[STRAVA_DURATION_TEXT_SIZE];

	buf_add_text(
	    out, seconds < 0 ? NOTHING : strava_duration_text(seconds, text));
}

void
units_speed(struct buf *out, strava_unit_system units, const char *sport_type,
    double metres_per_second)
{
	strava_quantity quantity = strava_units_of_speed(sport_type);
	strava_measure  speed =
	    strava_units_convert(quantity, metres_per_second, units);
	char text[STRAVA_DURATION_TEXT_SIZE];

	if (quantity == STRAVA_QUANTITY_SPEED)
		buf_addf(out, "%.1f %s", speed.value, speed.unit);
	else if (metres_per_second < SLOWEST_PACE_MPS)
		buf_add_text(out, NOTHING);
	else
		buf_addf(out, "%s %s", strava_pace_text(speed.value, text),
		    speed.unit);
}

void
units_weight(struct buf *out, strava_unit_system units, double kilograms)
{
	strava_measure weight =
	    strava_units_convert(STRAVA_QUANTITY_WEIGHT, kilograms, units);

	buf_addf(out, "%.1f %s", weight.value, weight.unit);
}

static bool
read_time(int64_t utc_s, struct tm *tm)
{
	time_t t = (time_t)utc_s;

	return utc_s != 0 && gmtime_r(&t, tm) != NULL;
}

void
units_date(struct buf *out, int64_t utc_s)
{
	char      day[16], month[32];
	struct tm tm;

	if (read_time(utc_s, &tm) &&
	    strftime(day, sizeof(day), "%a", &tm) != 0 &&
	    strftime(month, sizeof(month), "%b %Y", &tm) != 0)
		buf_addf(out, "%s %d %s", day, tm.tm_mday, month);
	else
		buf_add_text(out, NOTHING);
}

void
units_time(struct buf *out, int64_t utc_s)
{
	struct tm tm;

	if (read_time(utc_s, &tm))
		buf_addf(out, "%02d:%02d", tm.tm_hour, tm.tm_min);
	else
		buf_add_text(out, NOTHING);
}

/*
 * Strava joins the words of a sport and begins each with a capital.  A capital
 * in front of another, as in "EBikeRide", is a word of one letter that wants a
 * hyphen.
 */
void
units_sport(struct buf *out, const char *sport_type)
{
	const char *c = sport_type != NULL ? sport_type : "Activity";
	char        letter;

	for (size_t i = 0; c[i] != '\0' && i < 64; i++) {
		letter = c[i];
		if (i > 0 && isupper((unsigned char)letter)) {
			buf_add_text(
			    out, isupper((unsigned char)c[i - 1]) ? "-" : " ");
			letter = (char)tolower((unsigned char)letter);
		}
		if (isalnum((unsigned char)letter))
			buf_add(out, &letter, 1);
	}
}
