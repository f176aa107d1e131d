/* SPDX-License-Identifier: MIT */

/* strava-sandbox: an athlete's weight, zones, routes and clubs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox_guest.h"
#include "test.h"

#define WITHOUT_FTP INT64_C(1000003)
#define WITHOUT_ROUTES INT64_C(1000004)
#define ROUTES "/athletes/1000001/routes"

static void
a_weight_stays(void **state)
{
	struct json_object *a;

	(void)state;
	a = guest_form("PUT", 200, "/athlete", "weight=71.5");
	assert_int_equal(number_of(a, "resource_state"), 3);
	assert_true(json_object_get_double(member_of(a, "weight")) == 71.5);
	a = guest_get(200, "/athlete");
	assert_true(json_object_get_double(member_of(a, "weight")) == 71.5);
}

static void
a_weight_is_a_number_of_kilograms(void **state)
{
	static const char *const bad[] = { "weight=", "weight=heavy",
		"weight=-1", "weight=0", "weight=1001", "weight=70kg",
		"weight=nan", "weight=1e400" };
	size_t                   i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		guest_form("PUT", 400, "/athlete", bad[i]);
		guest_assert_fault(400, "Athlete", "weight", "invalid");
	}
	guest_form("PUT", 400, "/athlete", "mass=70");
	guest_assert_fault(400, "Athlete", "weight", "missing");
}

static void
another_athlete_keeps_the_weight_of_the_seed(void **state)
{
	struct member_tokens tokens;
	struct ask           question = {
			  .method = "PUT", .path = "/api/v3/athlete", .form = "weight=60"
	};

	(void)state;
	guest_form("PUT", 200, "/athlete", "weight=99.5");
	peer_athlete(&guest.peer, "profile:read_all", &tokens);
	question.bearer = tokens.access;
	peer_expect(&guest.peer, &question, 401, &guest.reply);
	guest_assert_fault(
	    401, "AccessToken", "profile:write_permission", "missing");
	question =
	    (struct ask){ .path = "/api/v3/athlete", .bearer = tokens.access };
	peer_expect(&guest.peer, &question, 200, &guest.reply);
	assert_true(
	    json_object_get_double(member_of(guest.reply.json, "weight")) < 99);
}

static void
the_last_zone_is_open(void **state)
{
	static const char *const kinds[] = { "heart_rate", "power" };
	struct json_object      *zones;
	size_t                   i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		zones = member_of(
		    member_of(guest_get(200, "/athlete/zones"), kinds[i]),
		    "zones");
		n = length_of(zones);
		assert_int_equal(n, i == 0 ? 5 : 7);
		assert_int_equal(number_of(item_of(zones, 0), "min"), 0);
		assert_int_equal(number_of(item_of(zones, n - 1), "max"), -1);
	}
}

static void
without_an_ftp_there_are_no_zones_of_power(void **state)
{
	char access[64];

	(void)state;
	peer_consent(&guest.peer, WITHOUT_FTP, GUEST_SCOPES, access);
	peer_expect(&guest.peer,
	    &(struct ask){ .path = "/api/v3/athlete/zones", .bearer = access },
	    200, &guest.reply);
	member_of(guest.reply.json, "heart_rate");
	assert_false(
	    json_object_object_get_ex(guest.reply.json, "power", NULL));
}

/* How many there are in all, none twice. */
static size_t
walk(const char *list)
{
	int64_t ids[64];
	size_t  count = 0, i, k, page, n;

	for (page = 1;; page++) {
		n = length_of(
		    guest_get(200, "%s?per_page=10&page=%zu", list, page));
		if (n == 0)
			return count;
		for (i = 0; i < n; i++) {
			assert_true(count < 64);
			ids[count++] =
			    number_of(item_of(guest.reply.json, i), "id");
			for (k = 0; k + 1 < count; k++)
				assert_true(ids[k] != ids[count - 1]);
		}
	}
}

static void
routes_and_clubs_come_in_pages(void **state)
{
	char access[64];

	(void)state;
	assert_int_equal(walk(ROUTES), 37);
	assert_int_equal(walk("/athlete/clubs"), 40);
	assert_int_equal(length_of(guest_get(200, ROUTES)), 30);
	guest_get(400, ROUTES "?per_page=201");
	guest_assert_fault(400, "Route", "per_page", "invalid");
	guest_get(404, "/athletes/1000002/routes");
	guest_assert_fault(404, "Athlete", "id", "invalid");
	peer_consent(&guest.peer, WITHOUT_ROUTES, GUEST_SCOPES, access);
	peer_expect(&guest.peer,
	    &(struct ask){
		.path = "/api/v3/athletes/1000004/routes", .bearer = access },
	    200, &guest.reply);
	assert_int_equal(length_of(guest.reply.json), 0);
}

static void
a_route_has_a_long_id_and_its_text(void **state)
{
	struct json_object *list, *route;
	char                text[32];
	int64_t             id;
	bool                beyond = false, sparse = false, waypoints = false;
	size_t              i;

	(void)state;
	for (i = 0; i < 8; i++) {
		list = guest_get(200, ROUTES);
		id = number_of(item_of(list, i), "id");
		beyond = beyond || id > INT64_C(1) << 53;
		route = guest_get(200, "/routes/%lld", (long long)id);
		snprintf(text, sizeof(text), "%lld", (long long)id);
		assert_string_equal(text_of(route, "id_str"), text);
		assert_int_equal(length_of(member_of(route, "segments")), 4);
		assert_true(
		    strlen(text_of(member_of(route, "map"), "polyline")) > 50);
		if (!json_object_object_get_ex(route, "waypoints", &list))
			sparse = true;
		else if (length_of(list) > 0)
			waypoints = true;
	}
	assert_true(beyond && sparse && waypoints);
	guest_get(404, "/routes/7");
	guest_assert_fault(404, "Route", "id", "invalid");
}

static void
a_private_route_takes_read_all(void **state)
{
	struct json_object *list;
	char                narrow[64], path[96];
	size_t              i, all;

	(void)state;
	list = guest_get(200, ROUTES "?per_page=200");
	all = length_of(list);
	for (i = 0;
	     !json_object_get_boolean(member_of(item_of(list, i), "private"));
	     i++)
		continue;
	snprintf(path, sizeof(path), "/api/v3/routes/%s",
	    text_of(item_of(list, i), "id_str"));
	peer_consent(&guest.peer, GUEST_ID, "read", narrow);
	peer_expect(&guest.peer,
	    &(struct ask){ .path = path, .bearer = narrow }, 404, &guest.reply);
	peer_expect(&guest.peer,
	    &(struct ask){
		.path = "/api/v3" ROUTES "?per_page=200", .bearer = narrow },
	    200, &guest.reply);
	assert_true(length_of(guest.reply.json) < all);
}

static void
a_route_comes_as_a_file(void **state)
{
	const char *body;
	int64_t     id;

	(void)state;
	id = number_of(item_of(guest_get(200, ROUTES), 1), "id");
	guest_get(200, "/routes/%lld/export_gpx", (long long)id);
	assert_string_equal(
	    http_response_header(&guest.reply.http, "Content-Type"),
	    "application/gpx+xml");
	assert_non_null(
	    http_response_header(&guest.reply.http, "Content-Disposition"));
	body = buf_text(&guest.reply.http.body);
	assert_non_null(strstr(body, "<trkpt lat=\""));
	assert_non_null(strstr(body, "</gpx>\n"));
	/* Names with markup stay text. */
	assert_null(strstr(body, "<em>"));
	guest_get(200, "/routes/%lld/export_tcx", (long long)id);
	assert_string_equal(
	    http_response_header(&guest.reply.http, "Content-Type"),
	    "application/tcx+xml");
	body = buf_text(&guest.reply.http.body);
	assert_non_null(strstr(body, "<Trackpoint><Time>"));
	assert_non_null(strstr(body, "</TrainingCenterDatabase>\n"));
	guest_get(404, "/routes/7/export_gpx");
	guest_assert_fault(404, "Route", "id", "invalid");
}

static void
route_streams_say_little(void **state)
{
	struct json_object *list, *first;
	int64_t             id;

	(void)state;
	id = number_of(item_of(guest_get(200, ROUTES), 0), "id");
	list = guest_get(
	    200, "/routes/%lld/streams?key_by_type=true", (long long)id);
	assert_int_equal(length_of(list), 3);
	first = item_of(list, 0);
	text_of(first, "type");
	assert_false(json_object_object_get_ex(first, "series_type", NULL));
	assert_int_equal(length_of(member_of(first, "data")),
	    length_of(member_of(item_of(list, 2), "data")));
}

static void
a_club_says_what_the_athlete_is_there(void **state)
{
	struct json_object  *club;
	struct member_tokens tokens;
	bool                 member = false, pending = false, neither = false;
	char                 path[64];
	int                  i;

	(void)state;
	club = guest_get(200, "/clubs/108600");
	assert_string_equal(text_of(club, "membership"), "member");
	assert_true(json_object_get_boolean(member_of(club, "owner")));
	assert_int_equal(
	    number_of(guest_get(200, "/clubs/9007199254741002"), "id"),
	    INT64_C(9007199254741002));
	guest_get(404, "/clubs/1");
	guest_assert_fault(404, "Club", "id", "invalid");
	peer_athlete(&guest.peer, "read", &tokens);
	for (i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/api/v3/clubs/%d", 108600 + i);
		if (i % 10 == 9)
			continue;
		peer_expect(&guest.peer,
		    &(struct ask){ .path = path, .bearer = tokens.access }, 200,
		    &guest.reply);
		club = member_of(guest.reply.json, "membership");
		if (club == NULL)
			neither = true;
		else if (strcmp(json_object_get_string(club), "member") == 0)
			member = true;
		else
			pending = true;
	}
	assert_true(neither && (member || pending));
}

static void
what_strava_took_away_is_gone(void **state)
{
	static const char *const gone[] = { "activities", "members", "admins" };
	size_t                   i;

	(void)state;
	for (i = 0; i < 3; i++) {
		guest_get(404, "/clubs/108600/%s", gone[i]);
		guest_assert_fault(404, "Club", "id", "invalid");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_weight_stays),
		cmocka_unit_test(a_weight_is_a_number_of_kilograms),
		cmocka_unit_test(another_athlete_keeps_the_weight_of_the_seed),
		cmocka_unit_test(the_last_zone_is_open),
		cmocka_unit_test(without_an_ftp_there_are_no_zones_of_power),
		cmocka_unit_test(routes_and_clubs_come_in_pages),
		cmocka_unit_test(a_route_has_a_long_id_and_its_text),
		cmocka_unit_test(a_private_route_takes_read_all),
		cmocka_unit_test(a_route_comes_as_a_file),
		cmocka_unit_test(route_streams_say_little),
		cmocka_unit_test(a_club_says_what_the_athlete_is_there),
		cmocka_unit_test(what_strava_took_away_is_gone),
	};

	return cmocka_run_group_tests_name(
	    "sandbox_athlete", tests, guest_begin, guest_end);
}
