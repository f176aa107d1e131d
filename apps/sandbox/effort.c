/* SPDX-License-Identifier: MIT */
#include "effort.h"

#include <string.h>

#define FIRST_ID INT64_C(36812000000)
#define BEYOND INT64_C(2693271924000000000)

/* Where the first passage begins, and how far the next is from there, in parts
 * of the track. */
#define START 0.08
#define STEP 0.22

int64_t
effort_id(const struct person *person, size_t number, size_t i)
{
	return (i % 2 == 1 ? BEYOND : FIRST_ID) +
	       (int64_t)((person->number * ACTIVITIES_MAX + number) * EFFORTS +
			 i);
}

bool
effort_find(int64_t id, size_t *person, size_t *number, size_t *i)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0)
		return false;
	*i = (size_t)n % EFFORTS;
	*number = (size_t)n / EFFORTS % ACTIVITIES_MAX;
	*person = (size_t)n / EFFORTS / ACTIVITIES_MAX;
	return (*i % 2 == 1) == (id >= BEYOND) && *number < EFFORT_ACTIVITIES;
}

bool
effort_segment(
    const struct person *person, const char *kind, size_t i, size_t *segment)
{
	size_t first = place_number(person->home) * SEGMENTS_A_PLACE;

	*segment = first + i;
	if (strcmp(kind, "Run") == 0)
		*segment += EFFORTS;
	return strcmp(segment_activity_type(*segment), kind) == 0;
}

bool
effort_is_there(const struct activity *activity)
{
	size_t segment;

	return activity->kind != NULL && activity->number < EFFORT_ACTIVITIES &&
	       activity_is_recorded(activity) &&
	       (activity->track.has & TRACK_POSITION) != 0 &&
	       effort_segment(activity->person, activity->kind, 0, &segment);
}

/* Which part of the track the passage is; how long it took. */
static int
span(const struct track *track, double distance_m, size_t i, size_t *first,
    size_t *last)
{
	*first = (size_t)((START + STEP * (double)i) * (double)track->count);
	*last = track_reach(track, *first, distance_m);
	return track->samples[*last].time_s - track->samples[*first].time_s;
}

/* An older activity of the same kind, which ends with activity_free(); *there is
 * false when that has no efforts.  False when out of memory. */
static bool
look_back(uint64_t seed, const struct person *person, size_t number,
    const char *kind, struct activity *older, bool *there)
{
	*there = false;
	if (strcmp(activity_type(seed, person, number), kind) != 0)
		return true;
	if (!activity_make(seed, person, number, older))
		return false;
	*there = effort_is_there(older);
	if (!*there)
		activity_free(older);
	return true;
}

/* How many of the earlier passages were faster decides the rank. */
static bool
rank(uint64_t seed, const struct activity *a, struct effort efforts[EFFORTS])
{
	const struct person *person = a->person;
	struct activity      older;
	size_t               number, i, first, last;
	bool                 there;

	for (number = a->number + 1;
	     number < EFFORT_ACTIVITIES && number < person->activities;
	     number++) {
		if (!look_back(seed, person, number, a->kind, &older, &there))
			return false;
		if (!there)
			continue;
		for (i = 0; i < EFFORTS; i++)
			efforts[i].rank +=
			    span(&older.track,
				efforts[i].segment.track.distance_m, i, &first,
				&last) < efforts[i].elapsed_s;
		activity_free(&older);
	}
	for (i = 0; i < EFFORTS; i++)
		if (efforts[i].rank > 3)
			efforts[i].rank = 0;
	return true;
}

static bool
make_all(
    uint64_t seed, const struct activity *a, struct effort efforts[EFFORTS])
{
	size_t i, segment;

	for (i = 0; i < EFFORTS; i++) {
		struct effort *effort = &efforts[i];

		effort->id = effort_id(a->person, a->number, i);
		effort->activity = a;
		effort->rank = 1;
		effort->hidden = (i + a->number) % 2 == 1;
		if (!effort_segment(a->person, a->kind, i, &segment) ||
		    !segment_make(seed, segment, &effort->segment))
			return false;
		effort->elapsed_s =
		    span(&a->track, effort->segment.track.distance_m, i,
			&effort->first, &effort->last);
	}
	return rank(seed, a, efforts);
}

bool
efforts_make(uint64_t seed, const struct activity *activity,
    struct effort efforts[EFFORTS])
{
	memset(efforts, 0, EFFORTS * sizeof(*efforts));
	if (make_all(seed, activity, efforts))
		return true;
	efforts_free(efforts);
	return false;
}

void
efforts_free(struct effort efforts[EFFORTS])
{
	size_t i;

	for (i = 0; i < EFFORTS; i++)
		segment_free(&efforts[i].segment);
}

static void
compare(struct effort_record *record, const struct activity *a, double length_m,
    size_t i)
{
	const struct sample *s = a->track.samples;
	size_t               first, last;
	int elapsed_s = span(&a->track, length_m, i, &first, &last);

	record->count++;
	if (record->count > 1 && elapsed_s > record->elapsed_s)
		return;
	record->number = a->number;
	record->i = i;
	record->elapsed_s = elapsed_s;
	record->start_utc = a->start_utc + s[first].time_s;
	record->distance_m = s[last].distance_m - s[first].distance_m;
}

bool
effort_best(uint64_t seed, const struct person *person, bool only_me,
    const struct segment *segment, struct effort_record *record)
{
	struct activity a;
	size_t          i, number, at;
	bool            there;

	memset(record, 0, sizeof(*record));
	for (i = 0; i < EFFORTS; i++)
		if (effort_segment(person, segment->activity_type, i, &at) &&
		    at == segment->number)
			break;
	if (i == EFFORTS)
		return true;
	for (number = 0;
	     number < EFFORT_ACTIVITIES && number < person->activities;
	     number++) {
		if (activity_only_me(number) && !only_me)
			continue;
		if (!look_back(seed, person, number, segment->activity_type, &a,
			&there))
			return false;
		if (!there)
			continue;
		compare(record, &a, segment->track.distance_m, i);
		activity_free(&a);
	}
	return true;
}
