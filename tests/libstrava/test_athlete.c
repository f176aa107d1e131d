/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

static strava_athlete *
get(struct fake *fake, const char *name)
{
	char           *text = fixture(name);
	strava_athlete *athlete;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_athlete_get(fake->client, &athlete, NULL), STRAVA_OK);
	free(text);
	return athlete;
}

static void
an_athlete_in_detail_is_decoded(void **state)
{
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_detailed.json");
	assert_true(a->id == INT64_C(9007199254740993));
	assert_string_equal(a->username, "marianne_t");
	assert_string_equal(a->firstname, "Marianne");
	assert_string_equal(a->lastname, "Teutenberg");
	assert_string_equal(a->city, "San Francisco");
	assert_string_equal(a->state, "CA");
	assert_string_equal(a->country, "US");
	assert_string_equal(a->sex, "F");
	assert_string_equal(a->profile, "https://example.org/large.jpg");
	assert_string_equal(
	    a->profile_medium, "https://example.org/medium.jpg");
	assert_string_equal(a->measurement_preference, "feet");
	assert_true(a->weight_kg.set && a->weight_kg.value == 64.5);
	assert_true(a->ftp_w.set && a->ftp_w.value == 251);
	assert_true(a->created_at == 1510626605);
	assert_int_equal(a->summit, STRAVA_TRUE);
	assert_int_equal(a->bikes->count, 2);
	assert_string_equal(a->bikes->items[0]->id, "b12345678987654");
	assert_string_equal(a->bikes->items[0]->name, "EMC");
	assert_true(a->bikes->items[0]->distance_m == 120);
	assert_int_equal(a->bikes->items[0]->primary, STRAVA_TRUE);
	assert_string_equal(a->bikes->items[1]->id, "b2");
	assert_null(a->bikes->items[1]->name);
	assert_true(a->bikes->items[1]->distance_m == 0);
	assert_int_equal(a->shoes->count, 1);
	assert_string_equal(a->shoes->items[0]->name, "adidas");
	assert_non_null(
	    strstr(strava_athlete_json(a), "\"id\":9007199254740993"));
	strava_athlete_free(a);
	fake_stop(&fake);
}

static void
an_athlete_has_more_in_detail(void **state)
{
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_detailed.json");
	assert_int_equal(a->resource_state, STRAVA_RESOURCE_DETAIL);
	assert_string_equal(a->bio, "early\nriser");
	assert_int_equal(a->premium, STRAVA_TRUE);
	assert_true(a->updated_at == 1517945540);
	assert_int_equal(a->follower_count, 211);
	assert_int_equal(a->friend_count, 286);
	assert_int_equal(a->mutual_friend_count, 3);
	assert_string_equal(a->friend_state, "accepted");
	assert_string_equal(a->follower_state, "pending");
	assert_int_equal(a->blocked, STRAVA_FALSE);
	assert_int_equal(a->can_follow, STRAVA_TRUE);
	assert_int_equal(a->athlete_type.value, 1);
	assert_int_equal(a->badge_type_id.value, 4);
	assert_string_equal(a->date_preference, "%m/%d/%Y");
	assert_int_equal(a->clubs->count, 1);
	assert_int_equal(a->clubs->skipped, 1);
	assert_true(a->clubs->items[0]->id == 108605);
	strava_athlete_free(a);
	fake_stop(&fake);
}

static void
a_summary_lacks_the_rest(void **state)
{
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_summary.json");
	assert_true(a->id == 134815);
	assert_null(a->username);
	assert_false(a->weight_kg.set || a->ftp_w.set);
	assert_true(a->created_at == 0);
	assert_int_equal(a->summit, STRAVA_FALSE);
	assert_null(a->bikes);
	assert_null(a->shoes);
	strava_athlete_free(a);
	fake_stop(&fake);
}

static void
what_is_no_athlete_is_a_format_error(void **state)
{
	static const char *const bodies[] = { "{}", "[]", "{\"id\":null}",
		"{\"id\":\"1\"}", "{\"id\":1.5}" };
	struct fake              fake;
	strava_athlete          *athlete;
	strava_error             err;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, bodies[i]);
		assert_int_equal(
		    strava_athlete_get(fake.client, &athlete, &err),
		    STRAVA_ERR_FORMAT);
		assert_null(athlete);
		assert_string_equal(err.message, "the answer is no athlete");
	}
	assert_null(strava_athlete_json(NULL));
	fake_stop(&fake);
}

static void
a_weight_is_sent_as_a_form(void **state)
{
	static const struct {
		double      kg;
		const char *form;
	} weights[] = { { 95.255, "weight=95.255" }, { 64.1, "weight=64.1" },
		{ 70, "weight=70" }, { 0, "weight=0" }, { 1000, "weight=1000" },
		{ 0.0000004, "weight=0" }, { -0.0, "weight=0" },
		{ 99.9999996, "weight=100" } };
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	for (size_t i = 0; i < COUNT(weights); i++) {
		fake.calls = 0;
		fake.answers[0] = fake_answer(200, "{\"id\":1}");
		assert_int_equal(strava_athlete_update(fake.client,
				     &(strava_athlete_changes){
					 .weight_kg = { true, weights[i].kg } },
				     &a, NULL),
		    STRAVA_OK);
		strava_athlete_free(a);
		assert_string_equal(fake.requests[0].body, weights[i].form);
	}
	assert_string_equal(fake.requests[0].method, "PUT");
	assert_string_equal(
	    fake.requests[0].url, "https://www.strava.com/api/v3/athlete");
	assert_string_equal(
	    fake.requests[0].content_type, "application/x-www-form-urlencoded");
	assert_int_equal(fake.requests[0].at_most_once, 1);
	fake_stop(&fake);
}

static void
a_weight_that_is_none_is_refused(void **state)
{
	const double    bad[] = { -0.001, 1000.001, NAN, INFINITY, -INFINITY };
	struct fake     fake;
	strava_athlete *a;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "{\"id\":1}");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = (strava_athlete *)1;
		assert_int_equal(strava_athlete_update(fake.client,
				     &(strava_athlete_changes){
					 .weight_kg = { true, bad[i] } },
				     &a, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(a);
	}
	assert_int_equal(strava_athlete_update(fake.client,
			     &(strava_athlete_changes){ 0 }, &a, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_athlete_update(fake.client, NULL, &a, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_athlete_update(fake.client,
		&(strava_athlete_changes){ .weight_kg = { true, 70 } }, NULL,
		NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
kudos_come_from_names(void **state)
{
	char                *text = fixture("kudoers.json");
	struct fake          fake;
	strava_athlete_list *list, *again;
	const char          *json;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_kudoer_list_get(fake.client, 7,
		&(strava_page){ .page = 2, .per_page = 200 }, &list, NULL),
	    STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url,
	    "https://www.strava.com/api/v3/activities/7/kudos?"
	    "page=2&per_page=200");
	assert_int_equal(list->count, 2);
	assert_int_equal(list->skipped, 2);
	assert_true(list->items[0]->id == 0 && list->items[1]->id == 7);
	assert_string_equal(list->items[0]->firstname, "Pia");
	assert_string_equal(list->items[0]->lastname, "S.");
	assert_null(list->items[1]->lastname);
	json = strava_athlete_list_json(list);
	assert_int_equal(
	    strava_athlete_list_parse(json, strlen(json), &again, NULL),
	    STRAVA_OK);
	assert_int_equal(again->count, 2);
	strava_athlete_list_free(again);
	strava_athlete_list_free(list);
	strava_athlete_list_free(NULL);
	assert_null(strava_athlete_list_json(NULL));
	fake_stop(&fake);
}

static void
a_page_of_kudos_out_of_range_is_refused(void **state)
{
	static const strava_page bad[] = { { .page = -1 }, { .per_page = -1 },
		{ .per_page = 201 } };
	struct fake              fake;
	strava_athlete_list     *list;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, "[]");
	for (size_t i = 0; i < COUNT(bad); i++) {
		list = (strava_athlete_list *)1;
		assert_int_equal(strava_kudoer_list_get(
				     fake.client, 7, &bad[i], &list, NULL),
		    STRAVA_ERR_ARGUMENT);
		assert_null(list);
	}
	assert_int_equal(
	    strava_kudoer_list_get(fake.client, 0, NULL, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(
	    strava_kudoer_list_get(fake.client, 7, NULL, &list, NULL),
	    STRAVA_OK);
	assert_int_equal(list->count, 0);
	strava_athlete_list_free(list);
	fake_stop(&fake);
}

static void
a_kept_athlete_is_read_again(void **state)
{
	struct fake     fake;
	strava_athlete *a, *again;
	const char     *text;

	(void)state;
	fake_start(&fake);
	a = get(&fake, "athlete_detailed.json");
	text = strava_athlete_json(a);
	assert_int_equal(
	    strava_athlete_parse(text, strlen(text), &again, NULL), STRAVA_OK);
	assert_true(again->id == a->id);
	strava_athlete_free(again);
	strava_athlete_free(a);
	assert_int_equal(
	    strava_athlete_parse("{}", 2, &again, NULL), STRAVA_ERR_FORMAT);
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	(void)state;
	bears_everything(&sv_athlete_model, "athlete_detailed.json", NULL);
	skips_bad_items(&sv_athlete_model, "athlete_detailed.json", NULL);
	bears_everything(&sv_person_model, "athlete_detailed.json", NULL);
	skips_bad_items(&sv_person_model, "athlete_detailed.json", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_athlete_in_detail_is_decoded),
		cmocka_unit_test(an_athlete_has_more_in_detail),
		cmocka_unit_test(a_summary_lacks_the_rest),
		cmocka_unit_test(what_is_no_athlete_is_a_format_error),
		cmocka_unit_test(a_weight_is_sent_as_a_form),
		cmocka_unit_test(a_weight_that_is_none_is_refused),
		cmocka_unit_test(kudos_come_from_names),
		cmocka_unit_test(a_page_of_kudos_out_of_range_is_refused),
		cmocka_unit_test(a_kept_athlete_is_read_again),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava athlete", tests, NULL, NULL);
}
