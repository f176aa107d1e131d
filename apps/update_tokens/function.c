/* SPDX-License-Identifier: MIT */
#include "function.h"

#include <strings.h>

#include "answer.h"
#include "clock.h"
#include "event.h"
#include "log.h"
#include "members.h"
#include "refresh.h"

/* The last claim of a run is made early enough for its request, for storing what
 * comes back, and for the answer to reach whoever waits. */
#define STORE_MS 10000
#define MARGIN_MS 20000
#define MARGIN_SHARE 9

/* How long a call waits for one of the others to end. */
#define TURN_MS 20000

/* What was put off is due again after about so long. */
#define RETRY_AFTER "30"

static void
answer(struct response *response, int status)
{
	response->status = status;
	response_type(response, "application/json");
	response_header(response, "Cache-Control", "no-store");
	if (status == 503)
		response_header(response, "Retry-After", RETRY_AFTER);
}

/* What those are told whom the invoker turns away. */
static const struct {
	int         status;
	const char *body;
} refusals[] = {
	{ 401, "{\"error\":\"an ID token of Google is needed\"}\n" },
	{ 403, "{\"error\":\"this account may not call\"}\n" },
	{ 503, "{\"error\":\"the caller cannot be verified now\"}\n" },
};

/* True when the request may pass; else it is answered. */
static bool
admit(struct function *function, const struct request *request,
    struct response *response)
{
	int status = invoker_judge(function->invoker, request);

	if (status == 200)
		return true;
	answer(response, status);
	if (status == 401)
		response_header(response, "WWW-Authenticate",
		    "Bearer realm=\"update_tokens\"");
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (refusals[i].status == status)
			buf_add_text(&response->body, refusals[i].body);
	return false;
}

/* How long after its call a run may claim. */
static int64_t
claim_ms(const struct settings *settings)
{
	int64_t deadline_ms = settings->run_deadline_s * 1000;
	int64_t margin_ms = deadline_ms / MARGIN_SHARE;

	if (margin_ms > MARGIN_MS)
		margin_ms = MARGIN_MS;
	return deadline_ms - margin_ms - ENGINE_TIMEOUT_MS - STORE_MS;
}

static bool
is_encoded(const struct request *request)
{
	const char *encoding = request_header(request, "Content-Encoding");

	return encoding != NULL && strcasecmp(encoding, "identity") != 0;
}

/* What the call told of itself, and no more. */
static void
log_call(const struct event *event, const struct request *request)
{
	const struct log_field told[] = {
		LOG_TEXT_FIELD("event_id", event->id),
		LOG_TEXT_FIELD("event_type", event->type),
		LOG_TEXT_FIELD("event_source", event->source),
		LOG_TEXT_FIELD("subscription", event->subscription),
	};
	struct log_field fields[COUNT(told) + 4] = {
		LOG_TEXT_FIELD("request_id", request_id(request)),
		LOG_TEXT_FIELD("trigger", event_name(event->kind)),
	};
	size_t n = 2;

	for (size_t i = 0; i < COUNT(told); i++)
		if (told[i].text[0] != '\0')
			fields[n++] = told[i];
	if (event->attempt >= 0)
		fields[n++] = LOG_INT_FIELD("attempt", event->attempt);
	log_line(LOG_INFO, "a run is asked for", fields);
}

/* True when the call may start a run, which is logged; else it is answered. */
static bool
accept_event(const struct request *request, struct response *response)
{
	struct event event;
	const char  *fault;

	if (is_encoded(request)) {
		answer(response, 415);
		buf_add_text(&response->body,
		    "{\"error\":\"the body is compressed\"}\n");
		return false;
	}
	if ((fault = event_read(&event, request)) != NULL) {
		log_line(LOG_WARNING, "call refused",
		    LOG_FIELDS(LOG_TEXT_FIELD("reason", fault),
			LOG_TEXT_FIELD("request_id", request_id(request))));
		answer(response, 400);
		buf_addf(&response->body, "{\"error\":\"%s\"}\n", fault);
		return false;
	}
	log_call(&event, request);
	return true;
}

/* Does a run and answers with its report. */
static void
refresh(void *app, const struct request *request, struct response *response)
{
	struct function       *function = app;
	struct refresh_options options = { .stop = function->stop };
	struct refresh_report  report;
	struct backend        *backend;

	log_trace(function->settings->google_cloud_project,
	    request_header(request, "X-Cloud-Trace-Context"),
	    request_header(request, "traceparent"));
	options.deadline_ms = clock_steady_ms() + claim_ms(function->settings);
	if (!admit(function, request, response) ||
	    !accept_event(request, response))
		return;
	if ((backend = pool_take(function->pool, TURN_MS)) == NULL) {
		answer(response, 503);
		buf_add_text(&response->body,
		    "{\"error\":\"other runs are still going on\"}\n");
		return;
	}
	refresh_run(backend, &options, &report);
	pool_give(function->pool, backend);
	answer(response, answer_status(&report));
	report_json(&report, &response->body);
	buf_add_text(&response->body, "\n");
}

static void
alive(void *app, const struct request *request, struct response *response)
{
	(void)app, (void)request;
	answer(response, 200);
	buf_add_text(&response->body, "{\"status\":\"alive\"}\n");
}

static const struct route routes[] = {
	{ "POST", "/", refresh },
	{ "POST", "/update-strava-tokens", refresh },
	{ "GET", "/health", alive },
};

static void
log_answer(void *app, const struct request *request, int status, size_t bytes,
    int64_t ms)
{
	(void)app;
	log_request(&(struct log_request){ .method = request_method(request),
	    .path = request_path(request),
	    .user_agent = request_header(request, "User-Agent"),
	    .peer = request_peer(request),
	    .id = request_id(request),
	    .status = status,
	    .bytes = (int64_t)bytes,
	    .ms = ms });
	log_trace(NULL, NULL, NULL);
}

struct server *
function_start(struct function *function, char *message, size_t message_size)
{
	/* Where nobody checks the caller, only this machine may call. */
	bool only_here = function->settings->invoker_auth == INVOKER_OFF;
	const struct server_config config = {
		.address = only_here ? "127.0.0.1" : "0.0.0.0",
		.port = (int)function->settings->port,
		.routes = routes,
		.route_count = COUNT(routes),
		.app = function,
		.log = log_answer,
	};

	return server_start(&config, message, message_size);
}
