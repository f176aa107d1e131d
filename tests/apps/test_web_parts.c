/* SPDX-License-Identifier: MIT */

/* The parts of the web app that need no server: text, numbers, pictures. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "html.h"
#include "nonce.h"
#include "origin.h"
#include "route_svg.h"
#include "test.h"
#include "units.h"

static const strava_unit_system metric = STRAVA_METRIC;
static const strava_unit_system imperial = STRAVA_IMPERIAL;

/* What `fn` makes of `text`. */
static const char *
html(void (*fn)(struct buf *, const char *), const char *text)
{
	static char result[512];
	struct buf  out;

	buf_init(&out, sizeof(result) - 1);
	fn(&out, text);
	assert_true(buf_ok(&out));
	snprintf(result, sizeof(result), "%s", buf_text(&out));
	buf_free(&out);
	return result;
}

static void
text_cannot_become_an_element(void **state)
{
	(void)state;
	assert_string_equal(html(html_text, "<script>a && b</script>"),
	    "&lt;script&gt;a &amp;&amp; b&lt;/script&gt;");
	assert_string_equal(html(html_text, "&amp;"), "&amp;amp;");
	assert_string_equal(html(html_text, ""), "");
	assert_string_equal(html(html_text, "\xc3\xbc"), "\xc3\xbc");
	assert_string_equal(html(html_text, "a\x01\x1b\x7f\tb\n"),
	    "a\xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd\tb\n");
}

static void
an_attribute_cannot_be_left(void **state)
{
	(void)state;
	assert_string_equal(html(html_attribute, "\" onload='x' <>&"),
	    "&quot; onload=&#39;x&#39; &lt;&gt;&amp;");
}

static void
only_harmless_urls_become_links(void **state)
{
	static const char *const refused[] = { "javascript:alert(1)",
		"JAVASCRIPT:alert(1)", "data:text/html,x", "//evil.example/",
		"/\\evil.example/", "", "mailto:a@b", " https://a",
		"vbscript:x", "x" };

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_string_equal(html(html_url, refused[i]), "#");
	assert_string_equal(html(html_url, "/a?b=\"&c"), "/a?b=&quot;&amp;c");
	assert_string_equal(html(html_url, "/"), "/");
	assert_string_equal(
	    html(html_url, "https://a.example/"), "https://a.example/");
}

static void
foreign_text_keeps_its_direction_to_itself(void **state)
{
	(void)state;
	assert_string_equal(html(html_foreign, "\xe2\x80\xae<b>"),
	    "<bdi>\xe2\x80\xae&lt;b&gt;</bdi>");
	assert_string_equal(html(html_foreign, NULL), "<bdi></bdi>");
}

/* Each case is made by one call; the texts are compared in turn. */
#define EXPECT(call, expected)                                   \
	do {                                                     \
		struct buf out;                                  \
		buf_init(&out, 256);                             \
		call;                                            \
		assert_string_equal(buf_text(&out), (expected)); \
		buf_free(&out);                                  \
	} while (0)

static void
distances_come_in_the_athletes_units(void **state)
{
	(void)state;
	EXPECT(units_distance(&out, metric, 12345), "12.3 km");
	EXPECT(units_distance(&out, metric, 999), "999 m");
	EXPECT(units_distance(&out, metric, 0), "0 m");
	EXPECT(units_distance(&out, imperial, 1609.344), "1.00 mi");
	EXPECT(units_distance(&out, imperial, 160934.4), "100.0 mi");
	EXPECT(units_elevation(&out, metric, 123.4), "123 m");
	EXPECT(units_elevation(&out, imperial, 100), "328 ft");
	EXPECT(units_weight(&out, metric, 72.5), "72.5 kg");
	EXPECT(units_weight(&out, imperial, 72.5), "159.8 lb");
}

static void
durations_read_as_on_a_watch(void **state)
{
	(void)state;
	EXPECT(units_duration(&out, 0), "0:00");
	EXPECT(units_duration(&out, 245), "4:05");
	EXPECT(units_duration(&out, 3753), "1:02:33");
	EXPECT(units_duration(&out, 2 * 86400 + 3661), "2 d 1:01:01");
	EXPECT(units_duration(&out, 86400), "1 d 0:00:00");
	EXPECT(units_duration(&out, -1), "\xe2\x80\x93");
	EXPECT(units_duration(&out, INT64_MAX), "106751991167300 d 15:30:07");
}

static void
speed_is_told_as_the_sport_tells_it(void **state)
{
	(void)state;
	EXPECT(units_speed(&out, metric, "Ride", 10), "36.0 km/h");
	EXPECT(units_speed(&out, imperial, "Ride", 10), "22.4 mph");
	EXPECT(units_speed(&out, metric, "Run", 1000.0 / 312), "5:12 /km");
	EXPECT(units_speed(&out, imperial, "Run", 1609.344 / 480), "8:00 /mi");
	EXPECT(units_speed(&out, metric, "Swim", 100.0 / 118), "1:58 /100 m");
	EXPECT(units_speed(&out, metric, "Run", 0), "\xe2\x80\x93");
	EXPECT(units_speed(&out, metric, NULL, 0), "0.0 km/h");
	EXPECT(units_speed(&out, metric, "UnderwaterRugby", 1), "3.6 km/h");
}

static void
times_are_the_athletes_wall_clock(void **state)
{
	(void)state;
	EXPECT(units_date(&out, 1518796374), "Fri 16 Feb 2018");
	EXPECT(units_date(&out, 1793491200), "Sun 1 Nov 2026");
	EXPECT(units_time(&out, 1518796374), "15:52");
	EXPECT(units_date(&out, 0), "\xe2\x80\x93");
	EXPECT(units_time(&out, INT64_MAX), "\xe2\x80\x93");
}

static void
sports_are_written_in_words(void **state)
{
	(void)state;
	EXPECT(units_sport(&out, "Ride"), "Ride");
	EXPECT(units_sport(&out, "MountainBikeRide"), "Mountain bike ride");
	EXPECT(units_sport(&out, "EBikeRide"), "E-bike ride");
	EXPECT(units_sport(&out, "EMountainBikeRide"), "E-mountain bike ride");
	EXPECT(units_sport(&out, "<script>"), "script");
	EXPECT(units_sport(&out, NULL), "Activity");
}

static void
origins_are_written_as_browsers_do(void **state)
{
	struct origin o;

	(void)state;
	assert_true(origin_parse("https://Example.ORG:443/x?y", &o));
	assert_string_equal(o.text, "https://example.org");
	assert_string_equal(o.host, "example.org");
	assert_true(o.secure);
	assert_true(origin_parse("http://127.0.0.1:8080", &o));
	assert_string_equal(o.host, "127.0.0.1:8080");
	assert_false(o.secure);
	assert_true(origin_parse("http://[::1]:80", &o));
	assert_string_equal(o.host, "[::1]");
	assert_true(origin_parse("https://example.org:80", &o));
	assert_string_equal(o.host, "example.org:80");
	assert_false(origin_parse("ftp://example.org", &o));
	assert_false(origin_parse("https://", &o));
	assert_false(origin_parse("https://a;b", &o));
	assert_false(origin_parse("https://a b", &o));
	assert_false(origin_parse("", &o));
}

static void
a_nonce_has_one_spelling(void **state)
{
	char a[NONCE_SIZE], b[NONCE_SIZE], c[NONCE_SIZE + 1];

	(void)state;
	assert_true(nonce_make(a) && nonce_make(b));
	assert_true(nonce_is(a));
	assert_false(nonce_equal(a, b));
	assert_true(nonce_equal(a, a));
	assert_false(nonce_equal(NULL, a));
	assert_false(nonce_is(NULL));
	assert_false(nonce_is(""));
	a[NONCE_SIZE - 2] = '\0';
	assert_false(nonce_is(a));
	snprintf(c, sizeof(c), "%s=", b);
	assert_false(nonce_is(c));
	b[NONCE_SIZE - 2] = 'B'; /* spare bits that are not zero */
	assert_false(nonce_is(b));
}

static void
a_derived_nonce_gives_nothing_away(void **state)
{
	char id[NONCE_SIZE], one[NONCE_SIZE], same[NONCE_SIZE];
	char other[NONCE_SIZE];

	(void)state;
	assert_true(nonce_make(id));
	assert_true(nonce_derive(id, "a", one));
	assert_true(nonce_derive(id, "a", same));
	assert_true(nonce_derive(id, "b", other));
	assert_true(nonce_is(one));
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	assert_string_not_equal(one, id);
}

static char picture[65536];

/* Draws into `picture`. */
static bool
draw(const strava_latlng *points, size_t count, const char *name,
    strava_unit_system units)
{
	struct buf out;
	bool       drawn;

	buf_init(&out, sizeof(picture) - 1);
	drawn = route_svg(&out, points, count, name, units);
	assert_true(buf_ok(&out));
	snprintf(picture, sizeof(picture), "%s", buf_text(&out));
	buf_free(&out);
	return drawn;
}

static void
a_route_keeps_its_shape(void **state)
{
	/* At 60 degrees north a degree of longitude is half as long as one of
	 * latitude: these four are the corners of a square. */
	static const strava_latlng square[] = { { 59.99, 10 }, { 60.01, 10 },
		{ 60.01, 10.04 }, { 59.99, 10.04 } };

	(void)state;
	assert_true(draw(square, 4, "square", metric));
	assert_non_null(strstr(picture, "viewBox=\"0 0 1120 1170\""));
	assert_non_null(strstr(picture, "d=\"M60 1060l0 0 0 -1000 1000 0 0 "
					"1000\""));
	assert_non_null(strstr(picture, ">500 m</text>"));
}

static void
a_route_names_what_it_shows(void **state)
{
	static const strava_latlng two[] = { { 1, 1 }, { 1.1, 1.1 } };

	(void)state;
	assert_true(draw(two, 2, "<b>\"x\"", metric));
	assert_non_null(strstr(picture, "role=\"img\""));
	assert_non_null(strstr(picture, "Route of &lt;b&gt;\"x\"</title>"));
	assert_non_null(strstr(picture, "</desc>"));
	assert_non_null(strstr(picture, ">2 km</text>"));
	assert_null(strstr(picture, "style="));
	assert_null(strstr(picture, "<b>"));
	assert_true(draw(two, 2, "x", imperial));
	assert_non_null(strstr(picture, ">2 mi</text>"));
}

static void
a_route_over_the_date_line_is_one_piece(void **state)
{
	static const strava_latlng fiji[] = { { -17, 179.99 },
		{ -17, -179.99 } };

	(void)state;
	assert_true(draw(fiji, 2, "Fiji", metric));
	assert_non_null(strstr(picture, "l0 0 1000 0\""));
}

static void
a_route_in_one_spot_is_a_dot(void **state)
{
	static const strava_latlng spot[] = { { 50, 8 }, { 50, 8 }, { 50, 8 } };

	(void)state;
	assert_true(draw(spot, 3, "still", metric));
	assert_non_null(strstr(picture, "M260 260l0 0\""));
	assert_true(draw(spot, 1, "still", metric));
}

static void
many_points_on_few_spots_stay_small(void **state)
{
	static strava_latlng points[50000];

	(void)state;
	for (size_t i = 0; i < 50000; i++) {
		points[i].lat = 47 + 0.1 * sin((double)i / 8000);
		points[i].lng = 11 + 0.1 * cos((double)i / 8000);
	}
	assert_true(draw(points, 50000, "round", metric));
	assert_true(strlen(picture) < 40000);
}

static void
what_is_off_the_globe_is_not_drawn(void **state)
{
	const strava_latlng bad[] = { { 1, 1 }, { 91, 1 } };
	const strava_latlng nowhere[] = { { (double)NAN, 1 } };
	const strava_latlng pole[] = { { 90, 0 }, { 89.9, 120 } };

	(void)state;
	assert_false(draw(bad, 2, "x", metric));
	assert_string_equal(picture, "");
	assert_false(draw(nowhere, 1, "x", metric));
	assert_false(draw(bad, 0, "x", metric));
	assert_true(draw(pole, 2, "x", metric));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_become_an_element),
		cmocka_unit_test(an_attribute_cannot_be_left),
		cmocka_unit_test(only_harmless_urls_become_links),
		cmocka_unit_test(foreign_text_keeps_its_direction_to_itself),
		cmocka_unit_test(distances_come_in_the_athletes_units),
		cmocka_unit_test(durations_read_as_on_a_watch),
		cmocka_unit_test(speed_is_told_as_the_sport_tells_it),
		cmocka_unit_test(times_are_the_athletes_wall_clock),
		cmocka_unit_test(sports_are_written_in_words),
		cmocka_unit_test(origins_are_written_as_browsers_do),
		cmocka_unit_test(a_nonce_has_one_spelling),
		cmocka_unit_test(a_derived_nonce_gives_nothing_away),
		cmocka_unit_test(a_route_keeps_its_shape),
		cmocka_unit_test(a_route_names_what_it_shows),
		cmocka_unit_test(a_route_over_the_date_line_is_one_piece),
		cmocka_unit_test(a_route_in_one_spot_is_a_dot),
		cmocka_unit_test(many_points_on_few_spots_stay_small),
		cmocka_unit_test(what_is_off_the_globe_is_not_drawn),
	};

	return cmocka_run_group_tests_name("apps.web_parts", tests, NULL, NULL);
}
