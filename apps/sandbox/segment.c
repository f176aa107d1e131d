/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "members.h"

#define FIRST_ID INT64_C(1109000)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */
#define LOOP 4 /* a segment is such a part of the loop it is cut from */
#define SPEED_MPS 5.0
#define WALL_M 60.0 /* the length over which the steepest grade is taken */

/* What one of a place's segments is like. */
static const struct kind {
	const char *name, *activity_type;
	double      length_m, hills; /* times those of the place */
	bool        is_private, hazardous, nowhere;
} kinds[SEGMENTS_A_PLACE] = {
	/* These are on everybody's way: see effort.c. */
	{ "Out of %s", "Ride", 1500, 0.2, false, false, false },
	{ "%s Ring Road", "Ride", 2600, 0.1, false, false, false },
	{ "Railway Bridge", "Ride", 900, 0.3, false, true, false },
	{ "Town Sign Sprint", "Ride", 1800, 0.1, false, false, true },
	{ "%s Park Loop", "Run", 700, 0.2, false, false, false },
	{ "Canal \"Path\" & Stairs", "Run", 500, 0.4, false, false, false },
	{ "<b>Last</b> 600", "Run", 600, 0.1, false, false, true },
	{ "Track 400", "Run", 400, 0.0, false, false, false },

	/* Climbs of every category. */
	{ "%s Bump", "Ride", 1200, 0, false, false, false },
	{ "Observatory Hill", "Ride", 3000, 0, false, false, false },
	{ "Old Pass", "Ride", 5000, 0, false, false, false },
	{ "Long Pass", "Ride", 8000, 0, false, false, false },
	{ "Alpe de %s", "Ride", 13000, 0, false, true, false },

	/* Of which a client may not expect any. */
	{ "Couloir", "AlpineSki", 1400, 0.5, false, true, true },
	{ "Simulated Ascent", "VirtualRide", 2200, 0.3, false, false, true },
	{ "My Secret Lane", "Run", 800, 0.3, true, false, false },
};
#define FIRST_CLIMB 8
#define LAST_CLIMB 12

/* Length in metres times grade in per cent, above which a climb is of category
 * 4, 3, 2, 1, HC. */
static const double scores[] = { 8000, 16000, 32000, 64000, 80000 };

int64_t
segment_id(size_t number)
{
	return (number % 5 == 3 ? BEYOND : FIRST_ID) + (int64_t)number;
}

bool
segment_find(int64_t id, size_t *number)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0 || (size_t)n >= SEGMENT_COUNT || segment_id((size_t)n) != id)
		return false;
	*number = (size_t)n;
	return true;
}

static const struct kind *
kind_of(size_t number)
{
	return &kinds[number % SEGMENTS_A_PLACE];
}

bool
segment_is_private(size_t number)
{
	return kind_of(number)->is_private;
}

const char *
segment_activity_type(size_t number)
{
	return kind_of(number)->activity_type;
}

/* Where the part of `count` samples begins that climbs most. */
static size_t
steepest(const struct track *loop, size_t count)
{
	const struct sample *s = loop->samples;
	double               rise, best = -1;
	size_t               i, at = 0;

	for (i = 0; i + count <= loop->count; i++) {
		rise = s[i + count - 1].altitude_m - s[i].altitude_m;
		if (rise > best) {
			best = rise;
			at = i;
		}
	}
	return at;
}

/* Lifts every sample so that the part becomes a climb of that category. */
static void
raise(struct track *track, int category, struct chance *c)
{
	double score = scores[category - 1] * chance_real(c, 1.03, 1.2);
	double metres = score / 100;
	double run = track->distance_m, bend = chance_real(c, 0.8, 1.25);
	size_t i;

	for (i = 0; i < track->count; i++) {
		struct sample *s = &track->samples[i];

		s->altitude_m =
		    track->low_m + metres * pow(s->distance_m / run, bend);
	}
}

static void
measure(struct segment *segment)
{
	struct track        *t = &segment->track;
	const struct sample *s = t->samples;
	double run, rise = s[t->count - 1].altitude_m - s[0].altitude_m;
	size_t i, k;

	segment->grade_percent = 100 * rise / t->distance_m;
	segment->steepest_percent = segment->grade_percent;
	for (i = 0; i < t->count; i++) {
		k = track_reach(t, i, WALL_M);
		run = s[k].distance_m - s[i].distance_m;
		if (run >= WALL_M)
			segment->steepest_percent = fmax(
			    segment->steepest_percent,
			    100 * (s[k].altitude_m - s[i].altitude_m) / run);
	}
	while (segment->grade_percent >= 3 &&
	       segment->climb_category < (int)COUNT(scores) &&
	       segment->grade_percent * t->distance_m >=
		   scores[segment->climb_category])
		segment->climb_category++;
}

static bool
lay(struct segment *segment, const struct kind *kind, struct chance *c)
{
	struct place  place = *segment->place;
	struct course course = {
		.home = &place,
		.ground = GROUND_OUTDOORS,
		.speed_mps = SPEED_MPS,
		.length_m = LOOP * kind->length_m,
	};
	struct track loop;
	size_t       first, count, i = segment->number % SEGMENTS_A_PLACE;
	bool         done;

	place.hills_m *= kind->hills;
	if (!track_make(&course, c, &loop))
		return false;
	count = loop.count / LOOP;
	first = steepest(&loop, count);
	done = track_cut(&loop, first, first + count - 1, &segment->track);
	track_free(&loop);
	if (!done)
		return false;
	if (i >= FIRST_CLIMB && i <= LAST_CLIMB)
		raise(&segment->track, (int)(i - FIRST_CLIMB + 1), c);
	track_complete(&segment->track);
	track_sum_up(&segment->track);
	return true;
}

bool
segment_make(uint64_t seed, size_t number, struct segment *segment)
{
	const struct kind *kind = kind_of(number);
	struct chance      c = chance_of(seed, "segment", (int64_t)number, 0);
	const char        *gap = strstr(kind->name, "%s");
	int                n;

	memset(segment, 0, sizeof(*segment));
	segment->place = place_at(number / SEGMENTS_A_PLACE);
	segment->number = number;
	segment->id = segment_id(number);
	segment->activity_type = kind->activity_type;
	segment->is_private = kind->is_private;
	segment->hazardous = kind->hazardous;
	segment->nowhere = kind->nowhere;
	n = gap != NULL ? (int)(gap - kind->name) : (int)strlen(kind->name);
	snprintf(segment->name, sizeof(segment->name), "%.*s%s%s", n,
	    kind->name, gap != NULL ? segment->place->city : "",
	    gap != NULL ? gap + 2 : "");
	if (!lay(segment, kind, &c))
		return false;
	measure(segment);
	return true;
}

void
segment_free(struct segment *segment)
{
	track_free(&segment->track);
}
