/* SPDX-License-Identifier: MIT */
#include "club.h"

#include <inttypes.h>
#include <stdio.h>

#include "chance.h"
#include "members.h"

#define FIRST_ID INT64_C(108600)
#define BEYOND INT64_C(9007199254740993) /* 2^53 + 1 */

static const char *const purposes[] = { "Wheelers", "Road Runners",
	"<i>Gravel</i> Gang", "Tri & Swim" };

static const struct trade {
	const char *sport_type, *localized, *club_type;
	const char *activity_types[4]; /* ends with NULL */
} trades[] = {
	{ "cycling", "Cycling", "casual_club",
	    { "Ride", "GravelRide", "VirtualRide", NULL } },
	{ "running", "Running", "racing_team", { "Run", "TrailRun", NULL } },
	{ "other", "Multi-sport", "company", { NULL } },
	{ "triathlon", "Triathlon", "other", { "Swim", "Quidditch", NULL } },
};

static const struct trade *
trade_of(size_t number)
{
	return &trades[number % COUNT(trades)];
}

int64_t
club_id(size_t number)
{
	return (number % 10 == 9 ? BEYOND : FIRST_ID) + (int64_t)number;
}

bool
club_find(int64_t id, size_t *number)
{
	int64_t n = id - (id >= BEYOND ? BEYOND : FIRST_ID);

	if (n < 0 || n >= CLUB_COUNT || club_id((size_t)n) != id)
		return false;
	*number = (size_t)n;
	return true;
}

enum membership
club_membership(uint64_t seed, const struct person *person, size_t number)
{
	struct chance c =
	    chance_of(seed, "club", (int64_t)person->number, (int64_t)number);
	int64_t drawn = chance_int(&c, 0, 19);

	if (person->number == 0 || drawn < 2)
		return MEMBERSHIP_MEMBER;
	return drawn == 2 ? MEMBERSHIP_PENDING : MEMBERSHIP_NONE;
}

static void
emit_kinds(struct emit *e, size_t number)
{
	static const char *const dimensions[] = { "distance", "num_activities",
		"moving_time", "velocity" };
	const struct trade      *trade = trade_of(number);
	size_t                   i;

	emit_array(e, "activity_types");
	for (i = 0; trade->activity_types[i] != NULL; i++)
		emit_text(e, NULL, trade->activity_types[i]);
	emit_end(e);
	emit_text(e, "activity_types_icon", "sports_multi_normal");
	emit_array(e, "dimensions");
	for (i = 0; i < COUNT(dimensions); i++)
		emit_text(e, NULL, dimensions[i]);
	emit_end(e);
	emit_text(e, "sport_type", trade->sport_type);
	emit_text(e, "localized_sport_type", trade->localized);
}

/* A club without a picture of its own has none at all. */
static void
emit_pictures(struct emit *e, size_t number)
{
	bool has = number % 3 != 1;

	emit_text(e, "profile_medium",
	    has ? "https://photos.example/club-medium.jpg"
		: "avatar/club/medium.png");
	emit_text(e, "profile",
	    has ? "https://photos.example/club-large.jpg"
		: "avatar/club/large.png");
	emit_text(e, "cover_photo",
	    has ? "https://photos.example/cover-large.jpg" : NULL);
	emit_text(e, "cover_photo_small",
	    has ? "https://photos.example/cover-small.jpg" : NULL);
}

static void
emit_members(
    struct emit *e, size_t number, enum membership membership, bool detail)
{
	static const char *const memberships[] = {
		[MEMBERSHIP_NONE] = NULL,
		[MEMBERSHIP_PENDING] = "pending",
		[MEMBERSHIP_MEMBER] = "member",
	};
	const struct place *place = place_at(number);
	char                name[96];

	snprintf(name, sizeof(name), "%s %s", place->city,
	    purposes[number / PLACE_COUNT % COUNT(purposes)]);
	emit_int(e, "id", club_id(number));
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_text(e, "name", name);
	emit_pictures(e, number);
	emit_kinds(e, number);
	emit_text(e, "city", place->city);
	emit_text(e, "state", place->state);
	emit_text(e, "country", place->country);
	emit_bool(e, "private", number % 6 == 4);
	emit_int(e, "member_count", (int64_t)(12 + 977 * number));
	emit_bool(e, "featured", false);
	emit_bool(e, "verified", number % 8 == 0);
	snprintf(name, sizeof(name), "club-%zu", number);
	emit_text(e, "url", number % 7 == 6 ? "" : name);
	emit_text(e, "membership", memberships[membership]);
	emit_bool(
	    e, "admin", membership == MEMBERSHIP_MEMBER && number % 5 == 0);
	emit_bool(e, "owner", membership == MEMBERSHIP_MEMBER && number == 0);
}

void
club_emit(struct emit *e, size_t number, enum membership membership)
{
	emit_object(e, NULL);
	emit_members(e, number, membership, false);
	emit_end(e);
}

void
club_emit_detail(struct emit *e, size_t number, enum membership membership)
{
	emit_object(e, NULL);
	emit_members(e, number, membership, true);
	emit_text(e, "description",
	    number % 2 == 0 ? "Every Tuesday, whatever the weather.\r\nCoffee "
			      "& <b>cake</b>."
			    : "");
	emit_text(e, "club_type", trade_of(number)->club_type);
	emit_int(e, "post_count", (int64_t)(number % 30));
	emit_int(e, "owner_id", person_id(number % 5));
	emit_int(e, "following_count", (int64_t)(number % 50));
	emit_text(e, "website", number % 4 == 1 ? "http://club.example" : "");
	emit_end(e);
}

void
club_emit_of(
    struct emit *e, const char *key, uint64_t seed, const struct person *person)
{
	size_t i;

	emit_array(e, key);
	for (i = 0; i < CLUB_COUNT; i++)
		if (club_membership(seed, person, i) == MEMBERSHIP_MEMBER)
			club_emit(e, i, MEMBERSHIP_MEMBER);
	emit_end(e);
}
