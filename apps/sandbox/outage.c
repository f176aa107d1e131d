/* SPDX-License-Identifier: MIT */
#include "outage.h"

#include <string.h>

#include "members.h"
#include "oauth_answer.h"

static const struct {
	int         status;
	const char *message, *resource, *field, *code;
} strava_faults[] = {
	{ 401, "Authorization Error", "Athlete", "access_token", "invalid" },
	{ 403, "Forbidden", "Application", "Status", "Inactive" },
	{ 404, "Record Not Found", "Resource", "id", "invalid" },
	{ 429, "Rate Limit Exceeded", "Application", "rate limit", "exceeded" },
};

static const struct google_fault google_faults[] = {
	{ 400, "INVALID_ARGUMENT", "Request contains an invalid argument.",
	    NULL, NULL, NULL, NULL },
	{ 401, "UNAUTHENTICATED",
	    "Request had invalid authentication credentials.",
	    "ACCESS_TOKEN_EXPIRED", "googleapis.com", NULL, NULL },
	{ 403, "PERMISSION_DENIED", "The caller does not have permission.",
	    NULL, NULL, NULL, NULL },
	{ 404, "NOT_FOUND", "Requested entity was not found.", NULL, NULL, NULL,
	    NULL },
	{ 409, "ABORTED", "The operation was aborted.", NULL, NULL, NULL,
	    NULL },
	{ 429, "RESOURCE_EXHAUSTED", "Quota exceeded.", "RATE_LIMIT_EXCEEDED",
	    "googleapis.com", NULL, NULL },
	{ 500, "INTERNAL", "Internal error encountered.", NULL, NULL, NULL,
	    NULL },
	{ 503, "UNAVAILABLE", "The service is currently unavailable.", NULL,
	    NULL, NULL, NULL },
	{ 504, "DEADLINE_EXCEEDED", "Deadline expired.", NULL, NULL, NULL,
	    NULL },
};

/* What Google's token endpoints say instead. */
static const struct {
	int         status;
	const char *error, *text;
} grant_faults[] = {
	{ 400, "invalid_grant", "Bad Request" },
	{ 401, "invalid_client", "Unauthorized" },
	{ 403, "access_denied", "Account restricted" },
	{ 429, "rate_limit_exceeded", "Rate limit exceeded" },
	{ 500, "internal_failure", "Internal error encountered." },
	{ 503, "temporarily_unavailable", "Try again later." },
};

static const char *const grant_paths[] = { "/token", "/v1/token",
	"/v1/oauthtoken" };

/* A page of a proxy on the way. */
static void
answer_page(struct call *call, int status)
{
	call->response->status = status;
	response_type(call->response, "text/html");
	buf_clear(&call->response->body);
	buf_addf(&call->response->body,
	    "<html>\n<head><title>%d</title></head>\n"
	    "<body><center><h1>%d</h1></center></body>\n</html>\n",
	    status, status);
	if (status >= 300 && status < 400)
		response_header(
		    call->response, "Location", "https://example.com/");
}

static void
answer_strava(struct call *call, int status)
{
	struct emit *e;
	size_t       i;

	for (i = 0; i < COUNT(strava_faults); i++)
		if (strava_faults[i].status == status) {
			call_fault(call, status, strava_faults[i].message,
			    strava_faults[i].resource, strava_faults[i].field,
			    strava_faults[i].code);
			return;
		}
	e = call_json(call, status);
	emit_object(e, NULL);
	emit_text(e, "message", status == 400 ? "Bad Request" : "Error");
	emit_array(e, "errors");
	emit_end(e);
	emit_end(e);
}

static bool
is_grant(const struct call *call)
{
	const char *path = request_path(call->request);
	size_t      i;

	for (i = 0; i < COUNT(grant_paths); i++)
		if (strcmp(grant_paths[i], path) == 0)
			return true;
	return false;
}

static void
answer_grant(struct call *call, int status)
{
	size_t i;

	for (i = 0; i < COUNT(grant_faults); i++)
		if (grant_faults[i].status == status) {
			oauth_refuse(call, status, grant_faults[i].error,
			    grant_faults[i].text);
			return;
		}
	answer_page(call, status);
}

static void
answer_google(struct call *call, int status)
{
	size_t i;

	if (is_grant(call)) {
		answer_grant(call, status);
		return;
	}
	for (i = 0; i < COUNT(google_faults); i++)
		if (google_faults[i].http_status == status) {
			call_google_fault(call, &google_faults[i]);
			return;
		}
	answer_page(call, status);
}

void
outage_answer(struct call *call, int status)
{
	bool strava = call_is_strava(call);

	if (status < 400 || (strava && status >= 500))
		answer_page(call, status);
	else if (strava)
		answer_strava(call, status);
	else
		answer_google(call, status);
}

void
outage_empty(struct call *call, int status)
{
	call->response->status = status;
	buf_clear(&call->response->body);
}

void
outage_odd_fault(struct call *call, int status, const char *errors)
{
	struct emit *e = call_json(call, status);

	emit_object(e, NULL);
	emit_text(e, "message", "Error");
	emit_text(e, "errors", errors);
	emit_end(e);
}

void
outage_rate_limit(struct call *call)
{
	struct world *world = call->world;
	struct rate   rate;

	outage_answer(call, 429);
	if (!call_is_strava(call))
		return;
	world_lock(world);
	rate_turn(&world->rate, world_now(world));
	rate = world->rate;
	world_unlock(world);
	rate.used[RATE_SHORT] = rate.limit[RATE_SHORT] + 1;
	rate.used[RATE_READ_SHORT] = rate.limit[RATE_READ_SHORT] + 1;
	call_rate_headers(call, &rate, true);
}

void
outage_garbage(struct call *call)
{
	static const char noise[] = "{\"access_token\": <<\x01\xff\xfe ]]] \0}";

	call->response->status = 200;
	buf_clear(&call->response->body);
	buf_add(&call->response->body, noise, sizeof(noise) - 1);
}
