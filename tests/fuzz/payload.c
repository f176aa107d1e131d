/* SPDX-License-Identifier: MIT */

/*
 * An answer of Secret Manager to the question for a version: the first line is
 * its status, then come headers, "Name: value" a line, then behind an empty line
 * the body.
 */

#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "fuzz.h"
#include "gcpsecret_error.h"
#include "http_internal.h"
#include "internal.h"
#include "members.h"
#include "name.h"

#define PAYLOAD_MAX 65536
#define DAY_S 86400

/* What the peer answers, and with what status it did. */
static const uint8_t *answer;
static size_t         answer_size;
static int            answer_status;

/* Takes a line off the answer; to be ended with free(). */
static char *
take_line(const uint8_t **at, size_t *left)
{
	const uint8_t *end = memchr(*at, '\n', *left);
	size_t         len = end != NULL ? (size_t)(end - *at) : *left;
	char          *line = fuzz_text(*at, len);

	*at += len + (end != NULL);
	*left -= len + (end != NULL);
	return line;
}

/* Three digits, else 0. */
static int
read_status(const char *line)
{
	if (strspn(line, "0123456789") != 3)
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* The linker puts this in the place of http_send().  The names are its. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
enum http_outcome __wrap_http_send(struct http *http,
    const struct http_request *request, struct http_response *response);

enum http_outcome
__wrap_http_send(struct http *http, const struct http_request *request,
    struct http_response *response)
{
	const uint8_t *at = answer;
	size_t         left = answer_size;
	char          *line = take_line(&at, &left), *value;

	(void)http;
	http_response_clear(response, request->body_max);
	response->sent = true;
	response->status = answer_status = read_status(line);
	free(line);
	while (line = take_line(&at, &left), *line != '\0') {
		value = fuzz_cut(line, ':');
		value += strspn(value, " ");
		http_response_add_header(response, line, value);
		free(line);
	}
	free(line);
	if (buf_add(&response->body, at, left))
		return HTTP_ANSWERED;
	return left > request->body_max ? HTTP_TOO_LARGE : HTTP_NOMEM;
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* The body of the answer, as the other reader takes it; NULL: none. */
static struct json_object *
read_body(void)
{
	const uint8_t *at = answer;
	size_t         left = answer_size;
	char          *line;
	bool           last;

	free(take_line(&at, &left));
	do {
		line = take_line(&at, &left);
		last = *line == '\0';
		free(line);
	} while (!last);
	return members_parse((const char *)at, left);
}

/* What was given is what stood in the answer, byte for byte. */
static void
check_payload(const gcpsecret_payload *payload, struct json_object *document)
{
	struct json_object *inner = members_get(document, "payload");
	const char         *data = members_get_string(inner, "data");
	struct json_object *sum = members_get(inner, "dataCrc32c");
	struct name         name;
	struct buf          bytes;
	int64_t             crc32c;

	MUST(answer_status == 200);
	MUST(payload->len > 0 && payload->len <= PAYLOAD_MAX);
	MUST(payload->data[payload->len] == '\0');
	MUST(data != NULL);
	buf_init(&bytes, SIZE_MAX);
	MUST(base64_decode(&bytes, data, strlen(data), BASE64_STANDARD));
	MUST(bytes.len == payload->len);
	MUST(memcmp(bytes.data, payload->data, bytes.len) == 0);
	if (sum != NULL)
		MUST(gs_json_number(sum, &crc32c) &&
		     crc32c == gs_crc32c(bytes.data, bytes.len));
	buf_free(&bytes);
	MUST(gs_name_parse(payload->version, NAME_NUMBER, &name, NULL) ==
	     GCPSECRET_OK);
	MUST(strcmp(name.secret, "strava") == 0);
	MUST(strcmp(payload->version, members_get_string(document, "name")) ==
	     0);
}

static void
check_failure(gcpsecret_status status, const gcpsecret_error *err,
    struct json_object *document)
{
	const char *data =
	    members_get_string(members_get(document, "payload"), "data");

	fuzz_check_error(status, err);
	MUST(err->retry_after_s <= DAY_S);
	if (answer_status != 200) {
		MUST(err->http_status == answer_status ||
		     status == GCPSECRET_ERR_FORMAT);
		return;
	}
	MUST(
	    status == GCPSECRET_ERR_FORMAT || status == GCPSECRET_ERR_CHECKSUM);
	MUST(data == NULL || strlen(data) < 16 ||
	     strstr(err->message, data) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_object *document;
	gcpsecret_client   *client;
	gcpsecret_payload  *payload;
	gcpsecret_error     err;
	gcpsecret_status    status;

	answer = data;
	answer_size = size;
	/* An emulator is asked without a token. */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	MUST(setenv("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1", 1) == 0);
	MUST(gcpsecret_client_new(&client, NULL) == GCPSECRET_OK);
	gcpsecret_client_set_retries(client, 0);
	status = gcpsecret_access(
	    client, "projects/my-project/secrets/strava", &payload, &err);
	MUST((status == GCPSECRET_OK) == (payload != NULL));
	document = read_body();
	if (status == GCPSECRET_OK)
		check_payload(payload, document);
	else
		check_failure(status, &err, document);
	json_object_put(document);
	gcpsecret_payload_free(payload);
	gcpsecret_client_free(client);
	return 0;
}
