/* SPDX-License-Identifier: MIT */
#ifndef SANDBOX_SECRET_TARGET_H
#define SANDBOX_SECRET_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "vault.h"

#define TARGET_SIZE 1024

/* What a path stands for: "P/secrets/S/versions/V:access". */
struct target {
	enum depth {
		DEPTH_LOCATIONS = 1,
		DEPTH_LOCATION,
		DEPTH_SECRETS,
		DEPTH_SECRET,
		DEPTH_VERSIONS,
		DEPTH_VERSION
	} depth;
	char  text[TARGET_SIZE]; /* holds the parts */
	char *project, *location, *secret, *version, *verb;

	/* What is really there. */
	size_t         project_number;
	struct secret *found;
};

/* "projects/P/locations/L/secrets/S" as the caller wrote it, without a version. */
void secret_target_name(
    const struct target *target, char name[TARGET_SIZE + 32]);

/* Reads what follows "/v1/projects/"; false when it is no path of the API. */
bool secret_target_read(struct target *target, const char *rest);

#define SECRET_NAME_SIZE 512

/* "projects/NUMBER/secrets/S": answers always use the project's number. */
void secret_name(const struct secret *secret, char name[SECRET_NAME_SIZE]);

/* The same with "/versions/2". */
#define VERSION_NAME_SIZE (SECRET_NAME_SIZE + 32)
void secret_version_name(
    const struct secret *secret, size_t number, char name[VERSION_NAME_SIZE]);

#endif
