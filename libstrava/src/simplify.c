/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "globe.h"

/*
 * How often a part of the route is cut at the point that is farthest off before
 * it is cut in the middle.  Real routes come to an end far earlier; one that
 * were cut next to its end each time would cost the square of its length.
 */
#define DEPTH_MAX 64

/* A part of the route in which no point between the ends is kept yet. */
struct span {
	size_t first, last;
	size_t next;  /* the point to be kept when the span is cut */
	double worst; /* the square of how far off the farthest point is */
	int    depth; /* cuts that led to it */
};

/* The spans that are not good enough, the worst on top of a heap. */
struct route {
	strava_latlng *points; /* those on the globe */
	struct place  *places; /* the same */
	bool          *kept;
	struct span   *spans;
	size_t         count, span_count;
	double         enough; /* the square of the tolerance */
};

/* Finds the point that is farthest off the straight way. */
static void
measure(const struct route *route, struct span *span)
{
	struct leg leg;
	double     gap, fraction;

	sv_leg(&leg, &route->places[span->first], &route->places[span->last]);
	span->worst = -1;
	for (size_t i = span->first + 1; i < span->last; i++) {
		gap = sv_leg_square(&leg, &route->places[i], &fraction);
		if (gap > span->worst) {
			span->worst = gap;
			span->next = i;
		}
	}
	if (span->depth >= DEPTH_MAX)
		span->next = span->first + (span->last - span->first) / 2;
}

/* Adds a span to the heap unless it is good enough. */
static void
push(struct route *route, size_t first, size_t last, int depth)
{
	struct span span = { first, last, 0, 0, depth };
	size_t      at, parent;

	measure(route, &span);
	if (span.worst <= route->enough)
		return;
	for (at = route->span_count++; at > 0; at = parent) {
		parent = (at - 1) / 2;
		if (route->spans[parent].worst >= span.worst)
			break;
		route->spans[at] = route->spans[parent];
	}
	route->spans[at] = span;
}

/* Takes the worst span off the heap. */
static struct span
pop(struct route *route)
{
	struct span *spans = route->spans;
	struct span  top = spans[0], last = spans[--route->span_count];
	size_t       at = 0, child;

	while ((child = 2 * at + 1) < route->span_count) {
		if (child + 1 < route->span_count &&
		    spans[child + 1].worst > spans[child].worst)
			child++;
		if (last.worst >= spans[child].worst)
			break;
		spans[at] = spans[child];
		at = child;
	}
	spans[at] = last;
	return top;
}

/* Cuts the worst span until all are good enough or `max` points are kept. */
static void
refine(struct route *route, size_t max)
{
	struct span span;
	size_t      kept = route->count < 2 ? route->count : 2;

	for (size_t i = 0; i < route->count; i++)
		route->kept[i] = i == 0 || i == route->count - 1;
	if (kept == 2)
		push(route, 0, route->count - 1, 0);
	for (; route->span_count > 0 && kept < max; kept++) {
		span = pop(route);
		route->kept[span.next] = true;
		push(route, span.first, span.next, span.depth + 1);
		push(route, span.next, span.last, span.depth + 1);
	}
}

/* Takes over the points that are on the globe; false when out of memory. */
static bool
load(struct route *route, const strava_latlng *points, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += sv_is_on_globe(points[i]);
	if (n == 0)
		return true;
	route->points = calloc(n, sizeof(*route->points));
	route->places = calloc(n, sizeof(*route->places));
	route->kept = calloc(n, sizeof(*route->kept));
	route->spans = calloc(n, sizeof(*route->spans));
	if (route->points == NULL || route->places == NULL ||
	    route->kept == NULL || route->spans == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!sv_is_on_globe(points[i]))
			continue;
		route->points[route->count] = points[i];
		route->places[route->count++] = sv_place(points[i]);
	}
	return true;
}

/* Gives up the points that are kept, the others closed up. */
static strava_latlng *
unload(struct route *route, size_t *count_out)
{
	strava_latlng *points = route->points, *fitting;
	size_t         n = 0;

	for (size_t i = 0; i < route->count; i++)
		if (route->kept[i])
			points[n++] = points[i];
	*count_out = n;
	if (n == 0)
		return NULL;
	route->points = NULL;
	fitting = realloc(points, n * sizeof(*points));
	return fitting != NULL ? fitting : points;
}

strava_status
strava_geo_simplify(const strava_latlng *points, size_t count,
    double tolerance_m, size_t max_points, strava_latlng **points_out,
    size_t *count_out, strava_error *err)
{
	struct route  route = { .enough = tolerance_m * tolerance_m };
	strava_status status = STRAVA_OK;

	if (points_out != NULL)
		*points_out = NULL;
	if (count_out != NULL)
		*count_out = 0;
	if ((points == NULL && count > 0) || points_out == NULL ||
	    count_out == NULL)
		return sv_fail_argument(
		    err, "points, points_out or count_out is NULL");
	if (!(tolerance_m >= 0))
		return sv_fail_argument(err, "the tolerance is below 0");
	if (max_points == 1)
		return sv_fail_argument(
		    err, "max_points is 1, and the two ends are always kept");
	if (load(&route, points, count)) {
		refine(&route, max_points > 0 ? max_points : route.count);
		*points_out = unload(&route, count_out);
	} else {
		status = sv_fail_memory(err);
	}
	free(route.points);
	free(route.places);
	free(route.kept);
	free(route.spans);
	return status;
}
