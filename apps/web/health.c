/* SPDX-License-Identifier: MIT */
#include "log.h"
#include "routes.h"
#include "schema.h"
#include "visit.h"

static void
answer(struct response *response, int status, const char *word)
{
	response->status = status;
	response_type(response, "application/json");
	buf_addf(&response->body, "{\"status\":\"%s\"}\n", word);
}

/* This process runs; says nothing about anything else. */
void
health_alive(
    void *app, const struct request *request, struct response *response)
{
	(void)app, (void)request;
	answer(response, 200, "alive");
}

/* Visitors can be served: there is a backend, and its database answers. */
void
health_ready(
    void *app, const struct request *request, struct response *response)
{
	const struct web *web = app;
	struct backend   *backend = pool_take(web->pool, 0);
	char              message[512] = "every worker has a visitor";
	bool              ready;

	ready = backend != NULL &&
		ready_ask(
		    web->ready, web->pool, backend, message, sizeof(message)) &&
		schema_check(backend->pg, message, sizeof(message));
	pool_give(web->pool, backend);
	if (ready) {
		answer(response, 200, "ready");
		return;
	}
	log_line(LOG_WARNING, "not ready",
	    LOG_FIELDS(LOG_TEXT_FIELD("request_id", request_id(request)),
		LOG_TEXT_FIELD("detail", message)));
	response_header(response, "Retry-After", "5");
	answer(response, 503, "not ready");
}
