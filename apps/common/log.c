/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "utf8.h"

#define LINE_MAX_BYTES 65536 /* Cloud Logging takes four times as much */
#define LINE_USUAL_BYTES 510
#define TEXT_MAX_BYTES 2000 /* of one field's text; the rest is cut off */

/* The names that Cloud Logging and its libraries give to these members. */
#define TRACE_KEY "logging.googleapis.com/trace"
#define SPAN_KEY "logging.googleapis.com/spanId"

static struct {
	const char     *program;
	enum log_format format;
	bool            debug;
} setup = { .program = "program" };

static _Thread_local struct {
	char trace[160]; /* "projects/P/traces/32 hex digits"; "" for none */
	char span[17];
	char run[33]; /* "" for none */
} here;

static const char *const severities[] = {
	[LOG_DEBUG] = "DEBUG",
	[LOG_INFO] = "INFO",
	[LOG_NOTICE] = "NOTICE",
	[LOG_WARNING] = "WARNING",
	[LOG_ERROR] = "ERROR",
	[LOG_CRITICAL] = "CRITICAL",
};

void
log_setup(const char *program, enum log_format format, bool debug)
{
	setup.program = program;
	setup.format = format;
	setup.debug = debug;
}

/* How many bytes at the beginning go into a line as they are. */
static size_t
plain(const char *text, size_t len, const char *special)
{
	size_t n = 0;

	while (n < len && text[n] >= ' ' && text[n] < 0x7f &&
	       strchr(special, text[n]) == NULL)
		n++;
	return n;
}

/* Adds text so that it stays on its line and is UTF-8, with a backslash before
 * whatever is `special`.  JSON reads it between its quotes. */
static void
add_safe(struct buf *line, const char *text, const char *special)
{
	size_t left = strnlen(text, TEXT_MAX_BYTES), n;

	for (; left > 0; text += n, left -= n) {
		if ((n = plain(text, left, special)) > 0) {
			buf_add(line, text, n);
		} else if ((n = utf8_sequence(text, left)) == 0) {
			n = 1;
			buf_add_text(line, "\xef\xbf\xbd");
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			buf_addf(line, "\\u%04x", (unsigned)*text);
		} else {
			buf_add_text(
			    line, strchr(special, *text) != NULL ? "\\" : "");
			buf_add(line, text, n);
		}
	}
}

static void
add_member(struct buf *line, const char *name, const char *text)
{
	buf_add_text(line, line->len > 1 ? ",\"" : "\"");
	buf_add_text(line, name);
	buf_add_text(line, "\":\"");
	add_safe(line, text, "\"\\");
	buf_add_text(line, "\"");
}

static void
add_request(struct buf *line, const struct log_request *request)
{
	buf_addf(line, ",\"httpRequest\":{\"status\":%d", request->status);
	add_member(line, "requestMethod", request->method);
	add_member(line, "requestUrl", request->path);
	add_member(line, "remoteIp", request->peer);
	if (request->user_agent != NULL)
		add_member(line, "userAgent", request->user_agent);
	buf_addf(line,
	    ",\"responseSize\":\"%lld\",\"latency\":\"%lld.%03llds\"}",
	    (long long)request->bytes, (long long)(request->ms / 1000),
	    (long long)(request->ms % 1000));
}

static void
make_json(struct buf *line, enum log_severity severity, const char *message,
    const struct log_field *fields, const struct log_request *request)
{
	char time_text[CLOCK_TEXT_SIZE];

	clock_format(clock_utc_s(NULL), time_text);
	buf_add_text(line, "{");
	add_member(line, "severity", severities[severity]);
	add_member(line, "time", time_text);
	add_member(line, "message", message);
	add_member(line, "program", setup.program);
	if (here.trace[0] != '\0')
		add_member(line, TRACE_KEY, here.trace);
	if (here.span[0] != '\0')
		add_member(line, SPAN_KEY, here.span);
	if (here.run[0] != '\0')
		add_member(line, "run_id", here.run);
	if (request != NULL)
		add_request(line, request);
	for (; fields != NULL && fields->name != NULL; fields++) {
		if (fields->text != NULL)
			add_member(line, fields->name, fields->text);
		else
			buf_addf(line, ",\"%s\":%lld", fields->name,
			    (long long)fields->number);
	}
	buf_add_text(line, "}\n");
}

/* Quotes what a reader, or grep, could take for more than one word. */
static void
add_word(struct buf *line, const char *text)
{
	bool plain = *text != '\0' && strpbrk(text, " \"=\\") == NULL;

	buf_add_text(line, plain ? "" : "\"");
	add_safe(line, text, "\"\\");
	buf_add_text(line, plain ? "" : "\"");
}

static void
make_text(struct buf *line, enum log_severity severity, const char *message,
    const struct log_field *fields)
{
	char time_text[CLOCK_TEXT_SIZE];

	clock_format(clock_utc_s(NULL), time_text);
	buf_addf(
	    line, "%s %s %s ", time_text, setup.program, severities[severity]);
	add_safe(line, message, "");
	if (here.run[0] != '\0')
		buf_addf(line, " run_id=%s", here.run);
	for (; fields != NULL && fields->name != NULL; fields++) {
		buf_add_text(line, " ");
		buf_add_text(line, fields->name);
		buf_add_text(line, "=");
		if (fields->text != NULL)
			add_word(line, fields->text);
		else
			buf_addf(line, "%lld", (long long)fields->number);
	}
	buf_add_text(line, "\n");
}

/* One call writes it all, unless the other side of a pipe is slow. */
static void
write_line(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* `request` is told by JSON alone. */
static void
add_line(enum log_severity severity, const char *message,
    const struct log_field *fields, const struct log_request *request)
{
	static const char lost[] = "a log line was lost: it was too long, or "
				   "memory is short\n";
	struct buf        line;

	buf_init(&line, LINE_MAX_BYTES);
	buf_reserve(&line, LINE_USUAL_BYTES);
	if (setup.format == LOG_JSON)
		make_json(&line, severity, message, fields, request);
	else
		make_text(&line, severity, message, fields);
	if (buf_ok(&line))
		write_line(line.data, line.len);
	else
		write_line(lost, sizeof(lost) - 1);
	buf_free(&line);
}

void
log_line(enum log_severity severity, const char *message,
    const struct log_field *fields)
{
	if (severity != LOG_DEBUG || setup.debug)
		add_line(severity, message, fields, NULL);
}

void
log_request(const struct log_request *request)
{
	const struct log_field id = LOG_TEXT_FIELD("request_id", request->id);

	if (setup.format == LOG_JSON) {
		add_line(LOG_INFO, "request", LOG_FIELDS(id), request);
		return;
	}
	log_line(LOG_INFO, "request",
	    LOG_FIELDS(LOG_TEXT_FIELD("method", request->method),
		LOG_TEXT_FIELD("path", request->path),
		LOG_INT_FIELD("status", request->status),
		LOG_INT_FIELD("bytes", request->bytes),
		LOG_INT_FIELD("ms", request->ms), id));
}

void
log_run(const char *run_id)
{
	snprintf(
	    here.run, sizeof(here.run), "%s", run_id != NULL ? run_id : "");
}

/* How many hexadecimal digits `text` begins with. */
static size_t
hex_digits(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF");
}

/* "00-TRACE-SPAN-01" of W3C Trace Context. */
static bool
read_traceparent(const char *text, char trace[33], char span[17])
{
	if (strlen(text) != 55 || hex_digits(text) != 2 ||
	    hex_digits(text + 3) != 32 || hex_digits(text + 36) != 16)
		return false;
	snprintf(trace, 33, "%.32s", text + 3);
	snprintf(span, 17, "%.16s", text + 36);
	return true;
}

/* "TRACE/SPAN;o=1" of Google's front ends: there the span is decimal. */
static bool
read_cloud_context(const char *text, char trace[33], char span[17])
{
	if (hex_digits(text) != 32)
		return false;
	snprintf(trace, 33, "%.32s", text);
	span[0] = '\0';
	if (text[32] == '/' && text[33] >= '1' && text[33] <= '9')
		snprintf(span, 17, "%016llx", strtoull(text + 33, NULL, 10));
	return true;
}

void
log_trace(const char *project, const char *x_cloud_trace_context,
    const char *traceparent)
{
	char trace[33], span[17];

	here.trace[0] = '\0';
	here.span[0] = '\0';
	if (project == NULL ||
	    !((traceparent != NULL &&
		  read_traceparent(traceparent, trace, span)) ||
		(x_cloud_trace_context != NULL &&
		    read_cloud_context(x_cloud_trace_context, trace, span))))
		return;
	snprintf(here.trace, sizeof(here.trace), "projects/%s/traces/%s",
	    project, trace);
	memcpy(here.span, span, sizeof(here.span));
}
