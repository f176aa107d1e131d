/* SPDX-License-Identifier: MIT */
#include "attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cookie.h"

#define SLOTS 4
#define LIFE_S 600

static const char sql_insert[] =
    "INSERT INTO web.attempt (state_hash, expires_at) VALUES ($1, $2) "
    "ON CONFLICT (state_hash) DO NOTHING";
static const char sql_purge[] = VISIT_PURGE("web.attempt", "state_hash");
static const char sql_finish[] =
    "DELETE FROM web.attempt WHERE state_hash = $1 RETURNING expires_at";

/* The cookie of a slot holds "BEGUN.STATE": seconds, and a nonce. */
#define VALUE_SIZE (PG_INT_SIZE + NONCE_SIZE)

static const char *const slots[SLOTS] = { "login0", "login1", "login2",
	"login3" };

/* The state in a slot and when it was begun; NULL when the slot is free. */
static const char *
state_in(const struct visit *visit, int slot, int64_t *begun)
{
	const char *value = cookie_get(visit, slots[slot]);
	const char *dot = value != NULL ? strchr(value, '.') : NULL;

	if (dot == NULL || !nonce_is(dot + 1))
		return NULL;
	*begun = strtoll(value, NULL, 10);
	return dot + 1;
}

/* A free slot, or else the one that was begun first. */
static int
slot_for_new(const struct visit *visit)
{
	int     oldest = 0;
	int64_t begun, oldest_begun = INT64_MAX;

	for (int slot = 0; slot < SLOTS; slot++) {
		if (state_in(visit, slot, &begun) == NULL)
			return slot;
		if (begun < oldest_begun) {
			oldest = slot;
			oldest_begun = begun;
		}
	}
	return oldest;
}

bool
attempt_begin(const struct visit *visit, char state[NONCE_SIZE])
{
	unsigned char   hash[NONCE_HASH_SIZE];
	char            now_text[PG_INT_SIZE], expires[PG_INT_SIZE];
	char            value[VALUE_SIZE];
	int64_t         now = visit_now(visit);
	struct pg_param purge[] = { pg_int(now_text, now) };
	struct pg_param params[] = { PG_BYTES(hash, sizeof(hash)),
		pg_int(expires, now + LIFE_S) };

	if (!nonce_make(state) || !nonce_hash(state, hash) ||
	    !visit_sql(visit, sql_purge, purge, 1, NULL) ||
	    !visit_sql(visit, sql_insert, params, 2, NULL))
		return false;
	snprintf(value, sizeof(value), "%lld.%s", (long long)now, state);
	cookie_set(visit, slots[slot_for_new(visit)], value, LIFE_S);
	wipe(value, sizeof(value));
	return true;
}

/* The slot in which this browser holds `state`; -1 when in none. */
static int
slot_of(const struct visit *visit, const char *state)
{
	int64_t begun;

	for (int slot = 0; slot < SLOTS; slot++)
		if (nonce_equal(state_in(visit, slot, &begun), state))
			return slot;
	return -1;
}

enum attempt_end
attempt_finish(const struct visit *visit, const char *state)
{
	unsigned char     hash[NONCE_HASH_SIZE];
	struct pg_param   params[] = { PG_BYTES(hash, sizeof(hash)) };
	struct pg_result *result;
	bool              good;
	int               slot;

	if (!nonce_is(state) || (slot = slot_of(visit, state)) < 0)
		return ATTEMPT_UNKNOWN;
	/* One DELETE finds the row, whoever else asks at the same moment.
	 * Should it be repeated after a lost answer, the second finds nothing,
	 * and the athlete starts again. */
	if (!nonce_hash(state, hash) ||
	    !visit_sql(visit, sql_finish, params, 1, &result))
		return ATTEMPT_FAILED;
	good = pg_result_rows(result) == 1 &&
	       pg_result_int(result, 0, 0) > visit_now(visit);
	pg_result_free(result);
	cookie_clear(visit, slots[slot]);
	return good ? ATTEMPT_GOOD : ATTEMPT_UNKNOWN;
}
