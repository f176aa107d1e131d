/* SPDX-License-Identifier: MIT */

/* Secret Manager: the versions of a secret, without their payloads. */

#include <ctype.h>
#include <string.h>

#include "members.h"
#include "secret_filter.h"
#include "secret_methods.h"
#include "secret_page.h"
#include "secret_refusal.h"
#include "version.h"

#define VERSION_JSON_MAX 16384

const struct shape version_change_shape[] = {
	{ "etag", SHAPE_TEXT, NULL },
	{ NULL, SHAPE_TEXT, NULL },
};

/* Does the version, as an answer has it, fulfil the filter? */
static bool
is_wanted(const struct secret *secret, size_t number, const char *filter)
{
	struct json_object *object;
	struct buf          text;
	struct emit         e;
	bool                is_true;

	if (filter[0] == '\0')
		return true;
	buf_init(&text, VERSION_JSON_MAX);
	emit_start(&e, &text);
	version_emit(&e, secret, number, false);
	object = members_parse(buf_text(&text), text.len);
	is_true = secret_filter_holds(filter, version_shape, object);
	json_object_put(object);
	buf_free(&text);
	return is_true;
}

static void
emit_page(
    struct call *call, const struct secret *secret, struct secret_page *page)
{
	bool         by_number = version_by_number(call);
	struct emit *e = call_json(call, 200);
	size_t       i;

	emit_object(e, NULL);
	for (i = secret->version_count; i > 0; i--) {
		if (!is_wanted(secret, i, page->filter) ||
		    !secret_page_take(page, i))
			continue;
		if (page->count == 1)
			emit_array(e, "versions");
		version_emit(e, secret, i, by_number);
	}
	if (page->count > 0)
		emit_end(e);
	secret_page_emit(e, page);
	emit_end(e);
}

void
versions_list(
    struct call *call, const struct target *target, struct json_object *body)
{
	struct secret_page page;

	(void)body;
	if (!secret_page_read(call, target, "versions", &page))
		return;
	if (secret_filter_ok(page.filter, version_shape))
		emit_page(call, target->found, &page);
	else
		secret_invalid(call, "The filter cannot be understood.");
}

void
versions_get(
    struct call *call, const struct target *target, struct json_object *body)
{
	size_t number;

	(void)body;
	if (version_find(call, target, &number) != NULL)
		version_answer(call, target->found, number);
}

/* The version to be changed; NULL after an answer.  An alias will not do. */
static struct version *
find_for_change(struct call *call, const struct target *target,
    struct json_object *body, size_t *number)
{
	struct version *version;

	if (isdigit((unsigned char)target->version[0]) == 0 &&
	    strcmp(target->version, "latest") != 0) {
		secret_invalid(call,
		    "A version is changed by its number, not by an alias.");
		return NULL;
	}
	version = version_find(call, target, number);
	return version != NULL &&
		       secret_etag_fits(
			   call, shape_get_text(body, "etag"), version->etag)
		   ? version
		   : NULL;
}

static void
change_state(struct call *call, const struct target *target,
    struct json_object *body, enum version_state state)
{
	size_t          number;
	struct version *version = find_for_change(call, target, body, &number);

	if (version == NULL)
		return;
	if (version->state == VERSION_DESTROYED) {
		version_refuse_state(call, target->found, number);
		return;
	}
	if (version->state != state || version->destroy_at != 0)
		version->etag = vault_next(&call->world->vault);
	version->state = state;
	version->destroy_at = 0;
	version_answer(call, target->found, number);
}

void
versions_enable(
    struct call *call, const struct target *target, struct json_object *body)
{
	change_state(call, target, body, VERSION_ENABLED);
}

void
versions_disable(
    struct call *call, const struct target *target, struct json_object *body)
{
	change_state(call, target, body, VERSION_DISABLED);
}

/* At once, or after the time that the secret gives everybody to think. */
void
versions_destroy(
    struct call *call, const struct target *target, struct json_object *body)
{
	const struct secret *secret = target->found;
	size_t               number;
	struct version *version = find_for_change(call, target, body, &number);

	if (version == NULL)
		return;
	if (version->state != VERSION_DESTROYED) {
		if (secret->destroy_ttl_s == 0) {
			vault_destroy_version(version, call->now);
		} else if (version->destroy_at == 0) {
			version->state = VERSION_DISABLED;
			version->destroy_at = call->now + secret->destroy_ttl_s;
		}
		version->etag = vault_next(&call->world->vault);
	}
	version_answer(call, secret, number);
}
