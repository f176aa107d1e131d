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
	size_t         count;

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
	free(text);
}

/* For the sanitizers: whatever comes, it is points or an error. */
static void
any_bytes_are_read_safely(void **state)
{
	uint64_t       random = 88172645463325252U; /* always the same ones */
	char           text[64];
	strava_latlng *points;
	size_t         count, len;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		len = random % sizeof(text);
		for (size_t i = 0; i < len; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			/* Half of the rounds stay in the format's alphabet. */
			text[i] = (char)(round % 2 == 0 ? 1 + random % 255
							: 63 + random % 64);
		}
		text[len] = '\0';
		if (strava_polyline_decode(text, &points, &count, NULL) ==
		    STRAVA_OK)
			for (size_t i = 0; i < count; i++)
				assert_true(fabs(points[i].lat) <= 90 &&
					    fabs(points[i].lng) <= 180);
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
		cmocka_unit_test(any_bytes_are_read_safely),
	};

	return cmocka_run_group_tests_name(
	    "libstrava polyline", tests, NULL, NULL);
}
