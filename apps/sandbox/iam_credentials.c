/* SPDX-License-Identifier: MIT */

/* Google's IAM Credentials: tokens of another service account. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "jwt.h"
#include "members.h"
#include "oidc.h"
#include "shape.h"

#define ACCOUNTS "projects/-/serviceAccounts/"
#define LIFE_MAX_S 43200
#define LIFE_USUAL_S 3600
#define DOMAIN ".iam.gserviceaccount.com"

static const struct shape access_shape[] = {
	{ "delegates", SHAPE_TEXTS, NULL },
	{ "scope", SHAPE_TEXTS, NULL },
	{ "lifetime", SHAPE_SPAN, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape identity_shape[] = {
	{ "delegates", SHAPE_TEXTS, NULL },
	{ "audience", SHAPE_TEXT, NULL },
	{ "includeEmail", SHAPE_BOOL, NULL },
	{ "useEmailAzp", SHAPE_BOOL, NULL },
	{ "organizationNumberIncluded", SHAPE_BOOL, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};

static void
refuse(
    struct call *call, int http_status, const char *status, const char *message)
{
	call_google_fault(call, &(struct google_fault){
				    .http_status = http_status,
				    .status = status,
				    .message = message,
				});
}

static void
invalid(struct call *call, const char *message)
{
	refuse(call, 400, "INVALID_ARGUMENT", message);
}

/* An account of a project that is here. */
static bool
account_exists(const struct call *call, const char *email)
{
	const char *at = strchr(email, '@');
	size_t      n = strlen(email), tail = strlen(DOMAIN), project;
	char        id[64];

	if (at == NULL || at == email || n <= tail ||
	    strcmp(email + n - tail, DOMAIN) != 0 ||
	    n - tail - (size_t)(at + 1 - email) >= sizeof(id))
		return false;
	snprintf(
	    id, sizeof(id), "%.*s", (int)(email + n - tail - at - 1), at + 1);
	return vault_find_project(&call->world->vault, id, &project);
}

static bool
deny(struct call *call, const char *permission)
{
	const char *metadata[] = { "permission", permission, NULL };
	char        message[256];

	snprintf(message, sizeof(message),
	    "Permission '%s' denied on resource (or it may not exist).",
	    permission);
	call_google_fault(call, &(struct google_fault){
				    .http_status = 403,
				    .status = "PERMISSION_DENIED",
				    .message = message,
				    .reason = "IAM_PERMISSION_DENIED",
				    .domain = "iam.googleapis.com",
				    .metadata = metadata,
				});
	return false;
}

/* May the account be impersonated?  False after an answer: one that is not there
 * looks like one that may not. */
static bool
admit_account(struct call *call, const char *email, const char *permission)
{
	char resource[PART_SIZE + 64];

	snprintf(resource, sizeof(resource), ACCOUNTS "%s", email);
	return (account_exists(call, email) &&
		   !denials_hit(&call->world->denials, permission, resource)) ||
	       deny(call, permission);
}

/* Each of a chain of accounts impersonates the next one. */
static bool
admit_delegates(
    struct call *call, struct json_object *list, const char *permission)
{
	size_t      i, n = list != NULL ? json_object_array_length(list) : 0;
	size_t      head = strlen(ACCOUNTS);
	const char *name;

	for (i = 0; i < n; i++) {
		name =
		    json_object_get_string(json_object_array_get_idx(list, i));
		if (strncmp(name, ACCOUNTS, head) != 0 ||
		    strlen(name + head) >= PART_SIZE) {
			invalid(call,
			    "A delegate is projects/-/serviceAccounts/EMAIL.");
			return false;
		}
		if (!admit_account(call, name + head, permission))
			return false;
	}
	return true;
}

static bool
admit_caller(struct call *call)
{
	enum google_verdict verdict = google_judge(&call->world->google,
	    call_bearer(call), GOOGLE_OPENS_IAM, call->now);

	if (verdict == GOOGLE_NARROW)
		refuse(call, 403, "PERMISSION_DENIED",
		    "Request had insufficient authentication scopes.");
	else if (verdict != GOOGLE_GOOD)
		refuse(call, 401, "UNAUTHENTICATED",
		    verdict == GOOGLE_ABSENT
			? "Request is missing required authentication "
			  "credential."
			: "Request had invalid authentication credentials.");
	return verdict == GOOGLE_GOOD;
}

static void
generate_access(struct call *call, const char *email, struct json_object *body)
{
	struct json_object *list = shape_get(body, "scope");
	struct json_object *lifetime = shape_get(body, "lifetime");
	int64_t             life_s = LIFE_USUAL_S;
	unsigned            scopes = 0;
	size_t       i, n = list != NULL ? json_object_array_length(list) : 0;
	struct buf   token;
	struct emit *e;

	(void)email;
	for (i = 0; i < n; i++)
		scopes |= google_scopes(
		    json_object_get_string(json_object_array_get_idx(list, i)));
	if (n == 0) {
		invalid(call, "Scope required.");
		return;
	}
	if (lifetime != NULL && (!shape_read_span(lifetime, &life_s) ||
				    life_s < 1 || life_s > LIFE_MAX_S)) {
		invalid(call, "The lifetime is 1 to 43200 seconds.");
		return;
	}
	buf_init(&token, 2048);
	google_add_access(
	    &call->world->google, call->now + life_s, scopes, &token);
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "accessToken", buf_text(&token));
	emit_utc(e, "expireTime", call->now + life_s);
	emit_end(e);
	buf_free(&token);
}

static bool
is_set(struct json_object *body, const char *name)
{
	return json_object_get_boolean(shape_get(body, name)) != 0;
}

static void
generate_identity(
    struct call *call, const char *email, struct json_object *body)
{
	struct identity identity = {
		.audience = shape_get_text(body, "audience"),
		.subject = GOOGLE_ACCOUNT_ID,
		.azp = is_set(body, "useEmailAzp") ? email : NULL,
		.email = is_set(body, "includeEmail") ? email : NULL,
	};
	struct buf   token;
	struct emit *e;

	if (identity.audience == NULL || identity.audience[0] == '\0') {
		invalid(call, "Audience required.");
		return;
	}
	buf_init(&token, JWT_MAX);
	if (!oidc_add_token(call, &identity, &token))
		call->response->failed = true;
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "token", buf_text(&token));
	emit_end(e);
	buf_free(&token);
}

static const struct method {
	const char         *verb, *permission;
	const struct shape *body;
	void (*serve)(
	    struct call *call, const char *email, struct json_object *body);
} methods[] = {
	{ ":generateAccessToken", "iam.serviceAccounts.getAccessToken",
	    access_shape, generate_access },
	{ ":generateIdToken", "iam.serviceAccounts.getOpenIdToken",
	    identity_shape, generate_identity },
};

static void
serve(struct call *call, const struct method *method, const char *email)
{
	struct shape_fault  fault = { "", "The body is no JSON object." };
	size_t              len;
	const char         *text = request_body(call->request, &len);
	struct json_object *body = members_parse(text, len);

	if (!json_object_is_type(body, json_type_object) ||
	    !shape_check(method->body, body, "", &fault))
		invalid(call, fault.text);
	else if (admit_delegates(
		     call, shape_get(body, "delegates"), method->permission) &&
		 admit_account(call, email, method->permission))
		method->serve(call, email, body);
	json_object_put(body);
}

/* The last part of the path is "EMAIL:generateAccessToken". */
void
iam_credentials(struct call *call)
{
	char   email[PART_SIZE];
	char  *verb;
	size_t i;

	snprintf(email, sizeof(email), "%s", call->part);
	verb = strchr(email, ':');
	for (i = 0; verb != NULL && i < COUNT(methods); i++)
		if (strcmp(verb, methods[i].verb) == 0) {
			*verb = '\0';
			if (admit_caller(call))
				serve(call, &methods[i], email);
			return;
		}
	call_google_lost(call);
}
