/* SPDX-License-Identifier: MIT */

/* Secret Manager's REST API, version 1. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "clock.h"
#include "handlers.h"
#include "members.h"
#include "secret_refusal.h"

static void
emit_time(struct emit *e, const char *key, int64_t utc_s)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(utc_s, text);
	emit_text(e, key, text);
}

static void
emit_secret(struct emit *e, const struct secret *secret)
{
	char name[SECRET_NAME_SIZE];

	secret_name(secret, name);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	if (secret->location[0] == '\0') {
		emit_object(e, "replication");
		emit_object(e, "automatic");
		emit_end(e);
		emit_end(e);
	}
	emit_time(e, "createTime", secret->created_at);
	emit_text(e, "etag", "\"1\"");
	emit_end(e);
}

static void
emit_version(struct emit *e, const struct secret *secret, size_t number)
{
	static const char *const states[] = { "ENABLED", "DISABLED",
		"DESTROYED" };
	const struct version    *version = &secret->versions[number - 1];
	char name[SECRET_NAME_SIZE], full[SECRET_NAME_SIZE + 32];

	secret_name(secret, name);
	snprintf(full, sizeof(full), "%s/versions/%zu", name, number);
	emit_object(e, NULL);
	emit_text(e, "name", full);
	emit_time(e, "createTime", version->created_at);
	emit_text(e, "state", states[version->state]);
	emit_text(e, "etag", "\"1\"");
	if (version->checked)
		emit_bool(e, "clientSpecifiedPayloadChecksum", true);
	emit_end(e);
}

/* Every page is the last one. */
static void
list_secrets(struct call *call, const struct target *target)
{
	const struct vault *vault = &call->world->vault;
	struct emit        *e = call_json(call, 200);
	int64_t             total = 0;
	size_t              i;

	emit_object(e, NULL);
	emit_array(e, "secrets");
	for (i = vault->secret_count; i-- > 0;) {
		if (vault->secrets[i].project != target->project_number ||
		    strcmp(vault->secrets[i].location, target->location) != 0)
			continue;
		emit_secret(e, &vault->secrets[i]);
		total++;
	}
	emit_end(e);
	emit_int(e, "totalSize", total);
	emit_end(e);
}

static void
create_secret(struct call *call, const struct target *target)
{
	struct world        *world = call->world;
	const char          *id = request_query(call->request, "secretId");
	struct json_object  *body, *replication;
	const struct secret *secret;
	const char          *text;
	size_t               len;

	if (id == NULL || !vault_id_ok(id)) {
		secret_invalid(call, "The secret ID is invalid.");
		return;
	}
	text = request_body(call->request, &len);
	body = members_parse(text, len);
	replication = members_get(body, "replication");
	if ((target->location[0] == '\0') !=
	    (members_get(replication, "automatic") != NULL ||
		members_get(replication, "userManaged") != NULL)) {
		secret_invalid(call,
		    "The secret.replication field is required for a "
		    "global secret, and for no other.");
	} else if (vault_find(&world->vault, target->project_number,
		       target->location, id) != NULL) {
		secret_refuse(
		    call, 409, "ALREADY_EXISTS", "The secret exists.");
	} else {
		secret = vault_make(&world->vault, target->project_number,
		    target->location, id, call->now);
		if (secret != NULL)
			emit_secret(call_json(call, 200), secret);
		else
			call->response->failed = true;
	}
	json_object_put(body);
}

static void
get_secret(struct call *call, const struct target *target)
{
	emit_secret(call_json(call, 200), target->found);
}

/* The checksum that the client sent, a decimal number as text or as a number;
 * -1 when it sent none, -2 when it makes no sense. */
static int64_t
read_checksum(struct json_object *payload)
{
	struct json_object *value = members_get(payload, "dataCrc32c");
	const char         *text;
	char               *end;
	int64_t             crc;

	if (value == NULL)
		return -1;
	if (put_string(value, &text)) {
		crc = strtoll(text, &end, 10);
		if (end == text || *end != '\0')
			return -2;
	} else if (!put_int64(value, &crc)) {
		return -2;
	}
	return crc >= 0 && crc <= UINT32_MAX ? crc : -2;
}

static void
store(struct call *call, const struct target *target, const struct buf *data,
    int64_t checksum)
{
	struct world   *world = call->world;
	struct version *version;

	if (data->len == 0) {
		secret_invalid(call, "Field [payload] is required.");
	} else if (data->len > VAULT_DATA_MAX) {
		secret_invalid(
		    call, "The secret payload is larger than 65536 bytes.");
	} else if (checksum != -1 &&
		   checksum != (int64_t)vault_crc32c(data->data, data->len)) {
		secret_invalid(
		    call, "The payload checksum does not match the data.");
	} else {
		version = vault_add_version(&world->vault, target->found,
		    data->data, data->len, call->now);
		if (version == NULL) {
			call->response->failed = true;
			return;
		}
		version->checked = checksum != -1;
		emit_version(call_json(call, 200), target->found,
		    target->found->version_count);
	}
}

static void
add_version(struct call *call, const struct target *target)
{
	size_t              len;
	const char         *text = request_body(call->request, &len);
	struct json_object *body = members_parse(text, len);
	struct json_object *payload = members_get(body, "payload");
	const char         *encoded = members_get_string(payload, "data");
	struct buf          data;

	buf_init(&data, VAULT_DATA_MAX + 3);
	if (encoded == NULL)
		secret_invalid(call, "Field [payload] is required.");
	else if (!base64_decode(
		     &data, encoded, strlen(encoded), BASE64_STANDARD) &&
		 !base64_decode(&data, encoded, strlen(encoded), BASE64_URL))
		secret_invalid(call,
		    buf_ok(&data) ? "Invalid value at 'payload.data': Base64 "
				    "decoding failed."
				  : "The secret payload is larger than 65536 "
				    "bytes.");
	else
		store(call, target, &data, read_checksum(payload));
	buf_free(&data);
	json_object_put(body);
}

static void
list_versions(struct call *call, const struct target *target)
{
	const struct secret *secret = target->found;
	struct emit         *e = call_json(call, 200);
	size_t               i;

	emit_object(e, NULL);
	emit_array(e, "versions");
	for (i = secret->version_count; i > 0; i--)
		emit_version(e, secret, i);
	emit_end(e);
	emit_int(e, "totalSize", (int64_t)secret->version_count);
	emit_end(e);
}

/* The version of the path, or NULL after an answer of 404. */
static struct version *
find_version(struct call *call, const struct target *target, size_t *number)
{
	char            name[SECRET_NAME_SIZE], message[SECRET_NAME_SIZE + 128];
	struct version *version =
	    vault_find_version(target->found, target->version, number);

	if (version != NULL)
		return version;
	secret_name(target->found, name);
	if (target->found->version_count == 0)
		snprintf(message, sizeof(message),
		    "Secret [%s] not found or has no versions.", name);
	else
		snprintf(message, sizeof(message),
		    "Secret Version [%s/versions/%.64s] not found.", name,
		    target->version);
	secret_refuse(call, 404, "NOT_FOUND", message);
	return NULL;
}

static void
get_version(struct call *call, const struct target *target)
{
	size_t number;

	if (find_version(call, target, &number) != NULL)
		emit_version(call_json(call, 200), target->found, number);
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

static void
access_version(struct call *call, const struct target *target)
{
	char name[SECRET_NAME_SIZE], full[SECRET_NAME_SIZE + 32], message[800];
	const struct version *version;
	struct emit          *e;
	size_t                number;

	if ((version = find_version(call, target, &number)) == NULL)
		return;
	secret_name(target->found, name);
	snprintf(full, sizeof(full), "%s/versions/%zu", name, number);
	if (version->state != VERSION_ENABLED) {
		snprintf(message, sizeof(message),
		    "Secret Version [%s] is in %s state.", full,
		    version->state == VERSION_DISABLED ? "DISABLED"
						       : "DESTROYED");
		secret_refuse(call, 400, "FAILED_PRECONDITION", message);
		return;
	}
	e = call_json(call, 200);
	emit_object(e, NULL);
	emit_text(e, "name", full);
	emit_payload(e, version);
	emit_end(e);
}

/* Nothing comes back from destruction. */
static void
change_state(
    struct call *call, const struct target *target, enum version_state state)
{
	struct version *version;
	size_t          number;

	if ((version = find_version(call, target, &number)) == NULL)
		return;
	if (version->state == VERSION_DESTROYED && state != VERSION_DESTROYED) {
		secret_refuse(call, 400, "FAILED_PRECONDITION",
		    "The version is in DESTROYED state.");
		return;
	}
	version->state = state;
	emit_version(call_json(call, 200), target->found, number);
}

static void
enable_version(struct call *call, const struct target *target)
{
	change_state(call, target, VERSION_ENABLED);
}

static void
disable_version(struct call *call, const struct target *target)
{
	change_state(call, target, VERSION_DISABLED);
}

static void
destroy_version(struct call *call, const struct target *target)
{
	change_state(call, target, VERSION_DESTROYED);
}

static const struct method {
	const char *method, *verb;
	enum depth  depth;
	const char *permission; /* after "secretmanager." */
	void (*serve)(struct call *call, const struct target *target);
} methods[] = {
	{ "GET", "", DEPTH_SECRETS, "secrets.list", list_secrets },
	{ "POST", "", DEPTH_SECRETS, "secrets.create", create_secret },
	{ "GET", "", DEPTH_SECRET, "secrets.get", get_secret },
	{ "POST", "addVersion", DEPTH_SECRET, "versions.add", add_version },
	{ "GET", "", DEPTH_VERSIONS, "versions.list", list_versions },
	{ "GET", "", DEPTH_VERSION, "versions.get", get_version },
	{ "GET", "access", DEPTH_VERSION, "versions.access", access_version },
	{ "POST", "enable", DEPTH_VERSION, "versions.enable", enable_version },
	{ "POST", "disable", DEPTH_VERSION, "versions.disable",
	    disable_version },
	{ "POST", "destroy", DEPTH_VERSION, "versions.destroy",
	    destroy_version },
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

/* Finds the secret and asks whether the account may; false after an answer. */
static bool
admit(struct call *call, struct target *target, const struct method *method)
{
	const struct vault *vault = &call->world->vault;
	char                permission[64], message[SECRET_NAME_SIZE];
	char                number[PROJECT_NUMBER_SIZE];

	snprintf(permission, sizeof(permission), "secretmanager.%s",
	    method->permission);
	if (!vault_find_project(
		vault, target->project, &target->project_number)) {
		secret_deny(call, target, permission);
		return false;
	}
	if (vault->projects[target->project_number].api_off) {
		secret_api_off(call, target->project_number);
		return false;
	}
	if (target->depth == DEPTH_SECRETS)
		return true;
	target->found = vault_find(
	    vault, target->project_number, target->location, target->secret);
	if (target->found == NULL) {
		vault_project_number(target->project_number, number);
		snprintf(message, sizeof(message),
		    "Secret [projects/%s/secrets/%.255s] not found or has no "
		    "versions.",
		    number, target->secret);
		secret_refuse(call, 404, "NOT_FOUND", message);
		return false;
	}
	if (target->found->denied)
		secret_deny(call, target, permission);
	return !target->found->denied;
}

void
secret_manager(struct call *call)
{
	const struct method *method;
	struct target        target;

	if (!secret_target_read(&target, call->rest) ||
	    (method = find_method(call, &target)) == NULL)
		call_google_lost(call);
	else if (secret_authenticate(call) && admit(call, &target, method))
		method->serve(call, &target);
}
