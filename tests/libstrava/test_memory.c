/* SPDX-License-Identifier: MIT */

/*
 * Each allocation of the library fails once, and the call then fails with NOMEM
 * and leaks nothing; the sanitizer watches.  The linker's --wrap catches those
 * of the library's own code, not those inside libcurl and json-c.
 */

#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "test.h"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"athlete\":{\"id\":7}}"

/* Allocations until the one that fails; below 0: none does. */
static long left = -1;
static long made;

static bool
is_due(void)
{
	made++;
	return left >= 0 && left-- == 0;
}

/* The linker gives these names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *
__wrap_malloc(size_t size)
{
	return is_due() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *text)
{
	return is_due() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return is_due() ? NULL : __real_strndup(text, len);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* One thing to do with a client; frees what it got. */
typedef strava_status (*task_fn)(strava_client *client, strava_error *err);

/* Does it over and over, each time with another allocation that fails. */
static void
starve(task_fn task, const char *answer)
{
	struct fake   fake;
	strava_error  err;
	strava_status status = STRAVA_ERR_NOMEM;
	int           failures = 0;

	fake_start(&fake);
	for (long n = 0; status != STRAVA_OK; n++) {
		fake.calls = 0;
		fake.answers[0] = (struct fake_answer){ .http_status = 200,
			.body = answer,
			.headers = { "X-RateLimit-Usage", "1,2" } };
		left = n;
		status = task(fake.client, &err);
		left = -1;
		if (status != STRAVA_OK) {
			failures++;
			assert_int_equal(status, STRAVA_ERR_NOMEM);
			assert_int_equal(err.status, STRAVA_ERR_NOMEM);
			assert_string_equal(err.message, "out of memory");
		}
	}
	assert_true(failures > 0);
	fake_stop(&fake);
}

static strava_status
make_client(strava_client *unused, strava_error *err)
{
	strava_client *client;
	strava_status  status;

	(void)unused;
	status = strava_client_new(&client, err);
	strava_client_free(client);
	return status;
}

static strava_status
set_strings(strava_client *client, strava_error *err)
{
	strava_status status;

	status = strava_client_set_access_token(client, "T2", err);
	if (status == STRAVA_OK)
		status =
		    strava_client_set_api_base(client, "https://e.org", err);
	if (status == STRAVA_OK)
		status = strava_client_set_user_agent(client, "me", err);
	if (status == STRAVA_OK)
		status = strava_client_set_ca_file(client, "/ca", err);
	if (status == STRAVA_OK)
		status = strava_client_set_proxy(client, "http://p:1", err);
	return status;
}

static strava_status
make_url(strava_client *client, strava_error *err)
{
	static const strava_authorize ask = {
		.redirect_uri = "https://e.org/", .scope = "read", .state = "s"
	};
	char         *url;
	strava_status status;

	status = strava_oauth_authorize_url(client, &app, &ask, &url, err);
	strava_string_free(url);
	return status;
}

static strava_status
exchange(strava_client *client, strava_error *err)
{
	strava_token *token;
	strava_status status;

	status = strava_oauth_exchange(client, &app, "c", &token, err);
	strava_token_free(token);
	return status;
}

static strava_status
refresh(strava_client *client, strava_error *err)
{
	strava_token *token;
	strava_status status;

	status = strava_oauth_refresh(client, &app, "old", &token, err);
	strava_token_free(token);
	return status;
}

static strava_status
revoke(strava_client *client, strava_error *err)
{
	return strava_oauth_revoke(client, &app, "old", err);
}

static strava_status
find_missing(strava_client *unused, strava_error *err)
{
	char         *missing;
	strava_status status;

	(void)unused;
	status = strava_scope_missing("read", "a,b", &missing, err);
	strava_string_free(missing);
	return status;
}

static strava_status
get_activity(strava_client *client, strava_error *err)
{
	strava_activity *activity;
	strava_status    status;

	status = strava_activity_get(client, 1, &activity, err);
	strava_activity_free(activity);
	return status;
}

static strava_status
get_list(strava_client *client, strava_error *err)
{
	strava_activity_list *list;
	strava_status         status;

	status = strava_activity_list_get(client, NULL, &list, err);
	strava_activity_list_free(list);
	return status;
}

static strava_status
get_first(strava_client *client, strava_error *err)
{
	strava_activity_each  *each;
	const strava_activity *activity;
	strava_status          status;

	status = strava_activity_each_new(client, NULL, &each, err);
	if (status == STRAVA_OK)
		status = strava_activity_each_next(each, &activity, err);
	strava_activity_each_free(each);
	return status;
}

static strava_status
get_athlete(strava_client *client, strava_error *err)
{
	strava_athlete *athlete;
	strava_status   status;

	status = strava_athlete_get(client, &athlete, err);
	strava_athlete_free(athlete);
	return status;
}

static strava_status
get_all_efforts(strava_client *client, strava_error *err)
{
	strava_activity *activity;
	strava_status    status;

	status = strava_activity_get_all_efforts(client, 1, &activity, err);
	strava_activity_free(activity);
	return status;
}

static strava_status
create_activity(strava_client *client, strava_error *err)
{
	static const strava_activity_draft draft = { .name = "n",
		.sport_type = "Run",
		.start_time_local = 1,
		.elapsed_time_s = 1,
		.distance_m = 1.5 };
	strava_activity                   *activity;
	strava_status                      status;

	status = strava_activity_create(client, &draft, &activity, err);
	strava_activity_free(activity);
	return status;
}

static strava_status
update_activity(strava_client *client, strava_error *err)
{
	static const strava_activity_changes changes = { .name = "n",
		.trainer = STRAVA_TRUE };
	strava_activity                     *activity;
	strava_status                        status;

	status = strava_activity_update(client, 1, &changes, &activity, err);
	strava_activity_free(activity);
	return status;
}

static strava_status
update_athlete(strava_client *client, strava_error *err)
{
	static const strava_athlete_changes changes = { .weight_kg = {
							    true, 70.5 } };
	strava_athlete                     *athlete;
	strava_status                       status;

	status = strava_athlete_update(client, &changes, &athlete, err);
	strava_athlete_free(athlete);
	return status;
}

static strava_status
get_kudoers(strava_client *client, strava_error *err)
{
	static const strava_page page = { .page = 2 };
	strava_athlete_list     *list;
	strava_status            status;

	status = strava_kudoer_list_get(client, 1, &page, &list, err);
	strava_athlete_list_free(list);
	return status;
}

static strava_status
get_comments(strava_client *client, strava_error *err)
{
	static const strava_comment_query query = { .after_cursor = "c" };
	strava_comment_list              *list;
	strava_status                     status;

	status = strava_comment_list_get(client, 1, &query, &list, err);
	strava_comment_list_free(list);
	return status;
}

static strava_status
get_photos(strava_client *client, strava_error *err)
{
	strava_photo_list *list;
	strava_status      status;

	status = strava_photo_list_get(client, 1, 100, &list, err);
	strava_photo_list_free(list);
	return status;
}

static strava_status
get_laps(strava_client *client, strava_error *err)
{
	strava_lap_list *list;
	strava_status    status;

	status = strava_lap_list_get(client, 1, &list, err);
	strava_lap_list_free(list);
	return status;
}

static strava_status
get_zones(strava_client *client, strava_error *err)
{
	strava_zones *zones;
	strava_status status;

	status = strava_zones_get(client, &zones, err);
	strava_zones_free(zones);
	return status;
}

static strava_status
get_stats(strava_client *client, strava_error *err)
{
	strava_stats *stats;
	strava_status status;

	status = strava_stats_get(client, 1, &stats, err);
	strava_stats_free(stats);
	return status;
}

static strava_status
get_gear(strava_client *client, strava_error *err)
{
	strava_gear  *gear;
	strava_status status;

	status = strava_gear_get(client, "b1", &gear, err);
	strava_gear_free(gear);
	return status;
}

static strava_status
parse_activity(strava_client *unused, strava_error *err)
{
	static const char text[] =
	    "{\"id\":1,\"laps\":[{\"id\":1}],\"gear\":{\"id\":\"b\"},"
	    "\"available_zones\":[\"pace\"],\"photos\":{\"primary\":"
	    "{\"urls\":{\"100\":\"https://example.org/\"}}}}";
	strava_activity *activity;
	strava_status    status;

	(void)unused;
	status = strava_activity_parse(text, strlen(text), &activity, err);
	strava_activity_free(activity);
	return status;
}

static strava_status
get_streams(strava_client *client, strava_error *err)
{
	strava_streams *streams;
	strava_status   status;

	status = strava_activity_streams_get(client, 1, NULL, &streams, err);
	strava_streams_free(streams);
	return status;
}

static strava_status
decode_line(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count;
	strava_status  status;

	(void)unused;
	status = strava_polyline_decode("_p~iF~ps|U", &points, &count, err);
	strava_polyline_free(points);
	return status;
}

static strava_status
decode_prefix(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count, read;
	strava_status  status;

	(void)unused;
	status = strava_polyline_decode_prefix(
	    "_p~iF~ps|U_", &points, &count, &read, err);
	strava_polyline_free(points);
	return status;
}

static const strava_latlng line[] = { { 1, 1 }, { 2, 3 }, { 4, 4 } };

static strava_status
encode_line(strava_client *unused, strava_error *err)
{
	char         *text;
	strava_status status;

	(void)unused;
	status = strava_polyline_encode(line, 3, &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
simplify(strava_client *unused, strava_error *err)
{
	strava_latlng *points;
	size_t         count;
	strava_status  status;

	(void)unused;
	status = strava_geo_simplify(line, 3, 1, 0, &points, &count, err);
	strava_polyline_free(points);
	return status;
}

static const double         clock_s[] = { 0, 1, 2 };
static const strava_streams samples = {
	.count = 3, .time_s = clock_s, .latlng = line
};

static strava_status
export_gpx(strava_client *unused, strava_error *err)
{
	char         *text;
	strava_status status;

	(void)unused;
	status = strava_export_gpx(&samples, NULL, &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
export_tcx(strava_client *unused, strava_error *err)
{
	static const strava_export_info info = { .start_time = 1 };
	char                           *text;
	strava_status                   status;

	(void)unused;
	status = strava_export_tcx(&samples, &info, &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
request(strava_client *client, strava_error *err)
{
	char         *text;
	strava_status status;

	status =
	    strava_request(client, "POST", "/a", "text/plain", "x", &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
star_segment(strava_client *client, strava_error *err)
{
	strava_segment *segment;
	strava_status   status;

	status = strava_segment_star(client, 1, true, &segment, err);
	strava_segment_free(segment);
	return status;
}

static strava_status
explore(strava_client *client, strava_error *err)
{
	static const strava_explorer_query query = { .south_west = { 1, 1 },
		.north_east = { 2, 2 } };
	strava_explorer                   *explorer;
	strava_status                      status;

	status = strava_segment_explore(client, &query, &explorer, err);
	strava_explorer_free(explorer);
	return status;
}

static strava_status
get_efforts(strava_client *client, strava_error *err)
{
	static const strava_effort_query query = { .segment_id = 1,
		.start_time_local = 1 };
	strava_effort_list              *list;
	strava_status                    status;

	status = strava_effort_list_get(client, &query, &list, err);
	strava_effort_list_free(list);
	return status;
}

static strava_status
get_routes(strava_client *client, strava_error *err)
{
	strava_route_list *list;
	strava_status      status;

	status = strava_route_list_get(
	    client, 1, &(strava_page){ .page = 1 }, &list, err);
	strava_route_list_free(list);
	return status;
}

static strava_status
get_gpx(strava_client *client, strava_error *err)
{
	char         *text;
	strava_status status;

	status = strava_route_gpx_get(client, 1, &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
create_upload(strava_client *client, strava_error *err)
{
	static const strava_upload_file file = {
		.data = "x", .len = 1, .data_type = "gpx", .name = "n"
	};
	strava_upload *upload;
	strava_status  status;

	status = strava_upload_create(client, &file, &upload, err);
	strava_upload_free(upload);
	return status;
}

static strava_status
write_session(strava_client *unused, strava_error *err)
{
	static const strava_strength_set set = { .exercise_type = "PLANK" };
	static const strava_strength     session = { .start_time = 1,
		    .elapsed_time_s = 1,
		    .sets = &set,
		    .set_count = 1 };
	char                            *text;
	strava_status                    status;

	(void)unused;
	status = strava_strength_json(&session, &text, err);
	strava_string_free(text);
	return status;
}

static strava_status
read_event(strava_client *unused, strava_error *err)
{
	static const char     text[] = "{\"updates\":{\"title\":\"t\"}}";
	strava_webhook_event *event;
	strava_status         status;

	(void)unused;
	status = strava_webhook_event_parse(text, strlen(text), &event, err);
	strava_webhook_event_free(event);
	return status;
}

static strava_status
subscribe(strava_client *client, strava_error *err)
{
	strava_subscription *subscription;
	strava_status        status;

	status = strava_subscription_create(
	    client, &app, "https://e.org/", "v", &subscription, err);
	strava_subscription_free(subscription);
	return status;
}

static strava_status
unsubscribe(strava_client *client, strava_error *err)
{
	return strava_subscription_delete(client, &app, 1, err);
}

static strava_status
make_limiter(strava_client *unused, strava_error *err)
{
	strava_limiter *limiter;
	strava_status   status;

	(void)unused;
	status = strava_limiter_new(NULL, &limiter, err);
	strava_limiter_free(limiter);
	return status;
}

static void
every_call_survives_every_failure(void **state)
{
	static const char activity[] = "{\"id\":1,\"name\":\"n\"}";
	static const char athlete[] =
	    "{\"id\":1,\"bikes\":[{\"id\":\"b\"}],\"shoes\":[]}";
	static const char streams[] =
	    "{\"time\":{\"data\":[1]},\"latlng\":{\"data\":[[1,2]]}}";

	(void)state;
	starve(make_client, NULL);
	starve(set_strings, NULL);
	starve(make_url, NULL);
	starve(exchange, GRANT);
	starve(refresh, GRANT);
	starve(revoke, NULL);
	starve(find_missing, NULL);
	starve(get_activity, activity);
	starve(get_list, "[{\"id\":1},{\"id\":2}]");
	starve(get_first, "[{\"id\":1}]");
	starve(get_athlete, athlete);
	starve(get_all_efforts, activity);
	starve(create_activity, activity);
	starve(update_activity, activity);
	starve(update_athlete, athlete);
	starve(get_kudoers, "[{}]");
	starve(get_comments, "[{\"id\":1,\"athlete\":{}}]");
	starve(get_photos, "[{}]");
	starve(get_laps, "[{\"id\":1}]");
	starve(get_zones, "{\"power\":{\"zones\":[{}]}}");
	starve(get_stats, "{\"all_run_totals\":{}}");
	starve(get_gear, "{\"id\":\"b1\"}");
	starve(parse_activity, NULL);
	starve(get_streams, streams);
	starve(decode_line, NULL);
	starve(decode_prefix, NULL);
	starve(encode_line, NULL);
	starve(simplify, NULL);
	starve(export_gpx, NULL);
	starve(export_tcx, NULL);
	starve(request, "answer");
	starve(read_event, NULL);
	starve(make_limiter, NULL);
}

/* Whatever failed behind it: once a request is out, Strava may have acted. */
static void
a_creation_without_memory_may_be_in_doubt(void **state)
{
	struct fake   fake;
	strava_error  err = { 0 };
	strava_status status = STRAVA_ERR_NOMEM;
	int           doubts = 0;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(201, "{\"id\":1}");
	for (long n = 0; status != STRAVA_OK; n++) {
		fake.calls = 0;
		left = n;
		status = create_activity(fake.client, &err);
		left = -1;
		if (status != STRAVA_OK) {
			assert_int_equal(err.in_doubt, fake.calls > 0);
			doubts += err.in_doubt;
		}
	}
	assert_true(doubts > 0);
	fake_stop(&fake);
}

static void
segments_and_uploads_survive_every_failure(void **state)
{
	(void)state;
	starve(star_segment,
	    "{\"id\":1,\"xoms\":{},"
	    "\"local_legend\":{\"effort_counts\":{\"a\":\"1\"}}}");
	starve(explore, "{\"segments\":[{\"id\":1}]}");
	starve(get_efforts,
	    "[{\"id\":1,\"segment\":{\"id\":1},\"achievements\":[{}]}]");
	starve(get_routes, "[{\"id\":1,\"athlete\":{\"id\":1},"
			   "\"waypoints\":[{\"categories\":[\"a\"]}]}]");
	starve(get_gpx, "<gpx/>");
	starve(create_upload, "{\"id\":1,\"error\":\"e\"}");
	starve(write_session, NULL);
	starve(subscribe, "{\"id\":1}");
	starve(unsubscribe, NULL);
}

/* A refusal is told as well as it can be: with less detail at worst. */
static void
a_refusal_is_told_without_memory_too(void **state)
{
	struct fake     fake;
	strava_athlete *athlete;
	strava_error    err;

	(void)state;
	fake_start(&fake);
	fake.answers[0] = fake_answer(404, "{\"message\":\"gone\"}");
	made = 0;
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_NOT_FOUND);
	left = made - 1; /* the last one: the text of the message */
	assert_int_equal(strava_athlete_get(fake.client, &athlete, &err),
	    STRAVA_ERR_NOT_FOUND);
	assert_string_equal(err.message, "not found (HTTP 404)");
	left = -1;
	fake_stop(&fake);
}

static void
remember(struct fake *fake)
{
	(void)fake;
	made = 0;
}

/* From the moment a token request has left, nothing can fail for memory. */
static void
a_token_reply_costs_no_allocation(void **state)
{
	struct fake   fake;
	strava_token *token;

	(void)state;
	fake_start(&fake);
	fake.on_send = remember;
	fake.answers[0] = (struct fake_answer){ .http_status = 200,
		.body = GRANT,
		.headers = { "X-RateLimit-Usage", "1,2", "Content-Type",
		    "application/json" } };
	assert_int_equal(
	    strava_oauth_refresh(fake.client, &app, "old", &token, NULL),
	    STRAVA_OK);
	assert_int_equal(made, 0);
	strava_token_free(token);
	fake_stop(&fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_survives_every_failure),
		cmocka_unit_test(a_creation_without_memory_may_be_in_doubt),
		cmocka_unit_test(segments_and_uploads_survive_every_failure),
		cmocka_unit_test(a_refusal_is_told_without_memory_too),
		cmocka_unit_test(a_token_reply_costs_no_allocation),
	};

	return cmocka_run_group_tests_name(
	    "libstrava memory", tests, NULL, NULL);
}
