/* SPDX-License-Identifier: MIT */
#ifndef APPS_SEAMS_H
#define APPS_SEAMS_H

/* The engine's seams as they really are: the clocks, Strava through a batch of
 * libstrava's, PostgreSQL through libtokenstore. */

#include <strava/batch.h>

#include "backend.h"
#include "engine.h"

struct seams {
	struct engine_seams engine; /* to be handed to engine_new() */
	struct backend     *backend;
	strava_batch       *batch;
};

/* Requests of at most `in_flight` at once, 0: ENGINE_IN_FLIGHT.  `backend` must
 * outlive the seams. */
strava_status seams_open(struct seams *seams, struct backend *backend,
    size_t in_flight, strava_error *err);

/* All answers must have been taken. */
void seams_close(struct seams *seams);

#endif
