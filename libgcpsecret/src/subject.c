/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include <errno.h>
#include <string.h>

#include "exchange.h"
#include "file.h"
#include "members.h"

#define ANSWER_MAX 131072
#define HEADERS_MAX 32

/* A header's value that is shorter is a word ("True"), and no secret. */
#define SECRET_MIN 8

void
gs_proof_init(struct proof *proof)
{
	buf_init(&proof->token, GS_SUBJECT_MAX);
	buf_init(&proof->certificate, GS_SUBJECT_MAX);
	buf_init(&proof->certificate_key, GS_SUBJECT_MAX);
}

void
gs_proof_free(struct proof *proof)
{
	buf_free(&proof->token);
	buf_free(&proof->certificate);
	buf_free(&proof->certificate_key);
}

/* A text as it stands there, but for the end of its line. */
static const char *
take_text(const struct buf *content, struct buf *token)
{
	const char *text = buf_text(content);
	size_t      len = content->len;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && len < content->len && text[len - 1] == '\r')
		len--;
	if (len == 0)
		return "is empty";
	if (memchr(text, '\0', len) != NULL)
		return "is no text";
	if (len > token->max)
		return "is longer than 64 KiB";
	return buf_add(token, text, len) ? NULL : "";
}

static const char *
take_member(const struct buf *content, const char *name, struct buf *token)
{
	struct json_object *document =
	    members_parse(buf_text(content), content->len);
	const char *text, *fault = NULL;

	if (document == NULL)
		return errno == ENOMEM ? "" : "is not in JSON";
	text = members_get_string(document, name);
	if (text == NULL || *text == '\0')
		fault = "is not in the member that "
			"\"subject_token_field_name\" names";
	else if (strlen(text) > token->max)
		fault = "is longer than 64 KiB";
	else if (!buf_add_text(token, text))
		fault = "";
	gs_json_free(document);
	return fault;
}

/* Takes the token out of what came from `place`. */
static gcpsecret_status
take_token(const struct subject_source *source, const char *place,
    const struct buf *content, struct buf *token, gcpsecret_error *err)
{
	bool json = source->format_type != NULL &&
		    strcmp(source->format_type, "json") == 0;
	const char *fault =
	    json ? take_member(content, source->format_field, token)
		 : take_text(content, token);

	if (fault == NULL)
		return GCPSECRET_OK;
	if (*fault == '\0')
		return gs_no_memory(err);
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "the subject token of %.*s %s", (int)strcspn(place, "?"), place,
	    fault);
}

static gcpsecret_status
read_file(const struct subject_source *source, struct buf *token,
    gcpsecret_error *err)
{
	struct buf       label, content;
	gcpsecret_status status;

	buf_init(&label, SIZE_MAX);
	buf_init(&content, ANSWER_MAX);
	if (!buf_addf(&label, "the subject token in %s", source->file))
		status = gs_no_memory(err);
	else
		status = gs_file_read(
		    source->file, label.data, "token", &content, err);
	if (status == GCPSECRET_OK)
		status = take_token(source, source->file, &content, token, err);
	buf_free(&label);
	buf_free(&content);
	return status;
}

/* The headers of a request, as http.h wants them, and those of their values that
 * may be secrets. */
struct header_list {
	struct buf  text;
	const char *lines[HEADERS_MAX + 1];
	const char *secrets[HEADERS_MAX + 1];
};

static bool
write_headers(struct buf *text, struct json_object *headers)
{
	if (headers == NULL)
		return true;
	json_object_object_foreach(headers, name, value)
	{
		buf_addf(text, "%s: %s", name, json_object_get_string(value));
		buf_add(text, "", 1);
	}
	return buf_ok(text);
}

static bool
list_headers(struct header_list *list, struct json_object *headers)
{
	size_t      lines = 0, secrets = 0;
	const char *line, *value, *end;

	if (!write_headers(&list->text, headers))
		return false;
	end = buf_text(&list->text) + list->text.len;
	for (line = buf_text(&list->text); line < end;
	     line += strlen(line) + 1) {
		value = strchr(line, ':') + 2;
		list->lines[lines++] = line;
		if (strlen(value) >= SECRET_MIN)
			list->secrets[secrets++] = value;
	}
	return true;
}

/*
 * Clouds hand out tokens over plain http, at an address of the machine's own
 * link that no router passes on (169.254.169.254), and so do agents on the
 * machine itself.  Google's own libraries accept any http URL here; this one
 * those two alone, which was made sure of when the file was read.
 */
static gcpsecret_status
ask_url(gcpsecret_client *client, const struct subject_source *source,
    struct buf *token, gcpsecret_error *err)
{
	struct exchange    x;
	struct header_list headers = { 0 };
	gcpsecret_status   status;

	gs_exchange_init(&x, PEER_SUBJECT, source->url);
	buf_init(&headers.text, SIZE_MAX);
	if (!list_headers(&headers, source->headers)) {
		status = gs_no_memory(err);
	} else {
		x.secrets = headers.secrets;
		x.request.headers = headers.lines;
		x.request.plain_ok = true;
		status = gs_exchange(client, &x, err);
	}
	if (status == GCPSECRET_OK)
		status = take_token(
		    source, source->url, &x.response.body, token, err);
	gs_exchange_free(&x);
	buf_free(&headers.text);
	return status;
}

gcpsecret_status
gs_subject(gcpsecret_client *client, const struct key_file *file,
    struct proof *proof, gcpsecret_error *err)
{
	const struct subject_source *source = &file->subject_source;

	switch (file->subject) {
	case SUBJECT_FILE: return read_file(source, &proof->token, err);
	case SUBJECT_URL: return ask_url(client, source, &proof->token, err);
	case SUBJECT_PROGRAM:
		return gs_subject_program(client, file, &proof->token, err);
	case SUBJECT_AWS:
		return gs_subject_aws(client, file, &proof->token, err);
	case SUBJECT_CERTIFICATE:
		return gs_subject_certificate(source, proof, err);
	case SUBJECT_NONE: break;
	}
	return gs_fail(err, GCPSECRET_ERR_CREDENTIALS,
	    "the credentials name no source of a subject token");
}
