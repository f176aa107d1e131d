/* SPDX-License-Identifier: MIT */

/* Secret Manager: the bytes of a version. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "members.h"
#include "secret_methods.h"
#include "secret_refusal.h"
#include "version.h"

#define TOO_LARGE "The secret payload is larger than 65536 bytes."

static const struct shape payload_shape[] = {
	{ "data", SHAPE_TEXT, NULL },
	{ "dataCrc32c", SHAPE_INT64, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
const struct shape payload_add_shape[] = {
	{ "payload", SHAPE_OBJECT, payload_shape },
	{ NULL, SHAPE_TEXT, NULL },
};

/* The two alphabets, with and without padding: whatever clients write. */
static bool
decode(struct buf *data, const char *encoded)
{
	size_t     len = strlen(encoded);
	struct buf plain;
	char      *at;
	bool       ok;

	while (len > 0 && encoded[len - 1] == '=')
		len--;
	buf_init(&plain, len + 1);
	ok = len == 0 || buf_add(&plain, encoded, len);
	for (at = plain.data; ok && len > 0 && *at != '\0'; at++)
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
	ok = ok && base64_decode(data, buf_text(&plain), len, BASE64_URL);
	buf_free(&plain);
	return ok;
}

/* Did the client send no checksum, or the right one? */
static bool
checksum_fits(struct json_object *payload, const struct buf *data)
{
	struct json_object *value = shape_get(payload, "dataCrc32c");

	return value == NULL ||
	       json_object_get_int64(value) ==
		   (int64_t)vault_crc32c(data->data, data->len);
}

static void
store(struct call *call, const struct target *target,
    struct json_object *payload, const struct buf *data)
{
	struct vault   *vault = &call->world->vault;
	struct version *version;

	if (data->len == 0) {
		secret_invalid(call, "Field [payload] is required.");
		return;
	}
	if (data->len > VAULT_DATA_MAX) {
		secret_invalid(call, TOO_LARGE);
		return;
	}
	if (!checksum_fits(payload, data)) {
		secret_invalid(
		    call, "The payload checksum does not match the data.");
		return;
	}
	version = vault_add_version(
	    vault, target->found, data->data, data->len, call->now);
	if (version == NULL) {
		call->response->failed = true;
		return;
	}
	version->checked = shape_get(payload, "dataCrc32c") != NULL;
	version_answer(call, target->found, target->found->version_count);
}

void
payload_add(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct json_object *payload = shape_get(body, "payload");
	const char         *encoded = shape_get_text(payload, "data");
	struct buf          data;

	buf_init(&data, VAULT_DATA_MAX + 3);
	if (encoded == NULL)
		secret_invalid(call, "Field [payload] is required.");
	else if (decode(&data, encoded))
		store(call, target, payload, &data);
	else
		secret_invalid(call,
		    buf_ok(&data) ? "Invalid value at 'payload.data' "
				    "(TYPE_BYTES), Base64 decoding failed."
				  : TOO_LARGE);
	buf_free(&data);
}

static void
emit_payload(struct emit *e, const struct version *version)
{
	uint32_t   crc = vault_crc32c(version->data, version->len);
	struct buf encoded;
	char       text[16];

	if (version->checksum == CHECKSUM_WRONG)
		crc ^= 1;
	snprintf(text, sizeof(text), "%" PRIu32, crc);
	buf_init(&encoded, (size_t)2 * VAULT_DATA_MAX);
	if (!base64_encode(
		&encoded, version->data, version->len, BASE64_STANDARD))
		e->out->failed = true;
	emit_object(e, "payload");
	emit_text(e, "data", buf_text(&encoded));
	if (version->checksum == CHECKSUM_NUMERIC)
		emit_int(e, "dataCrc32c", crc);
	else if (version->checksum != CHECKSUM_ABSENT)
		emit_text(e, "dataCrc32c", text);
	emit_end(e);
	buf_free(&encoded);
}

void
payload_access(
    struct call *call, const struct target *target, struct json_object *body)
{
	char                  name[VERSION_NAME_SIZE];
	const struct version *version;
	struct emit          *e;
	size_t                number;

	(void)body;
	if ((version = version_find(call, target, &number)) == NULL)
		return;
	if (version->state != VERSION_ENABLED) {
		version_refuse_state(call, target->found, number);
		return;
	}
	secret_version_name(target->found, number, name);
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	emit_payload(e, version);
	emit_end(e);
}
