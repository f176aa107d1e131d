/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "body.h"
#include "client.h"
#include "each.h"
#include "replication.h"
#include "secret_input.h"

static const struct member topic_members[] = {
	MEMBER_REQUIRED(gcpsecret_topic, name, put_string, NULL, "name"),
};

static const struct model topic_model =
    MODEL_FLAT(gcpsecret_topic, "topic", topic_members);

#define M(name, put, in, key) MEMBER(gcpsecret_secret, name, put, in, key)
static const struct member members[] = {
	MEMBER_REQUIRED(gcpsecret_secret, name, put_string, NULL, "name"),
	M(create_time, put_time, NULL, "createTime"),
	M(expire_time, put_time, NULL, "expireTime"),
	M(etag, put_string, NULL, "etag"),
	M(next_rotation_time, put_time, "rotation", "nextRotationTime"),
	M(rotation_period_s, gs_put_duration, "rotation", "rotationPeriod"),
	M(version_destroy_ttl_s, gs_put_duration, NULL, "versionDestroyTtl"),
	M(kms_key, gs_put_kms_key, NULL, "customerManagedEncryption"),
	M(type, put_scalar, NULL, "secretType"),
	M(principal, put_string, "policyMember", "iamPolicyNamePrincipal"),
};
#undef M

static const struct nested nested[] = {
	NESTED_OBJECT(
	    gcpsecret_secret, replication, "replication", gs_replication_model),
	NESTED_ENTRIES(gcpsecret_secret, labels, "labels"),
	NESTED_ENTRIES(gcpsecret_secret, annotations, "annotations"),
	NESTED_ENTRIES(gcpsecret_secret, version_aliases, "versionAliases"),
	NESTED_LIST(gcpsecret_secret, topics, "topics", topic_model),
};

static const struct model secret_model =
    MODEL(gcpsecret_secret, "secret", members, nested);

/* Calls with the body, which it takes over. */
static gcpsecret_status
send_body(gcpsecret_client *client, struct call *call, struct buf *body,
    gcpsecret_secret **out, gcpsecret_error *err)
{
	gcpsecret_status status;

	call->body = body;
	if (buf_ok(body) && buf_ok(call->query))
		status = gs_call_model(client, call, &secret_model, out, err);
	else
		status = gs_no_memory(err);
	buf_free(body);
	return status;
}

gcpsecret_status
gcpsecret_secret_create(gcpsecret_client *client, const char *parent,
    const char *id, const gcpsecret_secret_input *input, gcpsecret_secret **out,
    gcpsecret_error *err)
{
	static const gcpsecret_secret_input nothing = { 0 };
	struct name                         name;
	struct buf                          body, query;
	struct call                         call = {
					.method = SECRET_CREATE, .name = &name, .query = &query
	};
	const char      *fault;
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	if (input == NULL)
		input = &nothing;
	if (id == NULL || !gs_name_is_secret(id))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "the secret's id must be 1 to 255 letters, digits, \"_\" "
		    "and \"-\"");
	status = gs_name_parse(parent, NAME_PARENT, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	fault = gs_fault_of_creation(input, name.location[0] != '\0');
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, parent, NAME_PARENT, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	memcpy(name.secret, id, strlen(id) + 1);
	buf_init(&query, SIZE_MAX);
	buf_add_field(&query, "secretId", id);
	gs_write_creation(&body, input, name.location[0] != '\0');
	status = send_body(client, &call, &body, out, err);
	buf_free(&query);
	return status;
}

gcpsecret_status
gcpsecret_secret_get(gcpsecret_client *client, const char *name,
    gcpsecret_secret **out, gcpsecret_error *err)
{
	struct name       parsed;
	const struct call call = { .method = SECRET_GET, .name = &parsed };
	gcpsecret_status  status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status = gs_call_begin(client, name, NAME_SECRET, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	return gs_call_model(client, &call, &secret_model, out, err);
}

gcpsecret_status
gcpsecret_secret_update(gcpsecret_client *client, const char *name,
    const gcpsecret_secret_input *input, gcpsecret_secret **out,
    gcpsecret_error *err)
{
	struct name parsed;
	struct buf  body, query;
	struct call call = {
		.method = SECRET_UPDATE, .name = &parsed, .query = &query
	};
	const char      *fault;
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	fault = input != NULL ? gs_fault_of_update(input) : "input is NULL";
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, name, NAME_SECRET, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	call.has_etag = input->etag != NULL;
	buf_init(&query, SIZE_MAX);
	gs_write_mask(&query, input);
	gs_write_update(&body, input);
	status = send_body(client, &call, &body, out, err);
	buf_free(&query);
	return status;
}

gcpsecret_status
gcpsecret_secret_delete(gcpsecret_client *client, const char *name,
    const char *etag, gcpsecret_error *err)
{
	struct name      parsed;
	struct buf       query;
	struct call      call = { .method = SECRET_DELETE,
		     .name = &parsed,
		     .query = &query,
		     .has_etag = etag != NULL };
	const char      *fault = gs_fault_of_etag(etag);
	gcpsecret_status status;

	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, name, NAME_SECRET, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	buf_init(&query, SIZE_MAX);
	if (etag != NULL)
		buf_add_field(&query, "etag", etag);
	status = buf_ok(&query) ? gs_call(client, &call, NULL, err)
				: gs_no_memory(err);
	buf_free(&query);
	return status;
}

PAGE_MODEL(page_model, "secrets", secret_model);

static const struct listing listing = { SECRET_LIST, NAME_PARENT, NAME_SECRET,
	&page_model };

gcpsecret_status
gcpsecret_secret_each_new(gcpsecret_client *client, const char *parent,
    const gcpsecret_query *query, gcpsecret_secret_each **out,
    gcpsecret_error *err)
{
	return gs_each_new(client, &listing, parent, query, out, err);
}

gcpsecret_status
gcpsecret_secret_each_next(gcpsecret_secret_each *each,
    const gcpsecret_secret **out, gcpsecret_error *err)
{
	return gs_each_next((struct each *)each, out, err);
}

void
gcpsecret_secret_each_free(gcpsecret_secret_each *each)
{
	gs_each_free((struct each *)each);
}

void
gcpsecret_secret_free(gcpsecret_secret *secret)
{
	model_free(secret);
}

const char *
gcpsecret_secret_json(const gcpsecret_secret *secret)
{
	return model_json(secret);
}
