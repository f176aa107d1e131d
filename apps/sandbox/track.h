/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_TRACK_H
#define SANDBOX_TRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "chance.h"
#include "person.h"

/* What a recording device would have seen of one outing. */
struct sample {
	double lat, lng;
	double altitude_m, distance_m, speed_mps, grade_percent;
	int    time_s, heartrate_bpm, cadence_rpm, power_w, temperature_c;
	bool   moving;
};

enum ground {
	GROUND_OUTDOORS, /* a loop that ends where it began */
	GROUND_INDOORS,  /* distance, but no position */
	GROUND_STILL     /* neither */
};

struct course {
	const struct place *home;
	enum ground         ground;
	double              length_m, speed_mps;
	bool                power; /* measured, as on a bicycle */
};

/* What the samples of a track hold beside time. */
enum {
	TRACK_POSITION = 1,
	TRACK_DISTANCE = 2,
	TRACK_ALTITUDE = 4,
	TRACK_HEART = 8,
	TRACK_CADENCE = 16,
	TRACK_POWER = 32,
	TRACK_WARMTH = 64
};

/* The samples and what follows from them; never the other way round. */
struct track {
	struct sample *samples;
	size_t         count;
	unsigned       has;
	double         distance_m, gain_m, high_m, low_m;
	int            moving_s, elapsed_s;
	double         max_speed_mps;
	double average_heartrate_bpm, average_power_w, average_cadence_rpm;
	int    max_heartrate_bpm, max_power_w;
};

/* False when out of memory.  Ends with track_free(). */
bool track_make(
    const struct course *course, struct chance *c, struct track *track);
void track_free(struct track *track);

/* Works out of the samples what follows from them.  There is at least one. */
void track_sum_up(struct track *t);

/* The samples from `first` to `last`, both included, with time and distance
 * counted from the first.  False when out of memory. */
bool track_cut(
    const struct track *whole, size_t first, size_t last, struct track *part);

/* Fills in distance where there are positions alone, and speed and grade. */
void track_complete(struct track *track);

/* The first sample that lies `distance_m` behind that at `from`, or the last. */
size_t track_reach(const struct track *track, size_t from, double distance_m);

#endif
