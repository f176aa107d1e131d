/* SPDX-License-Identifier: MIT */

/*
 * GPX 1.1, www.topografix.com/GPX/1/1/gpx.xsd.  The order of the elements is
 * the schema's.  Strava's own files have an element "power" of GPX's namespace
 * among the extensions, which the schema forbids; Garmin's is used instead.
 */

#include "export.h"
#include "xml.h"

#define GARMIN "http://www.garmin.com/xmlschemas/"
#define TOPOGRAFIX "http://www.topografix.com/GPX/1/1"

static void
begin(struct draft *x)
{
	const strava_export_info *info = x->info;
	char                      time[EXPORT_TIME_SIZE];

	buf_add_text(&x->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			      "<gpx version=\"1.1\" creator=\"");
	sv_xml_text(&x->out, info->creator != NULL
				 ? info->creator
				 : "libstrava " STRAVA_VERSION);
	buf_add_text(&x->out,
	    "\" xmlns=\"" TOPOGRAFIX "\""
	    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
	    " xmlns:gpxtpx=\"" GARMIN "TrackPointExtension/v1\""
	    " xmlns:gpxpx=\"" GARMIN "PowerExtension/v1\""
	    " xsi:schemaLocation=\"" TOPOGRAFIX " " TOPOGRAFIX
	    "/gpx.xsd " GARMIN "TrackPointExtension/v1 " GARMIN
	    "TrackPointExtensionv1.xsd " GARMIN "PowerExtension/v1 " GARMIN
	    "PowerExtensionv1.xsd\">\n");
	if (info->start_time > 0) {
		buf_add_text(&x->out, "<metadata>");
		sv_xml_text_element(
		    &x->out, "time", sv_export_time(x, 0, time));
		buf_add_text(&x->out, "</metadata>\n");
	}
	buf_add_text(&x->out, "<trk>");
	sv_xml_text_element(&x->out, "name", info->name);
	sv_xml_text_element(&x->out, "type", info->sport_type);
	buf_add_text(&x->out, "\n");
}

static void
add_extensions(struct draft *x, size_t i)
{
	const strava_streams *s = x->streams;
	double                power = sv_export_whole(s->power_w, i, 0, 65535);
	double                warmth = sv_export_sample(s->temperature_c, i);
	double heart = sv_export_whole(s->heartrate_bpm, i, 1, 255);
	double cadence = sv_export_whole(s->cadence_rpm, i, 0, 254);
	bool   body = sv_xml_is_number(warmth) || sv_xml_is_number(heart) ||
		    sv_xml_is_number(cadence);

	if (!body && !sv_xml_is_number(power))
		return;
	buf_add_text(&x->out, "<extensions>");
	sv_xml_number_element(&x->out, "gpxpx:PowerInWatts", power, 0);
	if (body) {
		buf_add_text(&x->out, "<gpxtpx:TrackPointExtension>");
		sv_xml_number_element(&x->out, "gpxtpx:atemp", warmth, 1);
		sv_xml_number_element(&x->out, "gpxtpx:hr", heart, 0);
		sv_xml_number_element(&x->out, "gpxtpx:cad", cadence, 0);
		buf_add_text(&x->out, "</gpxtpx:TrackPointExtension>");
	}
	buf_add_text(&x->out, "</extensions>");
}

static void
add_point(struct draft *x, size_t i)
{
	const strava_streams *s = x->streams;
	char                  time[EXPORT_TIME_SIZE];

	buf_add_text(&x->out, "<trkpt lat=\"");
	sv_xml_number(&x->out, s->latlng[i].lat, DEGREE_DECIMALS);
	buf_add_text(&x->out, "\" lon=\"");
	sv_xml_number(
	    &x->out, sv_export_lng(s->latlng[i].lng), DEGREE_DECIMALS);
	buf_add_text(&x->out, "\">");
	sv_xml_number_element(
	    &x->out, "ele", sv_export_sample(s->altitude_m, i), METRE_DECIMALS);
	if (sv_export_has_time(x, i))
		sv_xml_text_element(
		    &x->out, "time", sv_export_time(x, s->time_s[i], time));
	add_extensions(x, i);
	buf_add_text(&x->out, "</trkpt>\n");
}

/* Each stretch without a gap is a segment of its own. */
static bool
add_segments(struct draft *x)
{
	bool open = false, any = false;

	for (size_t i = 0; i < x->streams->count; i++) {
		if (sv_export_has_place(x, i)) {
			if (!open)
				buf_add_text(&x->out, "<trkseg>\n");
			open = any = true;
			add_point(x, i);
		} else if (open) {
			buf_add_text(&x->out, "</trkseg>\n");
			open = false;
		}
	}
	if (open)
		buf_add_text(&x->out, "</trkseg>\n");
	return any;
}

strava_status
strava_export_gpx(const strava_streams *streams, const strava_export_info *info,
    char **text_out, strava_error *err)
{
	struct draft  x;
	strava_status status;

	if (text_out == NULL)
		return sv_fail_argument(err, "streams or text_out is NULL");
	*text_out = NULL;
	status = sv_export_begin(&x, streams, info, err);
	if (status != STRAVA_OK)
		return status;
	begin(&x);
	if (!add_segments(&x)) {
		buf_free(&x.out);
		return sv_fail_argument(err,
		    "no sample has a position, and GPX has no others: "
		    "strava_export_tcx() does without");
	}
	buf_add_text(&x.out, "</trk>\n</gpx>\n");
	return sv_export_end(&x, text_out, err);
}
