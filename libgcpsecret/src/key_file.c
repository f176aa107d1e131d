/* SPDX-License-Identifier: MIT */
#include "key_file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "file.h"
#include "jwt.h"
#include "members.h"

#define IMPERSONATION_URL_MAX 256
#define LIFETIME_S 3600

/* Levels of "source_credentials" in one another. */
#define DEPTH_MAX 2

#define NEED(take, name) TEXT_REQUIRED(struct key_file, name, take, #name)
#define MAY(take, name) TEXT(struct key_file, name, take, #name)

/* What is read of every type. */
static const struct field common_fields[] = {
	MAY(gs_take_word, project_id),
	MAY(gs_take_word, quota_project_id),
	MAY(gs_take_domain, universe_domain),
};

static const struct field type_field[] = {
	TEXT_REQUIRED(struct key_file, type, gs_take_text, "type"),
};

static const struct field service_fields[] = {
	NEED(gs_take_word, client_email),
	NEED(gs_take_text, private_key),
	MAY(gs_take_word, private_key_id),
	TEXT(struct key_file, token_url, gs_take_url, "token_uri"),
};

static const struct field user_fields[] = {
	NEED(gs_take_client_id, client_id),
	NEED(gs_take_secret, client_secret),
	NEED(gs_take_secret, refresh_token),
	MAY(gs_take_word, account),
};

static const struct field external_fields[] = {
	NEED(gs_take_word, audience),
	NEED(gs_take_word, subject_token_type),
	MAY(gs_take_url, token_url),
	MAY(gs_take_client_id, client_id),
	MAY(gs_take_secret, client_secret),
	MAY(gs_take_word, workforce_pool_user_project),
	TEXT(struct key_file, impersonation_url, gs_take_url,
	    "service_account_impersonation_url"),
};

static const struct field external_user_fields[] = {
	MAY(gs_take_word, audience),
	NEED(gs_take_url, token_url),
	NEED(gs_take_client_id, client_id),
	NEED(gs_take_secret, client_secret),
	NEED(gs_take_secret, refresh_token),
	MAY(gs_take_word, account),
};

static const struct field impersonated_fields[] = {
	TEXT_REQUIRED(struct key_file, impersonation_url, gs_take_url,
	    "service_account_impersonation_url"),
	FIELD(struct key_file, delegates, gs_take_accounts, "delegates"),
};

static const struct field lifetime_field[] = {
	FIELD(struct key_file, impersonation_lifetime_s, gs_take_lifetime_s,
	    "token_lifetime_seconds"),
};

/* A document while it is read. */
struct reader {
	struct key_file     *file;
	struct field_context at; /* its place */
	int                  depth;
	gcpsecret_error     *err;
};

static gcpsecret_status
fault(const struct reader *r, const char *key, const char *what)
{
	return gs_field_fault(&r->at, key, what, r->err);
}

static gcpsecret_status
check_nothing(struct reader *r)
{
	(void)r;
	return GCPSECRET_OK;
}

static gcpsecret_status
check_service_account(struct reader *r)
{
	struct key_file *file = r->file;
	const char      *what;

	file->key = gs_jwt_key(file->private_key, &what);
	if (file->key != NULL)
		return GCPSECRET_OK;
	return gs_fail(r->err, GCPSECRET_ERR_CREDENTIALS,
	    "%s: \"%sprivate_key\" %s; create a new key for %s", r->at.label,
	    r->at.path, what, file->client_email);
}

/* An account of a person lives in Google's own universe only. */
static gcpsecret_status
check_user(struct reader *r)
{
	const char *universe = r->file->universe_domain;

	if (universe != NULL && strcmp(universe, GS_UNIVERSE) != 0)
		return fault(r, "universe_domain",
		    "is not " GS_UNIVERSE ", where all users are");
	return GCPSECRET_OK;
}

/* Keeps the e-mail address that stands in the URL of an impersonation:
 * ".../serviceAccounts/EMAIL:generateAccessToken". */
static gcpsecret_status
check_impersonation(struct reader *r)
{
	static const char key[] = "service_account_impersonation_url";
	static const char end[] = ":generateAccessToken";
	struct key_file  *file = r->file;
	const char       *url = file->impersonation_url, *email, *behind;

	if (url == NULL)
		return GCPSECRET_OK;
	if (strlen(url) > IMPERSONATION_URL_MAX)
		return fault(r, key, "is longer than 256 characters");
	email = strrchr(url, '/') + 1;
	behind = strchr(email, ':');
	if (behind == NULL || behind == email || strcmp(behind, end) != 0 ||
	    strpbrk(url, "?%") != NULL)
		return fault(
		    r, key, "does not end in /EMAIL:generateAccessToken");
	file->impersonated = strndup(email, (size_t)(behind - email));
	return file->impersonated != NULL ? GCPSECRET_OK : gs_no_memory(r->err);
}

/* Only a person's workforce may be billed to a project of choice. */
static gcpsecret_status
check_external(struct reader *r)
{
	static const char    key[] = "service_account_impersonation";
	static const char    start[] = "//iam.googleapis.com/locations/";
	struct key_file     *file = r->file;
	struct json_object  *inner;
	struct field_context at;
	gcpsecret_status     status;

	if (file->workforce_pool_user_project != NULL &&
	    (strncmp(file->audience, start, strlen(start)) != 0 ||
		strstr(file->audience, "/workforcePools/") == NULL))
		return fault(r, "workforce_pool_user_project",
		    "is for workforce pools, which \"audience\" does not name");
	if (members_get(file->document, key) != NULL) {
		inner =
		    gs_field_enter(file->document, key, &r->at, &at, r->err);
		if (inner == NULL)
			return GCPSECRET_ERR_CREDENTIALS;
		status = gs_fields_take(inner, lifetime_field,
		    COUNT(lifetime_field), &at, file, r->err);
		if (status != GCPSECRET_OK)
			return status;
	}
	status = gs_subject_source_take(file->document, &r->at, &file->subject,
	    &file->subject_source, r->err);
	return status == GCPSECRET_OK ? check_impersonation(r) : status;
}

static gcpsecret_status read_document(struct reader *r);

/* "source_credentials" is a document in the document. */
static gcpsecret_status
check_nested(struct reader *r)
{
	static const char   key[] = "source_credentials";
	struct reader       nested = *r;
	struct json_object *inner =
	    gs_field_enter(r->file->document, key, &r->at, &nested.at, r->err);

	if (inner == NULL)
		return GCPSECRET_ERR_CREDENTIALS;
	if (r->depth == DEPTH_MAX)
		return fault(r, key, "is nested too deeply");
	nested.file = calloc(1, sizeof(*nested.file));
	if (nested.file == NULL)
		return gs_no_memory(r->err);
	r->file->nested = nested.file;
	nested.file->document = json_object_get(inner);
	nested.depth++;
	return read_document(&nested);
}

static gcpsecret_status
check_impersonated(struct reader *r)
{
	gcpsecret_status status = check_impersonation(r);

	return status == GCPSECRET_OK ? check_nested(r) : status;
}

/* The types that are understood, and what a document of that type holds. */
static const struct kind {
	const char         *type;
	enum source         source;
	const struct field *fields;
	size_t              count;
	gcpsecret_status (*check)(struct reader *r);
} kinds[] = {
	{ "service_account", SOURCE_SERVICE_ACCOUNT, service_fields,
	    COUNT(service_fields), check_service_account },
	{ "authorized_user", SOURCE_USER, user_fields, COUNT(user_fields),
	    check_user },
	{ "external_account", SOURCE_EXTERNAL, external_fields,
	    COUNT(external_fields), check_external },
	{ "external_account_authorized_user", SOURCE_EXTERNAL_USER,
	    external_user_fields, COUNT(external_user_fields), check_nothing },
	{ "impersonated_service_account", SOURCE_IMPERSONATED,
	    impersonated_fields, COUNT(impersonated_fields),
	    check_impersonated },
};

static const struct kind *
kind_of(const char *type)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return &kinds[i];
	return NULL;
}

static gcpsecret_status
refuse_type(const struct reader *r)
{
	const char *type = r->file->type;

	if (strcmp(type, "gdch_service_account") == 0)
		return fault(r, "type",
		    "is gdch_service_account: keys of Google Distributed Cloud "
		    "are not understood");
	return gs_fail(r->err, GCPSECRET_ERR_CREDENTIALS,
	    "%s: \"%stype\" is \"%.40s\", not service_account, "
	    "authorized_user, external_account, "
	    "external_account_authorized_user or impersonated_service_account",
	    r->at.label, r->at.path, type);
}

static gcpsecret_status
read_document(struct reader *r)
{
	struct key_file   *file = r->file;
	const struct kind *kind;
	gcpsecret_status   status;

	status = gs_fields_take(file->document, type_field, COUNT(type_field),
	    &r->at, file, r->err);
	if (status != GCPSECRET_OK)
		return status;
	if ((kind = kind_of(file->type)) == NULL)
		return refuse_type(r);
	file->source = kind->source;
	file->impersonation_lifetime_s = LIFETIME_S;
	status = gs_fields_take(
	    file->document, kind->fields, kind->count, &r->at, file, r->err);
	if (status == GCPSECRET_OK)
		status = gs_fields_take(file->document, common_fields,
		    COUNT(common_fields), &r->at, file, r->err);
	return status == GCPSECRET_OK ? kind->check(r) : status;
}

gcpsecret_status
gs_key_file_parse(struct key_file *file, const char *text, size_t len,
    const struct key_file_origin *origin, gcpsecret_error *err)
{
	struct reader    r = { .file = file,
		   .at = { .label = origin->label, .loopback = origin->loopback },
		   .err = err };
	gcpsecret_status status;

	memset(file, 0, sizeof(*file));
	file->document = members_parse(text, len);
	if (file->document == NULL && errno == ENOMEM)
		return gs_no_memory(err);
	if (json_object_is_type(file->document, json_type_object))
		status = read_document(&r);
	else
		status = gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
		    "%s: not a JSON object", origin->label);
	if (status != GCPSECRET_OK)
		gs_key_file_free(file);
	return status;
}

gcpsecret_status
gs_key_file_load(struct key_file *file, const char *path,
    const struct key_file_origin *origin, gcpsecret_error *err)
{
	struct buf       text;
	gcpsecret_status status;

	memset(file, 0, sizeof(*file));
	buf_init(&text, GS_KEY_FILE_MAX);
	status =
	    gs_file_read(path, origin->label, "credentials file", &text, err);
	if (status == GCPSECRET_OK)
		status = gs_key_file_parse(
		    file, buf_text(&text), text.len, origin, err);
	buf_free(&text);
	return status;
}

void
gs_key_file_free(struct key_file *file)
{
	if (file->nested != NULL)
		gs_key_file_free(file->nested);
	free(file->nested);
	EVP_PKEY_free(file->key);
	free(file->impersonated);
	gs_json_free(file->document);
	memset(file, 0, sizeof(*file));
}

const char *
gs_key_file_account(const struct key_file *file)
{
	if (file->impersonated != NULL)
		return file->impersonated;
	if (file->client_email != NULL)
		return file->client_email;
	return file->account;
}
