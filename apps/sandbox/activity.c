/* SPDX-License-Identifier: MIT */
#include "activity.h"

#include <stdio.h>
#include <string.h>

#include "members.h"

#define FIRST_ID INT64_C(16000000000)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */
#define HOUR_S INT64_C(3600)
#define DAY_S (24 * HOUR_S)
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

static const char *
time_of_day(int64_t local)
{
	int64_t hour = local % DAY_S / HOUR_S;

	return hour < 11   ? "Morning"
	       : hour < 14 ? "Lunch"
	       : hour < 18 ? "Afternoon"
			   : "Evening";
}

static void
give_name(struct activity *a, const struct sport *sport)
{
	int64_t local = a->start_utc + a->person->home->utc_offset_s;

	if (a->number % 11 == 2)
		snprintf(a->name, sizeof(a->name), "%s",
		    awkward_titles[a->number / 11 % COUNT(awkward_titles)]);
	else
		snprintf(a->name, sizeof(a->name), "%s %s", time_of_day(local),
		    sport->title);
}

static void
give_quirks(struct activity *a)
{
	a->manual = a->number % 9 == 4;
	a->only_me = activity_only_me(a->number);
	a->commute = a->number % 14 == 8;
	if (a->number % 7 == 3)
		a->quirks |= QUIRK_FLOATS;
	if (a->number % 10 == 7)
		a->quirks |= QUIRK_NULLS;
	if (a->number % 10 == 8)
		a->quirks |= QUIRK_SPARSE;
	if (a->number % 16 == 9)
		a->quirks |= QUIRK_HIDDEN;
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
	activity->sport_type = sport->sport_type;
	activity->type = sport->type;
	activity->trainer = sport->ground == GROUND_INDOORS;
	activity->start_utc = activity_start(seed, person, number);
	give_name(activity, sport);
	give_quirks(activity);
	course.length_m =
	    1000 * chance_real(&c, sport->shortest_km, sport->longest_km);
	return track_make(&course, &c, &activity->track);
}

void
activity_free(struct activity *activity)
{
	track_free(&activity->track);
}
