/* SPDX-License-Identifier: MIT */
#include "oauth_answer.h"

#include <string.h>

void
oauth_refuse(struct call *call, int status, const char *error, const char *text)
{
	struct emit *e = call_json(call, status);

	emit_object(e, NULL);
	emit_text(e, "error", error);
	emit_text(e, "error_description", text);
	emit_end(e);
}

struct emit *
oauth_grant(struct call *call, const char *scopes)
{
	struct google *google = &call->world->google;
	struct emit   *e = call_json(call, 200);
	struct buf     token;

	buf_init(&token, 2048);
	if (!google_add_access(google, call->now + GOOGLE_LIFE_S,
		google_scopes(scopes), &token))
		call->response->failed = true;
	emit_object(e, NULL);
	emit_text(e, "access_token", buf_text(&token));
	emit_int(e, "expires_in", GOOGLE_LIFE_S);
	emit_text(e, "token_type", "Bearer");
	buf_free(&token);
	return e;
}

const char *
oauth_form(const struct call *call, const char *name)
{
	const char *value = request_form(call->request, name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

bool
oauth_form_is(const struct call *call, const char *name, const char *wanted)
{
	const char *value = request_form(call->request, name);

	return value != NULL && strcmp(value, wanted) == 0;
}
