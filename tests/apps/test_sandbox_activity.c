/* SPDX-License-Identifier: MIT */

/* strava-sandbox: an activity, all that hangs on it, a new one, a changed one. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "clock.h"
#include "sandbox_guest.h"
#include "test.h"

#define RIDE 16000000000LL   /* the newest */
#define TALKED 16000000001LL /* has comments in plenty */
#define MANUAL 16000000004LL
#define NULLS 16000000007LL
#define KUDOED 16000000030LL

static double
real_of(struct json_object *object, const char *key)
{
	return json_object_get_double(member_of(object, key));
}

static bool
is_a(struct json_object *object, const char *key, json_type type)
{
	return json_object_is_type(member_of(object, key), type);
}

/* The newest run. */
static int64_t
find_run(void)
{
	size_t i;

	for (i = 0;
	     strcmp(text_of(guest_activity(i), "sport_type"), "Run") != 0; i++)
		continue;
	return number_of(guest_activity(i), "id");
}

static void
a_detail_has_its_parts(void **state)
{
	static const char *const members[] = { "description", "calories",
		"segment_efforts", "best_efforts", "splits_metric",
		"splits_standard", "laps", "gear", "photos", "hide_from_home",
		"embed_token", "similar_activities", "available_zones",
		"stats_visibility", "perceived_exertion", "suffer_score",
		"pr_count", "average_temp", "heartrate_opt_out",
		"location_city" };
	struct json_object      *a, *photo;
	size_t                   i;

	(void)state;
	a = guest_get(200, "/activities/%lld", RIDE);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		member_of(a, members[i]);
	assert_string_equal(
	    text_of(member_of(a, "gear"), "id"), text_of(a, "gear_id"));
	assert_true(is_a(a, "utc_offset", json_type_double));
	assert_true(is_a(a, "suffer_score", json_type_double));
	assert_null(member_of(a, "location_city"));
	photo = member_of(member_of(a, "photos"), "primary");
	text_of(member_of(photo, "urls"), "600");
	assert_int_equal(length_of(member_of(a, "best_efforts")), 0);
	a = guest_get(200, "/activities/%lld", MANUAL);
	assert_int_equal(length_of(member_of(a, "laps")), 0);
	assert_int_equal(length_of(member_of(a, "segment_efforts")), 0);
	assert_string_equal(text_of(member_of(a, "map"), "polyline"), "");
	assert_null(member_of(member_of(a, "photos"), "primary"));
}

static void
parts_add_up_to_the_whole(void **state)
{
	static const char *const lists[] = { "laps", "splits_metric",
		"splits_standard" };
	struct json_object      *a, *list;
	double                   distance;
	int64_t                  elapsed;
	size_t                   i, k;

	(void)state;
	a = guest_get(200, "/activities/%lld", RIDE);
	for (i = 0; i < 3; i++) {
		list = member_of(a, lists[i]);
		distance = 0;
		elapsed = 0;
		assert_true(length_of(list) > 2);
		for (k = 0; k < length_of(list); k++) {
			distance += real_of(item_of(list, k), "distance");
			elapsed += number_of(item_of(list, k), "elapsed_time");
		}
		assert_true(fabs(distance - real_of(a, "distance")) < 5);
		assert_int_equal(elapsed, number_of(a, "elapsed_time"));
	}
	list = json_object_get(member_of(a, "laps"));
	a = guest_get(200, "/activities/%lld/laps", RIDE);
	assert_true(json_object_equal(a, list));
	json_object_put(list);
}

static void
a_run_has_best_efforts(void **state)
{
	struct json_object *list;
	int64_t             id = find_run();
	size_t              i;

	(void)state;
	list = member_of(
	    guest_get(200, "/activities/%lld", (long long)id), "best_efforts");
	assert_true(length_of(list) >= 4);
	assert_string_equal(text_of(item_of(list, 0), "name"), "400m");
	for (i = 1; i < length_of(list); i++) {
		assert_true(number_of(item_of(list, i), "elapsed_time") >
			    number_of(item_of(list, i - 1), "elapsed_time"));
		assert_true(number_of(item_of(list, i), "id") !=
			    number_of(item_of(list, i - 1), "id"));
	}
}

static void
hidden_efforts_are_told_on_demand(void **state)
{
	struct json_object *list;
	size_t              few, i;

	(void)state;
	list = member_of(
	    guest_get(200, "/activities/%lld", RIDE), "segment_efforts");
	few = length_of(list);
	for (i = 0; i < few; i++)
		assert_false(json_object_get_boolean(
		    member_of(item_of(list, i), "hidden")));
	list = member_of(
	    guest_get(200, "/activities/%lld?include_all_efforts=true", RIDE),
	    "segment_efforts");
	assert_int_equal(few, 2);
	assert_int_equal(length_of(list), 4);
}

static void
an_effort_is_a_part_of_the_streams(void **state)
{
	struct json_object *effort, *times;
	int64_t             first, last, elapsed;

	(void)state;
	effort = item_of(member_of(guest_get(200, "/activities/%lld", RIDE),
			     "segment_efforts"),
	    0);
	first = number_of(effort, "start_index");
	last = number_of(effort, "end_index");
	elapsed = number_of(effort, "elapsed_time");
	times = member_of(
	    member_of(guest_get(200,
			  "/activities/%lld/streams?keys=time&key_by_type=true",
			  RIDE),
		"time"),
	    "data");
	assert_true(first < last && (size_t)last < length_of(times));
	assert_int_equal(
	    json_object_get_int64(item_of(times, (size_t)last)) -
		json_object_get_int64(item_of(times, (size_t)first)),
	    elapsed);
}

static void
a_silent_sensor_leaves_gaps(void **state)
{
	struct json_object *data;

	(void)state;
	data = member_of(
	    member_of(guest_get(200,
			  "/activities/%lld/streams?keys=heartrate,time"
			  "&key_by_type=true",
			  NULLS),
		"heartrate"),
	    "data");
	assert_null(item_of(data, 7));
	assert_non_null(item_of(data, 8));
	assert_non_null(
	    item_of(member_of(member_of(guest.reply.json, "time"), "data"), 7));
}

static void
zones_hold_all_the_time(void **state)
{
	struct json_object *zones, *zone, *buckets, *last;
	int64_t             id = find_run(), elapsed;
	double              time = 0;
	size_t              i;

	(void)state;
	elapsed = number_of(
	    guest_get(200, "/activities/%lld", (long long)id), "elapsed_time");
	zones = guest_get(200, "/activities/%lld/zones", (long long)id);
	zone = item_of(zones, 0);
	assert_string_equal(text_of(zone, "type"), "heartrate");
	assert_true(is_a(zone, "score", json_type_double));
	buckets = member_of(zone, "distribution_buckets");
	for (i = 0; i < length_of(buckets); i++)
		time += real_of(item_of(buckets, i), "time");
	assert_true(fabs(time - (double)elapsed) < 1);
	assert_true(is_a(item_of(buckets, 0), "time", json_type_double));
	last = item_of(buckets, length_of(buckets) - 1);
	assert_int_equal(number_of(last, "max"), -1);
	zone = item_of(zones, 1);
	assert_string_equal(text_of(zone, "type"), "pace");
	buckets = member_of(zone, "distribution_buckets");
	assert_true(is_a(item_of(buckets, 1), "min", json_type_double));
	zones = guest_get(200, "/activities/%lld/zones", RIDE);
	assert_string_equal(
	    text_of(item_of(zones, length_of(zones) - 1), "type"), "power");
}

/* Walks through all comments by cursor; how many there were. */
static size_t
walk(const char *query, bool escape)
{
	struct json_object *list;
	struct buf          cursor;
	int64_t             ids[100];
	size_t              i, k, count = 0, pages;

	buf_init(&cursor, 1024);
	for (pages = 0; pages < 100; pages++) {
		list = guest_get(200, "/activities/%lld/comments?%s%s%s",
		    TALKED, query, cursor.len > 0 ? "&after_cursor=" : "",
		    buf_text(&cursor));
		if (length_of(list) == 0)
			break;
		for (i = 0; i < length_of(list); i++) {
			assert_true(count < 100);
			ids[count] = number_of(item_of(list, i), "id");
			for (k = 0; k < count; k++)
				assert_true(ids[k] != ids[count]);
			count++;
		}
		buf_clear(&cursor);
		if (escape)
			buf_add_escaped(
			    &cursor, text_of(item_of(list, i - 1), "cursor"));
		else
			buf_add_text(
			    &cursor, text_of(item_of(list, i - 1), "cursor"));
	}
	buf_free(&cursor);
	return count;
}

static void
comments_are_walked_by_cursor(void **state)
{
	int64_t count;

	(void)state;
	count = number_of(
	    guest_get(200, "/activities/%lld", TALKED), "comment_count");
	assert_true(count > 60);
	/* Opaque text that is encoded as any other, or put into the URL as it
	 * came: both have been seen to work. */
	assert_int_equal(walk("page_size=10", true), count);
	assert_int_equal(walk("page_size=10", false), count);
	assert_int_equal(walk("page_size=1", true), count);
	assert_int_equal(
	    length_of(guest_get(200, "/activities/%lld/comments", TALKED)), 30);
	assert_int_equal(length_of(guest_get(200,
			     "/activities/%lld/comments?page=3&per_page="
			     "30",
			     TALKED)),
	    count - 59);
	guest_get(
	    400, "/activities/%lld/comments?after_cursor=nonsense", TALKED);
	guest_assert_fault(400, "Comment", "after_cursor", "invalid");
}

static void
a_cursor_is_escaped_base64_of_json(void **state)
{
	struct json_object *comment, *object;
	struct buf          text;
	char                cursor[128];
	char               *escape;

	(void)state;
	comment =
	    item_of(guest_get(200, "/activities/%lld/comments", TALKED), 0);
	snprintf(cursor, sizeof(cursor), "%s", text_of(comment, "cursor"));
	while ((escape = strstr(cursor, "%3D")) != NULL) {
		*escape = '=';
		memmove(escape + 1, escape + 3, strlen(escape + 3) + 1);
	}
	buf_init(&text, 256);
	assert_true(
	    base64_decode(&text, cursor, strlen(cursor), BASE64_STANDARD));
	object = json_tokener_parse(text.data);
	assert_int_equal(number_of(object, "id"), number_of(comment, "id"));
	json_object_put(object);
	buf_free(&text);
}

static void
of_others_only_the_initial_is_told(void **state)
{
	struct json_object *list, *one;
	const char         *last;
	size_t              i;

	(void)state;
	list = guest_get(200, "/activities/%lld/kudos?per_page=200", KUDOED);
	assert_true(length_of(list) > 20);
	for (i = 0; i < length_of(list); i++) {
		one = item_of(list, i);
		last = text_of(one, "lastname");
		assert_true(strlen(last) <= 5);
		assert_int_equal(last[strlen(last) - 1], '.');
		assert_false(json_object_object_get_ex(one, "id", NULL));
	}
	assert_int_equal(
	    length_of(guest_get(
		200, "/activities/%lld/kudos?per_page=7&page=2", KUDOED)),
	    7);
}

static void
photos_come_in_the_size_that_is_asked_for(void **state)
{
	struct json_object *list, *film;

	(void)state;
	list = guest_get(200, "/activities/%lld/photos?size=1200", RIDE);
	assert_int_equal(length_of(list), 2);
	text_of(member_of(item_of(list, 0), "urls"), "1200");
	assert_int_equal(
	    length_of(member_of(member_of(item_of(list, 0), "sizes"), "1200")),
	    2);
	film = item_of(list, 1);
	assert_int_equal(number_of(film, "type"), 2);
	text_of(film, "video_url");
	assert_int_equal(
	    length_of(guest_get(200, "/activities/%lld/photos", TALKED)), 0);
	guest_get(400, "/activities/%lld/photos?size=big", RIDE);
	guest_assert_fault(400, "Photo", "size", "invalid");
}

#define NEW "name=Chill&sport_type=Yoga&elapsed_time=1234&"

static void
a_new_activity_is_manual_and_the_newest(void **state)
{
	struct json_object *a;
	int64_t             id, then;

	(void)state;
	a = guest_form("POST", 201, "/activities",
	    NEW "start_date_local=2026-11-20T19:04:26Z&description=x%26y"
		"&distance=1000&trainer=1&commute=0");
	assert_string_equal(
	    http_response_header(&guest.reply.http, "X-ReadRateLimit-Usage"),
	    ",");
	id = number_of(a, "id");
	assert_true(json_object_get_boolean(member_of(a, "manual")));
	assert_true(json_object_get_boolean(member_of(a, "trainer")));
	assert_false(json_object_get_boolean(member_of(a, "commute")));
	assert_int_equal(length_of(member_of(a, "start_latlng")), 0);
	assert_int_equal(number_of(a, "elapsed_time"), 1234);
	assert_string_equal(text_of(a, "description"), "x&y");
	assert_string_equal(
	    text_of(a, "start_date_local"), "2026-11-20T19:04:26Z");
	assert_true(clock_parse(text_of(a, "start_date"), &then));
	assert_int_equal(then, 1795201466 - (int64_t)real_of(a, "utc_offset"));
	assert_null(member_of(a, "upload_id"));
	assert_int_equal(number_of(guest_activity(0), "id"), id);
	guest_get(404, "/activities/%lld/streams?keys=time", (long long)id);
	assert_int_equal(
	    number_of(guest_get(200, "/activities/%lld", (long long)id),
		"elapsed_time"),
	    1234);
}

static void
wall_time_counts_whatever_its_offset_says(void **state)
{
	static const char *const times[] = { "2026-11-20+19:04:26+-0400",
		"2026-11-20T19:04:26", "2026-11-20T19:04:26%2B05:30" };
	char                     form[160];
	size_t                   i;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(
		    form, sizeof(form), NEW "start_date_local=%s", times[i]);
		assert_string_equal(
		    text_of(guest_form("POST", 201, "/activities", form),
			"start_date_local"),
		    "2026-11-20T19:04:26Z");
	}
}

static void
an_unusable_activity_is_refused(void **state)
{
	static const struct {
		const char *form, *field, *code;
	} bad[] = {
		{ "x=1", "name", "missing" },
		{ "name=a", "sport_type", "missing" },
		{ "name=a&sport_type=yoga", "sport_type", "invalid" },
		{ "name=a&type=TrailRun", "type", "invalid" },
		{ "name=a&sport_type=Run", "start_date_local", "missing" },
		{ "name=a&sport_type=Run&start_date_local=today",
		    "start_date_local", "invalid" },
		{ "name=a&sport_type=Run&start_date_local=2026-11-20T00:00:00Z",
		    "elapsed_time", "missing" },
		{ NEW "start_date_local=2026-11-20T00:00:00Z&distance=-1",
		    "distance", "invalid" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		guest_form("POST", 400, "/activities", bad[i].form);
		guest_assert_fault(400, "Activity", bad[i].field, bad[i].code);
	}
}

static void
a_change_stays(void **state)
{
	struct json_object *a;
	const char         *path = "/activities/9007199254740998";

	(void)state;
	a = guest_put(200, path,
	    "{\"name\":\"Neu \\\"&\\\" <b>\",\"description\":\"d\","
	    "\"sport_type\":\"GravelRide\",\"commute\":true,"
	    "\"hide_from_home\":true,\"gear_id\":\"none\"}");
	assert_string_equal(text_of(a, "name"), "Neu \"&\" <b>");
	a = guest_get(200, "%s", path);
	assert_string_equal(text_of(a, "name"), "Neu \"&\" <b>");
	assert_string_equal(text_of(a, "description"), "d");
	assert_string_equal(text_of(a, "sport_type"), "GravelRide");
	assert_string_equal(text_of(a, "type"), "Ride");
	assert_true(json_object_get_boolean(member_of(a, "commute")));
	assert_true(json_object_get_boolean(member_of(a, "hide_from_home")));
	assert_null(member_of(a, "gear_id"));
	assert_string_equal(
	    text_of(guest_activity(5), "name"), "Neu \"&\" <b>");
	a = guest_put(200, path, "{\"gear_id\":\"g7000000\",\"type\":\"Run\"}");
	assert_string_equal(text_of(a, "gear_id"), "g7000000");
	assert_string_equal(text_of(a, "sport_type"), "Run");
}

static void
booleans_are_json_booleans_or_nothing(void **state)
{
	struct json_object *a;
	char                path[96];

	(void)state;
	snprintf(path, sizeof(path), "/activities/%lld?commute=true&trainer=1",
	    RIDE);
	a = guest_put(200, path,
	    "{\"commute\":\"true\",\"hide_from_home\":1,\"unknown\":[1],"
	    "\"trainer\":null,\"name\":7}");
	assert_false(json_object_get_boolean(member_of(a, "commute")));
	assert_false(json_object_get_boolean(member_of(a, "trainer")));
	assert_false(json_object_get_boolean(member_of(a, "hide_from_home")));
	assert_string_equal(text_of(a, "name"), "Morning Ride");
	a = guest_form("PUT", 200, path, "commute=true&description=by+form");
	assert_false(json_object_get_boolean(member_of(a, "commute")));
	assert_string_equal(text_of(a, "description"), "by form");
}

static void
an_unusable_change_changes_nothing(void **state)
{
	static const struct {
		const char *body, *field;
	} bad[] = {
		{ "{\"name\":\"x\",\"sport_type\":\"Quidditch\"}",
		    "sport_type" },
		{ "{\"name\":\"x\",\"gear_id\":\"b1\"}", "gear_id" },
		{ "{\"name\":\"x\"", "body" },
		{ "[]", "body" },
	};
	char   path[64], name[400];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "/activities/%lld", TALKED);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		guest_put(400, path, bad[i].body);
		guest_assert_fault(400, "Activity", bad[i].field, "invalid");
	}
	snprintf(name, sizeof(name), "{\"name\":\"%0300d\"}", 0);
	guest_put(400, path, name);
	guest_assert_fault(400, "Activity", "name", "invalid");
	assert_string_not_equal(
	    text_of(guest_get(200, "%s", path), "name"), "x");
	guest_put(404, "/activities/17", "{}");
}

static void
writing_takes_a_scope_of_its_own(void **state)
{
	struct member_tokens tokens;
	struct ask           question = { .method = "PUT",
			  .path = "/api/v3/activities/16000005000",
			  .body = "{}" };

	(void)state;
	peer_athlete(
	    &guest.peer, "read,activity:read_all,profile:read_all", &tokens);
	question.bearer = tokens.access;
	peer_expect(&guest.peer, &question, 401, &guest.reply);
	guest_assert_fault(
	    401, "AccessToken", "activity:write_permission", "missing");
	question.method = "POST";
	question.path = "/api/v3/activities";
	peer_expect(&guest.peer, &question, 401, &guest.reply);
	guest_assert_fault(
	    401, "AccessToken", "activity:write_permission", "missing");
}

static void
only_me_stays_closed_to_writers_too(void **state)
{
	struct ask question = { .method = "PUT",
		.path = "/api/v3/activities/16000000003",
		.body = "{}" };
	char       narrow[64];

	(void)state;
	peer_consent(
	    &guest.peer, GUEST_ID, "activity:write,activity:read", narrow);
	question.bearer = narrow;
	peer_expect(&guest.peer, &question, 404, &guest.reply);
	question.bearer = guest.access;
	peer_expect(&guest.peer, &question, 200, &guest.reply);
}

static void
what_is_added_is_bounded(void **state)
{
	char       form[160], access[64];
	int        i;
	struct ask question = { .path = "/api/v3/activities", .form = form };

	(void)state;
	peer_consent(&guest.peer, 1000004, GUEST_SCOPES, access);
	question.bearer = access;
	snprintf(
	    form, sizeof(form), NEW "start_date_local=2026-11-20T19:04:26Z");
	for (i = 0; i < 300; i++)
		peer_expect(&guest.peer, &question, 201, &guest.reply);
	peer_expect(&guest.peer, &question, 507, &guest.reply);
	guest_assert_fault(507, "Sandbox", "memory", "exhausted");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_detail_has_its_parts),
		cmocka_unit_test(parts_add_up_to_the_whole),
		cmocka_unit_test(a_run_has_best_efforts),
		cmocka_unit_test(hidden_efforts_are_told_on_demand),
		cmocka_unit_test(an_effort_is_a_part_of_the_streams),
		cmocka_unit_test(a_silent_sensor_leaves_gaps),
		cmocka_unit_test(zones_hold_all_the_time),
		cmocka_unit_test(comments_are_walked_by_cursor),
		cmocka_unit_test(a_cursor_is_escaped_base64_of_json),
		cmocka_unit_test(of_others_only_the_initial_is_told),
		cmocka_unit_test(photos_come_in_the_size_that_is_asked_for),
		cmocka_unit_test(booleans_are_json_booleans_or_nothing),
		cmocka_unit_test(an_unusable_change_changes_nothing),
		cmocka_unit_test(a_change_stays),
		cmocka_unit_test(a_new_activity_is_manual_and_the_newest),
		cmocka_unit_test(wall_time_counts_whatever_its_offset_says),
		cmocka_unit_test(an_unusable_activity_is_refused),
		cmocka_unit_test(writing_takes_a_scope_of_its_own),
		cmocka_unit_test(only_me_stays_closed_to_writers_too),
		cmocka_unit_test(what_is_added_is_bounded),
	};

	return cmocka_run_group_tests_name(
	    "sandbox_activity", tests, guest_begin, guest_end);
}
