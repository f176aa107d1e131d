/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "fields.h"
#include "members.h"

static const char structured[] = "application/cloudevents+json";
static const char batch[] = "application/cloudevents-batch+json";
static const char json[] = "application/json";

/* The type of the event that brings a message of Pub/Sub along. */
static const char published[] = "google.cloud.pubsub.topic.v1.messagePublished";

/* What every CloudEvent has, in its headers or in its object. */
enum { SPECVERSION, ID, SOURCE, TYPE, ATTRIBUTES };

static const struct attribute {
	const char *header, *key, *missing;
} attributes[ATTRIBUTES] = {
	[SPECVERSION] = { "ce-specversion", "specversion",
	    "the CloudEvent has no specversion" },
	[ID] = { "ce-id", "id", "the CloudEvent has no id" },
	[SOURCE] = { "ce-source", "source", "the CloudEvent has no source" },
	[TYPE] = { "ce-type", "type", "the CloudEvent has no type" },
};

/* Callers that say in their headers who they are. */
static const struct sender {
	enum event_kind kind;
	const char     *id, *source, *subscription, *attempt;
} senders[] = {
	{ EVENT_TASK, "X-CloudTasks-TaskName", "X-CloudTasks-QueueName", NULL,
	    "X-CloudTasks-TaskRetryCount" },
	{ EVENT_SCHEDULER, "X-CloudScheduler-ScheduleTime",
	    "X-CloudScheduler-JobName", NULL, NULL },
	{ EVENT_PUBSUB, "x-goog-pubsub-message-id", NULL,
	    "x-goog-pubsub-subscription-name", NULL },
};

static const char *const names[] = {
	[EVENT_PLAIN] = "http",
	[EVENT_SCHEDULER] = "scheduler",
	[EVENT_TASK] = "task",
	[EVENT_PUBSUB] = "pubsub",
	[EVENT_CLOUDEVENT] = "cloudevent",
};

const char *
event_name(enum event_kind kind)
{
	return names[kind];
}

static void
keep(char to[EVENT_TEXT_SIZE], const char *text)
{
	size_t len = strnlen(text, EVENT_TEXT_SIZE - 1);

	memcpy(to, text, len);
	to[len] = '\0';
}

/* "application/json", with parameters behind it or not. */
static bool
is_type(const char *type, const char *wanted)
{
	size_t len = strlen(wanted);

	return strncasecmp(type, wanted, len) == 0 &&
	       strchr("; \t", type[len]) != NULL;
}

static bool
is_base64(const char *text)
{
	size_t     len = strlen(text);
	struct buf bytes;
	bool       ok;

	buf_init(&bytes, len + 1);
	ok = base64_decode(&bytes, text, len, BASE64_STANDARD);
	buf_free(&bytes);
	return ok;
}

/* True when `object` has a member of that name that is no text. */
static bool
is_odd(struct json_object *object, const char *key)
{
	return members_get(object, key) != NULL &&
	       members_get_string(object, key) == NULL;
}

static bool
are_texts(struct json_object *object)
{
	if (!json_object_is_type(object, json_type_object))
		return false;
	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (members_get_string(object, key) == NULL)
			return false;
	}
	return true;
}

static const char *
read_message(struct event *event, struct json_object *message)
{
	struct json_object *extra = members_get(message, "attributes");
	const char         *id = members_get_string(message, "messageId");
	const char         *data = members_get_string(message, "data");

	if (is_odd(message, "data") || (data != NULL && !is_base64(data)))
		return "the data of the Pub/Sub message is not base64";
	if (extra != NULL && !are_texts(extra))
		return "the attributes of the Pub/Sub message are not texts";
	if (event->kind == EVENT_CLOUDEVENT) /* has an id of its own */
		return NULL;
	if (id == NULL || *id == '\0')
		return "the Pub/Sub message has no messageId";
	keep(event->id, id);
	return NULL;
}

/* The envelope of a push. */
static const char *
read_push(struct event *event, struct json_object *push)
{
	struct json_object *message = members_get(push, "message");
	struct json_object *attempt = members_get(push, "deliveryAttempt");
	const char *subscription = members_get_string(push, "subscription");

	if (!json_object_is_type(message, json_type_object))
		return "the Pub/Sub envelope has no message";
	if (subscription == NULL || *subscription == '\0')
		return "the Pub/Sub envelope has no subscription";
	if (attempt != NULL &&
	    (!put_int64(attempt, &event->attempt) || event->attempt < 0))
		return "the deliveryAttempt of the Pub/Sub envelope is no "
		       "number";
	keep(event->subscription, subscription);
	return read_message(event, message);
}

/* Text that claims to be JSON, as an object; *object is NULL when it is one of
 * the other kinds, which no envelope is. */
static const char *
read_object(const struct request *request, struct json_object **object)
{
	size_t      len;
	const char *text = request_body(request, &len);

	*object = NULL;
	if (text[strspn(text, " \t\r\n")] != '{')
		return NULL;
	*object = members_parse(text, len);
	if (*object != NULL)
		return NULL;
	return errno == ENOMEM ? "memory is short"
			       : "the body is not the JSON that it seems to be";
}

static bool
is_push(struct json_object *object)
{
	return members_get(object, "subscription") != NULL ||
	       json_object_is_type(
		   members_get(object, "message"), json_type_object);
}

/* The body, if it is JSON; `must` when the headers say that it is a push. */
static const char *
read_body(struct event *event, const struct request *request, bool must)
{
	struct json_object *object;
	const char         *fault = read_object(request, &object);

	if (fault == NULL && object == NULL && must)
		fault = "the CloudEvent brings no Pub/Sub envelope";
	if (fault == NULL && object != NULL && (must || is_push(object))) {
		if (!must)
			event->kind = EVENT_PUBSUB;
		fault = read_push(event, object);
	}
	json_object_put(object);
	return fault;
}

/* A header's text is percent-encoded; one that is too long to be kept whole stays
 * as it came. */
static bool
keep_header(char to[EVENT_TEXT_SIZE], const char *text)
{
	keep(to, text);
	return strlen(text) >= EVENT_TEXT_SIZE || fields_unescape(to, false);
}

/* The attributes that matter, wherever they were found. */
static const char *
read_attributes(struct event *event, const char *const values[ATTRIBUTES])
{
	event->kind = EVENT_CLOUDEVENT;
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (values[i] == NULL || *values[i] == '\0')
			return attributes[i].missing;
	if (strcmp(values[SPECVERSION], "1.0") != 0)
		return "the specversion of the CloudEvent is not 1.0";
	keep(event->id, values[ID]);
	keep(event->type, values[TYPE]);
	keep(event->source, values[SOURCE]);
	return NULL;
}

/* The event is the body. */
static const char *
read_structured(struct event *event, struct json_object *object)
{
	const char         *values[ATTRIBUTES], *fault;
	struct json_object *data = members_get(object, "data");
	const char         *encoded = members_get_string(object, "data_base64");

	for (size_t i = 0; i < ATTRIBUTES; i++)
		values[i] = members_get_string(object, attributes[i].key);
	if ((fault = read_attributes(event, values)) != NULL)
		return fault;
	if (data != NULL && members_get(object, "data_base64") != NULL)
		return "the CloudEvent has data twice";
	if (is_odd(object, "data_base64") ||
	    (encoded != NULL && !is_base64(encoded)))
		return "the data_base64 of the CloudEvent is not base64";
	if (strcmp(event->type, published) == 0 && encoded == NULL)
		return read_push(event, data);
	return NULL;
}

/* The event is in the headers, its data in the body. */
static const char *
read_binary(struct event *event, const struct request *request,
    const char *const values[ATTRIBUTES])
{
	const char *fault = read_attributes(event, values);

	if (fault != NULL)
		return fault;
	if (!keep_header(event->id, values[ID]) ||
	    !keep_header(event->type, values[TYPE]) ||
	    !keep_header(event->source, values[SOURCE]))
		return "a header of the CloudEvent holds a wrong escape";
	if (strcmp(event->type, published) != 0)
		return NULL;
	return read_body(event, request, true);
}

/* Small numbers of a header: -1 when it is none. */
static int64_t
count_of(const char *text)
{
	int64_t n = 0;

	if (text == NULL || *text == '\0' || strlen(text) > 9)
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (*text - '0');
	return *text == '\0' ? n : -1;
}

static const char *
header(const struct request *request, const char *name)
{
	return name != NULL ? request_header(request, name) : NULL;
}

/* True when the headers tell who calls. */
static bool
read_sender(struct event *event, const struct request *request,
    const struct sender *sender)
{
	const char *id = header(request, sender->id);
	const char *source = header(request, sender->source);
	const char *subscription = header(request, sender->subscription);

	if (id == NULL && source == NULL && subscription == NULL)
		return false;
	event->kind = sender->kind;
	keep(event->id, id != NULL ? id : "");
	keep(event->source, source != NULL ? source : "");
	keep(event->subscription, subscription != NULL ? subscription : "");
	event->attempt = count_of(header(request, sender->attempt));
	return true;
}

/* True when any of its headers is there. */
static bool
find_attributes(const struct request *request, const char *values[ATTRIBUTES])
{
	bool found = false;

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		values[i] = request_header(request, attributes[i].header);
		found = found || values[i] != NULL;
	}
	return found;
}

static const char *
read_cloudevent(struct event *event, const struct request *request)
{
	struct json_object *object;
	const char         *fault = read_object(request, &object);

	if (fault == NULL && object == NULL)
		fault = "the body is no CloudEvent";
	if (fault == NULL)
		fault = read_structured(event, object);
	json_object_put(object);
	return fault;
}

const char *
event_read(struct event *event, const struct request *request)
{
	const char *type = request_header(request, "Content-Type");
	const char *values[ATTRIBUTES];

	*event = (struct event){ .attempt = -1 };
	type = type != NULL ? type : "";
	if (is_type(type, batch))
		return "a batch of CloudEvents is not taken: send one a call";
	if (is_type(type, structured))
		return read_cloudevent(event, request);
	if (find_attributes(request, values))
		return read_binary(event, request, values);
	for (size_t i = 0; i < COUNT(senders); i++)
		if (read_sender(event, request, &senders[i]))
			return NULL;
	return is_type(type, json) ? read_body(event, request, false) : NULL;
}
