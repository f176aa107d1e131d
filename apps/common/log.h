/* SPDX-License-Identifier: MIT */
#ifndef APPS_LOG_H
#define APPS_LOG_H

/*
 * Lines on stderr, for people ("text") or for Cloud Logging ("json": one JSON
 * object a line, see cloud.google.com/logging/docs/structured-logging).
 * Whole lines only, by one write(2) each, from any thread.
 *
 * Secrets have no way in: a field is a number or a short text that the caller
 * vouches for, control characters are escaped, invalid UTF-8 is replaced.
 */

#include <stdbool.h>
#include <stdint.h>

enum log_format { LOG_TEXT, LOG_JSON };

enum log_severity {
	LOG_DEBUG,
	LOG_INFO,
	LOG_NOTICE,
	LOG_WARNING,
	LOG_ERROR,
	LOG_CRITICAL
};

/* One named value; `text` NULL means that `number` counts. */
struct log_field {
	const char *name;
	const char *text;
	int64_t     number;
};
#define LOG_TEXT_FIELD(name, text) ((struct log_field){ name, text, 0 })
#define LOG_INT_FIELD(name, number) ((struct log_field){ name, NULL, number })

/* Set once, before any thread starts.  `program` lives for ever. */
void log_setup(const char *program, enum log_format format, bool debug);

/* The trace that later lines of this thread belong to, from the request's
 * headers; NULL ends it.  Either may be NULL. */
void log_trace(const char *project, const char *x_cloud_trace_context,
    const char *traceparent);

/* The run that later lines of this thread belong to; NULL ends it. */
void log_run(const char *run_id);

/* `fields` ends with a field whose name is NULL; or is NULL. */
void log_line(enum log_severity severity, const char *message,
    const struct log_field *fields);

/* A request that was answered: in JSON the httpRequest that Cloud Logging shows
 * as one line.  `user_agent` may be NULL. */
struct log_request {
	const char *method, *path, *user_agent, *peer, *id;
	int         status;
	int64_t bytes, ms; /* of the answer's body; from first byte to last */
};
void log_request(const struct log_request *request);

/* log_line(LOG_INFO, "refreshed", LOG_FIELDS(LOG_INT_FIELD("due", due))); */
#define LOG_FIELDS(...) ((const struct log_field[]){ __VA_ARGS__, { 0 } })

#endif
