/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "call.h"
#include "endpoint.h"

#define PATH_BYTES 8192
#define TYPE_BYTES 256

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
	"DELETE" };

const char *
sv_method(const char *text)
{
	for (size_t i = 0; text != NULL && i < COUNT(methods); i++)
		if (strcmp(text, methods[i]) == 0)
			return methods[i];
	return NULL;
}

/* "." or "..", with each dot perhaps written as %2e: it would lead upward. */
static bool
is_dots(const char *segment, size_t len)
{
	size_t dots = 0;

	while (len > 0 && dots <= 2) {
		size_t step = segment[0] == '.' ? 1 : 3;

		if (step == 3 &&
		    (len < 3 || strncasecmp(segment, "%2e", 3) != 0))
			return false;
		segment += step;
		len -= step;
		dots++;
	}
	return dots == 1 || dots == 2;
}

/* What is wrong with a path, or NULL. */
static const char *
fault_of_path(const char *path)
{
	size_t len;

	if (path[0] != '/')
		return "the path does not begin with \"/\"";
	if (!sv_is_line(path, PATH_BYTES) || strpbrk(path, " \\#") != NULL)
		return "the path has a byte that must be written as %XX, or is "
		       "longer than 8192 bytes";
	while (*path == '/') {
		path++;
		len = strcspn(path, "/?");
		if (is_dots(path, len))
			return "the path has a segment of dots";
		path += len;
	}
	return NULL;
}

const char *
sv_fault_of_request(const char *method, const char *path,
    const char *content_type, const char *body)
{
	if (sv_method(method) == NULL)
		return "the method is not GET, POST, PUT, PATCH or DELETE";
	if (path == NULL)
		return "path is NULL";
	if ((body == NULL) != (content_type == NULL))
		return "a body needs a content type, and the other way round";
	if (body != NULL && strcmp(method, "GET") == 0)
		return "a GET has no body";
	if (content_type != NULL && !sv_is_line(content_type, TYPE_BYTES))
		return "the content type is not printable ASCII";
	return fault_of_path(path);
}

/* A refusal of what Strava no longer offers says so. */
static void
explain(strava_error *err, strava_status status, const char *path)
{
	const struct removed *removed = sv_removed_find(path);
	size_t                len;

	if (err == NULL || removed == NULL ||
	    (status != STRAVA_ERR_FORBIDDEN && status != STRAVA_ERR_NOT_FOUND &&
		status != STRAVA_ERR_REQUEST))
		return;
	len = strlen(err->message);
	snprintf(err->message + len, sizeof(err->message) - len,
	    ": Strava removed this on %s", removed->when);
}

strava_status
strava_request(strava_client *client, const char *method, const char *path,
    const char *content_type, const char *body, char **text_out,
    strava_error *err)
{
	struct call          call = { .method = method,
			 .path = path,
			 .content_type = content_type,
			 .body = body,
			 .body_len = body != NULL ? strlen(body) : 0,
			 .bearer = true };
	strava_http_response response;
	const char          *fault;
	strava_status        status;
	size_t               len;

	if (text_out != NULL)
		*text_out = NULL;
	if (client == NULL || text_out == NULL)
		return sv_fail_argument(err, "client or text_out is NULL");
	if ((fault = sv_fault_of_request(method, path, content_type, body)) !=
	    NULL)
		return sv_fail_argument(err, fault);
	call.base = client->api_base;
	call.repeatable = strcmp(method, "GET") == 0;
	call.budget = sv_budget_of(method, path);
	sv_response_init(&response, ANSWER_MAX);
	status = sv_call(client, &call, &response, err);
	explain(err, status, path);
	if (status == STRAVA_OK)
		status = sv_response_take_text(&response, text_out, &len, err);
	sv_response_free(&response);
	return status;
}
