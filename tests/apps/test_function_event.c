/* SPDX-License-Identifier: MIT */

/* What a call of the function may bring along, by table. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "event.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A request as far as the parser looks at it. */
struct request {
	const char *headers[16]; /* name, value, name, value ... NULL */
	const char *body;
};

const char *
request_header(const struct request *request, const char *name)
{
	for (size_t i = 0; request->headers[i] != NULL; i += 2)
		if (strcasecmp(request->headers[i], name) == 0)
			return request->headers[i + 1];
	return NULL;
}

const char *
request_body(const struct request *request, size_t *len)
{
	*len = strlen(request->body);
	return request->body;
}

#define JSON "Content-Type", "application/json"
#define CE_JSON "Content-Type", "application/cloudevents+json; charset=utf-8"
#define CE(id, type)                                                     \
	"ce-specversion", "1.0", "ce-id", id, "ce-source", "//pubsub/t", \
	    "ce-type", type
#define PUBLISHED "google.cloud.pubsub.topic.v1.messagePublished"
#define STRUCTURED(more) \
	"{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\"," more "}"
#define PUSH(message) "{\"message\":" message ",\"subscription\":\"sub\"}"

/* FN-3: calls that start a run, and what the log says of them. */
static const struct {
	struct request  request;
	enum event_kind kind;
	const char     *id, *type, *source, *subscription;
	int64_t         attempt;
} calls[] = {
	{ { { NULL }, "" }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { NULL }, "{" }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { "Content-Type", "text/plain" }, PUSH("{}") }, EVENT_PLAIN, "", "",
	    "", "", -1 },
	{ { { "Content-Type", "application/octet-stream" }, "\xff\x01" },
	    EVENT_PLAIN, "", "", "", "", -1 },
	{ { { "Content-Type", "application/jsonp" }, "{" }, EVENT_PLAIN, "", "",
	    "", "", -1 },
	{ { { JSON }, "" }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { JSON }, "{}" }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { JSON }, "\"now\"" }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { JSON }, "[1," }, EVENT_PLAIN, "", "", "", "", -1 },
	{ { { JSON }, "{\"message\":\"hello\"}" }, EVENT_PLAIN, "", "", "", "",
	    -1 },
	{ { { "X-CloudScheduler", "true", "X-CloudScheduler-JobName", "j",
		"X-CloudScheduler-ScheduleTime", "2026-11-28T10:00:00Z" },
	      "" },
	    EVENT_SCHEDULER, "2026-11-28T10:00:00Z", "", "j", "", -1 },
	{ { { "X-CloudScheduler-ScheduleTime", "garbage", JSON }, "{" },
	    EVENT_SCHEDULER, "garbage", "", "", "", -1 },
	{ { { "X-CloudTasks-TaskName", "t1", "X-CloudTasks-QueueName", "q",
		"X-CloudTasks-TaskRetryCount", "3" },
	      "x" },
	    EVENT_TASK, "t1", "", "q", "", 3 },
	{ { { "X-CloudTasks-TaskName", "t1", "X-CloudTasks-TaskRetryCount",
		"99999999999" },
	      "x" },
	    EVENT_TASK, "t1", "", "", "", -1 },
	{ { { "X-CloudTasks-QueueName", "q", "X-CloudTasks-TaskRetryCount",
		"1x" },
	      "x" },
	    EVENT_TASK, "", "", "q", "", -1 },
	{ { { JSON },
	      PUSH("{\"messageId\":\"7\",\"data\":\"aGk=\",\"attributes\":"
		   "{\"a\":\"b\"}}") },
	    EVENT_PUBSUB, "7", "", "", "sub", -1 },
	{ { { "Content-Type", "Application/JSON;charset=utf-8" },
	      " {\"subscription\":\"sub\",\"deliveryAttempt\":5,"
	      "\"message\":{\"messageId\":\"7\"}}" },
	    EVENT_PUBSUB, "7", "", "", "sub", 5 },
	{ { { "x-goog-pubsub-message-id", "8",
		"x-goog-pubsub-subscription-name", "sub", JSON },
	      "{\"status\":" },
	    EVENT_PUBSUB, "8", "", "", "sub", -1 },
	{ { { CE("1", "a.b"), JSON }, "{" }, EVENT_CLOUDEVENT, "1", "a.b",
	    "//pubsub/t", "", -1 },
	{ { { CE("%C3%A9%20", "a") }, "" }, EVENT_CLOUDEVENT, "\xc3\xa9 ", "a",
	    "//pubsub/t", "", -1 },
	{ { { CE("1", PUBLISHED), JSON }, PUSH("{\"data\":\"aGk=\"}") },
	    EVENT_CLOUDEVENT, "1", PUBLISHED, "//pubsub/t", "sub", -1 },
	{ { { CE_JSON }, STRUCTURED("\"type\":\"a.b\",\"data\":[1]") },
	    EVENT_CLOUDEVENT, "i", "a.b", "s", "", -1 },
	{ { { CE_JSON },
	      STRUCTURED("\"type\":\"a\",\"data_base64\":\"aGk=\"") },
	    EVENT_CLOUDEVENT, "i", "a", "s", "", -1 },
	{ { { CE_JSON },
	      STRUCTURED("\"type\":\"" PUBLISHED "\",\"data\":" PUSH("{}")) },
	    EVENT_CLOUDEVENT, "i", PUBLISHED, "s", "sub", -1 },
};

static void
calls_are_read_for_the_log(void **state)
{
	struct event event;
	const char  *fault;

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		fault = event_read(&event, &calls[i].request);
		if (fault != NULL)
			fail_msg("call %zu: %s", i, fault);
		assert_string_equal(
		    event_name(event.kind), event_name(calls[i].kind));
		assert_string_equal(event.id, calls[i].id);
		assert_string_equal(event.type, calls[i].type);
		assert_string_equal(event.source, calls[i].source);
		assert_string_equal(event.subscription, calls[i].subscription);
		assert_int_equal(event.attempt, calls[i].attempt);
	}
}

/* Envelopes that are none, and a part of what the caller is told. */
static const struct {
	struct request request;
	const char    *reason;
} refused[] = {
	{ { { "Content-Type", "application/cloudevents-batch+json" }, "[]" },
	    "batch" },
	{ { { CE_JSON }, "" }, "no CloudEvent" },
	{ { { CE_JSON }, "[]" }, "no CloudEvent" },
	{ { { CE_JSON }, "{\"specversion\":\"1.0\"" }, "not the JSON" },
	{ { { CE_JSON }, "{\"id\":\"1\",\"id\":\"2\"}" }, "not the JSON" },
	{ { { CE_JSON }, "{}" }, "no specversion" },
	{ { { CE_JSON }, STRUCTURED("\"data\":1") }, "no type" },
	{ { { CE_JSON }, STRUCTURED("\"type\":7") }, "no type" },
	{ { { CE_JSON }, STRUCTURED("\"type\":\"\"") }, "no type" },
	{ { { CE_JSON },
	      "{\"specversion\":\"0.3\",\"id\":\"i\",\"source\":\"s\","
	      "\"type\":\"t\"}" },
	    "not 1.0" },
	{ { { CE_JSON }, "{\"specversion\":1.0,\"id\":\"i\",\"source\":\"s\","
			 "\"type\":\"t\"}" },
	    "no specversion" },
	{ { { CE_JSON },
	      STRUCTURED(
		  "\"type\":\"t\",\"data\":1,\"data_base64\":\"aGk=\"") },
	    "data twice" },
	{ { { CE_JSON }, STRUCTURED("\"type\":\"t\",\"data_base64\":\"a b\"") },
	    "not base64" },
	{ { { CE_JSON }, STRUCTURED("\"type\":\"t\",\"data_base64\":7") },
	    "not base64" },
	{ { { CE_JSON }, STRUCTURED("\"type\":\"" PUBLISHED "\"") },
	    "no message" },
	{ { { "ce-id", "1" }, "" }, "no specversion" },
	{ { { "ce-specversion", "1.0" }, "" }, "no id" },
	{ { { "ce-specversion", "1.0", "ce-id", "1" }, "" }, "no source" },
	{ { { "ce-specversion", "1.0", "ce-id", "1", "ce-source", "s" }, "" },
	    "no type" },
	{ { { "ce-specversion", "1.0", "ce-id", "", "ce-source", "s", "ce-type",
		"t" },
	      "" },
	    "no id" },
	{ { { "ce-specversion", "2", "ce-id", "1", "ce-source", "s", "ce-type",
		"t" },
	      "" },
	    "not 1.0" },
	{ { { CE("%zz", "t") }, "" }, "wrong escape" },
	{ { { CE("%00", "t") }, "" }, "wrong escape" },
	{ { { CE("1", PUBLISHED) }, "" }, "no Pub/Sub envelope" },
	{ { { CE("1", PUBLISHED) }, "{}" }, "no message" },
	{ { { JSON }, "{\"message\":" }, "not the JSON" },
	{ { { JSON }, "{\"message\":{}}" }, "no subscription" },
	{ { { JSON }, "{\"subscription\":\"s\"}" }, "no message" },
	{ { { JSON }, PUSH("[]") }, "no message" },
	{ { { JSON }, PUSH("{}") }, "no messageId" },
	{ { { JSON }, PUSH("{\"messageId\":7}") }, "no messageId" },
	{ { { JSON }, PUSH("{\"messageId\":\"7\",\"data\":\"?\"}") },
	    "not base64" },
	{ { { JSON }, PUSH("{\"messageId\":\"7\",\"data\":{}}") },
	    "not base64" },
	{ { { JSON }, PUSH("{\"messageId\":\"7\",\"attributes\":[]}") },
	    "not texts" },
	{ { { JSON }, PUSH("{\"messageId\":\"7\",\"attributes\":{\"a\":1}}") },
	    "not texts" },
	{ { { JSON },
	      "{\"message\":{\"messageId\":\"7\"},\"subscription\":7}" },
	    "no subscription" },
	{ { { JSON },
	      "{\"message\":{\"messageId\":\"7\"},\"subscription\":\"s\","
	      "\"deliveryAttempt\":\"1\"}" },
	    "no number" },
};

static void
a_malformed_envelope_is_refused_with_a_reason(void **state)
{
	struct event event;
	const char  *fault;

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		fault = event_read(&event, &refused[i].request);
		fault = fault != NULL ? fault : "";
		if (strstr(fault, refused[i].reason) == NULL)
			fail_msg("call %zu: \"%s\"", i, fault);
		assert_null(strpbrk(fault, "\"\\"));
	}
}

/* F-46: of a header of ten thousand bytes the beginning is kept. */
static void
long_texts_are_cut(void **state)
{
	struct request scheduler = { { "X-CloudScheduler-JobName", NULL }, "" };
	struct request binary = { { CE("1", "t"), "ce-source", "s" }, "" };
	char          *text = calloc(1, 10001);
	struct event   event;

	(void)state;
	assert_non_null(text);
	memset(text, '%', 10000);
	scheduler.headers[1] = text;
	assert_null(event_read(&event, &scheduler));
	assert_int_equal(strlen(event.source), EVENT_TEXT_SIZE - 1);
	binary.headers[3] = text;
	assert_null(event_read(&event, &binary));
	assert_int_equal(strlen(event.id), EVENT_TEXT_SIZE - 1);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_read_for_the_log),
		cmocka_unit_test(a_malformed_envelope_is_refused_with_a_reason),
		cmocka_unit_test(long_texts_are_cut),
	};

	return cmocka_run_group_tests_name(
	    "apps function_event", tests, NULL, NULL);
}
