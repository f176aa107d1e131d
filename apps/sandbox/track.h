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

/* The samples and what follows from them; never the other way round. */
struct track {
	struct sample *samples;
	size_t         count;
	enum ground    ground;
	bool           power;
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

#endif
