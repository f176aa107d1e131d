/* SPDX-License-Identifier: MIT */

/* Google's token endpoint and the keys of its identity tokens. */

#include <string.h>

#include "handlers.h"
#include "members.h"

#define TOKEN_LIFE_S 3599
#define JWT_BEARER "urn:ietf:params:oauth:grant-type:jwt-bearer"

/* An error in the manner of RFC 6749. */
static void
refuse(struct call *call, int status, const char *error, const char *text)
{
	struct emit *e = call_json(call, status);

	emit_object(e, NULL);
	emit_text(e, "error", error);
	emit_text(e, "error_description", text);
	emit_end(e);
}

static void
grant(struct call *call)
{
	struct world *world = call->world;
	struct buf   *body = &call->response->body;

	call_json(call, 200);
	buf_add_text(body, "{\"access_token\":\"");
	google_add_access(&world->google, call->now + TOKEN_LIFE_S, body);
	buf_addf(body,
	    "\",\"expires_in\":%d,\"scope\":\"" GOOGLE_SCOPE
	    "\",\"token_type\":\"Bearer\"}",
	    TOKEN_LIFE_S);
}

static bool
form_is(const struct call *call, const char *name, const char *wanted)
{
	const char *value = request_form(call->request, name);

	return value != NULL && strcmp(value, wanted) == 0;
}

static void
refresh(struct call *call)
{
	if (!form_is(call, "client_id", GOOGLE_USER_ID) ||
	    !form_is(call, "client_secret", GOOGLE_USER_SECRET))
		refuse(call, 401, "invalid_client", "Unauthorized");
	else if (!form_is(call, "refresh_token", GOOGLE_USER_REFRESH))
		refuse(call, 400, "invalid_grant", "Bad Request");
	else
		grant(call);
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
	struct world *world = call->world;
	struct buf   *body = &call->response->body;

	call_json(call, 200);
	buf_add_text(body, "{\"id_token\":\"");
	google_add_identity(&world->google, audience, true, call->now, body);
	buf_add_text(body, "\"}");
}

static void
bear(struct call *call)
{
	const struct google *google = &call->world->google;
	const char *assertion = request_form(call->request, "assertion");
	struct json_object *claims =
	    assertion != NULL ? google_claims(google, assertion) : NULL;
	const char *iss = members_get_string(claims, "iss");
	const char *target = members_get_string(claims, "target_audience");
	const char *scope = members_get_string(claims, "scope");

	if (claims == NULL || iss == NULL || strcmp(iss, google->email) != 0)
		refuse(call, 400, "invalid_grant", "Invalid JWT Signature.");
	else if (!is_for_us(call, members_get_string(claims, "aud")))
		refuse(call, 400, "invalid_grant",
		    "Invalid JWT: Failed audience check.");
	else if (!google_claims_hold(claims, call->now))
		refuse(call, 400, "invalid_grant",
		    "Invalid JWT: Token must be a short-lived token (60 "
		    "minutes) and in a reasonable timeframe. Check your iat "
		    "and exp values in the JWT claim.");
	else if (target != NULL)
		grant_identity(call, target);
	else if (scope == NULL || scope[0] == '\0')
		refuse(call, 400, "invalid_scope",
		    "Empty or missing scope not allowed.");
	else
		grant(call);
	json_object_put(claims);
}

void
google_token(struct call *call)
{
	if (form_is(call, "grant_type", "refresh_token"))
		refresh(call);
	else if (form_is(call, "grant_type", JWT_BEARER))
		bear(call);
	else
		refuse(call, 400, "unsupported_grant_type",
		    "Invalid grant_type in the form");
}

void
google_certs(struct call *call)
{
	call_json(call, 200);
	response_header(
	    call->response, "Cache-Control", "public, max-age=3600");
	google_add_jwks(&call->world->google, &call->response->body);
}
