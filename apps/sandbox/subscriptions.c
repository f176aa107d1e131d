/* SPDX-License-Identifier: MIT */

/* Push subscriptions: made, shown and ended by the application itself. */

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "handlers.h"

/* A value of the form or, as Strava documents for GET and DELETE, the query. */
static const char *
given(const struct call *call, const char *name)
{
	const char *value = request_form(call->request, name);

	return value != NULL ? value : request_query(call->request, name);
}

static bool
check_application(struct call *call)
{
	const struct options *options = &call->world->options;
	const char           *id = given(call, "client_id");
	const char           *secret = given(call, "client_secret");

	if (id != NULL && secret != NULL &&
	    strcmp(id, options->client_id) == 0 &&
	    strcmp(secret, options->client_secret) == 0)
		return true;
	call_fault(
	    call, 401, "Authorization Error", "Application", "", "invalid");
	return false;
}

static void
emit_subscription(
    struct emit *e, const struct call *call, const struct subscription *s)
{
	char made[CLOCK_TEXT_SIZE];

	clock_format(s->created_at, made);
	emit_object(e, NULL);
	emit_int(e, "id", s->id);
	emit_int(e, "resource_state", 2);
	emit_int(e, "application_id",
	    strtoll(call->world->options.client_id, NULL, 10));
	emit_text(e, "callback_url", s->url);
	emit_text(e, "created_at", made);
	emit_text(e, "updated_at", made);
	emit_end(e);
}

static void
refuse(struct call *call, const char *field, const char *code)
{
	call_fault(call, 400, "Bad Request", "PushSubscription", field, code);
}

void
subscription_create(struct call *call)
{
	struct webhook     *webhook = call->world->webhook;
	const char         *url = request_form(call->request, "callback_url");
	const char         *token = request_form(call->request, "verify_token");
	struct subscription current;

	if (!check_application(call))
		return;
	if (url == NULL || token == NULL) {
		refuse(call, url == NULL ? "callback_url" : "verify_token",
		    "missing");
		return;
	}
	switch (webhook_subscribe(webhook, url, token, call->now)) {
	case WEBHOOK_EXISTS: refuse(call, "", "already exists"); return;
	case WEBHOOK_BAD_URL: refuse(call, "callback url", "invalid"); return;
	case WEBHOOK_NOT_VALID:
		refuse(call, "callback url",
		    "GET to callback URL does not return 200");
		return;
	case WEBHOOK_OK: break;
	}
	webhook_current(webhook, &current);
	emit_subscription(call_json(call, 201), call, &current);
}

void
subscription_list(struct call *call)
{
	struct subscription current;
	struct emit        *e;

	if (!check_application(call))
		return;
	webhook_current(call->world->webhook, &current);
	e = call_json(call, 200);
	emit_array(e, NULL);
	if (current.id != 0)
		emit_subscription(e, call, &current);
	emit_end(e);
}

void
subscription_delete(struct call *call)
{
	char   *end;
	int64_t id = strtoll(call->part, &end, 10);

	if (!check_application(call))
		return;
	if (*end != '\0' || !webhook_unsubscribe(call->world->webhook, id))
		call_not_found(call, "PushSubscription");
	else
		call->response->status = 204;
}
