/* SPDX-License-Identifier: MIT */

/* Secret Manager: secrets as a whole. */

#include <string.h>

#include "google_query.h"
#include "members.h"
#include "secret_body.h"
#include "secret_filter.h"
#include "secret_methods.h"
#include "secret_page.h"
#include "secret_refusal.h"

#define SECRET_JSON_MAX ((size_t)256 * 1024)

/* Does the secret, as an answer has it, fulfil the filter? */
static bool
is_wanted(const struct secret *secret, const char *filter)
{
	struct json_object *object;
	struct buf          text;
	struct emit         e;
	bool                is_true;

	if (filter[0] == '\0')
		return true;
	buf_init(&text, SECRET_JSON_MAX);
	emit_start(&e, &text);
	secret_body_emit(&e, secret);
	object = members_parse(buf_text(&text), text.len);
	is_true = secret_filter_holds(filter, secret_shape, object);
	json_object_put(object);
	buf_free(&text);
	return is_true;
}

static bool
is_listed(const struct secret *secret, const struct target *target)
{
	return secret->project == target->project_number &&
	       strcmp(secret->location, target->location) == 0;
}

static void
emit_page(
    struct call *call, const struct target *target, struct secret_page *page)
{
	const struct vault  *vault = &call->world->vault;
	struct emit         *e = call_json(call, 200);
	const struct secret *secret;
	size_t               i;

	emit_object(e, NULL);
	for (i = vault->secret_count; i-- > 0;) {
		secret = &vault->secrets[i];
		if (!is_listed(secret, target) ||
		    !is_wanted(secret, page->filter) ||
		    !secret_page_take(page, secret->serial))
			continue;
		if (page->count == 1)
			emit_array(e, "secrets");
		secret_body_emit(e, secret);
	}
	if (page->count > 0)
		emit_end(e);
	secret_page_emit(e, page);
	emit_end(e);
}

void
secrets_list(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct secret_page page;

	(void)body;
	if (!secret_page_read(call, target, "secrets", &page))
		return;
	if (secret_filter_ok(page.filter, secret_shape))
		emit_page(call, target, &page);
	else
		secret_invalid(call, "The filter cannot be understood.");
}

static void
answer(struct call *call, const struct secret *secret)
{
	secret_body_emit(call_json(call, 200), secret);
}

void
secrets_create(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct vault  *vault = &call->world->vault;
	const char    *id = google_query(call, "secretId");
	struct secret *secret;
	const char    *why;

	if (id == NULL || !vault_id_ok(id)) {
		secret_invalid(call, "The secret ID is invalid.");
		return;
	}
	if (vault_find(vault, target->project_number, target->location, id) !=
	    NULL) {
		secret_refuse(
		    call, 409, "ALREADY_EXISTS", "The secret exists.");
		return;
	}
	secret = vault_make(
	    vault, target->project_number, target->location, id, call->now);
	if (secret == NULL) {
		call->response->failed = true;
		return;
	}
	why = secret_body_apply(secret, body, SECRET_ALL, true, call->now);
	if (why == NULL) {
		answer(call, secret);
		return;
	}
	vault_remove(vault, secret);
	secret_invalid(call, why);
}

void
secrets_get(
    struct call *call, const struct target *target, struct json_object *body)
{
	(void)body;
	answer(call, target->found);
}

/* "labels,rotation.nextRotationTime"; false when a part names nothing. */
static bool
read_mask(const char *mask, unsigned *members)
{
	size_t n;

	*members = 0;
	for (; *mask != '\0'; mask += n + (mask[n] == ',')) {
		n = strcspn(mask, ",");
		if (shape_is_name("etag", mask, n))
			continue; /* compared whether it is named or not */
		if (!secret_body_name(mask, n, members))
			return false;
	}
	return true;
}

void
secrets_update(
    struct call *call, const struct target *target, struct json_object *body)
{
	const char *mask = google_query(call, "updateMask");
	unsigned    members;
	const char *why;

	if (mask == NULL || mask[0] == '\0') {
		secret_invalid(call, "The update mask is required.");
	} else if (!read_mask(mask, &members)) {
		secret_invalid(
		    call, "The update mask names a field that is unknown.");
	} else if (secret_etag_fits(call, shape_get_text(body, "etag"),
		       target->found->etag)) {
		why = secret_body_apply(
		    target->found, body, members, false, call->now);
		if (why != NULL) {
			secret_invalid(call, why);
			return;
		}
		target->found->etag = vault_next(&call->world->vault);
		answer(call, target->found);
	}
}

void
secrets_delete(
    struct call *call, const struct target *target, struct json_object *body)
{
	(void)body;
	if (!secret_etag_fits(
		call, google_query(call, "etag"), target->found->etag))
		return;
	vault_remove(&call->world->vault, target->found);
	emit_object(call_json(call, 200), NULL);
	emit_end(&call->out);
}
