/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "base64.h"
#include "body.h"
#include "client.h"
#include "each.h"
#include "replication.h"
#include "version.h"

/* Base64, a checksum, and what stands around them. */
#define ADD_BODY_MAX (PAYLOAD_BASE64_MAX + 128)

static bool
put_state(struct json_object *value, void *at)
{
	static const char *const names[] = {
		[GCPSECRET_VERSION_ENABLED] = "ENABLED",
		[GCPSECRET_VERSION_DISABLED] = "DISABLED",
		[GCPSECRET_VERSION_DESTROYED] = "DESTROYED",
	};
	const char *text;
	int64_t     n = 0;

	if (put_string(value, &text))
		for (n = COUNT(names) - 1; n > 0; n--)
			if (strcmp(names[n], text) == 0)
				break;
	if (!put_string(value, &text) && !put_int64(value, &n))
		return false;
	*(gcpsecret_version_state *)at = n > 0 && n < (int64_t)COUNT(names)
					     ? (gcpsecret_version_state)n
					     : GCPSECRET_VERSION_UNKNOWN;
	return true;
}

/* The number is what the name ends in. */
static bool
put_number(struct json_object *value, void *at)
{
	const char *text;

	if (!put_string(value, &text) || (text = strrchr(text, '/')) == NULL)
		return false;
	*(int64_t *)at = gs_name_number(text + 1);
	return *(int64_t *)at > 0;
}

#define M(name, put, key) MEMBER(gcpsecret_version, name, put, NULL, key)
static const struct member members[] = {
	MEMBER_REQUIRED(gcpsecret_version, name, put_string, NULL, "name"),
	MEMBER_REQUIRED(gcpsecret_version, number, put_number, NULL, "name"),
	M(create_time, put_time, "createTime"),
	M(destroy_time, put_time, "destroyTime"),
	M(state, put_state, "state"),
	M(etag, put_string, "etag"),
	M(client_checksum, put_bool, "clientSpecifiedPayloadChecksum"),
	M(scheduled_destroy_time, put_time, "scheduledDestroyTime"),
	M(kms_key, gs_put_kms_key, "customerManagedEncryption"),
};
#undef M

static const struct nested nested[] = {
	NESTED_OBJECT(gcpsecret_version, replication, "replicationStatus",
	    gs_replication_model),
};

const struct model gs_version_model =
    MODEL(gcpsecret_version, "version", members, nested);

/* Writes the payload with its checksum. */
static bool
write_payload(struct buf *body, struct call *call, const void *data, size_t len)
{
	size_t at;

	gs_body_init(body, ADD_BODY_MAX);
	/* At once, so that the payload is never moved. */
	buf_reserve(body, ADD_BODY_MAX);
	buf_addf(body,
	    "\"payload\":{\"dataCrc32c\":\"%" PRIu32 "\",\"data\":\"",
	    gs_crc32c(data, len));
	at = body->len;
	base64_encode(body, data, len, BASE64_STANDARD);
	if (!buf_ok(body))
		return false;
	call->secret = body->data + at;
	call->secret_len = body->len - at;
	return buf_add_text(body, "\"}}");
}

gcpsecret_status
gs_version_add(gcpsecret_client *client, const struct name *secret,
    const void *data, size_t len, void *out, gcpsecret_error *err)
{
	struct buf  body;
	struct call call = {
		.method = VERSION_ADD, .name = secret, .body = &body
	};
	gcpsecret_status status;

	if (write_payload(&body, &call, data, len))
		status =
		    gs_call_model(client, &call, &gs_version_model, out, err);
	else
		status = gs_no_memory(err);
	buf_free(&body);
	return status;
}

const char *
gs_fault_of_payload(const void *data, size_t len)
{
	if (data == NULL)
		return "data is NULL";
	if (len == 0 || len > PAYLOAD_MAX)
		return "a payload has 1 to 65536 bytes";
	return NULL;
}

gcpsecret_status
gcpsecret_version_add(gcpsecret_client *client, const char *secret,
    const void *data, size_t len, gcpsecret_version **out, gcpsecret_error *err)
{
	struct name      name;
	const char      *fault = gs_fault_of_payload(data, len);
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	return gs_version_add(client, &name, data, len, out, err);
}

static gcpsecret_status
get_version(gcpsecret_client *client, const struct name *name, void *out,
    gcpsecret_error *err)
{
	const struct call call = { .method = VERSION_GET, .name = name };

	return gs_call_model(client, &call, &gs_version_model, out, err);
}

gcpsecret_status
gcpsecret_version_get(gcpsecret_client *client, const char *name,
    gcpsecret_version **out, gcpsecret_error *err)
{
	struct name      parsed;
	gcpsecret_status status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status = gs_call_begin(client, name, NAME_VERSION, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	return get_version(client, &parsed, out, err);
}

gcpsecret_status
gs_version_change(gcpsecret_client *client, enum method_id method,
    const struct name *name, const char *etag, void *out, gcpsecret_error *err)
{
	struct buf       body;
	struct call      call = { .method = method,
		     .name = name,
		     .body = &body,
		     .has_etag = etag != NULL };
	gcpsecret_status status;

	gs_body_etag(&body, etag);
	if (buf_ok(&body))
		status =
		    gs_call_model(client, &call, &gs_version_model, out, err);
	else
		status = gs_no_memory(err);
	buf_free(&body);
	return status;
}

static gcpsecret_status
change(gcpsecret_client *client, enum method_id method, const char *name,
    const char *etag, gcpsecret_version **out, gcpsecret_error *err)
{
	struct name      parsed;
	const char      *fault = gs_fault_of_etag(etag);
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, name, NAME_NUMBER, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	return gs_version_change(client, method, &parsed, etag, out, err);
}

gcpsecret_status
gcpsecret_version_enable(gcpsecret_client *client, const char *name,
    const char *etag, gcpsecret_version **out, gcpsecret_error *err)
{
	return change(client, VERSION_ENABLE, name, etag, out, err);
}

gcpsecret_status
gcpsecret_version_disable(gcpsecret_client *client, const char *name,
    const char *etag, gcpsecret_version **out, gcpsecret_error *err)
{
	return change(client, VERSION_DISABLE, name, etag, out, err);
}

gcpsecret_status
gcpsecret_version_destroy(gcpsecret_client *client, const char *name,
    const char *etag, gcpsecret_version **out, gcpsecret_error *err)
{
	return change(client, VERSION_DESTROY, name, etag, out, err);
}

PAGE_MODEL(page_model, "versions", gs_version_model);

const struct listing gs_version_listing = { VERSION_LIST, NAME_SECRET,
	NAME_NUMBER, &page_model };

gcpsecret_status
gcpsecret_version_each_new(gcpsecret_client *client, const char *secret,
    const gcpsecret_query *query, gcpsecret_version_each **out,
    gcpsecret_error *err)
{
	return gs_each_new(
	    client, &gs_version_listing, secret, query, out, err);
}

gcpsecret_status
gcpsecret_version_each_next(gcpsecret_version_each *each,
    const gcpsecret_version **out, gcpsecret_error *err)
{
	return gs_each_next((struct each *)each, out, err);
}

void
gcpsecret_version_each_free(gcpsecret_version_each *each)
{
	gs_each_free((struct each *)each);
}

void
gcpsecret_version_free(gcpsecret_version *version)
{
	model_free(version);
}

const char *
gcpsecret_version_json(const gcpsecret_version *version)
{
	return model_json(version);
}
