/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "members.h"

struct emit *
call_json(struct call *call, int status)
{
	call->response->status = status;
	response_type(call->response, "application/json; charset=utf-8");
	buf_clear(&call->response->body);
	emit_start(&call->out, &call->response->body);
	return &call->out;
}

/* What follows "Scheme " in the Authorization header. */
static const char *
credentials(const struct call *call, const char *scheme)
{
	const char *value = request_header(call->request, "Authorization");
	size_t      n = strlen(scheme);

	if (value == NULL || strncasecmp(value, scheme, n) != 0 ||
	    value[n] != ' ')
		return NULL;
	return value + n + 1;
}

const char *
call_bearer(const struct call *call)
{
	return credentials(call, "Bearer");
}

bool
call_basic(const struct call *call, const char *user, const char *password)
{
	const char *given = credentials(call, "Basic");
	struct buf  wanted, encoded;
	bool        same;

	if (given == NULL)
		return false;
	buf_init(&wanted, 1024);
	buf_init(&encoded, 2048);
	same =
	    buf_addf(&wanted, "%s:%s", user, password) &&
	    base64_encode(&encoded, wanted.data, wanted.len, BASE64_STANDARD) &&
	    strcmp(given, encoded.data) == 0;
	buf_free(&wanted);
	buf_free(&encoded);
	return same;
}

void
call_fault(struct call *call, int status, const char *message,
    const char *resource, const char *field, const char *code)
{
	struct emit *e = call_json(call, status);

	emit_object(e, NULL);
	emit_text(e, "message", message);
	emit_array(e, "errors");
	emit_object(e, NULL);
	emit_text(e, "resource", resource);
	emit_text(e, "field", field);
	emit_text(e, "code", code);
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

void
call_rate_headers(struct call *call, const struct rate *rate, bool is_read)
{
	char text[48];

	snprintf(text, sizeof(text), "%" PRId64 ",%" PRId64,
	    rate->limit[RATE_SHORT], rate->limit[RATE_DAILY]);
	response_header(call->response, "X-RateLimit-Limit", text);
	snprintf(text, sizeof(text), "%" PRId64 ",%" PRId64,
	    rate->used[RATE_SHORT], rate->used[RATE_DAILY]);
	response_header(call->response, "X-RateLimit-Usage", text);
	snprintf(text, sizeof(text), "%" PRId64 ",%" PRId64,
	    rate->limit[RATE_READ_SHORT], rate->limit[RATE_READ_DAILY]);
	response_header(call->response, "X-ReadRateLimit-Limit", text);
	snprintf(text, sizeof(text), "%" PRId64 ",%" PRId64,
	    rate->used[RATE_READ_SHORT], rate->used[RATE_READ_DAILY]);
	if (!is_read || rate->used[RATE_DAILY] % 10 == 7)
		snprintf(text, sizeof(text), ",");
	response_header(call->response, "X-ReadRateLimit-Usage", text);
}

void
call_not_found(struct call *call, const char *resource)
{
	call_fault(call, 404, "Record Not Found", resource, "id", "invalid");
}

void
call_refuse(struct call *call, const char *resource, const char *field,
    const char *code)
{
	call_fault(call, 400, "Bad Request", resource, field, code);
}

void
call_full(struct call *call)
{
	call_fault(call, 507, "Insufficient Storage", "Sandbox", "memory",
	    "exhausted");
}

static void
emit_error_info(struct emit *e, const struct google_fault *fault)
{
	const char *const *m;

	emit_array(e, "details");
	emit_object(e, NULL);
	emit_text(e, "@type", "type.googleapis.com/google.rpc.ErrorInfo");
	emit_text(e, "reason", fault->reason);
	emit_text(e, "domain", fault->domain);
	emit_object(e, "metadata");
	for (m = fault->metadata; m != NULL && *m != NULL; m += 2)
		emit_text(e, m[0], m[1]);
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

static void
emit_bad_request(struct emit *e, const struct google_fault *fault)
{
	emit_array(e, "details");
	emit_object(e, NULL);
	emit_text(e, "@type", "type.googleapis.com/google.rpc.BadRequest");
	emit_array(e, "fieldViolations");
	emit_object(e, NULL);
	if (fault->field[0] != '\0')
		emit_text(e, "field", fault->field);
	emit_text(e, "description", fault->message);
	emit_end(e);
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

void
call_google_fault(struct call *call, const struct google_fault *fault)
{
	struct emit *e = call_json(call, fault->http_status);

	emit_object(e, NULL);
	emit_object(e, "error");
	emit_int(e, "code", fault->http_status);
	emit_text(e, "message", fault->message);
	emit_text(e, "status", fault->status);
	if (fault->reason != NULL)
		emit_error_info(e, fault);
	else if (fault->field != NULL)
		emit_bad_request(e, fault);
	emit_end(e);
	emit_end(e);
}

void
call_google_lost(struct call *call)
{
	call->response->status = 404;
	response_type(call->response, "text/html; charset=UTF-8");
	buf_clear(&call->response->body);
	buf_add_text(&call->response->body,
	    "<!DOCTYPE html>\n<html lang=en>\n"
	    "<title>Error 404 (Not Found)!!1</title>\n"
	    "<p><b>404.</b> <ins>That\xe2\x80\x99s an error.</ins>\n"
	    "<p>The requested URL was not found on this server.\n");
}

void
call_url(const struct call *call, const char *path, char url[CALL_URL_SIZE])
{
	const char *host = request_header(call->request, "Host");

	snprintf(url, CALL_URL_SIZE, "%s://%.255s%s",
	    call->world->options.tls_cert != NULL ? "https" : "http",
	    host != NULL ? host : "127.0.0.1", path);
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char       *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) % 16 : -1;
}

bool
call_unescape(const char *text, struct buf *out)
{
	char byte;

	for (; *text != '\0'; text++) {
		byte = *text;
		if (byte == '%') {
			if (digit(text[1]) < 0 || digit(text[2]) < 0)
				return false;
			byte = (char)(digit(text[1]) * 16 + digit(text[2]));
			text += 2;
		}
		buf_add(out, &byte, 1);
	}
	return buf_ok(out);
}

bool
call_is_strava(const struct call *call)
{
	const char *path = request_path(call->request);

	return strncmp(path, "/api/", 5) == 0 ||
	       strncmp(path, "/oauth/", 7) == 0;
}

void
call_misused(struct call *call, const char *why)
{
	struct emit *e = call_json(call, 400);

	emit_object(e, NULL);
	emit_text(e, "error", why);
	emit_end(e);
}

struct json_object *
call_body(struct call *call)
{
	size_t              len;
	const char         *text = request_body(call->request, &len);
	struct json_object *body = members_parse(text, len);

	if (body == NULL)
		call_misused(call, "the body is no JSON");
	return body;
}
