/* SPDX-License-Identifier: MIT */
#include "visitor.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "test.h"

#define ANSWER_MS 60000
#define ANSWER_MAX (4 << 20)

void
visitor_start(struct visitor *visitor, const char *base)
{
	memset(visitor, 0, sizeof(*visitor));
	visitor->http = http_new("visitor", NULL);
	assert_non_null(visitor->http);
	http_response_init(&visitor->response);
	snprintf(visitor->base, sizeof(visitor->base), "%s", base);
}

void
visitor_end(struct visitor *visitor)
{
	http_response_free(&visitor->response);
	http_free(visitor->http);
}

static size_t
find(const struct visitor *visitor, const char *name)
{
	size_t i, free_one = VISITOR_COOKIES;

	for (i = VISITOR_COOKIES; i-- > 0;) {
		if (strcmp(visitor->cookies[i].name, name) == 0)
			return i;
		if (visitor->cookies[i].value[0] == '\0')
			free_one = i;
	}
	return free_one;
}

const char *
visitor_cookie(const struct visitor *visitor, const char *name)
{
	size_t i = find(visitor, name);

	if (i == VISITOR_COOKIES || strcmp(visitor->cookies[i].name, name) != 0)
		return "";
	return visitor->cookies[i].value;
}

void
visitor_set_cookie(struct visitor *visitor, const char *name, const char *value)
{
	size_t i = find(visitor, name);

	assert_true(i < VISITOR_COOKIES);
	snprintf(visitor->cookies[i].name, sizeof(visitor->cookies[i].name),
	    "%s", name);
	snprintf(visitor->cookies[i].value, sizeof(visitor->cookies[i].value),
	    "%s", value);
}

/* Keeps one Set-Cookie header. */
static void
keep(struct visitor *visitor, const char *header)
{
	char   name[32], value[256];
	size_t name_len = strcspn(header, "=");
	size_t value_len = strcspn(header + name_len + 1, ";");

	assert_true(name_len < sizeof(name) && value_len < sizeof(value));
	snprintf(name, sizeof(name), "%.*s", (int)name_len, header);
	snprintf(value, sizeof(value), "%.*s", (int)value_len,
	    header + name_len + 1);
	if (strstr(header, "; Max-Age=0;") != NULL)
		value[0] = '\0';
	visitor_set_cookie(visitor, name, value);
}

static void
keep_all(struct visitor *visitor)
{
	const char *at = visitor->response.headers.data;
	const char *end = at + visitor->response.headers.len;
	const char *name;

	while (at != NULL && at < end) {
		name = at;
		at += strlen(at) + 1;
		if (strcasecmp(name, "Set-Cookie") == 0)
			keep(visitor, at);
		at += strlen(at) + 1;
	}
}

static void
write_cookies(const struct visitor *visitor, char *header, size_t size)
{
	size_t len = (size_t)snprintf(header, size, "Cookie: ");
	bool   some = false;

	for (size_t i = 0; i < VISITOR_COOKIES; i++) {
		if (visitor->cookies[i].value[0] == '\0')
			continue;
		len += (size_t)snprintf(header + len, size - len, "%s%s=%s",
		    some ? "; " : "", visitor->cookies[i].name,
		    visitor->cookies[i].value);
		assert_true(len < size);
		some = true;
	}
	if (!some)
		header[0] = '\0';
}

int
visitor_try(struct visitor *visitor, const char *method, const char *where,
    const char *content_type, const char *body)
{
	bool                own = where[0] == '/';
	char                url[4096], cookies[4096] = "", type[128] = "";
	const char         *headers[4];
	size_t              n = 0;
	struct http_request request = { .method = method,
		.url = url,
		.headers = headers,
		.body = body,
		.body_len = body != NULL ? strlen(body) : 0,
		.timeout_ms = ANSWER_MS,
		.body_max = ANSWER_MAX };

	snprintf(url, sizeof(url), "%s%s", own ? visitor->base : "", where);
	if (own)
		write_cookies(visitor, cookies, sizeof(cookies));
	if (content_type != NULL)
		snprintf(type, sizeof(type), "Content-Type: %s", content_type);
	if (cookies[0] != '\0')
		headers[n++] = cookies;
	if (type[0] != '\0')
		headers[n++] = type;
	if (visitor->extra_header != NULL)
		headers[n++] = visitor->extra_header;
	headers[n] = NULL;
	if (http_send(visitor->http, &request, &visitor->response) !=
	    HTTP_ANSWERED)
		return 0;
	if (own)
		keep_all(visitor);
	return visitor->response.status;
}

int
visitor_send(struct visitor *visitor, const char *method, const char *where,
    const char *content_type, const char *body)
{
	int status = visitor_try(visitor, method, where, content_type, body);

	assert_int_not_equal(status, 0);
	return status;
}

int
visitor_get(struct visitor *visitor, const char *where)
{
	return visitor_send(visitor, "GET", where, NULL, NULL);
}

int
visitor_post(struct visitor *visitor, const char *where, const char *form)
{
	return visitor_send(
	    visitor, "POST", where, "application/x-www-form-urlencoded", form);
}

const char *
visitor_page(const struct visitor *visitor)
{
	return buf_text(&visitor->response.body);
}

bool
visitor_says(const struct visitor *visitor, const char *text)
{
	return strstr(visitor_page(visitor), text) != NULL;
}

const char *
visitor_header(const struct visitor *visitor, const char *name)
{
	return http_response_header(&visitor->response, name);
}
