/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <errno.h>
#include <string.h>

#include "client.h"

#define TEXT_MAX 1024    /* a name */
#define HEADER_MAX 20000 /* a token and its header's name */

gcpsecret_status
gs_malformed(gcpsecret_error *err, const char *fault)
{
	return gs_fail(err, GCPSECRET_ERR_FORMAT,
	    "the answer of Secret Manager %s", fault);
}

gcpsecret_status
gs_call_begin(gcpsecret_client *client, const char *text, enum name_form form,
    struct name *name, gcpsecret_error *err)
{
	gcpsecret_status status;

	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = gs_name_parse(text, form, name, err)) != GCPSECRET_OK)
		return status;
	return gs_call_project(client, name, err);
}

gcpsecret_status
gs_call_project(
    gcpsecret_client *client, struct name *name, gcpsecret_error *err)
{
	const char      *project;
	gcpsecret_status status;

	if (name->project[0] != '\0')
		return GCPSECRET_OK;
	status = gs_project(client, &project, err);
	if (status == GCPSECRET_OK)
		memcpy(name->project, project, strlen(project) + 1);
	return status;
}

/* A regional secret lives at a host of its own, and nowhere else. */
static bool
add_url(struct buf *url, const gcpsecret_client *client,
    const struct call *call, const struct method *method)
{
	const char *location = call->name->location;

	if (gs_emulator(client) != NULL)
		buf_add_text(url, gs_emulator(client));
	else if (client->endpoint != NULL)
		buf_add_text(url, client->endpoint);
	else if (location[0] != '\0' && gs_method_is_regional(method))
		buf_addf(url, "https://secretmanager.%s.rep.%s", location,
		    gs_universe(client));
	else
		buf_addf(url, "https://secretmanager.%s", gs_universe(client));
	buf_add_text(url, "/v1/");
	gs_method_add_path(url, method, call->name);
	if (call->query != NULL && call->query->len > 0)
		buf_addf(url, "?%s", buf_text(call->query));
	return buf_ok(url);
}

static const struct wanted wanted = { .scope = GS_SCOPE };

/* Sends the request with a token, which it adds to `token`. */
static gcpsecret_status
authorize(gcpsecret_client *client, struct exchange *x, struct buf *token,
    gcpsecret_error *err)
{
	const char      *secrets[2] = { NULL };
	const char      *headers[5] = { "Accept: application/json" };
	const char      *quota_project = gs_quota_project(client);
	size_t           count = 1;
	struct buf       bearer, quota;
	gcpsecret_status status = gs_token(client, &wanted, token, err);

	if (status != GCPSECRET_OK)
		return status;
	if (x->request.body != NULL)
		headers[count++] = "Content-Type: application/json";
	buf_init(&bearer, HEADER_MAX);
	buf_init(&quota, HEADER_MAX);
	if (token->len > 0 &&
	    buf_addf(&bearer, "Authorization: Bearer %s", token->data))
		headers[count++] = bearer.data;
	if (quota_project != NULL &&
	    buf_addf(&quota, "x-goog-user-project: %s", quota_project))
		headers[count++] = quota.data;
	secrets[0] = token->data;
	x->secrets = secrets;
	x->request.headers = headers;
	if (buf_ok(&bearer) && buf_ok(&quota))
		status = gs_exchange(client, x, err);
	else
		status = gs_no_memory(err);
	x->request.headers = NULL;
	x->secrets = NULL;
	buf_free(&bearer);
	buf_free(&quota);
	return status;
}

/* A token that the API refuses is replaced, once. */
static gcpsecret_status
fetch(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	gcpsecret_error  first;
	struct buf       token;
	gcpsecret_status status;

	buf_init(&token, GS_TOKEN_MAX);
	status = authorize(client, x, &token, &first);
	if (status == GCPSECRET_ERR_REFUSED && x->response.status == 401 &&
	    token.len > 0) {
		gs_token_forget(client, &wanted, token.data);
		buf_clear(&token);
		status = authorize(client, x, &token, &first);
	}
	buf_free(&token);
	if (status != GCPSECRET_OK && err != NULL)
		*err = first;
	return status;
}

static enum repeat
repeat_of(
    const gcpsecret_client *client, const struct method *method, bool has_etag)
{
	if ((client->retry_on & method->retry) == 0)
		return REPEAT_NOT;
	switch (method->harmless) {
	case ALWAYS: return REPEAT_ANY;
	case WITH_ETAG: return has_etag ? REPEAT_ANY : REPEAT_REFUSED;
	case REFUSED: return REPEAT_REFUSED;
	case UNSENT: break;
	}
	return REPEAT_UNSENT;
}

static void
prepare(struct exchange *x, const gcpsecret_client *client,
    const struct call *call, const struct method *method)
{
	x->repeat = repeat_of(client, method, call->has_etag);
	x->only_busy = (client->retry_on & GCPSECRET_RETRY_SERVER) == 0;
	x->permission = method->permission;
	x->of_version = gs_method_is_of_version(method);
	x->has_etag = call->has_etag;
	x->secret = call->secret;
	x->secret_len = call->secret_len;
	x->request.method = method->verb;
	x->request.body_max = method->answer_max;
	x->request.plain_ok = gs_emulator(client) != NULL;
	/* libcurl must not repeat by itself what we would not. */
	x->request.at_most_once = method->harmless != ALWAYS;
	if (call->body != NULL) {
		x->request.body = call->body->data;
		x->request.body_len = call->body->len;
	}
}

/* Reads the answer, and whether it is the one to the question. */
static gcpsecret_status
read_answer(const struct exchange *x, const struct call *call,
    struct json_object **document, gcpsecret_error *err)
{
	const struct method *method = &gs_methods[call->method];
	const char          *name;
	gcpsecret_status     status = GCPSECRET_OK;

	*document =
	    members_parse(buf_text(&x->response.body), x->response.body.len);
	if (*document == NULL && errno == ENOMEM)
		return gs_no_memory(err);
	if (!json_object_is_type(*document, json_type_object))
		status = gs_malformed(err, "is not JSON");
	else if (method->answer != NAMELESS) {
		name = members_get_string(*document, "name");
		if (name == NULL)
			status = gs_malformed(err, "lacks a name");
		else if (!gs_method_is_answer(method, name, call->name))
			status = gs_malformed(err, "is about something else");
	}
	if (status != GCPSECRET_OK) {
		gs_json_free(*document);
		*document = NULL;
	}
	return status;
}

gcpsecret_status
gs_call(gcpsecret_client *client, const struct call *call,
    struct json_object **document, gcpsecret_error *err)
{
	const struct method *method = &gs_methods[call->method];
	struct json_object  *answer = NULL;
	struct exchange      x;
	struct buf           url, resource;
	gcpsecret_status     status = gs_credentials(client, err);

	if (status != GCPSECRET_OK)
		return status;
	buf_init(&url, SIZE_MAX);
	buf_init(&resource, TEXT_MAX);
	if (add_url(&url, client, call, method) &&
	    gs_method_add_subject(&resource, method, call->name)) {
		gs_exchange_init(&x, PEER_API, url.data);
		x.resource = resource.data;
		prepare(&x, client, call, method);
		status = fetch(client, &x, err);
		if (status == GCPSECRET_OK)
			status = read_answer(&x, call, &answer, err);
		gs_exchange_free(&x);
	} else {
		status = gs_no_memory(err);
	}
	buf_free(&url);
	buf_free(&resource);
	if (document != NULL)
		*document = answer;
	else
		gs_json_free(answer);
	return status;
}

gcpsecret_status
gs_read_model(struct json_object *document, const struct model *model,
    void *out, gcpsecret_error *err)
{
	switch (model_read(document, model, out)) {
	case READ: return GCPSECRET_OK;
	case NO_MEMORY: return gs_no_memory(err);
	case ODD: break;
	}
	return gs_fail(err, GCPSECRET_ERR_FORMAT,
	    "the answer of Secret Manager is no %s", model->noun);
}

gcpsecret_status
gs_call_model(gcpsecret_client *client, const struct call *call,
    const struct model *model, void *out, gcpsecret_error *err)
{
	struct json_object *document;
	void               *read;
	gcpsecret_status    status = gs_call(client, call, &document, err);

	if (status == GCPSECRET_OK)
		status = gs_read_model(document, model, &read, err);
	if (status != GCPSECRET_OK)
		return status;
	if (out != NULL)
		memcpy(out, &read, sizeof(read));
	else
		model_free(read);
	return GCPSECRET_OK;
}
