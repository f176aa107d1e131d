/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>

#include "test.h"

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* The example of the format's description. */
static void
the_known_example_is_decoded(void **state)
{
	strava_latlng *points;
	size_t         count;

	(void)state;
	assert_int_equal(strava_polyline_decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@",
			     &points, &count, NULL),
	    STRAVA_OK);
	assert_int_equal(count, 3);
	assert_true(is_near(points[0].lat, 38.5));
	assert_true(is_near(points[0].lng, -120.2));
	assert_true(is_near(points[1].lat, 40.7));
	assert_true(is_near(points[1].lng, -120.95));
	assert_true(is_near(points[2].lat, 43.252));
	assert_true(is_near(points[2].lng, -126.453));
	strava_polyline_free(points);
}

/* Writes a number as the format has it. */
static char *
encode(char *at, int64_t number)
{
	uint64_t bits = (uint64_t)number << 1;

	if (number < 0)
		bits = ~bits;
	for (; bits >= 0x20; bits >>= 5)
		*at++ = (char)((0x20 | (bits & 0x1f)) + 63);
	*at++ = (char)(bits + 63);
	*at = '\0';
	return at;
}

static void
corners_of_the_globe_are_reached(void **state)
{
	static const int64_t points[][2] = { { 9000000, 18000000 },
		{ -9000000, -18000000 }, { 0, 0 }, { 1, -1 },
		{ 9000000, -18000000 } };
	char                 text[256], *end = text;
	strava_latlng       *out;
	size_t               count;
	int64_t              lat = 0, lng = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		end =
		    encode(encode(end, points[i][0] - lat), points[i][1] - lng);
		lat = points[i][0];
		lng = points[i][1];
	}
	assert_int_equal(
	    strava_polyline_decode(text, &out, &count, NULL), STRAVA_OK);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_true(is_near(out[i].lat, (double)points[i][0] / 1e5));
		assert_true(is_near(out[i].lng, (double)points[i][1] / 1e5));
	}
	strava_polyline_free(out);
	encode(encode(text, 9000001), 0);
	assert_int_equal(strava_polyline_decode(text, &out, &count, NULL),
	    STRAVA_ERR_FORMAT);
	encode(encode(text, 0), -18000001);
	assert_int_equal(strava_polyline_decode(text, &out, &count, NULL),
	    STRAVA_ERR_FORMAT);
}

static void
an_empty_text_has_no_points(void **state)
{
	strava_latlng *points = (strava_latlng *)1;
	size_t         count = 1;

	(void)state;
	assert_int_equal(
	    strava_polyline_decode("", &points, &count, NULL), STRAVA_OK);
	assert_null(points);
	assert_int_equal(count, 0);
}

static void
a_bad_text_is_refused(void **state)
{
	static const char *const texts[] = {
		"_p~iF~ps|U_", /* cut inside a number */
		"_p~iF",       /* cut behind a latitude */
		"_p~iF~ps|U?", /* the same */
		"~", "~~~~~~~~~~~~~~~~~~~~~~~~",
		"_p~iF ~ps|U", /* 32 is below the format's bytes */
		"_p~iF~ps|U\x7f\x7f", "\x7f??", "\x01\x02", "\xff\xff\xff\xff",
		"~~~~~~?~~~~~~?", /* seven groups */
		"______??",       /* the same, although the number is 0 */
	};
	strava_latlng *points = (strava_latlng *)1;
	strava_error   err;
	size_t         count;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strava_polyline_decode(texts[i], &points, &count, &err) !=
		    STRAVA_ERR_FORMAT)
			fail_msg("\"%s\" was taken", texts[i]);
		assert_null(points);
		assert_int_equal(count, 0);
	}
	assert_int_equal(strava_polyline_decode(NULL, &points, &count, &err),
	    STRAVA_ERR_ARGUMENT);
}

static void
points_have_a_limit(void **state)
{
	char          *text = malloc(200003);
	strava_latlng *points;
	strava_error   err;
	size_t         count, read;

	(void)state;
	assert_non_null(text);
	memset(text, '?', 200002); /* "?" is the number 0 */
	text[200000] = '\0';
	assert_int_equal(
	    strava_polyline_decode(text, &points, &count, NULL), STRAVA_OK);
	assert_int_equal(count, 100000);
	strava_polyline_free(points);
	text[200000] = '?';
	text[200002] = '\0';
	assert_int_equal(strava_polyline_decode(text, &points, &count, &err),
	    STRAVA_ERR_FORMAT);
	assert_string_equal(
	    err.message, "the polyline has more than 100000 points");
	assert_int_equal(
	    strava_polyline_decode_prefix(text, &points, &count, &read, NULL),
	    STRAVA_OK);
	assert_int_equal(count, 100000);
	assert_int_equal(read, 200000);
	strava_polyline_free(points);
	text[200000] = ' ';
	assert_int_equal(strava_polyline_decode(text, &points, &count, &err),
	    STRAVA_ERR_FORMAT);
	assert_non_null(strstr(err.message, "does not belong there"));
	free(text);
}

static void
the_known_example_is_encoded(void **state)
{
	static const strava_latlng points[] = { { 38.5, -120.2 },
		{ 40.7, -120.95 }, { 43.252, -126.453 } };
	char                      *text;

	(void)state;
	assert_int_equal(
	    strava_polyline_encode(points, 3, &text, NULL), STRAVA_OK);
	assert_string_equal(text, "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
	strava_string_free(text);
	assert_int_equal(
	    strava_polyline_encode(NULL, 0, &text, NULL), STRAVA_OK);
	assert_string_equal(text, "");
	strava_string_free(text);
}

/* Half of the fifth place is rounded away from zero, on both sides. */
static void
coordinates_are_rounded(void **state)
{
	static const struct {
		double degrees;
		long   fixed;
	} rows[] = {
		{ 0.000005, 1 },
		{ -0.000005, -1 },
		{ 0.0000049, 0 },
		{ -0.0000049, 0 },
		{ 0.00001, 1 },
		{ 89.999996, 9000000 },
		{ -90, -9000000 },
		{ 1e-300, 0 },
		{ -0.0, 0 },
	};
	char expected[32], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strava_latlng point = { rows[i].degrees, 0 };

		encode(encode(expected, rows[i].fixed), 0);
		assert_int_equal(
		    strava_polyline_encode(&point, 1, &text, NULL), STRAVA_OK);
		assert_string_equal(text, expected);
		strava_string_free(text);
	}
}

/* A step of less than half of the last place still adds up. */
static void
no_error_adds_up(void **state)
{
	static strava_latlng points[10000];
	strava_latlng       *out;
	size_t               count;
	char                *text;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		points[i].lat = 47 + 0.000004 * (double)i;
		points[i].lng = -0.02 + 0.0000037 * (double)i;
	}
	assert_int_equal(
	    strava_polyline_encode(points, 10000, &text, NULL), STRAVA_OK);
	assert_int_equal(
	    strava_polyline_decode(text, &out, &count, NULL), STRAVA_OK);
	assert_int_equal(count, 10000);
	for (size_t i = 0; i < count; i++) {
		assert_true(fabs(out[i].lat - points[i].lat) < 5.001e-6);
		assert_true(fabs(out[i].lng - points[i].lng) < 5.001e-6);
	}
	strava_polyline_free(out);
	strava_string_free(text);
}

static void
what_has_no_form_is_not_encoded(void **state)
{
	static const strava_latlng bad[] = { { (double)NAN, 0 },
		{ 0, (double)NAN }, { (double)INFINITY, 0 },
		{ 0, -(double)INFINITY }, { 90.0000001, 0 }, { -90.0000001, 0 },
		{ 0, 180.0000001 }, { 0, -180.0000001 }, { 1e300, 0 } };
	strava_latlng              points[2] = { { 0, 0 }, { 0, 0 } };
	strava_latlng             *many = calloc(100001, sizeof(*many));
	strava_error               err;
	char                      *text;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		points[1] = bad[i];
		text = (char *)1;
		assert_int_equal(strava_polyline_encode(points, 2, &text, &err),
		    STRAVA_ERR_ARGUMENT);
		assert_null(text);
		assert_string_equal(err.message, "a point is not on the globe");
	}
	assert_int_equal(
	    strava_polyline_encode(NULL, 1, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_polyline_encode(points, 1, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_non_null(many);
	assert_int_equal(strava_polyline_encode(many, 100001, &text, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_polyline_encode(many, 100000, &text, NULL), STRAVA_OK);
	assert_int_equal(strlen(text), 200000);
	strava_string_free(text);
	free(many);
}

static uint64_t
next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

/* Both ways: the points come back rounded, the text as it was. */
static void
what_is_encoded_is_decoded(void **state)
{
	uint64_t      random = 88172645463325252U;
	strava_latlng points[50], *out;
	size_t        count;
	char         *text, *again;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = next_random(&random) % 50;

		for (size_t i = 0; i < n; i++) {
			points[i].lat =
			    (double)(next_random(&random) % 18000001) / 1e5 -
			    90;
			points[i].lng =
			    (double)(next_random(&random) % 360000001) / 1e6 -
			    180;
		}
		assert_int_equal(
		    strava_polyline_encode(points, n, &text, NULL), STRAVA_OK);
		assert_int_equal(
		    strava_polyline_decode(text, &out, &count, NULL),
		    STRAVA_OK);
		assert_int_equal(count, n);
		for (size_t i = 0; i < n; i++) {
			assert_true(out[i].lat ==
				    (double)lround(points[i].lat * 1e5) / 1e5);
			assert_true(out[i].lng ==
				    (double)lround(points[i].lng * 1e5) / 1e5);
		}
		assert_int_equal(
		    strava_polyline_encode(out, count, &again, NULL),
		    STRAVA_OK);
		assert_string_equal(again, text);
		strava_polyline_free(out);
		strava_string_free(text);
		strava_string_free(again);
	}
}

static void
what_is_left_of_a_text_is_read(void **state)
{
	static const struct {
		const char *text;
		size_t      count, read;
	} rows[] = {
		{ "", 0, 0 }, { "_p~iF~ps|U_ulLnnqC_mqNvxq`@", 3, 27 },
		{ "_p~iF~ps|U_ulLnnqC_mqNvxq`", 2, 18 },
		{ "_p~iF~ps|U_ulLnnqC_mqN", 2, 18 },
		{ "_p~iF~ps|U_ulLnnqC", 2, 18 }, { "_p~iF~ps|U_ulLnnq", 1, 10 },
		{ "_p~iF~ps|U", 1, 10 }, { "_p~iF~ps|", 0, 0 }, { "_", 0, 0 },
		{ "_p~iF~ps|U_____?_____?", 2, 22 }, /* six groups */
		{ "_p~iF~ps|U?? ??", 2, 12 }, /* a byte not of the format */
		{ "_p~iF~ps|U\x7f??", 1, 10 }, { "\xff??", 0, 0 },
		{ "_p~iF~ps|U~~~~~~?????", 1, 10 }, /* seven groups */
		{ "_p~iF~ps|U~~~~~??", 1, 10 },     /* off the globe */
	};
	strava_latlng *points;
	size_t         count, read;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(strava_polyline_decode_prefix(rows[i].text,
				     &points, &count, &read, NULL),
		    STRAVA_OK);
		assert_int_equal(count, rows[i].count);
		assert_int_equal(read, rows[i].read);
		assert_true((points == NULL) == (count == 0));
		if (points != NULL)
			assert_true(is_near(points[0].lat, 38.5));
		if (points != NULL && count > 2)
			assert_true(is_near(points[2].lng, -126.453));
		strava_polyline_free(points);
	}
	assert_int_equal(
	    strava_polyline_decode_prefix(NULL, &points, &count, &read, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_polyline_decode_prefix("", &points, &count, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
}

/* For the sanitizers: whatever comes, it is points or an error. */
static void
any_bytes_are_read_safely(void **state)
{
	uint64_t       random = 88172645463325252U; /* always the same ones */
	char           text[64];
	strava_latlng *points, *prefix;
	size_t         count, len, prefix_count, read;
	strava_status  status;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		len = next_random(&random) % sizeof(text);
		/* Half of the rounds stay in the format's alphabet. */
		for (size_t i = 0; i < len; i++)
			text[i] = (char)(round % 2 == 0
					     ? 1 + next_random(&random) % 255
					     : 63 + next_random(&random) % 64);
		text[len] = '\0';
		status = strava_polyline_decode(text, &points, &count, NULL);
		assert_int_equal(strava_polyline_decode_prefix(
				     text, &prefix, &prefix_count, &read, NULL),
		    STRAVA_OK);
		assert_true(read <= len);
		assert_true((text[read] == '\0') == (status == STRAVA_OK));
		if (status == STRAVA_OK)
			assert_int_equal(prefix_count, count);
		for (size_t i = 0; i < prefix_count; i++)
			assert_true(fabs(prefix[i].lat) <= 90 &&
				    fabs(prefix[i].lng) <= 180);
		strava_polyline_free(prefix);
		strava_polyline_free(points);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_known_example_is_decoded),
		cmocka_unit_test(corners_of_the_globe_are_reached),
		cmocka_unit_test(an_empty_text_has_no_points),
		cmocka_unit_test(a_bad_text_is_refused),
		cmocka_unit_test(points_have_a_limit),
		cmocka_unit_test(the_known_example_is_encoded),
		cmocka_unit_test(coordinates_are_rounded),
		cmocka_unit_test(no_error_adds_up),
		cmocka_unit_test(what_has_no_form_is_not_encoded),
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(what_is_left_of_a_text_is_read),
		cmocka_unit_test(any_bytes_are_read_safely),
	};

	return cmocka_run_group_tests_name(
	    "libstrava polyline", tests, NULL, NULL);
}
