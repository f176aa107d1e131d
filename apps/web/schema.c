/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <stdio.h>

#include "assets.h"

#define NAME "web"

static const char *const steps[] = { "001_sessions.sql" };

#define STEPS (sizeof(steps) / sizeof(*steps))

bool
schema_prepare(struct pg *pg, char *message, size_t message_size)
{
	struct pg_migration migrations[STEPS];
	struct pg_error     error;
	const struct asset *asset;

	for (size_t i = 0; i < STEPS; i++) {
		if ((asset = asset_named(steps[i])) == NULL) {
			snprintf(message, message_size, "%s is not built in",
			    steps[i]);
			return false;
		}
		migrations[i].version = (int)i + 1;
		migrations[i].sql = (const char *)asset->raw;
	}
	if (pg_migrate(pg, NAME, migrations, STEPS, &error) == PG_OK)
		return true;
	snprintf(message, message_size, "database: %s", error.message);
	return false;
}

bool
schema_check(struct pg *pg, char *message, size_t message_size)
{
	struct pg_error error;
	int64_t         version;

	if (pg_schema_version(pg, NAME, &version, &error) != PG_OK) {
		snprintf(message, message_size, "database: %s", error.message);
		return false;
	}
	if (version == (int64_t)STEPS)
		return true;
	snprintf(message, message_size,
	    "database: schema " NAME " has version %lld, this program needs "
	    "%zu: start strava-web once to bring it up to date",
	    (long long)version, STEPS);
	return false;
}
