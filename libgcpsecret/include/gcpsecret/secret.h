/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SECRET_H
#define GCPSECRET_SECRET_H

/*
 * Secrets: what stands around the versions, which hold the payloads.
 * gcpsecret_secret(3) shows how.
 *
 * A name is projects/P/secrets/S or projects/P/locations/L/secrets/S; a parent
 * is projects/P or projects/P/locations/L.  Without projects/P/ in front it is
 * the client's own project, as gcpsecret_project() tells it, and a parent may be
 * NULL.  A secret with a location is regional: it is another secret than the
 * global one of the same id, and its region keeps it.
 *
 * Answers name a project by its number.
 * Facts: cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets
 */

#include <gcpsecret/client.h>
#include <gcpsecret/types.h>
#include <gcpsecret/version.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gcpsecret_topic {
	const char *name; /* "projects/P/topics/T" */
} gcpsecret_topic;

typedef struct gcpsecret_topic_list {
	size_t                        count;
	const gcpsecret_topic *const *items;
	size_t                        skipped;
} gcpsecret_topic_list;

typedef struct gcpsecret_secret {
	const char *name;
	const char *etag;
	int64_t     create_time;
	int64_t     expire_time; /* when Google deletes it; 0: never */
	int64_t     next_rotation_time;
	int64_t     rotation_period_s;
	int64_t     version_destroy_ttl_s; /* 0: destroyed at once */
	const char *kms_key; /* customer-managed, of a regional secret */
	const char *type;    /* "CLOUD_SQL_DB_CREDENTIALS", ...; or NULL */
	const gcpsecret_replication *replication; /* NULL when regional */
	const gcpsecret_entry_list  *labels;
	const gcpsecret_entry_list  *annotations;
	const gcpsecret_entry_list  *version_aliases; /* "prod": "3" */
	const gcpsecret_topic_list  *topics; /* Pub/Sub hears of changes */
} gcpsecret_secret;

/* What an update changes. */
typedef enum gcpsecret_secret_field {
	GCPSECRET_SECRET_LABELS = 1,
	GCPSECRET_SECRET_ANNOTATIONS = 2,
	GCPSECRET_SECRET_VERSION_ALIASES = 4,
	GCPSECRET_SECRET_TOPICS = 8,
	GCPSECRET_SECRET_EXPIRE_TIME = 16,
	GCPSECRET_SECRET_TTL = 32,
	GCPSECRET_SECRET_ROTATION = 64,
	GCPSECRET_SECRET_VERSION_DESTROY_TTL = 128,
	GCPSECRET_SECRET_KMS_KEY = 256
} gcpsecret_secret_field;

/*
 * What to create or change; zero it first.  It is only read during the call.
 *
 * Creating sends the members that are not zero, and takes no `fields`.  Updating
 * changes the members that `fields` names and nothing else: a member that is
 * named and zero is cleared, one that is not named must be zero.  An update
 * replaces a member whole: to add a label, give all of them.
 *
 * etag: of the secret that was read, quotes included; an update then fails with
 *	CONFLICT if somebody else changed it since.  NULL: changed all the same.
 * labels: at most 64, keys and values of at most 128 bytes of UTF-8.
 * annotations: below 16 KiB in all; keys of 1 to 63 letters, digits, "-", "_"
 *	and ".", the first and the last a letter or a digit.
 * version_aliases: at most 50; a letter, then letters, digits, "_" and "-", 63
 *	in all, not "latest" or "NEW"; the value is a version's number: "3".
 * topics: at most 10, "projects/P/topics/T".
 * expire_time, ttl_s: when the secret is deleted; one of them.
 * next_rotation_time: when the topics are told to rotate; rotation_period_s,
 *	3600 s to 100 years, needs it.
 * version_destroy_ttl_s: how long a version that is destroyed can be brought
 *	back.
 * kms_key: "projects/P/locations/L/keyRings/R/cryptoKeys/K"; of a regional
 *	secret, or one that is replicated automatically.  Updates of regional
 *	ones alone may name it.
 *
 * Creating only:
 * replicas: locations, each with its customer-managed key or NULL as value;
 *	none: replicated automatically.  A regional secret takes none.
 * tags: "tagKeys/1": "tagValues/2".
 * type: of gcpsecret_secret.
 */
typedef struct gcpsecret_secret_input {
	unsigned          fields; /* of gcpsecret_secret_field */
	unsigned          reserved_int;
	const char       *etag;
	gcpsecret_entries labels, annotations, version_aliases;
	gcpsecret_texts   topics;
	int64_t           expire_time, ttl_s;
	int64_t           next_rotation_time, rotation_period_s;
	int64_t           version_destroy_ttl_s;
	const char       *kms_key;
	gcpsecret_entries replicas, tags;
	const char       *type;
	uint64_t          reserved[8];
} gcpsecret_secret_input;

/*
 * Creates a secret without a version.  `id` is 1 to 255 letters, digits, "_" and
 * "-"; `input` may be NULL.  *out, unless `out` is NULL, is to be freed with
 * gcpsecret_secret_free().
 * Worth acting on: EXISTS, FORBIDDEN, DISABLED.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_create(
    gcpsecret_client *client, const char *parent, const char *id,
    const gcpsecret_secret_input *input, gcpsecret_secret **out,
    gcpsecret_error *err);

/*
 * Reads one.  *out is to be freed with gcpsecret_secret_free().
 * Worth acting on: NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_get(
    gcpsecret_client *client, const char *name, gcpsecret_secret **out,
    gcpsecret_error *err);

/*
 * Changes what input->fields names.  *out, unless `out` is NULL, is the secret as
 * it is then, to be freed with gcpsecret_secret_free().
 * Worth acting on: CONFLICT (read it again, then decide), NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_update(
    gcpsecret_client *client, const char *name,
    const gcpsecret_secret_input *input, gcpsecret_secret **out,
    gcpsecret_error *err);

/*
 * Deletes a secret with all its versions, for good.  With an `etag`, of the
 * secret that was read, only if nobody changed it since; NULL: in any case.
 * Worth acting on: CONFLICT, NOT_FOUND, FORBIDDEN.
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_delete(
    gcpsecret_client *client, const char *name, const char *etag,
    gcpsecret_error *err);

/*
 * Has Google make a new version, of a secret whose rotation it manages.  *out,
 * unless `out` is NULL, is to be freed with gcpsecret_version_free().
 */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_rotate(
    gcpsecret_client *client, const char *name, gcpsecret_version **out,
    gcpsecret_error *err);

/* A user of a Cloud SQL instance whose password Google shall rotate.  Zero it
 * first.  `password` NULL: Google makes one up. */
typedef struct gcpsecret_managed_user {
	const char *instance_id, *username, *password;
	uint64_t    reserved[4];
} gcpsecret_managed_user;

/* Leaves the rotation of a secret to Google; else as gcpsecret_secret_rotate(). */
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_manage_rotation(
    gcpsecret_client *client, const char *name,
    const gcpsecret_managed_user *user, gcpsecret_version **out,
    gcpsecret_error *err);

/* Frees; NULL is ignored. */
GCPSECRET_API void gcpsecret_secret_free(gcpsecret_secret *secret);

/* The secret as Google sent it, with what no member above holds; belongs to it.
 * NULL for NULL, and when out of memory. */
GCPSECRET_API const char *gcpsecret_secret_json(const gcpsecret_secret *secret);

/*
 * All secrets of a project, or of a region of it, one after the other.
 *
 *	gcpsecret_secret_each  *each;
 *	const gcpsecret_secret *secret;
 *
 *	if (gcpsecret_secret_each_new(client, NULL, NULL, &each, &err) != GCPSECRET_OK)
 *		errx(1, "%s", err.message);
 *	while ((status = gcpsecret_secret_each_next(each, &secret, &err)) ==
 *		GCPSECRET_OK && secret != NULL)
 *		puts(secret->name);
 *	gcpsecret_secret_each_free(each);
 *
 * _new() sends nothing.  `parent` and `query` may be NULL.  The iterator uses the
 * client, which has to outlive it.
 *
 * _next() gives OK and NULL at the end.  What it gives lives until the next call
 * and is not to be freed.  After a failure it may be called again and goes on
 * where it was.
 * Worth acting on: FORBIDDEN, RATE_LIMIT, REQUEST (an unknown filter).
 */
typedef struct gcpsecret_secret_each           gcpsecret_secret_each;
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_each_new(
    gcpsecret_client *client, const char *parent, const gcpsecret_query *query,
    gcpsecret_secret_each **out, gcpsecret_error *err);
GCPSECRET_API GCPSECRET_CHECK gcpsecret_status gcpsecret_secret_each_next(
    gcpsecret_secret_each *each, const gcpsecret_secret **out,
    gcpsecret_error *err);
GCPSECRET_API void gcpsecret_secret_each_free(gcpsecret_secret_each *each);

#ifdef __cplusplus
}
#endif

#endif
