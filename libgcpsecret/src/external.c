/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "grant.h"
#include "impersonate.h"
#include "members.h"
#include "reply.h"
#include "subject.h"

#define TYPE "urn:ietf:params:oauth:"

/* A subject token in which every byte is escaped, and a file's members. */
#define FORM_MAX 262144
#define TEXT_MAX 16384

/*
 * Where proof is traded for a token.  Of the two hosts that Google has only the
 * second one asks for the client's certificate.
 */
static bool
add_url(struct buf *url, const gcpsecret_client *client,
    const struct key_file *file)
{
	if (file->token_url != NULL)
		return buf_add_text(url, file->token_url);
	return buf_addf(url, "https://%s.%s/v1/token",
	    file->subject == SUBJECT_CERTIFICATE ? "sts.mtls" : "sts",
	    gs_universe(client));
}

/* The project that pays for a person without a client id.  Google wants JSON
 * that is escaped in itself, and once more in the form. */
static void
add_options(struct buf *form, const char *project)
{
	struct buf json, escaped;

	buf_init(&json, TEXT_MAX);
	buf_init(&escaped, TEXT_MAX);
	if (buf_addf(&json, "{\"userProject\":\"%s\"}", project) &&
	    buf_add_escaped(&escaped, json.data))
		buf_add_field(form, "options", escaped.data);
	else
		form->failed = true;
	buf_free(&json);
	buf_free(&escaped);
}

static void
add_fields(struct buf *form, const struct key_file *file,
    const struct proof *proof, const char *scope)
{
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "grant_type", TYPE "grant-type:token-exchange" },
		{ "audience", file->audience },
		{ "scope", scope },
		{ "requested_token_type", TYPE "token-type:access_token" },
		{ "subject_token", buf_text(&proof->token) },
		{ "subject_token_type", file->subject_token_type },
	};

	for (size_t i = 0; i < COUNT(fields); i++)
		if (*fields[i].value != '\0')
			buf_add_field(form, fields[i].name, fields[i].value);
	if (file->client_id == NULL &&
	    file->workforce_pool_user_project != NULL)
		add_options(form, file->workforce_pool_user_project);
}

/* Asking twice gives two tokens and harms nothing, so that it is repeated as a
 * read is. */
static gcpsecret_status
trade(gcpsecret_client *client, const struct key_file *file,
    const struct proof *proof, const char *scope, struct grant *grant,
    gcpsecret_error *err)
{
	const char *const secrets[] = { proof->token.data, file->client_secret,
		NULL };
	struct buf        url, form, basic;
	struct exchange   x;
	gcpsecret_status  status;

	buf_init(&url, TEXT_MAX);
	buf_init(&form, FORM_MAX);
	buf_init(&basic, TEXT_MAX);
	add_fields(&form, file, proof, scope);
	if (file->client_id != NULL)
		buf_addf(&basic, "%s:%s", file->client_id,
		    file->client_secret != NULL ? file->client_secret : "");
	if (add_url(&url, client, file) && buf_ok(&basic)) {
		gs_exchange_init(&x, PEER_STS, url.data);
		x.secrets = secrets;
		x.request.basic = basic.data;
		x.request.certificate = proof->certificate.data;
		x.request.certificate_key = proof->certificate_key.data;
		status = gs_post_form(
		    client, &x, &form, REPLY_ACCESS_TOKEN, grant, err);
		gs_exchange_free(&x);
	} else {
		status = gs_no_memory(err);
	}
	buf_free(&url);
	buf_free(&form);
	buf_free(&basic);
	return status;
}

static gcpsecret_status
prove(gcpsecret_client *client, const struct key_file *file, const char *scope,
    struct grant *grant, gcpsecret_error *err)
{
	struct proof     proof;
	gcpsecret_status status;

	gs_proof_init(&proof);
	status = gs_subject(client, file, &proof, err);
	if (status == GCPSECRET_OK)
		status = trade(client, file, &proof, scope, grant, err);
	gs_proof_free(&proof);
	return status;
}

gcpsecret_status
gs_grant_external(gcpsecret_client *client, const struct key_file *file,
    const struct wanted *wanted, struct grant *grant, gcpsecret_error *err)
{
	struct grant     own;
	gcpsecret_status status;

	if (file->impersonation_url == NULL && wanted->audience != NULL)
		return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "an external account has no ID token: name a service "
		    "account in \"service_account_impersonation_url\"");
	if (file->impersonation_url == NULL)
		return prove(client, file, wanted->scope, grant, err);
	gs_grant_init(&own);
	status = prove(client, file, GS_SCOPE, &own, err);
	if (status == GCPSECRET_OK)
		status = gs_impersonate(
		    client, file, own.text.data, wanted, grant, err);
	buf_free(&own.text);
	return status;
}
