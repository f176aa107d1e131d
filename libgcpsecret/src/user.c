/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "client.h"
#include "members.h"
#include "reply.h"

#define FORM_MAX 65536
#define BASIC_MAX 8192

static void
add_refresh_token(
    struct credentials *c, const struct key_file *file, struct buf *form)
{
	pthread_mutex_lock(&c->lock);
	buf_add_field(form, "refresh_token",
	    c->refresh_token != NULL ? c->refresh_token : file->refresh_token);
	pthread_mutex_unlock(&c->lock);
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

/* A login of Google's.  Its scopes were chosen at the login: only others than
 * the usual one need to be asked for. */
static gcpsecret_status
refresh_user(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	struct exchange     x;
	struct buf          form;
	gcpsecret_status    status;

	gs_exchange_init(&x, PEER_TOKEN,
	    c->settings.token_url != NULL ? c->settings.token_url
					  : GS_TOKEN_URL);
	buf_init(&form, FORM_MAX);
	buf_add_field(&form, "grant_type", "refresh_token");
	buf_add_field(&form, "client_id", file->client_id);
	buf_add_field(&form, "client_secret", file->client_secret);
	add_refresh_token(c, file, &form);
	if (strcmp(wanted->scope, GS_SCOPE) != 0)
		buf_add_field(&form, "scope", wanted->scope);
	status =
	    gs_post_form(client, &x, &form, REPLY_ACCESS_TOKEN, grant, err);
	gs_exchange_free(&x);
	buf_free(&form);
	return status;
}

/* A login of a workforce pool, whose token endpoint the document names. */
static gcpsecret_status
refresh_external(gcpsecret_client *client, const struct key_file *file,
    struct grant *grant, gcpsecret_error *err)
{
	struct credentials *c = client->credentials;
	struct exchange     x;
	struct buf          form, basic;
	gcpsecret_status    status;

	gs_exchange_init(&x, PEER_TOKEN, file->token_url);
	buf_init(&form, FORM_MAX);
	buf_init(&basic, BASIC_MAX);
	buf_add_field(&form, "grant_type", "refresh_token");
	add_refresh_token(c, file, &form);
	if (buf_addf(&basic, "%s:%s", file->client_id, file->client_secret)) {
		x.request.basic = basic.data;
		status = gs_post_form(
		    client, &x, &form, REPLY_ACCESS_TOKEN, grant, err);
	} else {
		status = gs_no_memory(err);
	}
	if (status == GCPSECRET_OK)
		status = keep_refresh_token(c, &x.response.body, err);
	gs_exchange_free(&x);
	buf_free(&form);
	buf_free(&basic);
	return status;
}

gcpsecret_status
gs_grant_user(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	if (wanted->audience != NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "a user's login gives no ID token for an audience of "
		    "choice: use a service account, or run \"gcloud auth "
		    "application-default login "
		    "--impersonate-service-account=EMAIL\"");
	return file->source == SOURCE_EXTERNAL_USER
		   ? refresh_external(client, file, grant, err)
		   : refresh_user(client, file, wanted, grant, err);
}
