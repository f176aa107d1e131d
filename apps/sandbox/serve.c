/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "endpoints.h"
#include "members.h"
#include "outage.h"

/* The state of a hundred thousand athletes fits. */
#define BODY_MAX ((size_t)64 * 1024 * 1024)

/* What the athlete has said since the sandbox began.  Wants the mutex. */
static void
take_weight(struct call *call)
{
	const struct journal *journal =
	    journals_find(&call->world->journals, call->person.number);

	if (journal != NULL && journal->weight_kg > 0)
		call->person.weight_kg = journal->weight_kg;
}

/* Whose token the call carries.  A query is no place for one. */
static bool
identify(struct call *call)
{
	struct world *world = call->world;
	const char   *token = call_bearer(call);
	struct grant  grant;
	bool          known;

	if (token == NULL)
		token = request_form(call->request, "access_token");
	if (token == NULL)
		return false;
	world_lock(world);
	call->oddities = world->oddities;
	known = grants_find_access(&world->grants, token, call->now, &grant);
	if (known) {
		call->scope = grant.scope;
		person_make(world->options.seed, grant.athlete, &call->person);
		take_weight(call);
	}
	world_unlock(world);
	return known;
}

static void
refuse_scope(struct call *call, unsigned wanted)
{
	char   field[64];
	size_t i = 0;

	while ((wanted & 1U << i) == 0)
		i++;
	snprintf(field, sizeof(field), "%s_permission", scope_name(i));
	call_fault(
	    call, 401, "Authorization Error", "AccessToken", field, "missing");
}

static void
serve_api(struct call *call, const struct endpoint *endpoint)
{
	struct world     *world = call->world;
	bool              is_read = (endpoint->flags & ENDPOINT_UNREAD) == 0;
	enum rate_verdict verdict;
	struct rate       rate;

	if (!identify(call)) {
		call_fault(call, 401, "Authorization Error", "Athlete",
		    "access_token", "invalid");
		return;
	}
	world_lock(world);
	/* Not call->now: a window that another call turned must not turn back. */
	verdict = rate_take(&world->rate, is_read, world_now(world));
	rate = world->rate;
	world_unlock(world);
	if (verdict != RATE_FREE)
		call_fault(call, 429, "Rate Limit Exceeded", "Application",
		    verdict == RATE_SPENT ? "rate limit" : "overall rate limit",
		    "exceeded");
	else if (endpoint->scope != 0 && (endpoint->scope & call->scope) == 0)
		refuse_scope(call, endpoint->scope);
	else
		endpoint->handle(call);
	if (call->response->status != 401 && call->response->status != 404 &&
	    (endpoint->flags & ENDPOINT_QUIET) == 0)
		call_rate_headers(call, &rate, is_read);
}

static void
serve(struct call *call, const struct endpoint *endpoint)
{
	struct world *world = call->world;

	if (endpoint == NULL) {
		if (call_is_strava(call))
			call_not_found(call, "Resource");
		else
			call_google_lost(call);
		return;
	}
	world_lock(world);
	call->now = world_now(world);
	if (endpoint->guard == GUARD_MUTEX)
		endpoint->handle(call);
	world_unlock(world);
	if (endpoint->guard == GUARD_API)
		serve_api(call, endpoint);
	else if (endpoint->guard == GUARD_NONE)
		endpoint->handle(call);
}

/* Serves, or does what the fault says. */
static void
suffer(struct call *call, const struct endpoint *endpoint,
    const struct fault *fault)
{
	switch (fault->action) {
	case FAULT_STATUS: outage_answer(call, (int)fault->value); return;
	case FAULT_EMPTY: outage_empty(call, (int)fault->value); return;
	case FAULT_NULL_ERRORS:
		outage_odd_fault(call, (int)fault->value, NULL);
		return;
	case FAULT_TEXT_ERRORS:
		outage_odd_fault(
		    call, (int)fault->value, "something went wrong");
		return;
	case FAULT_RATE_LIMIT: outage_rate_limit(call); return;
	case FAULT_DROP_BEFORE: call->response->wire = WIRE_DROP; return;
	case FAULT_DELAY:
		clock_sleep_ms(fault->value, &call->world->stop);
		break;
	case FAULT_NONE:
	case FAULT_DROP_AFTER:
	case FAULT_TRUNCATE:
	case FAULT_GARBAGE: break;
	}
	serve(call, endpoint);
	if (fault->action == FAULT_DROP_AFTER)
		call->response->wire = WIRE_DROP;
	else if (fault->action == FAULT_TRUNCATE)
		call->response->wire = WIRE_TRUNCATE;
	else if (fault->action == FAULT_GARBAGE)
		outage_garbage(call);
}

/*
 * Counts a refresh for as long as it takes, delays included, and notices when
 * two of one athlete overlap.  Returns whose it is; false when it is none.
 * Wants the mutex.
 */
static bool
refresh_begins(struct call *call, size_t *number)
{
	const char     *refresh = request_form(call->request, "refresh_token");
	struct grants  *grants = &call->world->grants;
	struct athlete *athlete;

	if (refresh == NULL || !call_is_strava(call) ||
	    !grants_owner(grants, refresh, number))
		return false;
	athlete = &grants->athletes[*number];
	athlete->token_posts++;
	if (athlete->in_flight++ > 0)
		athlete->overlaps++;
	return true;
}

static void
enter(void *app, const struct request *request, struct response *response)
{
	struct world *world = app;
	struct call   call = {
		  .world = world, .request = request, .response = response
	};
	const struct endpoint *endpoint = endpoint_find(&call);
	const char            *path = request_path(request);
	struct fault           fault = { .action = FAULT_NONE };
	size_t                 number;
	bool                   refresh;

	response->body.max = BODY_MAX;
	world_lock(world);
	requests_note(&world->requests, request_method(request), path);
	if (endpoint != NULL)
		endpoint_count(world, endpoint);
	if (strncmp(path, "/_control/", 10) != 0)
		fault = faults_take(&world->faults, path);
	refresh = refresh_begins(&call, &number);
	world_unlock(world);

	suffer(&call, endpoint, &fault);

	if (refresh) {
		world_lock(world);
		world->grants.athletes[number].in_flight--;
		world_unlock(world);
	}
}

const struct route serve_routes[] = {
	{ "GET", "/", enter },
	{ "GET", "/{*}", enter },
	{ "POST", "/{*}", enter },
	{ "PUT", "/{*}", enter },
	{ "PATCH", "/{*}", enter },
	{ "DELETE", "/{*}", enter },
};
const size_t serve_route_count = COUNT(serve_routes);

void
serve_finish(
    void *app, const struct request *request, struct response *response)
{
	struct world *world = app;
	char          text[48];
	struct tm     tm;
	time_t        now;

	(void)request;
	world_lock(world);
	now = (time_t)world_now(world);
	world_unlock(world);
	if (gmtime_r(&now, &tm) != NULL &&
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		response_header(response, "Date", text);
}
