/* SPDX-License-Identifier: MIT */
#include "route.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "members.h"

#define FIRST_ID INT64_C(16341000)
#define BEYOND INT64_C(3093000000000000000)
#define NEWEST INT64_C(1793000000) /* October 2026 */
#define WEEK_S 604800
#define RIDES_MPS 6.5
#define RUNS_MPS 2.9

static const char *const names[] = {
	"Round the Lake",
	"Coffee Loop",
	"\"Flat\" & Fast",
	"<em>Hills</em>",
	"🏔️ Big One",
	"Two Bridges",
};
static const char *const descriptions[] = {
	NULL,
	"",
	"Starts at the station.\nTurn left <early> & \"gently\".",
};

size_t
route_count(const struct person *person)
{
	if (person->number == 0)
		return 37; /* more than a page */
	return person->number % 6 == 3 ? 0 : 3 + person->number % 5;
}

static int64_t
id_of(const struct person *person, size_t number)
{
	return (number % 4 == 3 ? FIRST_ID : BEYOND) +
	       (int64_t)(person->number * ROUTES_MAX + number);
}

bool
route_find(int64_t id, size_t *person, size_t *number)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0)
		return false;
	*person = (size_t)n / ROUTES_MAX;
	*number = (size_t)n % ROUTES_MAX;
	return (*number % 4 != 3) == (id >= BEYOND);
}

bool
route_is_private(size_t number)
{
	return number % 5 == 2;
}

bool
route_make(uint64_t seed, const struct person *person, size_t number,
    struct route_plan *route)
{
	struct chance c =
	    chance_of(seed, "route", (int64_t)person->number, (int64_t)number);
	struct course course = {
		.home = person->home,
		.ground = GROUND_OUTDOORS,
	};

	memset(route, 0, sizeof(*route));
	route->person = person;
	route->number = number;
	route->id = id_of(person, number);
	route->run = number % 3 == 1;
	route->is_private = route_is_private(number);
	route->sub_type = (int)chance_int(&c, 1, 5);
	route->created_at = NEWEST - WEEK_S * (int64_t)number;
	route->description = descriptions[number % COUNT(descriptions)];
	snprintf(route->name, sizeof(route->name), "%s",
	    names[chance_int(&c, 0, COUNT(names) - 1)]);
	course.speed_mps = route->run ? RUNS_MPS : RIDES_MPS;
	course.length_m = route->run ? chance_real(&c, 4000, 21000)
				     : chance_real(&c, 15000, 110000);
	return track_make(&course, &c, &route->track);
}

void
route_free(struct route_plan *route)
{
	track_free(&route->track);
}
