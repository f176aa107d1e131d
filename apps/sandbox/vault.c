/* SPDX-License-Identifier: MIT */
#include "vault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "members.h"
#include "number.h"

#define FIRST_NUMBER INT64_C(100000000001)

static void
drop_payload(struct version *version)
{
	if (version->data != NULL)
		wipe(version->data, version->len);
	free(version->data);
	version->data = NULL;
	version->len = 0;
}

static void
drop_secret(struct secret *secret)
{
	size_t i;

	for (i = 0; i < secret->version_count; i++)
		drop_payload(&secret->versions[i]);
	for (i = 0; i < SECRET_MEMBER_COUNT; i++)
		json_object_put(secret->members[i]);
	json_object_put(secret->policy);
	free(secret->versions);
}

void
vault_free(struct vault *vault)
{
	size_t i;

	for (i = 0; i < vault->secret_count; i++)
		drop_secret(&vault->secrets[i]);
	free(vault->secrets);
	free(vault->projects);
}

void
vault_remove(struct vault *vault, struct secret *secret)
{
	struct secret *end = vault->secrets + --vault->secret_count;

	drop_secret(secret);
	memmove(secret, secret + 1, (size_t)(end - secret) * sizeof(*secret));
}

uint64_t
vault_next(struct vault *vault)
{
	return ++vault->serial;
}

void
vault_destroy_version(struct version *version, int64_t now)
{
	drop_payload(version);
	version->state = VERSION_DESTROYED;
	version->destroyed_at = now;
	version->destroy_at = 0;
}

static void
sweep_secret(struct vault *vault, struct secret *secret, int64_t now)
{
	struct version *version = secret->versions;
	struct version *end = version + secret->version_count;
	int64_t         missed;

	for (; version < end; version++)
		if (version->destroy_at > 0 && version->destroy_at <= now) {
			vault_destroy_version(version, version->destroy_at);
			version->etag = vault_next(vault);
		}
	if (secret->rotation_at == 0 || secret->rotation_at > now)
		return;
	missed = secret->rotation_period_s > 0
		     ? (now - secret->rotation_at) / secret->rotation_period_s
		     : 0;
	secret->rotation_at =
	    secret->rotation_period_s > 0
		? secret->rotation_at + (missed + 1) * secret->rotation_period_s
		: 0;
	secret->etag = vault_next(vault);
}

void
vault_sweep(struct vault *vault, int64_t now)
{
	struct secret *secret;
	size_t         i;

	for (i = vault->secret_count; i-- > 0;) {
		secret = &vault->secrets[i];
		if (secret->expires_at > 0 && secret->expires_at <= now)
			vault_remove(vault, secret);
		else
			sweep_secret(vault, secret, now);
	}
}

void
vault_project_number(size_t project, char text[PROJECT_NUMBER_SIZE])
{
	snprintf(text, PROJECT_NUMBER_SIZE, "%" PRId64,
	    FIRST_NUMBER + (int64_t)project);
}

bool
vault_find_project(const struct vault *vault, const char *name, size_t *project)
{
	char   number[PROJECT_NUMBER_SIZE];
	size_t i;

	for (i = 0; i < vault->project_count; i++) {
		vault_project_number(i, number);
		if (strcmp(vault->projects[i].id, name) == 0 ||
		    strcmp(number, name) == 0)
			break;
	}
	*project = i;
	return i < vault->project_count;
}

bool
vault_make_project(struct vault *vault, const char *id, size_t *project)
{
	struct project *projects;

	if (vault_find_project(vault, id, project))
		return true;
	if (strlen(id) >= sizeof(projects->id) || !vault_id_ok(id))
		return false;
	projects = reallocarray(
	    vault->projects, vault->project_count + 1, sizeof(*projects));
	if (projects == NULL)
		return false;
	vault->projects = projects;
	projects += vault->project_count++;
	memset(projects, 0, sizeof(*projects));
	snprintf(projects->id, sizeof(projects->id), "%s", id);
	return true;
}

bool
vault_id_ok(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t            n = strlen(id);

	return n >= 1 && n <= 255 && strspn(id, allowed) == n;
}

struct secret *
vault_find(const struct vault *vault, size_t project, const char *location,
    const char *id)
{
	size_t i;

	for (i = 0; i < vault->secret_count; i++)
		if (vault->secrets[i].project == project &&
		    strcmp(vault->secrets[i].location, location) == 0 &&
		    strcmp(vault->secrets[i].id, id) == 0)
			return &vault->secrets[i];
	return NULL;
}

/* What a global secret has when nobody wants anything else. */
static struct json_object *
automatic(void)
{
	static const char text[] = "{\"automatic\":{}}";

	return members_parse(text, sizeof(text) - 1);
}

struct secret *
vault_make(struct vault *vault, size_t project, const char *location,
    const char *id, int64_t now)
{
	struct secret *secret = vault_find(vault, project, location, id);

	if (secret != NULL)
		return secret;
	if (strlen(location) >= sizeof(secret->location))
		return NULL;
	secret = reallocarray(
	    vault->secrets, vault->secret_count + 1, sizeof(*secret));
	if (secret == NULL)
		return NULL;
	vault->secrets = secret;
	secret += vault->secret_count++;
	memset(secret, 0, sizeof(*secret));
	secret->project = project;
	secret->created_at = now;
	secret->etag = secret->serial = vault_next(vault);
	snprintf(secret->location, sizeof(secret->location), "%s", location);
	snprintf(secret->id, sizeof(secret->id), "%s", id);
	if (location[0] == '\0')
		secret->members[SECRET_REPLICATION] = automatic();
	return secret;
}

struct version *
vault_add_version(struct vault *vault, struct secret *secret, const void *data,
    size_t len, int64_t now)
{
	struct version *version;
	unsigned char  *copy;

	if (len < 1 || len > VAULT_DATA_MAX)
		return NULL;
	version = reallocarray(
	    secret->versions, secret->version_count + 1, sizeof(*version));
	if (version == NULL)
		return NULL;
	secret->versions = version;
	if ((copy = malloc(len)) == NULL)
		return NULL;
	memcpy(copy, data, len);
	known_add(vault->known, data, len);
	version += secret->version_count++;
	memset(version, 0, sizeof(*version));
	version->data = copy;
	version->len = len;
	version->created_at = now;
	version->etag = vault_next(vault);
	return version;
}

/* A decimal number as it is written, or an alias for one; 0: neither. */
static size_t
version_number(const struct secret *secret, const char *name)
{
	struct json_object *alias;
	int64_t             number;

	if (name[0] >= '1' && name[0] <= '9')
		return number_read(name, 1, INT32_MAX, &number) ? (size_t)number
								: 0;
	alias = members_get(secret->members[SECRET_ALIASES], name);
	return alias != NULL ? (size_t)json_object_get_int64(alias) : 0;
}

struct version *
vault_find_version(
    const struct secret *secret, const char *name, size_t *number)
{
	size_t n = secret->version_count;

	*number =
	    strcmp(name, "latest") == 0 ? n : version_number(secret, name);
	return *number >= 1 && *number <= n ? &secret->versions[*number - 1]
					    : NULL;
}

uint32_t
vault_crc32c(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t             crc = UINT32_MAX;
	int                  bit;

	while (len-- > 0) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0x82f63b78 & (0U - (crc & 1)));
	}
	return ~crc;
}
