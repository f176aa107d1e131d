/* SPDX-License-Identifier: MIT */

/* Secret Manager: who may do what with a secret.  Policies are kept and told, but
 * nobody is refused for want of one: see permission.h for that. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "google_query.h"
#include "members.h"
#include "number.h"
#include "secret_methods.h"
#include "secret_refusal.h"
#include "shape.h"

#define CONDITIONS_VERSION 3 /* of the first policies that have conditions */
#define BINDINGS_MAX 1500
#define POLICY_ETAG_SIZE 16

static const struct shape condition_shape[] = {
	{ "title", SHAPE_TEXT, NULL },
	{ "description", SHAPE_TEXT, NULL },
	{ "expression", SHAPE_TEXT, NULL },
	{ "location", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape binding_shape[] = {
	{ "role", SHAPE_TEXT, NULL },
	{ "members", SHAPE_TEXTS, NULL },
	{ "condition", SHAPE_OBJECT, condition_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape log_shape[] = {
	{ "logType", SHAPE_ENUM, NULL },
	{ "exemptedMembers", SHAPE_TEXTS, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape audit_shape[] = {
	{ "service", SHAPE_TEXT, NULL },
	{ "auditLogConfigs", SHAPE_LIST, log_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape policy_shape[] = {
	{ "version", SHAPE_INT64, NULL },
	{ "bindings", SHAPE_LIST, binding_shape },
	{ "auditConfigs", SHAPE_LIST, audit_shape },
	{ "etag", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
const struct shape policy_set_shape[] = {
	{ "policy", SHAPE_OBJECT, policy_shape },
	{ "updateMask", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
const struct shape policy_test_shape[] = {
	{ "permissions", SHAPE_TEXTS, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};

/* Eight bytes in Base64; "ACAB" of a policy that nobody has set. */
static void
write_etag(const struct secret *secret, char etag[POLICY_ETAG_SIZE])
{
	unsigned char bytes[8];
	struct buf    text;
	size_t        i;

	snprintf(etag, POLICY_ETAG_SIZE, "ACAB");
	if (secret->policy == NULL)
		return;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)((UINT64_C(0x0705e1000000) +
					       secret->policy_etag) >>
					   (56 - 8 * i));
	buf_init(&text, POLICY_ETAG_SIZE - 1);
	base64_encode(&text, bytes, sizeof(bytes), BASE64_STANDARD);
	snprintf(etag, POLICY_ETAG_SIZE, "%s", buf_text(&text));
	buf_free(&text);
}

static bool
has_conditions(struct json_object *policy)
{
	struct json_object *list = shape_get(policy, "bindings");
	size_t i, n = list != NULL ? json_object_array_length(list) : 0;

	for (i = 0; i < n; i++)
		if (shape_get(json_object_array_get_idx(list, i),
			"condition") != NULL)
			return true;
	return false;
}

static void
emit_bindings(struct emit *e, struct json_object *list, bool with_conditions)
{
	const struct shape *members = &binding_shape[1];
	struct json_object *binding, *condition;
	size_t              i, n = json_object_array_length(list);
	char                role[256];

	emit_array(e, "bindings");
	for (i = 0; i < n; i++) {
		binding = json_object_array_get_idx(list, i);
		condition = shape_get(binding, "condition");
		/* Who does not ask for conditions shall not mistake the role. */
		snprintf(role, sizeof(role), "%.200s%s",
		    shape_get_text(binding, "role"),
		    condition != NULL && !with_conditions
			? "_withcond_0123456789abcdef0123"
			: "");
		emit_object(e, NULL);
		emit_text(e, "role", role);
		shape_emit(
		    e, "members", members, shape_get(binding, "members"));
		if (condition != NULL && with_conditions)
			shape_emit(e, "condition", members + 1, condition);
		emit_end(e);
	}
	emit_end(e);
}

/* `version` is the newest that the caller understands. */
static void
answer(struct call *call, const struct secret *secret, int64_t version)
{
	struct emit        *e = call_json(call, 200);
	struct json_object *bindings = shape_get(secret->policy, "bindings");
	struct json_object *audit = shape_get(secret->policy, "auditConfigs");
	bool                with_conditions =
	    version >= CONDITIONS_VERSION && has_conditions(secret->policy);
	char etag[POLICY_ETAG_SIZE];

	write_etag(secret, etag);
	emit_object(e, NULL);
	if (secret->policy != NULL)
		emit_int(
		    e, "version", with_conditions ? CONDITIONS_VERSION : 1);
	emit_text(e, "etag", etag);
	if (!shape_is_empty(bindings))
		emit_bindings(e, bindings, with_conditions);
	if (!shape_is_empty(audit))
		shape_emit(e, "auditConfigs", &policy_shape[2], audit);
	emit_end(e);
}

void
policy_get(
    struct call *call, const struct target *target, struct json_object *body)
{
	const char *wanted =
	    google_query(call, "options.requestedPolicyVersion");
	int64_t version = 1;

	(void)body;
	if (wanted != NULL && !number_read(wanted, 0, 3, &version))
		secret_invalid(
		    call, "The requested policy version is 0, 1 or 3.");
	else
		answer(call, target->found, version);
}

static bool
is_member(const char *member)
{
	static const char *const kinds[] = {
		"user:", "serviceAccount:", "group:", "domain:", "principal://",
		"principalSet://",
		"deleted:", "projectOwner:", "projectEditor:", "projectViewer:"
	};
	size_t i, n;

	if (strcmp(member, "allUsers") == 0 ||
	    strcmp(member, "allAuthenticatedUsers") == 0)
		return true;
	for (i = 0; i < COUNT(kinds); i++) {
		n = strlen(kinds[i]);
		if (strncmp(member, kinds[i], n) == 0)
			return member[n] != '\0';
	}
	return false;
}

/* NULL when the binding is sound. */
static const char *
check_binding(struct json_object *binding, bool may_have_condition)
{
	const char         *role = shape_get_text(binding, "role");
	struct json_object *members = shape_get(binding, "members");
	size_t i, n = members != NULL ? json_object_array_length(members) : 0;

	if (role == NULL || (strncmp(role, "roles/", 6) != 0 &&
				strstr(role, "/roles/") == NULL))
		return "A binding names a role such as "
		       "roles/secretmanager.secretAccessor.";
	if (n == 0)
		return "A binding has at least one member.";
	for (i = 0; i < n; i++)
		if (!is_member(json_object_get_string(
			json_object_array_get_idx(members, i))))
			return "A member is user:EMAIL, serviceAccount:EMAIL, "
			       "group:EMAIL, domain:NAME, a principal, "
			       "allUsers or allAuthenticatedUsers.";
	if (shape_get(binding, "condition") != NULL && !may_have_condition)
		return "A policy with conditions has version 3.";
	return NULL;
}

static const char *
check_policy(struct json_object *policy)
{
	struct json_object *value = shape_get(policy, "version");
	struct json_object *list = shape_get(policy, "bindings");
	int64_t     version = value != NULL ? json_object_get_int64(value) : 1;
	size_t      i, n = list != NULL ? json_object_array_length(list) : 0;
	const char *why = NULL;

	if (version != 0 && version != 1 && version != CONDITIONS_VERSION)
		return "The version of a policy is 0, 1 or 3.";
	if (n > BINDINGS_MAX)
		return "A policy has at most 1500 bindings.";
	for (i = 0; why == NULL && i < n; i++)
		why = check_binding(json_object_array_get_idx(list, i),
		    version == CONDITIONS_VERSION);
	return why;
}

void
policy_set(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct json_object *policy = shape_get(body, "policy");
	const char         *given = shape_get_text(policy, "etag");
	struct secret      *secret = target->found;
	const char         *why;
	char                etag[POLICY_ETAG_SIZE];

	if (policy == NULL) {
		secret_invalid(call, "Field [policy] is required.");
		return;
	}
	write_etag(secret, etag);
	if (given != NULL && given[0] != '\0' && strcmp(given, etag) != 0) {
		secret_refuse(call, 409, "ABORTED",
		    "There were concurrent policy changes. Please retry the "
		    "whole read-modify-write with exponential backoff.");
		return;
	}
	if ((why = check_policy(policy)) != NULL) {
		secret_invalid(call, why);
		return;
	}
	json_object_put(secret->policy);
	secret->policy = json_object_get(policy);
	secret->policy_etag = vault_next(&call->world->vault);
	answer(call, secret, CONDITIONS_VERSION);
}

/* Of a secret that does not exist nobody has any permission, and that is all. */
void
policy_test(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct json_object *list = shape_get(body, "permissions");
	size_t       i, n = list != NULL ? json_object_array_length(list) : 0;
	struct emit *e;
	const char  *permission;
	bool         is_any = false;

	for (i = 0; i < n; i++) {
		permission =
		    json_object_get_string(json_object_array_get_idx(list, i));
		if (strchr(permission, '*') != NULL) {
			secret_invalid(call,
			    "Permissions with wildcards are not allowed.");
			return;
		}
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	for (i = 0; target->found != NULL && i < n; i++) {
		permission =
		    json_object_get_string(json_object_array_get_idx(list, i));
		if (secret_is_denied(call, target, permission))
			continue;
		if (!is_any)
			emit_array(e, "permissions");
		is_any = true;
		emit_text(e, NULL, permission);
	}
	if (is_any)
		emit_end(e);
	emit_end(e);
}
