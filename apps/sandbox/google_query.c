/* SPDX-License-Identifier: MIT */
#include "google_query.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "shape.h"

#define NAME_SIZE 64

static const char system_names[] =
    "$alt alt $.xgafv access_token callback fields key oauth_token prettyPrint "
    "quotaUser uploadType upload_protocol";

const char *
google_query(const struct call *call, const char *name)
{
	const char *value = request_query(call->request, name);
	char        snake[SHAPE_NAME_SIZE];

	if (value != NULL)
		return value;
	shape_make_snake(name, snake);
	return request_query(call->request, snake);
}

/* Is `given` one of the names in the list? */
static bool
is_one_of(const char *list, const char *given, size_t len)
{
	char   name[NAME_SIZE];
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ' ')) {
		n = strcspn(list, " ");
		snprintf(name, sizeof(name), "%.*s", (int)n, list);
		if (shape_is_name(name, given, len))
			return true;
	}
	return false;
}

static bool
refuse(struct call *call, const char *name)
{
	char message[256];

	snprintf(message, sizeof(message),
	    "Invalid JSON payload received. Unknown name \"%s\": Cannot bind "
	    "query parameter. Field '%s' could not be found in request "
	    "message.",
	    name, name);
	call_google_fault(call, &(struct google_fault){
				    .http_status = 400,
				    .status = "INVALID_ARGUMENT",
				    .message = message,
				    .field = "",
				});
	return false;
}

/* The name that a part of the query begins with, "$" in either spelling. */
static size_t
read_name(const char *at, char name[NAME_SIZE])
{
	size_t n = strcspn(at, "=&");
	bool   is_escaped = n >= 3 && strncmp(at, "%24", 3) == 0;
	size_t skip = is_escaped ? 3 : 0;

	snprintf(name, NAME_SIZE, "%s%.*s", is_escaped ? "$" : "",
	    (int)(n - skip), at + skip);
	return n;
}

bool
google_query_check(struct call *call, const char *names)
{
	const char *at = request_raw_query(call->request);
	char        name[NAME_SIZE];
	size_t      len;

	while (*at != '\0') {
		len = read_name(at, name);
		if (len > 0 && !is_one_of(names, name, strlen(name)) &&
		    !is_one_of(system_names, name, strlen(name)))
			return refuse(call, name);
		at += strcspn(at, "&");
		at += *at == '&';
	}
	return true;
}
