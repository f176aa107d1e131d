/* SPDX-License-Identifier: MIT */
#include "impersonate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "members.h"
#include "reply.h"

#define TEXT_MAX (2 * GS_TOKEN_MAX)

/* A delegate or its full name. */
static struct json_object *
new_account(const char *account)
{
	static const char   start[] = "projects/-/serviceAccounts/";
	struct buf          name;
	struct json_object *text = NULL;

	buf_init(&name, TEXT_MAX);
	if (strncmp(account, "projects/", strlen("projects/")) != 0)
		buf_add_text(&name, start);
	if (buf_add_text(&name, account))
		text = json_object_new_string(name.data);
	buf_free(&name);
	return text;
}

/* Ends `array` unless `ok`. */
static struct json_object *
whole(struct json_object *array, bool ok)
{
	if (ok)
		return array;
	json_object_put(array);
	return NULL;
}

static struct json_object *
list_delegates(struct json_object *delegates)
{
	struct json_object *list = json_object_new_array();
	size_t              count = json_object_array_length(delegates);
	bool                ok = list != NULL;

	for (size_t i = 0; ok && i < count; i++)
		ok = gs_json_push(
		    list, new_account(json_object_get_string(
			      json_object_array_get_idx(delegates, i))));
	return whole(list, ok);
}

/* From texts between blanks. */
static struct json_object *
list_scopes(const char *scopes)
{
	struct json_object *list = json_object_new_array();
	bool                ok = list != NULL;

	while (ok && *(scopes += strspn(scopes, " ")) != '\0') {
		size_t len = strcspn(scopes, " ");

		ok = gs_json_push(
		    list, json_object_new_string_len(scopes, (int)len));
		scopes += len;
	}
	return whole(list, ok);
}

static bool
fill_body(struct json_object *body, const struct key_file *file,
    const struct wanted *wanted)
{
	char lifetime[32];

	if (file->delegates != NULL &&
	    !gs_json_put(body, "delegates", list_delegates(file->delegates)))
		return false;
	if (wanted->audience != NULL)
		return gs_json_put(body, "audience",
			   json_object_new_string(wanted->audience)) &&
		       gs_json_put(
			   body, "includeEmail", json_object_new_boolean(true));
	snprintf(lifetime, sizeof(lifetime), "%" PRId64 "s",
	    file->impersonation_lifetime_s);
	return gs_json_put(body, "scope", list_scopes(wanted->scope)) &&
	       gs_json_put(body, "lifetime", json_object_new_string(lifetime));
}

/* Adds the body, which holds no secret. */
static bool
add_body(
    struct buf *out, const struct key_file *file, const struct wanted *wanted)
{
	struct json_object *body = json_object_new_object();
	const char         *text = NULL;

	if (body != NULL && fill_body(body, file, wanted))
		text = json_object_to_json_string_ext(body,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		buf_add_text(out, text);
	json_object_put(body);
	return text != NULL && buf_ok(out);
}

/* The URL in the file is that of access tokens. */
static bool
add_url(
    struct buf *out, const struct key_file *file, const struct wanted *wanted)
{
	const char *url = file->impersonation_url;

	if (wanted->audience == NULL)
		return buf_add_text(out, url);
	buf_add(out, url, (size_t)(strrchr(url, ':') - url));
	return buf_add_text(out, ":generateIdToken");
}

/* Whose token is traded, for messages. */
static const char *
source_of(const struct key_file *file)
{
	const char *account = NULL;

	if (file->nested != NULL)
		account = gs_key_file_account(file->nested);
	else
		account = file->audience;
	return account != NULL ? account : "the account of its source";
}

/* Adds who lacks the role when it is refused.  With delegates Google does not say
 * which of them it is. */
static bool
add_actor(struct buf *out, const struct key_file *file)
{
	size_t count = file->delegates != NULL
			   ? json_object_array_length(file->delegates)
			   : 0;

	if (count == 0)
		return buf_add_text(out, source_of(file));
	return buf_addf(out,
	    "%s, and on each delegate to the account before it, %s first",
	    json_object_get_string(
		json_object_array_get_idx(file->delegates, count - 1)),
	    source_of(file));
}

static gcpsecret_status
post(gcpsecret_client *client, struct exchange *x, const struct buf *body,
    const struct buf *bearer, gcpsecret_error *err)
{
	const char *const headers[] = { "Content-Type: application/json",
		"Accept: application/json", bearer->data, NULL };
	gcpsecret_status  status;

	x->request.method = "POST";
	x->request.headers = headers;
	x->request.body = body->data;
	x->request.body_len = body->len;
	status = gs_exchange(client, x, err);
	x->request.headers = NULL;
	return status;
}

/* Asking twice gives two tokens and harms nothing, so that it is repeated as a
 * read is. */
gcpsecret_status
gs_impersonate(gcpsecret_client *client, const struct key_file *file,
    const char *source_token, const struct wanted *wanted, struct grant *grant,
    gcpsecret_error *err)
{
	enum reply        form = wanted->audience != NULL ? REPLY_IAM_ID_TOKEN
							  : REPLY_IAM_ACCESS_TOKEN;
	struct buf        url, body, bearer, actor;
	struct buf *const texts[] = { &url, &body, &bearer, &actor };
	struct exchange   x;
	gcpsecret_status  status;

	for (size_t i = 0; i < COUNT(texts); i++)
		buf_init(texts[i], TEXT_MAX);
	if (add_url(&url, file, wanted) && add_body(&body, file, wanted) &&
	    add_actor(&actor, file) &&
	    buf_addf(&bearer, "Authorization: Bearer %s", source_token)) {
		gs_exchange_init(&x, PEER_IAM, url.data);
		x.resource = file->impersonated;
		x.actor = actor.data;
		status = post(client, &x, &body, &bearer, err);
		if (status == GCPSECRET_OK)
			status = gs_reply_read(client, form, &x, grant, err);
		gs_exchange_free(&x);
	} else {
		status = gs_no_memory(err);
	}
	for (size_t i = 0; i < COUNT(texts); i++)
		buf_free(texts[i]);
	return status;
}

gcpsecret_status
gs_grant_impersonated(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	static const struct wanted access = { .scope = GS_SCOPE };
	struct grant               source;
	gcpsecret_status           status;

	gs_grant_init(&source);
	status = gs_grant_file(client, file->nested, &access, &source, err);
	if (status == GCPSECRET_OK)
		status = gs_impersonate(
		    client, file, source.text.data, wanted, grant, err);
	buf_free(&source.text);
	return status;
}
