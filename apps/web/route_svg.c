/* SPDX-License-Identifier: MIT */
#include "route_svg.h"

#include <math.h>
#include <stdbool.h>
#include <strava/geo.h>

#include "html.h"

/*
 * The picture is LONG_SIDE units along its longer side, in whole numbers: a
 * unit is less than a pixel on any screen, and a route of thousands of points
 * stays a few kilobytes, since points that fall on one spot are drawn once.
 */
#define LONG_SIDE 1000
#define SHORTEST_SIDE 400 /* a straight road still gets a picture */
#define MARGIN 60
#define FOOT 50                  /* below, for the scale */
#define SMALLEST_M 100           /* what a route in one spot is shown in */
#define METRES_PER_DEG 111319.49 /* of latitude, on a sphere */
#define RADIANS (3.14159265358979323846 / 180)

/* Degrees into units: x = x0 + (lng - lng0) * x_scale, y = (lat0 - lat) *
 * y_scale. */
struct frame {
	double lat0; /* of the upper edge of the picture */
	double lng0; /* of the middle, and where that is: */
	double x0;
	double x_scale, y_scale;
	double metres_per_unit;
	int    width, height;
};

struct spot {
	int x, y;
};

static bool
on_globe(strava_latlng p)
{
	/* Written so that a NAN is not on the globe either. */
	return p.lat >= -90 && p.lat <= 90 && p.lng >= -180 && p.lng <= 180;
}

/* Counted on over the date line too. */
static bool
bounds_of(const strava_latlng *points, size_t count, strava_bounds *b)
{
	for (size_t i = 0; i < count; i++)
		if (!on_globe(points[i]))
			return false;
	if (strava_geo_bounds(points, count, b, NULL) != STRAVA_OK)
		return false;
	if (b->east < b->west)
		b->east += 360;
	return true;
}

static int
side(double units)
{
	int length = (int)ceil(units);

	return (length > SHORTEST_SIDE ? length : SHORTEST_SIDE) + 2 * MARGIN;
}

/*
 * Equirectangular about the middle: true to shape for anything that an athlete
 * covers in a day.  The route is centred; both axes have the same scale.
 */
static struct frame
frame_of(const strava_bounds *b)
{
	struct frame frame;
	double       lat = (b->south + b->north) / 2;
	double       lng = (b->west + b->east) / 2;
	double       shrink = fmax(cos(lat * RADIANS), 0.01);
	double       wide_m = (b->east - b->west) * shrink * METRES_PER_DEG;
	double       high_m = (b->north - b->south) * METRES_PER_DEG;

	frame.metres_per_unit =
	    fmax(fmax(wide_m, high_m), SMALLEST_M) / LONG_SIDE;
	frame.width = side(wide_m / frame.metres_per_unit);
	frame.height = side(high_m / frame.metres_per_unit) + FOOT;
	frame.y_scale = METRES_PER_DEG / frame.metres_per_unit;
	frame.x_scale = frame.y_scale * shrink;
	frame.lng0 = lng;
	frame.x0 = frame.width / 2.0;
	frame.lat0 = lat + (frame.height - FOOT) / 2.0 / frame.y_scale;
	return frame;
}

/* Longitudes are taken from the middle, so that a route across the date line
 * stays in one piece. */
static struct spot
spot_of(const struct frame *frame, strava_latlng p)
{
	double      east = remainder(p.lng - frame->lng0, 360);
	struct spot spot = {
		.x = (int)lround(frame->x0 + east * frame->x_scale),
		.y = (int)lround((frame->lat0 - p.lat) * frame->y_scale),
	};

	return spot;
}

/* The line, from spot to spot; returns the last one. */
static struct spot
add_line(struct buf *out, const struct frame *frame,
    const strava_latlng *points, size_t count)
{
	struct spot at = spot_of(frame, points[0]), next;

	buf_addf(out,
	    "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"3.5\" "
	    "vector-effect=\"non-scaling-stroke\" stroke-linejoin=\"round\" "
	    "stroke-linecap=\"round\" d=\"M%d %dl0 0",
	    at.x, at.y);
	for (size_t i = 1; i < count; i++) {
		next = spot_of(frame, points[i]);
		if (next.x == at.x && next.y == at.y)
			continue;
		buf_addf(out, " %d %d", next.x - at.x, next.y - at.y);
		at = next;
	}
	buf_add_text(out, "\"/>");
	return at;
}

/* A disc at the start and a square around the finish: told apart by shape. */
static void
add_marks(struct buf *out, struct spot start, struct spot finish)
{
	buf_addf(out,
	    "<rect class=\"route-finish\" x=\"%d\" y=\"%d\" width=\"40\" "
	    "height=\"40\" fill=\"none\" stroke=\"currentColor\" "
	    "stroke-width=\"3.5\" vector-effect=\"non-scaling-stroke\"/>",
	    finish.x - 20, finish.y - 20);
	buf_addf(out,
	    "<circle class=\"route-start\" cx=\"%d\" cy=\"%d\" r=\"15\" "
	    "fill=\"currentColor\"/>",
	    start.x, start.y);
}

/* The largest of 1, 2, 5, 10, 20 ... that is not above `limit`. */
static double
round_length(double limit)
{
	double base = pow(10, floor(log10(limit)));

	if (limit >= 5 * base)
		return 5 * base;
	return limit >= 2 * base ? 2 * base : base;
}

/* A bar of a round length, at most a third of the picture's width. */
static void
add_scale(struct buf *out, const struct frame *frame, strava_unit_system units)
{
	double         limit_m = frame->width / 3.0 * frame->metres_per_unit;
	strava_measure limit =
	    strava_units_convert(STRAVA_QUANTITY_DISTANCE, limit_m, units);
	double length;
	int    bar, y = frame->height - 18;

	if (limit.value < 1)
		limit = strava_units_convert(
		    STRAVA_QUANTITY_SHORT_DISTANCE, limit_m, units);
	length = round_length(limit.value);
	bar = (int)lround(frame->width / 3.0 * length / limit.value);
	buf_addf(out,
	    "<g class=\"route-scale\"><path fill=\"none\" "
	    "stroke=\"currentColor\" stroke-width=\"1.5\" "
	    "vector-effect=\"non-scaling-stroke\" "
	    "d=\"M20 %dv12h%dv-12\"/>",
	    y - 12, bar);
	buf_addf(out,
	    "<text x=\"%d\" y=\"%d\" font-size=\"38\" "
	    "fill=\"currentColor\">%.6g %s</text></g>",
	    bar + 34, y + 4, length, limit.unit);
}

bool
route_svg(struct buf *out, const strava_latlng *points, size_t count,
    const char *name, strava_unit_system units)
{
	strava_bounds bounds;
	struct frame  frame;
	struct spot   finish;

	if (!bounds_of(points, count, &bounds))
		return false;
	frame = frame_of(&bounds);
	buf_addf(out,
	    "<svg class=\"route\" xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-labelledby=\"route-title route-desc\">"
	    "<title id=\"route-title\">Route of ",
	    frame.width, frame.height);
	html_text(out, name);
	buf_add_text(out,
	    "</title><desc id=\"route-desc\">Line of the route, north up. "
	    "A disc marks the start, a square the finish.</desc>");
	finish = add_line(out, &frame, points, count);
	add_marks(out, spot_of(&frame, points[0]), finish);
	add_scale(out, &frame, units);
	buf_add_text(out, "</svg>");
	return true;
}
