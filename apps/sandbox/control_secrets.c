/* SPDX-License-Identifier: MIT */

/* Control calls about what Secret Manager holds. */

#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "handlers.h"
#include "members.h"
#include "secret_methods.h"
#include "secret_target.h"

/* What `state` does to the version that is added, or to what holds it. */
static const struct secret_state {
	const char        *name;
	enum version_state state;
	enum checksum      checksum;
	bool               denied, api_off;
} secret_states[] = {
	{ "enabled", VERSION_ENABLED, CHECKSUM_RIGHT, false, false },
	{ "disabled", VERSION_DISABLED, CHECKSUM_RIGHT, false, false },
	{ "destroyed", VERSION_DESTROYED, CHECKSUM_RIGHT, false, false },
	{ "corrupted", VERSION_ENABLED, CHECKSUM_WRONG, false, false },
	{ "unchecked", VERSION_ENABLED, CHECKSUM_ABSENT, false, false },
	{ "numeric", VERSION_ENABLED, CHECKSUM_NUMERIC, false, false },
	{ "denied", VERSION_ENABLED, CHECKSUM_RIGHT, true, false },
	{ "api-disabled", VERSION_ENABLED, CHECKSUM_RIGHT, false, true },
};

struct deposit {
	const char *project, *location, *secret, *alias, *state;
	const char *data, *data_base64;
};

static const struct member deposit_members[] = {
	MEMBER(struct deposit, project, put_string, NULL, "project"),
	MEMBER(struct deposit, location, put_string, NULL, "location"),
	MEMBER(struct deposit, secret, put_string, NULL, "secret"),
	MEMBER(struct deposit, alias, put_string, NULL, "alias"),
	MEMBER(struct deposit, state, put_string, NULL, "state"),
	MEMBER(struct deposit, data, put_string, NULL, "data"),
	MEMBER(struct deposit, data_base64, put_string, NULL, "data_base64"),
};

static const struct secret_state *
find_state(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(secret_states); i++)
		if (strcmp(secret_states[i].name, name) == 0)
			return &secret_states[i];
	return NULL;
}

/* A second name for the newest version. */
static bool
add_alias(struct secret *secret, const char *alias)
{
	struct json_object **aliases = &secret->members[SECRET_ALIASES];
	char                 number[24];

	if (*aliases == NULL && (*aliases = json_object_new_object()) == NULL)
		return false;
	snprintf(number, sizeof(number), "%zu", secret->version_count);
	return json_object_object_add(
		   *aliases, alias, json_object_new_string(number)) == 0;
}

/* NULL when it is done, else why it is not. */
static const char *
deposit_version(struct call *call, const struct deposit *deposit,
    const struct buf *data, struct secret **added)
{
	struct world              *world = call->world;
	const struct secret_state *state = find_state(deposit->state);
	struct secret             *secret;
	struct version            *version;
	size_t                     project;

	if (state == NULL)
		return "state is enabled, disabled, destroyed, corrupted, "
		       "unchecked, numeric, denied or api-disabled";
	if (!vault_id_ok(deposit->secret))
		return "secret is an id of letters, digits, _ and -";
	if (deposit->location[0] != '\0' && !location_ok(deposit->location))
		return "location is one of Secret Manager's";
	if (data->len < 1 || data->len > VAULT_DATA_MAX)
		return "data, or data_base64, is 1 to 65536 bytes";
	if (!vault_make_project(&world->vault, deposit->project, &project))
		return "project is an id of letters, digits, _ and -";
	secret = vault_make(&world->vault, project, deposit->location,
	    deposit->secret, call->now);
	if (secret == NULL)
		return "out of memory";
	version = vault_add_version(
	    &world->vault, secret, data->data, data->len, call->now);
	if (version == NULL)
		return "out of memory";
	version->state = state->state;
	if (state->state == VERSION_DESTROYED)
		vault_destroy_version(version, call->now);
	version->checksum = state->checksum;
	if (deposit->alias[0] != '\0' && !add_alias(secret, deposit->alias))
		return "out of memory";
	secret->denied = state->denied;
	world->vault.projects[project].api_off = state->api_off;
	*added = secret;
	return NULL;
}

static void
answer_deposit(struct call *call, const struct secret *secret)
{
	char         name[VERSION_NAME_SIZE];
	struct emit *e = call_json(call, 200);

	secret_version_name(secret, secret->version_count, name);
	emit_object(e, NULL);
	emit_text(e, "name", name);
	emit_end(e);
}

void
control_secrets(struct call *call)
{
	struct json_object *body = call_body(call);
	struct deposit deposit = { call->world->options.project, "", "", "",
		"enabled", NULL, NULL };
	struct buf     data;
	const char    *missing, *why;
	struct secret *added;

	if (body == NULL)
		return;
	members_decode(
	    body, deposit_members, COUNT(deposit_members), &deposit, &missing);
	buf_init(&data, VAULT_DATA_MAX + 3);
	if (deposit.data != NULL)
		buf_add_text(&data, deposit.data);
	else if (deposit.data_base64 != NULL)
		base64_decode(&data, deposit.data_base64,
		    strlen(deposit.data_base64), BASE64_STANDARD);
	why = deposit_version(call, &deposit, &data, &added);
	if (why != NULL)
		call_misused(call, why);
	else
		answer_deposit(call, added);
	buf_free(&data);
	json_object_put(body);
}

struct wish {
	const char *project;
	bool        api;
};

void
control_projects(struct call *call)
{
	static const struct member members[] = {
		MEMBER_REQUIRED(
		    struct wish, project, put_string, NULL, "project"),
		MEMBER(struct wish, api, put_bool, NULL, "api"),
	};
	struct vault       *vault = &call->world->vault;
	struct json_object *body = call_body(call);
	struct wish         wish = { NULL, true };
	char                number[PROJECT_NUMBER_SIZE];
	const char         *missing;
	size_t              project;
	struct emit        *e;

	if (body == NULL)
		return;
	if (!members_decode(body, members, COUNT(members), &wish, &missing) ||
	    !vault_make_project(vault, wish.project, &project)) {
		call_misused(
		    call, "project is an id of letters, digits, _ and -");
	} else {
		vault->projects[project].api_off = !wish.api;
		vault_project_number(project, number);
		e = call_json(call, 200);
		emit_object(e, NULL);
		emit_text(e, "project", vault->projects[project].id);
		emit_text(e, "number", number);
		emit_bool(e, "api", wish.api);
		emit_end(e);
	}
	json_object_put(body);
}

void
control_permissions(struct call *call)
{
	struct denials     *denials = &call->world->denials;
	struct json_object *body = call_body(call);
	const char         *why;
	struct emit        *e;

	if (body == NULL)
		return;
	if (!denials_read(denials, body, &why)) {
		call_misused(call, why);
	} else {
		e = call_json(call, 200);
		emit_object(e, NULL);
		denials_emit(e, "denied", denials);
		emit_end(e);
	}
	json_object_put(body);
}
