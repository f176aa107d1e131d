/* SPDX-License-Identifier: MIT */
#include "activity.h"

#include <stdio.h>
#include <string.h>

#include "members.h"

#define FIRST_ID INT64_C(16000000000)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */
#define HOUR_S INT64_C(3600)
#define DAY_S (24 * HOUR_S)
#define MANY_COMMENTS 73 /* more than a page */
#define NEWEST_DAY 20758 /* since the epoch: 2026-11-01 */

struct sport {
	const char *sport_type, *type; /* the type of before 2022 */
	const char *title;
	enum ground ground;
	bool        power;
	double      speed_mps, shortest_km, longest_km;
};

/* In proportion to how often people do them. */
static const struct sport sports[] = {
	{ "Ride", "Ride", "Ride", GROUND_OUTDOORS, true, 7.6, 22, 95 },
	{ "Ride", "Ride", "Ride", GROUND_OUTDOORS, true, 8.1, 15, 60 },
	{ "GravelRide", "Ride", "Gravel Ride", GROUND_OUTDOORS, true, 5.9, 20,
	    70 },
	{ "Run", "Run", "Run", GROUND_OUTDOORS, false, 3.1, 4, 16 },
	{ "Run", "Run", "Run", GROUND_OUTDOORS, false, 2.9, 5, 12 },
	{ "TrailRun", "Run", "Trail Run", GROUND_OUTDOORS, false, 2.4, 6, 22 },
	{ "Hike", "Hike", "Hike", GROUND_OUTDOORS, false, 1.2, 5, 16 },
	{ "Swim", "Swim", "Swim", GROUND_INDOORS, false, 0.9, 1, 3 },
	{ "EBikeRide", "EBikeRide", "E-Bike Ride", GROUND_OUTDOORS, false, 6.9,
	    8, 35 },
};
static const struct sport ride = { "Ride", "Ride", "Ride", GROUND_OUTDOORS,
	true, 7.4, 35, 55 };
static const struct sport unheard_of = { "UnderwaterRugby", "WaterSport",
	"Underwater Rugby", GROUND_INDOORS, false, 0.7, 1, 2 };
static const struct sport weights = { "WeightTraining", "WeightTraining",
	"Weight Training", GROUND_STILL, false, 1, 1, 1 };

/* Titles that a page has to survive. */
static const char *const awkward_titles[] = {
	"<script>alert('ride')</script>",
	"\"Quotes\" & <b>ampersands</b>",
	"🚵 Über die Alpen ⛰️",
	"--><img src=x onerror=alert(1)>",
	"</script><!-- {{7*7}} ${x} %n%s",
	"\xe2\x80\xaegnitir\xe2\x80\xac reversed",
	"tab\tand\nnewline",
	"",
};

int64_t
activity_id(const struct person *person, size_t number)
{
	return (number % 8 == 5 ? BEYOND : FIRST_ID) +
	       (int64_t)(person->number * ACTIVITIES_MAX + number);
}

bool
activity_find(int64_t id, size_t *person, size_t *number)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0)
		return false;
	*person = (size_t)n / ACTIVITIES_MAX;
	*number = (size_t)n % ACTIVITIES_MAX;
	return (*number % 8 == 5) == (id >= BEYOND);
}

bool
activity_only_me(size_t number)
{
	return number % 12 == 3;
}

/* Two activities in three days, each on a day of its own, by day. */
int64_t
activity_start(uint64_t seed, const struct person *person, size_t number)
{
	struct chance c =
	    chance_of(seed, "start", (int64_t)person->number, (int64_t)number);
	int64_t day = NEWEST_DAY - (int64_t)(number * 3 / 2);
	int64_t second = chance_int(&c, 6 * HOUR_S, 19 * HOUR_S);

	return day * DAY_S + second - person->home->utc_offset_s;
}

static const struct sport *
choose_sport(const struct person *person, size_t number, struct chance *c)
{
	int64_t drawn = chance_int(c, 0, COUNT(sports) - 1);

	if (person->number % 3 != 0 && number < person->number % 3)
		return &weights;
	if (number == 0)
		return &ride;
	if (number % 13 == 6)
		return &unheard_of;
	return &sports[drawn];
}

bool
activity_is_recorded(const struct activity *activity)
{
	return !activity->manual && (activity->quirks & QUIRK_SPARSE) == 0;
}

const char *
activity_type(uint64_t seed, const struct person *person, size_t number)
{
	struct chance c = chance_of(
	    seed, "activity", (int64_t)person->number, (int64_t)number);

	return choose_sport(person, number, &c)->type;
}

static void
give_name(struct activity *a, const struct sport *sport)
{
	struct caption *caption = &a->caption;
	int64_t         local = a->start_utc + a->person->home->utc_offset_s;

	if (a->number % 11 == 2)
		snprintf(caption->name, sizeof(caption->name), "%s",
		    awkward_titles[a->number / 11 % COUNT(awkward_titles)]);
	else
		caption_name_by_time(caption, local, sport->title);
}

static void
give_quirks(struct activity *a)
{
	a->manual = a->number % 9 == 4;
	a->only_me = activity_only_me(a->number);
	if (a->number % 7 == 3)
		a->quirks |= QUIRK_FLOATS;
	if (a->number % 10 == 7)
		a->quirks |= QUIRK_NULLS;
	if (a->number % 10 == 8)
		a->quirks |= QUIRK_SPARSE;
	if (a->number % 16 == 9)
		a->quirks |= QUIRK_HIDDEN;
}

static void
give_caption(struct activity *a, const struct sport *sport)
{
	struct caption *c = &a->caption;

	snprintf(c->sport_type, sizeof(c->sport_type), "%s", sport->sport_type);
	snprintf(c->type, sizeof(c->type), "%s", sport->type);
	give_name(a, sport);
	c->trainer = sport->ground == GROUND_INDOORS;
	c->commute = a->number % 14 == 8;
	c->described = a->number % 3 == 0;
	if (c->described)
		snprintf(c->description, sizeof(c->description), "%s",
		    "Legs: heavy. View: <great> & \"wide\".");
	if ((a->quirks & QUIRK_NULLS) == 0 && !c->trainer)
		caption_give_gear(c, a->person);
}

/* How it came to Strava, and what others made of it. */
static void
give_fame(struct activity *a)
{
	if (!a->manual && (a->quirks & QUIRK_NULLS) == 0) {
		a->upload_id = a->id + 7;
		snprintf(a->external_id, sizeof(a->external_id),
		    "garmin_push_1.fit");
	}
	a->kudos = a->number % 31;
	a->comments = a->number % 17 == 1 ? MANY_COMMENTS : a->number % 3;
	a->photos = a->number % 6 == 0 ? 2 : 0;
}

bool
activity_make(uint64_t seed, const struct person *person, size_t number,
    struct activity *activity)
{
	struct chance c = chance_of(
	    seed, "activity", (int64_t)person->number, (int64_t)number);
	const struct sport *sport = choose_sport(person, number, &c);
	struct course       course = {
		      .home = person->home,
		      .ground = sport->ground,
		      .speed_mps = sport->speed_mps,
		      .power = sport->power,
	};

	memset(activity, 0, sizeof(*activity));
	activity->person = person;
	activity->number = number;
	activity->id = activity_id(person, number);
	activity->kind = sport->type;
	activity->start_utc = activity_start(seed, person, number);
	give_quirks(activity);
	give_caption(activity, sport);
	give_fame(activity);
	course.length_m =
	    1000 * chance_real(&c, sport->shortest_km, sport->longest_km);
	return track_make(&course, &c, &activity->track);
}

void
activity_free(struct activity *activity)
{
	if (!activity->borrowed)
		track_free(&activity->track);
}
