/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "call.h"
#include "client.h"
#include "members.h"
#include "version.h"

#define TEXT_MAX 1024 /* a name */

/* A secret with what it owns. */
struct box {
	gcpsecret_payload secret; /* first: the two share an address */
	struct buf        payload, version;
};

struct answer {
	const char *name, *data;
	int64_t     crc32c; /* -1: none was sent */
};

static bool
put_crc32c(struct json_object *value, void *at)
{
	int64_t n;

	if (!gs_json_number(value, &n) || n > UINT32_MAX)
		return false;
	*(int64_t *)at = n;
	return true;
}

static const struct member answer_members[] = {
	MEMBER_REQUIRED(struct answer, name, put_string, NULL, "name"),
	MEMBER_REQUIRED(struct answer, data, put_string, "payload", "data"),
};

/* A checksum may be absent, but not unreadable. */
static const struct member crc32c_member[] = {
	MEMBER_REQUIRED(
	    struct answer, crc32c, put_crc32c, "payload", "dataCrc32c"),
};

static gcpsecret_status
decode_answer(
    struct json_object *document, struct answer *answer, gcpsecret_error *err)
{
	const char *missing;

	if (!members_decode(document, answer_members, COUNT(answer_members),
		answer, &missing))
		return gs_malformed(err, strcmp(missing, "name") == 0
					     ? "lacks a name"
					     : "lacks a payload");
	answer->crc32c = -1;
	if (members_get(members_get(document, "payload"), "dataCrc32c") !=
		NULL &&
	    !members_decode(document, crc32c_member, COUNT(crc32c_member),
		answer, &missing))
		return gs_malformed(err, "holds an unreadable checksum");
	return GCPSECRET_OK;
}

static gcpsecret_status
decode_payload(
    struct box *box, const struct answer *answer, gcpsecret_error *err)
{
	size_t len = strlen(answer->data);

	if (len > PAYLOAD_BASE64_MAX)
		return gs_malformed(err, "holds more than 64 KiB");
	if (!base64_decode(&box->payload, answer->data, len, BASE64_STANDARD))
		return buf_ok(&box->payload)
			   ? gs_malformed(err, "holds no valid base64")
			   : gs_no_memory(err);
	if (box->payload.len == 0)
		return gs_malformed(err, "holds an empty payload");
	if (box->payload.len > PAYLOAD_MAX)
		return gs_malformed(err, "holds more than 64 KiB");
	if (answer->crc32c >= 0 &&
	    gs_crc32c(box->payload.data, box->payload.len) != answer->crc32c)
		return gs_fail(err, GCPSECRET_ERR_CHECKSUM,
		    "the payload does not match its CRC32C: it was damaged on "
		    "its way, or before it was stored");
	return GCPSECRET_OK;
}

static gcpsecret_status
fill_box(struct box *box, const struct answer *answer, gcpsecret_error *err)
{
	gcpsecret_status status = decode_payload(box, answer, err);

	if (status != GCPSECRET_OK)
		return status;
	if (!buf_add_text(&box->version, answer->name))
		return gs_no_memory(err);
	box->secret = (gcpsecret_payload){ .data = box->payload.data,
		.len = box->payload.len,
		.version = box->version.data };
	return GCPSECRET_OK;
}

/* Takes over the document. */
static gcpsecret_status
read_answer(
    struct json_object *document, gcpsecret_payload **out, gcpsecret_error *err)
{
	struct box      *box = calloc(1, sizeof(*box));
	struct answer    answer = { 0 };
	gcpsecret_status status = gs_no_memory(err);

	if (box != NULL) {
		/* Room for what base64_decode() reserves, a little more. */
		buf_init(&box->payload, PAYLOAD_MAX + 3);
		buf_init(&box->version, TEXT_MAX);
		status = decode_answer(document, &answer, err);
		if (status == GCPSECRET_OK)
			status = fill_box(box, &answer, err);
	}
	gs_json_free(document);
	if (status == GCPSECRET_OK)
		*out = &box->secret;
	else
		gcpsecret_payload_free((gcpsecret_payload *)box);
	return status;
}

/* A payload that does not match its checksum is read again, once. */
gcpsecret_status
gs_version_access(gcpsecret_client *client, const struct name *name,
    gcpsecret_payload **out, gcpsecret_error *err)
{
	const struct call   call = { .method = VERSION_ACCESS, .name = name };
	gcpsecret_error     last;
	gcpsecret_status    status = GCPSECRET_ERR_CHECKSUM;
	struct json_object *document;

	for (int i = 0; i < 2 && status == GCPSECRET_ERR_CHECKSUM; i++) {
		status = gs_call(client, &call, &document, &last);
		if (status == GCPSECRET_OK)
			status = read_answer(document, out, &last);
	}
	if (status != GCPSECRET_OK && err != NULL)
		*err = last;
	return status;
}

gcpsecret_status
gcpsecret_access(gcpsecret_client *client, const char *name,
    gcpsecret_payload **payload_out, gcpsecret_error *err)
{
	struct name      parsed;
	gcpsecret_status status;

	if (payload_out == NULL || name == NULL)
		return gs_fail(
		    err, GCPSECRET_ERR_ARGUMENT, "name or payload_out is NULL");
	*payload_out = NULL;
	status = gs_call_begin(client, name, NAME_VERSION, &parsed, err);
	if (status != GCPSECRET_OK)
		return status;
	return gs_version_access(client, &parsed, payload_out, err);
}

gcpsecret_status
gcpsecret_resolve(gcpsecret_client *client, const char *reference,
    gcpsecret_payload **payload_out, gcpsecret_error *err)
{
	struct name      parsed;
	gcpsecret_status status;

	if (payload_out == NULL || reference == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "reference or payload_out is NULL");
	*payload_out = NULL;
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = gs_name_parse_reference(reference, &parsed, err)) !=
		GCPSECRET_OK)
		return status;
	if ((status = gs_call_project(client, &parsed, err)) != GCPSECRET_OK)
		return status;
	return gs_version_access(client, &parsed, payload_out, err);
}

void
gcpsecret_payload_free(gcpsecret_payload *secret)
{
	struct box *box = (struct box *)secret;

	if (box == NULL)
		return;
	buf_free(&box->payload);
	buf_free(&box->version);
	free(box);
}
