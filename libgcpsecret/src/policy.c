/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "body.h"
#include "call.h"
#include "client.h"

#define BINDINGS_MAX 1500 /* as many as a policy has */
#define MEMBERS_MAX 1500
#define TEXT_MAX 4096
#define BODY_MAX ((size_t)4 * 1024 * 1024)
#define PERMISSIONS_MAX 100
#define PERMISSION_MAX 128

#define VERSION_WITH_CONDITIONS 3

#define M(name, key) MEMBER(gcpsecret_condition, name, put_string, NULL, key)
static const struct member condition_members[] = {
	MEMBER_REQUIRED(
	    gcpsecret_condition, expression, put_string, NULL, "expression"),
	M(title, "title"),
	M(description, "description"),
	M(location, "location"),
};
#undef M

static const struct model condition_model =
    MODEL_FLAT(gcpsecret_condition, "condition", condition_members);

static const struct member binding_members[] = {
	MEMBER_REQUIRED(gcpsecret_binding, role, put_string, NULL, "role"),
};

static const struct nested binding_nested[] = {
	NESTED_TEXTS(gcpsecret_binding, members, "members"),
	NESTED_OBJECT(
	    gcpsecret_binding, condition, "condition", condition_model),
};

static const struct model binding_model =
    MODEL(gcpsecret_binding, "binding", binding_members, binding_nested);

static const struct member policy_members[] = {
	MEMBER(gcpsecret_policy, version, put_int64, NULL, "version"),
	MEMBER(gcpsecret_policy, etag, put_string, NULL, "etag"),
};

static const struct nested policy_nested[] = {
	NESTED_LIST(gcpsecret_policy, bindings, "bindings", binding_model),
};

static const struct model policy_model =
    MODEL(gcpsecret_policy, "policy", policy_members, policy_nested);

/* Whether nothing of a member that was sent is left out of what was read. */
static bool
is_whole(const void *model, const char *key, const void *read)
{
	return read != NULL || members_get(model_object(model), key) == NULL;
}

/* What was left out would be lost when the policy is set again. */
static bool
is_policy_whole(const gcpsecret_policy *policy)
{
	const gcpsecret_binding_list *list = policy->bindings;

	if (!is_whole(policy, "bindings", list) ||
	    (list != NULL && list->skipped > 0))
		return false;
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const gcpsecret_binding *b = list->items[i];

		if (!is_whole(b, "members", b->members) ||
		    !is_whole(b, "condition", b->condition) ||
		    (b->members != NULL && b->members->skipped > 0))
			return false;
	}
	return true;
}

static gcpsecret_status
call_policy(gcpsecret_client *client, const struct call *call,
    gcpsecret_policy **out, gcpsecret_error *err)
{
	gcpsecret_policy *policy;
	gcpsecret_status  status =
	    gs_call_model(client, call, &policy_model, &policy, err);

	if (status != GCPSECRET_OK)
		return status;
	if (!is_policy_whole(policy))
		status = gs_malformed(
		    err, "holds a binding that cannot be read whole");
	if (status == GCPSECRET_OK && out != NULL)
		*out = policy;
	else
		model_free(policy);
	return status;
}

gcpsecret_status
gcpsecret_policy_get(gcpsecret_client *client, const char *secret,
    gcpsecret_policy **out, gcpsecret_error *err)
{
	struct name name;
	struct buf  query;
	struct call call = {
		.method = POLICY_GET, .name = &name, .query = &query
	};
	gcpsecret_status status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	buf_init(&query, SIZE_MAX);
	/* Else conditions would be missing, and bindings with them. */
	if (buf_add_field(&query, "options.requestedPolicyVersion", "3"))
		status = call_policy(client, &call, out, err);
	else
		status = gs_no_memory(err);
	buf_free(&query);
	return status;
}

static bool
is_text(const char *text)
{
	return gs_is_utf8(text, TEXT_MAX) && *text != '\0';
}

static bool
is_text_or_nothing(const char *text)
{
	return text == NULL || gs_is_utf8(text, TEXT_MAX);
}

/* What is wrong with a binding, or NULL. */
static const char *
fault_of_binding(const gcpsecret_binding *b)
{
	const gcpsecret_condition *c = b != NULL ? b->condition : NULL;

	if (b == NULL || !is_text(b->role))
		return "a binding needs a role";
	if (b->members == NULL || b->members->count == 0)
		return "a binding needs members";
	if (b->members->count > MEMBERS_MAX)
		return "a binding has at most 1500 members";
	for (size_t i = 0; i < b->members->count; i++)
		if (!is_text(b->members->items[i]))
			return "a member must be a text such as "
			       "user:ann@example.com";
	if (c != NULL &&
	    (!is_text(c->expression) || !is_text_or_nothing(c->title) ||
		!is_text_or_nothing(c->description) ||
		!is_text_or_nothing(c->location)))
		return "a condition needs an expression, and texts of UTF-8";
	return NULL;
}

static const char *
fault_of_bindings(const gcpsecret_binding_list *bindings, const char *etag)
{
	const char *fault = gs_fault_of_etag(etag);

	if (bindings == NULL)
		return fault;
	if (bindings->count > BINDINGS_MAX)
		return "a policy has at most 1500 bindings";
	for (size_t i = 0; i < bindings->count && fault == NULL; i++)
		fault = fault_of_binding(bindings->items[i]);
	return fault;
}

static void
write_condition(struct buf *body, const gcpsecret_condition *condition)
{
	const struct {
		const char *key, *text;
	} texts[] = {
		{ "expression", condition->expression },
		{ "title", condition->title },
		{ "description", condition->description },
		{ "location", condition->location },
	};

	gs_body_key(body, "condition");
	buf_add_text(body, "{");
	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i].text != NULL)
			gs_body_text(body, texts[i].key, texts[i].text);
	buf_add_text(body, "}");
}

static void
write_binding(struct buf *body, const gcpsecret_binding *binding)
{
	buf_add_text(body, "{");
	gs_body_text(body, "role", binding->role);
	gs_body_key(body, "members");
	buf_add_text(body, "[");
	for (size_t i = 0; i < binding->members->count; i++)
		gs_body_item(body, binding->members->items[i]);
	buf_add_text(body, "]");
	if (binding->condition != NULL)
		write_condition(body, binding->condition);
	buf_add_text(body, "}");
}

/* Audit settings, which a policy may have too, are left as they are: Google's
 * mask is "bindings,etag" when none is sent. */
static void
write_policy(
    struct buf *body, const char *etag, const gcpsecret_binding_list *bindings)
{
	size_t count = bindings != NULL ? bindings->count : 0;
	int    version = 1;

	for (size_t i = 0; i < count; i++)
		if (bindings->items[i]->condition != NULL)
			version = VERSION_WITH_CONDITIONS;
	gs_body_init(body, BODY_MAX);
	gs_body_key(body, "policy");
	buf_addf(body, "{\"version\":%d", version);
	if (etag != NULL)
		gs_body_text(body, "etag", etag);
	gs_body_key(body, "bindings");
	buf_add_text(body, "[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_text(body, ",");
		write_binding(body, bindings->items[i]);
	}
	buf_add_text(body, "]}}");
}

gcpsecret_status
gcpsecret_policy_set(gcpsecret_client *client, const char *secret,
    const char *etag, const gcpsecret_binding_list *bindings,
    gcpsecret_policy **out, gcpsecret_error *err)
{
	struct name      name;
	struct buf       body;
	struct call      call = { .method = POLICY_SET,
		     .name = &name,
		     .body = &body,
		     .has_etag = etag != NULL };
	const char      *fault = fault_of_bindings(bindings, etag);
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	write_policy(&body, etag, bindings);
	if (buf_ok(&body))
		status = call_policy(client, &call, out, err);
	else
		status = gs_no_memory(err);
	buf_free(&body);
	return status;
}

static bool
is_permission(const char *text)
{
	return text != NULL && strlen(text) <= PERMISSION_MAX &&
	       gs_is_plain(text);
}

/* What is wrong with permissions, or NULL. */
static const char *
fault_of_permissions(const gcpsecret_texts *permissions)
{
	if (permissions == NULL || permissions->items == NULL ||
	    permissions->count == 0 || permissions->count > PERMISSIONS_MAX)
		return "1 to 100 permissions can be tested at once";
	for (size_t i = 0; i < permissions->count; i++)
		if (!is_permission(permissions->items[i]))
			return "a permission must be a text such as "
			       "secretmanager.versions.access";
	return NULL;
}

static bool
is_among(const char *text, struct json_object *list)
{
	const char *item;

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (put_string(json_object_array_get_idx(list, i), &item) &&
		    strcmp(item, text) == 0)
			return true;
	return false;
}

static gcpsecret_status
test_permissions(gcpsecret_client *client, const struct name *name,
    const gcpsecret_texts *permissions, bool *held, gcpsecret_error *err)
{
	struct json_object *document = NULL, *granted;
	struct buf          body;
	const struct call   call = {
		  .method = POLICY_TEST, .name = name, .body = &body
	};
	gcpsecret_status status;

	gs_body_init(&body, BODY_MAX);
	gs_body_key(&body, "permissions");
	buf_add_text(&body, "[");
	for (size_t i = 0; i < permissions->count; i++)
		gs_body_item(&body, permissions->items[i]);
	buf_add_text(&body, "]}");
	status = buf_ok(&body) ? gs_call(client, &call, &document, err)
			       : gs_no_memory(err);
	buf_free(&body);
	if (status != GCPSECRET_OK)
		return status;
	granted = members_get(document, "permissions");
	for (size_t i = 0; i < permissions->count; i++)
		held[i] = is_among(permissions->items[i], granted);
	gs_json_free(document);
	return GCPSECRET_OK;
}

gcpsecret_status
gcpsecret_policy_test(gcpsecret_client *client, const char *secret,
    const gcpsecret_texts *permissions, bool *held, gcpsecret_error *err)
{
	struct name      name;
	const char      *fault = fault_of_permissions(permissions);
	gcpsecret_status status;

	if (fault == NULL && held == NULL)
		fault = "held is NULL";
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	memset(held, 0, permissions->count * sizeof(*held));
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	return test_permissions(client, &name, permissions, held, err);
}

void
gcpsecret_policy_free(gcpsecret_policy *policy)
{
	model_free(policy);
}

const char *
gcpsecret_policy_json(const gcpsecret_policy *policy)
{
	return model_json(policy);
}
