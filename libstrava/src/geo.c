/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "globe.h"

/* WGS 84 */
#define EQUATOR_M 6378137.0
#define FLATTENING (1 / 298.257223563)
#define SQUEEZE ((1 - FLATTENING) * (1 - FLATTENING))

#define DEGREE (3.14159265358979323846 / 180)

static struct place
minus(const struct place *a, const struct place *b)
{
	return (struct place){ a->x - b->x, a->y - b->y, a->z - b->z };
}

static double
dot(const struct place *a, const struct place *b)
{
	return a->x * b->x + a->y * b->y + a->z * b->z;
}

static struct place
cross(const struct place *a, const struct place *b)
{
	return (struct place){ a->y * b->z - a->z * b->y,
		a->z * b->x - a->x * b->z, a->x * b->y - a->y * b->x };
}

static double
square(const struct place *a, const struct place *b)
{
	struct place gap = minus(a, b);

	return dot(&gap, &gap);
}

bool
sv_is_on_globe(strava_latlng point)
{
	/* Written so that a NAN is not on the globe either. */
	return fabs(point.lat) <= 90 && fabs(point.lng) <= 180;
}

struct place
sv_place(strava_latlng point)
{
	double sin_lat = sin(point.lat * DEGREE);
	double normal = EQUATOR_M / sqrt(1 - (1 - SQUEEZE) * sin_lat * sin_lat);
	double ring = normal * cos(point.lat * DEGREE);

	return (struct place){ ring * cos(point.lng * DEGREE),
		ring * sin(point.lng * DEGREE), normal * SQUEEZE * sin_lat };
}

/* The point on the surface above a place. */
static strava_latlng
point_of(const struct place *p)
{
	return (
	    strava_latlng){ atan2(p->z, SQUEEZE * hypot(p->x, p->y)) / DEGREE,
		atan2(p->y, p->x) / DEGREE };
}

/* The way over the surface: an arc above the straight line. */
static double
arc(const struct place *a, const struct place *b)
{
	double across = sqrt(dot(a, a)) + sqrt(dot(b, b));

	return across * asin(fmin(sqrt(square(a, b)) / across, 1));
}

double
strava_geo_distance_m(strava_latlng a, strava_latlng b)
{
	struct place from, to;

	if (!sv_is_on_globe(a) || !sv_is_on_globe(b))
		return NAN;
	from = sv_place(a);
	to = sv_place(b);
	return arc(&from, &to);
}

double
strava_geo_length_m(const strava_latlng *points, size_t count)
{
	struct place before, at;
	double       length = 0;
	bool         begun = false;

	for (size_t i = 0; points != NULL && i < count; i++) {
		if (!sv_is_on_globe(points[i]))
			continue;
		at = sv_place(points[i]);
		if (begun)
			length += arc(&before, &at);
		before = at;
		begun = true;
	}
	return length;
}

/*
 * Longitudes are counted on over the date line to compare them; the box gets
 * them as they came, so that rounding leaves no point outside.  False when there
 * is no point.
 */
static bool
spread(const strava_latlng *points, size_t count, strava_bounds *b)
{
	double before = 0, turns = 0, west = 0, east = 0, lng;
	bool   begun = false;

	for (size_t i = 0; i < count; i++) {
		if (!sv_is_on_globe(points[i]))
			continue;
		lng = points[i].lng;
		if (!begun) {
			*b = (strava_bounds){ points[i].lat, lng, points[i].lat,
				lng };
			west = east = lng;
		} else if (fabs(lng - before) > 180) {
			turns += lng < before ? 360 : -360;
		}
		begun = true;
		before = lng;
		b->south = fmin(b->south, points[i].lat);
		b->north = fmax(b->north, points[i].lat);
		if (lng + turns < west) {
			west = lng + turns;
			b->west = lng;
		}
		if (lng + turns > east) {
			east = lng + turns;
			b->east = lng;
		}
	}
	if (east - west >= 360) {
		b->west = -180;
		b->east = 180;
	}
	return begun;
}

strava_status
strava_geo_bounds(const strava_latlng *points, size_t count, strava_bounds *out,
    strava_error *err)
{
	if (out != NULL)
		memset(out, 0, sizeof(*out));
	if (points == NULL || out == NULL)
		return sv_fail_argument(err, "points or out is NULL");
	if (!spread(points, count, out))
		return sv_fail_argument(err, "no point is on the globe");
	return STRAVA_OK;
}

void
sv_leg(struct leg *leg, const struct place *a, const struct place *b)
{
	struct place middle = { a->x + b->x, a->y + b->y, a->z + b->z };
	double       width;

	leg->a = *a;
	leg->b = *b;
	leg->up = middle;
	leg->along = minus(b, a);
	leg->length = sqrt(dot(&leg->along, &leg->along));
	leg->side = cross(&middle, &leg->along);
	width = sqrt(dot(&leg->side, &leg->side));
	if (!(width > 0)) { /* of no length, or to the other end of the globe */
		leg->length = 0;
		return;
	}
	leg->along.x /= leg->length;
	leg->along.y /= leg->length;
	leg->along.z /= leg->length;
	leg->side.x /= width;
	leg->side.y /= width;
	leg->side.z /= width;
}

double
sv_leg_square(const struct leg *leg, const struct place *p, double *fraction)
{
	struct place gap = minus(p, &leg->a);
	double       along = dot(&gap, &leg->along), off, leaning, from_b;

	if (along > 0 && along < leg->length && dot(p, &leg->up) > 0) {
		*fraction = along / leg->length;
		/* How far off the plane of the leg; as a straight line to the
		 * surface there, so that it compares with the other two. */
		off = dot(&gap, &leg->side);
		off *= off;
		leaning = 1 - off / dot(&leg->a, &leg->a);
		return 2 * off / (1 + sqrt(fmax(leaning, 0)));
	}
	off = dot(&gap, &gap);
	from_b = square(p, &leg->b);
	*fraction = from_b < off ? 1 : 0;
	return fmin(off, from_b);
}

/* The nearest place on a route of one point or more. */
struct search {
	struct place sought;
	double       best; /* the square of the distance */
	struct place place;
	size_t       leg;
	double       fraction;
};

static void
look_at_leg(struct search *s, const struct leg *leg, size_t index)
{
	double fraction;
	double distance = sv_leg_square(leg, &s->sought, &fraction);

	if (!(distance < s->best))
		return;
	s->best = distance;
	s->leg = index;
	s->fraction = fraction;
	s->place.x = leg->a.x + fraction * (leg->b.x - leg->a.x);
	s->place.y = leg->a.y + fraction * (leg->b.y - leg->a.y);
	s->place.z = leg->a.z + fraction * (leg->b.z - leg->a.z);
}

/* False when there is no point. */
static bool
search(struct search *s, const strava_latlng *points, size_t count)
{
	struct leg   leg;
	struct place before, at;
	size_t       begin = count; /* of the leg; `count`: of none yet */

	s->best = INFINITY;
	for (size_t i = 0; i < count; i++) {
		if (!sv_is_on_globe(points[i]))
			continue;
		at = sv_place(points[i]);
		sv_leg(&leg, begin < count ? &before : &at, &at);
		look_at_leg(s, &leg, begin < count ? begin : i);
		before = at;
		begin = i;
	}
	return begin < count;
}

strava_status
strava_geo_nearest(const strava_latlng *points, size_t count,
    strava_latlng point, strava_nearest *out, strava_error *err)
{
	struct search s = { 0 };

	if (out != NULL)
		memset(out, 0, sizeof(*out));
	if (points == NULL || out == NULL)
		return sv_fail_argument(err, "points or out is NULL");
	if (!sv_is_on_globe(point))
		return sv_fail_argument(err, "the point is not on the globe");
	s.sought = sv_place(point);
	if (!search(&s, points, count))
		return sv_fail_argument(
		    err, "no point of the route is on the globe");
	out->place = point_of(&s.place);
	out->leg = s.leg;
	out->fraction = s.fraction;
	out->distance_m = strava_geo_distance_m(point, out->place);
	return STRAVA_OK;
}
