/* SPDX-License-Identifier: MIT */

/*
 * A call takes off, is attempted as often as it takes, the settings allow and
 * the deadline leaves, and lands.  Any number may be in the air at a time;
 * sv_drive() moves all of a client's on.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "clock.h"

#define LINE_MAX_BYTES 4096
#define URL_MAX 16384

static bool
add_header(
    struct outgoing *o, struct buf *line, const char *name, const char *value)
{
	if (value == NULL)
		return true;
	if (!buf_add_text(line, name) || !buf_add_text(line, value))
		return false;
	o->headers[o->header_count++] = buf_text(line);
	return true;
}

/* False when out of memory; free_outgoing() is due in any case. */
static bool
make_outgoing(
    struct outgoing *o, const strava_client *client, const struct call *call)
{
	*o = (struct outgoing){ 0 };
	buf_init(&o->url, URL_MAX);
	buf_init(&o->bearer, LINE_MAX_BYTES);
	buf_init(&o->agent, LINE_MAX_BYTES);
	buf_init(&o->type, LINE_MAX_BYTES);
	if (!buf_add_text(&o->url, call->base) ||
	    !buf_add_text(&o->url, call->path) ||
	    !add_header(o, &o->agent, "User-Agent: ", client->user_agent) ||
	    !add_header(o, &o->type, "Content-Type: ", call->content_type) ||
	    !add_header(o, &o->bearer, "Authorization: Bearer ",
		call->bearer ? call->token : NULL))
		return false;
	o->request.method = call->method;
	o->request.url = buf_text(&o->url);
	o->request.headers = o->headers;
	o->request.basic = call->basic;
	o->request.body = call->body;
	o->request.body_len = call->body_len;
	o->request.at_most_once = !call->repeatable;
	return true;
}

static void
free_outgoing(struct outgoing *o)
{
	buf_free(&o->url);
	buf_free(&o->bearer);
	buf_free(&o->agent);
	buf_free(&o->type);
}

/* The failures that a transport may report; anything else is NETWORK. */
static strava_status
transport_status(strava_status status)
{
	switch (status) {
	case STRAVA_ERR_ARGUMENT:
	case STRAVA_ERR_NOMEM:
	case STRAVA_ERR_TLS:
	case STRAVA_ERR_TIMEOUT:
	case STRAVA_ERR_CANCELED:
	case STRAVA_ERR_FORMAT: return status;
	default: return STRAVA_ERR_NETWORK;
	}
}

/* No whole answer came; `err` holds what the transport said about it. */
static strava_status
no_answer(strava_status status, const strava_http_response *response,
    strava_error *err)
{
	char message[sizeof(err->message)];

	status = transport_status(status);
	snprintf(message, sizeof(message), "%s", err->message);
	sv_fail(err, status, "%s",
	    message[0] != '\0' ? message : strava_status_name(status));
	err->http_status = response->http.status;
	err->in_doubt = response->http.sent;
	return status;
}

/* Uploads and new activities are not counted as reading: Strava's page on rate
 * limits. */
enum budget
sv_budget_of(const char *method, const char *path)
{
	static const char *const uploads[] = { "/activities", "/uploads" };
	size_t                   len = strcspn(path, "?");

	for (size_t i = 0; i < COUNT(uploads); i++)
		if (strcmp(method, "POST") == 0 && strlen(uploads[i]) == len &&
		    memcmp(path, uploads[i], len) == 0)
			return BUDGET_UPLOAD;
	return BUDGET_READ;
}

/* Asks the limiter, if there is one; a refusal is in the flight's error. */
static strava_status
ask_limiter(struct flight *f)
{
	const strava_client *client = f->client;
	strava_status        status;

	if (client->limiter == NULL || f->call.budget == BUDGET_NONE)
		return STRAVA_OK;
	status = strava_limiter_ask(client->limiter,
	    f->call.budget == BUDGET_UPLOAD ? STRAVA_CALL_UPLOAD
					    : STRAVA_CALL_READ,
	    client->priority, &f->ticket, &f->err);
	f->ticketed = status == STRAVA_OK;
	return status;
}

static void
tell_limiter(
    struct flight *f, strava_status status, const strava_rate_limit *told)
{
	const struct http_response *http = &f->response->http;
	strava_call_end             end = STRAVA_CALL_ANSWERED;

	if (!f->ticketed)
		return;
	f->ticketed = false;
	if (status == STRAVA_ERR_RATE_LIMIT)
		end = STRAVA_CALL_LIMITED;
	else if (http->status == 0 && !http->sent)
		end = STRAVA_CALL_UNSENT;
	strava_limiter_done(f->client->limiter, &f->ticket, end, told);
}

/* What came of an attempt that the transport ended with `status`. */
static strava_status
judge(struct flight *f, strava_status status)
{
	strava_rate_limit told;

	f->err.message[sizeof(f->err.message) - 1] = '\0';
	sv_rate_limit_told(f->response, &told);
	if (status != STRAVA_OK) {
		status = no_answer(status, f->response, &f->err);
	} else {
		sv_rate_limit_keep(f->client, &told);
		if (f->response->http.status / 100 != 2)
			status =
			    sv_fault(f->client, &f->call, f->response, &f->err);
	}
	tell_limiter(f, status, &told);
	return status;
}

static bool
worth_repeating(strava_status status)
{
	return status == STRAVA_ERR_NETWORK || status == STRAVA_ERR_SERVER;
}

static void
land(struct flight *f, strava_status status)
{
	f->status = status;
	f->landed = true;
}

/* It has failed already; what may have been done before stays in doubt. */
static void
land_canceled(struct flight *f)
{
	int in_doubt = f->err.in_doubt;

	land(f, sv_fail(&f->err, STRAVA_ERR_CANCELED, "canceled"));
	f->err.in_doubt = in_doubt;
}

static void
end_attempt(struct flight *f, strava_status status)
{
	int64_t now_ms = clock_steady_ms(), wait_ms;

	status = judge(f, status);
	sv_log(f->client,
	    status == STRAVA_OK ? STRAVA_LOG_INFO : STRAVA_LOG_ERROR,
	    &f->out.request, "%s, HTTP %d, %" PRId64 " ms",
	    strava_status_name(status), f->response->http.status,
	    now_ms - f->began_ms);
	if (!worth_repeating(status) ||
	    !retry_next(&f->retry, f->err.retry_after_s, &wait_ms))
		land(f, status);
	else
		f->due_ms = now_ms + wait_ms;
}

static void
begin_attempt(struct flight *f)
{
	strava_client       *client = f->client;
	strava_http_request *request = &f->out.request;
	strava_status        status;

	f->began_ms = clock_steady_ms();
	request->timeout_ms = f->retry.deadline_ms - f->began_ms;
	f->err = (strava_error){ 0 };
	sv_response_clear(f->response);
	if ((status = ask_limiter(f)) != STRAVA_OK) {
		land(f, status);
		return;
	}
	sv_log(client, STRAVA_LOG_DEBUG, request, "sending");
	if (client->transport.send != NULL) {
		end_attempt(f, client->transport.send(client->transport.ctx,
				   request, f->response, &f->err));
	} else if (!sv_wire_start(f)) {
		f->response->http.sent = false;
		end_attempt(f, STRAVA_ERR_NOMEM);
	}
}

void
sv_take_off(struct flight *f, strava_client *client, const struct call *call,
    int64_t timeout_ms, strava_http_response *response)
{
	struct flight **at = &client->flights;

	*f = (struct flight){
		.client = client, .call = *call, .response = response
	};
	while (*at != NULL)
		at = &(*at)->next;
	*at = f;
	if (call->token == NULL)
		f->call.token = client->access_token;
	if (call->bearer && f->call.token == NULL)
		land(f, sv_fail(&f->err, STRAVA_ERR_UNAUTHORIZED,
			    "the client has no access token: see "
			    "strava_client_set_access_token()"));
	else if (atomic_load(&client->canceled))
		land_canceled(f);
	else if (!make_outgoing(&f->out, client, &f->call))
		land(f, sv_fail_memory(&f->err));
	else
		retry_start(&f->retry, call->repeatable ? client->retries : 0,
		    clock_deadline_ms(timeout_ms), &client->canceled);
}

void
sv_give_up(struct flight *f)
{
	if (f->exchange != NULL)
		end_attempt(f, sv_wire_end(f));
	if (!f->landed)
		land(f, sv_fail(&f->err, STRAVA_ERR_TIMEOUT,
			    "the call was given up"));
}

strava_status
sv_land(struct flight *f, strava_error *err)
{
	struct flight **at = &f->client->flights;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	free_outgoing(&f->out);
	if (f->status != STRAVA_OK && err != NULL)
		*err = f->err;
	return f->status;
}

/* Begins attempts that are due; false when the call waits for its next one. */
static bool
move_on(struct flight *f, int64_t now_ms)
{
	if (f->landed || f->exchange != NULL)
		return true;
	if (atomic_load(&f->client->canceled))
		land_canceled(f);
	else if (f->due_ms <= now_ms)
		begin_attempt(f);
	return f->landed || f->exchange != NULL;
}

void
sv_drive(strava_client *client, int64_t most_ms)
{
	struct http_exchange *exchange;
	int64_t               now_ms = clock_steady_ms();

	for (struct flight *f = client->flights; f != NULL; f = f->next) {
		if (f->landed)
			continue;
		if (!move_on(f, now_ms) && f->due_ms - now_ms < most_ms)
			most_ms = f->due_ms - now_ms;
		if (f->landed)
			most_ms = 0;
		if (f->landed && client->transport.send != NULL)
			break; /* that took its time */
	}
	exchange = http_wait(client->http, most_ms > 0 ? most_ms : 0);
	if (exchange != NULL) {
		struct flight *f = http_tag(exchange);

		end_attempt(f, sv_wire_end(f));
	}
}

strava_status
sv_call(strava_client *client, const struct call *call,
    strava_http_response *response, strava_error *err)
{
	struct flight f;

	sv_take_off(&f, client, call, client->timeout_ms, response);
	while (!f.landed)
		sv_drive(client, INT64_MAX);
	return sv_land(&f, err);
}
