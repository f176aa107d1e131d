/* SPDX-License-Identifier: MIT */
#include "impersonate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "members.h"
#include "reply.h"

#define TEXT_MAX 32768

static size_t
count_delegates(const struct key_file *file)
{
	return file->delegates != NULL
		   ? json_object_array_length(file->delegates)
		   : 0;
}

static const char *
delegate(const struct key_file *file, size_t i)
{
	return json_object_get_string(
	    json_object_array_get_idx(file->delegates, i));
}

/* Adds them by their full names, of which an e-mail address is the end. */
static void
add_delegates(struct buf *out, const struct key_file *file)
{
	static const char start[] = "projects/";

	buf_add_text(out, "\"delegates\":[");
	for (size_t i = 0; i < count_delegates(file); i++) {
		const char *name = delegate(file, i);
		bool        full = strncmp(name, start, strlen(start)) == 0;

		buf_addf(out, "%s\"%s%s\"", i > 0 ? "," : "",
		    full ? "" : "projects/-/serviceAccounts/", name);
	}
	buf_add_text(out, "],");
}

/* Adds texts between blanks as an array. */
static bool
add_words(struct buf *out, const char *words)
{
	char       *copy = strdup(words), *rest, *word;
	const char *before = "";

	if (copy == NULL)
		return false;
	buf_add_text(out, "[");
	for (word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		buf_add_text(out, before);
		json_add_text(out, word);
		before = ",";
	}
	free(copy);
	return buf_add_text(out, "]");
}

static bool
add_body(
    struct buf *out, const struct key_file *file, const struct wanted *wanted)
{
	buf_add_text(out, "{");
	add_delegates(out, file);
	if (wanted->audience != NULL) {
		buf_add_text(out, "\"audience\":");
		json_add_text(out, wanted->audience);
		return buf_add_text(out, ",\"includeEmail\":true}");
	}
	buf_add_text(out, "\"scope\":");
	return add_words(out, wanted->scope) &&
	       buf_addf(out, ",\"lifetime\":\"%" PRId64 "s\"}",
		   file->impersonation_lifetime_s);
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
	const char *account = file->nested != NULL
				  ? gs_key_file_account(file->nested)
				  : file->audience;

	return account != NULL ? account : "the user who logged in";
}

/* Adds who lacks the role when it is refused.  With delegates Google does not say
 * which of them it is. */
static bool
add_actor(struct buf *out, const struct key_file *file)
{
	size_t count = count_delegates(file);

	if (count == 0)
		return buf_add_text(out, source_of(file));
	return buf_addf(out,
	    "%s, and on each delegate to the account before it, %s first",
	    delegate(file, count - 1), source_of(file));
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
	const char *const secrets[] = { source_token, NULL };
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
		x.secrets = secrets;
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
