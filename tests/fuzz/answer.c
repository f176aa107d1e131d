/* SPDX-License-Identifier: MIT */

/*
 * An answer to a call: the first line is its status, then come headers, "Name:
 * value" a line, then behind an empty line the body.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "members.h"
#include "strava_error.h"

#define NOW INT64_C(1795435200)
#define DAY_S 86400
#define TOKEN "0123456789abcdef0123456789abcdef01234567"

struct answer {
	char *text;
	char *body; /* inside it */
	int   http_status;
};

static int64_t
stand_still(void *ctx)
{
	(void)ctx;
	return NOW;
}

/* Three digits, else 0. */
static int
read_status(const char *line)
{
	if (strspn(line, "0123456789") != 3)
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static strava_status
send(void *ctx, const strava_http_request *request,
    strava_http_response *response, strava_error *err)
{
	struct answer *answer = ctx;
	char          *line = answer->text, *next, *value;
	strava_status  status = STRAVA_OK;

	(void)request, (void)err;
	next = fuzz_cut(line, '\n');
	answer->http_status = read_status(line);
	strava_http_response_status(response, answer->http_status);
	for (line = next; *line != '\0' && *line != '\n'; line = next) {
		next = fuzz_cut(line, '\n');
		value = fuzz_cut(line, ':');
		value += strspn(value, " ");
		status = strava_http_response_header(response, line, value);
		if (status != STRAVA_OK)
			return status;
	}
	answer->body = *line == '\n' ? line + 1 : line;
	return strava_http_response_body(
	    response, answer->body, strlen(answer->body));
}

static void
check_limits(const strava_client *client)
{
	strava_rate_limit l;

	strava_client_rate_limit(client, &l);
	const int64_t numbers[] = { l.short_limit, l.short_used, l.daily_limit,
		l.daily_used, l.read_short_limit, l.read_short_used,
		l.read_daily_limit, l.read_daily_used };
	for (size_t i = 0; i < COUNT(numbers); i++) {
		MUST(numbers[i] >= -1 && numbers[i] <= 999999999);
		/* A header has both of its numbers or none. */
		MUST((numbers[i] < 0) == (numbers[i ^ 2] < 0));
	}
}

static void
check_failure(
    strava_status status, const strava_error *err, const struct answer *answer)
{
	fuzz_check_error(status, err);
	MUST(status != STRAVA_ERR_ARGUMENT && status != STRAVA_ERR_NOMEM);
	MUST(err->http_status == answer->http_status);
	MUST(err->retry_after_s <= DAY_S);
	MUST(strstr(err->message, TOKEN) == NULL);
	if (status == STRAVA_ERR_RATE_LIMIT)
		MUST(err->retry_after_s >= 0);
}

static void
ask(strava_client *client, struct answer *answer)
{
	strava_error  err;
	strava_status status;
	char         *text;

	status =
	    strava_request(client, "GET", "/athlete", NULL, NULL, &text, &err);
	MUST((status == STRAVA_OK) == (text != NULL));
	if (status == STRAVA_OK) {
		MUST(answer->http_status / 100 == 2);
		MUST(strcmp(text, answer->body) == 0);
	} else {
		check_failure(status, &err, answer);
	}
	strava_string_free(text);
	check_limits(client);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer    answer = { .text = fuzz_text(data, size) };
	strava_transport transport = { send, &answer };
	strava_client   *client;

	MUST(strava_client_new(&client, NULL) == STRAVA_OK);
	strava_client_set_transport(client, &transport);
	strava_client_set_clock(client, stand_still, NULL);
	strava_client_set_retries(client, 0);
	MUST(strava_client_set_access_token(client, TOKEN, NULL) == STRAVA_OK);
	ask(client, &answer);
	strava_client_free(client);
	free(answer.text);
	return 0;
}
