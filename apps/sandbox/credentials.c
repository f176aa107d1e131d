/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <stdio.h>
#include <string.h>

#include "members.h"
#include "subject.h"

#define PEM_MAX 8192

static void
emit_url(
    struct emit *e, const char *key, const struct call *call, const char *path)
{
	char url[CALL_URL_SIZE];

	call_url(call, path, url);
	emit_text(e, key, url);
}

static void
emit_universe(struct emit *e)
{
	emit_text(e, "universe_domain", "googleapis.com");
}

static const char *
emit_service_account(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	struct google    *google = &call->world->google;
	const struct key *key = keyring_current(&google->keys, KEY_ACCOUNT);
	struct buf        pem;

	(void)wish;
	if (key == NULL)
		return "libcrypto makes no RSA key";
	buf_init(&pem, PEM_MAX);
	key_add_pem(key, &pem);
	emit_text(e, "project_id", call->world->options.project);
	emit_text(e, "private_key_id", key->kid);
	emit_text(e, "private_key", buf_text(&pem));
	emit_text(e, "client_email", google->email);
	emit_text(e, "client_id", GOOGLE_ACCOUNT_ID);
	emit_url(e, "token_uri", call, "/token");
	emit_universe(e);
	buf_free(&pem);
	return NULL;
}

static const char *
emit_user(struct emit *e, struct call *call, const struct credentials *wish)
{
	(void)wish;
	emit_text(e, "client_id", GOOGLE_USER_ID);
	emit_text(e, "client_secret", GOOGLE_USER_SECRET);
	emit_text(e, "refresh_token", GOOGLE_USER_REFRESH);
	emit_text(e, "quota_project_id", call->world->options.project);
	emit_universe(e);
	return NULL;
}

static const char *
emit_workforce_user(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	char refresh[WORKFORCE_REFRESH_SIZE];

	(void)wish;
	google_workforce_refresh(&call->world->google, refresh);
	emit_text(e, "audience", WORKFORCE_AUDIENCE);
	emit_text(e, "refresh_token", refresh);
	emit_url(e, "token_url", call, "/v1/oauthtoken");
	emit_text(e, "client_id", GOOGLE_WORKFORCE_ID);
	emit_text(e, "client_secret", GOOGLE_WORKFORCE_SECRET);
	emit_text(e, "quota_project_id", call->world->options.project);
	emit_universe(e);
	return NULL;
}

static void
emit_format(struct emit *e, const struct credentials *wish)
{
	emit_object(e, "format");
	emit_text(e, "type", wish->format);
	if (strcmp(wish->format, "json") == 0)
		emit_text(e, "subject_token_field_name", "id_token");
	emit_end(e);
}

static const char *
emit_file(struct emit *e, struct call *call, const struct credentials *wish)
{
	(void)call;
	if (wish->file == NULL)
		return "file is the path of the subject token";
	emit_text(e, "file", wish->file);
	emit_format(e, wish);
	return NULL;
}

static const char *
emit_url_source(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	emit_url(e, "url", call,
	    strcmp(wish->format, "json") == 0 ? "/federation/token?format=json"
					      : "/federation/token");
	emit_format(e, wish);
	return NULL;
}

static const char *
emit_executable(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	(void)call;
	if (wish->command == NULL)
		return "command is what is to be run";
	emit_object(e, "executable");
	emit_text(e, "command", wish->command);
	emit_int(e, "timeout_millis", 5000);
	if (wish->file != NULL)
		emit_text(e, "output_file", wish->file);
	emit_end(e);
	return NULL;
}

static const char *
emit_certificate(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	(void)call;
	if (wish->file == NULL)
		return "file is the path of the certificate's configuration";
	emit_object(e, "certificate");
	emit_text(e, "certificate_config_location", wish->file);
	emit_end(e);
	return NULL;
}

static const char *
emit_aws(struct emit *e, struct call *call, const struct credentials *wish)
{
	(void)wish;
	emit_text(e, "environment_id", "aws1");
	emit_url(e, "region_url", call,
	    "/aws/latest/meta-data/placement/availability-zone");
	emit_url(
	    e, "url", call, "/aws/latest/meta-data/iam/security-credentials");
	emit_text(e, "regional_cred_verification_url",
	    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity"
	    "&Version=2011-06-15");
	emit_url(e, "imdsv2_session_token_url", call, "/aws/latest/api/token");
	return NULL;
}

static const struct source {
	const char *name, *type;
	const char *(*emit)(
	    struct emit *e, struct call *call, const struct credentials *wish);
} sources[] = {
	{ "file", SUBJECT_JWT, emit_file },
	{ "url", SUBJECT_JWT, emit_url_source },
	{ "executable", SUBJECT_JWT, emit_executable },
	{ "certificate", "urn:ietf:params:oauth:token-type:mtls",
	    emit_certificate },
	{ "aws", "urn:ietf:params:aws:token-type:aws4_request", emit_aws },
};

static void
emit_impersonation(struct emit *e, const struct call *call, const char *email)
{
	char path[PART_SIZE + 96];

	snprintf(path, sizeof(path),
	    "/v1/projects/-/serviceAccounts/%s:generateAccessToken", email);
	emit_url(e, "service_account_impersonation_url", call, path);
}

static const char *
emit_external(struct emit *e, struct call *call, const struct credentials *wish)
{
	const char *project = call->world->options.project, *why;
	size_t      i = 0;

	while (i < COUNT(sources) && strcmp(sources[i].name, wish->source) != 0)
		i++;
	if (i == COUNT(sources))
		return "source is file, url, executable, certificate or aws";
	emit_text(e, "audience",
	    wish->workforce ? WORKFORCE_AUDIENCE : POOL_AUDIENCE);
	emit_text(e, "subject_token_type", sources[i].type);
	emit_url(e, "token_url", call, "/v1/token");
	if (wish->impersonate != NULL)
		emit_impersonation(e, call, wish->impersonate);
	if (wish->workforce)
		emit_text(e, "workforce_pool_user_project", project);
	emit_universe(e);
	emit_object(e, "credential_source");
	why = sources[i].emit(e, call, wish);
	emit_end(e);
	return why;
}

static const char *
emit_impersonated(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	const struct credentials inner = { .type = wish->base };
	const char              *why;

	if (strcmp(wish->base, "service_account") != 0 &&
	    strcmp(wish->base, "authorized_user") != 0 &&
	    strcmp(wish->base, "external_account_authorized_user") != 0)
		return "base is service_account, authorized_user or "
		       "external_account_authorized_user";
	emit_impersonation(e, call,
	    wish->impersonate != NULL ? wish->impersonate
				      : call->world->google.email);
	emit_array(e, "delegates");
	emit_end(e);
	emit_object(e, "source_credentials");
	why = credentials_emit(e, call, &inner);
	emit_end(e);
	return why;
}

static const struct kind {
	const char *type;
	const char *(*emit)(
	    struct emit *e, struct call *call, const struct credentials *wish);
} kinds[] = {
	{ "service_account", emit_service_account },
	{ "authorized_user", emit_user },
	{ "external_account", emit_external },
	{ "external_account_authorized_user", emit_workforce_user },
	{ "impersonated_service_account", emit_impersonated },
};

const char *
credentials_emit(
    struct emit *e, struct call *call, const struct credentials *wish)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].type, wish->type) == 0) {
			emit_text(e, "type", wish->type);
			return kinds[i].emit(e, call, wish);
		}
	return "type is service_account, authorized_user, external_account, "
	       "external_account_authorized_user or "
	       "impersonated_service_account";
}
