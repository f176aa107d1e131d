/* SPDX-License-Identifier: MIT */

/* The metadata server of a machine in Google's cloud. */

#include <string.h>

#include "handlers.h"
#include "members.h"

#define TOKEN_LIFE_S 3599
#define FLAVOR "Metadata-Flavor"

static void
put_text(struct call *call, const char *text)
{
	response_type(call->response, "application/text");
	buf_add_text(&call->response->body, text);
}

static void
project_id(struct call *call)
{
	put_text(call, call->world->options.project);
}

static void
project_number(struct call *call)
{
	put_text(call, VAULT_FIRST_PROJECT);
}

static void
instance_id(struct call *call)
{
	put_text(call, "7000000000000000001");
}

static void
region(struct call *call)
{
	put_text(call, "projects/" VAULT_FIRST_PROJECT "/regions/us-central1");
}

static void
zone(struct call *call)
{
	put_text(call, "projects/" VAULT_FIRST_PROJECT "/zones/us-central1-1");
}

static void
email(struct call *call)
{
	put_text(call, call->world->google.email);
}

static void
scopes(struct call *call)
{
	put_text(call, GOOGLE_SCOPE "\n");
}

static void
universe(struct call *call)
{
	put_text(call, "googleapis.com");
}

static void
account(struct call *call)
{
	const char  *recursive = request_query(call->request, "recursive");
	struct emit *e;

	if (recursive == NULL || strcmp(recursive, "true") != 0) {
		put_text(call, "aliases\nemail\nidentity\nscopes\ntoken\n");
		return;
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_array(e, "aliases");
	emit_text(e, NULL, "default");
	emit_end(e);
	emit_text(e, "email", call->world->google.email);
	emit_array(e, "scopes");
	emit_text(e, NULL, GOOGLE_SCOPE);
	emit_end(e);
	emit_end(e);
}

static void
token(struct call *call)
{
	struct world *world = call->world;
	int64_t       expires_at = call->now + TOKEN_LIFE_S;
	struct buf   *body = &call->response->body;

	call_json(call, 200);
	buf_add_text(body, "{\"access_token\":\"");
	google_add_access(&world->google, expires_at, body);
	buf_addf(body, "\",\"expires_in\":%d,\"token_type\":\"Bearer\"}",
	    TOKEN_LIFE_S);
}

static void
identity(struct call *call)
{
	struct world *world = call->world;
	const char   *audience = request_query(call->request, "audience");
	const char   *format = request_query(call->request, "format");

	if (audience == NULL || audience[0] == '\0') {
		call->response->status = 400;
		put_text(call, "non-empty audience parameter required\n");
		return;
	}
	response_type(call->response, "text/html");
	google_add_identity(&world->google, audience,
	    format != NULL && strcmp(format, "full") == 0, call->now,
	    &call->response->body);
}

static const struct {
	const char *path;
	void (*answer)(struct call *call);
} paths[] = {
	{ "project/project-id", project_id },
	{ "project/numeric-project-id", project_number },
	{ "instance/id", instance_id },
	{ "instance/region", region },
	{ "instance/zone", zone },
	{ "instance/service-accounts/default/", account },
	{ "instance/service-accounts/default/email", email },
	{ "instance/service-accounts/default/scopes", scopes },
	{ "instance/service-accounts/default/token", token },
	{ "instance/service-accounts/default/identity", identity },
	{ "universe/universe-domain", universe },
};

/* A page whose script talks to this address cannot set the header, and a proxy
 * that passes its request on adds another. */
static bool
is_trusted(const struct call *call)
{
	const char *flavor = request_header(call->request, FLAVOR);

	return flavor != NULL && strcmp(flavor, "Google") == 0 &&
	       request_header(call->request, "X-Forwarded-For") == NULL;
}

void
google_metadata(struct call *call)
{
	size_t i;

	response_header(call->response, FLAVOR, "Google");
	if (!is_trusted(call)) {
		call->response->status = 403;
		response_type(call->response, "text/html; charset=UTF-8");
		buf_add_text(&call->response->body,
		    "<!DOCTYPE html>\n<p>Missing " FLAVOR ":Google header.\n");
		return;
	}
	for (i = 0; i < COUNT(paths); i++)
		if (strcmp(paths[i].path, call->rest) == 0) {
			paths[i].answer(call);
			return;
		}
	call_google_lost(call);
}
