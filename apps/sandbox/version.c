/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <stdio.h>
#include <string.h>

#include "secret_body.h"
#include "secret_refusal.h"

static const char *const states[] = { "ENABLED", "DISABLED", "DESTROYED" };

const struct shape       version_shape[] = {
	      { "name", SHAPE_TEXT, NULL },
	      { "createTime", SHAPE_TIME, NULL },
	      { "destroyTime", SHAPE_TIME, NULL },
	      { "state", SHAPE_TEXT, NULL },
	      { "replicationStatus", SHAPE_TEXT, NULL },
	      { "etag", SHAPE_TEXT, NULL },
	      { "clientSpecifiedPayloadChecksum", SHAPE_BOOL, NULL },
	      { "scheduledDestroyTime", SHAPE_TIME, NULL },
	      { "customerManagedEncryption", SHAPE_TEXT, NULL },
	      { NULL, SHAPE_TEXT, NULL },
};

/* Which version of a key was used; nothing when Google's own was. */
static void
emit_key(struct emit *e, struct json_object *holder)
{
	const char *key = shape_get_text(
	    shape_get(holder, "customerManagedEncryption"), "kmsKeyName");
	char version[600];

	if (key == NULL)
		return;
	snprintf(version, sizeof(version), "%s/cryptoKeyVersions/1", key);
	emit_object(e, "customerManagedEncryption");
	emit_text(e, "kmsKeyVersionName", version);
	emit_end(e);
}

static void
emit_replicas(struct emit *e, struct json_object *managed)
{
	struct json_object *list = shape_get(managed, "replicas"), *replica;
	size_t              i, n = json_object_array_length(list);

	emit_object(e, "userManaged");
	emit_array(e, "replicas");
	for (i = 0; i < n; i++) {
		replica = json_object_array_get_idx(list, i);
		emit_object(e, NULL);
		emit_text(e, "location", shape_get_text(replica, "location"));
		emit_key(e, replica);
		emit_end(e);
	}
	emit_end(e);
	emit_end(e);
}

/* Where it is, and with which keys it is encrypted. */
static void
emit_places(struct emit *e, const struct secret *secret)
{
	struct json_object *replication = secret->members[SECRET_REPLICATION];
	struct json_object *managed = shape_get(replication, "userManaged");
	struct json_object *encryption = secret->members[SECRET_ENCRYPTION];
	char                key[600];

	if (secret->location[0] != '\0') {
		if (encryption == NULL)
			return;
		snprintf(key, sizeof(key), "%s/cryptoKeyVersions/1",
		    shape_get_text(encryption, "kmsKeyName"));
		emit_object(e, "customerManagedEncryption");
		emit_text(e, "kmsKeyVersionName", key);
		emit_end(e);
		return;
	}
	emit_object(e, "replicationStatus");
	if (managed != NULL) {
		emit_replicas(e, managed);
	} else {
		emit_object(e, "automatic");
		emit_key(e, shape_get(replication, "automatic"));
		emit_end(e);
	}
	emit_end(e);
}

void
version_emit(
    struct emit *e, const struct secret *secret, size_t number, bool by_number)
{
	const struct version *version = &secret->versions[number - 1];
	char                  name[VERSION_NAME_SIZE], etag[ETAG_SIZE];

	secret_version_name(secret, number, name);
	secret_etag(version->etag, etag);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	emit_utc(e, "createTime", version->created_at);
	if (version->state == VERSION_DESTROYED)
		emit_utc(e, "destroyTime", version->destroyed_at);
	if (by_number)
		emit_int(e, "state", (int64_t)version->state + 1);
	else
		emit_text(e, "state", states[version->state]);
	emit_places(e, secret);
	emit_text(e, "etag", etag);
	if (version->checked)
		emit_bool(e, "clientSpecifiedPayloadChecksum", true);
	if (version->destroy_at != 0)
		emit_utc(e, "scheduledDestroyTime", version->destroy_at);
	emit_end(e);
}

bool
version_by_number(const struct call *call)
{
	const char *alt = request_query(call->request, "$alt");

	return alt != NULL && strstr(alt, "enum-encoding=int") != NULL;
}

void
version_answer(struct call *call, const struct secret *secret, size_t number)
{
	version_emit(
	    call_json(call, 200), secret, number, version_by_number(call));
}

struct version *
version_find(struct call *call, const struct target *target, size_t *number)
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

void
version_refuse_state(
    struct call *call, const struct secret *secret, size_t number)
{
	char name[VERSION_NAME_SIZE], message[VERSION_NAME_SIZE + 64];

	secret_version_name(secret, number, name);
	snprintf(message, sizeof(message),
	    "Secret Version [%s] is in %s state.", name,
	    states[secret->versions[number - 1].state]);
	secret_refuse(call, 400, "FAILED_PRECONDITION", message);
}
