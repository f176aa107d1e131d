/* SPDX-License-Identifier: MIT */

/* Google's token endpoint: for users, and for service accounts with a key. */

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "jwt.h"
#include "members.h"
#include "oauth_answer.h"
#include "oidc.h"

#define JWT_BEARER "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define USER_SCOPES \
	"openid https://www.googleapis.com/auth/userinfo.email " GOOGLE_SCOPE

static void
emit_identity(
    struct call *call, struct emit *e, const struct identity *identity)
{
	struct buf token;

	buf_init(&token, JWT_MAX);
	if (!oidc_add_token(call, identity, &token))
		call->response->failed = true;
	emit_text(e, "id_token", buf_text(&token));
	buf_free(&token);
}

/* A user may narrow the scopes, and gets an identity token with "openid". */
static void
grant_user(struct call *call)
{
	const char  *wanted = oauth_form(call, "scope");
	const char  *scopes = wanted != NULL ? wanted : USER_SCOPES;
	struct emit *e = oauth_grant(call, scopes);

	emit_text(e, "scope", scopes);
	if (strstr(scopes, "openid") != NULL)
		emit_identity(call, e,
		    &(struct identity){ .audience = GOOGLE_USER_ID,
			.subject = GOOGLE_USER_NUMBER,
			.email = GOOGLE_USER_EMAIL });
	emit_end(e);
}

/* The organisation wants the user to log in again. */
static void
refuse_rapt(struct call *call, const char *subtype)
{
	struct emit *e = call_json(call, 400);

	emit_object(e, NULL);
	emit_text(e, "error", "invalid_grant");
	emit_text(
	    e, "error_description", "reauth related error (invalid_rapt)");
	emit_text(
	    e, "error_uri", "https://support.google.com/a/answer/9368756");
	emit_text(e, "error_subtype", subtype);
	emit_end(e);
}

static void
refresh(struct call *call)
{
	if (!oauth_form_is(call, "client_id", GOOGLE_USER_ID)) {
		oauth_refuse(call, 401, "invalid_client",
		    "The OAuth client was not found.");
		return;
	}
	if (!oauth_form_is(call, "client_secret", GOOGLE_USER_SECRET)) {
		oauth_refuse(call, 401, "invalid_client", "Unauthorized");
		return;
	}
	if (!oauth_form_is(call, "refresh_token", GOOGLE_USER_REFRESH)) {
		oauth_refuse(call, 400, "invalid_grant", "Bad Request");
		return;
	}
	switch (call->world->google.user) {
	case USER_REVOKED:
		oauth_refuse(call, 400, "invalid_grant",
		    "Token has been expired or revoked.");
		break;
	case USER_INVALID_RAPT: refuse_rapt(call, "invalid_rapt"); break;
	case USER_RAPT_REQUIRED: refuse_rapt(call, "rapt_required"); break;
	case USER_GOOD: grant_user(call); break;
	}
}

/* Clients name Google's endpoint or the token_uri of their key file. */
static bool
is_for_us(const struct call *call, const char *audience)
{
	char own[CALL_URL_SIZE];

	call_url(call, "/token", own);
	return audience != NULL && (strcmp(audience, GOOGLE_TOKEN_URI) == 0 ||
				       strcmp(audience, own) == 0);
}

static void
grant_identity(struct call *call, const char *audience)
{
	struct emit *e = call_json(call, 200);

	emit_object(e, NULL);
	emit_identity(call, e,
	    &(struct identity){ .audience = audience,
		.subject = GOOGLE_ACCOUNT_ID,
		.email = call->world->google.email });
	emit_end(e);
}

static void
bear(struct call *call)
{
	struct google      *google = &call->world->google;
	const char         *assertion = oauth_form(call, "assertion");
	struct json_object *claims =
	    assertion != NULL
		? jwt_claims(&google->keys, KEY_ACCOUNT, assertion)
		: NULL;
	const char *iss = members_get_string(claims, "iss");
	const char *sub = members_get_string(claims, "sub");
	const char *target = members_get_string(claims, "target_audience");
	const char *scope = members_get_string(claims, "scope");

	if (claims == NULL || iss == NULL || strcmp(iss, google->email) != 0)
		oauth_refuse(
		    call, 400, "invalid_grant", "Invalid JWT Signature.");
	else if (!is_for_us(call, members_get_string(claims, "aud")))
		oauth_refuse(call, 400, "invalid_grant",
		    "Invalid JWT: Failed audience check.");
	else if (!jwt_times_hold(claims, GOOGLE_JWT_LIFE_S, call->now))
		oauth_refuse(call, 400, "invalid_grant",
		    "Invalid JWT: Token must be a short-lived token (60 "
		    "minutes) and in a reasonable timeframe. Check your iat "
		    "and exp values in the JWT claim.");
	else if (sub != NULL && strcmp(sub, iss) != 0)
		oauth_refuse(call, 401, "unauthorized_client",
		    "Client is unauthorized to retrieve access tokens using "
		    "this method, or client not authorized for any of the "
		    "scopes requested.");
	else if (target != NULL)
		grant_identity(call, target);
	else if (scope == NULL || scope[0] == '\0')
		oauth_refuse(call, 400, "invalid_scope",
		    "Empty or missing scope not allowed.");
	else
		emit_end(oauth_grant(call, scope));
	json_object_put(claims);
}

void
google_token(struct call *call)
{
	if (oauth_form_is(call, "grant_type", "refresh_token"))
		refresh(call);
	else if (oauth_form_is(call, "grant_type", JWT_BEARER))
		bear(call);
	else
		oauth_refuse(call, 400, "unsupported_grant_type",
		    "Invalid grant_type in the form");
}
