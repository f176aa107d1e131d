/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <strava/strava.h>

#include "test.h"

#define NAN_D ((double)NAN)

static strava_latlng *
simplify(const strava_latlng *points, size_t count, double tolerance_m,
    size_t max, size_t *left)
{
	strava_latlng *out;

	assert_int_equal(strava_geo_simplify(
			     points, count, tolerance_m, max, &out, left, NULL),
	    STRAVA_OK);
	return out;
}

static bool
is_same(strava_latlng a, strava_latlng b)
{
	return a.lat == b.lat && a.lng == b.lng;
}

/* How far the farthest point is off a route. */
static double
worst_m(const strava_latlng *points, size_t count, const strava_latlng *route,
    size_t route_count)
{
	strava_nearest n;
	double         worst = 0;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(
		    strava_geo_nearest(route, route_count, points[i], &n, NULL),
		    STRAVA_OK);
		worst = fmax(worst, n.distance_m);
	}
	return worst;
}

/* A ride with bends, a point a second or so. */
static void
lay_ride(strava_latlng *points, size_t count)
{
	double t, r;

	for (size_t i = 0; i < count; i++) {
		t = (double)i / (double)count * 6.28;
		r = 0.1 + 0.02 * sin(5 * t) + 0.005 * sin(31 * t) +
		    0.0004 * sin(311 * t);
		points[i].lat = 47 + r * sin(t);
		points[i].lng = 11 + 1.5 * r * cos(t);
	}
}

static void
corners_stay_and_straights_go(void **state)
{
	/* North, a kilometre, and east; 1 m of noise on the way. */
	static const strava_latlng line[] = { { 47, 8 }, { 47.003, 8.00001 },
		{ 47.006, 7.99999 }, { 47.009, 8 }, { 47.00901, 8.005 },
		{ 47.009, 8.01 } };
	strava_latlng             *out;
	size_t                     left;

	(void)state;
	out = simplify(line, 6, 5, 0, &left);
	assert_int_equal(left, 3);
	assert_true(is_same(out[0], line[0]));
	assert_true(is_same(out[1], line[3]));
	assert_true(is_same(out[2], line[5]));
	strava_polyline_free(out);
	out = simplify(line, 6, 0.1, 0, &left);
	assert_int_equal(left, 6);
	strava_polyline_free(out);
	out = simplify(line, 6, (double)INFINITY, 0, &left);
	assert_int_equal(left, 2);
	strava_polyline_free(out);
}

/* Straight on the globe is not straight in degrees: far north a great circle
 * leaves the circle of latitude by much. */
static void
a_straight_road_over_the_pole_is_straight(void **state)
{
	static const strava_latlng line[] = { { 89.9, 20 }, { 89.95, 20 },
		{ 90, 133 }, { 89.95, -160 }, { 89.9, -160 } };
	static const strava_latlng fiji[] = { { -17, 179.98 }, { -17, 179.99 },
		{ -17, 180 }, { -17, -179.99 }, { -17, -179.98 } };
	strava_latlng             *out;
	size_t                     left;

	(void)state;
	out = simplify(line, 5, 0.01, 0, &left);
	assert_int_equal(left, 2);
	strava_polyline_free(out);
	out = simplify(fiji, 5, 0.3, 0, &left);
	assert_int_equal(left, 2);
	strava_polyline_free(out);
}

static void
no_point_is_farther_off_than_told(void **state)
{
	static const double  tolerances[] = { 0.5, 1, 3, 10, 30, 100, 1000 };
	static strava_latlng ride[20000];
	strava_latlng       *out;
	size_t               left, before = 20001, at;

	(void)state;
	lay_ride(ride, 20000);
	for (size_t i = 0; i < sizeof(tolerances) / sizeof(*tolerances); i++) {
		out = simplify(ride, 20000, tolerances[i], 0, &left);
		assert_true(left < before);
		before = left;
		/* What is left was there, in this order, both ends too. */
		assert_true(is_same(out[0], ride[0]));
		assert_true(is_same(out[left - 1], ride[19999]));
		at = 0;
		for (size_t k = 0; k < left; k++) {
			while (at < 20000 && !is_same(ride[at], out[k]))
				at++;
			assert_true(at < 20000);
		}
		if (left < 500)
			assert_true(worst_m(ride, 20000, out, left) <=
				    tolerances[i] * 1.0001);
		strava_polyline_free(out);
	}
	assert_true(before < 40);
}

static void
the_tolerance_is_met_exactly(void **state)
{
	static const strava_latlng line[] = { { 47, 8 }, { 47, 8.004 },
		{ 47.001, 8.002 } };
	const strava_latlng        peak[] = { line[0], line[2], line[1] };
	strava_nearest             n;
	size_t                     left;

	(void)state;
	assert_int_equal(
	    strava_geo_nearest(line, 2, line[2], &n, NULL), STRAVA_OK);
	strava_polyline_free(
	    simplify(peak, 3, n.distance_m * 0.99999, 0, &left));
	assert_int_equal(left, 3);
	strava_polyline_free(
	    simplify(peak, 3, n.distance_m * 1.00001, 0, &left));
	assert_int_equal(left, 2);
}

static void
at_most_so_many_are_left(void **state)
{
	static strava_latlng ride[5000];
	strava_latlng       *out;
	double               worst, before = INFINITY;
	size_t               left;

	(void)state;
	lay_ride(ride, 5000);
	for (size_t max = 2; max <= 256; max *= 2) {
		out = simplify(ride, 5000, 0, max, &left);
		assert_int_equal(left, max);
		assert_true(is_same(out[0], ride[0]));
		assert_true(is_same(out[left - 1], ride[4999]));
		worst = worst_m(ride, 5000, out, left);
		if (max > 8) /* a closed loop needs a few to begin with */
			assert_true(worst < before);
		before = worst;
		strava_polyline_free(out);
	}
	assert_true(before < 100);
	/* The first of the two limits that is met counts. */
	out = simplify(ride, 5000, 100, 5000, &left);
	assert_true(left > 10 && left < 256);
	strava_polyline_free(out);
	out = simplify(ride, 5000, 100, 7, &left);
	assert_int_equal(left, 7);
	strava_polyline_free(out);
	out = simplify(ride, 5000, 0, 100000, &left);
	assert_true(left <= 5000);
	strava_polyline_free(out);
}

static void
few_points_are_all_kept(void **state)
{
	static const strava_latlng points[] = { { NAN_D, NAN_D }, { 1, 1 },
		{ 91, 0 }, { 2, 2 }, { NAN_D, 0 } };
	static const strava_latlng same[] = { { 1, 1 }, { 1, 1 }, { 1, 1 },
		{ 1, 1 } };
	strava_latlng             *out;
	size_t                     left;

	(void)state;
	out = simplify(points, 5, 1, 0, &left);
	assert_int_equal(left, 2);
	assert_true(is_same(out[0], points[1]) && is_same(out[1], points[3]));
	strava_polyline_free(out);
	out = simplify(points, 2, 1, 0, &left);
	assert_int_equal(left, 1);
	assert_true(is_same(out[0], points[1]));
	strava_polyline_free(out);
	assert_null(simplify(points, 1, 1, 0, &left));
	assert_int_equal(left, 0);
	assert_null(simplify(NULL, 0, 1, 2, &left));
	assert_int_equal(left, 0);
	out = simplify(same, 4, 0, 0, &left);
	assert_int_equal(left, 2);
	strava_polyline_free(out);
}

/* A loop begins where it ends, so its first "leg" has no length. */
static void
a_loop_keeps_its_far_side(void **state)
{
	static const strava_latlng loop[] = { { 47, 8 }, { 47, 8.1 },
		{ 47.1, 8.1 }, { 47.1, 8 }, { 47, 8 } };
	strava_latlng             *out;
	size_t                     left;

	(void)state;
	out = simplify(loop, 5, 100, 0, &left);
	assert_int_equal(left, 5);
	strava_polyline_free(out);
	out = simplify(loop, 5, 100, 3, &left);
	assert_int_equal(left, 3);
	assert_true(is_same(out[1], loop[2]));
	strava_polyline_free(out);
}

/*
 * A zigzag that dies down: the farthest point is always the next one, and each
 * cut takes but one point off.  Without a bound that is 5e9 distances, which no
 * test has the time for.
 */
static void
the_worst_route_takes_no_longer(void **state)
{
	enum { N = 100000 };
	strava_latlng *zigzag = calloc(N, sizeof(*zigzag)), *out;
	size_t         left;

	(void)state;
	assert_non_null(zigzag);
	for (size_t i = 0; i < N; i++) {
		zigzag[i].lat = (i % 2 != 0 ? 1e-7 : -1e-7) * (double)(N - i);
		zigzag[i].lng = 1e-5 * (double)i;
	}
	out = simplify(zigzag, N, 0.05, 0, &left);
	assert_true(left > N / 2);
	strava_polyline_free(out);
	out = simplify(zigzag, N, 0, N / 2, &left);
	assert_int_equal(left, N / 2);
	strava_polyline_free(out);
	/* Cuts in the middle are as strict as the others. */
	out = simplify(zigzag, N, 250, 0, &left);
	assert_true(left > 64 && left < 1000);
	for (size_t i = 0; i < N; i += 997)
		assert_true(worst_m(zigzag + i, 1, out, left) < 250.1);
	strava_polyline_free(out);
	free(zigzag);
}

static void
bad_arguments_are_refused(void **state)
{
	static const strava_latlng line[] = { { 1, 1 }, { 2, 2 } };
	strava_latlng             *out;
	strava_error               err;
	size_t                     left;

	(void)state;
	assert_int_equal(strava_geo_simplify(NULL, 1, 1, 0, &out, &left, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_simplify(line, 2, 1, 0, NULL, &left, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_simplify(line, 2, 1, 0, &out, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_simplify(line, 2, -1, 0, &out, &left, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_null(out);
	assert_int_equal(
	    strava_geo_simplify(line, 2, NAN_D, 0, &out, &left, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_geo_simplify(line, 2, 1, 1, &out, &left, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_string_equal(
	    err.message, "max_points is 1, and the two ends are always kept");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corners_stay_and_straights_go),
		cmocka_unit_test(a_straight_road_over_the_pole_is_straight),
		cmocka_unit_test(no_point_is_farther_off_than_told),
		cmocka_unit_test(the_tolerance_is_met_exactly),
		cmocka_unit_test(at_most_so_many_are_left),
		cmocka_unit_test(few_points_are_all_kept),
		cmocka_unit_test(a_loop_keeps_its_far_side),
		cmocka_unit_test(the_worst_route_takes_no_longer),
		cmocka_unit_test(bad_arguments_are_refused),
	};

	return cmocka_run_group_tests_name(
	    "libstrava simplify", tests, NULL, NULL);
}
