/* SPDX-License-Identifier: MIT */

/*
 * Brings athletes into a token store, and their refresh tokens out again.
 *
 *	athletes put CONNINFO <GRANTS
 *	athletes list CONNINFO <GRANTS
 *
 * GRANTS is what /_control/athletes of the sandbox answered; list prints a line
 * for each, an id, a tab and a token.  TOKEN_KEYS holds the keyring.
 */

#include <err.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenstore/tokenstore.h>
#include <unistd.h>

#define LIFE_S 21600
#define LEASE_S 120

static tokenstore_error error;

static void
must(tokenstore_status status)
{
	if (status != TOKENSTORE_OK)
		errx(1, "%s", error.message);
}

static tokenstore *
open_store(const char *conninfo)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there are no threads */
	const char              *keys = getenv("TOKEN_KEYS");
	const tokenstore_options options = {
		.conninfo = conninfo,
		.keys = keys,
		.provider = "strava",
		.client_id = "1001",
		.actor = "bench",
	};
	tokenstore *store;

	must(tokenstore_open(&options, &store, &error));
	must(tokenstore_migrate(store, &error));
	return store;
}

static const char *
text_of(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static void
put(tokenstore *store, struct json_object *one)
{
	const tokenstore_grant grant = {
		.access_token = text_of(one, "access_token"),
		.refresh_token = text_of(one, "refresh_token"),
		.expires_at = json_object_get_int64(
		    json_object_object_get(one, "expires_at")),
		.expires_in = LIFE_S,
		.scope = text_of(one, "scope"),
	};

	must(tokenstore_put(store, text_of(one, "id"), &grant, &error));
}

/* Only a claim brings a refresh token. */
static void
list(tokenstore *store, struct json_object *one)
{
	const char            *id = text_of(one, "id");
	tokenstore_claim_list *claims;

	must(tokenstore_claim_one(store, id, LEASE_S, &claims, &error));
	if (claims->count != 1)
		errx(1, "%s has no token, or somebody has it", id);
	printf("%s\t%s\n", id, claims->items[0]->refresh_token);
	tokenstore_claim_list_free(claims);
}

int
main(int argc, char **argv)
{
	struct json_object *grants;
	tokenstore         *store;
	bool                puts;

	if (argc != 3)
		errx(2, "usage: athletes put|list CONNINFO <GRANTS");
	puts = strcmp(argv[1], "put") == 0;
	store = open_store(argv[2]);
	grants = json_object_from_fd(STDIN_FILENO);
	if (!json_object_is_type(grants, json_type_array))
		errx(1, "an array of grants is wanted");
	for (size_t i = 0; i < json_object_array_length(grants); i++)
		(puts ? put : list)(
		    store, json_object_array_get_idx(grants, i));
	json_object_put(grants);
	tokenstore_close(store);
	return 0;
}
