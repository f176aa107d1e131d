/* SPDX-License-Identifier: MIT */

/* update_tokens called from outside: whatever comes. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listener.h"
#include "members.h"
#include "scene.h"
#include "test.h"

#define PUBLISHED "google.cloud.pubsub.topic.v1.messagePublished"
#define CE "ce-specversion: 1.0\r\nce-id: 77\r\nce-source: //pubsub/t\r\n"
#define CE_JSON "Content-Type: application/cloudevents+json\r\n"
#define JSON "Content-Type: application/json\r\n"

static struct listener function;

/* Lines as Cloud Logging wants them. */
static void
begin(int count)
{
	struct environment env;

	enrol_due(&world, count, &enrolled);
	world_environment(&world, &env);
	environment_set(&env, "LOG_FORMAT", "json");
	listener_start(&world, &function, &env);
	environment_free(&env);
}

/* Every row is a call, and whether it starts a run. */
static const struct {
	const char *request, *lines, *body;
	int         status;
	const char *says;
} calls[] = {
	/* F-01 */
	{ "GET /", "", NULL, 405, "Allow: POST\r\n" },
	{ "HEAD /", "", NULL, 405, "Allow: POST\r\n" },
	{ "PUT /", "", "", 405, "Allow: " },
	{ "OPTIONS /", "", NULL, 405, "Allow: " },
	{ "DELETE /update-strava-tokens", "", NULL, 405, "Allow: " },
	{ "GET /robots.txt", "", NULL, 404, "" },
	{ "GET /favicon.ico", "", NULL, 404, "" },
	/* F-04, F-49 */
	{ "POST /", "Authorization: a\r\nAuthorization: b\r\n", "", 400, "" },
	{ "POST /", "Content-Encoding: gzip\r\n", "\x1f\x8b", 415,
	    "compressed" },
	{ "POST /", CE_JSON, "{}", 400, "specversion" },
	{ "POST /", "ce-type: t\r\n", "", 400, "specversion" },
	{ "POST /", CE, "", 400, "no type" },
	{ "POST /", CE "ce-type: " PUBLISHED "\r\n" JSON, "{}", 400,
	    "no message" },
	{ "POST /", JSON, "{\"message\":{\"messageId\":\"1\"}}", 400,
	    "no subscription" },
	{ "POST /", JSON, "{", 400, "not the JSON" },
	{ "POST /", "", "plain", 200, "\"run_id\"" },
	{ "POST /update-strava-tokens", "", "", 200, "\"run_id\"" },
	{ "POST /", "Content-Type: application/octet-stream\r\n", "\x01\x02",
	    200, "\"run_id\"" },
	{ "POST /", "Content-Encoding: identity\r\n" JSON, "{}", 200,
	    "\"run_id\"" },
	{ "POST /", CE "ce-type: any.thing\r\n", "", 200, "\"run_id\"" },
	{ "POST /", CE "ce-type: " PUBLISHED "\r\n" JSON,
	    "{\"message\":{\"data\":\"aGk=\"},\"subscription\":\"s\"}", 200,
	    "\"run_id\"" },
	{ "POST /", CE_JSON,
	    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"type\":"
	    "\"t\",\"data\":{}}",
	    200, "\"run_id\"" },
	{ "POST /", JSON,
	    "{\"message\":{\"messageId\":\"1\",\"data\":\"aGk=\"},"
	    "\"subscription\":\"projects/p/subscriptions/s\","
	    "\"deliveryAttempt\":2}",
	    200, "\"run_id\"" },
	{ "POST /", "x-goog-pubsub-message-id: 1\r\n", "raw", 200,
	    "\"run_id\"" },
	{ "POST /", "X-CloudTasks-TaskName: t\r\n", "", 200, "\"run_id\"" },
	/* F-46 */
	{ "POST /", "X-CloudScheduler-ScheduleTime: garbage\r\n", "", 200,
	    "\"run_id\"" },
	{ "POST /", "X-CloudScheduler-ScheduleTime: 2999-01-01T00:00:00Z\r\n",
	    "", 200, "\"run_id\"" },
};

/* FN-3, FN-5. */
static void
each_kind_of_call_has_its_answer(void **state)
{
	struct wire_answer answer;

	(void)state;
	begin(1);
	for (size_t i = 0; i < COUNT(calls); i++) {
		wire_call(function.base, calls[i].request, calls[i].lines,
		    calls[i].body, &answer);
		if (answer.status != calls[i].status ||
		    strstr(answer.text, calls[i].says) == NULL)
			fail_msg(
			    "call %zu: %d %s", i, answer.status, answer.text);
		/* The first refusals come before the first run. */
		if (calls[i].status != 200)
			assert_int_equal(
			    enrolled_strava_side(&world, enrolled.ids[0])
				.token_posts,
			    0);
	}
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 1);
	listener_end(&function);
}

static void
more_than_the_limit_is_refused(void **state)
{
	struct wire_answer answer;
	char              *body = calloc(1, 65538);
	char               lines[10100];

	(void)state;
	begin(0);
	assert_non_null(body);
	memset(body, 'x', 65537);
	wire_call(function.base, "POST /", "Content-Length: 65537\r\n", NULL,
	    &answer);
	assert_int_equal(answer.status, 413);
	free(body);
	/* F-46 */
	snprintf(
	    lines, sizeof(lines), "X-CloudScheduler-JobName: %010000d\r\n", 0);
	answer = listener_call(&function, lines, "");
	assert_int_equal(answer_report(&answer, 200).due, 0);
	listener_end(&function);
}

/* The i-th line of the log with that message; to be ended. */
static struct json_object *
logged(const char *message)
{
	char               *log = process_err(&function.process), *rest = log;
	struct json_object *line, *found = NULL;
	const char         *text;

	while (found == NULL && rest != NULL && *rest != '\0') {
		text = strsep(&rest, "\n");
		line = json_tokener_parse(text);
		assert_non_null(line);
		if (strcmp(members_get_string(line, "message"), message) == 0)
			found = line;
		else
			json_object_put(line);
	}
	if (found == NULL)
		fail_msg("\"%s\" is not in the log: %s", message, log);
	free(log);
	return found;
}

static void
assert_member(struct json_object *line, const char *key, const char *text)
{
	const char *value = members_get_string(line, key);

	if (value == NULL || strcmp(value, text) != 0)
		fail_msg("%s: %s", key, json_object_to_json_string(line));
}

static void
the_log_says_who_called_and_which_run_it_was(void **state)
{
	static const char   trace[] = "projects/sandbox-project/traces/"
				      "0123456789abcdef0123456789abcdef";
	struct wire_answer  answer;
	struct json_object *line, *request;
	char                run_id[33];

	(void)state;
	begin(1);
	answer = listener_call(&function,
	    JSON "User-Agent: CloudPubSub-Google\r\n"
		 "X-Cloud-Trace-Context: "
		 "0123456789abcdef0123456789abcdef/255;o=1\r\n",
	    "{\"message\":{\"messageId\":\"42\"},\"subscription\":\"sub\","
	    "\"deliveryAttempt\":3}");
	assert_int_equal(answer_report(&answer, 200).refreshed, 1);
	snprintf(run_id, sizeof(run_id), "%.32s",
	    strstr(answer.text, "\"run_id\":\"") + 10);
	line = logged("a run is asked for");
	assert_member(line, "trigger", "pubsub");
	assert_member(line, "event_id", "42");
	assert_member(line, "subscription", "sub");
	assert_int_equal(
	    json_object_get_int64(members_get(line, "attempt")), 3);
	assert_member(line, "logging.googleapis.com/trace", trace);
	assert_member(
	    line, "logging.googleapis.com/spanId", "00000000000000ff");
	assert_null(members_get(line, "run_id"));
	json_object_put(line);
	line = logged("refreshed");
	assert_member(line, "run_id", run_id);
	assert_member(line, "logging.googleapis.com/trace", trace);
	json_object_put(line);
	line = logged("refresh run complete");
	assert_member(line, "run_id", run_id);
	assert_member(line, "severity", "INFO");
	json_object_put(line);
	line = logged("request");
	request = members_get(line, "httpRequest");
	assert_member(request, "requestMethod", "POST");
	assert_member(request, "requestUrl", "/");
	assert_member(request, "userAgent", "CloudPubSub-Google");
	assert_member(request, "remoteIp", "127.0.0.1");
	assert_non_null(members_get_string(request, "latency"));
	assert_int_equal(
	    json_object_get_int64(members_get(request, "status")), 200);
	json_object_put(line);
	listener_end(&function);
}

/* F-45, FN-3: whoever runs a job by hand brings the time of its next run. */
static void
a_run_by_hand_does_not_swallow_the_next_one(void **state)
{
	static const char  lines[] = "X-CloudScheduler: true\r\n"
				     "X-CloudScheduler-JobName: refresh\r\n"
				     "X-CloudScheduler-ScheduleTime: "
				     "2026-11-28T10:15:00Z\r\n";
	struct wire_answer answer;
	struct report      report;

	(void)state;
	begin(1);
	answer = listener_call(&function, lines, "");
	assert_int_equal(answer_report(&answer, 200).refreshed, 1);
	postgres_sql(
	    world.postgres, "UPDATE tokenstore.account SET due_at = 'epoch'");
	answer = listener_call(&function, lines, "");
	report = answer_report(&answer, 200);
	assert_int_equal(report.due, 1);
	assert_int_equal(report.refreshed + report.unchanged, 1);
	assert_int_equal(
	    enrolled_strava_side(&world, enrolled.ids[0]).token_posts, 2);
	listener_end(&function);
}

/* F-55 */
static void
where_nobody_is_enrolled_all_is_well(void **state)
{
	struct wire_answer answer;

	(void)state;
	begin(0);
	answer = listener_call(&function, "", "");
	assert_int_equal(answer_report(&answer, 200).due, 0);
	listener_end(&function);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_call_has_its_answer),
		cmocka_unit_test(more_than_the_limit_is_refused),
		cmocka_unit_test(the_log_says_who_called_and_which_run_it_was),
		cmocka_unit_test(a_run_by_hand_does_not_swallow_the_next_one),
		cmocka_unit_test(where_nobody_is_enrolled_all_is_well),
	};

	return cmocka_run_group_tests_name(
	    "apps function_calls", tests, scene_open, scene_close);
}
