/* SPDX-License-Identifier: MIT */

/*
 * Uploads, and waiting for them on a clock that the test moves: the linker's
 * --wrap puts the functions below in the place of those that the library calls.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "clock.h"
#include "fake_transport.h"
#include "test.h"
#include "tolerance.h"

#define API "https://www.strava.com/api/v3"
#define PAUSES_MAX 16

/* The clock, and what was slept by it. */
static struct {
	int64_t        now_ms;
	int64_t        pauses[PAUSES_MAX];
	size_t         count;
	int64_t        cost_ms;     /* of each request */
	strava_client *cancel_this; /* while it sleeps; NULL: nothing */
} world;

/* The first bytes of the random ones to come; below 0: there are none. */
static int randoms[8];
static int drawn;

/* The linker gives these names. NOLINTBEGIN(bugprone-reserved-identifier) */
int64_t __wrap_clock_steady_ms(void);
int64_t __wrap_clock_deadline_ms(int64_t timeout_ms);
bool    __wrap_clock_sleep_ms(int64_t ms, const atomic_bool *canceled);
int     __wrap_getentropy(void *buffer, size_t len);

int64_t
__wrap_clock_steady_ms(void)
{
	return world.now_ms;
}

int64_t
__wrap_clock_deadline_ms(int64_t timeout_ms)
{
	return timeout_ms < INT64_MAX - world.now_ms ? world.now_ms + timeout_ms
						     : INT64_MAX;
}

bool
__wrap_clock_sleep_ms(int64_t ms, const atomic_bool *canceled)
{
	assert_true(ms >= 0);
	assert_true(world.count < PAUSES_MAX);
	world.pauses[world.count++] = ms;
	world.now_ms += ms;
	if (world.cancel_this != NULL)
		strava_client_cancel(world.cancel_this);
	return !atomic_load(canceled);
}

int
__wrap_getentropy(void *buffer, size_t len)
{
	int byte = randoms[drawn++ % 8];

	if (byte < 0) {
		errno = ENOSYS;
		return -1;
	}
	memset(buffer, byte, len);
	return 0;
}
/* NOLINTEND(bugprone-reserved-identifier) */

static void
pass_time(struct fake *fake)
{
	(void)fake;
	world.now_ms += world.cost_ms;
}

static void
start(struct fake *fake)
{
	memset(&world, 0, sizeof(world));
	world.now_ms = 1000000;
	memset(randoms, 0, sizeof(randoms));
	drawn = 0;
	fake_start(fake);
	fake->on_send = pass_time;
	fake->answers[0] = fake_answer(201, "{\"id\":1}");
}

/* Uploads and says what came of it. */
static strava_status
upload(struct fake *fake, const strava_upload_file *file)
{
	strava_upload *upload;
	strava_status  status;

	fake->calls = 0;
	status = strava_upload_create(fake->client, file, &upload, NULL);
	assert_int_equal(upload != NULL, status == STRAVA_OK);
	assert_int_equal(fake->calls, status == STRAVA_OK);
	strava_upload_free(upload);
	return status;
}

#define BOUNDARY "strava2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a"
#define FIELD(name, value)                                               \
	"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"" name \
	"\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, data)                                               \
	"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; " \
	"filename=\"" name "\"\r\n"                                         \
	"Content-Type: application/octet-stream\r\n\r\n" data "\r\n"        \
	"--" BOUNDARY "--\r\n"

static void
assert_body(const struct fake *fake, const char *body, size_t len)
{
	assert_int_equal(fake->requests[0].body_len, len);
	assert_memory_equal(fake->requests[0].body, body, len);
}

static void
a_file_goes_with_all_that_is_said_of_it(void **state)
{
	static const char data[] = "\x0e\x00\r\n--\x00\xff end";
	static const char body[] =
	    FIELD("data_type", "fit") FIELD("sport_type", "GravelRide") FIELD(
		"activity_type", "ride") FIELD("name", "Fr\xc3\xbch am Kanal")
		FIELD("description", "one\ntwo") FIELD("external_id", "ride-7")
		    FIELD("trainer", "1") FIELD("commute", "0")
			FILE_PART("7.fit", "\x0e\x00\r\n--\x00\xff end");
	struct fake fake;

	(void)state;
	start(&fake);
	randoms[0] = 0x2a;
	assert_int_equal(upload(&fake, &(strava_upload_file){ .data = data,
					   .len = sizeof(data) - 1,
					   .data_type = "FIT",
					   .file_name = "/rides/of/me/7.fit",
					   .sport_type = "GravelRide",
					   .name = "Fr\xc3\xbch am Kanal",
					   .description = "one\ntwo",
					   .trainer = STRAVA_TRUE,
					   .commute = STRAVA_FALSE,
					   .external_id = "ride-7",
					   .activity_type = "ride" }),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].method, "POST");
	assert_string_equal(fake.requests[0].url, API "/uploads");
	assert_string_equal(fake.requests[0].authorization, "Bearer T");
	assert_string_equal(fake.requests[0].content_type,
	    "multipart/form-data; boundary=" BOUNDARY);
	assert_int_equal(fake.requests[0].at_most_once, 1);
	assert_body(&fake, body, sizeof(body) - 1);
	fake_stop(&fake);
}

static void
what_is_not_said_is_not_sent(void **state)
{
	static const char body[] =
	    FIELD("data_type", "gpx") FILE_PART("activity.gpx", "<gpx/>");
	struct fake fake;

	(void)state;
	start(&fake);
	randoms[0] = 0x2a;
	assert_int_equal(upload(&fake, &(strava_upload_file){ .data = "<gpx/>",
					   .len = 6,
					   .data_type = "gpx" }),
	    STRAVA_OK);
	assert_body(&fake, body, sizeof(body) - 1);
	fake_stop(&fake);
}

/* Nothing in a name ends its line or its quotes. */
static void
a_file_name_stays_in_its_place(void **state)
{
	static const char body[] = FIELD("data_type", "gpx")
	    FILE_PART("a%22; name=%22b%0D%0A%0D%0A\xc3\xa9.gpx", "x");
	struct fake fake;

	(void)state;
	start(&fake);
	randoms[0] = 0x2a;
	assert_int_equal(
	    upload(
		&fake, &(strava_upload_file){ .data = "x",
			   .len = 1,
			   .data_type = "gpx",
			   .file_name = "a\"; name=\"b\r\n\r\n\xc3\xa9.gpx" }),
	    STRAVA_OK);
	assert_body(&fake, body, sizeof(body) - 1);
	fake_stop(&fake);
}

/* A file that holds the boundary gets another one. */
static void
a_boundary_is_nowhere_in_the_data(void **state)
{
	static const char zeros[] = "strava00000000000000000000000000000000";
	static const char data[] =
	    "--strava00000000000000000000000000000000\r\n";
	struct fake fake;

	(void)state;
	start(&fake);
	randoms[2] = 0x2a;
	assert_int_equal(upload(&fake, &(strava_upload_file){ .data = data,
					   .len = sizeof(data) - 1,
					   .data_type = "gpx",
					   .name = zeros }),
	    STRAVA_OK);
	assert_int_equal(drawn, 3);
	assert_string_equal(fake.requests[0].content_type,
	    "multipart/form-data; boundary=" BOUNDARY);
	assert_non_null(memmem(fake.requests[0].body, fake.requests[0].body_len,
	    data, sizeof(data) - 1));
	fake_stop(&fake);
}

static void
without_randomness_a_boundary_is_found_too(void **state)
{
	static const char data[] = "strava00000000000000000000000000000000 "
				   "strava01000000000000000000000000000000";
	struct fake       fake;

	(void)state;
	start(&fake);
	for (int i = 0; i < 8; i++)
		randoms[i] = -1;
	assert_int_equal(upload(&fake, &(strava_upload_file){ .data = data,
					   .len = sizeof(data) - 1,
					   .data_type = "gpx" }),
	    STRAVA_OK);
	assert_string_equal(fake.requests[0].content_type,
	    "multipart/form-data; boundary="
	    "strava02000000000000000000000000000000");
	fake_stop(&fake);
}

static void
data_types_are_those_that_strava_takes(void **state)
{
	static const struct {
		const char   *type, *data;
		strava_status status;
	} cases[] = {
		{ "fit", "x", STRAVA_OK },
		{ "Fit.GZ", "\x1f\x8b", STRAVA_OK },
		{ "tcx", "x", STRAVA_OK },
		{ "tcx.gz", "\x1f\x8b", STRAVA_OK },
		{ "GPX", "x", STRAVA_OK },
		{ "gpx.gz", "\x1f\x8b...", STRAVA_OK },
		{ "json", "{}", STRAVA_OK },
		{ "gpx.gz", "<gpx/>", STRAVA_ERR_ARGUMENT },
		{ "gpx.gz", "\x1f", STRAVA_ERR_ARGUMENT },
		{ "gpx", "\x1f\x8b", STRAVA_ERR_ARGUMENT },
		{ "json", "\x1f\x8b", STRAVA_ERR_ARGUMENT },
		{ "json.gz", "\x1f\x8b", STRAVA_ERR_ARGUMENT },
		{ "kml", "x", STRAVA_ERR_ARGUMENT },
		{ "fit ", "x", STRAVA_ERR_ARGUMENT },
		{ "fi", "x", STRAVA_ERR_ARGUMENT },
		{ "f\xc4\xb1t", "x", STRAVA_ERR_ARGUMENT },
		{ "", "x", STRAVA_ERR_ARGUMENT },
		{ NULL, "x", STRAVA_ERR_ARGUMENT },
	};
	struct fake fake;

	(void)state;
	start(&fake);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    upload(&fake, &(strava_upload_file){ .data = cases[i].data,
				      .len = strlen(cases[i].data),
				      .data_type = cases[i].type,
				      .sport_type = "Workout" }),
		    cases[i].status);
	assert_int_equal(upload(&fake,
			     &(strava_upload_file){
				 .data = "{}", .len = 2, .data_type = "json" }),
	    STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

/* `len` bytes of "x", to be freed. */
static char *
text_of(size_t len)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

static void
texts_have_their_limits(void **state)
{
	char              *long_text = text_of(65536), *name = text_of(255);
	char              *longer = text_of(65537), *long_name = text_of(256);
	strava_upload_file file = { .data = "x", .len = 1, .data_type = "gpx" };
	struct fake        fake;

	(void)state;
	start(&fake);
	file.name = file.description = long_text;
	file.external_id = file.sport_type = file.activity_type = long_text;
	file.file_name = name;
	assert_int_equal(upload(&fake, &file), STRAVA_OK);
	file.description = longer;
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.description = "\xff";
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.description = "";
	file.file_name = long_name;
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.file_name = "\xc0\x80.gpx";
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	free(long_text);
	free(longer);
	free(name);
	free(long_name);
	fake_stop(&fake);
}

static void
data_has_its_limits(void **state)
{
	char              *data = text_of(STRAVA_UPLOAD_MAX);
	strava_upload_file file = { .data = data, .data_type = "gpx" };
	struct fake        fake;

	(void)state;
	start(&fake);
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.len = STRAVA_UPLOAD_MAX + 1;
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.len = SIZE_MAX;
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	file.len = STRAVA_UPLOAD_MAX;
	assert_int_equal(upload(&fake, &file), STRAVA_OK);
	assert_true(fake.requests[0].body_len > STRAVA_UPLOAD_MAX);
	file.data = NULL;
	assert_int_equal(upload(&fake, &file), STRAVA_ERR_ARGUMENT);
	assert_int_equal(upload(&fake, NULL), STRAVA_ERR_ARGUMENT);
	free(data);
	assert_int_equal(strava_upload_create(fake.client,
			     &(strava_upload_file){
				 .data = "x", .len = 1, .data_type = "gpx" },
			     NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	fake_stop(&fake);
}

static void
a_lost_answer_leaves_a_doubt(void **state)
{
	struct fake    fake;
	strava_upload *u;
	strava_error   err;

	(void)state;
	start(&fake);
	strava_client_set_retries(fake.client, 3);
	fake.answers[0] = (struct fake_answer){ .failure = STRAVA_ERR_NETWORK };
	assert_int_equal(strava_upload_create(fake.client,
			     &(strava_upload_file){
				 .data = "x", .len = 1, .data_type = "gpx" },
			     &u, &err),
	    STRAVA_ERR_NETWORK);
	assert_null(u);
	assert_int_equal(err.in_doubt, 1);
	assert_int_equal(fake.calls, 1);
	fake_stop(&fake);
}

static void
a_file_that_strava_refuses_is_told_why(void **state)
{
	struct fake    fake;
	strava_upload *u;
	strava_error   err;

	(void)state;
	start(&fake);
	fake.answers[0] = fake_answer(400,
	    "{\"message\":\"Bad Request\",\"errors\":[{\"resource\":\"upload\","
	    "\"field\":\"gzip\",\"code\":\"invalid encoding\"}]}");
	assert_int_equal(strava_upload_create(fake.client,
			     &(strava_upload_file){
				 .data = "x", .len = 1, .data_type = "gpx" },
			     &u, &err),
	    STRAVA_ERR_REQUEST);
	assert_non_null(strstr(err.message, "gzip invalid encoding"));
	fake_stop(&fake);
}

static strava_upload *
parse(const char *text)
{
	strava_upload *u;

	assert_int_equal(
	    strava_upload_parse(text, strlen(text), &u, NULL), STRAVA_OK);
	return u;
}

static void
an_upload_is_decoded(void **state)
{
	char          *text = fixture("upload.json");
	strava_upload *u = parse(text);

	(void)state;
	free(text);
	assert_true(u->id == INT64_C(9007199254740993));
	assert_string_equal(u->id_str, "9007199254740993");
	assert_string_equal(u->external_id, "17611540601.tcx");
	assert_string_equal(
	    u->error, "17611540601.tcx duplicate of activity 8319193780");
	assert_string_equal(
	    u->status, "There was an error processing your activity.");
	assert_true(u->activity_id == INT64_C(8319193780));
	assert_int_equal(u->state, STRAVA_UPLOAD_FAILED);
	assert_true(u->duplicate_of == INT64_C(8319193780));
	assert_non_null(strstr(strava_upload_json(u), "duplicate of"));
	strava_upload_free(u);
}

static void
a_state_is_what_the_words_mean(void **state)
{
	static const struct {
		const char         *members;
		strava_upload_state state;
	} cases[] = {
		{ "\"status\":\"Your activity is still being processed.\"",
		    STRAVA_UPLOAD_PROCESSING },
		{ "\"status\":\"Your activity is ready.\",\"activity_id\":7",
		    STRAVA_UPLOAD_READY },
		{ "\"status\":\"The created activity has been deleted.\"",
		    STRAVA_UPLOAD_DELETED },
		{ "\"status\":\"The created activity has been deleted.\","
		  "\"activity_id\":7",
		    STRAVA_UPLOAD_DELETED },
		{ "\"status\":\"There was an error processing your activity.\"",
		    STRAVA_UPLOAD_FAILED },
		{ "\"status\":\"Cooking.\",\"activity_id\":null,"
		  "\"error\":null",
		    STRAVA_UPLOAD_UNKNOWN },
		{ "\"status\":\"Cooking.\",\"activity_id\":7",
		    STRAVA_UPLOAD_READY },
		{ "\"status\":\"Cooking.\",\"error\":\"burnt\"",
		    STRAVA_UPLOAD_FAILED },
		{ "\"status\":\"Your activity is still being processed.\","
		  "\"error\":\"burnt\"",
		    STRAVA_UPLOAD_FAILED },
		{ "\"status\":\"Your activity is still being processed.\","
		  "\"activity_id\":7",
		    STRAVA_UPLOAD_READY },
		{ "\"error\":\"\",\"activity_id\":0", STRAVA_UPLOAD_UNKNOWN },
		{ "\"status\":7,\"error\":[],\"activity_id\":\"7\"",
		    STRAVA_UPLOAD_UNKNOWN },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		strava_upload *u;

		snprintf(text, sizeof(text), "{\"id\":1,%s}", cases[i].members);
		u = parse(text);
		assert_int_equal(u->state, cases[i].state);
		strava_upload_free(u);
	}
}

static void
a_duplicate_names_the_activity(void **state)
{
	static const struct {
		const char *error;
		int64_t     id;
	} cases[] = {
		{ "17611540601.tcx duplicate of activity 8319193780",
		    INT64_C(8319193780) },
		{ "duplicate of activity 9223372036854775807", INT64_MAX },
		{ "x duplicate of activity 12.", 12 },
		{ "x duplicate of <a href='/activities/123' target='_blank'>"
		  "Ride 5</a>",
		    123 },
		{ "x duplicate of <a "
		  "href=\\\"https://www.strava.com/activities/"
		  "123\\\">duplicate of activity 9</a>",
		    123 },
		{ "7.fit duplicate of &lt;a href=&#39;/activities/123&#39; "
		  "target=&#39;_blank&#39;&gt;Ride&lt;/a&gt;",
		    123 },
		{ "x duplicate of &lt;a "
		  "href=&quot;&#47;activities&#47;123&quot;"
		  "&gt;",
		    123 },
		{ "duplicate of activity 5.gpx duplicate of activity 123",
		    123 },
		{ "duplicate of 5.gpx duplicate of activity 123", 123 },
		{ "duplicate of activity", 0 },
		{ "duplicate of activity ", 0 },
		{ "duplicate of activity x7", 0 },
		{ "duplicate of activity 7x", 0 },
		{ "duplicate of activity -7", 0 },
		{ "duplicate of activity 9223372036854775808", 0 },
		{ "duplicate of <a href='/activities'>Ride 5</a>", 0 },
		{ "duplicate of <a href='/activities/", 0 },
		{ "duplicate of <a href='/activities&", 0 },
		{ "duplicate of &lt;a 5", 0 },
		{ "duplicate of 5", 0 },
		{ "The file is empty", 0 },
		{ "", 0 },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		strava_upload *u;

		snprintf(text, sizeof(text), "{\"id\":1,\"error\":\"%s\"}",
		    cases[i].error);
		u = parse(text);
		if (u->duplicate_of != cases[i].id)
			fail_msg("%s: %lld", cases[i].error,
			    (long long)u->duplicate_of);
		strava_upload_free(u);
	}
}

#define STILL \
	"{\"id\":7,\"status\":\"Your activity is still being processed.\"}"
#define READY                                               \
	"{\"id\":7,\"status\":\"Your activity is ready.\"," \
	"\"activity_id\":71}"

/* Waits for upload 7 and expects a status. */
static strava_upload *
wait_for(struct fake *fake, int64_t timeout_ms, strava_status expected)
{
	strava_upload *u = (strava_upload *)1;
	strava_error   err;

	assert_int_equal(
	    strava_upload_wait(fake->client, 7, timeout_ms, &u, &err),
	    expected);
	assert_int_equal(u != NULL, expected == STRAVA_OK);
	if (expected != STRAVA_OK)
		assert_int_equal(err.status, expected);
	return u;
}

static void
an_outcome_is_waited_for(void **state)
{
	struct fake    fake;
	strava_upload *u;

	(void)state;
	start(&fake);
	world.cost_ms = 100;
	fake.answers[0] = fake_answer(200, STILL);
	fake.answers[1] = fake_answer(200, STILL);
	fake.answers[2] = fake_answer(200, READY);
	u = wait_for(&fake, 60000, STRAVA_OK);
	assert_true(u->activity_id == 71);
	assert_int_equal(u->state, STRAVA_UPLOAD_READY);
	strava_upload_free(u);
	assert_int_equal(fake.calls, 3);
	assert_string_equal(fake.requests[0].method, "GET");
	assert_string_equal(fake.requests[0].url, API "/uploads/7");
	assert_int_equal(world.count, 3);
	assert_true(world.pauses[0] == 1000 && world.pauses[1] == 2000);
	assert_true(world.pauses[2] == 4000);
	assert_int_equal(fake.requests[0].timeout_ms, 30000);
	fake_stop(&fake);
}

static void
every_outcome_ends_the_wait(void **state)
{
	static const struct {
		const char         *body;
		strava_upload_state state;
	} cases[] = {
		{ READY, STRAVA_UPLOAD_READY },
		{ "{\"id\":7,\"activity_id\":71}", STRAVA_UPLOAD_READY },
		{ "{\"id\":7,\"error\":\"no time in it\"}",
		    STRAVA_UPLOAD_FAILED },
		{ "{\"id\":7,\"status\":\"The created activity has been "
		  "deleted.\"}",
		    STRAVA_UPLOAD_DELETED },
	};
	struct fake fake;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		strava_upload *u;

		start(&fake);
		fake.answers[0] = fake_answer(200, cases[i].body);
		u = wait_for(&fake, 60000, STRAVA_OK);
		assert_int_equal(u->state, cases[i].state);
		assert_int_equal(fake.calls, 1);
		strava_upload_free(u);
		fake_stop(&fake);
	}
}

/* Questions are never less than a second apart, and the deadline is kept. */
static void
a_wait_ends_by_its_deadline(void **state)
{
	static const struct {
		int64_t timeout_ms;
		size_t  calls;
	} cases[] = { { 1, 1 }, { 999, 1 }, { 1000, 1 }, { 2000, 1 },
		{ 3000, 2 }, { 10000, 4 }, { 60000, 10 } };
	struct fake fake;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		start(&fake);
		fake.answers[0] = fake_answer(200, STILL);
		wait_for(&fake, cases[i].timeout_ms, STRAVA_ERR_TIMEOUT);
		assert_int_equal(fake.calls, cases[i].calls);
		assert_true(world.now_ms <= 1000000 + cases[i].timeout_ms);
		for (size_t p = 1; p < world.count; p++)
			assert_in_range(world.pauses[p], 1000, 8000);
		fake_stop(&fake);
	}
}

/* The last question gets no more time than there is. */
static void
a_question_keeps_the_deadline_too(void **state)
{
	struct fake    fake;
	strava_upload *u;

	(void)state;
	start(&fake);
	fake.answers[0] = fake_answer(200, STILL);
	world.cost_ms = 3000;
	wait_for(&fake, 10000, STRAVA_ERR_TIMEOUT);
	assert_int_equal(fake.calls, 2);
	assert_int_equal(fake.requests[0].timeout_ms, 9000);
	assert_int_equal(fake.requests[1].timeout_ms, 4000);
	/* And the client has its own time-out again. */
	assert_int_equal(
	    strava_upload_get(fake.client, 7, &u, NULL), STRAVA_OK);
	strava_upload_free(u);
	assert_int_equal(fake.requests[2].timeout_ms, 30000);
	fake_stop(&fake);
}

static void
a_failure_is_handed_on(void **state)
{
	struct fake  fake;
	strava_error err;

	(void)state;
	start(&fake);
	fake.answers[0] = fake_answer(200, STILL);
	fake.answers[1] = fake_answer(429, "{}");
	wait_for(&fake, 60000, STRAVA_ERR_RATE_LIMIT);
	assert_int_equal(fake.calls, 2);
	assert_int_equal(strava_upload_wait(fake.client, 7, 60000,
			     &(strava_upload *){ NULL }, &err),
	    STRAVA_ERR_RATE_LIMIT);
	assert_true(err.retry_after_s >= 0);
	fake_stop(&fake);
}

static void
a_wait_can_be_canceled_while_it_sleeps(void **state)
{
	struct fake fake;

	(void)state;
	start(&fake);
	world.cancel_this = fake.client;
	wait_for(&fake, 60000, STRAVA_ERR_CANCELED);
	assert_int_equal(fake.calls, 0);
	fake_stop(&fake);
}

static void
a_wait_for_nothing_is_refused(void **state)
{
	struct fake    fake;
	strava_upload *u;

	(void)state;
	start(&fake);
	assert_int_equal(strava_upload_wait(fake.client, 0, 60000, &u, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_null(u);
	assert_int_equal(strava_upload_wait(fake.client, 7, 0, &u, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_upload_wait(NULL, 7, 60000, &u, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(strava_upload_wait(fake.client, 7, 60000, NULL, NULL),
	    STRAVA_ERR_ARGUMENT);
	assert_int_equal(
	    strava_upload_get(fake.client, 0, &u, NULL), STRAVA_ERR_ARGUMENT);
	assert_int_equal(fake.calls, 0);
	assert_int_equal(world.count, 0);
	fake.answers[0] = fake_answer(200, READY);
	assert_int_equal(
	    strava_upload_wait(fake.client, 7, INT64_MAX, &u, NULL), STRAVA_OK);
	strava_upload_free(u);
	fake_stop(&fake);
}

static void
uploads_bear_what_is_odd(void **state)
{
	strava_upload *u;

	(void)state;
	bears_everything(&sv_upload_model, "upload.json", NULL);
	assert_int_equal(
	    strava_upload_parse("{}", 2, &u, NULL), STRAVA_ERR_FORMAT);
	assert_null(u);
	strava_upload_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_goes_with_all_that_is_said_of_it),
		cmocka_unit_test(what_is_not_said_is_not_sent),
		cmocka_unit_test(a_file_name_stays_in_its_place),
		cmocka_unit_test(a_boundary_is_nowhere_in_the_data),
		cmocka_unit_test(without_randomness_a_boundary_is_found_too),
		cmocka_unit_test(data_types_are_those_that_strava_takes),
		cmocka_unit_test(texts_have_their_limits),
		cmocka_unit_test(data_has_its_limits),
		cmocka_unit_test(a_lost_answer_leaves_a_doubt),
		cmocka_unit_test(a_file_that_strava_refuses_is_told_why),
		cmocka_unit_test(an_upload_is_decoded),
		cmocka_unit_test(a_state_is_what_the_words_mean),
		cmocka_unit_test(a_duplicate_names_the_activity),
		cmocka_unit_test(an_outcome_is_waited_for),
		cmocka_unit_test(every_outcome_ends_the_wait),
		cmocka_unit_test(a_wait_ends_by_its_deadline),
		cmocka_unit_test(a_question_keeps_the_deadline_too),
		cmocka_unit_test(a_failure_is_handed_on),
		cmocka_unit_test(a_wait_can_be_canceled_while_it_sleeps),
		cmocka_unit_test(a_wait_for_nothing_is_refused),
		cmocka_unit_test(uploads_bear_what_is_odd),
	};

	return cmocka_run_group_tests_name(
	    "libstrava upload", tests, NULL, NULL);
}
