/* SPDX-License-Identifier: MIT */
#include "athlete_json.h"

#include "club.h"

#define METRES_A_MILE 1609.344

void
athlete_emit_gear(struct emit *e, const char *key, const struct person *person,
    bool bike, bool detail)
{
	double distance_m = bike ? 8234567 : 412345;
	char   id[GEAR_ID_SIZE];

	person_gear_id(person, bike, id);
	emit_object(e, key);
	emit_text(e, "id", id);
	emit_bool(e, "primary", true);
	emit_text(e, "name", bike ? "Workhorse" : "Old shoes");
	emit_text(e, "nickname", bike ? NULL : "");
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_bool(e, "retired", false);
	emit_fixed(e, "distance", distance_m, 1);
	emit_fixed(e, "converted_distance",
	    distance_m / (person->number % 3 == 1 ? METRES_A_MILE : 1000), 1);
	if (detail) {
		emit_text(e, "brand_name", bike ? "Genesis" : "Saucony");
		emit_text(e, "model_name", bike ? "Croix de Fer" : NULL);
		emit_null(e, "description");
		if (bike) {
			emit_int(e, "frame_type", 3);
			emit_fixed(e, "weight", 9.6, 1);
		} else {
			emit_int(e, "notification_distance", 650);
		}
	}
	emit_end(e);
}

static void
emit_members(struct emit *e, const struct person *person, bool detail)
{
	emit_int(e, "id", person->id);
	emit_null(e, "username");
	emit_int(e, "resource_state", detail ? 3 : 2);
	emit_text(e, "firstname", person->firstname);
	emit_text(e, "lastname", person->lastname);
	emit_null(e, "bio");
	emit_text(e, "city", person->home->city);
	emit_text(e, "state", person->home->state);
	emit_text(e, "country", person->home->country);
	emit_text(e, "sex", person->sex);
	emit_bool(e, "premium", person->number % 2 == 0);
	emit_bool(e, "summit", person->number % 2 == 0);
	emit_text(e, "created_at", "2019-04-13T07:21:44Z");
	emit_text(e, "updated_at", "2026-10-30T18:02:09Z");
	emit_int(e, "badge_type_id", 0);
	/* What Strava sends for somebody without a picture. */
	emit_text(e, "profile_medium", "avatar/athlete/medium.png");
	emit_text(e, "profile", "avatar/athlete/large.png");
	emit_null(e, "friend");
	emit_null(e, "follower");
}

void
athlete_emit(struct emit *e, const char *key, const struct person *person)
{
	emit_object(e, key);
	emit_members(e, person, false);
	emit_end(e);
}

void
athlete_emit_detail(struct emit *e, uint64_t seed, const struct person *person)
{
	emit_object(e, NULL);
	emit_members(e, person, true);
	emit_bool(e, "blocked", false);
	emit_bool(e, "can_follow", true);
	emit_int(e, "follower_count", (int64_t)(person->number % 90));
	emit_int(e, "friend_count", (int64_t)(person->number % 70));
	emit_int(e, "mutual_friend_count", 0);
	emit_int(e, "athlete_type", (int64_t)(person->number % 2));
	emit_text(e, "date_preference", "%m/%d/%Y");
	emit_text(e, "measurement_preference",
	    person->number % 3 == 1 ? "feet" : "meters");
	if (person->ftp_w != 0)
		emit_int(e, "ftp", person->ftp_w);
	else
		emit_null(e, "ftp");
	emit_fixed(e, "weight", person->weight_kg, 1);
	club_emit_of(e, "clubs", seed, person);
	emit_array(e, "bikes");
	athlete_emit_gear(e, NULL, person, true, false);
	emit_end(e);
	emit_array(e, "shoes");
	athlete_emit_gear(e, NULL, person, false, false);
	emit_end(e);
	emit_end(e);
}
