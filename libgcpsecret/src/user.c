/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "client.h"
#include "members.h"
#include "reply.h"

#define FORM_MAX 65536
#define BASIC_MAX 8192

/* The newest refresh token, added to `text`. */
static bool
copy_refresh_token(
    struct credentials *c, const struct key_file *file, struct buf *text)
{
	bool ok;

	pthread_mutex_lock(&c->lock);
	ok = buf_add_text(text,
	    c->refresh_token != NULL ? c->refresh_token : file->refresh_token);
	pthread_mutex_unlock(&c->lock);
	return ok;
}

/* A refresh token that comes with the answer takes the place of the old one,
 * for as long as the credentials live.  The file stays as it is. */
static gcpsecret_status
keep_refresh_token(
    struct credentials *c, const struct buf *body, gcpsecret_error *err)
{
	struct json_object *document = members_parse(buf_text(body), body->len);
	const char *newer = members_get_string(document, "refresh_token");
	char       *copy = NULL;

	if (document == NULL ||
	    (newer != NULL && (copy = strdup(newer)) == NULL)) {
		gs_json_free(document);
		return gs_no_memory(err);
	}
	gs_json_free(document);
	if (copy == NULL)
		return GCPSECRET_OK;
	pthread_mutex_lock(&c->lock);
	wipe_free(c->refresh_token);
	c->refresh_token = copy;
	pthread_mutex_unlock(&c->lock);
	return GCPSECRET_OK;
}

/* A login of Google's sends its client in the form.  Its scopes were chosen at
 * the login: only others than the usual one need to be asked for. */
static void
fill_for_google(
    struct buf *form, const struct key_file *file, const struct wanted *wanted)
{
	buf_add_field(form, "client_id", file->client_id);
	buf_add_field(form, "client_secret", file->client_secret);
	if (strcmp(wanted->scope, GS_SCOPE) != 0)
		buf_add_field(form, "scope", wanted->scope);
}

static const char *
token_url(const gcpsecret_client *client, const struct key_file *file)
{
	const char *url = client->credentials->settings.token_url;

	if (file->source == SOURCE_EXTERNAL_USER)
		return file->token_url;
	return url != NULL ? url : GS_TOKEN_URL;
}

/* Who logged in, for messages. */
static const char *
actor_of(gcpsecret_client *client, const struct key_file *file)
{
	if (file->account != NULL)
		return file->account;
	return file == &client->credentials->found.file
		   ? client->credentials->found.description
		   : "the user in source_credentials";
}

/* Trades the refresh token.  A login of a workforce pool shows its client by
 * HTTP Basic and may get a new refresh token. */
static gcpsecret_status
refresh(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, const char *refresh_token, struct grant *grant,
    gcpsecret_error *err)
{
	const char *const secrets[] = { refresh_token, file->client_secret,
		NULL };
	bool              external = file->source == SOURCE_EXTERNAL_USER;
	struct exchange   x;
	struct buf        form, basic;
	gcpsecret_status  status;

	gs_exchange_init(&x, PEER_TOKEN, token_url(client, file));
	buf_init(&form, FORM_MAX);
	buf_init(&basic, BASIC_MAX);
	x.actor = actor_of(client, file);
	x.secrets = secrets;
	buf_add_field(&form, "grant_type", "refresh_token");
	buf_add_field(&form, "refresh_token", refresh_token);
	if (!external)
		fill_for_google(&form, file, wanted);
	else if (buf_addf(
		     &basic, "%s:%s", file->client_id, file->client_secret))
		x.request.basic = basic.data;
	status = buf_ok(&basic) ? gs_post_form(client, &x, &form,
				      REPLY_ACCESS_TOKEN, grant, err)
				: gs_no_memory(err);
	if (status == GCPSECRET_OK && external)
		status = keep_refresh_token(
		    client->credentials, &x.response.body, err);
	gs_exchange_free(&x);
	buf_free(&form);
	buf_free(&basic);
	return status;
}

gcpsecret_status
gs_grant_user(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	struct buf       token;
	gcpsecret_status status;

	if (wanted->audience != NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "a user's login gives no ID token for an audience of "
		    "choice: use a service account, or run \"gcloud auth "
		    "application-default login "
		    "--impersonate-service-account=EMAIL\"");
	buf_init(&token, SIZE_MAX);
	status = copy_refresh_token(client->credentials, file, &token)
		     ? refresh(client, file, wanted, token.data, grant, err)
		     : gs_no_memory(err);
	buf_free(&token);
	return status;
}
