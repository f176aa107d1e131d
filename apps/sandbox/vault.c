/* SPDX-License-Identifier: MIT */
#include "vault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define FIRST_NUMBER INT64_C(100000000001)

static void
forget(struct version *version)
{
	if (version->data != NULL)
		wipe(version->data, version->len);
	free(version->data);
}

void
vault_free(struct vault *vault)
{
	size_t i, k;

	for (i = 0; i < vault->secret_count; i++) {
		for (k = 0; k < vault->secrets[i].version_count; k++)
			forget(&vault->secrets[i].versions[k]);
		free(vault->secrets[i].versions);
	}
	free(vault->secrets);
	free(vault->projects);
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
	snprintf(secret->location, sizeof(secret->location), "%s", location);
	snprintf(secret->id, sizeof(secret->id), "%s", id);
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
	return version;
}

struct version *
vault_find_version(
    const struct secret *secret, const char *name, size_t *number)
{
	size_t i, n = secret->version_count;
	char   text[24];

	if (n > 0 && strcmp(name, "latest") == 0) {
		*number = n;
		return &secret->versions[n - 1];
	}
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%zu", i + 1);
		if (strcmp(text, name) == 0 ||
		    (name[0] != '\0' &&
			strcmp(secret->versions[i].alias, name) == 0)) {
			*number = i + 1;
			return &secret->versions[i];
		}
	}
	return NULL;
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
