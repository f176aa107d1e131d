/* SPDX-License-Identifier: MIT */

/* A grant: the request for a token and what becomes of its answer, for one call
 * that blocks and for many at once. */

#include "grant.h"

#include <stdlib.h>
#include <string.h>

#define FORM_MAX 16384

static bool
is_client_id(const char *text)
{
	size_t digits = text != NULL ? strspn(text, "0123456789") : 0;

	return digits > 0 && digits <= 20 && text[digits] == '\0';
}

/* What is wrong with the application, or NULL. */
const char *
sv_fault_of_app(const strava_app *app, bool secret_needed)
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

const char *
sv_fault_of_refresh(const strava_app *app, const char *refresh_token)
{
	const char *fault = sv_fault_of_app(app, true);

	if (fault == NULL &&
	    (refresh_token == NULL || !sv_is_secret(refresh_token)))
		fault = "the refresh token is not 1 to 1024 bytes of visible "
			"ASCII";
	return fault;
}

void
sv_grant_form(struct buf *form, const strava_app *app, const char *grant_type,
    const char *name, const char *secret)
{
	buf_init(form, FORM_MAX);
	buf_add_field(form, "client_id", app->client_id);
	buf_add_field(form, "client_secret", app->client_secret);
	buf_add_field(form, "grant_type", grant_type);
	buf_add_field(form, name, secret);
}

struct call
sv_grant_call(const strava_client *client, const struct buf *form)
{
	return (struct call){ .method = "POST",
		.base = client->oauth_base,
		.path = "/token",
		.content_type = FORM_TYPE,
		.body = buf_text(form),
		.body_len = form->len };
}

bool
sv_grant_begin(struct grant *grant, bool is_refresh)
{
	grant->is_refresh = is_refresh;
	sv_response_clear(&grant->response);
	if (!sv_response_reserve(&grant->response))
		return false;
	grant->box = calloc(1, sizeof(*grant->box));
	return grant->box != NULL;
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

strava_status
sv_grant_end(struct grant *grant, int64_t now, strava_status status,
    strava_error *failure, strava_token **out)
{
	strava_error useless;

	*out = NULL;
	if (grant->response.http.status / 100 == 2) {
		if (read_grant(grant->box, &grant->response, grant->is_refresh,
			now, &useless) == STRAVA_OK) {
			status = STRAVA_OK;
		} else if (status == STRAVA_OK) {
			status = useless.status;
			*failure = useless;
		}
	}
	if (status == STRAVA_OK)
		*out = &grant->box->token;
	else
		strava_token_free(&grant->box->token);
	return status;
}

strava_outcome
strava_outcome_of(strava_status status, const strava_error *err)
{
	if (status == STRAVA_OK)
		return STRAVA_GRANTED;
	/* Who does not say is taken at the worst. */
	return err == NULL || err->in_doubt ? STRAVA_IN_DOUBT : STRAVA_REFUSED;
}
