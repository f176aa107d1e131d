/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_ROUTE_H
#define SANDBOX_ROUTE_H

#include "emit.h"
#include "person.h"
#include "track.h"

#define ROUTES_MAX 100 /* an athlete */

/* A way that an athlete has planned.  It follows from the seed and its number;
 * only its track has to be freed. */
struct route_plan {
	const struct person *person; /* outlives the route */
	size_t               number; /* 0: the newest */
	int64_t              id;
	char                 name[96];
	const char          *description; /* or NULL */
	bool                 is_private, run;
	int                  sub_type; /* 1 road ... 5 mixed */
	int64_t              created_at;
	struct track         track;
};

size_t route_count(const struct person *person);
bool   route_find(int64_t id, size_t *person, size_t *number);
bool   route_is_private(size_t number);

/* False when out of memory. */
bool route_make(uint64_t seed, const struct person *person, size_t number,
    struct route_plan *route);
void route_free(struct route_plan *route);

/* Route; with `detail` also the whole line, segments and waypoints. */
void route_emit(
    struct emit *e, uint64_t seed, const struct route_plan *route, bool detail);

/* The same way as files. */
void route_add_gpx(struct buf *out, const struct route_plan *route);
void route_add_tcx(struct buf *out, const struct route_plan *route);

#endif
