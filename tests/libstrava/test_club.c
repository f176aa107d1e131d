/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"

static void
a_club_in_detail_is_decoded(void **state)
{
	char        *text = fixture("club_detailed.json");
	struct fake  fake;
	strava_club *c;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_club_get(fake.client, INT64_C(9007199254740993), &c, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(
	    fake.requests[0].url, API "/clubs/9007199254740993");
	assert_true(c->id == INT64_C(9007199254740993));
	assert_true(c->resource_state == STRAVA_RESOURCE_DETAIL);
	assert_string_equal(c->name, "Team Kanal");
	assert_string_equal(
	    c->profile_medium, "https://example.org/medium.jpg");
	assert_string_equal(c->profile, "https://example.org/large.jpg");
	assert_string_equal(c->cover_photo, "https://example.org/cover.jpg");
	assert_string_equal(
	    c->cover_photo_small, "https://example.org/cover-small.jpg");
	assert_int_equal(c->activity_types->count, 3);
	assert_int_equal(c->activity_types->skipped, 1);
	assert_string_equal(c->activity_types->items[2], "EBikeRide");
	assert_string_equal(c->activity_types_icon, "sports_bike_normal");
	assert_int_equal(c->dimensions->count, 2);
	assert_string_equal(c->dimensions->items[1], "elev_gain");
	assert_string_equal(c->sport_type, "cycling");
	assert_string_equal(c->localized_sport_type, "Radfahren");
	assert_string_equal(c->city, "M\xc3\xbcnster");
	assert_string_equal(c->state, "NRW");
	assert_string_equal(c->country, "Germany");
	assert_int_equal(c->is_private, STRAVA_TRUE);
	assert_true(c->member_count == 116);
	assert_int_equal(c->featured, STRAVA_FALSE);
	assert_int_equal(c->verified, STRAVA_TRUE);
	assert_string_equal(c->url, "team-kanal");
	assert_string_equal(c->membership, "member");
	assert_int_equal(c->admin, STRAVA_FALSE);
	assert_int_equal(c->owner, STRAVA_TRUE);
	assert_string_equal(c->description, "We ride\non Sundays.");
	assert_string_equal(c->club_type, "casual_club");
	assert_true(c->post_count.value == 29);
	assert_true(c->owner_id == 759);
	assert_true(c->following_count.value == 107);
	assert_string_equal(c->website, "https://example.org");
	assert_non_null(strstr(strava_club_json(c), "\"owner_id\":759"));
	strava_club_free(c);
	fake_stop(&fake);
}

static void
clubs_come_by_the_page(void **state)
{
	struct fake       fake;
	strava_club_list *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] =
	    fake_answer(200, "[{\"id\":1,\"membership\":null,\"cover_photo\":"
			     "null},{\"id\":{}}]");
	assert_int_equal(
	    strava_club_list_get(fake.client,
		&(strava_page){ .page = 1, .per_page = 50 }, &list, NULL),
	    STRAVA_OK);
	assert_string_equal(
	    fake.requests[0].url, API "/athlete/clubs?page=1&per_page=50");
	assert_int_equal(list->count, 1);
	assert_int_equal(list->skipped, 1);
	assert_null(list->items[0]->membership);
	assert_null(list->items[0]->cover_photo);
	assert_null(list->items[0]->activity_types);
	assert_non_null(strstr(strava_club_list_json(list), "null"));
	strava_club_list_free(list);
	assert_int_equal(strava_club_list_get(fake.client,
			     &(strava_page){ .page = -1 }, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(list);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
clubs_bear_what_is_odd(void **state)
{
	(void)state;
	bears_everything(&sv_club_model, "club_detailed.json", NULL);
	skips_bad_items(&sv_club_model, "club_detailed.json", NULL);
	assert_int_equal(
	    strava_club_parse("{}", 2, &(strava_club *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	assert_int_equal(strava_club_list_parse(
			     "{}", 2, &(strava_club_list *){ NULL }, NULL),
	    STRAVA_ERR_FORMAT);
	strava_club_free(NULL);
	strava_club_list_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_club_in_detail_is_decoded),
		cmocka_unit_test(clubs_come_by_the_page),
		cmocka_unit_test(clubs_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name("libstrava club", tests, NULL, NULL);
}
