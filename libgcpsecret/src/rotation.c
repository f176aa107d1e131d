/* SPDX-License-Identifier: MIT */

/* What takes more than one version, or has Google make one. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "body.h"
#include "client.h"
#include "version.h"

#define USER_TEXT_MAX 1024

/* Calls `visit` with each version of a secret until that fails, inside a call
 * that was begun. */
typedef gcpsecret_status visit_fn(
    void *ctx, const gcpsecret_version *version, gcpsecret_error *err);

static gcpsecret_status
visit_all(gcpsecret_client *client, const struct name *secret, visit_fn *visit,
    void *ctx, gcpsecret_error *err)
{
	struct each             *each;
	const gcpsecret_version *version = NULL;
	gcpsecret_status         status;

	status = gs_each_open(client, &gs_version_listing, secret, &each, err);
	while (status == GCPSECRET_OK) {
		status = gs_each_step(each, &version, err);
		if (status != GCPSECRET_OK || version == NULL)
			break;
		status = visit(ctx, version, err);
	}
	gs_each_free(each);
	return status;
}

/* Keeps a copy of the newest enabled version so far. */
static gcpsecret_status
keep_newest(void *ctx, const gcpsecret_version *version, gcpsecret_error *err)
{
	gcpsecret_version **newest = ctx;

	if (version->state != GCPSECRET_VERSION_ENABLED ||
	    (*newest != NULL && (*newest)->number > version->number))
		return GCPSECRET_OK;
	model_free(*newest);
	*newest = NULL;
	return gs_read_model(json_object_get(model_object(version)),
	    &gs_version_model, newest, err);
}

gcpsecret_status
gcpsecret_version_newest_enabled(gcpsecret_client *client, const char *secret,
    gcpsecret_version **out, gcpsecret_error *err)
{
	struct name        name;
	gcpsecret_version *newest = NULL;
	gcpsecret_status   status;

	if (out == NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "out is NULL");
	*out = NULL;
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	status = visit_all(client, &name, keep_newest, &newest, err);
	if (status == GCPSECRET_OK && newest == NULL)
		return gs_fail(err, GCPSECRET_ERR_STATE,
		    "the secret has no version that is enabled: add one, or "
		    "enable one");
	if (status == GCPSECRET_OK)
		*out = newest;
	else
		model_free(newest);
	return status;
}

/* A rotation under way. */
struct rotation {
	gcpsecret_client *client;
	struct name       name; /* of the version at work */
	gcpsecret_former  former;
	int64_t           number; /* of the new one */
};

static void
set_number(struct name *name, int64_t number)
{
	snprintf(name->version, sizeof(name->version), "%" PRId64, number);
}

static gcpsecret_status
retire(void *ctx, const gcpsecret_version *version, gcpsecret_error *err)
{
	struct rotation *rotation = ctx;
	bool             destroy = rotation->former == GCPSECRET_FORMER_DESTROY;
	bool             enabled = version->state == GCPSECRET_VERSION_ENABLED;
	bool disabled = version->state == GCPSECRET_VERSION_DISABLED &&
			version->scheduled_destroy_time == 0;

	if (version->number >= rotation->number ||
	    !(enabled || (destroy && disabled)))
		return GCPSECRET_OK;
	set_number(&rotation->name, version->number);
	return gs_version_change(rotation->client,
	    destroy ? VERSION_DESTROY : VERSION_DISABLE, &rotation->name,
	    version->etag, NULL, err);
}

/* Reads the new version back. */
static gcpsecret_status
verify(struct rotation *rotation, const void *data, size_t len,
    gcpsecret_error *err)
{
	gcpsecret_payload *stored;
	gcpsecret_status   status =
	    gs_version_access(rotation->client, &rotation->name, &stored, err);

	if (status != GCPSECRET_OK)
		return status;
	if (stored->len != len || memcmp(stored->data, data, len) != 0)
		status = gs_fail(err, GCPSECRET_ERR_CHECKSUM,
		    "what is stored is not what was sent");
	gcpsecret_payload_free(stored);
	return status;
}

/* Says that the new version is there although the whole failed. */
static void
add_outcome(gcpsecret_error *err, int64_t number)
{
	char message[sizeof(err->message)];

	if (err == NULL)
		return;
	memcpy(message, err->message, sizeof(message));
	snprintf(err->message, sizeof(err->message),
	    "version %" PRId64 " is in place, but: %.400s", number, message);
}

static gcpsecret_status
finish(struct rotation *rotation, const struct name *secret, const void *data,
    size_t len, gcpsecret_error *err)
{
	gcpsecret_status status;

	set_number(&rotation->name, rotation->number);
	status = verify(rotation, data, len, err);
	if (status == GCPSECRET_OK && rotation->former != GCPSECRET_FORMER_KEEP)
		status =
		    visit_all(rotation->client, secret, retire, rotation, err);
	return status;
}

gcpsecret_status
gcpsecret_version_rotate(gcpsecret_client *client, const char *secret,
    const void *data, size_t len, gcpsecret_former former,
    gcpsecret_version **out, gcpsecret_error *err)
{
	struct rotation    rotation = { .client = client, .former = former };
	struct name        name;
	gcpsecret_version *version;
	const char        *fault = gs_fault_of_payload(data, len);
	gcpsecret_status   status;

	if (out != NULL)
		*out = NULL;
	if (fault == NULL && (unsigned)former > GCPSECRET_FORMER_DESTROY)
		fault = "former is none of its values";
	if (fault != NULL)
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT, "%s", fault);
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status != GCPSECRET_OK)
		return status;
	status = gs_version_add(client, &name, data, len, &version, err);
	if (status != GCPSECRET_OK)
		return status;
	rotation.name = name;
	rotation.number = version->number;
	status = finish(&rotation, &name, data, len, err);
	if (status != GCPSECRET_OK)
		add_outcome(err, version->number);
	if (status == GCPSECRET_OK && out != NULL)
		*out = version;
	else
		model_free(version);
	return status;
}

/* A call that has Google make a version; takes over the body. */
static gcpsecret_status
have_made(gcpsecret_client *client, enum method_id method, const char *secret,
    struct buf *body, const char *password, gcpsecret_version **out,
    gcpsecret_error *err)
{
	struct name      name;
	struct call      call = { .method = method,
		     .name = &name,
		     .body = body,
		     .secret = password,
		     .secret_len = password != NULL ? strlen(password) : 0 };
	gcpsecret_status status;

	if (out != NULL)
		*out = NULL;
	status = gs_call_begin(client, secret, NAME_SECRET, &name, err);
	if (status == GCPSECRET_OK && !buf_ok(body))
		status = gs_no_memory(err);
	if (status == GCPSECRET_OK)
		status =
		    gs_call_model(client, &call, &gs_version_model, out, err);
	buf_free(body);
	return status;
}

gcpsecret_status
gcpsecret_secret_rotate(gcpsecret_client *client, const char *name,
    gcpsecret_version **out, gcpsecret_error *err)
{
	struct buf body;

	gs_body_etag(&body, NULL);
	return have_made(client, SECRET_ROTATE, name, &body, NULL, out, err);
}

static bool
is_text(const char *text)
{
	return gs_is_utf8(text, USER_TEXT_MAX) && *text != '\0';
}

gcpsecret_status
gcpsecret_secret_manage_rotation(gcpsecret_client *client, const char *name,
    const gcpsecret_managed_user *user, gcpsecret_version **out,
    gcpsecret_error *err)
{
	struct buf body;

	if (out != NULL)
		*out = NULL;
	if (user == NULL || !is_text(user->instance_id) ||
	    !is_text(user->username) ||
	    (user->password != NULL && !is_text(user->password)))
		return gs_fail(err, GCPSECRET_ERR_ARGUMENT,
		    "a managed rotation needs an instance and a user, in texts "
		    "of at most 1024 bytes");
	gs_body_init(&body, (size_t)3 * 6 * USER_TEXT_MAX + 128);
	gs_body_key(&body, "cloudSqlSingleUserCredentials");
	buf_add_text(&body, "{");
	gs_body_text(&body, "instanceId", user->instance_id);
	gs_body_text(&body, "username", user->username);
	if (user->password != NULL)
		gs_body_text(&body, "password", user->password);
	buf_add_text(&body, "}}");
	return have_made(client, SECRET_MANAGE_ROTATION, name, &body,
	    user->password, out, err);
}
