/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "request.h"

#define BODY_MAX (16 << 20)

void
response_init(struct response *response)
{
	response->status = 200;
	buf_init(&response->body, BODY_MAX);
	response->static_body = NULL;
	response->static_len = 0;
	response->header_count = 0;
	response->failed = false;
	response->wire = WIRE_WHOLE;
}

void
response_free(struct response *response)
{
	buf_free(&response->body);
}

bool
response_ok(const struct response *response)
{
	return !response->failed && buf_ok(&response->body);
}

/* Fits, is not empty or, where that is right, may be; has no control char. */
static bool
is_plain(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return len < size;
}

/* Where a header of that name stands, or is to stand. */
static size_t
place_of(const struct response *response, const char *name)
{
	size_t i = 0;

	while (i < response->header_count &&
	       strcasecmp(response->headers[i].name, name) != 0)
		i++;
	return strcasecmp(name, "Set-Cookie") == 0 ? response->header_count : i;
}

void
response_header(struct response *response, const char *name, const char *value)
{
	size_t i = place_of(response, name);

	if (i == RESPONSE_HEADERS_MAX ||
	    !is_plain(name, sizeof(response->headers[i].name)) ||
	    !is_plain(value, sizeof(response->headers[i].value))) {
		response->failed = true;
		return;
	}
	memcpy(response->headers[i].name, name, strlen(name) + 1);
	memcpy(response->headers[i].value, value, strlen(value) + 1);
	if (i == response->header_count)
		response->header_count++;
}

void
response_type(struct response *response, const char *media_type)
{
	response_header(response, "Content-Type", media_type);
}

void
response_redirect(struct response *response, const char *location)
{
	response->status = 303;
	response_header(response, "Location", location);
}
