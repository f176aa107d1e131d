/* SPDX-License-Identifier: MIT */

/* strava-sandbox: segments, their stars, the explorer, efforts. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sandbox_guest.h"
#include "test.h"

#define FIRST 1109016LL           /* of Boulder, where the guest lives */
#define NEVER_RIDDEN 1109025LL    /* a climb there */
#define SECRET 1109031LL          /* private */
#define BEYOND 9007199254741011LL /* 2^53 and more */
#define ROUND_BOULDER "bounds=39,-106,41,-104"

static double
real_of(struct json_object *object, const char *key)
{
	return json_object_get_double(member_of(object, key));
}

static void
a_segment_is_told_in_detail(void **state)
{
	struct json_object *s, *stats;

	(void)state;
	s = guest_get(200, "/segments/%lld", FIRST);
	assert_int_equal(number_of(s, "resource_state"), 3);
	assert_string_equal(text_of(s, "activity_type"), "Ride");
	assert_true(strlen(text_of(member_of(s, "map"), "polyline")) > 10);
	assert_non_null(strchr(text_of(member_of(s, "xoms"), "kom"), ':'));
	assert_true(real_of(s, "elevation_high") > real_of(s, "elevation_low"));
	member_of(s, "local_legend");
	stats = member_of(s, "athlete_segment_stats");
	assert_true(number_of(stats, "effort_count") > 1);
	assert_int_equal(strlen(text_of(stats, "pr_date")), 10);
	assert_int_equal(
	    number_of(guest_get(200, "/segments/%lld", BEYOND), "id"), BEYOND);
	guest_get(404, "/segments/1");
	guest_assert_fault(404, "Segment", "id", "invalid");
}

/* Each has the members that Strava's description gives to the other. */
static void
the_two_objects_of_a_record_come_swapped(void **state)
{
	struct json_object *s, *best, *stats;

	(void)state;
	s = guest_get(200, "/segments/%lld", FIRST);
	best = member_of(s, "athlete_pr_effort");
	stats = member_of(s, "athlete_segment_stats");
	assert_int_equal(number_of(best, "elapsed_time"),
	    number_of(stats, "pr_elapsed_time"));
	assert_int_equal(
	    number_of(best, "activity_id"), number_of(stats, "pr_activity_id"));
	assert_int_equal(
	    number_of(best, "elapsed_time"), number_of(s, "pr_time"));
	member_of(best, "is_kom");
	assert_false(json_object_object_get_ex(best, "pr_elapsed_time", NULL));
	assert_false(json_object_object_get_ex(stats, "elapsed_time", NULL));
	s = guest_get(200, "/segments/%lld", NEVER_RIDDEN);
	assert_null(member_of(s, "athlete_pr_effort"));
	stats = member_of(s, "athlete_segment_stats");
	assert_int_equal(number_of(stats, "effort_count"), 0);
	assert_null(member_of(stats, "pr_elapsed_time"));
}

static void
a_private_segment_takes_read_all(void **state)
{
	struct ask question = { .path = "/api/v3/segments/1109031" };
	char       narrow[64];

	(void)state;
	assert_true(json_object_get_boolean(
	    member_of(guest_get(200, "/segments/%lld", SECRET), "private")));
	peer_consent(&guest.peer, GUEST_ID, "read", narrow);
	question.bearer = narrow;
	peer_expect(&guest.peer, &question, 404, &guest.reply);
	guest_assert_fault(404, "Segment", "id", "invalid");
}

static size_t
star_count(int64_t id)
{
	struct json_object *list =
	    guest_get(200, "/segments/starred?per_page=200");
	size_t i, count = 0;

	for (i = 0; i < length_of(list); i++) {
		assert_true(json_object_get_boolean(
		    member_of(item_of(list, i), "starred")));
		text_of(item_of(list, i), "starred_date");
		count += number_of(item_of(list, i), "id") == id;
	}
	return count;
}

static void
a_star_stays_until_it_is_taken_away(void **state)
{
	struct json_object *s;
	size_t              before;

	(void)state;
	before = length_of(guest_get(200, "/segments/starred"));
	assert_true(before > 0);
	assert_int_equal(star_count(BEYOND), 0);
	s = guest_form("PUT", 200, guest_path("segments", BEYOND, "/starred"),
	    "starred=true");
	assert_true(json_object_get_boolean(member_of(s, "starred")));
	assert_int_equal(star_count(BEYOND), 1);
	/* What was starred last comes first. */
	assert_int_equal(number_of(item_of(guest.reply.json, 0), "id"), BEYOND);
	assert_int_equal(length_of(guest.reply.json), before + 1);
	s = guest_get(200, "/segments/%lld", BEYOND);
	assert_true(json_object_get_boolean(member_of(s, "starred")));
	s = guest_form("PUT", 200, guest_path("segments", BEYOND, "/starred"),
	    "starred=false");
	assert_false(json_object_get_boolean(member_of(s, "starred")));
	assert_int_equal(star_count(BEYOND), 0);
	guest_form("PUT", 400, guest_path("segments", BEYOND, "/starred"),
	    "starred=maybe");
	guest_assert_fault(400, "Segment", "starred", "invalid");
	guest_form(
	    "PUT", 400, guest_path("segments", BEYOND, "/starred"), "x=1");
	guest_assert_fault(400, "Segment", "starred", "missing");
}

static void
inside_other_objects_nothing_is_starred(void **state)
{
	struct json_object *list;
	size_t              i;

	(void)state;
	guest_form("PUT", 200, guest_path("segments", FIRST, "/starred"),
	    "starred=true");
	list = member_of(
	    guest_get(200, "/activities/16000000000"), "segment_efforts");
	for (i = 0; i < length_of(list); i++)
		assert_false(json_object_get_boolean(member_of(
		    member_of(item_of(list, i), "segment"), "starred")));
}

static void
segment_streams_are_three_at_most(void **state)
{
	struct json_object *streams;
	size_t              n;

	(void)state;
	streams = guest_get(200,
	    "/segments/%lld/streams?key_by_type=true"
	    "&keys=distance,latlng,altitude,time,heartrate",
	    FIRST);
	assert_int_equal(json_object_object_length(streams), 3);
	n = length_of(member_of(member_of(streams, "latlng"), "data"));
	assert_int_equal(
	    length_of(member_of(member_of(streams, "altitude"), "data")), n);
	streams = guest_get(200, "/segments/%lld/streams?keys=altitude", FIRST);
	assert_string_equal(text_of(item_of(streams, 0), "type"), "altitude");
	assert_int_equal(
	    number_of(item_of(streams, 0), "original_size"), (int64_t)n);
}

static void
exploring_takes_extended_access(void **state)
{
	struct json_object *list, *one;
	size_t              i;

	(void)state;
	guest_get(403, "/segments/explore?" ROUND_BOULDER);
	guest_assert_fault(403, "Application", "extended_access", "missing");
	peer_tell(
	    &guest.peer, "/_control/oddities", "{\"extended_access\":true}");
	list = member_of(
	    guest_get(200, "/segments/explore?" ROUND_BOULDER), "segments");
	assert_true(length_of(list) > 3 && length_of(list) <= 10);
	for (i = 0; i < length_of(list); i++) {
		one = item_of(list, i);
		assert_true(strlen(text_of(one, "points")) > 5);
		text_of(one, "climb_category_desc");
		assert_true(real_of(one, "distance") > 0);
	}
	list = member_of(guest_get(200, "/segments/explore?" ROUND_BOULDER
					"&activity_type=running"),
	    "segments");
	assert_true(length_of(list) > 0);
	assert_string_equal(
	    text_of(item_of(list, 0), "climb_category_desc"), "NC");
}

static void
climbs_of_every_category_are_found(void **state)
{
	static const char *const names[] = { "4", "3", "2", "1", "HC" };
	struct json_object      *list;
	int                      i;

	(void)state;
	peer_tell(&guest.peer, "/_control/oddities", "{\"extended_access\":1}");
	for (i = 1; i <= 5; i++) {
		list = member_of(guest_get(200,
				     "/segments/explore?" ROUND_BOULDER
				     "&min_cat=%d&max_cat=%d",
				     i, i),
		    "segments");
		assert_int_equal(length_of(list), 1);
		assert_int_equal(
		    number_of(item_of(list, 0), "climb_category"), i);
		assert_string_equal(
		    text_of(item_of(list, 0), "climb_category_desc"),
		    names[i - 1]);
	}
	assert_int_equal(length_of(member_of(
			     guest_get(200, "/segments/explore?bounds=0,0,1,1"),
			     "segments")),
	    0);
}

static void
bounds_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "39,-106,41", "41,-106,39,-104",
		"39,-104,41,-106", "a,b,c,d", "39,-106,41,-104,7",
		"91,-106,95,-104", "nan,0,1,1", "" };
	size_t                   i;

	(void)state;
	peer_tell(&guest.peer, "/_control/oddities", "{\"extended_access\":1}");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		guest_get(400, "/segments/explore?bounds=%s", bad[i]);
		guest_assert_fault(400, "Segment", "bounds", "invalid");
	}
	guest_get(400, "/segments/explore");
	guest_assert_fault(400, "Segment", "bounds", "missing");
	guest_get(400, "/segments/explore?" ROUND_BOULDER "&min_cat=6");
	guest_assert_fault(400, "Segment", "min_cat", "invalid");
	guest_get(400, "/segments/explore?" ROUND_BOULDER "&activity_type=ski");
	guest_assert_fault(400, "Segment", "activity_type", "invalid");
}

/* Of a list that begins with the newest: how many before it were faster says
 * what an effort was when it was done. */
static void
assert_rank(struct json_object *list, size_t i)
{
	struct json_object *effort = item_of(list, i);
	int64_t             rank = 1;
	size_t              k;

	for (k = i + 1; k < length_of(list); k++)
		rank += number_of(item_of(list, k), "elapsed_time") <
			number_of(effort, "elapsed_time");
	if (rank > 3) {
		assert_null(member_of(effort, "pr_rank"));
		assert_int_equal(
		    length_of(member_of(effort, "achievements")), 0);
	} else {
		assert_int_equal(number_of(effort, "pr_rank"), rank);
		assert_int_equal(
		    length_of(member_of(effort, "achievements")), 1);
	}
}

static void
efforts_on_a_segment_agree_with_its_record(void **state)
{
	struct json_object *list;
	int64_t             best, elapsed, fastest = INT64_MAX, count;
	size_t              i;

	(void)state;
	list = member_of(
	    guest_get(200, "/segments/%lld", FIRST), "athlete_segment_stats");
	best = number_of(list, "pr_elapsed_time");
	count = number_of(list, "effort_count");
	list = guest_get(200, "/segment_efforts?segment_id=%lld", FIRST);
	assert_int_equal(length_of(list), count);
	for (i = 0; i < length_of(list); i++) {
		elapsed = number_of(item_of(list, i), "elapsed_time");
		if (elapsed < fastest)
			fastest = elapsed;
		assert_rank(list, i);
		assert_int_equal(
		    number_of(member_of(item_of(list, i), "segment"), "id"),
		    FIRST);
	}
	assert_int_equal(fastest, best);
	assert_int_equal(
	    length_of(guest_get(
		200, "/segment_efforts?segment_id=%lld&per_page=2", FIRST)),
	    2);
}

static void
times_bound_the_efforts(void **state)
{
	struct json_object *list;
	char                newest[32], oldest[32];
	size_t              all;

	(void)state;
	list = guest_get(200, "/segment_efforts?segment_id=%lld", FIRST);
	all = length_of(list);
	assert_true(all > 3);
	snprintf(newest, sizeof(newest), "%s",
	    text_of(item_of(list, 1), "start_date_local"));
	snprintf(oldest, sizeof(oldest), "%s",
	    text_of(item_of(list, all - 2), "start_date_local"));
	list = guest_get(200,
	    "/segment_efforts?segment_id=%lld&start_date_local=%s"
	    "&end_date_local=%s",
	    FIRST, oldest, newest);
	assert_int_equal(length_of(list), all - 2);
	guest_get(400, "/segment_efforts");
	guest_assert_fault(400, "SegmentEffort", "segment_id", "missing");
	guest_get(404, "/segment_efforts?segment_id=1");
	guest_get(400, "/segment_efforts?segment_id=%lld&start_date_local=soon",
	    FIRST);
	guest_assert_fault(400, "SegmentEffort", "start_date_local", "invalid");
	guest_get(400, "/segment_efforts?segment_id=%lld&per_page=201", FIRST);
	guest_assert_fault(400, "SegmentEffort", "per_page", "invalid");
}

static void
an_effort_can_be_asked_for_alone(void **state)
{
	struct json_object *effort;
	int64_t             id, elapsed;
	size_t              i;
	bool                beyond = false;

	(void)state;
	for (i = 0; i < 4; i++) {
		effort = item_of(
		    member_of(guest_get(200, "/activities/16000000000"
					     "?include_all_efforts=true"),
			"segment_efforts"),
		    i);
		id = number_of(effort, "id");
		elapsed = number_of(effort, "elapsed_time");
		beyond = beyond || id > INT64_C(1) << 53;
		effort = guest_get(200, "/segment_efforts/%lld", (long long)id);
		assert_int_equal(number_of(effort, "id"), id);
		assert_int_equal(number_of(effort, "elapsed_time"), elapsed);
		assert_int_equal(number_of(effort, "resource_state"), 3);
		member_of(
		    member_of(effort, "athlete_segment_stats"), "effort_count");
	}
	assert_true(beyond);
	guest_get(404, "/segment_efforts/5");
	guest_assert_fault(404, "SegmentEffort", "id", "invalid");
}

static void
effort_streams_begin_at_nothing(void **state)
{
	struct json_object *effort, *streams, *times;
	int64_t             id, elapsed;

	(void)state;
	effort = item_of(member_of(guest_get(200, "/activities/16000000000"),
			     "segment_efforts"),
	    0);
	id = number_of(effort, "id");
	elapsed = number_of(effort, "elapsed_time");
	streams = guest_get(200,
	    "/segment_efforts/%lld/streams?keys=time,latlng&key_by_type=true",
	    (long long)id);
	times = member_of(member_of(streams, "time"), "data");
	assert_int_equal(json_object_get_int64(item_of(times, 0)), 0);
	assert_int_equal(
	    json_object_get_int64(item_of(times, length_of(times) - 1)),
	    elapsed);
	streams =
	    guest_get(200, "/segment_efforts/%lld/streams", (long long)id);
	assert_string_equal(text_of(item_of(streams, 0), "type"), "distance");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exploring_takes_extended_access),
		cmocka_unit_test(climbs_of_every_category_are_found),
		cmocka_unit_test(bounds_that_are_none_are_refused),
		cmocka_unit_test(a_segment_is_told_in_detail),
		cmocka_unit_test(the_two_objects_of_a_record_come_swapped),
		cmocka_unit_test(a_private_segment_takes_read_all),
		cmocka_unit_test(a_star_stays_until_it_is_taken_away),
		cmocka_unit_test(inside_other_objects_nothing_is_starred),
		cmocka_unit_test(segment_streams_are_three_at_most),
		cmocka_unit_test(efforts_on_a_segment_agree_with_its_record),
		cmocka_unit_test(times_bound_the_efforts),
		cmocka_unit_test(an_effort_can_be_asked_for_alone),
		cmocka_unit_test(effort_streams_begin_at_nothing),
	};

	return cmocka_run_group_tests_name(
	    "sandbox_segment", tests, guest_begin, guest_end);
}
