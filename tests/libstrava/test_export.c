/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strava/strava.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

#define NAN_D ((double)NAN)
#define START 1518792774 /* 2018-02-16T14:52:54Z */

/* Four samples: one whole, one with gaps, one without a place, one more. */
static const double         times[] = { 0, 1.5, 3, 3723 };
static const double         distances[] = { 0, 8.123, NAN_D, 12345.678 };
static const strava_latlng  places[] = { { 47.123456, 8.5 },
	 { -0.00000004, 180 }, { NAN_D, NAN_D }, { -90, -179.9999999 } };
static const double         altitudes[] = { 408.2, NAN_D, 409, -3.004 };
static const double         speeds[] = { 0, 5.4321, NAN_D, 1e-9 };
static const double         hearts[] = { 120, 0, 121.5, 256 };
static const double         cadences[] = { 254, 255, -1, 80.4 };
static const double         watts[] = { 250.6, NAN_D, 65535, 65536 };
static const double         warmths[] = { 21, NAN_D, -3.25, NAN_D };

static const strava_streams ride = { .count = 4,
	.time_s = times,
	.distance_m = distances,
	.latlng = places,
	.altitude_m = altitudes,
	.velocity_mps = speeds,
	.heartrate_bpm = hearts,
	.cadence_rpm = cadences,
	.power_w = watts,
	.temperature_c = warmths };

#define GARMIN "http://www.garmin.com/xmlschemas/"

#define GPX_HEAD                                                   \
	" xmlns=\"http://www.topografix.com/GPX/1/1\""             \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" \
	" xmlns:gpxtpx=\"" GARMIN "TrackPointExtension/v1\""       \
	" xmlns:gpxpx=\"" GARMIN "PowerExtension/v1\""             \
	" xsi:schemaLocation=\"http://www.topografix.com/GPX/1/1"  \
	" http://www.topografix.com/GPX/1/1/gpx.xsd"               \
	" " GARMIN "TrackPointExtension/v1 " GARMIN                \
	"TrackPointExtensionv1.xsd"                                \
	" " GARMIN "PowerExtension/v1 " GARMIN "PowerExtensionv1.xsd\">\n"

#define TCX_HEAD                                                              \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                        \
	"<TrainingCenterDatabase xmlns=\"" GARMIN                             \
	"TrainingCenterDatabase/v2\""                                         \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""            \
	" xmlns:ns3=\"" GARMIN "ActivityExtension/v2\""                       \
	" xsi:schemaLocation=\"" GARMIN "TrainingCenterDatabase/v2 " GARMIN   \
	"TrainingCenterDatabasev2.xsd " GARMIN "ActivityExtension/v2 " GARMIN \
	"ActivityExtensionv2.xsd\">\n<Activities>\n"

static char *
gpx(const strava_streams *streams, const strava_export_info *info)
{
	char *text;

	assert_int_equal(
	    strava_export_gpx(streams, info, &text, NULL), STRAVA_OK);
	return text;
}

static char *
tcx(const strava_streams *streams, const strava_export_info *info)
{
	char *text;

	assert_int_equal(
	    strava_export_tcx(streams, info, &text, NULL), STRAVA_OK);
	return text;
}

static size_t
count_of(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text += strlen(part);
	}
	return n;
}

/* By hand: the sanitizer's strstr() reads the whole text each time. */
static size_t
count_lines(const char *text, char second)
{
	size_t n = 0;

	for (size_t i = 0; text[i] != '\0'; i++)
		n += text[i] == '\n' && text[i + 1] == '<' &&
		     text[i + 2] == second;
	return n;
}

/* A real parser looks at the text, where there is one. */
static void
is_well_formed(const char *text)
{
	char  path[] = "/tmp/libstrava-export-XXXXXX", command[128];
	int   fd = mkstemp(path), status;
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof(command),
	    "command -v xmllint >/dev/null || exit 77; "
	    "xmllint --noout --huge %s",
	    path);
	status = system(command); /* NOLINT(concurrency-mt-unsafe) */
	unlink(path);
	if (WEXITSTATUS(status) == 77)
		print_message("no xmllint: not parsed\n");
	else
		assert_int_equal(status, 0);
}

static void
a_ride_becomes_gpx(void **state)
{
	const strava_export_info info = { .name = "Up & <down>",
		.sport_type = "GravelRide",
		.start_time = START,
		.creator = "Edge \"530\"" };
	char                    *text = gpx(&ride, &info);

	(void)state;
	assert_string_equal(text,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<gpx version=\"1.1\" creator=\"Edge &quot;530&quot;\"" GPX_HEAD
	    "<metadata><time>2018-02-16T14:52:54Z</time></metadata>\n"
	    "<trk><name>Up &amp; &lt;down&gt;</name><type>GravelRide</type>\n"
	    "<trkseg>\n"
	    "<trkpt lat=\"47.123456\" lon=\"8.5\"><ele>408.2</ele>"
	    "<time>2018-02-16T14:52:54Z</time><extensions>"
	    "<gpxpx:PowerInWatts>251</gpxpx:PowerInWatts>"
	    "<gpxtpx:TrackPointExtension><gpxtpx:atemp>21</gpxtpx:atemp>"
	    "<gpxtpx:hr>120</gpxtpx:hr><gpxtpx:cad>254</gpxtpx:cad>"
	    "</gpxtpx:TrackPointExtension></extensions></trkpt>\n"
	    "<trkpt lat=\"0\" lon=\"-180\">"
	    "<time>2018-02-16T14:52:55.500Z</time></trkpt>\n"
	    "</trkseg>\n<trkseg>\n"
	    "<trkpt lat=\"-90\" lon=\"-179.9999999\"><ele>-3</ele>"
	    "<time>2018-02-16T15:54:57Z</time><extensions>"
	    "<gpxtpx:TrackPointExtension><gpxtpx:cad>80</gpxtpx:cad>"
	    "</gpxtpx:TrackPointExtension></extensions></trkpt>\n"
	    "</trkseg>\n</trk>\n</gpx>\n");
	is_well_formed(text);
	strava_string_free(text);
}

static void
a_ride_becomes_tcx(void **state)
{
	const strava_export_info info = { .name = "Up & <down>",
		.sport_type = "GravelRide",
		.start_time = START,
		.creator = "Edge",
		.calories_kcal = 812.5 };
	char                    *text = tcx(&ride, &info);

	(void)state;
	assert_string_equal(text,
	    TCX_HEAD "<Activity Sport=\"Biking\">\n"
		     "<Id>2018-02-16T14:52:54Z</Id>\n"
		     "<Lap StartTime=\"2018-02-16T14:52:54Z\">\n"
		     "<TotalTimeSeconds>3723</TotalTimeSeconds>"
		     "<DistanceMeters>12345.68</DistanceMeters>"
		     "<Calories>813</Calories><Intensity>Active</Intensity>"
		     "<TriggerMethod>Manual</TriggerMethod>\n<Track>\n"
		     "<Trackpoint><Time>2018-02-16T14:52:54Z</Time>"
		     "<Position><LatitudeDegrees>47.123456</LatitudeDegrees>"
		     "<LongitudeDegrees>8.5</LongitudeDegrees></Position>"
		     "<AltitudeMeters>408.2</AltitudeMeters>"
		     "<DistanceMeters>0</DistanceMeters>"
		     "<HeartRateBpm><Value>120</Value></HeartRateBpm>"
		     "<Cadence>254</Cadence><Extensions><ns3:TPX>"
		     "<ns3:Speed>0</ns3:Speed><ns3:Watts>251</ns3:Watts>"
		     "</ns3:TPX></Extensions></Trackpoint>\n"
		     "<Trackpoint><Time>2018-02-16T14:52:55.500Z</Time>"
		     "<Position><LatitudeDegrees>0</LatitudeDegrees>"
		     "<LongitudeDegrees>-180</LongitudeDegrees></Position>"
		     "<DistanceMeters>8.12</DistanceMeters>"
		     "<Extensions><ns3:TPX><ns3:Speed>5.432</ns3:Speed>"
		     "</ns3:TPX></Extensions></Trackpoint>\n"
		     "<Trackpoint><Time>2018-02-16T14:52:57Z</Time>"
		     "<AltitudeMeters>409</AltitudeMeters>"
		     "<HeartRateBpm><Value>122</Value></HeartRateBpm>"
		     "<Extensions><ns3:TPX><ns3:Watts>65535</ns3:Watts>"
		     "</ns3:TPX></Extensions></Trackpoint>\n"
		     "<Trackpoint><Time>2018-02-16T15:54:57Z</Time>"
		     "<Position><LatitudeDegrees>-90</LatitudeDegrees>"
		     "<LongitudeDegrees>-179.9999999</LongitudeDegrees>"
		     "</Position><AltitudeMeters>-3</AltitudeMeters>"
		     "<DistanceMeters>12345.68</DistanceMeters>"
		     "<Cadence>80</Cadence><Extensions><ns3:TPX>"
		     "<ns3:Speed>0</ns3:Speed></ns3:TPX></Extensions>"
		     "</Trackpoint>\n</Track>\n</Lap>\n"
		     "<Notes>Up &amp; &lt;down&gt;</Notes>"
		     "<Creator xsi:type=\"Device_t\"><Name>Edge</Name>"
		     "<UnitId>0</UnitId><ProductID>0</ProductID><Version>"
		     "<VersionMajor>0</VersionMajor>"
		     "<VersionMinor>0</VersionMinor></Version></Creator>\n"
		     "</Activity>\n</Activities>\n</TrainingCenterDatabase>\n");
	is_well_formed(text);
	strava_string_free(text);
}

/* The schemas have longitudes from -180 to below 180. */
static void
the_date_line_has_one_side(void **state)
{
	static const double rows[] = { 180, 179.99999996, 179.99999994, -180 };
	static const char *const written[] = { "-180", "-180", "179.9999999",
		"-180" };
	char                     expected[64], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const strava_latlng  point = { 0, rows[i] };
		const strava_streams line = { .count = 1, .latlng = &point };

		text = gpx(&line, NULL);
		snprintf(expected, sizeof(expected), "lon=\"%s\"", written[i]);
		assert_non_null(strstr(text, expected));
		strava_string_free(text);
	}
}

static void
sports_are_told_as_tcx_has_them(void **state)
{
	static const char *const rows[][2] = { { "Ride", "Biking" },
		{ "VirtualRide", "Biking" }, { "EMountainBikeRide", "Biking" },
		{ "Run", "Running" }, { "TrailRun", "Running" },
		{ "VirtualRun", "Running" }, { "Swim", "Other" },
		{ "Walk", "Other" }, { "<&\">", "Other" }, { "", "Other" },
		{ NULL, "Other" } };
	char                     expected[64], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const strava_export_info info = { .start_time = START,
			.sport_type = rows[i][0] };

		text = tcx(&ride, &info);
		snprintf(expected, sizeof(expected), "<Activity Sport=\"%s\">",
		    rows[i][1]);
		assert_non_null(strstr(text, expected));
		/* The cadence of a run has another place. */
		assert_int_equal(count_of(text, "<ns3:RunCadence>254<"),
		    strcmp(rows[i][1], "Running") == 0);
		assert_int_equal(count_of(text, "<Cadence>254<"),
		    strcmp(rows[i][1], "Running") != 0);
		is_well_formed(text);
		strava_string_free(text);
	}
}

static void
names_cannot_leave_their_place(void **state)
{
	static const struct {
		const char *name, *written;
	} rows[] = {
		{ "a]]>b", "a]]&gt;b" },
		{ "</name><x y='z'>", "&lt;/name&gt;&lt;x y='z'&gt;" },
		{ "&amp;\"", "&amp;amp;&quot;" },
		{ "a\tb\nc\rd\x01"
		  "e\x1f\x7f",
		    "a b c d e  " },
		{ "Z\xc3\xbcrich \xf0\x9f\x9a\xb4",
		    "Z\xc3\xbcrich \xf0\x9f\x9a\xb4" },
		{ "\xc2\x85|\xc2\xa0|", " |\xc2\xa0|" },
		{ "\xff\xc3+\xed\xa0\x80\xf0\x9f", "??+?????" },
		{ "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "??\xef\xbf\xbd" },
		{ "\xc0\xaf", "??" },
	};
	char expected[128], *text;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const strava_export_info info = { .name = rows[i].name,
			.sport_type = rows[i].name,
			.start_time = START,
			.creator = rows[i].name };

		text = gpx(&ride, &info);
		snprintf(expected, sizeof(expected),
		    "<name>%s</name><type>%s</type>", rows[i].written,
		    rows[i].written);
		assert_non_null(strstr(text, expected));
		snprintf(expected, sizeof(expected), " creator=\"%s\" ",
		    rows[i].written);
		assert_non_null(strstr(text, expected));
		is_well_formed(text);
		strava_string_free(text);
		text = tcx(&ride, &info);
		snprintf(expected, sizeof(expected),
		    "<Notes>%s</Notes><Creator xsi:type=\"Device_t\"><Name>%s<",
		    rows[i].written, rows[i].written);
		assert_non_null(strstr(text, expected));
		is_well_formed(text);
		strava_string_free(text);
	}
}

static void
what_is_missing_is_left_out(void **state)
{
	const strava_streams     line = { .count = 2, .latlng = places };
	const strava_streams     indoors = { .count = 2, .time_s = times };
	const strava_export_info empty = { .name = "", .creator = "" };
	const strava_export_info start = { .start_time = START,
		.calories_kcal = NAN_D };
	char                    *text;

	(void)state;
	text = gpx(&line, NULL);
	assert_non_null(strstr(text, " creator=\"libstrava " STRAVA_VERSION));
	assert_non_null(strstr(text,
	    "<trk>\n<trkseg>\n<trkpt lat=\"47.123456\" lon=\"8.5\"></trkpt>\n"
	    "<trkpt lat=\"0\" lon=\"-180\"></trkpt>\n</trkseg>\n</trk>"));
	assert_int_equal(count_of(text, "time>"), 0);
	is_well_formed(text);
	strava_string_free(text);
	text = gpx(&line, &empty);
	assert_int_equal(count_of(text, "<name>"), 0);
	is_well_formed(text);
	strava_string_free(text);
	/* A start alone gives the file a time, and the points none. */
	text = gpx(&line, &start);
	assert_int_equal(count_of(text, "<time>"), 1);
	strava_string_free(text);
	/* Times alone, the start being unknown, give none at all. */
	text = gpx(&ride, NULL);
	assert_int_equal(count_of(text, "<time>"), 0);
	strava_string_free(text);
	text = tcx(&indoors, &start);
	assert_non_null(strstr(text,
	    "<TotalTimeSeconds>1.5</TotalTimeSeconds>"
	    "<DistanceMeters>0</DistanceMeters><Calories>0</Calories>"));
	assert_non_null(strstr(text,
	    "<Trackpoint><Time>2018-02-16T14:52:54Z</Time></Trackpoint>\n"));
	assert_int_equal(count_of(text, "<Notes>"), 0);
	assert_int_equal(count_of(text, "<Creator"), 0);
	is_well_formed(text);
	strava_string_free(text);
}

static void
a_line_has_a_length_without_a_distance(void **state)
{
	static const strava_latlng north[] = { { 47, 8 }, { 47.01, 8 } };
	const strava_export_info   info = { .start_time = START };
	strava_streams line = { .count = 2, .time_s = times, .latlng = north };
	char          *text = tcx(&line, &info);

	(void)state;
	assert_non_null(
	    strstr(text, "<DistanceMeters>1111.71</DistanceMeters>"));
	strava_string_free(text);
}

static void
what_cannot_be_written_is_refused(void **state)
{
	static const double        never[] = { NAN_D, -1 };
	static const strava_latlng nowhere[] = { { NAN_D, NAN_D }, { 0, 181 } };
	const strava_streams       indoors = { .count = 2, .time_s = times };
	const strava_streams       lost = { .count = 2, .latlng = nowhere };
	const strava_streams       timeless = { .count = 2, .time_s = never };
	const strava_streams       none = { 0 };
	strava_export_info         info = { .start_time = START };
	strava_error               err;
	char                      *text = (char *)1;

	(void)state;
	assert_int_equal(strava_export_gpx(&indoors, &info, &text, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_null(text);
	assert_string_equal(err.message,
	    "no sample has a position, and GPX has no others: "
	    "strava_export_tcx() does without");
	assert_int_equal(
	    strava_export_gpx(&lost, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_export_gpx(&none, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_export_gpx(NULL, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_export_gpx(&ride, &info, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_export_tcx(&timeless, &info, &text, &err),
	    STRAVA_ERR_ARGUMENT);
	assert_string_equal(
	    err.message, "no sample has a time, and TCX has no others");
	assert_int_equal(
	    strava_export_tcx(&lost, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_export_tcx(&ride, NULL, &text, &err), STRAVA_ERR_ARGUMENT);
	assert_string_equal(
	    err.message, "start_time is missing, and TCX needs it");
	assert_int_equal(
	    strava_export_tcx(NULL, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_export_tcx(&ride, &info, NULL, NULL), STRAVA_ERR_ARGUMENT);
	info.start_time = -1;
	assert_int_equal(
	    strava_export_gpx(&ride, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	info.start_time = 253402300800; /* 10000-01-01 */
	assert_int_equal(
	    strava_export_gpx(&ride, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
	info.start_time = INT64_MIN;
	assert_int_equal(
	    strava_export_tcx(&ride, &info, &text, NULL), STRAVA_ERR_ARGUMENT);
}

/* Numbers are what a stranger sent; XML has no exponent, no NAN, no comma. */
static void
any_number_is_written_safely(void **state)
{
	static const double numbers[] = { 0, -0.0, 1e-300, -1e-300, 0.005,
		0.0049, -0.004, 99.995, 123456789.125, 99999999999.0, 1e11,
		-1e11, 1e300, -1e300, (double)INFINITY, -(double)INFINITY,
		NAN_D, 253402300799.0, 251883508024.9996 };
	enum { N = sizeof(numbers) / sizeof(numbers[0]) };
	locale_t                 german;
	static strava_latlng     equator[N];
	const strava_export_info info = { .start_time = START,
		.calories_kcal = 1e300 };
	const strava_streams     wild = { .count = N,
		    .time_s = numbers,
		    .distance_m = numbers,
		    .latlng = equator,
		    .altitude_m = numbers,
		    .velocity_mps = numbers,
		    .heartrate_bpm = numbers,
		    .cadence_rpm = numbers,
		    .power_w = numbers,
		    .temperature_c = numbers };
	char                    *text;

	(void)state;
	german = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
	if (german != (locale_t)0) /* where it is installed */
		uselocale(german);
	text = gpx(&wild, &info);
	assert_int_equal(count_of(text, "<trkpt"), N);
	assert_int_equal(count_of(text, "<ele>0</ele>"), 6);
	assert_int_equal(count_of(text, "<ele>0.01</ele>"), 1);
	assert_int_equal(count_of(text, "<ele>100</ele>"), 1);
	assert_int_equal(count_of(text, "<ele>123456789.13</ele>"), 1);
	assert_int_equal(count_of(text, "<ele>99999999999</ele>"), 1);
	assert_int_equal(count_of(text, "<ele>"), 10);
	assert_int_equal(count_of(text, "-0<"), 0);
	assert_int_equal(count_of(text, "e+"), 0);
	assert_int_equal(count_of(text, "nan"), 0);
	assert_int_equal(count_of(text, "inf"), 0);
	is_well_formed(text);
	strava_string_free(text);
	text = tcx(&wild, &info);
	assert_non_null(strstr(text, "<Calories>0</Calories>"));
	/* A number that is no time is no sample. */
	assert_int_equal(count_of(text, "<Trackpoint>"), 10);
	is_well_formed(text);
	strava_string_free(text);
	uselocale(LC_GLOBAL_LOCALE);
	if (german != (locale_t)0)
		freelocale(german);
}

/* As long as a sample and a name can be, many times over. */
static void
long_rides_are_written_whole(void **state)
{
	enum { N = 100000 };
	static double            numbers[N], hearts_200[N], seconds[N];
	static strava_latlng     line[N];
	static char              name[100001];
	strava_streams           s = { .count = N,
			  .time_s = seconds,
			  .distance_m = numbers,
			  .latlng = line,
			  .altitude_m = numbers,
			  .velocity_mps = numbers,
			  .heartrate_bpm = hearts_200,
			  .cadence_rpm = hearts_200,
			  .power_w = hearts_200,
			  .temperature_c = numbers };
	const strava_export_info info = { .name = name,
		.sport_type = name,
		.start_time = 253402000000,
		.creator = name };
	char                    *text;

	(void)state;
	memset(name, '"', sizeof(name) - 1);
	for (size_t i = 0; i < N; i++) {
		numbers[i] = -12345678901.987;
		hearts_200[i] = 200;
		seconds[i] = (double)i + 0.999;
		line[i] = (strava_latlng){ -12.3456789, -123.4567891 };
	}
	text = gpx(&s, &info);
	assert_int_equal(count_lines(text, 't'), N + 2); /* trk, trkseg */
	is_well_formed(text);
	strava_string_free(text);
	text = tcx(&s, &info);
	assert_int_equal(count_lines(text, 'T'), N + 3);
	is_well_formed(text);
	strava_string_free(text);
	s.count = 1; /* the names alone */
	strava_string_free(gpx(&s, &info));
	strava_string_free(tcx(&s, &info));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ride_becomes_gpx),
		cmocka_unit_test(a_ride_becomes_tcx),
		cmocka_unit_test(the_date_line_has_one_side),
		cmocka_unit_test(sports_are_told_as_tcx_has_them),
		cmocka_unit_test(names_cannot_leave_their_place),
		cmocka_unit_test(what_is_missing_is_left_out),
		cmocka_unit_test(a_line_has_a_length_without_a_distance),
		cmocka_unit_test(what_cannot_be_written_is_refused),
		cmocka_unit_test(any_number_is_written_safely),
		cmocka_unit_test(long_rides_are_written_whole),
	};

	return cmocka_run_group_tests_name(
	    "libstrava export", tests, NULL, NULL);
}
