/* SPDX-License-Identifier: MIT */

/* Secret Manager's REST API, version 1: which method it is, and who may. */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "google_query.h"
#include "handlers.h"
#include "members.h"
#include "secret_body.h"
#include "secret_methods.h"
#include "secret_refusal.h"

#define LIST_QUERY "pageSize pageToken filter"

static const struct shape nothing[] = { { NULL, SHAPE_TEXT, NULL } };

static const struct method {
	const char         *method, *verb;
	enum depth          depth;
	const char         *permission; /* after "secretmanager."; NULL: none */
	const char         *query;      /* parameters */
	const char         *field; /* what the body is; "": the whole request */
	const struct shape *body;
	secret_method      *serve;
} methods[] = {
	{ "GET", "", DEPTH_LOCATIONS, "locations.list", LIST_QUERY, "", nothing,
	    locations_list },
	{ "GET", "", DEPTH_LOCATION, "locations.get", "", "", nothing,
	    locations_get },
	{ "GET", "", DEPTH_SECRETS, "secrets.list", LIST_QUERY, "", nothing,
	    secrets_list },
	{ "POST", "", DEPTH_SECRETS, "secrets.create", "secretId", "secret",
	    secret_shape, secrets_create },
	{ "GET", "", DEPTH_SECRET, "secrets.get", "", "", nothing,
	    secrets_get },
	{ "PATCH", "", DEPTH_SECRET, "secrets.update", "updateMask", "secret",
	    secret_shape, secrets_update },
	{ "DELETE", "", DEPTH_SECRET, "secrets.delete", "etag", "", nothing,
	    secrets_delete },
	{ "POST", "addVersion", DEPTH_SECRET, "versions.add", "", "",
	    payload_add_shape, payload_add },
	{ "GET", "getIamPolicy", DEPTH_SECRET, "secrets.getIamPolicy",
	    "options.requestedPolicyVersion", "", nothing, policy_get },
	{ "POST", "setIamPolicy", DEPTH_SECRET, "secrets.setIamPolicy", "", "",
	    policy_set_shape, policy_set },
	{ "POST", "testIamPermissions", DEPTH_SECRET, NULL, "", "",
	    policy_test_shape, policy_test },
	{ "POST", "enableManagedRotation", DEPTH_SECRET, "versions.add", "", "",
	    rotation_enable_shape, rotation_enable },
	{ "POST", "rotateSecret", DEPTH_SECRET, "versions.add", "", "",
	    rotation_rotate_shape, rotation_rotate },
	{ "GET", "", DEPTH_VERSIONS, "versions.list", LIST_QUERY, "", nothing,
	    versions_list },
	{ "GET", "", DEPTH_VERSION, "versions.get", "", "", nothing,
	    versions_get },
	{ "GET", "access", DEPTH_VERSION, "versions.access", "", "", nothing,
	    payload_access },
	{ "POST", "enable", DEPTH_VERSION, "versions.enable", "", "",
	    version_change_shape, versions_enable },
	{ "POST", "disable", DEPTH_VERSION, "versions.disable", "", "",
	    version_change_shape, versions_disable },
	{ "POST", "destroy", DEPTH_VERSION, "versions.destroy", "", "",
	    version_change_shape, versions_destroy },
};

static const struct method *
find_method(const struct call *call, const struct target *target)
{
	const char *method = request_method(call->request);
	size_t      i;

	for (i = 0; i < COUNT(methods); i++)
		if (methods[i].depth == target->depth &&
		    strcmp(methods[i].method, method) == 0 &&
		    strcmp(methods[i].verb, target->verb) == 0)
			return &methods[i];
	return NULL;
}

/*
 * Google serves regional names at secretmanager.LOCATION.rep.googleapis.com and
 * global ones at secretmanager.googleapis.com only.  At any other host, such as
 * the loopback address, the name decides.
 */
static bool
is_right_host(const struct call *call, const struct target *target)
{
	const char *host = request_header(call->request, "Host");
	char        wanted[160];
	size_t      n;

	if (host == NULL || strncasecmp(host, "secretmanager.", 14) != 0)
		return true;
	snprintf(wanted, sizeof(wanted), "secretmanager.%.64s%sgoogleapis.com",
	    target->location, target->location[0] != '\0' ? ".rep." : "");
	n = strlen(wanted);
	return target->depth <= DEPTH_LOCATION ||
	       (strncasecmp(host, wanted, n) == 0 &&
		   (host[n] == '\0' || host[n] == ':'));
}

/* Finds project and place; false after an answer. */
static bool
find_place(struct call *call, struct target *target, const char *permission)
{
	const struct vault *vault = &call->world->vault;

	if (!vault_find_project(
		vault, target->project, &target->project_number)) {
		secret_deny(call, target, permission);
		return false;
	}
	if (vault->projects[target->project_number].api_off) {
		secret_api_off(call, target->project_number);
		return false;
	}
	if (target->location[0] != '\0' && !location_ok(target->location)) {
		secret_invalid(call, "The location is not supported.");
		return false;
	}
	if (!is_right_host(call, target)) {
		secret_lost(call, target);
		return false;
	}
	return true;
}

/* Finds the secret and asks whether the account may; false after an answer. */
static bool
admit(struct call *call, struct target *target, const struct method *method)
{
	char permission[64];

	snprintf(permission, sizeof(permission), "secretmanager.%s",
	    method->permission != NULL ? method->permission : "secrets.get");
	if (!find_place(call, target, permission))
		return false;
	if (target->secret != NULL)
		target->found = vault_find(&call->world->vault,
		    target->project_number, target->location, target->secret);
	if (method->permission == NULL)
		return true; /* anybody may ask what is allowed */
	if (secret_is_denied(call, target, permission)) {
		secret_deny(call, target, permission);
		return false;
	}
	if (target->secret != NULL && target->found == NULL)
		secret_lost(call, target);
	return target->secret == NULL || target->found != NULL;
}

/* The body, to be ended with json_object_put(); NULL after an answer of 400. */
static struct json_object *
read_body(struct call *call, const struct method *method)
{
	struct shape_fault  fault = { "",
		 "Invalid JSON payload received. Expected an object." };
	size_t              len;
	const char         *text = request_body(call->request, &len);
	struct json_object *body =
	    len > 0 ? members_parse(text, len) : json_object_new_object();

	if (json_object_is_type(body, json_type_object) &&
	    shape_check(method->body, body, method->field, &fault))
		return body;
	json_object_put(body);
	call_google_fault(call, &(struct google_fault){
				    .http_status = 400,
				    .status = "INVALID_ARGUMENT",
				    .message = fault.text,
				    .field = fault.field,
				});
	return NULL;
}

void
secret_manager(struct call *call)
{
	const struct method *method;
	struct json_object  *body;
	struct target        target;

	if (!secret_target_read(&target, call->rest) ||
	    (method = find_method(call, &target)) == NULL) {
		call_google_lost(call);
		return;
	}
	vault_sweep(&call->world->vault, call->now);
	if (!google_query_check(call, method->query) ||
	    !secret_authenticate(call) || !admit(call, &target, method) ||
	    (body = read_body(call, method)) == NULL)
		return;
	method->serve(call, &target, body);
	json_object_put(body);
}
