/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "client.h"
#include "exchange.h"
#include "members.h"
#include "payload.h"

#define HOST "https://secretmanager.googleapis.com"

#define PAYLOAD_MAX 65536
#define BASE64_MAX 87384 /* of 64 KiB */
#define TEXT_MAX 1024    /* a name, a URL */
#define HEADER_MAX 20000 /* a token and its header's name */

/* A secret with what it owns. */
struct box {
	gcpsecret_payload secret; /* first: the two share an address */
	struct buf        payload, version;
	atomic_uint       holders;
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
malformed(gcpsecret_error *err, const char *fault)
{
	return gs_fail(err, GCPSECRET_ERR_FORMAT,
	    "the answer of Secret Manager %s", fault);
}

static gcpsecret_status
decode_answer(
    struct json_object *document, struct answer *answer, gcpsecret_error *err)
{
	const char *missing;

	if (!json_object_is_type(document, json_type_object))
		return malformed(err, "is not JSON");
	if (!members_decode(document, answer_members, COUNT(answer_members),
		answer, &missing))
		return malformed(err, strcmp(missing, "name") == 0
					  ? "lacks a name"
					  : "lacks a payload");
	answer->crc32c = -1;
	if (members_get(members_get(document, "payload"), "dataCrc32c") !=
		NULL &&
	    !members_decode(document, crc32c_member, COUNT(crc32c_member),
		answer, &missing))
		return malformed(err, "holds an unreadable checksum");
	return GCPSECRET_OK;
}

static gcpsecret_status
decode_payload(
    struct box *box, const struct answer *answer, gcpsecret_error *err)
{
	size_t len = strlen(answer->data);

	if (len > BASE64_MAX)
		return malformed(err, "holds more than 64 KiB");
	if (!base64_decode(&box->payload, answer->data, len, BASE64_STANDARD))
		return buf_ok(&box->payload)
			   ? malformed(err, "holds no valid base64")
			   : gs_no_memory(err);
	if (box->payload.len == 0)
		return malformed(err, "holds an empty payload");
	if (box->payload.len > PAYLOAD_MAX)
		return malformed(err, "holds more than 64 KiB");
	if (answer->crc32c >= 0 &&
	    gs_crc32c(box->payload.data, box->payload.len) != answer->crc32c)
		return gs_fail(err, GCPSECRET_ERR_CHECKSUM,
		    "the payload does not match its CRC32C: it was damaged on "
		    "its way, or before it was stored");
	return GCPSECRET_OK;
}

/* Whether the answer's name is of what was asked for.  The project may be its
 * number there and its id here, and only a number names one version. */
static bool
is_of(const char *text, const struct name *asked)
{
	struct name got;

	return gs_name_parse(text, &got, NULL) == GCPSECRET_OK &&
	       strcmp(got.secret, asked->secret) == 0 &&
	       strcmp(got.location, asked->location) == 0 &&
	       (asked->version[0] > '9' ||
		   strcmp(got.version, asked->version) == 0);
}

static gcpsecret_status
fill_box(struct box *box, const struct answer *answer, const struct name *name,
    gcpsecret_error *err)
{
	gcpsecret_status status;

	if (!is_of(answer->name, name))
		return malformed(err, "is about another secret");
	status = decode_payload(box, answer, err);
	if (status != GCPSECRET_OK)
		return status;
	if (!buf_add_text(&box->version, answer->name))
		return gs_no_memory(err);
	box->secret = (gcpsecret_payload){ .data = box->payload.data,
		.len = box->payload.len,
		.version = box->version.data };
	return GCPSECRET_OK;
}

static gcpsecret_status
read_answer(const struct buf *body, const struct name *name,
    gcpsecret_payload **out, gcpsecret_error *err)
{
	struct box         *box = calloc(1, sizeof(*box));
	struct json_object *document;
	struct answer       answer = { 0 };
	gcpsecret_status    status;

	if (box == NULL)
		return gs_no_memory(err);
	atomic_init(&box->holders, 1);
	/* Room for what base64_decode() reserves, which is a little more. */
	buf_init(&box->payload, PAYLOAD_MAX + 3);
	buf_init(&box->version, TEXT_MAX);
	document = members_parse(buf_text(body), body->len);
	if (document == NULL && errno == ENOMEM)
		status = gs_no_memory(err);
	else
		status = decode_answer(document, &answer, err);
	if (status == GCPSECRET_OK)
		status = fill_box(box, &answer, name, err);
	gs_json_free(document);
	if (status == GCPSECRET_OK)
		*out = &box->secret;
	else
		gcpsecret_payload_free(&box->secret);
	return status;
}

/* A regional secret lives at a host of its own, and nowhere else. */
static bool
add_url(
    struct buf *url, const gcpsecret_client *client, const struct name *name)
{
	if (client->credentials.source == SOURCE_EMULATOR)
		buf_add_text(url, client->credentials.base);
	else if (client->endpoint != NULL)
		buf_add_text(url, client->endpoint);
	else if (name->location[0] != '\0')
		buf_addf(url, "https://secretmanager.%s.rep.googleapis.com",
		    name->location);
	else
		buf_add_text(url, HOST);
	buf_add_text(url, "/v1/");
	gs_name_add(url, name);
	return buf_add_text(url, ":access");
}

/* Sends the request with a token. */
static gcpsecret_status
authorize(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	const char      *headers[4] = { "Accept: application/json" };
	const char      *quota_project = client->credentials.quota_project;
	const char      *token;
	size_t           count = 1;
	struct buf       bearer, quota;
	gcpsecret_status status = gs_token(client, &token, err);

	if (status != GCPSECRET_OK)
		return status;
	buf_init(&bearer, HEADER_MAX);
	buf_init(&quota, HEADER_MAX);
	if (token != NULL &&
	    buf_addf(&bearer, "Authorization: Bearer %s", token))
		headers[count++] = bearer.data;
	if (quota_project != NULL &&
	    buf_addf(&quota, "x-goog-user-project: %s", quota_project))
		headers[count++] = quota.data;
	x->request.headers = headers;
	if (buf_ok(&bearer) && buf_ok(&quota))
		status = gs_exchange(client, x, err);
	else
		status = gs_no_memory(err);
	x->request.headers = NULL;
	buf_free(&bearer);
	buf_free(&quota);
	return status;
}

/* A token that the API refuses is replaced, once. */
static gcpsecret_status
fetch(gcpsecret_client *client, struct exchange *x, gcpsecret_error *err)
{
	gcpsecret_error  first;
	gcpsecret_status status = authorize(client, x, &first);

	if (status == GCPSECRET_ERR_REFUSED && x->response.status == 401 &&
	    client->token.text.data != NULL) {
		gs_token_forget(client);
		status = authorize(client, x, &first);
	}
	if (status != GCPSECRET_OK && err != NULL)
		*err = first;
	return status;
}

/* A payload that does not match its checksum is read again, once. */
static gcpsecret_status
fetch_secret(gcpsecret_client *client, struct exchange *x,
    const struct name *name, gcpsecret_payload **out, gcpsecret_error *err)
{
	gcpsecret_error  first;
	gcpsecret_status status = GCPSECRET_ERR_CHECKSUM;

	for (int i = 0; i < 2 && status == GCPSECRET_ERR_CHECKSUM; i++) {
		status = fetch(client, x, &first);
		if (status == GCPSECRET_OK)
			status =
			    read_answer(&x->response.body, name, out, &first);
	}
	if (status != GCPSECRET_OK && err != NULL)
		*err = first;
	return status;
}

gcpsecret_status
gs_payload_access(gcpsecret_client *client, const struct name *name,
    gcpsecret_payload **out, gcpsecret_error *err)
{
	struct exchange  x;
	struct buf       url, resource;
	gcpsecret_status status = gs_credentials(client, err);

	if (status != GCPSECRET_OK)
		return status;
	buf_init(&url, SIZE_MAX);
	buf_init(&resource, TEXT_MAX);
	if (add_url(&url, client, name) && gs_name_add(&resource, name)) {
		gs_exchange_init(&x, PEER_API, url.data);
		x.resource = resource.data;
		x.request.plain_ok =
		    client->credentials.source == SOURCE_EMULATOR;
		status = fetch_secret(client, &x, name, out, err);
		gs_exchange_free(&x);
	} else {
		status = gs_no_memory(err);
	}
	buf_free(&url);
	buf_free(&resource);
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
	if ((status = gs_begin(client, err)) != GCPSECRET_OK ||
	    (status = gs_name_parse(name, &parsed, err)) != GCPSECRET_OK)
		return status;
	return gs_payload_access(client, &parsed, payload_out, err);
}

gcpsecret_status
gs_payload_resolve(gcpsecret_client *client, const char *reference,
    struct name *name, gcpsecret_error *err)
{
	const char      *project;
	gcpsecret_status status = gs_name_parse_reference(reference, name, err);

	if (status != GCPSECRET_OK || name->project[0] != '\0')
		return status;
	status = gs_project(client, &project, err);
	if (status == GCPSECRET_OK)
		memcpy(name->project, project, strlen(project) + 1);
	return status;
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
	    (status = gs_payload_resolve(client, reference, &parsed, err)) !=
		GCPSECRET_OK)
		return status;
	return gs_payload_access(client, &parsed, payload_out, err);
}

gcpsecret_payload *
gs_payload_hold(gcpsecret_payload *payload)
{
	struct box *box = (struct box *)payload;

	atomic_fetch_add_explicit(&box->holders, 1, memory_order_relaxed);
	return payload;
}

void
gcpsecret_payload_free(gcpsecret_payload *secret)
{
	struct box *box = (struct box *)secret;

	if (box == NULL || atomic_fetch_sub(&box->holders, 1) > 1)
		return;
	buf_free(&box->payload);
	buf_free(&box->version);
	free(box);
}
