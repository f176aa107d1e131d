/* SPDX-License-Identifier: MIT */

/* The metadata server of a machine in Google's cloud. */

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "jwt.h"
#include "members.h"
#include "oidc.h"

#define FLAVOR "Metadata-Flavor"
#define ROOT "/computeMetadata/v1/"
#define INSTANCE_ID "7000000000000000001"
#define REGION "projects/" VAULT_FIRST_PROJECT "/regions/us-central1"
#define ZONE "projects/" VAULT_FIRST_PROJECT "/zones/us-central1-1"
#define ACCOUNTS "instance/service-accounts/"
#define PATH_SIZE 512

static void
put_text(struct call *call, const char *text)
{
	response_type(call->response, "application/text");
	buf_add_text(&call->response->body, text);
}

static void
put_page(struct call *call, int status, const char *text)
{
	call->response->status = status;
	response_type(call->response, "text/html; charset=UTF-8");
	buf_addf(&call->response->body, "<!DOCTYPE html>\n<p>%s\n", text);
}

static bool
wants_all(const struct call *call)
{
	const char *recursive = request_query(call->request, "recursive");

	return recursive != NULL && strcmp(recursive, "true") == 0;
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
	put_text(call, INSTANCE_ID);
}

static void
region(struct call *call)
{
	put_text(call, REGION);
}

static void
zone(struct call *call)
{
	put_text(call, ZONE);
}

static void
email(struct call *call)
{
	put_text(call, call->world->google.email);
}

static void
aliases(struct call *call)
{
	put_text(call, "default\n");
}

static void
scopes(struct call *call)
{
	put_text(call, GOOGLE_SCOPE "\n");
}

static void
universe(struct call *call)
{
	if (call->world->google.universe[0] != '\0')
		put_text(call, call->world->google.universe);
	else
		call_google_lost(call);
}

static void
emit_account(struct emit *e, const char *key, const struct call *call)
{
	emit_object(e, key);
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
account(struct call *call)
{
	if (wants_all(call))
		emit_account(call_json(call, 200), NULL, call);
	else
		put_text(call, "aliases\nemail\nidentity\nscopes\ntoken\n");
}

static void
emit_accounts(struct emit *e, const char *key, const struct call *call)
{
	emit_object(e, key);
	if (call->world->google.has_account) {
		emit_account(e, "default", call);
		emit_account(e, call->world->google.email, call);
	}
	emit_end(e);
}

static void
accounts(struct call *call)
{
	if (wants_all(call)) {
		emit_accounts(call_json(call, 200), NULL, call);
		return;
	}
	put_text(call, "");
	if (call->world->google.has_account)
		buf_addf(&call->response->body, "default/\n%s/\n",
		    call->world->google.email);
}

static void
project(struct call *call)
{
	struct emit *e;

	if (!wants_all(call)) {
		put_text(call, "numeric-project-id\nproject-id\n");
		return;
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_int(e, "numericProjectId", INT64_C(100000000001));
	emit_text(e, "projectId", call->world->options.project);
	emit_end(e);
}

static void
instance(struct call *call)
{
	struct emit *e;

	if (!wants_all(call)) {
		put_text(call, "id\nregion\nservice-accounts/\nzone\n");
		return;
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "id", INSTANCE_ID);
	emit_text(e, "region", REGION);
	emit_accounts(e, "serviceAccounts", call);
	emit_text(e, "zone", ZONE);
	emit_end(e);
}

static void
root(struct call *call)
{
	put_text(call, "instance/\nproject/\nuniverse/\n");
}

/* One token for everybody who wants the same scopes. */
static void
token(struct call *call)
{
	const char    *wanted = request_query(call->request, "scopes");
	struct google *google = &call->world->google;
	int64_t        expires_in;
	struct emit   *e;
	struct buf     text;

	buf_init(&text, 2048);
	google_add_metadata_access(google, call->now,
	    google_scopes(
		wanted != NULL && wanted[0] != '\0' ? wanted : GOOGLE_SCOPE),
	    &expires_in, &text);
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "access_token", buf_text(&text));
	emit_int(e, "expires_in", expires_in);
	emit_text(e, "token_type", "Bearer");
	emit_end(e);
	buf_free(&text);
}

static void
identity(struct call *call)
{
	struct world   *world = call->world;
	const char     *audience = request_query(call->request, "audience");
	const char     *format = request_query(call->request, "format");
	bool            full = format != NULL && strcmp(format, "full") == 0;
	struct identity wanted = {
		.audience = audience,
		.subject = GOOGLE_ACCOUNT_ID,
		.email = full ? world->google.email : NULL,
		.is_machine = full,
	};

	if (audience == NULL || audience[0] == '\0') {
		call->response->status = 400;
		put_text(call, "non-empty audience parameter required\n");
		return;
	}
	response_type(call->response, "text/html");
	oidc_add_token(call, &wanted, &call->response->body);
}

static const struct {
	const char *path; /* "/" at the end: a folder */
	void (*answer)(struct call *call);
} paths[] = {
	{ "", root },
	{ "project/", project },
	{ "project/project-id", project_id },
	{ "project/numeric-project-id", project_number },
	{ "instance/", instance },
	{ "instance/id", instance_id },
	{ "instance/region", region },
	{ "instance/zone", zone },
	{ ACCOUNTS, accounts },
	{ ACCOUNTS "default/", account },
	{ ACCOUNTS "default/aliases", aliases },
	{ ACCOUNTS "default/email", email },
	{ ACCOUNTS "default/scopes", scopes },
	{ ACCOUNTS "default/token", token },
	{ ACCOUNTS "default/identity", identity },
	{ "universe/universe-domain", universe },
	{ "universe/universe_domain", universe },
};

/* A page whose script talks to this address cannot set the header, and a proxy
 * that passes its request on adds another; false after an answer of 403. */
static bool
admit(struct call *call)
{
	const char *flavor = request_header(call->request, FLAVOR);

	if (flavor == NULL || strcmp(flavor, "Google") != 0)
		put_page(call, 403, "Missing " FLAVOR ":Google header.");
	else if (request_header(call->request, "X-Forwarded-For") != NULL)
		put_page(
		    call, 403, "The X-Forwarded-For header is not allowed.");
	else
		return true;
	return false;
}

/* The path with the account called "default", as it may be by its address too. */
static void
read_path(const struct call *call, char path[PATH_SIZE])
{
	const char *email = call->world->google.email;
	size_t      head = strlen(ACCOUNTS), n = strlen(email);
	bool        by_email = strncmp(call->rest, ACCOUNTS, head) == 0 &&
			strncmp(call->rest + head, email, n) == 0;

	snprintf(path, PATH_SIZE, "%s%s", by_email ? ACCOUNTS "default" : "",
	    by_email ? call->rest + head + n : call->rest);
}

static bool
is_folder(const char *folder, const char *path)
{
	size_t n = strlen(path);

	return n > 0 && strncmp(folder, path, n) == 0 &&
	       strcmp(folder + n, "/") == 0;
}

/* A folder without its slash is somewhere else. */
static void
redirect(struct call *call)
{
	char where[PATH_SIZE];

	snprintf(where, sizeof(where), ROOT "%.400s/", call->rest);
	put_page(call, 301, "Moved Permanently");
	response_header(call->response, "Location", where);
}

static void
serve(struct call *call)
{
	char   path[PATH_SIZE];
	size_t i;

	read_path(call, path);
	if (!call->world->google.has_account &&
	    strncmp(path, ACCOUNTS "default", strlen(ACCOUNTS "default")) ==
		0) {
		call_google_lost(call);
		return;
	}
	for (i = 0; i < COUNT(paths); i++) {
		if (strcmp(paths[i].path, path) == 0) {
			paths[i].answer(call);
			return;
		}
		if (is_folder(paths[i].path, path)) {
			redirect(call);
			return;
		}
	}
	call_google_lost(call);
}

void
google_metadata(struct call *call)
{
	response_header(call->response, "Server", "Metadata Server for VM");
	if (call->world->google.has_flavor)
		response_header(call->response, FLAVOR, "Google");
	if (admit(call))
		serve(call);
}
