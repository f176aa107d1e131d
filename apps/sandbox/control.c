/* SPDX-License-Identifier: MIT */

/* The sandbox's own calls: what a test does to the world, and sees of it. */

#include <stdio.h>
#include <string.h>

#include "endpoints.h"
#include "handlers.h"
#include "members.h"

#define ATHLETES_MAX INT64_C(100000) /* in one call */
#define ADVANCE_MAX_S (INT64_C(10) * 366 * 86400)

static const char default_scope[] = "read,activity:read_all,profile:read_all";

static const char *const rate_names[RATE_COUNT * 2] = {
	[RATE_SHORT] = "short_limit",
	[RATE_DAILY] = "daily_limit",
	[RATE_READ_SHORT] = "read_short_limit",
	[RATE_READ_DAILY] = "read_daily_limit",
	[RATE_COUNT + RATE_SHORT] = "short_used",
	[RATE_COUNT + RATE_DAILY] = "daily_used",
	[RATE_COUNT + RATE_READ_SHORT] = "read_short_used",
	[RATE_COUNT + RATE_READ_DAILY] = "read_daily_used",
};

static int64_t *
rate_number(struct rate *rate, size_t i)
{
	return i < RATE_COUNT ? &rate->limit[i] : &rate->used[i - RATE_COUNT];
}

static void
emit_rate(struct emit *e, const char *key, struct rate *rate)
{
	size_t i;

	emit_object(e, key);
	for (i = 0; i < COUNT(rate_names); i++)
		emit_int(e, rate_names[i], *rate_number(rate, i));
	emit_end(e);
}

static void
emit_athlete(struct emit *e, const struct athlete *athlete, size_t number)
{
	size_t  n = athlete->access_count;
	int64_t expires_at = n > 0 ? athlete->access[n - 1].expires_at : 0;

	emit_object(e, NULL);
	emit_int(e, "id", person_id(number));
	emit_text(e, "refresh_token",
	    athlete->refresh[0] != '\0' ? athlete->refresh : NULL);
	emit_int(e, "access_expires_at", expires_at);
	emit_int(e, "refreshes", athlete->refreshes);
	emit_int(e, "token_posts", athlete->token_posts);
	emit_int(e, "overlaps", athlete->overlaps);
	emit_int(e, "in_flight", athlete->in_flight);
	emit_int(e, "refresh_used", athlete->refresh_used);
	emit_bool(e, "revoked", athlete->revoked);
	emit_end(e);
}

void
control_state(struct call *call)
{
	struct world        *world = call->world;
	const struct grants *grants = &world->grants;
	struct emit         *e = call_json(call, 200);
	size_t               i;

	rate_turn(&world->rate, call->now);
	emit_object(e, NULL);
	emit_int(e, "now", call->now);
	emit_array(e, "athletes");
	for (i = 0; i < grants->count; i++)
		emit_athlete(e, &grants->athletes[i], i);
	emit_end(e);
	endpoint_emit_calls(e, world);
	emit_rate(e, "rate", &world->rate);
	control_emit_google(e, world);
	emit_end(e);
}

static void
emit_grant(struct emit *e, const struct grant *grant)
{
	char scope[SCOPE_SIZE];

	scope_format(grant->scope, scope);
	emit_object(e, NULL);
	emit_int(e, "id", person_id(grant->athlete));
	emit_text(e, "access_token", grant->access);
	emit_text(e, "refresh_token", grant->refresh);
	emit_int(e, "expires_at", grant->expires_at);
	emit_text(e, "scope", scope);
	emit_end(e);
}

struct wish {
	int64_t     count;
	const char *scope;
};

static void
add_athletes(struct call *call, const struct wish *wish, unsigned scope)
{
	struct world  *world = call->world;
	struct grants *grants = &world->grants;
	size_t         i = grants->count;
	struct grant   grant;
	struct emit   *e = call_json(call, 200);

	emit_array(e, NULL);
	if (!grants_add(grants, (size_t)wish->count))
		call->response->failed = true;
	for (; i < grants->count; i++)
		if (grants_issue(grants, i, scope, call->now, &grant))
			emit_grant(e, &grant);
		else
			call->response->failed = true;
	emit_end(e);
}

void
control_athletes(struct call *call)
{
	static const struct member members[] = {
		MEMBER(struct wish, count, put_int64, NULL, "count"),
		MEMBER(struct wish, scope, put_string, NULL, "scope"),
	};
	struct wish         wish = { 0, default_scope };
	struct json_object *body = call_body(call);
	const char         *missing;
	unsigned            scope;

	if (body == NULL)
		return;
	members_decode(body, members, COUNT(members), &wish, &missing);
	if (wish.count < 1 || wish.count > ATHLETES_MAX)
		call_misused(call, "count is a number from 1 to 100000");
	else if (!scope_parse(wish.scope, &scope))
		call_misused(call, "scope names Strava's scopes, by commas");
	else
		add_athletes(call, &wish, scope);
	json_object_put(body);
}

void
control_clock(struct call *call)
{
	struct world       *world = call->world;
	struct json_object *body = call_body(call);
	struct json_object *value = members_get(body, "advance_s");
	int64_t             advance_s;
	struct emit        *e;

	if (body == NULL)
		return;
	if (value == NULL || !put_int64(value, &advance_s) ||
	    advance_s < -ADVANCE_MAX_S || advance_s > ADVANCE_MAX_S) {
		call_misused(call, "advance_s is a number of seconds");
	} else {
		world->clock_offset_s += advance_s;
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_int(e, "now", world_now(world));
		emit_end(e);
	}
	json_object_put(body);
}

void
control_faults(struct call *call)
{
	struct json_object *body = call_body(call);
	struct faults      *faults = &call->world->faults;
	const char         *why;
	struct emit        *e;

	if (body == NULL)
		return;
	if (!faults_read(faults, body, &why)) {
		call_misused(call, why);
	} else {
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_int(e, "faults", (int64_t)faults->count);
		emit_end(e);
	}
	json_object_put(body);
}

void
control_oddities(struct call *call)
{
	struct json_object *body = call_body(call);
	const char         *why;

	if (body == NULL)
		return;
	if (!oddities_read(&call->world->oddities, body, &why))
		call_misused(call, why);
	else
		oddities_emit(call_json(call, 200), &call->world->oddities);
	json_object_put(body);
}

void
control_revoke(struct call *call)
{
	struct world       *world = call->world;
	struct json_object *body = call_body(call);
	struct json_object *value = members_get(body, "athlete");
	struct emit        *e;
	int64_t             id;
	size_t              number;
	bool                had;

	if (body == NULL)
		return;
	if (value == NULL || !put_int64(value, &id) ||
	    !person_number(id, &number) || number >= world->grants.count) {
		call_misused(call, "athlete is the id of one of the athletes");
	} else {
		had = grants_revoke(&world->grants, number);
		if (had)
			webhook_revoked(world->webhook, id, call->now);
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_bool(e, "revoked", had);
		emit_end(e);
	}
	json_object_put(body);
}

void
control_rate(struct call *call)
{
	struct rate        *rate = &call->world->rate;
	struct json_object *body = call_body(call), *value;
	int64_t             number;
	size_t              i;

	if (body == NULL)
		return;
	rate_turn(rate, call->now);
	for (i = 0; i < COUNT(rate_names); i++) {
		value = members_get(body, rate_names[i]);
		if (value != NULL && put_int64(value, &number))
			*rate_number(rate, i) = number;
	}
	emit_rate(call_json(call, 200), NULL, rate);
	json_object_put(body);
}

void
control_rotation(struct call *call)
{
	struct json_object *body = call_body(call);
	const char         *when = members_get_string(body, "when");
	struct emit        *e;

	if (body == NULL)
		return;
	if (when == NULL ||
	    !rotation_parse(when, &call->world->grants.rotation)) {
		call_misused(call, "when is always, never or sometimes");
	} else {
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_text(e, "when", when);
		emit_end(e);
	}
	json_object_put(body);
}

void
control_requests(struct call *call)
{
	requests_emit(call_json(call, 200), &call->world->requests);
}
