/* SPDX-License-Identifier: MIT */
#include "function.h"

#include "clock.h"
#include "log.h"
#include "members.h"
#include "refresh.h"

/*
 * Cloud Scheduler waits three minutes for an answer.  The last claim of a run
 * is made early enough for its request and for storing what comes back.
 */
#define ANSWER_MS 160000
#define CLAIM_MS (ANSWER_MS - ENGINE_TIMEOUT_MS - 10000)

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

/* 200: all that was due is settled.  503: call again, something is left. */
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
	options.deadline_ms = clock_steady_ms() + CLAIM_MS;
	if ((backend = pool_take(function->pool, TURN_MS)) == NULL) {
		answer(response, 503);
		buf_add_text(&response->body,
		    "{\"error\":\"other runs are still going on\"}\n");
		return;
	}
	refresh_run(backend, &options, &report);
	pool_give(function->pool, backend);
	answer(response, report.complete ? 200 : 503);
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
log_request(void *app, const struct request *request, int status, size_t bytes,
    int64_t ms)
{
	(void)app;
	log_line(LOG_INFO, "request",
	    LOG_FIELDS(LOG_TEXT_FIELD("method", request_method(request)),
		LOG_TEXT_FIELD("path", request_path(request)),
		LOG_INT_FIELD("status", status),
		LOG_INT_FIELD("bytes", (int64_t)bytes), LOG_INT_FIELD("ms", ms),
		LOG_TEXT_FIELD("request_id", request_id(request))));
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
		.log = log_request,
	};

	return server_start(&config, message, message_size);
}
