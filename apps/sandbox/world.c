/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* What an application finds in Secret Manager without being told. */
static bool
add_secret(struct world *world, const char *id, const char *value)
{
	struct secret *secret;
	size_t         project;

	if (!vault_make_project(
		&world->vault, world->options.project, &project))
		return false;
	secret = vault_make(&world->vault, project, "", id, world_now(world));
	return secret != NULL && vault_add_version(&world->vault, secret, value,
				     strlen(value), world_now(world)) != NULL;
}

/* Says what failed; NULL when all is well. */
static const char *
fill(struct world *world)
{
	const struct options *options = &world->options;

	if (!known_open(&world->known, options->secrets_file))
		return "the secrets file cannot be written";
	known_add_text(&world->known, options->client_secret);
	google_init(
	    &world->google, options->project, options->seed, &world->known);
	if ((world->webhook = webhook_new(options->client_secret)) == NULL)
		return "no thread can be started";
	if (!grants_add(&world->grants, options->athletes))
		return "out of memory";
	if (!add_secret(world, "strava-client-id", options->client_id) ||
	    !add_secret(world, "strava-client-secret", options->client_secret))
		return "the project's id is malformed";
	return NULL;
}

struct world *
world_new(const struct options *options, char *message, size_t message_size)
{
	struct world *world = calloc(1, sizeof(*world));
	const char   *why = "out of memory";

	if (world != NULL) {
		world->options = *options;
		world->known.fd = -1;
		pthread_mutex_init(&world->mutex, NULL);
		world->grants.known = &world->known;
		world->grants.seed = options->seed;
		world->grants.rotation = options->rotation;
		world->vault.known = &world->known;
		oddities_init(&world->oddities);
		world->oddities.extended_access = options->extended_access;
		memcpy(world->rate.limit, options->limits,
		    sizeof(world->rate.limit));
		why = fill(world);
	}
	if (why == NULL)
		return world;
	snprintf(message, message_size, "%s", why);
	world_free(world);
	return NULL;
}

void
world_free(struct world *world)
{
	if (world == NULL)
		return;
	webhook_free(world->webhook);
	grants_free(&world->grants);
	vault_free(&world->vault);
	journals_free(&world->journals);
	google_free(&world->google);
	known_close(&world->known);
	pthread_mutex_destroy(&world->mutex);
	free(world);
}

void
world_lock(struct world *world)
{
	pthread_mutex_lock(&world->mutex);
}

void
world_unlock(struct world *world)
{
	pthread_mutex_unlock(&world->mutex);
}

int64_t
world_now(const struct world *world)
{
	return clock_utc_s(NULL) + world->clock_offset_s;
}
