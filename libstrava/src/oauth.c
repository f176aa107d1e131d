/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "call.h"

#define URL_MAX 8192
#define FORM_MAX 16384

#define FORM "application/x-www-form-urlencoded"

static bool
is_client_id(const char *text)
{
	size_t digits = text != NULL ? strspn(text, "0123456789") : 0;

	return digits > 0 && digits <= 20 && text[digits] == '\0';
}

/* What is wrong with the application, or NULL. */
static const char *
fault_of_app(const strava_app *app, bool secret_needed)
{
	if (app == NULL)
		return "app is NULL";
	if (!is_client_id(app->client_id))
		return "the client id is not a decimal number";
	if (secret_needed &&
	    (app->client_secret == NULL || !sv_is_secret(app->client_secret)))
		return "the client secret is not 1 to 1024 bytes of visible "
		       "ASCII";
	return NULL;
}

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
	if ((fault = fault_of_app(app, false)) != NULL ||
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

/*
 * What Strava answered, or what arrived of it.  The document counts and not the
 * way in which the connection ended: one that is whole is good though the
 * connection broke behind it.
 */
static strava_status
read_grant(struct token_box *box, const strava_http_response *response,
    bool is_refresh, int64_t now, strava_error *err)
{
	const struct http_response *http = &response->http;
	const char                 *why;

	switch (sv_token_read(
	    box, buf_text(&http->body), http->body.len, now, &why)) {
	case TOKEN_WHOLE:
		if (is_refresh || box->token.athlete_id != 0)
			return STRAVA_OK;
		why = "the token reply does not say whose the token is";
		break;
	case TOKEN_REFRESH_ONLY:
		if (is_refresh)
			return STRAVA_OK;
		break;
	case TOKEN_NONE: break;
	}
	return sv_fail_format(err, http->status, why);
}

/*
 * Posts a form to the token endpoint, once, and reads the token out of the
 * answer.  All memory is taken before the request leaves.
 */
static strava_status
grant(strava_client *client, const struct buf *form, bool is_refresh,
    strava_token **out, strava_error *err)
{
	struct call          call = { .method = "POST",
			 .base = client->oauth_base,
			 .path = "/token",
			 .content_type = FORM,
			 .body = buf_text(form),
			 .body_len = form->len };
	struct token_box    *box = NULL;
	strava_http_response response;
	strava_error         failure, useless;
	strava_status        status;

	sv_response_init(&response, REPLY_MAX);
	if (!buf_ok(form) || !sv_response_reserve(&response) ||
	    (box = calloc(1, sizeof(*box))) == NULL) {
		status = sv_fail_memory(err);
		goto out;
	}
	status = sv_call(client, &call, &response, &failure);
	if (response.http.status / 100 == 2) {
		if (read_grant(box, &response, is_refresh, sv_now(client),
			&useless) == STRAVA_OK) {
			status = STRAVA_OK;
		} else if (status == STRAVA_OK) {
			status = useless.status;
			failure = useless;
		}
	}
	if (status == STRAVA_OK) {
		*out = &box->token;
		box = NULL;
	} else if (err != NULL) {
		*err = failure;
	}
out:
	if (box != NULL)
		strava_token_free(&box->token);
	sv_response_free(&response);
	return status;
}

/* The members that both grants have in common. */
static void
begin_form(struct buf *form, const strava_app *app, const char *grant_type)
{
	buf_init(form, FORM_MAX);
	buf_add_field(form, "client_id", app->client_id);
	buf_add_field(form, "client_secret", app->client_secret);
	buf_add_field(form, "grant_type", grant_type);
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
	if ((fault = fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	if (!sv_is_secret(code)) /* it came from a browser */
		return sv_fail(err, STRAVA_ERR_CODE,
		    "that is no authorization code: start again at the "
		    "authorize URL");
	begin_form(&form, app, "authorization_code");
	buf_add_field(&form, "code", code);
	status = grant(client, &form, false, token_out, err);
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
	if ((fault = fault_of_app(app, true)) != NULL)
		return sv_fail_argument(err, fault);
	if (!sv_is_secret(refresh_token))
		return sv_fail_argument(err,
		    "the refresh token is not 1 to 1024 bytes of visible "
		    "ASCII");
	begin_form(&form, app, "refresh_token");
	buf_add_field(&form, "refresh_token", refresh_token);
	status = grant(client, &form, true, token_out, err);
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
		  .content_type = FORM,
		  .repeatable = true };
	strava_status status;

	if (client == NULL)
		return sv_fail_argument(err, "client is NULL");
	if ((fault = fault_of_app(app, true)) != NULL)
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
	struct call call = {
		.method = "POST", .path = "/deauthorize", .bearer = true
	};

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
