/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "call.h"

/* Set aside for the headers of an answer about tokens. */
#define HEADERS_RESERVED 8192

void
sv_response_init(strava_http_response *response, size_t body_max)
{
	memset(response, 0, sizeof(*response));
	http_response_init(&response->http);
	response->body_max = body_max;
	sv_response_clear(response);
}

void
sv_response_clear(strava_http_response *response)
{
	buf_clear(&response->http.headers);
	buf_clear(&response->http.body);
	response->http.body.max = response->body_max;
	response->http.status = 0;
	response->http.sent = true; /* as long as nobody knows better */
	response->http.message[0] = '\0';
}

void
sv_response_free(strava_http_response *response)
{
	http_response_free(&response->http);
}

struct json_object *
sv_response_json(strava_http_response *response)
{
	struct buf         *body = &response->http.body;
	struct json_object *doc = members_parse(body->data, body->len);

	if (doc != NULL || errno == ENOMEM)
		return doc;
	sv_utf8_repair(body->data, body->len);
	return members_parse(body->data, body->len);
}

strava_status
sv_response_take_text(
    strava_http_response *response, char **text, size_t *len, strava_error *err)
{
	struct buf *body = &response->http.body;

	if (!buf_add_text(body, "")) {
		sv_fail_memory(err);
		if (err != NULL) {
			err->http_status = response->http.status;
			err->in_doubt = 1;
		}
		return STRAVA_ERR_NOMEM;
	}
	*text = body->data;
	*len = body->len;
	body->data = NULL;
	return STRAVA_OK;
}

bool
sv_response_reserve(strava_http_response *response)
{
	return buf_reserve(&response->http.headers, HEADERS_RESERVED) &&
	       buf_reserve(&response->http.body, response->body_max);
}

void
strava_http_response_status(strava_http_response *response, int http_status)
{
	if (response != NULL)
		response->http.status = http_status;
}

void
strava_http_response_sent(strava_http_response *response, int sent)
{
	if (response != NULL)
		response->http.sent = sent != 0;
}

strava_status
strava_http_response_header(
    strava_http_response *response, const char *name, const char *value)
{
	const struct buf *to;

	if (response == NULL || name == NULL || value == NULL)
		return STRAVA_ERR_ARGUMENT;
	if (http_response_add_header(&response->http, name, value))
		return STRAVA_OK;
	to = &response->http.headers;
	if (buf_ok(to) || strlen(name) + strlen(value) + 2 > to->max - to->len)
		return STRAVA_ERR_FORMAT;
	return STRAVA_ERR_NOMEM;
}

strava_status
strava_http_response_body(
    strava_http_response *response, const void *data, size_t len)
{
	struct buf *body;

	if (response == NULL || (data == NULL && len > 0))
		return STRAVA_ERR_ARGUMENT;
	body = &response->http.body;
	if (len > body->max - body->len)
		return STRAVA_ERR_FORMAT;
	return buf_add(body, data, len) ? STRAVA_OK : STRAVA_ERR_NOMEM;
}

static const strava_status statuses[] = {
	[HTTP_ANSWERED] = STRAVA_OK,
	[HTTP_ARGUMENT] = STRAVA_ERR_ARGUMENT,
	[HTTP_NOMEM] = STRAVA_ERR_NOMEM,
	[HTTP_CONNECT] = STRAVA_ERR_NETWORK,
	[HTTP_TLS] = STRAVA_ERR_TLS,
	[HTTP_TIMEOUT] = STRAVA_ERR_TIMEOUT,
	[HTTP_CANCELED] = STRAVA_ERR_CANCELED,
	[HTTP_BROKEN] = STRAVA_ERR_NETWORK,
	[HTTP_TOO_LARGE] = STRAVA_ERR_FORMAT,
};

bool
sv_wire_start(struct flight *f)
{
	const strava_http_request *request = &f->out.request;

	f->wire = (struct http_request){
		.method = request->method,
		.url = request->url,
		.headers = request->headers,
		.basic = request->basic,
		.body = request->body,
		.body_len = request->body_len,
		.timeout_ms = request->timeout_ms,
		.body_max = f->response->body_max,
		.at_most_once = request->at_most_once != 0,
		/* No answer to a GET holds a secret. */
		.compressed = strcmp(request->method, "GET") == 0,
	};
	f->exchange =
	    http_start(f->client->http, &f->wire, &f->response->http, f);
	return f->exchange != NULL;
}

strava_status
sv_wire_end(struct flight *f)
{
	strava_status status = statuses[http_end(f->exchange)];

	f->exchange = NULL;
	if (status != STRAVA_OK)
		sv_fail(&f->err, status, "%s", f->response->http.message);
	return status;
}
