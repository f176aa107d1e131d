/* SPDX-License-Identifier: MIT */

/* Tokens: exchange, refresh, revoke, deauthorize. */

#include <string.h>

#include "athlete_json.h"
#include "handlers.h"
#include "members.h"

/* Secrets in a query end up in the logs of every proxy. */
static bool
query_is_clean(const struct call *call)
{
	static const char *const never[] = { "client_secret", "code",
		"refresh_token", "access_token", "token" };
	size_t                   i;

	for (i = 0; i < COUNT(never); i++)
		if (request_query(call->request, never[i]) != NULL)
			return false;
	return true;
}

static bool
check_application(struct call *call)
{
	const struct options *options = &call->world->options;
	const char           *id = request_form(call->request, "client_id");
	const char *secret = request_form(call->request, "client_secret");

	if (id == NULL || strcmp(id, options->client_id) != 0) {
		call_refuse(call, "Application", "client_id", "invalid");
		return false;
	}
	if (secret == NULL) {
		call_refuse(call, "Application", "client_secret", "missing");
		return false;
	}
	if (strcmp(secret, options->client_secret) != 0) {
		call_fault(call, 401, "Authorization Error", "Application", "",
		    "invalid");
		return false;
	}
	return true;
}

static void
answer_grant(struct call *call, const struct grant *grant, bool exchange)
{
	struct world *world = call->world;
	int64_t       left = grant->expires_at - call->now;
	char          scope[SCOPE_SIZE];
	struct emit  *e = call_json(call, 200);

	scope_format(grant->scope, scope);
	emit_object(e, NULL);
	emit_text(e, "token_type", "Bearer");
	emit_text(e, "access_token", grant->access);
	emit_int(e, "expires_at", grant->expires_at);
	emit_int(e, "expires_in", left);
	emit_text(e, "refresh_token", grant->refresh);
	emit_text(e, "scope", scope);
	if (exchange) {
		person_make(world->options.seed, grant->athlete, &call->person);
		athlete_emit(e, "athlete", &call->person);
	}
	emit_end(e);
}

static void
exchange(struct call *call)
{
	struct world *world = call->world;
	const char   *code = request_form(call->request, "code");
	struct grant  grant;

	if (code == NULL)
		call_refuse(call, "AuthorizationCode", "code", "missing");
	else if ((world->oddities.late_codes != 0 &&
		     grants_try_code(&world->grants, code)) ||
		 !grants_exchange(&world->grants, code, call->now, &grant))
		call_refuse(call, "AuthorizationCode", "code", "invalid");
	else
		answer_grant(call, &grant, true);
}

static void
refresh(struct call *call)
{
	struct world *world = call->world;
	const char   *token = request_form(call->request, "refresh_token");
	struct grant  grant;

	if (token == NULL)
		call_refuse(call, "RefreshToken", "refresh_token", "missing");
	else if (!grants_refresh(&world->grants, token, call->now, &grant))
		call_refuse(call, "RefreshToken", "refresh_token", "invalid");
	else
		answer_grant(call, &grant, false);
}

void
oauth_token(struct call *call)
{
	const char *type = request_form(call->request, "grant_type");

	if (!query_is_clean(call))
		call_refuse(call, "Application", "query", "holds a secret");
	else if (!check_application(call))
		return;
	else if (type == NULL)
		call_refuse(call, "Application", "grant_type", "missing");
	else if (strcmp(type, "authorization_code") == 0)
		exchange(call);
	else if (strcmp(type, "refresh_token") == 0)
		refresh(call);
	else
		call_refuse(call, "Application", "grant_type", "invalid");
}

void
oauth_revoke(struct call *call)
{
	struct world         *world = call->world;
	const struct options *options = &world->options;
	const char           *token = request_form(call->request, "token");
	size_t                number;

	if (!call_basic(call, options->client_id, options->client_secret)) {
		call_fault(call, 401, "Authorization Error", "Application", "",
		    "invalid");
		return;
	}
	if (!query_is_clean(call) || token == NULL) {
		call_refuse(call, "Application", "token", "missing");
		return;
	}
	/* An unknown token is no error: it is as dead as was wished. */
	if (grants_find(&world->grants, token, call->now, &number) &&
	    grants_revoke(&world->grants, number))
		webhook_revoked(world->webhook, person_id(number), call->now);
}

void
oauth_deauthorize(struct call *call)
{
	struct world *world = call->world;
	const char   *token = call_bearer(call);
	struct emit  *e = call_json(call, 200);

	if (token == NULL)
		token = request_form(call->request, "access_token");
	emit_object(e, NULL);
	emit_text(e, "access_token", token);
	emit_end(e);
	world_lock(world);
	if (grants_revoke(&world->grants, call->person.number))
		webhook_revoked(world->webhook, call->person.id, call->now);
	world_unlock(world);
}
