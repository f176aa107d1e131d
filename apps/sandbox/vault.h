/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_VAULT_H
#define SANDBOX_VAULT_H

/* The secrets of Secret Manager: projects, secrets, numbered versions. */

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "known.h"

#define VAULT_DATA_MAX 65536
#define VAULT_FIRST_PROJECT "100000000001" /* the number of the first one */

enum version_state { VERSION_ENABLED, VERSION_DISABLED, VERSION_DESTROYED };

/* How an answer states the CRC32C of the payload. */
enum checksum {
	CHECKSUM_RIGHT,
	CHECKSUM_WRONG,
	CHECKSUM_ABSENT,
	CHECKSUM_NUMERIC /* right, as a JSON number */
};

struct version {
	unsigned char     *data; /* NULL once it is destroyed */
	size_t             len;
	enum version_state state;
	enum checksum      checksum;
	bool               checked; /* the client sent a checksum */
	int64_t            created_at;
	int64_t            destroyed_at;
	int64_t            destroy_at; /* when it is to be; 0: never */
	uint64_t           etag;
};

/* The members that a client gives a secret; secret_body.h knows their rules. */
enum secret_member {
	SECRET_REPLICATION,
	SECRET_LABELS,
	SECRET_TOPICS,
	SECRET_EXPIRE_TIME,
	SECRET_TTL,
	SECRET_NEXT_ROTATION,
	SECRET_ROTATION_PERIOD,
	SECRET_ALIASES,
	SECRET_ANNOTATIONS,
	SECRET_DESTROY_TTL,
	SECRET_ENCRYPTION,
	SECRET_TAGS,
	SECRET_TYPE,
	SECRET_MEMBER_COUNT
};

struct secret {
	size_t   project;
	char     location[64]; /* "": global */
	char     id[256];
	bool     denied; /* IAM refuses access */
	int64_t  created_at;
	uint64_t serial; /* in the order in which they were made */
	uint64_t etag;

	/* As they were sent; what follows from them. */
	struct json_object *members[SECRET_MEMBER_COUNT];
	int64_t             expires_at;  /* 0: never */
	int64_t             rotation_at; /* 0: not set */
	int64_t             rotation_period_s, destroy_ttl_s;
	char rotated[128]; /* the user whose password is; or "" */

	struct json_object *policy; /* NULL: nobody set one */
	uint64_t            policy_etag;

	struct version     *versions; /* number 1 is the first */
	size_t              version_count;
};

struct project {
	char id[64];
	bool api_off;
};

struct vault {
	const struct known *known;
	struct project     *projects;
	size_t              project_count;
	struct secret      *secrets; /* the oldest first */
	size_t              secret_count;
	uint64_t            serial; /* of the last change */
};

void vault_free(struct vault *vault);

/* What a new etag is made of: never the same twice. */
uint64_t vault_next(struct vault *vault);

/* Does what was to happen by now: secrets expire, versions are destroyed, times
 * of rotation pass. */
void vault_sweep(struct vault *vault, int64_t now);

/* By id or number; false when there is none. */
bool vault_find_project(
    const struct vault *vault, const char *name, size_t *project);

/* Finds or makes; false when out of memory or the id is too long. */
bool vault_make_project(struct vault *vault, const char *id, size_t *project);

/* "100000000001" */
#define PROJECT_NUMBER_SIZE 24
void vault_project_number(size_t project, char text[PROJECT_NUMBER_SIZE]);

/* 1 to 255 letters, digits, "_" and "-". */
bool vault_id_ok(const char *id);

/* NULL: there is none.  `location` "" for a global secret. */
struct secret *vault_find(const struct vault *vault, size_t project,
    const char *location, const char *id);

/* Finds or makes; NULL when out of memory. */
struct secret *vault_make(struct vault *vault, size_t project,
    const char *location, const char *id, int64_t now);

void           vault_remove(struct vault *vault, struct secret *secret);

/* NULL when out of memory or `len` is out of range. */
struct version *vault_add_version(struct vault *vault, struct secret *secret,
    const void *data, size_t len, int64_t now);

/* Wipes the payload: nothing comes back from that. */
void vault_destroy_version(struct version *version, int64_t now);

/* By number, "latest" or alias; NULL: there is none. */
struct version *vault_find_version(
    const struct secret *secret, const char *name, size_t *number);

uint32_t vault_crc32c(const void *data, size_t len);

#endif
