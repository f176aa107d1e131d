/* SPDX-License-Identifier: MIT */

/*
 * GPX and TCX.  Not a reader of XML: it goes from tag to tag and takes what
 * stands in those that it knows, which does for files that programs write.
 */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "members.h"
#include "number.h"
#include "recording.h"

#define VALUE_MAX 128

/* Where the reader is. */
struct scan {
	struct recording *recording;
	const char       *at;      /* NUL-terminated */
	char              tag[64]; /* without its namespace */
	char              attributes[256];
	char text[VALUE_MAX]; /* what follows, up to the next tag */

	/* The point that is being read. */
	bool          in_point, timed;
	int64_t       utc_s;
	struct sample point;
};

static void
copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}

/* Goes to the next tag; false when there is none. */
static bool
next_tag(struct scan *scan)
{
	const char *open = strchr(scan->at, '<'), *close, *name, *colon;
	size_t      len;

	if (open == NULL || (close = strchr(open, '>')) == NULL)
		return false;
	name = open + 1;
	len = strcspn(name, " \t\r\n/>");
	if (*name == '/')
		len = 1 + strcspn(name + 1, " \t\r\n/>");
	copy(scan->attributes, sizeof(scan->attributes), name + len,
	    (size_t)(close - name) - len);
	colon = memchr(name, ':', len);
	if (colon != NULL && *name != '/') {
		len -= (size_t)(colon + 1 - name);
		name = colon + 1;
	}
	copy(scan->tag, sizeof(scan->tag), name, len);
	scan->at = close + 1;
	copy(scan->text, sizeof(scan->text), scan->at, strcspn(scan->at, "<"));
	return true;
}

/* The number in an attribute, written lat="47.1". */
static bool
attribute(const struct scan *scan, const char *name, double *number)
{
	const char *at = strstr(scan->attributes, name);
	size_t      len = strlen(name);
	char       *end;

	if (at == NULL || at[len] != '=' ||
	    (at[len + 1] != '"' && at[len + 1] != '\''))
		return false;
	*number = strtod(at + len + 2, &end);
	return end != at + len + 2 && *end == at[len + 1] && *number >= -180 &&
	       *number <= 180;
}

/* How a value of a point gets into a sample. */
enum value { VALUE_REAL, VALUE_INT };
struct element {
	const char *tag;
	size_t      offset;
	enum value  value;
	unsigned    has; /* of a track */
};
#define ELEMENT(tag, member, value, has)                         \
	{                                                        \
		tag, offsetof(struct sample, member), value, has \
	}

static const struct element gpx_elements[] = {
	ELEMENT("ele", altitude_m, VALUE_REAL, TRACK_ALTITUDE),
	ELEMENT("hr", heartrate_bpm, VALUE_INT, TRACK_HEART),
	ELEMENT("cad", cadence_rpm, VALUE_INT, TRACK_CADENCE),
	ELEMENT("power", power_w, VALUE_INT, TRACK_POWER),
	ELEMENT("atemp", temperature_c, VALUE_INT, TRACK_WARMTH),
};
static const struct element tcx_elements[] = {
	ELEMENT("AltitudeMeters", altitude_m, VALUE_REAL, TRACK_ALTITUDE),
	ELEMENT("DistanceMeters", distance_m, VALUE_REAL, TRACK_DISTANCE),
	ELEMENT("Value", heartrate_bpm, VALUE_INT, TRACK_HEART),
	ELEMENT("Cadence", cadence_rpm, VALUE_INT, TRACK_CADENCE),
	ELEMENT("RunCadence", cadence_rpm, VALUE_INT, TRACK_CADENCE),
	ELEMENT("Watts", power_w, VALUE_INT, TRACK_POWER),
	ELEMENT("LatitudeDegrees", lat, VALUE_REAL, TRACK_POSITION),
	ELEMENT("LongitudeDegrees", lng, VALUE_REAL, TRACK_POSITION),
};

static void
take_element(struct scan *scan, const struct element *elements, size_t count)
{
	double real;
	int    whole;
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(elements[i].tag, scan->tag) == 0)
			break;
	if (i == count || !number_read_real(scan->text, -1e7, 1e7, &real))
		return;
	whole = (int)real;
	if (elements[i].value == VALUE_INT)
		memcpy((char *)&scan->point + elements[i].offset, &whole,
		    sizeof(whole));
	else
		memcpy((char *)&scan->point + elements[i].offset, &real,
		    sizeof(real));
	scan->recording->track.has |= elements[i].has;
}

/* The end of a point: one without a time is no help. */
static bool
end_point(struct scan *scan)
{
	scan->in_point = false;
	return !scan->timed ||
	       recording_add(scan->recording, scan->utc_s, &scan->point);
}

static void
begin_point(struct scan *scan)
{
	memset(&scan->point, 0, sizeof(scan->point));
	scan->in_point = true;
	scan->timed = false;
}

static void
take_name(struct scan *scan)
{
	struct recording *recording = scan->recording;

	if (recording->name[0] == '\0')
		copy(recording->name, sizeof(recording->name), scan->text,
		    strlen(scan->text));
}

static const char *
sport_of(const char *word)
{
	static const char *const words[][2] = { { "run", "Run" },
		{ "bik", "Ride" }, { "cycl", "Ride" }, { "rid", "Ride" },
		{ "swim", "Swim" }, { "hik", "Hike" }, { "walk", "Walk" } };
	size_t                   i;

	for (i = 0; i < COUNT(words); i++)
		if (strcasestr(word, words[i][0]) != NULL)
			return words[i][1];
	return NULL;
}

static bool
take_gpx_tag(struct scan *scan)
{
	if (strcmp(scan->tag, "trkpt") == 0) {
		begin_point(scan);
		if (attribute(scan, "lat", &scan->point.lat) &&
		    attribute(scan, "lon", &scan->point.lng))
			scan->recording->track.has |= TRACK_POSITION;
	} else if (strcmp(scan->tag, "/trkpt") == 0) {
		return end_point(scan);
	} else if (scan->in_point && strcmp(scan->tag, "time") == 0) {
		scan->timed = clock_parse(scan->text, &scan->utc_s);
	} else if (scan->in_point) {
		take_element(scan, gpx_elements, COUNT(gpx_elements));
	} else if (strcmp(scan->tag, "name") == 0) {
		take_name(scan);
	} else if (strcmp(scan->tag, "type") == 0) {
		scan->recording->sport_type = sport_of(scan->text);
	}
	return true;
}

static bool
take_tcx_tag(struct scan *scan)
{
	if (strcmp(scan->tag, "Trackpoint") == 0)
		begin_point(scan);
	else if (strcmp(scan->tag, "/Trackpoint") == 0)
		return end_point(scan);
	else if (scan->in_point && strcmp(scan->tag, "Time") == 0)
		scan->timed = clock_parse(scan->text, &scan->utc_s);
	else if (scan->in_point)
		take_element(scan, tcx_elements, COUNT(tcx_elements));
	else if (strcmp(scan->tag, "Activity") == 0)
		scan->recording->sport_type = sport_of(scan->attributes);
	return true;
}

static const char *
read_xml(struct recording *recording, const struct buf *file, const char *root,
    bool (*take)(struct scan *scan))
{
	struct scan scan = { .recording = recording, .at = buf_text(file) };
	bool        rooted = false;

	while (next_tag(&scan)) {
		rooted = rooted || strcmp(scan.tag, root) == 0;
		if (!rooted && scan.tag[0] != '?' && scan.tag[0] != '!')
			return recording_malformed;
		if (!take(&scan))
			return recording_malformed;
	}
	/* What breaks off does so behind a tag that is not the last one. */
	if (!rooted || scan.tag[0] != '/' || strcmp(scan.tag + 1, root) != 0)
		return recording_malformed;
	return recording_end(recording);
}

const char *
recording_read_gpx(struct recording *recording, const struct buf *file)
{
	return read_xml(recording, file, "gpx", take_gpx_tag);
}

const char *
recording_read_tcx(struct recording *recording, const struct buf *file)
{
	return read_xml(
	    recording, file, "TrainingCenterDatabase", take_tcx_tag);
}
