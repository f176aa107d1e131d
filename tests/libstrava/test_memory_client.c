/* SPDX-License-Identifier: MIT */

/* Clients, bare requests, batches, iterators and limiters, without memory. */

#include <stdlib.h>
#include <string.h>

#include "starve.h"
#include "test.h"

#define GRANT                                                  \
	"{\"access_token\":\"ACC\",\"refresh_token\":\"REF\"," \
	"\"expires_at\":1795440600,\"athlete\":{\"id\":7}}"

static const strava_app app = { .client_id = "42", .client_secret = "s3cret" };

static strava_status
make_client(strava_client *unused, strava_error *err)
{
	strava_client *client;
	strava_status  status;

	(void)unused;
	status = strava_client_new(&client, err);
	strava_client_free(client);
	return status;
}

/* A setting that failed leaves the old value, which the request then shows. */
static strava_status
set_strings(strava_client *client, strava_error *err)
{
	strava_status status;
	char         *text;

	status = strava_client_set_access_token(client, "T", err);
	if (status == STRAVA_OK)
		status = strava_client_set_api_base(
		    client, "https://www.strava.com/api/v3/", err);
	if (status == STRAVA_OK)
		status = strava_client_set_oauth_base(
		    client, "https://e.org/oauth", err);
	if (status == STRAVA_OK)
		status = strava_client_set_user_agent(client, "me", err);
	if (status == STRAVA_OK)
		status = strava_client_set_ca_file(client, "/ca", err);
	if (status == STRAVA_OK)
		status = strava_client_set_proxy(client, "http://p:1", err);
	starve_end();
	assert_int_equal(
	    strava_request(client, "GET", "/a", NULL, NULL, &text, NULL),
	    STRAVA_OK);
	strava_string_free(text);
	return status;
}

STARVE_TEXT(request,
    strava_request(client, "POST", "/a", "text/plain", "x", &out, err),
    "answer");

static strava_status
make_limiter(strava_client *unused, strava_error *err)
{
	strava_limiter *limiter;
	strava_status   status;

	(void)unused;
	status = strava_limiter_new(NULL, &limiter, err);
	strava_limiter_free(limiter);
	return status;
}

static strava_status
fill_batch(strava_batch *batch, strava_error *err)
{
	static const strava_batch_request put = { .method = "PUT",
		.path = "/a",
		.content_type = "text/plain",
		.body = "b" };
	strava_status                     status;

	status = strava_batch_add_refresh(batch, &app, "old", NULL, err);
	if (status == STRAVA_OK)
		status = strava_batch_add_activity_list(
		    batch, "own", NULL, NULL, err);
	if (status == STRAVA_OK)
		status = strava_batch_add_request(batch, &put, NULL, err);
	return status;
}

/* What arrived is whole; what failed, failed for nothing but memory. */
static strava_status
take_result(strava_batch_result *result, strava_error *err)
{
	strava_status status = result->status;

	if (result->token != NULL)
		starve_say(result->token->refresh_token);
	if (result->activities != NULL)
		starve_say(strava_activity_list_json(result->activities));
	if (result->text != NULL)
		starve_say(result->text);
	if (status != STRAVA_OK && err != NULL)
		*err = result->error;
	assert_int_equal(status == STRAVA_OK, result->token != NULL ||
						  result->activities != NULL ||
						  result->text != NULL);
	strava_batch_result_free(result);
	return status;
}

/* What is on a page, whatever was asked before. */
static const char *
page_of(const char *url)
{
	static const char *const pages[] = { "[{\"id\":1},{\"id\":2}]",
		"[{\"id\":3},{\"id\":4}]" };
	const char              *at = strstr(url, "?page=");
	long                     page = 1;

	if (at != NULL)
		page = strtol(at + strlen("?page="), NULL, 10);
	assert_true(page >= 1);
	return page <= 2 ? pages[page - 1] : "[]";
}

/* A strava_send_fn: each request has an answer of its own, in whatever order
 * they come. */
static strava_status
send_by_url(void *ctx, const strava_http_request *http,
    strava_http_response *response, strava_error *err)
{
	const char   *body = "answer";
	strava_status status;

	(void)ctx, (void)err;
	if (strstr(http->url, "/token") != NULL)
		body = GRANT;
	else if (strstr(http->url, "/activities") != NULL)
		body = page_of(http->url);
	strava_http_response_status(response, 200);
	status = strava_http_response_header(
	    response, "Content-Type", "application/json");
	if (status == STRAVA_OK)
		status =
		    strava_http_response_body(response, body, strlen(body));
	return status;
}

static const strava_transport by_url = { send_by_url, NULL };

/* Every request that was added comes back, and no other. */
static strava_status
run_batch(strava_client *client, strava_error *err)
{
	strava_batch        *batch;
	strava_batch_result *result;
	strava_status        status, one;
	size_t               added, came = 0;

	strava_client_set_transport(client, &by_url);
	status = strava_batch_new(client, NULL, &batch, err);
	if (status != STRAVA_OK)
		return status;
	status = fill_batch(batch, err);
	added = strava_batch_pending(batch);
	while (strava_batch_next(batch, -1, &result, NULL) == STRAVA_OK &&
	       result != NULL) {
		came++;
		one = take_result(result, err);
		if (one != STRAVA_OK)
			status = one;
	}
	assert_int_equal(came, added);
	strava_batch_free(batch);
	return status;
}

#define READ_AHEAD 2

/* After a failure the iterator keeps its place: nothing is lost or twice.  A page
 * that failed while it was read ahead says so when its turn comes. */
static strava_status
take_all(strava_activity_each *each, strava_error *err)
{
	const strava_activity *activity;
	strava_status          status, result = STRAVA_OK;
	int64_t                id = 0;
	int                    failures = 0;

	for (;;) {
		status = strava_activity_each_next(each, &activity, err);
		if (status != STRAVA_OK) {
			assert_in_range(++failures, 1, 1 + READ_AHEAD);
			result = status;
			starve_end(); /* fed again */
			continue;
		}
		if (activity == NULL)
			break;
		assert_int_equal(activity->id, ++id);
		starve_say(strava_activity_json(activity));
	}
	assert_int_equal(id, 4);
	return result;
}

static const strava_activity_query ahead = { .read_ahead = READ_AHEAD };

static strava_status
read_pages(strava_client *client, strava_error *err)
{
	strava_activity_each *each;
	strava_status         status;

	strava_client_set_transport(client, &by_url);
	status = strava_activity_each_new(client, &ahead, &each, err);
	if (status == STRAVA_OK)
		status = take_all(each, err);
	strava_activity_each_free(each);
	return status;
}

/* The iterator is freed where it stands, with pages on their way. */
static strava_status
read_one(strava_client *client, strava_error *err)
{
	strava_activity_each  *each;
	const strava_activity *activity;
	strava_status          status;

	strava_client_set_transport(client, &by_url);
	status = strava_activity_each_new(client, &ahead, &each, err);
	if (status == STRAVA_OK)
		status = strava_activity_each_next(each, &activity, err);
	if (status == STRAVA_OK)
		starve_say(strava_activity_json(activity));
	strava_activity_each_free(each);
	return status;
}

#define EACH "strava_activity_each_new() strava_activity_each_next()"
#define SETTINGS                                                         \
	"strava_client_set_access_token() strava_client_set_api_base() " \
	"strava_client_set_oauth_base() strava_client_set_user_agent() " \
	"strava_client_set_ca_file() strava_client_set_proxy()"
#define BATCH                                                          \
	"strava_batch_new() strava_batch_add_refresh() "               \
	"strava_batch_add_activity_list() strava_batch_add_request() " \
	"strava_batch_next() strava_http_response_body() "             \
	"strava_http_response_header()"

static const struct starve_task new_client = { make_client,
	"strava_client_new()", { NULL } };
static const struct starve_task settings = { set_strings, SETTINGS, { NULL } };
static const struct starve_task limiter = { make_limiter,
	"strava_limiter_new()", { NULL } };
static const struct starve_task batch = { run_batch, BATCH, { NULL } };
static const struct starve_task pages = { read_pages, EACH, { NULL } };
static const struct starve_task one = { read_one, EACH, { NULL } };

const struct starve_task *const memory_client[] = { &new_client, &settings,
	&request, &limiter, &batch, &pages, &one, NULL };
