/* SPDX-License-Identifier: MIT */

/* strava-sandbox: what a callback is told of activities. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "loopback.h"
#include "sandbox_guest.h"
#include "test.h"

#define NEW                                                \
	"name=Chill%22&sport_type=Yoga&elapsed_time=1234&" \
	"start_date_local=2026-11-20T19:04:26Z"

static const struct loopback_answer script[] = {
	{ .status = 200, .body = "{\"hub.challenge\":\"challenge000001\"}" },
	{ .status = 200 },
};

struct fixture {
	struct loopback    *callback;
	size_t              seen;  /* requests that were looked at */
	struct json_object *event; /* the last one */
};

static int
setup(void **state)
{
	static struct fixture f;
	char                  form[256];

	memset(&f, 0, sizeof(f));
	guest_begin(state);
	f.callback = loopback_start(script, 2);
	snprintf(form, sizeof(form),
	    "client_id=1001&client_secret=sandbox-client-secret"
	    "&verify_token=v&callback_url=%s/hook",
	    loopback_url(f.callback));
	guest_form("POST", 201, "/push_subscriptions", form);
	f.seen = 1;
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	json_object_put(f->event);
	guest_end(state);
	loopback_stop(f->callback);
	return 0;
}

/* The next event, which must come within that time. */
static struct json_object *
await(struct fixture *f, int most_ms)
{
	int waited;

	for (waited = 0;
	     waited < most_ms && loopback_count(f->callback) <= f->seen;
	     waited += 20)
		clock_sleep_ms(20, NULL);
	assert_true(loopback_count(f->callback) > f->seen);
	json_object_put(f->event);
	f->event =
	    json_tokener_parse(loopback_request(f->callback, f->seen++)->body);
	assert_non_null(f->event);
	assert_string_equal(text_of(f->event, "object_type"), "activity");
	assert_int_equal(number_of(f->event, "subscription_id"), 1);
	return f->event;
}

static void
assert_quiet(struct fixture *f)
{
	clock_sleep_ms(300, NULL);
	assert_int_equal(loopback_count(f->callback), f->seen);
}

static size_t
update_count(struct json_object *event)
{
	return (size_t)json_object_object_length(member_of(event, "updates"));
}

static void
control(int64_t activity, const char *what)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "{\"athlete\":1000001,\"activity\":%lld,%s}", (long long)activity,
	    what);
	peer_tell(&guest.peer, "/_control/activity", body);
}

static void
a_new_activity_is_announced(void **state)
{
	struct fixture     *f = *state;
	struct json_object *event;
	int64_t             id;

	id = number_of(guest_form("POST", 201, "/activities", NEW), "id");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "create");
	assert_int_equal(number_of(event, "object_id"), id);
	assert_int_equal(number_of(event, "owner_id"), GUEST_ID);
	assert_int_equal(update_count(event), 0);
}

static void
an_update_says_what_changed_in_strings(void **state)
{
	struct fixture     *f = *state;
	struct json_object *event;

	guest_put(200, "/activities/16000000000",
	    "{\"name\":\"\\\"<Neu>\\\"\",\"sport_type\":\"GravelRide\","
	    "\"commute\":true}");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "update");
	assert_int_equal(number_of(event, "object_id"), 16000000000);
	assert_int_equal(update_count(event), 2);
	event = member_of(event, "updates");
	assert_string_equal(text_of(event, "title"), "\"<Neu>\"");
	assert_string_equal(text_of(event, "type"), "Ride");
	/* What is not among the three is not told. */
	guest_put(200, "/activities/16000000000", "{\"commute\":false}");
	assert_quiet(f);
}

static void
privacy_and_deletion_are_told(void **state)
{
	struct fixture     *f = *state;
	struct json_object *event;

	control(16000000000, "\"private\":true,\"title\":\"Mine\"");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "update");
	event = member_of(event, "updates");
	assert_string_equal(text_of(event, "private"), "true");
	assert_string_equal(text_of(event, "title"), "Mine");
	assert_true(json_object_get_boolean(
	    member_of(guest_get(200, "/activities/16000000000"), "private")));
	control(16000000000, "\"private\":false");
	event = member_of(await(f, 5000), "updates");
	assert_string_equal(text_of(event, "private"), "false");
	control(16000000000, "\"delete\":true");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "delete");
	guest_get(404, "/activities/16000000000");
	assert_int_not_equal(number_of(guest_activity(0), "id"), 16000000000);
}

/* An application that sees public activities alone. */
static void
what_is_hidden_looks_deleted_to_who_may_not_see_it(void **state)
{
	struct fixture     *f = *state;
	struct json_object *event;
	char                narrow[64];

	peer_consent(
	    &guest.peer, GUEST_ID, "activity:read,activity:write", narrow);
	control(16000000000, "\"private\":true");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "delete");
	assert_int_equal(update_count(event), 0);
	control(16000000000, "\"title\":\"Still mine\"");
	assert_quiet(f);
	control(16000000000, "\"private\":false");
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "create");
	peer_consent(&guest.peer, GUEST_ID, "read,activity:write", narrow);
	control(16000000000, "\"title\":\"Nobody hears\"");
	assert_quiet(f);
}

static void
what_a_device_records_is_announced(void **state)
{
	struct fixture     *f = *state;
	struct json_object *event, *answer;
	int64_t             id;

	answer = peer_control(&guest.peer, "/_control/activity",
	    "{\"athlete\":1000001,\"sport_type\":\"TrailRun\"}");
	id = number_of(answer, "activity");
	json_object_put(answer);
	event = await(f, 5000);
	assert_string_equal(text_of(event, "aspect_type"), "create");
	assert_int_equal(number_of(event, "object_id"), id);
	answer = guest_activity(0);
	assert_int_equal(number_of(answer, "id"), id);
	assert_string_equal(text_of(answer, "sport_type"), "TrailRun");
	assert_non_null(strstr(text_of(answer, "name"), " Trail Run"));
	assert_true(
	    length_of(guest_get(200, "/activities/%lld/streams?keys=latlng",
		(long long)id)) == 1);
}

static void
an_upload_is_announced_when_it_is_ready(void **state)
{
	static const char body[] =
	    "--bb\r\nContent-Disposition: form-data; name=\"data_type\"\r\n\r\n"
	    "gpx\r\n--bb\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"a.gpx\"\r\n\r\n<gpx><trkpt lat=\"1\" lon=\"2\"><time>"
	    "2026-11-22T10:00:00Z</time></trkpt></gpx>\r\n--bb--\r\n";
	struct fixture     *f = *state;
	struct json_object *event;
	int64_t             then = clock_steady_ms();

	peer_tell(&guest.peer, "/_control/oddities", "{\"upload_s\":1}");
	peer_expect(&guest.peer,
	    &(struct ask){ .path = "/api/v3/uploads",
		.raw = body,
		.raw_len = sizeof(body) - 1,
		.raw_type = "multipart/form-data; boundary=bb",
		.bearer = guest.access },
	    201, &guest.reply);
	/* Nobody asks how far it is. */
	event = await(f, 10000);
	assert_true(clock_steady_ms() - then >= 900);
	assert_string_equal(text_of(event, "aspect_type"), "create");
	guest_get(
	    200, "/activities/%lld", (long long)number_of(event, "object_id"));
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_new_activity_is_announced),
		SERVED(an_update_says_what_changed_in_strings),
		SERVED(privacy_and_deletion_are_told),
		SERVED(what_is_hidden_looks_deleted_to_who_may_not_see_it),
		SERVED(what_a_device_records_is_announced),
		SERVED(an_upload_is_announced_when_it_is_ready),
	};

	return cmocka_run_group_tests_name("sandbox_event", tests, NULL, NULL);
}
