/* SPDX-License-Identifier: MIT */
#include "track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define METRES_PER_DEGREE 111195.0
#define SAMPLE_M 60.0
#define SAMPLES_MIN 60
#define SAMPLES_MAX 600
#define STILL_S 2400

static double
clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

/* Distance from the middle of the loop, in parts of its mean radius: a circle
 * with dents, which looks like roads round a town. */
static double
radius(double angle, const double phase[4])
{
	return 1 + 0.25 * cos(2 * angle + phase[0]) +
	       0.12 * cos(3 * angle + phase[1]) +
	       0.05 * cos(7 * angle + phase[2]) +
	       0.02 * cos(19 * angle + phase[3]);
}

static void
lay_route(struct track *t, const struct course *course, struct chance *c)
{
	double phase[4], angle, r, mean_m = course->length_m / (2 * M_PI * 1.2);
	double north0 = chance_real(c, -1500, 1500);
	double east0 = chance_real(c, -1500, 1500);
	double shrink = cos(course->home->lat * M_PI / 180);
	size_t i;

	for (i = 0; i < 4; i++)
		phase[i] = chance_real(c, 0, 2 * M_PI);
	east0 -= mean_m * radius(0, phase);
	for (i = 0; i < t->count; i++) {
		angle = 2 * M_PI * (double)i / (double)(t->count - 1);
		r = mean_m * radius(angle, phase);
		t->samples[i].lat =
		    course->home->lat +
		    (north0 + r * sin(angle)) / METRES_PER_DEGREE;
		t->samples[i].lng =
		    course->home->lng +
		    (east0 + r * cos(angle)) / (METRES_PER_DEGREE * shrink);
	}
}

/* Good to a few centimetres over the distance between two samples. */
static double
gap_m(const struct sample *a, const struct sample *b)
{
	double north = (b->lat - a->lat) * METRES_PER_DEGREE;
	double east = (b->lng - a->lng) * METRES_PER_DEGREE *
		      cos((a->lat + b->lat) * M_PI / 360);

	return hypot(north, east);
}

static void
measure(struct track *t, const struct course *course)
{
	double step;
	size_t i;

	for (i = 1; i < t->count; i++) {
		step = course->length_m / (double)(t->count - 1);
		if (course->ground == GROUND_OUTDOORS)
			step = gap_m(&t->samples[i - 1], &t->samples[i]);
		else if (course->ground == GROUND_STILL)
			step = 0;
		t->samples[i].distance_m = t->samples[i - 1].distance_m + step;
	}
}

static double
grade(double rise_m, double run_m)
{
	return run_m > 1 ? clamp(100 * rise_m / run_m, -25, 25) : 0;
}

/* Hills that grow with the loop, whose end is as high as its start. */
static void
climb(struct track *t, const struct course *course, struct chance *c)
{
	double phase[3], u, rise, run;
	double hills =
	    course->home->hills_m * clamp(course->length_m / 40000, 0.05, 1);
	size_t i;

	for (i = 0; i < 3; i++)
		phase[i] = chance_real(c, 0, 2 * M_PI);
	for (i = 0; i < t->count; i++) {
		u = 2 * M_PI * (double)i / (double)(t->count - 1);
		t->samples[i].altitude_m =
		    course->home->altitude_m +
		    hills * (1.75 + sin(u + phase[0]) +
				0.5 * sin(2 * u + phase[1]) +
				0.25 * sin(5 * u + phase[2]));
		if (i == 0)
			continue;
		rise = t->samples[i].altitude_m - t->samples[i - 1].altitude_m;
		run = t->samples[i].distance_m - t->samples[i - 1].distance_m;
		t->samples[i].grade_percent = grade(rise, run);
	}
}

/* Slower uphill, faster downhill, and a halt now and then. */
static void
pace(struct track *t, const struct course *course, struct chance *c)
{
	double now = 0, halt, step, wanted;
	size_t i;

	for (i = 1; i < t->count; i++) {
		struct sample *s = &t->samples[i];

		wanted = course->speed_mps * (1 - 0.06 * s->grade_percent) *
			 chance_real(c, 0.94, 1.06);
		s->speed_mps = clamp(
		    wanted, 0.45 * course->speed_mps, 1.8 * course->speed_mps);
		step = (s->distance_m - t->samples[i - 1].distance_m) /
		       s->speed_mps;
		halt = chance_int(c, 0, 199) == 0 ? chance_real(c, 25, 180) : 0;
		s->moving = halt == 0;
		now += step + halt;
		s->time_s = (int)ceil(now);
	}
	t->samples[0].moving = true;
}

/* Somebody who lifts weights: time passes, nothing moves. */
static void
stand_still(struct track *t)
{
	double step = STILL_S / (double)(t->count - 1);
	size_t i;

	for (i = 0; i < t->count; i++)
		t->samples[i].time_s = (int)lround(step * (double)i);
}

static void
exert(struct track *t, const struct course *course, struct chance *c)
{
	double heart = 95, target, watts, v;
	int    warmth = (int)chance_int(c, 4, 28);
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct sample *s = &t->samples[i];

		v = s->speed_mps;
		watts = 0.22 * v * v * v + 4 * v + 7.5 * v * s->grade_percent +
			chance_real(c, -25, 25);
		s->power_w = course->power ? (int)clamp(watts, 0, 850) : 0;
		target = 138 + 5 * s->grade_percent + chance_real(c, -6, 6);
		heart += (clamp(target, 100, 186) - heart) * 0.08;
		s->heartrate_bpm = (int)heart;
		s->cadence_rpm = s->moving ? (int)chance_int(c, 78, 94) : 0;
		s->temperature_c = warmth + (int)(4 * i / t->count);
	}
}

/* What one step between two samples adds. */
static void
add_step(struct track *t, const struct sample *from, const struct sample *to,
    double *moving_s)
{
	double rise = to->altitude_m - from->altitude_m;
	double run = to->distance_m - from->distance_m;

	if (rise > 0)
		t->gain_m += rise;
	if ((t->has & TRACK_DISTANCE) == 0)
		*moving_s += to->time_s - from->time_s;
	else if (to->speed_mps > 0)
		*moving_s += run / to->speed_mps;
}

void
track_sum_up(struct track *t)
{
	const struct sample *first = t->samples, *s = first;
	double               n = (double)t->count, moving_s = 0;
	size_t               i;

	t->gain_m = t->max_speed_mps = t->average_heartrate_bpm = 0;
	t->average_power_w = t->average_cadence_rpm = 0;
	t->max_heartrate_bpm = t->max_power_w = 0;
	t->high_m = t->low_m = first->altitude_m;
	for (i = 0; i < t->count; i++, s++) {
		if (i > 0)
			add_step(t, s - 1, s, &moving_s);
		t->high_m = fmax(t->high_m, s->altitude_m);
		t->low_m = fmin(t->low_m, s->altitude_m);
		t->max_speed_mps = fmax(t->max_speed_mps, s->speed_mps);
		t->average_heartrate_bpm += s->heartrate_bpm / n;
		t->average_power_w += s->power_w / n;
		t->average_cadence_rpm += s->cadence_rpm / n;
		if (s->heartrate_bpm > t->max_heartrate_bpm)
			t->max_heartrate_bpm = s->heartrate_bpm;
		if (s->power_w > t->max_power_w)
			t->max_power_w = s->power_w;
	}
	s--;
	t->distance_m = s->distance_m - first->distance_m;
	t->elapsed_s = s->time_s - first->time_s;
	t->moving_s = (int)fmin(ceil(moving_s), t->elapsed_s);
}

/* What a device records where. */
static unsigned
recorded(const struct course *course)
{
	switch (course->ground) {
	case GROUND_STILL: return TRACK_HEART | TRACK_WARMTH;
	case GROUND_INDOORS:
		return TRACK_DISTANCE | TRACK_HEART | TRACK_CADENCE |
		       TRACK_WARMTH;
	case GROUND_OUTDOORS: break;
	}
	return TRACK_POSITION | TRACK_DISTANCE | TRACK_ALTITUDE | TRACK_HEART |
	       TRACK_CADENCE | TRACK_WARMTH | (course->power ? TRACK_POWER : 0);
}

bool
track_make(const struct course *course, struct chance *c, struct track *track)
{
	double wanted = course->length_m / SAMPLE_M;

	memset(track, 0, sizeof(*track));
	track->has = recorded(course);
	track->count = (size_t)clamp(wanted, SAMPLES_MIN, SAMPLES_MAX);
	track->samples = calloc(track->count, sizeof(*track->samples));
	if (track->samples == NULL)
		return false;
	if (course->ground == GROUND_OUTDOORS)
		lay_route(track, course, c);
	measure(track, course);
	if (course->ground == GROUND_OUTDOORS)
		climb(track, course, c);
	if (course->ground == GROUND_STILL)
		stand_still(track);
	else
		pace(track, course, c);
	exert(track, course, c);
	track_sum_up(track);
	return true;
}

void
track_free(struct track *track)
{
	free(track->samples);
	memset(track, 0, sizeof(*track));
}

bool
track_cut(
    const struct track *whole, size_t first, size_t last, struct track *part)
{
	const struct sample *start = &whole->samples[first];
	struct sample       *s;
	size_t               i;

	memset(part, 0, sizeof(*part));
	part->has = whole->has;
	part->count = last - first + 1;
	part->samples = calloc(part->count, sizeof(*part->samples));
	if (part->samples == NULL)
		return false;
	for (i = 0; i < part->count; i++) {
		s = &part->samples[i];
		*s = start[i];
		s->time_s -= start->time_s;
		s->distance_m -= start->distance_m;
	}
	track_sum_up(part);
	return true;
}

void
track_complete(struct track *track)
{
	double run, rise;
	int    took_s;
	size_t i;

	track->samples[0].moving = true;
	for (i = 1; i < track->count; i++) {
		struct sample *s = &track->samples[i], *before = s - 1;

		if ((track->has & TRACK_DISTANCE) == 0)
			s->distance_m = before->distance_m + gap_m(before, s);
		run = s->distance_m - before->distance_m;
		rise = s->altitude_m - before->altitude_m;
		took_s = s->time_s - before->time_s;
		s->speed_mps = run > 0 && took_s > 0 ? run / took_s : 0;
		s->moving = s->speed_mps > 0;
		s->grade_percent = grade(rise, run);
	}
	if ((track->has & TRACK_POSITION) != 0)
		track->has |= TRACK_DISTANCE;
}

size_t
track_reach(const struct track *track, size_t from, double distance_m)
{
	double goal = track->samples[from].distance_m + distance_m;
	size_t i = from;

	while (i + 1 < track->count && track->samples[i].distance_m < goal)
		i++;
	return i;
}
