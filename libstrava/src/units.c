/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define FOOT_M 0.3048
#define YARD_M 0.9144
#define MILE_M 1609.344
#define POUND_KG 0.45359237
#define HOUR_S 3600

/* value * times / per + zero */
struct unit {
	const char *name;
	double      times, per, zero;
};

/* By quantity and system.  A pace, being upside down, is times / value. */
static const struct unit units[][2] = {
	[STRAVA_QUANTITY_DISTANCE] = { { "km", 1, 1000, 0 },
	    { "mi", 1, MILE_M, 0 } },
	[STRAVA_QUANTITY_SHORT_DISTANCE] = { { "m", 1, 1, 0 },
	    { "ft", 1, FOOT_M, 0 } },
	[STRAVA_QUANTITY_SWIM_DISTANCE] = { { "m", 1, 1, 0 },
	    { "yd", 1, YARD_M, 0 } },
	[STRAVA_QUANTITY_SPEED] = { { "km/h", HOUR_S, 1000, 0 },
	    { "mph", HOUR_S, MILE_M, 0 } },
	[STRAVA_QUANTITY_PACE] = { { "/km", 1000, 1, 0 },
	    { "/mi", MILE_M, 1, 0 } },
	[STRAVA_QUANTITY_SWIM_PACE] = { { "/100 m", 100, 1, 0 },
	    { "/100 yd", 100 * YARD_M, 1, 0 } },
	[STRAVA_QUANTITY_WEIGHT] = { { "kg", 1, 1, 0 },
	    { "lb", 1, POUND_KG, 0 } },
	[STRAVA_QUANTITY_TEMPERATURE] = { { "\302\260C", 1, 1, 0 },
	    { "\302\260F", 9, 5, 32 } },
	[STRAVA_QUANTITY_POWER] = { { "W", 1, 1, 0 }, { "W", 1, 1, 0 } },
	[STRAVA_QUANTITY_ENERGY] = { { "kJ", 1, 1, 0 }, { "kJ", 1, 1, 0 } },
};

/* The sports that tell a pace. */
static const struct {
	const char     *sport_type;
	strava_quantity quantity;
} paces[] = {
	{ "Hike", STRAVA_QUANTITY_PACE },
	{ "Run", STRAVA_QUANTITY_PACE },
	{ "Snowshoe", STRAVA_QUANTITY_PACE },
	{ "Swim", STRAVA_QUANTITY_SWIM_PACE },
	{ "TrailRun", STRAVA_QUANTITY_PACE },
	{ "VirtualRun", STRAVA_QUANTITY_PACE },
	{ "Walk", STRAVA_QUANTITY_PACE },
};

strava_unit_system
strava_unit_system_of(const char *measurement_preference)
{
	return measurement_preference != NULL &&
		       strcmp(measurement_preference, "feet") == 0
		   ? STRAVA_IMPERIAL
		   : STRAVA_METRIC;
}

strava_measure
strava_units_convert(
    strava_quantity quantity, double value, strava_unit_system system)
{
	strava_measure     measure = { value, "" };
	const struct unit *unit;

	if ((size_t)quantity >= COUNT(units))
		return measure;
	unit = &units[quantity][system == STRAVA_IMPERIAL];
	measure.unit = unit->name;
	if (quantity != STRAVA_QUANTITY_PACE &&
	    quantity != STRAVA_QUANTITY_SWIM_PACE)
		measure.value = value * unit->times / unit->per + unit->zero;
	else
		measure.value = value <= 0 ? INFINITY : unit->times / value;
	return measure;
}

strava_quantity
strava_units_of_speed(const char *sport_type)
{
	for (size_t i = 0; sport_type != NULL && i < COUNT(paces); i++)
		if (strcmp(paces[i].sport_type, sport_type) == 0)
			return paces[i].quantity;
	return STRAVA_QUANTITY_SPEED;
}

char *
strava_duration_text(int64_t seconds, char text[STRAVA_DURATION_TEXT_SIZE])
{
	uint64_t    s = seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
	const char *sign = seconds < 0 ? "-" : "";
	unsigned    hours = (unsigned)(s / 3600 % 24);
	unsigned    minutes = (unsigned)(s / 60 % 60);
	unsigned    rest = (unsigned)(s % 60);

	if (text == NULL)
		return NULL;
	if (s >= 86400)
		snprintf(text, STRAVA_DURATION_TEXT_SIZE,
		    "%s%llu d %u:%02u:%02u", sign,
		    (unsigned long long)(s / 86400), hours, minutes, rest);
	else if (s >= 3600)
		snprintf(text, STRAVA_DURATION_TEXT_SIZE, "%s%u:%02u:%02u",
		    sign, hours, minutes, rest);
	else
		snprintf(text, STRAVA_DURATION_TEXT_SIZE, "%s%u:%02u", sign,
		    minutes, rest);
	return text;
}

char *
strava_pace_text(double seconds, char text[STRAVA_DURATION_TEXT_SIZE])
{
	/* Written so that a NAN is no pace either. */
	if (seconds >= 0 && seconds < 1e15)
		return strava_duration_text(llround(seconds), text);
	if (text != NULL)
		text[0] = '\0';
	return text;
}
