/* SPDX-License-Identifier: MIT */

/*
 * Brings athletes into a token store, and out again.
 *
 *	athletes put CONNINFO CLOCK-OFFSET <GRANTS	as /_control/athletes
 *	athletes list CONNINFO CLOCK-OFFSET >TOKENS	their refresh tokens
 *
 * Both are arrays in JSON.  TOKEN_KEYS holds the keyring.
 */

#include <err.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tokenstore/tokenstore.h>
#include <unistd.h>

#define LIFE_S 21600
#define LEASE_S 3600
#define PAGE 1000

static tokenstore_error error;

static void
must(tokenstore_status status)
{
	if (status != TOKENSTORE_OK)
		errx(1, "%s", error.message);
}

static tokenstore *
open_store(const char *conninfo, int64_t clock_offset_s)
{
	const tokenstore_options options = {
		.conninfo = conninfo,
		.keys = getenv("TOKEN_KEYS"),
		.provider = "strava",
		.client_id = "1001",
		.actor = "bench",
		.clock_offset_s = clock_offset_s,
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
put_all(tokenstore *store)
{
	struct json_object *list = json_object_from_fd(STDIN_FILENO);

	if (!json_object_is_type(list, json_type_array))
		errx(1, "an array of grants is wanted");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		tokenstore_grant    grant = {
			   .access_token = text_of(one, "access_token"),
			   .refresh_token = text_of(one, "refresh_token"),
			   .expires_at = json_object_get_int64(
			       json_object_object_get(one, "expires_at")),
			   .expires_in = LIFE_S,
			   .scope = text_of(one, "scope"),
		};

		must(tokenstore_put(store, text_of(one, "id"), &grant, &error));
	}
	json_object_put(list);
}

/* With a clock that is far ahead every account is due. */
static void
list_all(tokenstore *store)
{
	tokenstore_claim_list *list;
	const char            *comma = "";
	size_t                 count;

	printf("[");
	do {
		must(tokenstore_claim_due(store, PAGE, LEASE_S, &list, &error));
		count = list->count;
		for (size_t i = 0; i < count; i++, comma = ",")
			printf("%s{\"id\":%s,\"refresh_token\":\"%s\"}\n",
			    comma, list->items[i]->subject,
			    list->items[i]->refresh_token);
		tokenstore_claim_list_free(list);
	} while (count > 0);
	printf("]\n");
}

int
main(int argc, char **argv)
{
	tokenstore *store;

	if (argc != 4)
		errx(2, "usage: athletes put|list CONNINFO CLOCK-OFFSET");
	store = open_store(argv[2], strtoll(argv[3], NULL, 10));
	if (strcmp(argv[1], "put") == 0)
		put_all(store);
	else
		list_all(store);
	tokenstore_close(store);
	return 0;
}
