/* SPDX-License-Identifier: MIT */
#include "units.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#define METRES_PER_YARD 0.9144
#define POUNDS_PER_KG 2.2046226218
#define SECONDS_PER_HOUR 3600.0
#define SLOWEST_PACE_MPS 0.1   /* below, a pace says nothing */
#define NOTHING "\xe2\x80\x93" /* an en dash */

/* How a sport tells its speed; what is not listed tells km/h. */
enum telling {
	AS_SPEED,
	AS_PACE,     /* for each kilometre or mile */
	AS_SWIM_PACE /* for each 100 metres or yards */
};

static const struct {
	const char  *sport_type;
	enum telling telling;
} sports[] = {
	{ "Run", AS_PACE },
	{ "TrailRun", AS_PACE },
	{ "VirtualRun", AS_PACE },
	{ "Walk", AS_PACE },
	{ "Hike", AS_PACE },
	{ "Snowshoe", AS_PACE },
	{ "Swim", AS_SWIM_PACE },
};

struct units
units_of(const char *preference)
{
	struct units units = { .imperial = preference != NULL &&
					   strcmp(preference, "feet") == 0 };

	return units;
}

/* Short distances in the small unit, so that 850 m is not 0.9 km. */
void
units_distance(struct buf *out, struct units units, double metres)
{
	double miles = metres / UNITS_METRES_PER_MILE;

	if (units.imperial)
		buf_addf(out, miles < 10 ? "%.2f mi" : "%.1f mi", miles);
	else if (metres < 1000)
		buf_addf(out, "%.0f m", metres);
	else
		buf_addf(out, "%.1f km", metres / 1000);
}

void
units_elevation(struct buf *out, struct units units, double metres)
{
	if (units.imperial)
		buf_addf(out, "%.0f ft", metres / UNITS_METRES_PER_FOOT);
	else
		buf_addf(out, "%.0f m", metres);
}

void
units_duration(struct buf *out, int64_t seconds)
{
	int64_t days = seconds / 86400, hours = seconds / 3600 % 24;
	int     minutes = (int)(seconds / 60 % 60), rest = (int)(seconds % 60);

	if (seconds < 0) {
		buf_add_text(out, NOTHING);
		return;
	}
	if (days > 0)
		buf_addf(out, "%lld d ", (long long)days);
	if (seconds >= 3600)
		buf_addf(
		    out, "%lld:%02d:%02d", (long long)hours, minutes, rest);
	else
		buf_addf(out, "%d:%02d", minutes, rest);
}

static enum telling
telling_of(const char *sport_type)
{
	size_t i;

	for (i = 0; sport_type != NULL && i < sizeof(sports) / sizeof(*sports);
	     i++)
		if (strcmp(sports[i].sport_type, sport_type) == 0)
			return sports[i].telling;
	return AS_SPEED;
}

bool
units_is_pace(const char *sport_type)
{
	return telling_of(sport_type) != AS_SPEED;
}

static void
add_pace(
    struct buf *out, double metres_per_second, double metres, const char *unit)
{
	if (metres_per_second < SLOWEST_PACE_MPS) {
		buf_add_text(out, NOTHING);
		return;
	}
	units_duration(out, (int64_t)(metres / metres_per_second + 0.5));
	buf_addf(out, " /%s", unit);
}

void
units_speed(struct buf *out, struct units units, const char *sport_type,
    double metres_per_second)
{
	bool   imperial = units.imperial;
	double unit_m = imperial ? UNITS_METRES_PER_MILE : 1000;

	switch (telling_of(sport_type)) {
	case AS_PACE:
		add_pace(
		    out, metres_per_second, unit_m, imperial ? "mi" : "km");
		break;
	case AS_SWIM_PACE:
		add_pace(out, metres_per_second,
		    100 * (imperial ? METRES_PER_YARD : 1),
		    imperial ? "100 yd" : "100 m");
		break;
	case AS_SPEED:
		buf_addf(out, "%.1f %s",
		    metres_per_second * SECONDS_PER_HOUR / unit_m,
		    imperial ? "mph" : "km/h");
		break;
	}
}

void
units_weight(struct buf *out, struct units units, double kilograms)
{
	if (units.imperial)
		buf_addf(out, "%.1f lb", kilograms * POUNDS_PER_KG);
	else
		buf_addf(out, "%.1f kg", kilograms);
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
