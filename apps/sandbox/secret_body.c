/* SPDX-License-Identifier: MIT */
#include "secret_body.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "members.h"
#include "secret_rules.h"
#include "secret_target.h"

static const struct shape encryption_shape[] = {
	{ "kmsKeyName", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape automatic_shape[] = {
	{ "customerManagedEncryption", SHAPE_OBJECT, encryption_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape replica_shape[] = {
	{ "location", SHAPE_TEXT, NULL },
	{ "customerManagedEncryption", SHAPE_OBJECT, encryption_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape managed_shape[] = {
	{ "replicas", SHAPE_LIST, replica_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape replication_shape[] = {
	{ "automatic", SHAPE_OBJECT, automatic_shape },
	{ "userManaged", SHAPE_OBJECT, managed_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape topic_shape[] = {
	{ "name", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape status_shape[] = {
	{ "state", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape rotation_shape[] = {
	{ "nextRotationTime", SHAPE_TIME, NULL },
	{ "rotationPeriod", SHAPE_SPAN, NULL },
	{ "managedRotationStatus", SHAPE_OBJECT, status_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
static const struct shape policy_member_shape[] = {
	{ "iamPolicyNamePrincipal", SHAPE_TEXT, NULL },
	{ "iamPolicyUidPrincipal", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};

const struct shape secret_shape[] = {
	{ "name", SHAPE_TEXT, NULL },
	{ "replication", SHAPE_OBJECT, replication_shape },
	{ "createTime", SHAPE_TIME, NULL },
	{ "labels", SHAPE_TEXT_MAP, NULL },
	{ "topics", SHAPE_LIST, topic_shape },
	{ "expireTime", SHAPE_TIME, NULL },
	{ "ttl", SHAPE_SPAN, NULL },
	{ "etag", SHAPE_TEXT, NULL },
	{ "rotation", SHAPE_OBJECT, rotation_shape },
	{ "versionAliases", SHAPE_INT64_MAP, NULL },
	{ "annotations", SHAPE_TEXT_MAP, NULL },
	{ "versionDestroyTtl", SHAPE_SPAN, NULL },
	{ "customerManagedEncryption", SHAPE_OBJECT, encryption_shape },
	{ "tags", SHAPE_TEXT_MAP, NULL },
	{ "secretType", SHAPE_ENUM, NULL },
	{ "policyMember", SHAPE_OBJECT, policy_member_shape },
	{ NULL, SHAPE_TEXT, NULL },
};

/* One member that clients write: where it stands, what it must be like. */
static const struct row {
	const char  *in, *name;
	bool         is_fixed; /* once the secret exists */
	secret_rule *rule;
} rows[SECRET_MEMBER_COUNT] = {
	[SECRET_REPLICATION] = { NULL, "replication", true,
	    secret_rule_replication },
	[SECRET_LABELS] = { NULL, "labels", false, secret_rule_labels },
	[SECRET_TOPICS] = { NULL, "topics", false, secret_rule_topics },
	[SECRET_EXPIRE_TIME] = { NULL, "expireTime", false,
	    secret_rule_expire_time },
	[SECRET_TTL] = { NULL, "ttl", false, secret_rule_ttl },
	[SECRET_NEXT_ROTATION] = { "rotation", "nextRotationTime", false,
	    secret_rule_next_rotation },
	[SECRET_ROTATION_PERIOD] = { "rotation", "rotationPeriod", false,
	    secret_rule_rotation_period },
	[SECRET_ALIASES] = { NULL, "versionAliases", false,
	    secret_rule_aliases },
	[SECRET_ANNOTATIONS] = { NULL, "annotations", false,
	    secret_rule_annotations },
	[SECRET_DESTROY_TTL] = { NULL, "versionDestroyTtl", false,
	    secret_rule_destroy_ttl },
	[SECRET_ENCRYPTION] = { NULL, "customerManagedEncryption", false,
	    secret_rule_encryption },
	[SECRET_TAGS] = { NULL, "tags", true, secret_rule_labels },
	[SECRET_TYPE] = { NULL, "secretType", true, secret_rule_type },
};

/* Does the path name the member, or what it stands in? */
static bool
is_named(const struct row *row, const char *path, size_t len)
{
	const char *dot = memchr(path, '.', len);
	size_t      first = dot != NULL ? (size_t)(dot - path) : len;

	if (row->in == NULL)
		return shape_is_name(row->name, path, len);
	return shape_is_name(row->in, path, first) &&
	       (dot == NULL ||
		   shape_is_name(row->name, dot + 1, len - first - 1));
}

bool
secret_body_name(const char *path, size_t len, unsigned *members)
{
	/* Two ways to say when it ends: naming either one replaces both. */
	const unsigned ends =
	    SECRET_BIT(SECRET_EXPIRE_TIME) | SECRET_BIT(SECRET_TTL);
	unsigned found = 0;
	size_t   i;

	for (i = 0; i < SECRET_MEMBER_COUNT; i++)
		if (is_named(&rows[i], path, len))
			found |= SECRET_BIT(i);
	if ((found & ends) != 0)
		found |= ends;
	*members |= found;
	return found != 0;
}

static struct json_object *
find_value(struct json_object *body, size_t i)
{
	struct json_object *value =
	    shape_get(rows[i].in != NULL ? shape_get(body, rows[i].in) : body,
		rows[i].name);

	return shape_is_empty(value) ? NULL : value;
}

/* What follows from the members as they stand now. */
static void
derive(struct secret *secret, unsigned members, int64_t now)
{
	struct json_object *const *value = secret->members;
	int64_t                    ttl;

	if ((members & SECRET_BIT(SECRET_TTL)) != 0) {
		secret->expires_at = 0;
		if (value[SECRET_TTL] != NULL &&
		    shape_read_span(value[SECRET_TTL], &ttl))
			secret->expires_at = now + ttl;
		else if (value[SECRET_EXPIRE_TIME] != NULL)
			put_time(
			    value[SECRET_EXPIRE_TIME], &secret->expires_at);
	}
	if ((members & SECRET_BIT(SECRET_NEXT_ROTATION)) != 0 &&
	    (value[SECRET_NEXT_ROTATION] == NULL ||
		!put_time(value[SECRET_NEXT_ROTATION], &secret->rotation_at)))
		secret->rotation_at = 0;
	if (value[SECRET_ROTATION_PERIOD] == NULL ||
	    !shape_read_span(
		value[SECRET_ROTATION_PERIOD], &secret->rotation_period_s))
		secret->rotation_period_s = 0;
	if (value[SECRET_DESTROY_TTL] == NULL ||
	    !shape_read_span(value[SECRET_DESTROY_TTL], &secret->destroy_ttl_s))
		secret->destroy_ttl_s = 0;
}

const char *
secret_body_apply(struct secret *secret, struct json_object *body,
    unsigned members, bool is_new, int64_t now)
{
	struct secret       next = *secret;
	struct json_object *value;
	const char         *why;
	size_t              i;

	for (i = 0; i < SECRET_MEMBER_COUNT; i++) {
		if ((members & SECRET_BIT(i)) == 0)
			continue;
		if (rows[i].is_fixed && !is_new)
			return "The update mask names a field that cannot be "
			       "changed.";
		value = find_value(body, i);
		next.members[i] = value;
		if (value != NULL &&
		    (why = rows[i].rule(value, secret, now)) != NULL)
			return why;
	}
	derive(&next, members, now);
	if ((why = secret_rules_together(&next)) != NULL)
		return why;
	for (i = 0; i < SECRET_MEMBER_COUNT; i++)
		if ((members & SECRET_BIT(i)) != 0) {
			json_object_get(next.members[i]);
			json_object_put(secret->members[i]);
		}
	*secret = next;
	return NULL;
}

void
secret_etag(uint64_t etag, char text[ETAG_SIZE])
{
	snprintf(text, ETAG_SIZE, "\"%" PRIx64 "\"",
	    UINT64_C(0x16151a2f000000) + etag);
}

static void
emit_member(
    struct emit *e, const struct secret *secret, enum secret_member member)
{
	const struct shape *shape = secret_shape;

	if (secret->members[member] == NULL)
		return;
	while (strcmp(shape->name, rows[member].name) != 0)
		shape++;
	shape_emit(e, shape->name, shape, secret->members[member]);
}

static void
emit_rotation(struct emit *e, const struct secret *secret)
{
	bool is_managed = secret->rotated[0] != '\0';

	if (secret->rotation_at == 0 && secret->rotation_period_s == 0 &&
	    !is_managed)
		return;
	emit_object(e, "rotation");
	if (secret->rotation_at != 0)
		emit_utc(e, "nextRotationTime", secret->rotation_at);
	if (secret->rotation_period_s != 0)
		emit_span(e, "rotationPeriod", secret->rotation_period_s);
	if (is_managed) {
		emit_object(e, "managedRotationStatus");
		emit_text(e, "state", "ACTIVE");
		emit_end(e);
	}
	emit_end(e);
}

/* The secret as somebody to whom a policy gives something. */
static void
emit_policy_member(struct emit *e, const struct secret *secret)
{
	const char *place =
	    secret->location[0] != '\0' ? secret->location : "global";
	char number[PROJECT_NUMBER_SIZE], head[256], text[768];

	vault_project_number(secret->project, number);
	snprintf(head, sizeof(head),
	    "principal://secretmanager.googleapis.com/projects/%s", number);
	emit_object(e, "policyMember");
	snprintf(text, sizeof(text), "%s/name/locations/%s/secrets/%s", head,
	    place, secret->id);
	emit_text(e, "iamPolicyNamePrincipal", text);
	snprintf(text, sizeof(text), "%s/uid/locations/%s/secrets/%016" PRIx64,
	    head, place, secret->serial);
	emit_text(e, "iamPolicyUidPrincipal", text);
	emit_end(e);
}

void
secret_body_emit(struct emit *e, const struct secret *secret)
{
	char name[SECRET_NAME_SIZE], etag[ETAG_SIZE];

	secret_name(secret, name);
	secret_etag(secret->etag, etag);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	emit_member(e, secret, SECRET_REPLICATION);
	emit_utc(e, "createTime", secret->created_at);
	emit_member(e, secret, SECRET_LABELS);
	emit_member(e, secret, SECRET_TOPICS);
	if (secret->expires_at != 0)
		emit_utc(e, "expireTime", secret->expires_at);
	emit_text(e, "etag", etag);
	emit_rotation(e, secret);
	emit_member(e, secret, SECRET_ALIASES);
	emit_member(e, secret, SECRET_ANNOTATIONS);
	if (secret->destroy_ttl_s != 0)
		emit_span(e, "versionDestroyTtl", secret->destroy_ttl_s);
	emit_member(e, secret, SECRET_ENCRYPTION);
	if (secret->members[SECRET_TYPE] != NULL)
		emit_text(e, "secretType",
		    secret_type_name(secret->members[SECRET_TYPE]));
	emit_policy_member(e, secret);
	emit_end(e);
}
