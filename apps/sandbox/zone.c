/* SPDX-License-Identifier: MIT */
#include "zone.h"

#include <math.h>
#include <string.h>

#include "members.h"

#define ZONES_MAX 11

/* Upper ends of all zones but the last, which has none. */
struct scale {
	double upper[ZONES_MAX];
	size_t count; /* zones */
};

static const double heart_parts[] = { 0.59, 0.78, 0.87, 0.97 };
static const double power_parts[] = { 0.55, 0.75, 0.90, 1.05, 1.20, 1.50 };
static const double paces_mps[] = { 2.2641509433962264, 2.6315789473684212,
	2.964, 3.3707865168539324, 3.9 };

static struct scale
scale_of(const double *parts, size_t count, double whole, bool rounded)
{
	struct scale scale = { .count = count + 1 };
	size_t       i;

	for (i = 0; i < count; i++)
		scale.upper[i] =
		    rounded ? round(parts[i] * whole) : parts[i] * whole;
	return scale;
}

static struct scale
heart_scale(const struct person *person)
{
	double highest = 182 + (double)(person->number % 15);

	return scale_of(heart_parts, COUNT(heart_parts), highest, true);
}

/* Nothing at all, then every 50 watts. */
static struct scale
watt_scale(void)
{
	struct scale scale = { .count = ZONES_MAX };
	size_t       i;

	for (i = 0; i + 1 < scale.count; i++)
		scale.upper[i] = 50 * (double)i;
	return scale;
}

static void
emit_ranges(struct emit *e, const struct scale *scale, bool apart)
{
	size_t  i;
	int64_t low = 0, high;

	emit_array(e, "zones");
	for (i = 0; i < scale->count; i++) {
		high = i + 1 < scale->count ? (int64_t)scale->upper[i] : -1;
		emit_object(e, NULL);
		emit_int(e, "min", low);
		emit_int(e, "max", high);
		emit_end(e);
		low = apart ? high + 1 : high;
	}
	emit_end(e);
}

void
zone_emit_athlete(struct emit *e, const struct person *person)
{
	struct scale scale = heart_scale(person);

	emit_object(e, NULL);
	emit_object(e, "heart_rate");
	emit_bool(e, "custom_zones", person->number % 3 == 1);
	emit_ranges(e, &scale, false);
	emit_end(e);
	if (person->ftp_w != 0) {
		scale = scale_of(
		    power_parts, COUNT(power_parts), person->ftp_w, true);
		emit_object(e, "power");
		emit_ranges(e, &scale, true);
		emit_end(e);
	}
	emit_end(e);
}

static double
heart_of(const struct sample *sample)
{
	return sample->heartrate_bpm;
}

static double
speed_of(const struct sample *sample)
{
	return sample->speed_mps;
}

static double
power_of(const struct sample *sample)
{
	return sample->power_w;
}

static const struct measure {
	const char *type, *available;
	double (*of)(const struct sample *sample);
	unsigned has;     /* of a track */
	bool     run;     /* of runs alone */
	bool     decimal; /* ends of zones are no whole numbers */
	double   score;   /* for an hour */
} measures[] = {
	{ "heartrate", "heartrate", heart_of, TRACK_HEART, false, false, 60 },
	{ "pace", "pace", speed_of, TRACK_DISTANCE, true, true, 8 },
	{ "power", "power", power_of, TRACK_POWER, false, false, 0 },
};

static bool
applies(const struct measure *measure, const struct activity *a)
{
	return activity_is_recorded(a) && a->track.count > 0 &&
	       (a->track.has & measure->has) != 0 &&
	       (!measure->run || strcmp(a->caption.type, "Run") == 0);
}

static struct scale
scale_for(const struct measure *measure, const struct activity *a)
{
	if (measure->of == heart_of)
		return heart_scale(a->person);
	if (measure->of == speed_of)
		return scale_of(paces_mps, COUNT(paces_mps), 1, false);
	return watt_scale();
}

/* The times are floats on the wire, the last zone is open. */
static void
emit_buckets(struct emit *e, const struct measure *measure,
    const struct scale *scale, const struct track *t)
{
	double time_s[ZONES_MAX] = { 0 };
	size_t i, zone;

	for (i = 1; i < t->count; i++) {
		zone = 0;
		while (zone + 1 < scale->count &&
		       measure->of(&t->samples[i]) > scale->upper[zone])
			zone++;
		time_s[zone] += t->samples[i].time_s - t->samples[i - 1].time_s;
	}
	emit_array(e, "distribution_buckets");
	for (i = 0; i < scale->count; i++) {
		emit_object(e, NULL);
		emit_fixed(e, "min", i > 0 ? scale->upper[i - 1] : 0,
		    measure->decimal && i > 0 ? 15 : 0);
		emit_fixed(e, "max",
		    i + 1 < scale->count ? scale->upper[i] : -1,
		    measure->decimal && i + 1 < scale->count ? 15 : 0);
		emit_fixed(e, "time", time_s[i], 1);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_measure(
    struct emit *e, const struct measure *measure, const struct activity *a)
{
	struct scale scale = scale_for(measure, a);
	double       score = round(measure->score * a->track.moving_s / 3600);

	emit_object(e, NULL);
	if (measure->score > 0)
		emit_fixed(e, "score", score, 1);
	emit_buckets(e, measure, &scale, &a->track);
	emit_text(e, "type", measure->type);
	emit_int(e, "resource_state", 3);
	emit_bool(e, "sensor_based", true);
	if (measure->of == heart_of) {
		emit_int(e, "points", (int64_t)(score * 0.7));
		emit_bool(e, "custom_zones", a->person->number % 3 == 1);
	}
	emit_end(e);
}

void
zone_emit_activity(struct emit *e, const struct activity *activity)
{
	size_t i;

	emit_array(e, NULL);
	for (i = 0; i < COUNT(measures); i++)
		if (applies(&measures[i], activity))
			emit_measure(e, &measures[i], activity);
	emit_end(e);
}

void
zone_emit_available(struct emit *e, const struct activity *activity)
{
	size_t i;

	emit_array(e, "available_zones");
	for (i = 0; i < COUNT(measures); i++)
		if (applies(&measures[i], activity))
			emit_text(e, NULL, measures[i].available);
	emit_end(e);
}
