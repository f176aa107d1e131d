/* SPDX-License-Identifier: MIT */
#include "callers.h"

#include <stdio.h>
#include <string.h>

#include "once.h"
#include "test.h"

#define RUN_MS 90000

void
callers_start(struct callers *callers, struct crew *crew)
{
	*callers = (struct callers){ .crew = crew };
	callers->http = http_new("storm", NULL);
	assert_non_null(callers->http);
	for (int i = 0; i < CALLS; i++)
		http_response_init(&callers->calls[i].response);
}

void
callers_end(struct callers *callers)
{
	callers_give_up(callers);
	for (int i = 0; i < CALLS; i++)
		http_response_free(&callers->calls[i].response);
	http_free(callers->http);
}

void
callers_call(struct callers *callers)
{
	for (int i = 0; i < CALLS; i++) {
		struct call *call = &callers->calls[i];
		struct hand *hand =
		    &callers->crew
			 ->hands[i % 2 == 0 ? LISTENER : OTHER_LISTENER];

		if (call->exchange != NULL || hand->condition != UP)
			continue;
		snprintf(call->url, sizeof(call->url), "http://127.0.0.1:%d/",
		    hand->port);
		call->request = (struct http_request){ .method = "POST",
			.url = call->url,
			.body = "",
			.timeout_ms = RUN_MS };
		call->exchange = http_start(
		    callers->http, &call->request, &call->response, call);
		assert_non_null(call->exchange);
	}
}

void
callers_take(struct callers *callers, int64_t timeout_ms)
{
	struct http_exchange *exchange;
	struct call          *call;
	const char           *text;

	while ((exchange = http_wait(callers->http, timeout_ms)) != NULL) {
		call = http_tag(exchange);
		call->exchange = NULL;
		if (http_end(exchange) != HTTP_ANSWERED)
			continue;
		text = buf_text(&call->response.body);
		assert_true(call->response.status == 200 ||
			    call->response.status == 503);
		if (strstr(text, "run_id") != NULL) {
			report_read(text);
			callers->reports++;
		}
		timeout_ms = 0;
	}
}

void
callers_give_up(struct callers *callers)
{
	for (int i = 0; i < CALLS; i++) {
		if (callers->calls[i].exchange != NULL)
			http_end(callers->calls[i].exchange);
		callers->calls[i].exchange = NULL;
	}
}
