/* SPDX-License-Identifier: MIT */
#include "subject_source.h"

#include <string.h>

#include "members.h"

#define TIMEOUT_MS 30000

#define MAY(take, name, key) TEXT(struct subject_source, name, take, key)
#define NEED(take, name, key) \
	TEXT_REQUIRED(struct subject_source, name, take, key)

static const struct field file_fields[] = {
	NEED(gs_take_path, file, "file"),
};

static const struct field url_fields[] = {
	NEED(gs_take_near_url, url, "url"),
	FIELD(struct subject_source, headers, gs_take_headers, "headers"),
};

static const struct field format_fields[] = {
	MAY(gs_take_format_type, format_type, "type"),
	MAY(gs_take_word, format_field, "subject_token_field_name"),
};

static const struct field program_fields[] = {
	NEED(gs_take_path, command, "command"),
	FIELD(struct subject_source, timeout_ms, gs_take_timeout_ms,
	    "timeout_millis"),
	MAY(gs_take_path, output_file, "output_file"),
};

static const struct field aws_fields[] = {
	MAY(gs_take_near_url, region_url, "region_url"),
	MAY(gs_take_near_url, aws_url, "url"),
	NEED(gs_take_region_url, verification_url,
	    "regional_cred_verification_url"),
	MAY(gs_take_near_url, session_token_url, "imdsv2_session_token_url"),
};

static const struct field certificate_fields[] = {
	FIELD(struct subject_source, use_default_cert, gs_take_flag,
	    "use_default_certificate_config"),
	MAY(gs_take_path, cert_config, "certificate_config_location"),
	MAY(gs_take_path, trust_chain, "trust_chain_path"),
};

/* One object of "credential_source" while it is read. */
struct reader {
	struct json_object    *object;
	struct field_context   at;
	struct subject_source *source;
	gcpsecret_error       *err;
};

static gcpsecret_status
fault(const struct reader *r, const char *key, const char *what)
{
	return gs_field_fault(&r->at, key, what, r->err);
}

static bool
has(const struct reader *r, const char *key)
{
	return members_get(r->object, key) != NULL;
}

static gcpsecret_status
take(const struct reader *r, const struct field *fields, size_t count)
{
	return gs_fields_take(
	    r->object, fields, count, &r->at, r->source, r->err);
}

/* Moves to an object inside. */
static gcpsecret_status
enter(const struct reader *r, const char *key, struct reader *inner)
{
	*inner = *r;
	inner->object =
	    gs_field_enter(r->object, key, &r->at, &inner->at, r->err);
	return inner->object != NULL ? GCPSECRET_OK : GCPSECRET_ERR_CREDENTIALS;
}

/* How the token stands in the file or in the answer. */
static gcpsecret_status
take_format(const struct reader *r)
{
	static const char      name[] = "subject_token_field_name";
	struct subject_source *s = r->source;
	struct reader          inner;
	gcpsecret_status       status;
	bool                   json;

	if (!has(r, "format"))
		return GCPSECRET_OK;
	if ((status = enter(r, "format", &inner)) != GCPSECRET_OK ||
	    (status = take(&inner, format_fields, COUNT(format_fields))) !=
		GCPSECRET_OK)
		return status;
	json = s->format_type != NULL && strcmp(s->format_type, "json") == 0;
	if (json && s->format_field == NULL)
		return fault(&inner, name, "is missing");
	return GCPSECRET_OK;
}

static gcpsecret_status
take_file(const struct reader *r)
{
	gcpsecret_status status = take(r, file_fields, COUNT(file_fields));

	return status == GCPSECRET_OK ? take_format(r) : status;
}

static gcpsecret_status
take_url(const struct reader *r)
{
	gcpsecret_status status = take(r, url_fields, COUNT(url_fields));

	return status == GCPSECRET_OK ? take_format(r) : status;
}

static gcpsecret_status
take_program(const struct reader *r)
{
	struct reader    inner;
	gcpsecret_status status = enter(r, "executable", &inner);

	r->source->timeout_ms = TIMEOUT_MS;
	if (status != GCPSECRET_OK)
		return status;
	return take(&inner, program_fields, COUNT(program_fields));
}

static gcpsecret_status
take_aws(const struct reader *r)
{
	static const char key[] = "environment_id";
	const char       *id = members_get_string(r->object, key);

	if (id == NULL || strcmp(id, "aws1") != 0)
		return fault(r, key, "is not \"aws1\"");
	return take(r, aws_fields, COUNT(aws_fields));
}

static gcpsecret_status
take_certificate(const struct reader *r)
{
	const struct subject_source *s = r->source;
	struct reader                inner;
	gcpsecret_status             status = enter(r, "certificate", &inner);

	if (status == GCPSECRET_OK)
		status =
		    take(&inner, certificate_fields, COUNT(certificate_fields));
	if (status == GCPSECRET_OK &&
	    s->use_default_cert == (s->cert_config != NULL))
		status = fault(&inner, "certificate_config_location",
		    "or \"use_default_certificate_config\" must be there, and "
		    "not both");
	return status;
}

/* The member that tells a kind.  A "url" beside "environment_id" is AWS's. */
static const struct kind {
	const char  *key;
	enum subject subject;
	gcpsecret_status (*take)(const struct reader *r);
} kinds[] = {
	{ "environment_id", SUBJECT_AWS, take_aws },
	{ "file", SUBJECT_FILE, take_file },
	{ "url", SUBJECT_URL, take_url },
	{ "executable", SUBJECT_PROGRAM, take_program },
	{ "certificate", SUBJECT_CERTIFICATE, take_certificate },
};

/* The one kind that it is; NULL for none or several. */
static const struct kind *
kind_of(const struct reader *r)
{
	const struct kind *found = NULL;

	for (const struct kind *k = kinds; k < kinds + COUNT(kinds); k++) {
		if (!has(r, k->key) ||
		    (k->subject == SUBJECT_URL && found == kinds))
			continue;
		if (found != NULL)
			return NULL;
		found = k;
	}
	return found;
}

gcpsecret_status
gs_subject_source_take(struct json_object *document,
    const struct field_context *c, enum subject *subject,
    struct subject_source *source, gcpsecret_error *err)
{
	static const char  key[] = "credential_source";
	struct reader      top = { document, *c, source, err }, r;
	const struct kind *kind;
	gcpsecret_status   status = enter(&top, key, &r);

	if (status != GCPSECRET_OK)
		return status;
	if ((kind = kind_of(&r)) == NULL)
		return fault(&top, key,
		    "must have exactly one of \"file\", \"url\", "
		    "\"executable\", \"certificate\" and "
		    "\"environment_id\"");
	*subject = kind->subject;
	return kind->take(&r);
}
