/* SPDX-License-Identifier: MIT */
#include "secret_input.h"

#include <string.h>

#include "body.h"
#include "members.h"
#include "name.h"

#define LABELS_MAX 64
#define LABEL_MAX 128
#define ANNOTATIONS_BYTES 16384
#define ANNOTATION_KEY_MAX 63
#define ANNOTATION_COUNT_MAX 8192 /* so many one-letter keys would be 16 KiB */
#define ALIASES_MAX 50
#define TOPICS_MAX 10
#define TAGS_MAX 50
#define REPLICAS_MAX 100
#define NAME_MAX_BYTES 512 /* of a topic, a key, a tag */
#define PERIOD_MIN_S 3600
#define YEARS_100_S INT64_C(3153600000)
#define TIME_MAX INT64_C(253402300799) /* the end of 9999 */

/* Each byte of a text may become six. */
#define BODY_MAX ((size_t)512 * 1024)

#define ALNUM                        \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789"

static bool
is_plain(const char *text)
{
	return text != NULL && strlen(text) <= NAME_MAX_BYTES &&
	       gs_is_plain(text);
}

static bool
has_twice(const gcpsecret_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(entries->items[i].key,
				entries->items[k].key) == 0)
				return true;
	return false;
}

/* What one entry must be; false: it is not. */
typedef bool entry_fn(const gcpsecret_entry *entry);

static bool
is_label(const gcpsecret_entry *entry)
{
	return gs_is_utf8(entry->key, LABEL_MAX) && entry->key[0] != '\0' &&
	       gs_is_utf8(entry->value, LABEL_MAX);
}

static bool
is_annotation(const gcpsecret_entry *entry)
{
	size_t len = entry->key != NULL ? strlen(entry->key) : 0;

	return len > 0 && len <= ANNOTATION_KEY_MAX &&
	       strspn(entry->key, ALNUM "-_.") == len &&
	       strspn(entry->key, ALNUM) > 0 &&
	       strchr(ALNUM, entry->key[len - 1]) != NULL &&
	       gs_is_utf8(entry->value, ANNOTATIONS_BYTES);
}

static bool
is_alias(const gcpsecret_entry *entry)
{
	return entry->key != NULL && gs_name_is_alias(entry->key) &&
	       entry->value != NULL && gs_name_number(entry->value) > 0;
}

static bool
is_tag(const gcpsecret_entry *entry)
{
	return is_plain(entry->key) && is_plain(entry->value);
}

static bool
is_replica(const gcpsecret_entry *entry)
{
	return entry->key != NULL && gs_name_is_location(entry->key) &&
	       (entry->value == NULL || is_plain(entry->value));
}

/* The members that are entries. */
static const struct entry_rule {
	size_t      offset, max;
	entry_fn   *is_entry;
	const char *fault;
} entry_rules[] = {
	{ offsetof(gcpsecret_secret_input, labels), LABELS_MAX, is_label,
	    "the labels must be at most 64, with keys and values of at most "
	    "128 bytes of UTF-8" },
	{ offsetof(gcpsecret_secret_input, annotations), ANNOTATION_COUNT_MAX,
	    is_annotation,
	    "the annotations must have keys of 1 to 63 letters, digits, "
	    "\"-\", \"_\" and \".\", between a letter or digit and another, "
	    "and values of UTF-8" },
	{ offsetof(gcpsecret_secret_input, version_aliases), ALIASES_MAX,
	    is_alias,
	    "the aliases must be at most 50, none of them \"latest\" or "
	    "\"NEW\", each with a version's number" },
	{ offsetof(gcpsecret_secret_input, tags), TAGS_MAX, is_tag,
	    "the tags must be at most 50 names of keys and of values" },
	{ offsetof(gcpsecret_secret_input, replicas), REPLICAS_MAX, is_replica,
	    "the replicas must be names of locations, each with a key's name "
	    "or NULL" },
};

static const gcpsecret_entries *
entries_at(const gcpsecret_secret_input *input, size_t offset)
{
	return (const gcpsecret_entries *)((const char *)input + offset);
}

static const char *
fault_of_entries(
    const gcpsecret_secret_input *input, const struct entry_rule *rule)
{
	const gcpsecret_entries *entries = entries_at(input, rule->offset);

	if (entries->count > rule->max ||
	    (entries->count > 0 && entries->items == NULL))
		return rule->fault;
	for (size_t i = 0; i < entries->count; i++)
		if (!rule->is_entry(&entries->items[i]))
			return rule->fault;
	if (has_twice(entries))
		return "a key or a location is there twice";
	return NULL;
}

static const char *
fault_of_size(const gcpsecret_entries *annotations)
{
	size_t sum = 0;

	for (size_t i = 0; i < annotations->count; i++)
		sum += strlen(annotations->items[i].key) +
		       strlen(annotations->items[i].value);
	return sum < ANNOTATIONS_BYTES
		   ? NULL
		   : "the annotations must stay below 16 KiB in all";
}

static const char *
fault_of_topics(const gcpsecret_texts *topics)
{
	static const char fault[] =
	    "the topics must be at most 10, projects/P/topics/T";

	if (topics->count > TOPICS_MAX ||
	    (topics->count > 0 && topics->items == NULL))
		return fault;
	for (size_t i = 0; i < topics->count; i++)
		if (!is_plain(topics->items[i]) ||
		    strncmp(topics->items[i], "projects/", 9) != 0 ||
		    strstr(topics->items[i], "/topics/") == NULL)
			return fault;
	return NULL;
}

static bool
is_between(int64_t n, int64_t least, int64_t most)
{
	return n == 0 || (n >= least && n <= most);
}

static const char *
fault_of_times(const gcpsecret_secret_input *input)
{
	if (!is_between(input->expire_time, 1, TIME_MAX) ||
	    !is_between(input->next_rotation_time, 1, TIME_MAX))
		return "a time must be between 1970 and 9999";
	if (!is_between(input->ttl_s, 1, YEARS_100_S) ||
	    !is_between(input->version_destroy_ttl_s, 1, YEARS_100_S))
		return "a duration must be positive, and at most 100 years";
	if (input->expire_time != 0 && input->ttl_s != 0)
		return "expire_time and ttl_s exclude each other";
	if (!is_between(input->rotation_period_s, PERIOD_MIN_S, YEARS_100_S))
		return "the rotation period must be an hour to 100 years";
	if (input->rotation_period_s != 0 && input->next_rotation_time == 0)
		return "a rotation period needs a next rotation time";
	return NULL;
}

/* What creating and updating have in common. */
static const char *
fault_of_input(const gcpsecret_secret_input *input)
{
	const char *fault = NULL;

	for (size_t i = 0; i < COUNT(entry_rules) && fault == NULL; i++)
		fault = fault_of_entries(input, &entry_rules[i]);
	if (fault == NULL)
		fault = fault_of_size(&input->annotations);
	if (fault == NULL)
		fault = fault_of_topics(&input->topics);
	if (fault == NULL)
		fault = fault_of_times(input);
	if (fault == NULL && input->kms_key != NULL &&
	    !is_plain(input->kms_key))
		fault = "the name of the key must be plain ASCII";
	if (fault == NULL)
		fault = gs_fault_of_etag(input->etag);
	return fault;
}

/* The members that an update can change. */
enum kind { ENTRIES, TOPICS, TIME, DURATION, ROTATION, KMS_KEY };

static const struct field {
	unsigned    bit;
	enum kind   kind;
	const char *key;
	size_t      offset;
} fields[] = {
#define FIELD(bit, kind, key, name)                        \
	{                                                  \
		GCPSECRET_SECRET_##bit, kind, key,         \
		    offsetof(gcpsecret_secret_input, name) \
	}
	FIELD(LABELS, ENTRIES, "labels", labels),
	FIELD(ANNOTATIONS, ENTRIES, "annotations", annotations),
	FIELD(VERSION_ALIASES, ENTRIES, "versionAliases", version_aliases),
	FIELD(TOPICS, TOPICS, "topics", topics),
	FIELD(EXPIRE_TIME, TIME, "expireTime", expire_time),
	FIELD(TTL, DURATION, "ttl", ttl_s),
	FIELD(ROTATION, ROTATION, "rotation", next_rotation_time),
	FIELD(VERSION_DESTROY_TTL, DURATION, "versionDestroyTtl",
	    version_destroy_ttl_s),
	FIELD(KMS_KEY, KMS_KEY, "customerManagedEncryption", kms_key),
#undef FIELD
};

static int64_t
number_at(const gcpsecret_secret_input *input, size_t offset)
{
	int64_t n;

	memcpy(&n, (const char *)input + offset, sizeof(n));
	return n;
}

/* Whether the member is not zero. */
static bool
is_said(const gcpsecret_secret_input *input, const struct field *f)
{
	switch (f->kind) {
	case ENTRIES: return entries_at(input, f->offset)->count > 0;
	case TOPICS: return input->topics.count > 0;
	case KMS_KEY: return input->kms_key != NULL;
	case TIME:
	case DURATION:
	case ROTATION: break;
	}
	return number_at(input, f->offset) != 0;
}

static void
write_topics(struct buf *body, const gcpsecret_texts *topics)
{
	const char *before = "";

	gs_body_key(body, "topics");
	buf_add_text(body, "[");
	for (size_t i = 0; i < topics->count; i++) {
		buf_addf(body, "%s{", before);
		gs_body_text(body, "name", topics->items[i]);
		buf_add_text(body, "}");
		before = ",";
	}
	buf_add_text(body, "]");
}

static void
write_rotation(struct buf *body, const gcpsecret_secret_input *input)
{
	gs_body_key(body, "rotation");
	buf_add_text(body, "{");
	gs_body_time(body, "nextRotationTime", input->next_rotation_time);
	if (input->rotation_period_s != 0)
		gs_body_duration(
		    body, "rotationPeriod", input->rotation_period_s);
	buf_add_text(body, "}");
}

static void
write_kms_key(struct buf *body, const char *key)
{
	gs_body_key(body, "customerManagedEncryption");
	buf_add_text(body, "{");
	gs_body_text(body, "kmsKeyName", key);
	buf_add_text(body, "}");
}

static void
write_field(struct buf *body, const gcpsecret_secret_input *input,
    const struct field *f)
{
	switch (f->kind) {
	case ENTRIES:
		gs_body_entries(body, f->key, entries_at(input, f->offset));
		break;
	case TOPICS: write_topics(body, &input->topics); break;
	case TIME:
		gs_body_time(body, f->key, number_at(input, f->offset));
		break;
	case DURATION:
		gs_body_duration(body, f->key, number_at(input, f->offset));
		break;
	case ROTATION: write_rotation(body, input); break;
	case KMS_KEY: write_kms_key(body, input->kms_key); break;
	}
}

/* A global secret's keys belong to its replication. */
static void
write_replication(struct buf *body, const gcpsecret_secret_input *input)
{
	const char *before = "";

	gs_body_key(body, "replication");
	if (input->replicas.count == 0) {
		buf_add_text(body, "{\"automatic\":{");
		if (input->kms_key != NULL)
			write_kms_key(body, input->kms_key);
		buf_add_text(body, "}}");
		return;
	}
	buf_add_text(body, "{\"userManaged\":{\"replicas\":[");
	for (size_t i = 0; i < input->replicas.count; i++) {
		const gcpsecret_entry *replica = &input->replicas.items[i];

		buf_addf(body, "%s{", before);
		gs_body_text(body, "location", replica->key);
		if (replica->value != NULL)
			write_kms_key(body, replica->value);
		buf_add_text(body, "}");
		before = ",";
	}
	buf_add_text(body, "]}}");
}

const char *
gs_fault_of_creation(const gcpsecret_secret_input *input, bool regional)
{
	if (input->fields != 0 || input->etag != NULL)
		return "fields and etag are for updates";
	if (regional && input->replicas.count > 0)
		return "a regional secret has no replicas";
	if (input->replicas.count > 0 && input->kms_key != NULL)
		return "with replicas each has its own key";
	if (input->type != NULL && !is_plain(input->type))
		return "the type must be one of Google's words";
	return fault_of_input(input);
}

void
gs_write_creation(
    struct buf *body, const gcpsecret_secret_input *input, bool regional)
{
	gs_body_init(body, BODY_MAX);
	if (!regional)
		write_replication(body, input);
	for (size_t i = 0; i < COUNT(fields); i++)
		if (is_said(input, &fields[i]) &&
		    (regional || fields[i].kind != KMS_KEY))
			write_field(body, input, &fields[i]);
	if (input->tags.count > 0)
		gs_body_entries(body, "tags", &input->tags);
	if (input->type != NULL)
		gs_body_text(body, "secretType", input->type);
	buf_add_text(body, "}");
}

const char *
gs_fault_of_update(const gcpsecret_secret_input *input)
{
	unsigned known = 0;

	if (input->replicas.count > 0 || input->tags.count > 0 ||
	    input->type != NULL)
		return "replicas, tags and the type never change";
	for (size_t i = 0; i < COUNT(fields); i++) {
		known |= fields[i].bit;
		if ((input->fields & fields[i].bit) == 0 &&
		    is_said(input, &fields[i]))
			return "a member is set that fields does not name";
	}
	if (input->fields == 0 || (input->fields & ~known) != 0)
		return "fields must name what to change, and nothing else";
	if ((input->fields & GCPSECRET_SECRET_EXPIRE_TIME) != 0 &&
	    (input->fields & GCPSECRET_SECRET_TTL) != 0)
		return "expire_time and ttl_s exclude each other";
	return fault_of_input(input);
}

void
gs_write_update(struct buf *body, const gcpsecret_secret_input *input)
{
	gs_body_init(body, BODY_MAX);
	if (input->etag != NULL)
		gs_body_text(body, "etag", input->etag);
	for (size_t i = 0; i < COUNT(fields); i++)
		if ((input->fields & fields[i].bit) != 0 &&
		    is_said(input, &fields[i]))
			write_field(body, input, &fields[i]);
	buf_add_text(body, "}");
}

void
gs_write_mask(struct buf *query, const gcpsecret_secret_input *input)
{
	const char *before = "";

	buf_add_text(query, "updateMask=");
	for (size_t i = 0; i < COUNT(fields); i++) {
		if ((input->fields & fields[i].bit) == 0)
			continue;
		/* A comma, escaped. */
		buf_addf(query, "%s%s", before, fields[i].key);
		before = "%2C";
	}
}
