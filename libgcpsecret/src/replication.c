/* SPDX-License-Identifier: MIT */
#include "replication.h"

#include <gcpsecret/types.h>

bool
gs_put_kms_key(struct json_object *value, void *at)
{
	const char *key = members_get_string(value, "kmsKeyName");

	if (key == NULL)
		key = members_get_string(value, "kmsKeyVersionName");
	if (key == NULL)
		return false;
	*(const char **)at = key;
	return true;
}

static bool
put_presence(struct json_object *value, void *at)
{
	*(bool *)at = json_object_is_type(value, json_type_object);
	return *(bool *)at;
}

static const struct member replica_members[] = {
	MEMBER_REQUIRED(
	    gcpsecret_replica, location, put_string, NULL, "location"),
	MEMBER(gcpsecret_replica, kms_key, gs_put_kms_key, NULL,
	    "customerManagedEncryption"),
};

static const struct model replica_model =
    MODEL_FLAT(gcpsecret_replica, "replica", replica_members);

static const struct member replication_members[] = {
	MEMBER(
	    gcpsecret_replication, automatic, put_presence, NULL, "automatic"),
	MEMBER(gcpsecret_replication, kms_key, gs_put_kms_key, "automatic",
	    "customerManagedEncryption"),
};

static const struct nested replication_nested[] = {
	NESTED(gcpsecret_replication, replicas, "userManaged", "replicas",
	    IN_LIST, &replica_model),
};

const struct model gs_replication_model = MODEL(gcpsecret_replication,
    "replication", replication_members, replication_nested);
