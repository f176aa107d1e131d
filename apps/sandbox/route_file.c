/* SPDX-License-Identifier: MIT */

/* A route as GPX and as TCX. */

#include <inttypes.h>

#include "clock.h"
#include "html.h"
#include "route.h"

static void
add_text(struct buf *out, const char *tag, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(out, "<%s>", tag);
	html_add_escaped(out, text);
	buf_addf(out, "</%s>\n", tag);
}

void
route_add_gpx(struct buf *out, const struct route_plan *route)
{
	const struct sample *s = route->track.samples;
	size_t               i;

	buf_add_text(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<gpx creator=\"StravaGPX\" version=\"1.1\" "
	    "xmlns=\"http://www.topografix.com/GPX/1/1\">\n<metadata>\n");
	add_text(out, "name", route->name);
	add_text(out, "desc", route->description);
	buf_addf(out,
	    "<link href=\"https://www.strava.com/routes/%" PRId64 "\"/>\n"
	    "</metadata>\n<trk>\n",
	    route->id);
	add_text(out, "name", route->name);
	add_text(out, "type", route->run ? "running" : "cycling");
	buf_add_text(out, "<trkseg>\n");
	for (i = 0; i < route->track.count; i++)
		buf_addf(out,
		    "<trkpt lat=\"%.6f\" lon=\"%.6f\"><ele>%.2f</ele></trkpt>"
		    "\n",
		    s[i].lat, s[i].lng, s[i].altitude_m);
	buf_add_text(out, "</trkseg>\n</trk>\n</gpx>\n");
}

static void
add_trackpoint(
    struct buf *out, const struct route_plan *route, const struct sample *s)
{
	char time[CLOCK_TEXT_SIZE];

	clock_format(route->created_at + s->time_s, time);
	buf_addf(out,
	    "<Trackpoint><Time>%s</Time><Position>"
	    "<LatitudeDegrees>%.6f</LatitudeDegrees>"
	    "<LongitudeDegrees>%.6f</LongitudeDegrees></Position>"
	    "<AltitudeMeters>%.2f</AltitudeMeters>"
	    "<DistanceMeters>%.2f</DistanceMeters></Trackpoint>\n",
	    time, s->lat, s->lng, s->altitude_m, s->distance_m);
}

void
route_add_tcx(struct buf *out, const struct route_plan *route)
{
	const struct sample *s = route->track.samples;
	const struct sample *last = s + route->track.count - 1;
	size_t               i;

	buf_add_text(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<TrainingCenterDatabase xmlns=\"http://www.garmin.com/xmlschemas/"
	    "TrainingCenterDatabase/v2\">\n<Courses>\n<Course>\n");
	add_text(out, "Name", route->name);
	buf_addf(out,
	    "<Lap><TotalTimeSeconds>%d</TotalTimeSeconds>"
	    "<DistanceMeters>%.2f</DistanceMeters>"
	    "<BeginPosition><LatitudeDegrees>%.6f</LatitudeDegrees>"
	    "<LongitudeDegrees>%.6f</LongitudeDegrees></BeginPosition>"
	    "<EndPosition><LatitudeDegrees>%.6f</LatitudeDegrees>"
	    "<LongitudeDegrees>%.6f</LongitudeDegrees></EndPosition>"
	    "<Intensity>Active</Intensity></Lap>\n<Track>\n",
	    route->track.elapsed_s, route->track.distance_m, s->lat, s->lng,
	    last->lat, last->lng);
	for (i = 0; i < route->track.count; i++)
		add_trackpoint(out, route, &s[i]);
	buf_add_text(out,
	    "</Track>\n</Course>\n</Courses>\n</TrainingCenterDatabase>\n");
}
