/* SPDX-License-Identifier: MIT */

/* From an endpoint and what goes into it to a call, and from the answer to what
 * the caller wants of it. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "endpoint.h"

#define PATH_BYTES 8192
#define PAGE_BYTES 64
#define PER_PAGE_MAX 200

void
sv_query_int(struct buf *query, const char *name, int64_t value)
{
	char text[24];

	if (value == 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64, value);
	buf_add_field(query, name, text);
}

const char *
sv_query_page(struct buf *query, const strava_page *page)
{
	if (page == NULL)
		return NULL;
	if (page->page < 0)
		return "pages are counted from 1";
	if (page->per_page < 0 || page->per_page > PER_PAGE_MAX)
		return "per_page is 1 to 200, or 0 for Strava's default";
	sv_query_int(query, "page", page->page);
	sv_query_int(query, "per_page", page->per_page);
	return NULL;
}

strava_status
sv_ask_path(struct buf *path, const struct ask *ask, strava_error *err)
{
	const char *pattern = sv_endpoints[ask->endpoint].path;
	const char *hole = strstr(pattern, "{}");

	if (hole == NULL) {
		buf_add_text(path, pattern);
	} else {
		if (ask->name == NULL && ask->id < 1)
			return sv_fail_argument(err, "the id is below 1");
		buf_add(path, pattern, (size_t)(hole - pattern));
		if (ask->name != NULL)
			buf_add_escaped(path, ask->name);
		else
			buf_addf(path, "%" PRId64, ask->id);
		buf_add_text(path, hole + 2);
	}
	if (ask->query != NULL && ask->query->len > 0)
		buf_addf(path, "?%s", buf_text(ask->query));
	if (!buf_ok(path) || (ask->query != NULL && !buf_ok(ask->query)) ||
	    (ask->body != NULL && !buf_ok(ask->body)))
		return sv_fail_memory(err);
	return STRAVA_OK;
}

/* Carries it out; the answer is in `response`, which was initialised. */
static strava_status
perform(strava_client *client, const struct ask *ask,
    strava_http_response *response, strava_error *err)
{
	const struct endpoint *endpoint = &sv_endpoints[ask->endpoint];
	struct call            call = { .method = endpoint->method,
			   .content_type = ask->content_type,
			   .bearer = !ask->as_app,
			   .repeatable = strcmp(endpoint->method, "GET") == 0,
			   .budget = sv_budget_of(endpoint->method, endpoint->path) };
	struct buf             path;
	strava_status          status;

	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	buf_init(&path, PATH_BYTES);
	status = sv_ask_path(&path, ask, err);
	if (status == STRAVA_OK) {
		call.base = client->api_base;
		call.path = buf_text(&path);
		if (ask->body != NULL) {
			call.body = buf_text(ask->body);
			call.body_len = ask->body->len;
		}
		status = sv_call(client, &call, response, err);
	}
	buf_free(&path);
	return status;
}

/* An answer came and is of no use: Strava has done what was asked. */
static strava_status
unread(const strava_http_response *response, const strava_error *failure,
    strava_error *err)
{
	if (err != NULL) {
		*err = *failure;
		err->http_status = response->http.status;
		err->in_doubt = 1;
	}
	return failure->status;
}

/* The JSON in an answer; a body that is not there is none. */
static strava_status
take_json(
    strava_http_response *response, struct json_object **doc, strava_error *err)
{
	strava_error failure;

	*doc = NULL;
	if (response->http.body.len == 0 ||
	    (*doc = sv_response_json(response)) != NULL)
		return STRAVA_OK;
	if (errno == ENOMEM)
		sv_fail_memory(&failure);
	else
		sv_fail(&failure, STRAVA_ERR_FORMAT, "the answer is not JSON");
	return unread(response, &failure, err);
}

strava_status
sv_ask(strava_client *client, const struct ask *ask, struct json_object **doc,
    strava_error *err)
{
	strava_http_response response;
	strava_status        status;

	*doc = NULL;
	sv_response_init(&response, ANSWER_MAX);
	status = perform(client, ask, &response, err);
	if (status == STRAVA_OK)
		status = take_json(&response, doc, err);
	sv_response_free(&response);
	return status;
}

/* What is read out of an answer that came. */
static strava_status
read_answer(strava_http_response *response, read_fn read,
    const struct model *model, void *out, strava_error *err)
{
	struct json_object *doc;
	strava_error        failure;
	strava_status       status = take_json(response, &doc, err);

	if (status != STRAVA_OK)
		return status;
	status = read(doc, model, out, &failure);
	return status == STRAVA_OK ? status : unread(response, &failure, err);
}

strava_status
sv_answer_list(strava_http_response *response, const struct model *model,
    void *out, strava_error *err)
{
	return read_answer(response, sv_list_read, model, out, err);
}

strava_status
sv_ask_read(strava_client *client, const struct ask *ask, read_fn read,
    const struct model *model, void *out, strava_error *err)
{
	static const void *const nothing = NULL;
	strava_http_response     response;
	strava_status            status;

	if (out == NULL)
		return sv_fail_argument(err, "out is NULL");
	memcpy(out, &nothing, sizeof(nothing));
	sv_response_init(&response, ANSWER_MAX);
	status = perform(client, ask, &response, err);
	if (status == STRAVA_OK)
		status = read_answer(&response, read, model, out, err);
	sv_response_free(&response);
	return status;
}

strava_status
sv_ask_model(strava_client *client, const struct ask *ask,
    const struct model *model, void *out, strava_error *err)
{
	return sv_ask_read(client, ask, sv_model_read, model, out, err);
}

strava_status
sv_ask_list(strava_client *client, const struct ask *ask,
    const struct model *model, void *out, strava_error *err)
{
	return sv_ask_read(client, ask, sv_list_read, model, out, err);
}

strava_status
sv_ask_text(strava_client *client, const struct ask *ask, char **text,
    strava_error *err)
{
	strava_http_response response;
	strava_status        status;
	size_t               len;

	if (text == NULL)
		return sv_fail_argument(err, "text_out is NULL");
	*text = NULL;
	sv_response_init(&response, ANSWER_MAX);
	status = perform(client, ask, &response, err);
	if (status == STRAVA_OK)
		status = sv_response_take_text(&response, text, &len, err);
	sv_response_free(&response);
	return status;
}

strava_status
sv_ask_page(strava_client *client, const struct ask *ask,
    const strava_page *page, const struct model *model, void *out,
    strava_error *err)
{
	static const void *const nothing = NULL;
	struct ask               paged = *ask;
	struct buf               query;
	const char              *fault;
	strava_status            status;

	if (out != NULL)
		memcpy(out, &nothing, sizeof(nothing));
	buf_init(&query, PAGE_BYTES);
	paged.query = &query;
	if ((fault = sv_query_page(&query, page)) != NULL)
		status = sv_fail_argument(err, fault);
	else
		status = sv_ask_list(client, &paged, model, out, err);
	buf_free(&query);
	return status;
}
