/* SPDX-License-Identifier: MIT */
#include "fake_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

struct fake_answer
fake_answer(int http_status, const char *body)
{
	return (struct fake_answer){ .http_status = http_status, .body = body };
}

int64_t
fake_clock(void *ctx)
{
	return ((const struct fake *)ctx)->now;
}

void
fake_start(struct fake *fake)
{
	*fake = (struct fake){ .now = FAKE_NOW };
	assert_int_equal(strava_client_new(&fake->client, NULL), STRAVA_OK);
	strava_client_set_transport(
	    fake->client, &(strava_transport){ fake_send, fake });
	strava_client_set_clock(fake->client, fake_clock, fake);
	strava_client_set_retries(fake->client, 0);
	strava_client_set_access_token(fake->client, "T", NULL);
}

void
fake_stop(struct fake *fake)
{
	strava_client_free(fake->client);
}

static void
copy_header(const char *line, const char *name, char *to, size_t size)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) == 0)
		snprintf(to, size, "%s", line + len);
}

static void
keep(struct fake_request *to, const strava_http_request *from)
{
	size_t room = sizeof(to->body) - 1;

	*to = (struct fake_request){ .has_body = from->body != NULL,
		.body_len = from->body_len,
		.at_most_once = from->at_most_once,
		.timeout_ms = from->timeout_ms };
	snprintf(to->method, sizeof(to->method), "%s", from->method);
	snprintf(to->url, sizeof(to->url), "%s", from->url);
	snprintf(to->basic, sizeof(to->basic), "%s",
	    from->basic != NULL ? from->basic : "");
	if (from->body != NULL)
		memcpy(to->body, from->body,
		    from->body_len < room ? from->body_len : room);
	for (const char *const *h = from->headers; *h != NULL; h++) {
		copy_header(*h, "Authorization: ", to->authorization,
		    sizeof(to->authorization));
		copy_header(*h, "Content-Type: ", to->content_type,
		    sizeof(to->content_type));
		copy_header(
		    *h, "User-Agent: ", to->user_agent, sizeof(to->user_agent));
	}
}

strava_status
fake_send(void *ctx, const strava_http_request *request,
    strava_http_response *response, strava_error *err)
{
	struct fake              *fake = ctx;
	size_t                    i = fake->calls++;
	const struct fake_answer *a;
	strava_status             status = STRAVA_OK;

	if (i >= FAKE_MAX)
		i = FAKE_MAX - 1;
	keep(&fake->requests[i], request);
	if (fake->on_send != NULL)
		fake->on_send(fake);
	while (i > 0 && fake->answers[i].http_status == 0 &&
	       fake->answers[i].failure == STRAVA_OK)
		i--;
	a = &fake->answers[i];
	strava_http_response_sent(response, !a->unsent);
	if (a->http_status != 0)
		strava_http_response_status(response, a->http_status);
	for (size_t h = 0; a->headers[h] != NULL && status == STRAVA_OK; h += 2)
		status = strava_http_response_header(
		    response, a->headers[h], a->headers[h + 1]);
	if (a->body != NULL && status == STRAVA_OK)
		status = strava_http_response_body(response, a->body,
		    a->body_len != 0 ? a->body_len : strlen(a->body));
	if (status == STRAVA_OK)
		status = a->failure;
	if (status != STRAVA_OK && a->message != NULL)
		snprintf(err->message, sizeof(err->message), "%s", a->message);
	return status;
}

char *
fixture(const char *name)
{
	char   path[512];
	FILE  *file;
	char  *text = NULL;
	size_t size = 0;

	snprintf(path, sizeof(path), SOURCE_DIR "/tests/libstrava/fixtures/%s",
	    name);
	file = fopen(path, "r");
	if (file == NULL || getdelim(&text, &size, '\0', file) < 0)
		fail_msg("cannot read %s", path);
	fclose(file);
	return text;
}
