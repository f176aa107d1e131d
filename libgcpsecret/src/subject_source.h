/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_SRC_SUBJECT_SOURCE_H
#define GCPSECRET_SRC_SUBJECT_SOURCE_H

#include "field.h"

/* Where an external account's proof of itself, the subject token, comes from. */
enum subject {
	SUBJECT_NONE,
	SUBJECT_FILE,
	SUBJECT_URL,
	SUBJECT_PROGRAM,
	SUBJECT_AWS,
	SUBJECT_CERTIFICATE
};

/* What "credential_source" holds: the members of its kind, NULL for the rest. */
struct subject_source {
	const char         *file;
	const char         *url;
	struct json_object *headers;      /* names and texts, fit for HTTP */
	const char         *format_type;  /* "text", "json"; NULL: text */
	const char         *format_field; /* of JSON */
	const char         *command;
	int64_t             timeout_ms; /* of the command */
	const char         *output_file;
	const char *region_url, *aws_url, *verification_url, *session_token_url;
	const char *cert_config;
	bool        use_default_cert;
	const char *trust_chain;
};

/* Reads "credential_source" of `document`.  `c` is the document's place.
 * Fails with: CREDENTIALS. */
gcpsecret_status gs_subject_source_take(struct json_object *document,
    const struct field_context *c, enum subject *subject,
    struct subject_source *source, gcpsecret_error *err);

#endif
