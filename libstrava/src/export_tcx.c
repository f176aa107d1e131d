/* SPDX-License-Identifier: MIT */

/*
 * TCX v2, www8.garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd.  The order
 * of the elements is the schema's.
 */

#include <math.h>
#include <string.h>

#include "export.h"
#include "xml.h"

#define GARMIN "http://www.garmin.com/xmlschemas/"

static const struct {
	const char *sport_type, *sport;
} sports[] = {
	{ "EBikeRide", "Biking" },
	{ "EMountainBikeRide", "Biking" },
	{ "GravelRide", "Biking" },
	{ "Handcycle", "Biking" },
	{ "MountainBikeRide", "Biking" },
	{ "Ride", "Biking" },
	{ "Run", "Running" },
	{ "TrailRun", "Running" },
	{ "Velomobile", "Biking" },
	{ "VirtualRide", "Biking" },
	{ "VirtualRun", "Running" },
};

static const char *
sport_of(const char *sport_type)
{
	for (size_t i = 0; sport_type != NULL && i < COUNT(sports); i++)
		if (strcmp(sports[i].sport_type, sport_type) == 0)
			return sports[i].sport;
	return "Other";
}

/* The last time; below 0 when no sample has one. */
static double
duration_s(const struct draft *x)
{
	for (size_t i = x->streams->count; i-- > 0;)
		if (sv_export_has_time(x, i))
			return x->streams->time_s[i];
	return -1;
}

static double
distance_m(const strava_streams *s)
{
	for (size_t i = s->count; s->distance_m != NULL && i-- > 0;)
		if (sv_xml_is_number(s->distance_m[i]))
			return s->distance_m[i];
	return strava_geo_length_m(s->latlng, s->count);
}

static void
begin(struct draft *x)
{
	double calories = round(x->info->calories_kcal);
	char   start[EXPORT_TIME_SIZE];

	sv_export_time(x, 0, start);
	buf_add_text(&x->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<TrainingCenterDatabase"
	    " xmlns=\"" GARMIN "TrainingCenterDatabase/v2\""
	    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
	    " xmlns:ns3=\"" GARMIN "ActivityExtension/v2\""
	    " xsi:schemaLocation=\"" GARMIN "TrainingCenterDatabase/v2 " GARMIN
	    "TrainingCenterDatabasev2.xsd " GARMIN
	    "ActivityExtension/v2 " GARMIN "ActivityExtensionv2.xsd\">\n");
	buf_addf(&x->out, "<Activities>\n<Activity Sport=\"%s\">\n",
	    sport_of(x->info->sport_type));
	sv_xml_text_element(&x->out, "Id", start);
	buf_addf(&x->out, "\n<Lap StartTime=\"%s\">\n", start);
	sv_xml_number_element(
	    &x->out, "TotalTimeSeconds", duration_s(x), SECOND_DECIMALS);
	sv_xml_number_element(
	    &x->out, "DistanceMeters", distance_m(x->streams), METRE_DECIMALS);
	sv_xml_number_element(&x->out, "Calories",
	    calories >= 0 && calories <= 65535 ? calories : 0, 0);
	buf_add_text(&x->out,
	    "<Intensity>Active</Intensity>"
	    "<TriggerMethod>Manual</TriggerMethod>\n<Track>\n");
}

static void
add_place(struct draft *x, size_t i)
{
	if (!sv_export_has_place(x, i))
		return;
	buf_add_text(&x->out, "<Position>");
	sv_xml_number_element(&x->out, "LatitudeDegrees",
	    x->streams->latlng[i].lat, DEGREE_DECIMALS);
	sv_xml_number_element(&x->out, "LongitudeDegrees",
	    sv_export_lng(x->streams->latlng[i].lng), DEGREE_DECIMALS);
	buf_add_text(&x->out, "</Position>");
}

/* The schema has one place for the cadence of a run and another one for that of
 * everything else. */
static void
add_extensions(struct draft *x, size_t i, double run_cadence)
{
	double speed = sv_export_sample(x->streams->velocity_mps, i);
	double power = sv_export_whole(x->streams->power_w, i, 0, 65535);

	if (!sv_xml_is_number(speed) && !sv_xml_is_number(run_cadence) &&
	    !sv_xml_is_number(power))
		return;
	buf_add_text(&x->out, "<Extensions><ns3:TPX>");
	sv_xml_number_element(&x->out, "ns3:Speed", speed, SECOND_DECIMALS);
	sv_xml_number_element(&x->out, "ns3:RunCadence", run_cadence, 0);
	sv_xml_number_element(&x->out, "ns3:Watts", power, 0);
	buf_add_text(&x->out, "</ns3:TPX></Extensions>");
}

static void
add_point(struct draft *x, size_t i, bool run)
{
	const strava_streams *s = x->streams;
	double heart = sv_export_whole(s->heartrate_bpm, i, 1, 255);
	double cadence = sv_export_whole(s->cadence_rpm, i, 0, 254);
	char   time[EXPORT_TIME_SIZE];

	buf_add_text(&x->out, "<Trackpoint>");
	sv_xml_text_element(
	    &x->out, "Time", sv_export_time(x, s->time_s[i], time));
	add_place(x, i);
	sv_xml_number_element(&x->out, "AltitudeMeters",
	    sv_export_sample(s->altitude_m, i), METRE_DECIMALS);
	sv_xml_number_element(&x->out, "DistanceMeters",
	    sv_export_sample(s->distance_m, i), METRE_DECIMALS);
	if (sv_xml_is_number(heart)) {
		buf_add_text(&x->out, "<HeartRateBpm>");
		sv_xml_number_element(&x->out, "Value", heart, 0);
		buf_add_text(&x->out, "</HeartRateBpm>");
	}
	if (!run)
		sv_xml_number_element(&x->out, "Cadence", cadence, 0);
	add_extensions(x, i, run ? cadence : NAN);
	buf_add_text(&x->out, "</Trackpoint>\n");
}

static void
end(struct draft *x)
{
	const strava_export_info *info = x->info;

	buf_add_text(&x->out, "</Track>\n</Lap>\n");
	sv_xml_text_element(&x->out, "Notes", info->name);
	if (info->creator != NULL && *info->creator != '\0') {
		buf_add_text(&x->out, "<Creator xsi:type=\"Device_t\">");
		sv_xml_text_element(&x->out, "Name", info->creator);
		buf_add_text(&x->out,
		    "<UnitId>0</UnitId><ProductID>0</ProductID><Version>"
		    "<VersionMajor>0</VersionMajor>"
		    "<VersionMinor>0</VersionMinor></Version></Creator>");
	}
	buf_add_text(&x->out,
	    "\n</Activity>\n</Activities>\n</TrainingCenterDatabase>\n");
}

strava_status
strava_export_tcx(const strava_streams *streams, const strava_export_info *info,
    char **text_out, strava_error *err)
{
	struct draft  x;
	strava_status status;
	bool          run;

	if (text_out == NULL)
		return sv_fail_argument(err, "streams or text_out is NULL");
	*text_out = NULL;
	status = sv_export_begin(&x, streams, info, err);
	if (status != STRAVA_OK)
		return status;
	if (x.info->start_time == 0)
		return sv_fail_argument(
		    err, "start_time is missing, and TCX needs it");
	if (duration_s(&x) < 0)
		return sv_fail_argument(
		    err, "no sample has a time, and TCX has no others");
	run = strcmp(sport_of(x.info->sport_type), "Running") == 0;
	begin(&x);
	for (size_t i = 0; i < streams->count; i++)
		if (sv_export_has_time(&x, i))
			add_point(&x, i, run);
	end(&x);
	return sv_export_end(&x, text_out, err);
}
