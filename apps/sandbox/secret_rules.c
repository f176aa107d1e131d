/* SPDX-License-Identifier: MIT */
#include "secret_rules.h"

#include <ctype.h>
#include <string.h>

#include "members.h"
#include "shape.h"

#define LABELS_MAX 64
#define TOPICS_MAX 10
#define ALIASES_MAX 50
#define NAME_MAX_CHARS 63
#define NAME_MAX_BYTES 128
#define ANNOTATIONS_MAX 16384
#define TTL_MIN_S 60
#define ROTATION_AHEAD_S 300
#define PERIOD_MIN_S INT64_C(3600)
#define PERIOD_MAX_S INT64_C(3153600000) /* a hundred years */
#define DESTROY_MIN_S INT64_C(86400)
#define DESTROY_MAX_S (INT64_C(1000) * 86400)

/* "projects/p/topics/t": the pattern's asterisks stand for one part each. */
static bool
is_name_like(const char *name, const char *pattern)
{
	size_t n;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '*') {
			n = strcspn(name, "/");
			if (n == 0)
				return false;
			name += n;
		} else if (*pattern != *name++) {
			return false;
		}
	}
	return *name == '\0';
}

static size_t
count_chars(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Small letters, digits, "_", "-"; letters beyond ASCII are taken on trust. */
static bool
is_label_text(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x80 &&
		    islower((unsigned char)*p) == 0 &&
		    isdigit((unsigned char)*p) == 0 && *p != '_' && *p != '-')
			return false;
	return count_chars(text) <= NAME_MAX_CHARS &&
	       strlen(text) <= NAME_MAX_BYTES;
}

static bool
is_label_key(const char *key)
{
	return is_label_text(key) && key[0] != '\0' && key[0] != '_' &&
	       key[0] != '-' && isdigit((unsigned char)key[0]) == 0;
}

const char *
secret_rule_labels(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	(void)secret;
	(void)now;
	if (json_object_object_length(value) > LABELS_MAX)
		return "A secret has at most 64 labels.";
	json_object_object_foreach(value, key, text)
	{
		if (!is_label_key(key))
			return "A label key is 1 to 63 lowercase letters, "
			       "digits, _ and -, and begins with a letter.";
		if (!is_label_text(json_object_get_string(text)))
			return "A label value is at most 63 lowercase letters, "
			       "digits, _ and -.";
	}
	return NULL;
}

static bool
is_annotation_key(const char *key)
{
	size_t      n = strlen(key);
	const char *p;

	for (p = key; *p != '\0'; p++)
		if ((unsigned char)*p < 0x80 &&
		    isalnum((unsigned char)*p) == 0 &&
		    strchr("-_.", *p) == NULL)
			return false;
	return n >= 1 && n <= NAME_MAX_BYTES &&
	       count_chars(key) <= NAME_MAX_CHARS &&
	       strchr("-_.", key[0]) == NULL &&
	       strchr("-_.", key[n - 1]) == NULL;
}

const char *
secret_rule_annotations(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	size_t total = 0;

	(void)secret;
	(void)now;
	json_object_object_foreach(value, key, text)
	{
		if (!is_annotation_key(key))
			return "An annotation key is 1 to 63 letters, digits, "
			       "-, _ and ., and begins and ends with a letter "
			       "or digit.";
		total += strlen(key) + (size_t)json_object_get_string_len(text);
	}
	return total < ANNOTATIONS_MAX
		   ? NULL
		   : "All annotations together are less than 16 KiB.";
}

static bool
is_key_name(struct json_object *holder)
{
	struct json_object *encryption =
	    shape_get(holder, "customerManagedEncryption");
	const char *name = shape_get_text(encryption, "kmsKeyName");

	return encryption == NULL ||
	       (name != NULL &&
		   is_name_like(
		       name, "projects/*/locations/*/keyRings/*/cryptoKeys/*"));
}

static const char *
check_replicas(struct json_object *list)
{
	size_t i, k, n = list != NULL ? json_object_array_length(list) : 0;
	struct json_object *replica;
	const char         *location;

	if (n == 0)
		return "A user managed replication names at least one replica.";
	for (i = 0; i < n; i++) {
		replica = json_object_array_get_idx(list, i);
		location = shape_get_text(replica, "location");
		if (location == NULL || location[0] == '\0')
			return "A replica names its location.";
		if (!is_key_name(replica))
			return "The name of a Cloud KMS key is malformed.";
		for (k = 0; k < i; k++)
			if (strcmp(location,
				shape_get_text(
				    json_object_array_get_idx(list, k),
				    "location")) == 0)
				return "Two replicas are in one location.";
	}
	return NULL;
}

const char *
secret_rule_replication(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	struct json_object *automatic = shape_get(value, "automatic");
	struct json_object *managed = shape_get(value, "userManaged");

	(void)secret;
	(void)now;
	if ((automatic == NULL) == (managed == NULL))
		return "A replication is either automatic or user managed.";
	if (managed != NULL)
		return check_replicas(shape_get(managed, "replicas"));
	return is_key_name(automatic)
		   ? NULL
		   : "The name of a Cloud KMS key is malformed.";
}

const char *
secret_rule_encryption(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	const char *name = shape_get_text(value, "kmsKeyName");

	(void)now;
	if (secret->location[0] == '\0')
		return "Customer managed encryption of a global secret is part "
		       "of its replication.";
	return name != NULL &&
		       is_name_like(name,
			   "projects/*/locations/*/keyRings/*/cryptoKeys/*")
		   ? NULL
		   : "The name of a Cloud KMS key is malformed.";
}

const char *
secret_rule_topics(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	size_t      i, n = json_object_array_length(value);
	const char *name;

	(void)secret;
	(void)now;
	if (n > TOPICS_MAX)
		return "A secret has at most 10 topics.";
	for (i = 0; i < n; i++) {
		name =
		    shape_get_text(json_object_array_get_idx(value, i), "name");
		if (name == NULL || !is_name_like(name, "projects/*/topics/*"))
			return "The name of a topic is malformed.";
	}
	return NULL;
}

const char *
secret_rule_expire_time(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t at;

	(void)secret;
	return put_time(value, &at) && at >= now + TTL_MIN_S
		   ? NULL
		   : "The expire time is at least 60 seconds ahead.";
}

const char *
secret_rule_ttl(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t ttl;

	(void)secret;
	(void)now;
	return shape_read_span(value, &ttl) && ttl >= TTL_MIN_S
		   ? NULL
		   : "The TTL is at least 60 seconds.";
}

const char *
secret_rule_next_rotation(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t at;

	(void)secret;
	return put_time(value, &at) && at >= now + ROTATION_AHEAD_S &&
		       at <= now + PERIOD_MAX_S
		   ? NULL
		   : "The next rotation time is 300 seconds to 100 years "
		     "ahead.";
}

const char *
secret_rule_rotation_period(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t period;

	(void)secret;
	(void)now;
	return shape_read_span(value, &period) && period >= PERIOD_MIN_S &&
		       period <= PERIOD_MAX_S
		   ? NULL
		   : "The rotation period is 3600 seconds to 100 years.";
}

static bool
is_alias(const char *alias)
{
	size_t n = strlen(alias);

	return n <= NAME_MAX_CHARS && isalpha((unsigned char)alias[0]) != 0 &&
	       vault_id_ok(alias) && strcmp(alias, "latest") != 0 &&
	       strcmp(alias, "NEW") != 0;
}

const char *
secret_rule_aliases(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t number;

	(void)now;
	if (json_object_object_length(value) > ALIASES_MAX)
		return "A secret has at most 50 version aliases.";
	json_object_object_foreach(value, alias, version)
	{
		number = json_object_get_int64(version);
		if (!is_alias(alias))
			return "A version alias is 1 to 63 letters, digits, - "
			       "and _, begins with a letter, and is neither "
			       "latest nor NEW.";
		if (number < 1 || (uint64_t)number > secret->version_count)
			return "A version alias names a version that exists.";
	}
	return NULL;
}

const char *
secret_rule_destroy_ttl(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	int64_t ttl;

	(void)secret;
	(void)now;
	return shape_read_span(value, &ttl) && ttl >= DESTROY_MIN_S &&
		       ttl <= DESTROY_MAX_S
		   ? NULL
		   : "The version destroy TTL is 1 day to 1000 days.";
}

static const struct {
	const char *name;
	int64_t     number;
} types[] = {
	{ "SECRET_TYPE_UNSPECIFIED", 0 },
	{ "CLOUD_SQL_DB_CREDENTIALS", 1 },
	{ "ACCESS_KEY", 2 },
	{ "CERTIFICATE", 3 },
	{ "OTHER_DB_CREDENTIALS", 4 },
	{ "OTHER", 50 },
};

const char *
secret_type_name(struct json_object *value)
{
	bool   is_number = json_object_is_type(value, json_type_int);
	size_t i;

	for (i = 0; i < COUNT(types); i++)
		if (is_number ? json_object_get_int64(value) == types[i].number
			      : strcmp(json_object_get_string(value),
				    types[i].name) == 0)
			return types[i].name;
	return NULL;
}

const char *
secret_rule_type(
    struct json_object *value, const struct secret *secret, int64_t now)
{
	(void)secret;
	(void)now;
	return secret_type_name(value) != NULL ? NULL
					       : "The secret type is unknown.";
}

const char *
secret_rules_together(const struct secret *secret)
{
	struct json_object *const *value = secret->members;

	if ((secret->location[0] == '\0') !=
	    (value[SECRET_REPLICATION] != NULL))
		return "The secret.replication field is required for a global "
		       "secret, and for no other.";
	if (value[SECRET_EXPIRE_TIME] != NULL && value[SECRET_TTL] != NULL)
		return "A secret has an expire time or a TTL.";
	if (secret->rotation_period_s != 0 && secret->rotation_at == 0)
		return "A rotation period needs a next rotation time.";
	if (secret->rotation_at != 0 && value[SECRET_TOPICS] == NULL)
		return "A rotation needs at least one topic.";
	return NULL;
}
