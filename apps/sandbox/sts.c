/* SPDX-License-Identifier: MIT */

/* Google's Security Token Service: for workloads and workforces of elsewhere. */

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "members.h"
#include "oauth_answer.h"
#include "subject.h"

#define EXCHANGE "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN "urn:ietf:params:oauth:token-type:access_token"

static const char *const required[] = { "audience", "scope", "subject_token",
	"subject_token_type", "requested_token_type" };

/* True unless the call carries the name and password of another client. */
static bool
client_fits(const struct call *call)
{
	return request_header(call->request, "Authorization") == NULL ||
	       call_basic(call, GOOGLE_WORKFORCE_ID, GOOGLE_WORKFORCE_SECRET) ||
	       call_basic(call, GOOGLE_WORKFORCE_ID, "");
}

/* A member of a workforce says who is billed: by a client or by a project. */
static const char *
check_options(struct call *call, const char *audience)
{
	bool is_workforce = strcmp(audience, WORKFORCE_AUDIENCE) == 0;
	bool has_client =
	    request_header(call->request, "Authorization") != NULL;
	const char         *text = oauth_form(call, "options");
	struct json_object *options = NULL;
	const char         *project = NULL, *why = NULL;
	struct buf          plain;
	size_t              found;

	buf_init(&plain, 4096);
	if (text != NULL && call_unescape(text, &plain))
		options = members_parse(plain.data, plain.len);
	project = members_get_string(options, "userProject");
	if (text != NULL && options == NULL)
		why = "The options are no JSON.";
	else if (project != NULL && !is_workforce)
		why = "A user project is for workforce pools only.";
	else if (project != NULL &&
		 !vault_find_project(&call->world->vault, project, &found))
		why = "The user project does not exist.";
	else if (is_workforce && !has_client && project == NULL)
		why = "A workforce pool needs a user project or a client.";
	json_object_put(options);
	buf_free(&plain);
	return why;
}

/* The first field that is not there; NULL when all are. */
static const char *
find_missing(const struct call *call)
{
	size_t i;

	for (i = 0; i < COUNT(required); i++)
		if (oauth_form(call, required[i]) == NULL)
			return required[i];
	return NULL;
}

static bool
refuse_request(struct call *call, const char *text)
{
	oauth_refuse(call, 400, "invalid_request", text);
	return false;
}

/* Is it a request that can be understood?  False after an answer. */
static bool
check_request(struct call *call)
{
	const char *missing = find_missing(call);
	char        text[128];

	if (missing != NULL) {
		snprintf(text, sizeof(text), "Missing required parameter: %s",
		    missing);
		return refuse_request(call, text);
	}
	if (!oauth_form_is(call, "requested_token_type", ACCESS_TOKEN))
		return refuse_request(
		    call, "Invalid value for \"requested_token_type\".");
	if (!subject_type_ok(oauth_form(call, "subject_token_type")))
		return refuse_request(
		    call, "Invalid value for \"subject_token_type\".");
	return true;
}

static void
exchange(struct call *call)
{
	const char  *audience = oauth_form(call, "audience");
	const char  *why;
	struct emit *e;

	if (strcmp(audience, POOL_AUDIENCE) != 0 &&
	    strcmp(audience, WORKFORCE_AUDIENCE) != 0) {
		oauth_refuse(call, 400, "invalid_target",
		    "The target service indicated by the \"audience\" "
		    "parameters is invalid. This might either be because the "
		    "pool or provider is disabled or deleted or because it "
		    "doesn't exist.");
	} else if ((why = check_options(call, audience)) != NULL) {
		oauth_refuse(call, 400, "invalid_request", why);
	} else if ((why = subject_check(call,
			oauth_form(call, "subject_token_type"),
			oauth_form(call, "subject_token"), audience)) != NULL) {
		oauth_refuse(call, 400, "invalid_grant", why);
	} else {
		e = oauth_grant(call, oauth_form(call, "scope"));
		emit_text(e, "issued_token_type", ACCESS_TOKEN);
		emit_end(e);
	}
}

void
sts_token(struct call *call)
{
	if (!client_fits(call))
		oauth_refuse(
		    call, 401, "invalid_client", "The client is unknown.");
	else if (!oauth_form_is(call, "grant_type", EXCHANGE))
		oauth_refuse(call, 400, "unsupported_grant_type",
		    "The grant type is not supported.");
	else if (check_request(call))
		exchange(call);
}

/* The refresh by a member of a workforce: the old token is dead at once. */
void
sts_oauth_token(struct call *call)
{
	struct google *google = &call->world->google;
	char           refresh[WORKFORCE_REFRESH_SIZE];
	struct emit   *e;

	google_workforce_refresh(google, refresh);
	if (!call_basic(call, GOOGLE_WORKFORCE_ID, GOOGLE_WORKFORCE_SECRET)) {
		oauth_refuse(
		    call, 401, "invalid_client", "The client is unknown.");
	} else if (!oauth_form_is(call, "grant_type", "refresh_token")) {
		oauth_refuse(call, 400, "unsupported_grant_type",
		    "The grant type is not supported.");
	} else if (!oauth_form_is(call, "refresh_token", refresh)) {
		oauth_refuse(call, 400, "invalid_grant",
		    "Token has been expired or revoked.");
	} else {
		google->workforce_refreshes++;
		google_workforce_refresh(google, refresh);
		known_add_text(google->known, refresh);
		e = oauth_grant(call, GOOGLE_SCOPE);
		emit_text(e, "refresh_token", refresh);
		emit_text(e, "scope", GOOGLE_SCOPE);
		emit_end(e);
	}
}
