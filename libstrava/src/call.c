/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "internal.h"
#include "retry.h"

#define LINE_MAX_BYTES 4096
#define URL_MAX 16384
#define LOG_MAX 512

/* A request on its way out, and the memory of what it points to. */
struct outgoing {
	strava_http_request request;
	struct buf          url, bearer, agent, type;
	const char         *headers[4];
	size_t              header_count;
};

static bool
add_header(
    struct outgoing *o, struct buf *line, const char *name, const char *value)
{
	if (value == NULL)
		return true;
	if (!buf_addf(line, "%s%s", name, value))
		return false;
	o->headers[o->header_count++] = buf_text(line);
	return true;
}

/* False when out of memory; outgoing_free() is due in any case. */
static bool
outgoing_make(
    struct outgoing *o, const strava_client *client, const struct call *call)
{
	*o = (struct outgoing){ 0 };
	buf_init(&o->url, URL_MAX);
	buf_init(&o->bearer, LINE_MAX_BYTES);
	buf_init(&o->agent, LINE_MAX_BYTES);
	buf_init(&o->type, LINE_MAX_BYTES);
	if (!buf_addf(&o->url, "%s%s", call->base, call->path) ||
	    !add_header(o, &o->agent, "User-Agent: ", client->user_agent) ||
	    !add_header(o, &o->type, "Content-Type: ", call->content_type) ||
	    !add_header(o, &o->bearer, "Authorization: Bearer ",
		call->bearer ? client->access_token : NULL))
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
outgoing_free(struct outgoing *o)
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

/* Sends once and judges what came back. */
static strava_status
attempt(strava_client *client, const struct call *call,
    const strava_http_request *request, strava_http_response *response,
    strava_error *err)
{
	strava_status status;

	*err = (strava_error){ 0 };
	sv_response_clear(response);
	status = client->transport.send(
	    client->transport.ctx, request, response, err);
	err->message[sizeof(err->message) - 1] = '\0';
	if (status != STRAVA_OK)
		return no_answer(status, response, err);
	sv_rate_limit_read(client, response);
	if (response->http.status / 100 == 2)
		return STRAVA_OK;
	return sv_fault(client, call, response, err);
}

/* Where a URL's path begins and how long it is; its query is nobody's. */
static const char *
path_of(const char *url, int *len)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? host + 3 : url;

	path += strcspn(path, "/");
	*len = (int)strcspn(path, "?");
	return path;
}

/* Method and path, and what is to be said about them. */
static void
log_line(const strava_client *client, strava_log_level level,
    const strava_http_request *request, const char *what)
{
	char        line[LOG_MAX];
	const char *path;
	int         len;

	if (client->log == NULL || level > client->log_max)
		return;
	path = path_of(request->url, &len);
	snprintf(line, sizeof(line), "%s %.*s: %s", request->method, len, path,
	    what);
	client->log(client->log_ctx, level, line);
}

static strava_status
logged_attempt(strava_client *client, const struct call *call,
    const strava_http_request *request, strava_http_response *response,
    strava_error *err)
{
	int64_t       start_ms = clock_steady_ms();
	strava_status status;
	char          what[80];

	log_line(client, STRAVA_LOG_DEBUG, request, "sending");
	status = attempt(client, call, request, response, err);
	snprintf(what, sizeof(what), "%s, HTTP %d, %" PRId64 " ms",
	    strava_status_name(status), response->http.status,
	    clock_steady_ms() - start_ms);
	log_line(client,
	    status == STRAVA_OK ? STRAVA_LOG_INFO : STRAVA_LOG_ERROR, request,
	    what);
	return status;
}

static bool
worth_repeating(strava_status status)
{
	return status == STRAVA_ERR_NETWORK || status == STRAVA_ERR_SERVER;
}

/* Sends as often as it takes, the settings allow and the deadline leaves. */
static strava_status
send_until(strava_client *client, const struct call *call,
    strava_http_request *request, strava_http_response *response,
    strava_error *err)
{
	int64_t       now_ms = clock_steady_ms(), deadline_ms;
	struct retry  retry;
	strava_status status;
	int           in_doubt;

	deadline_ms = client->timeout_ms < INT64_MAX - now_ms
			  ? now_ms + client->timeout_ms
			  : INT64_MAX;
	retry_start(&retry, call->repeatable ? client->retries : 0, deadline_ms,
	    &client->canceled);
	do {
		request->timeout_ms = deadline_ms - clock_steady_ms();
		status = logged_attempt(client, call, request, response, err);
	} while (
	    worth_repeating(status) && retry_wait(&retry, err->retry_after_s));
	if (worth_repeating(status) && atomic_load(&client->canceled)) {
		in_doubt = err->in_doubt;
		status = sv_fail(err, STRAVA_ERR_CANCELED, "canceled");
		err->in_doubt = in_doubt;
	}
	return status;
}

strava_status
sv_call(strava_client *client, const struct call *call,
    strava_http_response *response, strava_error *err)
{
	struct outgoing o;
	strava_error    failure;
	strava_status   status;

	if (call->bearer && client->access_token == NULL)
		return sv_fail(err, STRAVA_ERR_UNAUTHORIZED,
		    "the client has no access token: see "
		    "strava_client_set_access_token()");
	if (atomic_load(&client->canceled))
		return sv_fail(err, STRAVA_ERR_CANCELED, "canceled");
	if (!outgoing_make(&o, client, call)) {
		status = sv_fail_memory(err);
	} else {
		status =
		    send_until(client, call, &o.request, response, &failure);
		if (status != STRAVA_OK && err != NULL)
			*err = failure;
	}
	outgoing_free(&o);
	return status;
}
