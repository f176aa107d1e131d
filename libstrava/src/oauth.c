/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "call.h"
#include "grant.h"

#define URL_MAX 8192
#define FORM_MAX 16384

static bool
is_some_line(const char *text)
{
	return text != NULL && sv_is_line(text, URL_MAX);
}

static const char *
fault_of_ask(const strava_authorize *ask)
{
	if (ask == NULL)
		return "ask is NULL";
	if (!is_some_line(ask->redirect_uri) ||
	    strstr(ask->redirect_uri, "://") == NULL)
		return "redirect_uri is not an absolute URI";
	if (!is_some_line(ask->scope))
		return "scope is not printable ASCII, or empty";
	if (!is_some_line(ask->state))
		return "state is not printable ASCII, or empty";
	return NULL;
}

strava_status
strava_oauth_authorize_url(const strava_client *client, const strava_app *app,
    const strava_authorize *ask, char **url_out, strava_error *err)
{
	const char *fault;
	struct buf  url;

	if (url_out != NULL)
		*url_out = NULL;
	if (client == NULL || url_out == NULL)
		return sv_fail_argument(err, "client or url_out is NULL");
	if ((fault = sv_fault_of_app(app, false)) != NULL ||
	    (fault = fault_of_ask(ask)) != NULL)
		return sv_fail_argument(err, fault);
	/* Each byte may take three when escaped. */
	buf_init(&url, strlen(client->oauth_base) + (size_t)10 * URL_MAX);
	if (!buf_addf(&url, "%s%s?", client->oauth_base,
		ask->mobile ? "/mobile/authorize" : "/authorize") ||
	    !buf_add_field(&url, "client_id", app->client_id) ||
	    !buf_add_field(&url, "redirect_uri", ask->redirect_uri) ||
	    !buf_add_field(&url, "response_type", "code") ||
	    (ask->force && !buf_add_field(&url, "approval_prompt", "force")) ||
	    !buf_add_field(&url, "scope", ask->scope) ||
	    !buf_add_field(&url, "state", ask->state)) {
		buf_free(&url);
		return sv_fail_memory(err);
	}
	*url_out = url.data;
	return STRAVA_OK;
}

/* Posts a form to the token endpoint, once, and reads the token out of the
 * answer. */
static strava_status
post_form(strava_client *client, const struct buf *form, bool is_refresh,
    strava_token **out, strava_error *err)
{
	struct call   call = sv_grant_call(client, form);
	struct grant  grant;
	strava_error  failure;
	strava_status status;

	sv_response_init(&grant.response, REPLY_MAX);
	if (buf_ok(form) && sv_grant_begin(&grant, is_refresh)) {
		status = sv_call(client, &call, &grant.response, &failure);
		status =
		    sv_grant_end(&grant, sv_now(client), status, &failure, out);
		if (status != STRAVA_OK && err != NULL)
			*err = failure;
	} else {
		status = sv_fail_memory(err);
	}
	sv_response_free(&grant.response);
	return status;
}

strava_status
strava_oauth_exchange(strava_client *client, const strava_app *app,
    const char *code, strava_token **token_out, strava_error *err)
{
	const char   *fault;
	struct buf    form;
	strava_status status;

	if (token_out != NULL)
		*token_out = NULL;
	if (client == NULL || code == NULL || token_out == NULL)
		return sv_fail_argument(
		    err, "client, code or token_out is NULL");
	if ((fault = sv_fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	if (!sv_is_secret(code)) /* it came from a browser */
		return sv_fail(err, STRAVA_ERR_CODE,
		    "that is no authorization code: start again at the "
		    "authorize URL");
	sv_grant_form(&form, app, "authorization_code", "code", code);
	status = post_form(client, &form, false, token_out, err);
	buf_free(&form);
	return status;
}

strava_status
strava_oauth_refresh(strava_client *client, const strava_app *app,
    const char *refresh_token, strava_token **token_out, strava_error *err)
{
	const char   *fault;
	struct buf    form;
	strava_status status;

	if (token_out != NULL)
		*token_out = NULL;
	if (client == NULL || refresh_token == NULL || token_out == NULL)
		return sv_fail_argument(
		    err, "client, refresh_token or token_out is NULL");
	if ((fault = sv_fault_of_refresh(app, refresh_token)) != NULL)
		return sv_fail_argument(err, fault);
	sv_grant_form(
	    &form, app, "refresh_token", "refresh_token", refresh_token);
	status = post_form(client, &form, true, token_out, err);
	buf_free(&form);
	return status;
}

/* For a call whose answer has nothing in it that anybody wants. */
static strava_status
call_and_forget(
    strava_client *client, const struct call *call, strava_error *err)
{
	strava_http_response response;
	strava_status        status;

	sv_response_init(&response, REPLY_MAX);
	status = sv_call(client, call, &response, err);
	sv_response_free(&response);
	return status;
}

strava_status
strava_oauth_revoke(strava_client *client, const strava_app *app,
    const char *token, strava_error *err)
{
	const char   *fault;
	struct buf    form, basic;
	struct call   call = { .method = "POST",
		  .path = "/revoke",
		  .content_type = FORM_TYPE,
		  .repeatable = true };
	strava_status status;

	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if ((fault = sv_fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	if (token == NULL || !sv_is_secret(token))
		return sv_fail_argument(
		    err, "the token is not 1 to 1024 bytes of visible ASCII");
	buf_init(&form, FORM_MAX);
	buf_init(&basic, FORM_MAX);
	if (buf_add_field(&form, "token", token) &&
	    buf_addf(&basic, "%s:%s", app->client_id, app->client_secret)) {
		call.base = client->oauth_base;
		call.body = buf_text(&form);
		call.body_len = form.len;
		call.basic = buf_text(&basic);
		status = call_and_forget(client, &call, err);
	} else {
		status = sv_fail_memory(err);
	}
	buf_free(&form);
	buf_free(&basic);
	return status;
}

strava_status
strava_oauth_deauthorize(strava_client *client, strava_error *err)
{
	struct call call = { .method = "POST",
		.path = "/deauthorize",
		.bearer = true,
		.budget = BUDGET_READ };

	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	call.base = client->oauth_base;
	return call_and_forget(client, &call, err);
}

void
strava_string_free(char *string)
{
	wipe_free(string);
}
