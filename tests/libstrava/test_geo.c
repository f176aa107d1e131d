/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <strava/strava.h>

#include "test.h"

#define DEGREE (3.14159265358979323846 / 180)
#define NOWHERE              \
	{                    \
		NAN_D, NAN_D \
	}
#define NAN_D ((double)NAN)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_near(double a, double b, double error)
{
	return fabs(a - b) <= error;
}

/*
 * The geodesic by Vincenty's inverse formula, which has nothing in common with
 * the library's way.  NAN where it does not converge: at the other end of the
 * globe.
 */
static double
vincenty(strava_latlng p, strava_latlng q)
{
	const double a = 6378137, f = 1 / 298.257223563, b = (1 - f) * a;
	double       u1 = atan((1 - f) * tan(p.lat * DEGREE));
	double       u2 = atan((1 - f) * tan(q.lat * DEGREE));
	double       l = (q.lng - p.lng) * DEGREE, lambda = l, before;
	double       sin_s, cos_s, s, sin_a, cos2_a, cos_2m, c, u, ka, kb, d;

	if (p.lat == q.lat && p.lng == q.lng)
		return 0;
	for (int i = 0; i < 200; i++) {
		sin_s = hypot(cos(u2) * sin(lambda),
		    cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lambda));
		cos_s = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lambda);
		s = atan2(sin_s, cos_s);
		if (sin_s == 0)
			return 0;
		sin_a = cos(u1) * cos(u2) * sin(lambda) / sin_s;
		cos2_a = 1 - sin_a * sin_a;
		cos_2m =
		    cos2_a > 0 ? cos_s - 2 * sin(u1) * sin(u2) / cos2_a : 0;
		c = f / 16 * cos2_a * (4 + f * (4 - 3 * cos2_a));
		before = lambda;
		lambda =
		    l + (1 - c) * f * sin_a *
			    (s + c * sin_s *
				     (cos_2m + c * cos_s *
						   (2 * cos_2m * cos_2m - 1)));
		if (fabs(lambda - before) > 1e-13)
			continue;
		u = cos2_a * (a * a - b * b) / (b * b);
		ka = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)));
		kb = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)));
		d = kb * sin_s *
		    (cos_2m +
			kb / 4 *
			    (cos_s * (2 * cos_2m * cos_2m - 1) -
				kb / 6 * cos_2m * (4 * sin_s * sin_s - 3) *
				    (4 * cos_2m * cos_2m - 3)));
		return b * ka * (s - d);
	}
	return NAN_D;
}

static uint64_t random_state = 88172645463325252U;

/* From `low` to `high`, evenly; always the same ones. */
static double
chance(double low, double high)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return low +
	       (high - low) * (double)(random_state >> 11) / 9007199254740992.0;
}

static strava_latlng
anywhere(double lat_max)
{
	return (strava_latlng){ chance(-lat_max, lat_max), chance(-180, 180) };
}

/* A point about so far from `p`, over the date line too. */
static strava_latlng
around(strava_latlng p, double metres)
{
	double angle = chance(0, 2 * 3.141592653589793);
	double lat = p.lat + metres * sin(angle) / 111320;
	double lng = p.lng + metres * cos(angle) / 111320 /
				 fmax(cos(p.lat * DEGREE), 0.01);

	return (strava_latlng){ fmax(-90, fmin(90, lat)), remainder(lng, 360) };
}

/* The accuracy that <strava/geo.h> promises. */
static void
distances_are_right(void **state)
{
	static const double reaches[] = { 1, 10, 100, 1000, 10000, 90000 };
	strava_latlng       p, q;
	double              exact, error, worst = 0;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		p = anywhere(90);
		q = around(p, reaches[i % 6]);
		exact = vincenty(p, q);
		if (isnan(exact) || exact < 0.1)
			continue;
		/* Vincenty's formula itself is good to a tenth of a
		 * millimetre. */
		error = fabs(strava_geo_distance_m(p, q) - exact) - 1e-4;
		worst = fmax(worst, error / exact);
	}
	print_message("worst error of a leg below 100 km: %.2g\n", worst);
	assert_true(worst < 1e-6);
	worst = 0;
	for (int i = 0; i < 60000; i++) {
		p = anywhere(90);
		q = anywhere(90);
		exact = vincenty(p, q);
		if (isnan(exact) || exact < 1)
			continue;
		error = fabs(strava_geo_distance_m(p, q) - exact);
		worst = fmax(worst, error / exact);
	}
	print_message("worst error on the globe: %.2g\n", worst);
	assert_true(worst < 2e-3);
}

static void
known_distances_are_met(void **state)
{
	static const strava_latlng pole = { 90, 17 }, equator = { 0, 17 };
	static const strava_latlng north = { 89.9, 0 }, beyond = { 89.9, 180 };
	static const strava_latlng west = { -17, 179.99 },
				   east = { -17, -179.99 };
	static const strava_latlng plus = { 10, 180 }, minus = { 10, -180 };
	static const strava_latlng other_pole = { -90, 0 };

	(void)state;
	assert_true(
	    is_near(strava_geo_distance_m(pole, equator), 10001965.729, 20000));
	/* A degree of the meridian at the pole is 111693.9 m. */
	assert_true(
	    is_near(strava_geo_distance_m(north, beyond), 22338.8, 0.1));
	assert_true(is_near(strava_geo_distance_m(west, east),
	    strava_geo_distance_m(
		(strava_latlng){ -17, 10 }, (strava_latlng){ -17, 10.02 }),
	    1e-6));
	assert_true(is_near(strava_geo_distance_m(plus, minus), 0, 1e-6));
	assert_true(strava_geo_distance_m(pole, pole) == 0);
	assert_true(is_near(
	    strava_geo_distance_m(pole, other_pole), 20003931.459, 50000));
	assert_true(
	    is_near(strava_geo_distance_m(equator, (strava_latlng){ 0, -163 }),
		20003931.459, 50000));
}

static void
what_is_off_the_globe_has_no_distance(void **state)
{
	static const strava_latlng bad[] = { { NAN_D, 0 }, { 0, NAN_D },
		{ 90.1, 0 }, { 0, -180.1 }, { (double)INFINITY, 0 } };
	static const strava_latlng good = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_true(isnan(strava_geo_distance_m(bad[i], good)));
		assert_true(isnan(strava_geo_distance_m(good, bad[i])));
	}
}

static void
a_length_is_the_sum_of_the_legs(void **state)
{
	static const strava_latlng line[] = { NOWHERE, { 47, 8 }, NOWHERE,
		NOWHERE, { 47.01, 8 }, { 47.01, 8.01 }, { 91, 8 } };
	double                     sum;

	(void)state;
	sum = strava_geo_distance_m(line[1], line[4]) +
	      strava_geo_distance_m(line[4], line[5]);
	assert_true(strava_geo_length_m(line, COUNT_OF(line)) == sum);
	assert_true(strava_geo_length_m(line, 4) == 0);
	assert_true(strava_geo_length_m(line, 1) == 0);
	assert_true(strava_geo_length_m(line, 0) == 0);
	assert_true(strava_geo_length_m(NULL, 7) == 0);
}

static void
bounds_are_the_smallest_box(void **state)
{
	static const struct {
		strava_latlng points[4];
		strava_bounds box; /* south, west, north, east */
	} rows[] = {
		{ { { 1, 2 }, { 3, -4 }, NOWHERE, { -5, 6 } },
		    { -5, -4, 3, 6 } },
		{ { { 1, 2 }, { 1, 2 }, { 1, 2 }, { 1, 2 } }, { 1, 2, 1, 2 } },
		/* Over the date line, in both directions. */
		{ { { 0, 179 }, { 0, -179 }, { 0, -178 }, { 0, 178 } },
		    { 0, 178, 0, -178 } },
		{ { { 0, -179 }, { 0, 179 }, { 1, 180 }, { 0, -179.5 } },
		    { 0, 179, 1, -179 } },
		{ { { 0, -90.25 }, { 0, 90.25 }, { 0, 91 }, { 0, -100 } },
		    { 0, 90.25, 0, -90.25 } },
		{ { { 0, 180 }, { 0, 180 }, { 0, 179 }, { 0, 180 } },
		    { 0, 179, 0, 180 } },
		{ { { 0, -180 }, { 0, -180 }, { 0, -179 }, { 0, -180 } },
		    { 0, -180, 0, -179 } },
		/* Round the pole. */
		{ { { 80, 0 }, { 81, 120 }, { 80, -120 }, { 80, 0 } },
		    { 80, -180, 81, 180 } },
		{ { { -80, 0 }, { -81, -120 }, { -80, 120 }, { -80, 0 } },
		    { -81, -180, -80, 180 } },
		/* Nearly. */
		{ { { 80, 0 }, { 80, 120 }, { 80, -120 }, { 80, -1 } },
		    { 80, 0, 80, -1 } },
	};
	strava_bounds box;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(
		    strava_geo_bounds(rows[i].points, 4, &box, NULL),
		    STRAVA_OK);
		assert_true(box.south == rows[i].box.south);
		assert_true(box.west == rows[i].box.west);
		assert_true(box.north == rows[i].box.north);
		assert_true(box.east == rows[i].box.east);
	}
}

/* 360 more and then 360 less is not what it was. */
static void
no_point_is_rounded_out_of_its_bounds(void **state)
{
	static const strava_latlng points[] = { { 0, -3.80716 },
		{ 0, 118.45634 }, { 0, -121.66394 }, { 0, -120.48052 } };
	strava_bounds              box;

	(void)state;
	assert_int_equal(strava_geo_bounds(points, 4, &box, NULL), STRAVA_OK);
	assert_true(box.west == points[0].lng);
	assert_true(box.east == points[3].lng);
}

static void
nothing_has_no_bounds(void **state)
{
	static const strava_latlng nothing[] = { NOWHERE, { 90.1, 0 } };
	strava_bounds              box = { 1, 1, 1, 1 };
	strava_error               err;

	(void)state;
	assert_int_equal(
	    strava_geo_bounds(nothing, 2, &box, &err), STRAVA_ERR_ARGUMENT);
	assert_string_equal(err.message, "no point is on the globe");
	assert_true(box.south == 0 && box.east == 0);
	assert_int_equal(
	    strava_geo_bounds(nothing, 0, &box, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_geo_bounds(NULL, 0, &box, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_geo_bounds(nothing, 2, NULL, NULL), STRAVA_ERR_ARGUMENT);
}

static strava_nearest
nearest(const strava_latlng *points, size_t count, strava_latlng point)
{
	strava_nearest found;

	assert_int_equal(
	    strava_geo_nearest(points, count, point, &found, NULL), STRAVA_OK);
	return found;
}

static void
the_nearest_place_is_found(void **state)
{
	/* 1000 m north, then 2000 m east. */
	static const strava_latlng line[] = { NOWHERE, { 47, 8 }, NOWHERE,
		{ 47.009, 8 }, { 47.009, 8.0264 } };
	strava_nearest             n;

	(void)state;
	/* Beside the middle of the first leg, to the west. */
	n = nearest(line, COUNT_OF(line), (strava_latlng){ 47.0045, 7.99 });
	assert_int_equal(n.leg, 1);
	assert_true(is_near(n.fraction, 0.5, 1e-4));
	assert_true(is_near(n.place.lat, 47.0045, 1e-6));
	assert_true(is_near(n.place.lng, 8, 1e-9));
	assert_true(is_near(n.distance_m, 760.4, 0.5));
	/* In front of the start, behind the end, outside the corner. */
	n = nearest(line, COUNT_OF(line), (strava_latlng){ 46.99, 8 });
	assert_int_equal(n.leg, 1);
	assert_true(n.fraction == 0);
	assert_true(is_near(n.place.lat, 47, 1e-12));
	n = nearest(line, COUNT_OF(line), (strava_latlng){ 47.009, 8.04 });
	assert_int_equal(n.leg, 3);
	assert_true(n.fraction == 1);
	n = nearest(line, COUNT_OF(line), (strava_latlng){ 47.02, 7.99 });
	assert_int_equal(n.leg, 1);
	assert_true(n.fraction == 1);
	/* On it. */
	n = nearest(line, COUNT_OF(line), line[4]);
	assert_true(is_near(n.distance_m, 0, 1e-6));
	/* A quarter into the second leg. */
	n = nearest(line, COUNT_OF(line), (strava_latlng){ 47.01, 8.0066 });
	assert_int_equal(n.leg, 3);
	assert_true(is_near(n.fraction, 0.25, 1e-3));
}

static void
the_nearest_place_is_found_at_the_edges_of_maps(void **state)
{
	static const strava_latlng fiji[] = { { -17, 179.99 },
		{ -17, -179.99 } };
	static const strava_latlng over_pole[] = { { 89.9, 0 }, { 89.9, 180 } };
	static const strava_latlng far[] = { { -17, 179.99 }, { -17, -179.99 },
		{ 10, -20 } };
	static const strava_latlng spot[] = { { 5, 5 } };
	static const strava_latlng still[] = { { 5, 5 }, { 5, 5 } };
	strava_nearest             n;

	(void)state;
	n = nearest(fiji, 2, (strava_latlng){ -17.001, 180 });
	assert_true(is_near(n.fraction, 0.5, 1e-6));
	assert_true(is_near(fabs(n.place.lng), 180, 1e-9));
	assert_true(is_near(n.distance_m, 110.66, 0.1));
	n = nearest(fiji, 2, (strava_latlng){ -17, -179.98 });
	assert_true(n.fraction == 1);
	n = nearest(over_pole, 2, (strava_latlng){ 90, 77 });
	assert_true(is_near(n.fraction, 0.5, 1e-9));
	assert_true(is_near(n.distance_m, 0, 1e-6));
	n = nearest(over_pole, 2, (strava_latlng){ 89.99, 90 });
	assert_true(is_near(n.fraction, 0.5, 1e-6));
	assert_true(is_near(n.distance_m, 1116.9, 0.1));
	n = nearest(spot, 1, (strava_latlng){ 5, 6 });
	assert_int_equal(n.leg, 0);
	assert_true(n.fraction == 0);
	assert_true(is_near(n.distance_m, 110900, 100));
	n = nearest(still, 2, (strava_latlng){ 5, 6 });
	assert_int_equal(n.leg, 0);
	assert_true(n.fraction == 0);
	/* The plane of the first leg passes through the point, but that is at
	 * the other end of the globe. */
	n = nearest(far, 3, (strava_latlng){ 17, 0 });
	assert_int_equal(n.leg, 1);
	assert_true(n.fraction == 1);
	/* From the other side of the globe. */
	n = nearest(fiji, 2, (strava_latlng){ 17, 0 });
	assert_true(n.distance_m > 19.9e6);
}

static void
nothing_has_no_nearest_place(void **state)
{
	static const strava_latlng line[] = { { 1, 1 }, { 2, 2 } };
	static const strava_latlng nothing[] = { NOWHERE, { 0, 181 } };
	static const strava_latlng nowhere = NOWHERE;
	strava_nearest             n;
	strava_error               err;

	(void)state;
	assert_int_equal(strava_geo_nearest(line, 2, nowhere, &n, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_string_equal(err.message, "the point is not on the globe");
	assert_int_equal(strava_geo_nearest(nothing, 2, line[0], &n, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_string_equal(
	    err.message, "no point of the route is on the globe");
	assert_int_equal(strava_geo_nearest(line, 0, line[0], &n, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_nearest(NULL, 2, line[0], &n, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_nearest(line, 2, line[0], NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
}

/* The shortest way to many places of a leg, by the other formula. */
static double
best_of_many(strava_latlng a, strava_latlng b, strava_latlng p)
{
	strava_latlng at;
	double        best = INFINITY, t, turn = remainder(b.lng - a.lng, 360);

	for (int i = 0; i <= 2000; i++) {
		t = i / 2000.0;
		at = (strava_latlng){ a.lat + t * (b.lat - a.lat),
			remainder(a.lng + t * turn, 360) };
		best = fmin(best, vincenty(at, p));
	}
	return best;
}

static void
no_place_is_nearer(void **state)
{
	strava_latlng  line[2], p;
	strava_nearest n;
	double         best;

	(void)state;
	for (int i = 0; i < 100; i++) {
		line[0] = anywhere(80);
		line[1] = around(line[0], chance(10, 1000));
		p = around(line[0], chance(0, 2000));
		n = nearest(line, 2, p);
		best = best_of_many(line[0], line[1], p);
		assert_true(is_near(n.distance_m, best, 0.3));
		assert_true(is_near(vincenty(p, n.place), n.distance_m, 0.01));
		assert_true(n.fraction >= 0 && n.fraction <= 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_right),
		cmocka_unit_test(known_distances_are_met),
		cmocka_unit_test(what_is_off_the_globe_has_no_distance),
		cmocka_unit_test(a_length_is_the_sum_of_the_legs),
		cmocka_unit_test(bounds_are_the_smallest_box),
		cmocka_unit_test(no_point_is_rounded_out_of_its_bounds),
		cmocka_unit_test(nothing_has_no_bounds),
		cmocka_unit_test(the_nearest_place_is_found),
		cmocka_unit_test(
		    the_nearest_place_is_found_at_the_edges_of_maps),
		cmocka_unit_test(nothing_has_no_nearest_place),
		cmocka_unit_test(no_place_is_nearer),
	};

	return cmocka_run_group_tests_name("libstrava geo", tests, NULL, NULL);
}
