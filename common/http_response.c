/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "http_internal.h"

#define BODY_DEFAULT 65536
#define RETRY_AFTER_MAX 86400

void
http_response_init(struct http_response *response)
{
	memset(response, 0, sizeof(*response));
	buf_init(&response->headers, HTTP_HEADERS_MAX);
	buf_init(&response->body, SIZE_MAX);
}

void
http_response_free(struct http_response *response)
{
	buf_free(&response->headers);
	buf_free(&response->body);
}

void
http_response_clear(struct http_response *response, size_t body_max)
{
	buf_clear(&response->headers);
	buf_clear(&response->body);
	response->body.max = body_max != 0 ? body_max : BODY_DEFAULT;
	response->status = 0;
	response->sent = false;
	response->message[0] = '\0';
}

bool
http_is_token(const char *text, size_t len)
{
	/* All that is visible but "(),/:;<=>?@[\]{} and the DEL. */
	static const uint32_t allowed[8] = { 0, 0x03ff6cfa, 0xc7fffffe,
		0x57ffffff };

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((allowed[c / 32] >> c % 32 & 1) == 0)
			return false;
	}
	return len > 0;
}

bool
http_is_line(const char *text, size_t len, bool tab_ok)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && !(tab_ok && c == '\t')) || c == 0x7f)
			return false;
	}
	return true;
}

bool
http_response_put_header(struct http_response *response, const char *name,
    size_t name_len, const char *value, size_t value_len)
{
	struct buf *to = &response->headers;

	return buf_reserve(to, to->len + name_len + value_len + 2) &&
	       buf_add(to, name, name_len) && buf_add(to, "", 1) &&
	       buf_add(to, value, value_len) && buf_add(to, "", 1);
}

bool
http_response_add_header(
    struct http_response *response, const char *name, const char *value)
{
	size_t name_len = strlen(name), value_len = strlen(value);

	return http_is_token(name, name_len) &&
	       http_is_line(value, value_len, true) &&
	       http_response_put_header(
		   response, name, name_len, value, value_len);
}

const char *
http_response_header(const struct http_response *response, const char *name)
{
	const char *p = buf_text(&response->headers);
	const char *end = p + response->headers.len;
	const char *value;

	for (; p < end; p = value + strlen(value) + 1) {
		value = p + strlen(p) + 1;
		if (strcasecmp(p, name) == 0)
			return value;
	}
	return NULL;
}

int64_t
http_retry_after_s(const struct http_response *response)
{
	const char *text = http_response_header(response, "Retry-After");
	int64_t     s = 0;

	if (text == NULL || *text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		s = s * 10 + (*text - '0');
		if (s > RETRY_AFTER_MAX)
			s = RETRY_AFTER_MAX;
	}
	return s;
}
