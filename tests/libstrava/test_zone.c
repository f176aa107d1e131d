/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define BASE "https://www.strava.com/api/v3"

static void
zones_of_an_athlete_are_decoded(void **state)
{
	char         *text = fixture("zones.json");
	struct fake   fake;
	strava_zones *z;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, text);
	assert_int_equal(strava_zones_get(fake.client, &z, NULL), STRAVA_OK);
	free(text);
	assert_string_equal(fake.requests[0].url, BASE "/athlete/zones");
	assert_int_equal(z->custom_heartrate, STRAVA_TRUE);
	assert_int_equal(z->heartrate->count, 3);
	assert_true(z->heartrate->items[1]->min == 115);
	assert_true(z->heartrate->items[1]->max.set);
	assert_true(z->heartrate->items[1]->max.value == 152);
	assert_true(z->heartrate->items[2]->min == 152);
	assert_false(z->heartrate->items[2]->max.set); /* open */
	assert_int_equal(z->power->count, 2);
	assert_int_equal(z->power->skipped, 1);
	assert_true(z->power->items[0]->max.value == 143);
	assert_false(z->power->items[1]->max.set);
	assert_string_equal(
	    strava_zone_json(z->power->items[1]), "{\"min\":144,\"max\":-1}");
	strava_zones_free(z);
	fake_stop(&fake);
}

static void
an_athlete_may_have_no_zones(void **state)
{
	static const char *const none[] = { "{}",
		"{\"heart_rate\":null,\"power\":[]}",
		"{\"heart_rate\":{\"zones\":null},\"power\":{\"zones\":7}}" };
	strava_zones            *z;

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_int_equal(
		    strava_zones_parse(none[i], strlen(none[i]), &z, NULL),
		    STRAVA_OK);
		assert_null(z->heartrate);
		assert_null(z->power);
		assert_int_equal(z->custom_heartrate, STRAVA_UNSET);
		strava_zones_free(z);
	}
	assert_int_equal(
	    strava_zones_parse("[]", 2, &z, NULL), STRAVA_ERR_FORMAT);
	assert_null(z);
}

static strava_activity_zone_list *
get(struct fake *fake)
{
	char                      *text = fixture("activity_zones.json");
	strava_activity_zone_list *list;

	fake->answers[0] = fake_answer(200, text);
	assert_int_equal(
	    strava_activity_zone_list_get(fake->client, 7, &list, NULL),
	    STRAVA_OK);
	free(text);
	return list;
}

static void
zones_of_an_activity_are_decoded(void **state)
{
	struct fake                 fake;
	strava_activity_zone_list  *list;
	const strava_activity_zone *z;

	(void)state;
	fake_start(&fake);
	list = get(&fake);
	assert_string_equal(fake.requests[0].url, BASE "/activities/7/zones");
	assert_int_equal(list->count, 3);
	assert_int_equal(list->skipped, 2);
	z = list->items[0];
	assert_string_equal(z->type, "heartrate");
	assert_true(z->score.value == 656.5);
	assert_int_equal(z->points.value, 582);
	assert_int_equal(z->max.value, 196);
	assert_int_equal(z->resource_state, STRAVA_RESOURCE_DETAIL);
	assert_int_equal(z->sensor_based, STRAVA_TRUE);
	assert_int_equal(z->custom_zones, STRAVA_FALSE);
	assert_int_equal(z->buckets->count, 2);
	assert_int_equal(z->buckets->items[0]->time_s, 19); /* sent as 19.0 */
	assert_true(z->buckets->items[0]->max.value == 116);
	assert_true(z->buckets->items[1]->min == 117);
	assert_false(z->buckets->items[1]->max.set);
	assert_int_equal(z->buckets->items[1]->time_s, 4685);
	z = list->items[1]; /* in metres per second */
	assert_string_equal(z->type, "pace");
	assert_false(z->score.set || z->points.set || z->max.set);
	assert_true(z->buckets->items[0]->max.value == 2.964);
	assert_int_equal(z->buckets->skipped, 1);
	assert_string_equal(strava_zone_bucket_json(z->buckets->items[1]),
	    "{\"min\":2.964,\"max\":-1,\"time\":3}");
	z = list->items[2];
	assert_string_equal(z->type, "surprise");
	assert_null(z->buckets);
	assert_string_equal(
	    strava_activity_zone_json(z), "{\"type\":\"surprise\"}");
	strava_activity_zone_list_free(list);
	fake_stop(&fake);
}

static void
kept_zones_are_read_again(void **state)
{
	struct fake                fake;
	strava_activity_zone_list *list, *again;
	strava_zones              *zones, *zones_again;
	const char                *text;
	char                      *kept = fixture("zones.json");

	(void)state;
	fake_start(&fake);
	list = get(&fake);
	text = strava_activity_zone_list_json(list);
	assert_int_equal(
	    strava_activity_zone_list_parse(text, strlen(text), &again, NULL),
	    STRAVA_OK);
	assert_int_equal(again->count, 3);
	strava_activity_zone_list_free(again);
	strava_activity_zone_list_free(list);
	assert_int_equal(
	    strava_zones_parse(kept, strlen(kept), &zones, NULL), STRAVA_OK);
	free(kept);
	text = strava_zones_json(zones);
	assert_int_equal(
	    strava_zones_parse(text, strlen(text), &zones_again, NULL),
	    STRAVA_OK);
	assert_int_equal(zones_again->heartrate->count, 3);
	strava_zones_free(zones_again);
	strava_zones_free(zones);
	fake_stop(&fake);
}

static void
what_is_wrong_is_refused(void **state)
{
	struct fake                fake;
	strava_activity_zone_list *list = (strava_activity_zone_list *)1;
	strava_zones              *zones;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(200, NULL);
	assert_int_equal(
	    strava_activity_zone_list_get(fake.client, 0, &list, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(list);
	assert_int_equal(
	    strava_zones_get(NULL, &zones, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_zones_get(fake.client, NULL, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(
	    strava_zones_get(fake.client, &zones, NULL), STRAVA_ERR_FORMAT);
	assert_null(zones);
	assert_null(strava_zones_json(NULL));
	assert_null(strava_zone_json(NULL));
	assert_null(strava_activity_zone_list_json(NULL));
	assert_null(strava_activity_zone_json(NULL));
	assert_null(strava_zone_bucket_json(NULL));
	strava_zones_free(NULL);
	strava_activity_zone_list_free(NULL);
	fake_stop(&fake);
}

static void
every_member_may_be_odd(void **state)
{
	static const char file[] = "activity_zones.json";

	(void)state;
	bears_everything(&sv_zones_model, "zones.json", NULL);
	skips_bad_items(&sv_zones_model, "zones.json", NULL);
	bears_everything(&sv_activity_zone_model, file, NULL);
	skips_bad_items(&sv_activity_zone_model, file, NULL);
	bears_everything(&sv_zone_bucket_model, file, "distribution_buckets");
	skips_bad_items(&sv_zone_bucket_model, file, "distribution_buckets");
	bears_everything(&sv_zone_model, file, "distribution_buckets");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_of_an_athlete_are_decoded),
		cmocka_unit_test(an_athlete_may_have_no_zones),
		cmocka_unit_test(zones_of_an_activity_are_decoded),
		cmocka_unit_test(kept_zones_are_read_again),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(every_member_may_be_odd),
	};

	return cmocka_run_group_tests_name("libstrava zone", tests, NULL, NULL);
}
