/* SPDX-License-Identifier: MIT */

/* Secret Manager: passwords of Cloud SQL that it changes by itself. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "members.h"
#include "secret_methods.h"
#include "secret_refusal.h"
#include "secret_rules.h"
#include "version.h"

#define PAYLOAD_MAX 1024

static const struct shape credentials_shape[] = {
	{ "instanceId", SHAPE_TEXT, NULL },
	{ "username", SHAPE_TEXT, NULL },
	{ "password", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};
const struct shape rotation_enable_shape[] = {
	{ "cloudSqlSingleUserCredentials", SHAPE_OBJECT, credentials_shape },
	{ NULL, SHAPE_TEXT, NULL },
};
const struct shape rotation_rotate_shape[] = {
	{ NULL, SHAPE_TEXT, NULL },
};

static bool
is_for_databases(const struct secret *secret)
{
	struct json_object *type = secret->members[SECRET_TYPE];

	return type != NULL &&
	       strcmp(secret_type_name(type), "CLOUD_SQL_DB_CREDENTIALS") == 0;
}

/* Adds a version {"username", "password"}; without a password it makes one up. */
static void
add_password(struct call *call, struct secret *secret, const char *password)
{
	struct vault *vault = &call->world->vault;
	struct chance c = chance_of(call->world->options.seed, "password",
	    (int64_t)secret->serial, (int64_t)secret->version_count);
	uint64_t      half = chance_next(&c);
	char          made[40];
	struct buf    text;
	struct emit   e;
	bool          is_added;

	snprintf(made, sizeof(made), "%016" PRIx64 "%016" PRIx64, half,
	    chance_next(&c));
	buf_init(&text, PAYLOAD_MAX);
	emit_start(&e, &text);
	emit_object(&e, NULL);
	emit_text(&e, "username", secret->rotated);
	emit_text(&e, "password", password != NULL ? password : made);
	emit_end(&e);
	is_added = buf_ok(&text) && vault_add_version(vault, secret, text.data,
					text.len, call->now) != NULL;
	buf_free(&text);
	if (!is_added) {
		secret_invalid(call, "The credentials are too long.");
		return;
	}
	version_answer(call, secret, secret->version_count);
}

void
rotation_enable(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct json_object *credentials =
	    shape_get(body, "cloudSqlSingleUserCredentials");
	const char    *instance = shape_get_text(credentials, "instanceId");
	const char    *user = shape_get_text(credentials, "username");
	struct secret *secret = target->found;

	if (instance == NULL || instance[0] == '\0' || user == NULL ||
	    user[0] == '\0' || strlen(user) >= sizeof(secret->rotated)) {
		secret_invalid(
		    call, "The instance ID and the username are required.");
	} else if (!is_for_databases(secret)) {
		secret_refuse(call, 400, "FAILED_PRECONDITION",
		    "Managed rotation is for secrets of the type "
		    "CLOUD_SQL_DB_CREDENTIALS.");
	} else if (secret->rotated[0] != '\0') {
		secret_refuse(call, 400, "FAILED_PRECONDITION",
		    "Managed rotation is enabled already.");
	} else {
		snprintf(secret->rotated, sizeof(secret->rotated), "%s", user);
		secret->etag = vault_next(&call->world->vault);
		add_password(
		    call, secret, shape_get_text(credentials, "password"));
	}
}

void
rotation_rotate(
    struct call *call, const struct target *target, struct json_object *body)
{
	(void)body;
	if (target->found->rotated[0] == '\0')
		secret_refuse(call, 400, "FAILED_PRECONDITION",
		    "Managed rotation is not enabled.");
	else
		add_password(call, target->found, NULL);
}
