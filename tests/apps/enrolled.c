/* SPDX-License-Identifier: MIT */
#include "enrolled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "test.h"

#define LEASE_S 120
#define NEARLY_SIX_HOURS (5 * 3600 + 1800)

#define assert_stored(call)                                     \
	do {                                                    \
		tokenstore_error err;                           \
		if ((call) != TOKENSTORE_OK)                    \
			fail_msg("%s: %s", #call, err.message); \
	} while (0)

tokenstore *
enrolled_store(const struct world *world)
{
	const tokenstore_options options = {
		.conninfo = postgres_conninfo(world->postgres),
		.keys = WORLD_TOKEN_KEYS,
		.provider = "strava",
		.client_id = WORLD_CLIENT_ID,
		.actor = "test",
		.clock_offset_s = world->clock_s,
	};
	tokenstore *store;

	assert_stored(tokenstore_open(&options, &store, &err));
	return store;
}

/* What /_control/athletes answers, and /_control/state. */
struct issued {
	int64_t     id;
	const char *access_token, *refresh_token, *scope;
	int64_t     expires_at;
	int64_t     refreshes, token_posts, overlaps, refresh_used;
};

static const struct member issued_members[] = {
	MEMBER_REQUIRED(struct issued, id, put_int64, NULL, "id"),
	MEMBER(struct issued, access_token, put_string, NULL, "access_token"),
	MEMBER(struct issued, refresh_token, put_string, NULL, "refresh_token"),
	MEMBER(struct issued, scope, put_string, NULL, "scope"),
	MEMBER(struct issued, expires_at, put_int64, NULL, "expires_at"),
	MEMBER(struct issued, refreshes, put_int64, NULL, "refreshes"),
	MEMBER(struct issued, token_posts, put_int64, NULL, "token_posts"),
	MEMBER(struct issued, overlaps, put_int64, NULL, "overlaps"),
	MEMBER(struct issued, refresh_used, put_int64, NULL, "refresh_used"),
};

static struct issued
read_issued(struct json_object *object)
{
	struct issued issued = { 0 };
	const char   *missing;

	assert_true(members_decode(
	    object, issued_members, COUNT(issued_members), &issued, &missing));
	return issued;
}

static void
put(tokenstore *store, const struct issued *issued)
{
	const tokenstore_grant grant = {
		.access_token = issued->access_token,
		.refresh_token = issued->refresh_token,
		.expires_at = issued->expires_at,
		.expires_in = 21600,
		.scope = issued->scope,
	};
	char subject[24];

	snprintf(subject, sizeof(subject), "%lld", (long long)issued->id);
	assert_stored(tokenstore_put(store, subject, &grant, &err));
}

void
enrol(struct world *world, int count, struct enrolled *enrolled)
{
	tokenstore         *store;
	struct json_object *list;
	char                body[32];

	world_new_database(world);
	world_tell(world, "/_control/faults", "[]");
	store = enrolled_store(world);
	assert_stored(tokenstore_migrate(store, &err));
	enrolled->count = (size_t)count;
	assert_true(enrolled->count <= ENROLLED_MAX);
	snprintf(body, sizeof(body), "{\"count\":%d}", count);
	list = count > 0 ? world_ask(world, "/_control/athletes", body) : NULL;
	for (size_t i = 0; i < enrolled->count; i++) {
		struct issued issued =
		    read_issued(json_object_array_get_idx(list, i));

		put(store, &issued);
		enrolled->ids[i] = issued.id;
	}
	json_object_put(list);
	tokenstore_close(store);
}

void
enrol_due(struct world *world, int count, struct enrolled *enrolled)
{
	enrol(world, count, enrolled);
	world_advance(world, NEARLY_SIX_HOURS);
}

tokenstore_account *
enrolled_account(const struct world *world, int64_t athlete_id)
{
	tokenstore         *store = enrolled_store(world);
	tokenstore_account *account;
	char                subject[24];

	snprintf(subject, sizeof(subject), "%lld", (long long)athlete_id);
	assert_stored(tokenstore_get(store, subject, &account, &err));
	tokenstore_close(store);
	return account;
}

static char *
claimed_token(tokenstore *store, int64_t athlete_id)
{
	tokenstore_claim_list *list;
	char                   subject[24];
	char                  *token = strdup("");

	snprintf(subject, sizeof(subject), "%lld", (long long)athlete_id);
	assert_stored(
	    tokenstore_claim_one(store, subject, LEASE_S, &list, &err));
	if (list->count == 1) {
		free(token);
		token = strdup(list->items[0]->refresh_token);
		assert_stored(tokenstore_release(store, list->items[0], &err));
	}
	tokenstore_claim_list_free(list);
	assert_non_null(token);
	return token;
}

char *
enrolled_refresh_token(const struct world *world, int64_t athlete_id)
{
	tokenstore *store = enrolled_store(world);
	char       *token = claimed_token(store, athlete_id);

	tokenstore_close(store);
	return token;
}

/* The member "athletes" of the sandbox's state, found by id. */
static struct issued
side_of(struct json_object *state, int64_t athlete_id)
{
	struct json_object *athletes = members_get(state, "athletes");
	struct issued       issued = { 0 };

	for (size_t i = 0; i < json_object_array_length(athletes); i++) {
		issued = read_issued(json_object_array_get_idx(athletes, i));
		if (issued.id == athlete_id)
			return issued;
	}
	fail_msg("the sandbox does not know %lld", (long long)athlete_id);
	return issued;
}

struct strava_side
enrolled_strava_side(struct world *world, int64_t athlete_id)
{
	struct json_object *state = world_ask(world, "/_control/state", NULL);
	struct issued       issued = side_of(state, athlete_id);
	struct strava_side  side = {
		 .refreshes = issued.refreshes,
		 .token_posts = issued.token_posts,
		 .overlaps = issued.overlaps,
		 .refresh_used = issued.refresh_used,
	};

	if (issued.refresh_token != NULL)
		snprintf(side.refresh_token, sizeof(side.refresh_token), "%s",
		    issued.refresh_token);
	json_object_put(state);
	return side;
}

size_t
enrolled_compare(struct world *world, const struct enrolled *enrolled)
{
	struct json_object *state = world_ask(world, "/_control/state", NULL);
	tokenstore         *store = enrolled_store(world);
	tokenstore_account *account;
	size_t              need_consent = 0;
	char                subject[24];
	char               *token;

	for (size_t i = 0; i < enrolled->count; i++) {
		int64_t id = enrolled->ids[i];

		snprintf(subject, sizeof(subject), "%lld", (long long)id);
		assert_stored(tokenstore_get(store, subject, &account, &err));
		if (account->state == TOKENSTORE_ACTIVE) {
			token = claimed_token(store, id);
			assert_string_equal(
			    token, side_of(state, id).refresh_token);
			free(token);
		} else {
			need_consent++;
		}
		tokenstore_account_free(account);
	}
	tokenstore_close(store);
	json_object_put(state);
	return need_consent;
}

tokenstore_stats
enrolled_stats(const struct world *world)
{
	tokenstore      *store = enrolled_store(world);
	tokenstore_stats stats;

	assert_stored(tokenstore_stats_get(store, &stats, &err));
	tokenstore_close(store);
	return stats;
}
